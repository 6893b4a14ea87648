//! The fold through its public interface: SQL in, catalog and notes out. What PostgreSQL makes of the same
//! statements is compared in the workspace's own tests; here stands what needs no server.

mod consistency;
mod cost;
mod failures;
mod names;
mod session;

use confiture_schema::apply::{Note, NoteKind, State};
use confiture_schema::catalog::{Origin, QualName, Relation};
use confiture_schema::read;
use confiture_syntax::Syntax;
use confiture_syntax::split::{PieceKind, split};

/// A state that statements are run on.
struct Run {
    state: State,
    statement: u32,
}

impl Run {
    fn fresh() -> Run {
        Run {
            state: State::fresh(),
            statement: 0,
        }
    }

    /// Runs statements that must leave no note.
    #[track_caller]
    fn sql(&mut self, sql: &str) -> &mut Run {
        let notes = self.noted(sql);
        assert_eq!(notes, [], "{sql}");
        self
    }

    /// Runs statements and gives what was noted.
    fn noted(&mut self, sql: &str) -> Vec<Note> {
        let mut notes = Vec::new();
        for piece in split(sql) {
            if piece.kind == PieceKind::Sql {
                let changes = read::changes(&Syntax::parse(piece.range.slice(sql)));
                self.statement += 1;
                let origin = Origin {
                    script: 0,
                    segment: 0,
                    statement: self.statement,
                    range: piece.range,
                };
                notes.extend(self.state.apply_all(&changes, origin));
            }
        }
        self.state
            .catalog
            .check_consistency()
            .expect("a consistent catalog");
        notes
    }

    /// Kinds of what was noted.
    fn kinds(&mut self, sql: &str) -> Vec<NoteKind> {
        self.noted(sql).into_iter().map(|n| n.kind).collect()
    }

    /// A relation of `public`, or of the schema that is written.
    #[track_caller]
    fn relation(&self, name: &str) -> &Relation {
        self.state
            .catalog
            .relation(&qualified(name))
            .unwrap_or_else(|| panic!("{name} is not there"))
    }

    fn exists(&self, name: &str) -> bool {
        self.state.catalog.relation(&qualified(name)).is_some()
    }
}

fn run(sql: &str) -> Run {
    let mut run = Run::fresh();
    run.sql(sql);
    run
}

fn qualified(name: &str) -> QualName {
    let (schema, name) = name.split_once('.').unwrap_or(("public", name));
    QualName::new(schema, name)
}
