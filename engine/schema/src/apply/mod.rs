//! The fold: a catalog and a change give the next catalog, as PostgreSQL would have it.
//!
//! [`State::apply`] hands the change to a `Fold`, whose methods stand in one file a topic. Two rules go for all
//! of them. What a statement makes must not be there, what it changes must be: else nothing at all happens, as on a
//! server, and a [`Note`] says so. What it merely mentions (the target of a foreign key, a type, a view's source, a
//! trigger's function, a schema) may well exist outside of the files: its absence is noted and the statement takes
//! effect all the same.

mod alter;
mod block;
mod builtin;
mod change_column;
mod column;
mod comment;
mod constraint;
mod dependents;
mod domain;
mod drop;
mod effect;
mod foreign_key;
mod index;
mod inherit;
mod like;
mod names;
mod object;
mod partition;
mod refuse;
mod relocate;
mod rename;
mod resolve;
mod rewrite;
mod routine;
mod rows;
mod sequence;
mod session;
mod table;
mod trigger;
mod user_type;
mod view;

use std::sync::Arc;

use confiture_syntax::{Name, TextRange};
use rpds::RedBlackTreeMapSync as Map;

use crate::catalog::{Catalog, Entries, Origin, Part, QualName, Relation};
use crate::change::{Change, ObjectRef};
use crate::expr::Expr;

pub use effect::StatementEffect;
pub use rows::Rowless;
pub use session::{Checkpoint, TransactionWrap};

/// A catalog and the session that the statements run in: what a statement sees before it, and leaves after it.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// What exists.
    pub catalog: Catalog,
    /// What the session has set, and its transaction.
    pub session: Session,
    /// Which relations hold no rows, where somebody knows.
    pub rowless: Rowless,
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
    /// Relations and indexes created in the open transaction (where none is open: in the same script), so that nobody else can see or use them yet.
    pub created: Entries<QualName, (), { Part::Created as u8 }>,
    /// Relations and indexes created since the script began, in whatever transaction: nobody has filled them yet.
    pub created_in_script: Entries<QualName, (), { Part::CreatedInScript as u8 }>,
    /// Enum labels added in the open transaction: (type, label).
    pub new_enum_labels: Map<(QualName, Arc<str>), ()>,
    /// What ROLLBACK goes back to.
    pub begun: Option<Checkpoint>,
    /// What ROLLBACK TO goes back to, by savepoint, oldest first.
    pub savepoints: Vec<(Name, Checkpoint)>,
    /// `search_path` as it will be after COMMIT, where SET LOCAL has covered it.
    pub search_path_after: Option<Arc<Vec<Name>>>,
    /// Parameters as they will be after COMMIT, where SET LOCAL has covered them; `None` for those that weren't set.
    pub parameters_after: Map<Name, Option<Arc<str>>>,
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
    /// A statement that PostgreSQL refuses for another reason: something depends on what it drops, or the object is of another kind.
    Refused,
}

impl State {
    /// A fresh database and session.
    pub fn fresh() -> State {
        State {
            catalog: Catalog::fresh(),
            session: Session::fresh(),
            rowless: Rowless::default(),
        }
    }

    /// A session that begins on an existing database.
    pub fn on(mut catalog: Catalog) -> State {
        if !catalog.linked {
            catalog.relink();
        }
        State {
            catalog,
            session: Session::fresh(),
            rowless: Rowless::default(),
        }
    }

    /// Takes the state through one statement: all of its changes in order. The elements of CREATE SCHEMA see the new schema first.
    pub fn apply_all(&mut self, changes: &[Change], origin: Origin) -> Vec<Note> {
        let path = self.session.search_path.clone();
        if let [Change::CreateSchema(schema), _, ..] = changes {
            let mut inside = vec![schema.name.name.clone()];
            inside.extend(path.iter().cloned());
            self.session.search_path = Arc::new(inside);
            let notes = changes
                .iter()
                .flat_map(|change| self.apply(change, origin))
                .collect();
            self.session.search_path = path;
            return notes;
        }
        changes
            .iter()
            .flat_map(|change| self.apply(change, origin))
            .collect()
    }

    /// Takes the state through one change.
    ///
    /// `origin` tells the script and statement, and in its range where the statement begins in the segment's text:
    /// ranges inside the change count from there, and what is made gets the range of its own name. A change that
    /// PostgreSQL would refuse changes nothing; a note tells why.
    pub fn apply(&mut self, change: &Change, origin: Origin) -> Vec<Note> {
        let before = self.clone();
        let mut fold = Fold {
            state: self,
            origin,
            notes: Vec::new(),
            depth: 0,
        };
        let done = fold.change(change);
        let mut notes = fold.notes;
        if let Err(note) = done {
            *self = before;
            notes.push(note);
        }
        notes
    }
}

impl Session {
    /// A session right after connecting.
    pub fn fresh() -> Session {
        Session {
            search_path: Arc::new(vec![Name::new("public")]),
            ..Session::default()
        }
    }

    /// What it hands from one script to the next, as bytes: all but its transaction.
    pub fn stored(&self) -> Vec<u8> {
        // Writing to memory fails for no type of ours.
        postcard::to_allocvec(&(&self.search_path, &self.parameters)).unwrap_or_default()
    }

    /// A session as [`Session::stored`] gave it, between two scripts; `None` for other bytes.
    pub fn restored(bytes: &[u8]) -> Option<Session> {
        let (search_path, parameters) = postcard::from_bytes(bytes).ok()?;
        Some(Session {
            search_path,
            parameters,
            transaction: TransactionState::default(),
        })
    }
}

