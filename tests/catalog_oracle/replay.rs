//! Applies scripts to a server and to the fold at once.

use confiture_postgres::{Cluster, Session, introspect};
use confiture_schema::apply::State;
use confiture_schema::catalog::{Catalog, Origin};
use confiture_schema::change::Change;
use confiture_schema::{read, render};
use confiture_syntax::Syntax;
use confiture_syntax::split::{PieceKind, split};

/// A file of a project.
pub(crate) struct Script {
    /// Its name in reports.
    pub(crate) name: String,
    /// Its text.
    pub(crate) sql: String,
}

/// What came of it.
pub(crate) struct Outcome {
    /// Statements in all scripts.
    pub(crate) statements: usize,
    /// Those that the server took.
    pub(crate) loaded: usize,
    /// Those that it did not, and why.
    pub(crate) rejected: Vec<String>,
    /// Where the files' catalog and the server's differ.
    pub(crate) differences: Vec<render::Difference>,
    /// The files' catalog.
    pub(crate) files: Catalog,
    /// The server's catalog.
    pub(crate) server: Catalog,
}

/// Statements of a text as psql would send them.
pub(crate) fn statements(sql: &str) -> Vec<String> {
    split(sql)
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::Sql)
        .map(|piece| piece.range.slice(sql).to_owned())
        .collect()
}

/// Runs the scripts in order on a new database and through the fold. A statement that the server refuses is left out
/// on both sides, and so is COPY with its data.
pub(crate) fn run(
    cluster: &Cluster,
    scripts: &[Script],
    prelude: &str,
) -> Result<Outcome, Box<dyn std::error::Error>> {
    let database = cluster.create_database("catalog")?;
    let mut session = database.connect_blocking()?;
    session.batch("SET statement_timeout = '60s'; SET client_min_messages = error")?;
    let mut outcome = Outcome {
        statements: 0,
        loaded: 0,
        rejected: Vec::new(),
        differences: Vec::new(),
        files: Catalog::default(),
        server: Catalog::default(),
    };
    let mut state = State::fresh();
    let prelude = Script {
        name: "prelude".to_owned(),
        sql: prelude.to_owned(),
    };
    for (number, script) in std::iter::once(&prelude).chain(scripts).enumerate() {
        for statement in statements(&script.sql) {
            step(&mut session, &mut state, &mut outcome, script, number, &statement)?;
        }
    }
    outcome.server = introspect(&mut session)?;
    outcome.differences = render::diff(&state.catalog, &outcome.server);
    outcome.files = state.catalog;
    Ok(outcome)
}

#[allow(clippy::print_stdout, reason = "CONFITURE_NOTES asks for it")]
fn step(
    session: &mut Session,
    state: &mut State,
    outcome: &mut Outcome,
    script: &Script,
    number: usize,
    statement: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    let syntax = Syntax::parse(statement);
    let changes = read::changes(&syntax);
    if changes
        .iter()
        .any(|c| matches!(c, Change::Copy(copy) if copy.from))
    {
        return Ok(());
    }
    outcome.statements += 1;
    match attempt(session, state, &changes, statement)? {
        None => {
            outcome.loaded += 1;
            let origin = Origin {
                script: u32::try_from(number)?,
                statement: u32::try_from(outcome.statements)?,
                ..Origin::default()
            };
            let notes = state.apply_all(&changes, origin);
            if std::env::var_os("CONFITURE_NOTES").is_some() && !notes.is_empty() {
                println!("noted: {} {notes:?}", shortened(statement));
            }
        }
        Some(error) => {
            let line = shortened(statement);
            if std::env::var_os("CONFITURE_NOTES").is_some() {
                let notes = state.clone().apply_all(&changes, Origin::default());
                if notes
                    .iter()
                    .all(|n| n.kind == confiture_schema::apply::NoteKind::Unknown)
                {
                    println!("taken here: {line}: {error}");
                }
            }
            outcome.rejected.push(format!("{}: {line}: {error}", script.name));
        }
    }
    Ok(())
}

/// The beginning of a statement on one line.
fn shortened(statement: &str) -> String {
    let words: Vec<&str> = statement.split_whitespace().take(30).collect();
    words.join(" ").chars().take(90).collect()
}

/// Sends one statement. Inside a transaction block a savepoint keeps a failure from ending it.
fn attempt(
    session: &mut Session,
    state: &State,
    changes: &[Change],
    statement: &str,
) -> Result<Option<String>, Box<dyn std::error::Error>> {
    let control = changes.iter().any(|c| matches!(c, Change::Transaction(_)));
    let guarded = state.session.transaction.open && !control;
    if guarded {
        session.batch("SAVEPOINT confiture_step")?;
    }
    let result = session.batch(statement);
    if guarded {
        session.batch(match result {
            Ok(()) => "RELEASE SAVEPOINT confiture_step",
            Err(_) => "ROLLBACK TO SAVEPOINT confiture_step; RELEASE SAVEPOINT confiture_step",
        })?;
    }
    match result {
        Ok(()) => Ok(None),
        Err(error) if error.server().is_some() => Ok(Some(error.to_string())),
        Err(error) => Err(error.into()),
    }
}
