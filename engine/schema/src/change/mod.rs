//! What one statement asks for, as values.
//!
//! A [`Change`] says what the text says, before any catalog is asked: names are as written (folded, perhaps
//! without a schema), every name and clause with its byte range in the statement's text. `apply` resolves them to
//! take a catalog forward, `risk` to tell locks and rewrites, `lint` to judge. They all read this one value; none
//! of them goes back to the tree.

mod data;
mod digest;
mod object;
mod table;

pub use data::*;
pub use digest::digest;
pub use object::*;
pub use table::*;

use std::sync::Arc;

use confiture_syntax::{Name, TextRange};
use serde::{Deserialize, Serialize};

/// A name as a statement writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct ObjectRef {
    /// The schema, where it is written.
    pub schema: Option<Name>,
    /// The name.
    pub name: Name,
    /// Where the (qualified) name stands in the statement.
    pub range: TextRange,
}

/// A single identifier and its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ident {
    /// The folded name.
    pub name: Name,
    /// Where it stands in the statement.
    pub range: TextRange,
}

/// What a statement asks for.
///
/// Nothing here fails: what could not be read is [`Change::Unknown`], what was read and touches no relation that
/// the catalog keeps is [`Change::Other`].
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum Change {
    /// CREATE SCHEMA; its elements follow as changes of their own.
    CreateSchema(CreateSchema),
    /// CREATE TABLE, also OF and PARTITION OF, and CREATE FOREIGN TABLE.
    CreateTable(Box<CreateTable>),
    /// CREATE TABLE AS, SELECT INTO, CREATE MATERIALIZED VIEW.
    CreateTableAs(Box<CreateTableAs>),
    /// ALTER TABLE | INDEX | VIEW | MATERIALIZED VIEW | SEQUENCE | FOREIGN TABLE with commands; also `… ALL IN TABLESPACE` as `Unknown`.
    AlterRelation(Box<AlterRelation>),
    /// ALTER … RENAME of anything.
    Rename(Rename),
    /// ALTER … SET SCHEMA of anything.
    SetSchema(SetSchema),
    /// ALTER … OWNER TO of anything that isn't done by `AlterRelation`.
    SetOwner(SetOwner),
    /// DROP of anything.
    Drop(Drop),
    /// CREATE INDEX.
    CreateIndex(Box<CreateIndex>),
    /// REINDEX.
    Reindex(Reindex),
    /// CLUSTER.
    Cluster(Cluster),
    /// CREATE VIEW.
    CreateView(Box<CreateView>),
    /// REFRESH MATERIALIZED VIEW.
    RefreshMaterializedView(RefreshMaterializedView),
    /// CREATE SEQUENCE.
    CreateSequence(CreateSequence),
    /// ALTER SEQUENCE with options (RESTART, OWNED BY, AS …).
    AlterSequence(AlterSequence),
    /// CREATE TYPE.
    CreateType(CreateType),
    /// ALTER TYPE ADD VALUE, RENAME VALUE, attributes.
    AlterType(AlterType),
    /// CREATE DOMAIN.
    CreateDomain(CreateDomain),
    /// ALTER DOMAIN.
    AlterDomain(AlterDomain),
    /// CREATE FUNCTION, PROCEDURE, AGGREGATE.
    CreateFunction(Box<CreateFunction>),
    /// ALTER FUNCTION … with options.
    AlterFunction(AlterFunction),
    /// CREATE TRIGGER.
    CreateTrigger(Box<CreateTrigger>),
    /// CREATE RULE.
    CreateRule(CreateRule),
    /// CREATE POLICY.
    CreatePolicy(CreatePolicy),
    /// ALTER POLICY.
    AlterPolicy(AlterPolicy),
    /// COMMENT ON.
    Comment(Comment),
    /// GRANT and REVOKE of privileges and roles.
    Grant(Grant),
    /// CREATE EXTENSION.
    CreateExtension(CreateExtension),
    /// CREATE of an object kept by name alone: publication, statistics, operator, collation, server, event trigger, role …
    CreateOther(CreateOther),
    /// ALTER of such an object.
    AlterOther(AlterOther),
    /// TRUNCATE.
    Truncate(Truncate),
    /// SELECT, INSERT, UPDATE, DELETE, MERGE, VALUES, TABLE, CALL, EXPLAIN ANALYZE of one of them, and COPY of a query.
    Query(Box<Query>),
    /// COPY of a relation.
    Copy(Copy),
    /// LOCK TABLE.
    Lock(Lock),
    /// VACUUM, ANALYZE.
    Vacuum(Vacuum),
    /// SET, RESET, also `SELECT set_config(literal, literal, …)`.
    Set(Set),
    /// BEGIN, COMMIT, ROLLBACK, savepoints, PREPARE TRANSACTION.
    Transaction(Transaction),
    /// DO: what the block holds, in order; see [`Nested`].
    Do(DoBlock),
    /// A statement that was understood and neither changes the catalog nor locks a relation that it names
    /// (CREATE DATABASE, NOTIFY, LISTEN, SECURITY LABEL, CHECKPOINT, DISCARD …).
    Other(Other),
    /// A statement that could not be read: broken, or of a form that is not modelled. Never safe.
    Unknown(Unknown),
}

/// A statement of no consequence for relations.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Other {
    /// Its command tag: `CREATE DATABASE`.
    pub tag: Arc<str>,
    /// Whether PostgreSQL refuses it inside a transaction block.
    pub outside_transaction: bool,
}

/// A statement that isn't understood.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Unknown {
    /// Why, in words for a person: `syntax error`, `EXECUTE of a computed string`.
    pub reason: Arc<str>,
    /// The part that isn't understood.
    pub range: TextRange,
}

impl Unknown {
    /// The reason of an EXECUTE in PL/pgSQL whose string can't be told; the range is that of the expression.
    pub const COMPUTED: &'static str = "EXECUTE of a computed string";
}

/// The statements of a DO block.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct DoBlock {
    /// Its language: `plpgsql` where none is named.
    pub language: Name,
    /// What it runs, in order.
    pub statements: Vec<Nested>,
}

/// A statement inside a block: whether it runs at all may depend on data.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Nested {
    /// What it asks for.
    pub changes: Vec<Change>,
    /// Where it stands in the outer statement's text. The ranges inside `changes` are outer ones too.
    pub range: TextRange,
    /// It stands under IF, CASE, LOOP or an exception handler.
    pub conditional: bool,
    /// An exception handler around it catches its failure.
    pub guarded: bool,
}

/// The changes of one statement and the facts that belong to the whole.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Statement {
    /// In the order in which they take effect; almost always one.
    pub changes: Vec<Change>,
}
