//! The fold: a catalog and a change give the next catalog.

use confiture_syntax::Name;
use rpds::RedBlackTreeMapSync as Map;
use std::sync::Arc;

use crate::catalog::{Catalog, Origin, QualName};
use crate::change::Change;

/// A catalog and the session that the statements run in: what a statement sees before it, and leaves after it.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// What exists.
    pub catalog: Catalog,
    /// What the session has set, and its transaction.
    pub session: Session,
}

/// What earlier statements of the same session left in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// Schemas that unqualified names are looked up in, in order, `$user` left out; `public` at first.
    pub search_path: Arc<Vec<Name>>,
    /// Other parameters that were SET, by name (lower case), with their value as written: `lock_timeout` → `5s`.
    pub parameters: Map<Name, Arc<str>>,
    /// The transaction.
    pub transaction: TransactionState,
}

/// The transaction that a statement runs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransactionState {
    /// A transaction block is open: by BEGIN, or because the runner wraps the script in one.
    pub open: bool,
    /// Relations created in the open transaction (where none is open: in the same script), so that nobody else can see or use them yet.
    pub created: Map<QualName, ()>,
    /// Enum labels added in the open transaction: (type, label).
    pub new_enum_labels: Map<(QualName, Arc<str>), ()>,
}

/// What the fold noticed while applying a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What.
    pub kind: NoteKind,
    /// The object it is about, as written.
    pub object: Arc<str>,
}

/// Kinds of notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// A statement names something that does not exist in the catalog: it would fail on a database with this history alone.
    Missing,
    /// A statement creates something that exists.
    AlreadyExists,
    /// The statement's effect on the catalog isn't known.
    Unknown,
}

impl State {
    /// A fresh database and session.
    pub fn fresh() -> State {
        State { catalog: Catalog::fresh(), session: Session::fresh() }
    }

    /// A session that begins on an existing database.
    pub fn on(catalog: Catalog) -> State {
        State { catalog, session: Session::fresh() }
    }

    /// Takes the state through one change. What doesn't exist is not altered, what exists is not created again;
    /// both are noted, and the fold goes on.
    pub fn apply(&mut self, change: &Change, origin: Origin) -> Vec<Note> {
        let _ = (change, origin);
        Vec::new()
    }
}

impl Session {
    /// A session right after connecting.
    pub fn fresh() -> Session {
        Session { search_path: Arc::new(vec![Name::new("public")]), ..Session::default() }
    }
}
