//! A draft in the making: the catalog that each statement is tried on, and what was written so far.

use std::collections::BTreeSet;
use std::sync::Arc;

use confiture_syntax::lexer::Dialect;
use confiture_syntax::{Name, Syntax};

use super::definitions::{Definitions, Source};
use super::{LeftOut, Loss, Runs, Side, Step};
use crate::apply::{NoteKind, State};
use crate::catalog::{Catalog, Origin, Persistence, QualName, Relation};
use crate::read;
use crate::render::sql::Script;

/// A draft in the making.
pub(super) struct Work<'t> {
    state: State,
    /// The catalog to reach.
    pub(super) aim: &'t Catalog,
    /// Definitions of the catalog to reach.
    pub(super) wanted: &'t Definitions,
    /// Definitions of the catalog that the draft begins with.
    pub(super) had: &'t Definitions,
    /// What was written.
    pub(super) steps: Vec<Step>,
    /// What was left out, beside what the catalogs tell.
    pub(super) left_out: Vec<LeftOut>,
    /// What could not be compared.
    pub(super) not_compared: BTreeSet<String>,
    /// Functions, views and triggers that were made anew: they are what was aimed at, whatever their text.
    pub(super) made: BTreeSet<String>,
    /// Where the fold writes down that a statement was applied: each has a place of its own.
    number: u32,
    /// The path that the statements need, where it isn't the one of a fresh session.
    pub(super) path: Option<Vec<Name>>,
}