/// Nothing, or the note that says why the statement has no effect.
type Done = Result<(), Note>;

/// The fold of one change.
struct Fold<'s> {
    state: &'s mut State,
    origin: Origin,
    notes: Vec<Note>,
    /// How many DO blocks are open around.
    depth: u32,
}

impl Fold<'_> {
    fn change(&mut self, change: &Change) -> Done {
        match change {
            Change::CreateSchema(c) => self.create_schema(c),
            Change::CreateTable(c) => self.create_table(c),
            Change::CreateTableAs(c) => self.create_table_as(c),
            Change::AlterRelation(c) => self.alter_relation(c),
            Change::Rename(c) => self.rename(c),
            Change::SetSchema(c) => self.set_schema(c),
            Change::SetOwner(c) => self.set_owner(c),
            Change::Drop(c) => self.drop(c),
            Change::CreateIndex(c) => self.create_index(c),
            Change::Cluster(c) => self.cluster(c),
            Change::CreateView(c) => self.create_view(c),
            Change::RefreshMaterializedView(c) => self.refresh(c),
            Change::CreateSequence(c) => self.create_sequence(c),
            Change::AlterSequence(c) => self.alter_sequence(c),
            Change::CreateType(c) => self.create_type(c),
            Change::AlterType(c) => self.alter_type(c),
            Change::CreateDomain(c) => self.create_domain(c),
            Change::AlterDomain(c) => self.alter_domain(c),
            Change::CreateFunction(c) => self.create_function(c),
            Change::AlterFunction(c) => self.alter_function(c),
            Change::CreateTrigger(c) => self.create_trigger(c),
            Change::CreateRule(c) => self.create_rule(c),
            Change::CreatePolicy(c) => self.create_policy(c),
            Change::AlterPolicy(c) => self.alter_policy(c),
            Change::Comment(c) => self.comment(c),
            Change::CreateExtension(c) => self.create_extension(c),
            Change::CreateOther(c) => self.create_other(c),
            Change::AlterOther(c) => self.alter_other(c),
            Change::Set(c) => {
                self.set(c);
                Ok(())
            }
            Change::Transaction(c) => {
                self.transaction(c);
                Ok(())
            }
            Change::Do(c) => self.block(c),
            Change::Unknown(c) => {
                self.note(NoteKind::Unknown, c.reason.clone());
                Ok(())
            }
            Change::Grant(_)
            | Change::Reindex(_)
            | Change::Truncate(_)
            | Change::Query(_)
            | Change::Copy(_)
            | Change::Lock(_)
            | Change::Vacuum(_)
            | Change::Other(_) => Ok(()),
        }
    }

    fn catalog(&self) -> &Catalog {
        &self.state.catalog
    }

    fn catalog_mut(&mut self) -> &mut Catalog {
        &mut self.state.catalog
    }

    /// Where something in this statement was defined.
    fn at(&self, range: TextRange) -> Origin {
        Origin {
            range: range.offset(self.origin.range.start),
            ..self.origin
        }
    }

    fn note(&mut self, kind: NoteKind, object: impl Into<Arc<str>>) {
        self.notes.push(Note {
            kind,
            object: object.into(),
        });
    }

    /// The relation's present value; a default one where it isn't there.
    fn relation(&self, name: &QualName) -> Arc<Relation> {
        self.catalog().relations.get(name).cloned().unwrap_or_default()
    }

    /// The relation that a statement changes.
    fn need_relation(&self, name: &ObjectRef) -> Result<QualName, Note> {
        self.state
            .resolve_relation(name)
            .ok_or_else(|| missing(written(name)))
    }

    /// Remembers which functions a stored expression calls.
    fn remember_calls<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for function in exprs.into_iter().flat_map(|e| &e.facts.functions) {
            if !self.catalog().called_functions.contains_key(&function.name) {
                self.catalog_mut()
                    .called_functions
                    .insert_mut(function.name.clone(), ());
            }
        }
    }

    /// Remembers that a relation or index was created here.
    fn mark_created(&mut self, name: &QualName) {
        self.state.rowless.created(name);
        let transaction = &mut self.state.session.transaction;
        transaction.created.insert_mut(name.clone(), ());
        transaction.created_in_script.insert_mut(name.clone(), ());
    }

    /// The same for something that has another name now.
    fn mark_renamed(&mut self, from: &QualName, to: Option<&QualName>) {
        self.state.rowless.renamed(from, to);
        let transaction = &mut self.state.session.transaction;
        if transaction.created.remove_mut(from)
            && let Some(to) = to
        {
            transaction.created.insert_mut(to.clone(), ());
        }
        if transaction.created_in_script.remove_mut(from)
            && let Some(to) = to
        {
            transaction.created_in_script.insert_mut(to.clone(), ());
        }
    }
}

/// A name as a statement writes it.
fn written(name: &ObjectRef) -> String {
    match &name.schema {
        Some(schema) => format!("{schema}.{}", name.name),
        None => name.name.to_string(),
    }
}

fn missing(object: impl Into<Arc<str>>) -> Note {
    Note {
        kind: NoteKind::Missing,
        object: object.into(),
    }
}

fn exists(object: impl Into<Arc<str>>) -> Note {
    Note {
        kind: NoteKind::AlreadyExists,
        object: object.into(),
    }
}

fn refused(object: impl Into<Arc<str>>) -> Note {
    Note {
        kind: NoteKind::Refused,
        object: object.into(),
    }
}