impl<'t> Work<'t> {
    pub(super) fn new(from: Side<'t>, to: Side<'t>) -> Work<'t> {
        let mut work = Work {
            state: State::on(from.catalog.clone()),
            aim: to.catalog,
            wanted: to.definitions,
            had: from.definitions,
            steps: Vec::new(),
            left_out: Vec::new(),
            not_compared: BTreeSet::new(),
            made: BTreeSet::new(),
            number: 0,
            path: None,
        };
        work.path = work.search_path();
        if let Some(path) = &work.path {
            work.state.session.search_path = Arc::new(path.clone());
        }
        work
    }

    /// What exists after all that was written.
    pub(super) fn catalog(&self) -> &Catalog {
        &self.state.catalog
    }

    /// The relation of that name as it is now.
    pub(super) fn now(&self, name: &QualName) -> Option<Arc<Relation>> {
        self.state.catalog.relation(name).cloned()
    }

    /// The relation of that name as it shall be.
    pub(super) fn then(&self, name: &QualName) -> Option<&'t Arc<Relation>> {
        self.aim.relation(name)
    }

    /// Schemas that unqualified names may mean, where there are more than PostgreSQL looks in by itself: names in files,
    /// and types of extensions, which have no schema in a catalog.
    fn search_path(&self) -> Option<Vec<Name>> {
        let mut schemas: BTreeSet<Name> = BTreeSet::new();
        if self.wanted.source == Source::Files {
            schemas.extend(self.aim.schemas.keys().cloned());
        }
        for catalog in [&self.state.catalog, self.aim] {
            let placed = catalog.extensions.values().filter_map(|e| e.schema.clone());
            schemas.extend(placed.filter(|schema| schema.as_str() != "pg_catalog"));
        }
        schemas.remove(&Name::new("public"));
        if schemas.is_empty() {
            return None;
        }
        Some(std::iter::once(Name::new("public")).chain(schemas).collect())
    }

    /// Whether both sides print their texts the same way.
    pub(super) fn is_same_source(&self) -> bool {
        self.had.source == self.wanted.source
    }

    /// Writes a statement if the fold takes it; says whether it did.
    pub(super) fn attempt(&mut self, step: Step) -> bool {
        match self.applied(&step.sql) {
            Ok(state) => {
                self.state = state;
                self.steps.push(step);
                true
            }
            Err(_) => false,
        }
    }

    /// Writes a statement; where the fold refuses it, it is left out and said so.
    pub(super) fn write(&mut self, step: Step) -> bool {
        match self.applied(&step.sql) {
            Ok(state) => {
                self.state = state;
                self.steps.push(step);
                true
            }
            Err(reason) => {
                self.left_out.push(LeftOut {
                    object: step.object,
                    reason: format!("{}: {reason}", step.what),
                });
                false
            }
        }
    }

    /// The state after a statement, or why PostgreSQL would refuse it.
    fn applied(&mut self, sql: &str) -> Result<State, String> {
        let changes = read::changes(&Syntax::parse_as(sql, Dialect::Server));
        self.number += 1;
        let origin = Origin {
            script: u32::MAX,
            statement: self.number,
            ..Origin::default()
        };
        let mut state = self.state.clone();
        let notes = state.apply_all(&changes, origin);
        let refusal = notes.iter().find_map(|note| match note.kind {
            NoteKind::Refused => Some(format!("{} does not allow it", note.object)),
            NoteKind::AlreadyExists => Some(format!("{} exists", note.object)),
            NoteKind::Missing => (!self.differs(&state)).then(|| format!("{} does not exist", note.object)),
            NoteKind::Unknown => None,
        });
        refusal.map_or(Ok(state), Err)
    }

    /// Whether a state holds something that the present one doesn't, or the other way round.
    fn differs(&self, other: &State) -> bool {
        let (mine, others) = self.state.catalog.apart(&other.catalog);
        let holds = |catalog: &Catalog| {
            !(catalog.schemas.is_empty()
                && catalog.relations.is_empty()
                && catalog.types.is_empty()
                && catalog.functions.is_empty()
                && catalog.extensions.is_empty()
                && catalog.others.is_empty())
        };
        holds(&mine) || holds(&others)
    }

    /// Relations that would go with others if a statement dropped what depends on it.
    pub(super) fn would_go(&self, sql: &str) -> Vec<QualName> {
        let changes = read::changes(&Syntax::parse_as(sql, Dialect::Server));
        let mut state = self.state.clone();
        state.apply_all(&changes, Origin::default());
        let gone = |name: &&QualName| !state.catalog.relations.contains_key(*name);
        self.catalog().relations.keys().filter(gone).cloned().collect()
    }

    /// Writes each statement of a script.
    pub(super) fn write_all(&mut self, object: &str, what: &str, fill: impl FnOnce(&mut Script)) {
        let mut script = Script::default();
        fill(&mut script);
        for sql in script.statements() {
            self.write(step(sql, object, what));
        }
    }

    /// Says that something isn't done.
    pub(super) fn leave_out(&mut self, object: impl Into<String>, reason: impl Into<String>) {
        self.left_out.push(LeftOut {
            object: object.into(),
            reason: reason.into(),
        });
    }
}

/// A statement that loses nothing and runs in a transaction.
pub(super) fn step(sql: impl Into<String>, object: impl Into<String>, what: impl Into<String>) -> Step {
    Step {
        sql: sql.into(),
        object: object.into(),
        what: what.into(),
        loss: Loss::Nothing,
        runs: Runs::InTransaction,
    }
}

impl Step {
    /// The same with a loss.
    pub(super) fn losing(self, loss: Loss) -> Step {
        Step { loss, ..self }
    }
}

/// Whether a relation is the database's own, for longer than a session.
pub(super) fn is_lasting(name: &QualName, relation: &Relation) -> bool {
    relation.persistence != Persistence::Temporary && name.schema.as_str() != "pg_temp"
}

/// A relation with its kind, as people name it.
pub(super) fn titled(name: &QualName, relation: &Relation) -> String {
    use crate::catalog::RelationKind;
    let kind = match relation.kind {
        RelationKind::Table | RelationKind::PartitionedTable => "table",
        RelationKind::ForeignTable => "foreign table",
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::Sequence => "sequence",
    };
    format!("{kind} {name}")
}
