//! Changes to tables and what belongs to them.

use std::sync::Arc;

use confiture_syntax::{Name, TextRange};

use super::{Ident, ObjectRef, Query};
use crate::catalog::{
    Deferrable, GeneratedStorage, IdentityKind, Persistence, ReferentialAction, TriggerEnabled,
};
use crate::expr::Expr;
use crate::types::SqlType;

/// CREATE TABLE and CREATE FOREIGN TABLE.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CreateTable {
    /// The table.
    pub name: ObjectRef,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// Persistence.
    pub persistence: Persistence,
    /// CREATE FOREIGN TABLE.
    pub foreign: bool,
    /// Columns (for OF and PARTITION OF: the options given for columns), constraints, LIKE clauses, in order.
    pub elements: Vec<TableElement>,
    /// INHERITS.
    pub inherits: Vec<ObjectRef>,
    /// PARTITION OF and its bound (None: DEFAULT; Some: source text from FOR VALUES on).
    pub partition_of: Option<(ObjectRef, Option<Arc<str>>)>,
    /// OF type.
    pub of_type: Option<ObjectRef>,
    /// PARTITION BY: strategy (`range`, `list`, `hash`) and keys.
    pub partition_by: Option<(Name, Vec<Expr>)>,
    /// WITH (…).
    pub options: Vec<StorageOption>,
    /// TABLESPACE.
    pub tablespace: Option<Ident>,
    /// USING.
    pub access_method: Option<Ident>,
}

/// An element between the parentheses of CREATE TABLE.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum TableElement {
    /// A column.
    Column(Box<ColumnDef>),
    /// A table constraint.
    Constraint(Box<ConstraintDef>),
    /// LIKE source, with the parts it includes.
    Like(LikeClause),
}

/// LIKE source [INCLUDING …].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LikeClause {
    /// The table it copies.
    pub source: ObjectRef,
    /// What is included, after EXCLUDING has had its say.
    pub including: LikeOptions,
}

/// Parts that LIKE copies (PostgreSQL manual, CREATE TABLE).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[allow(missing_docs, reason = "each is the SQL keyword of its name")]
pub struct LikeOptions {
    pub comments: bool,
    pub compression: bool,
    pub constraints: bool,
    pub defaults: bool,
    pub generated: bool,
    pub identity: bool,
    pub indexes: bool,
    pub statistics: bool,
    pub storage: bool,
}

/// A column's definition.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct ColumnDef {
    /// The column.
    pub name: Ident,
    /// Its type; `None` for the column options of OF and PARTITION OF.
    pub ty: Option<TypeRef>,
    /// COLLATE.
    pub collation: Option<ObjectRef>,
    /// NOT NULL (true), NULL (false), nothing.
    pub not_null: Option<bool>,
    /// DEFAULT.
    pub default: Option<Expr>,
    /// GENERATED … AS IDENTITY and the options of its sequence.
    pub identity: Option<(IdentityKind, Vec<SequenceOption>)>,
    /// GENERATED ALWAYS AS (expr). VIRTUAL where nothing is said, as in 18; before 18 STORED must be written.
    pub generated: Option<(Expr, GeneratedStorage)>,
    /// PRIMARY KEY, UNIQUE, CHECK, REFERENCES, in order, with `columns` filled with this column.
    pub constraints: Vec<ConstraintDef>,
    /// The whole definition.
    pub range: TextRange,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TypeRef {
    /// The type: built-in names made internal (`int` → `int4`), others as written, folded. `serial` gives `int4`.
    pub ty: SqlType,
    /// `serial`, `bigserial`, `smallserial`.
    pub serial: bool,
    /// `SETOF`.
    pub setof: bool,
    /// `relation.column%TYPE`; then `ty` is a placeholder.
    pub percent_type: bool,
    /// Where it stands.
    pub range: TextRange,
}

/// A constraint's definition.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct ConstraintDef {
    /// CONSTRAINT name.
    pub name: Option<Ident>,
    /// What it says.
    pub kind: ConstraintDefKind,
    /// DEFERRABLE, INITIALLY DEFERRED.
    pub deferrable: Deferrable,
    /// NOT VALID.
    pub not_valid: bool,
    /// NOT ENFORCED (18+).
    pub not_enforced: bool,
    /// NO INHERIT.
    pub no_inherit: bool,
    /// The whole definition.
    pub range: TextRange,
}

/// What a constraint's definition says.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum ConstraintDefKind {
    /// PRIMARY KEY.
    PrimaryKey(KeyDef),
    /// UNIQUE.
    Unique(KeyDef),
    /// CHECK.
    Check(Expr),
    /// FOREIGN KEY, REFERENCES.
    ForeignKey(ForeignKeyDef),
    /// EXCLUDE.
    Exclude(ExcludeDef),
    /// CONSTRAINT … NOT NULL column (18+).
    NotNull(Ident),
}

/// The key of PRIMARY KEY or UNIQUE.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct KeyDef {
    /// Columns; empty with `using_index`.
    pub columns: Vec<Ident>,
    /// INCLUDE.
    pub include: Vec<Ident>,
    /// NULLS NOT DISTINCT.
    pub nulls_not_distinct: bool,
    /// USING INDEX.
    pub using_index: Option<Ident>,
    /// WITH (…).
    pub options: Vec<StorageOption>,
    /// USING INDEX TABLESPACE.
    pub tablespace: Option<Ident>,
}

/// A foreign key's definition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ForeignKeyDef {
    /// Referencing columns.
    pub columns: Vec<Ident>,
    /// Referenced table.
    pub references: ObjectRef,
    /// Referenced columns; empty: its primary key.
    pub referenced_columns: Vec<Ident>,
    /// MATCH FULL.
    pub match_full: bool,
    /// ON UPDATE.
    pub on_update: ReferentialAction,
    /// ON DELETE.
    pub on_delete: ReferentialAction,
}

/// EXCLUDE.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct ExcludeDef {
    /// Index method: `gist` is usual, `btree` where none is named.
    pub method: Name,
    /// Keys and their operators.
    pub elements: Vec<(IndexElement, Arc<str>)>,
    /// INCLUDE.
    pub include: Vec<Ident>,
    /// WHERE.
    pub predicate: Option<Expr>,
}

/// One `name = value` of WITH (…) or SET (…).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StorageOption {
    /// Name, with its namespace: `toast.autovacuum_enabled`.
    pub name: Name,
    /// Value as written, unquoted; `None` where only the name stands.
    pub value: Option<Arc<str>>,
    /// Where it stands.
    pub range: TextRange,
}

/// What an ALTER names: the object kind that stands after ALTER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the SQL object kind of its name")]
pub enum RelationWord {
    Table,
    Index,
    View,
    MaterializedView,
    Sequence,
    ForeignTable,
}

/// ALTER TABLE and its likes.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct AlterRelation {
    /// The word after ALTER.
    pub word: RelationWord,
    /// IF EXISTS.
    pub if_exists: bool,
    /// ONLY.
    pub only: bool,
    /// The relation.
    pub name: ObjectRef,
    /// Commands in order.
    pub commands: Vec<AlterCommand>,
}

/// One command of ALTER TABLE, with its place.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct AlterCommand {
    /// What it does.
    pub action: AlterAction,
    /// The whole command.
    pub range: TextRange,
}

/// CASCADE or RESTRICT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum DropBehavior {
    /// Refuse where something depends on it.
    #[default]
    Restrict,
    /// Drop what depends on it too.
    Cascade,
}

/// What one command of ALTER TABLE does.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum AlterAction {
    /// ADD COLUMN.
    AddColumn {
        /// The column.
        column: Box<ColumnDef>,
        /// IF NOT EXISTS.
        if_not_exists: bool,
    },
    /// DROP COLUMN.
    DropColumn {
        /// The column.
        column: Ident,
        /// IF EXISTS.
        if_exists: bool,
        /// CASCADE.
        behavior: DropBehavior,
    },
    /// ALTER COLUMN … TYPE.
    AlterType {
        /// The column.
        column: Ident,
        /// The new type.
        ty: TypeRef,
        /// COLLATE.
        collation: Option<ObjectRef>,
        /// USING.
        using: Option<Expr>,
    },
    /// SET DEFAULT.
    SetDefault {
        /// The column.
        column: Ident,
        /// The default.
        default: Expr,
    },
    /// DROP DEFAULT.
    DropDefault(Ident),
    /// SET NOT NULL.
    SetNotNull(Ident),
    /// DROP NOT NULL.
    DropNotNull(Ident),
    /// ADD GENERATED … AS IDENTITY.
    AddIdentity {
        /// The column.
        column: Ident,
        /// ALWAYS or BY DEFAULT.
        kind: IdentityKind,
        /// Options of its sequence.
        options: Vec<SequenceOption>,
    },
    /// SET GENERATED, SET sequence option, RESTART.
    SetIdentity {
        /// The column.
        column: Ident,
        /// The new kind, where it is set.
        kind: Option<IdentityKind>,
        /// Options of its sequence.
        options: Vec<SequenceOption>,
    },
    /// DROP IDENTITY.
    DropIdentity {
        /// The column.
        column: Ident,
        /// IF EXISTS.
        if_exists: bool,
    },
    /// SET EXPRESSION (17+).
    SetExpression {
        /// The column.
        column: Ident,
        /// The new expression.
        expr: Expr,
    },
    /// DROP EXPRESSION.
    DropExpression {
        /// The column.
        column: Ident,
        /// IF EXISTS.
        if_exists: bool,
    },
    /// SET STATISTICS; the column may be an index's key by number, then it has no name.
    SetStatistics(Option<Ident>),
    /// ALTER COLUMN SET/RESET (n_distinct …).
    SetColumnOptions(Ident),
    /// SET STORAGE.
    SetStorage(Ident),
    /// SET COMPRESSION.
    SetCompression(Ident),
    /// ADD constraint.
    AddConstraint(Box<ConstraintDef>),
    /// ALTER CONSTRAINT.
    AlterConstraint {
        /// The constraint.
        constraint: Ident,
        /// New deferral, where it is named.
        deferrable: Option<Deferrable>,
        /// ENFORCED / NOT ENFORCED (18+), where it is named.
        enforced: Option<bool>,
        /// INHERIT / NO INHERIT (18+), where it is named.
        inherit: Option<bool>,
    },
    /// VALIDATE CONSTRAINT.
    ValidateConstraint(Ident),
    /// DROP CONSTRAINT.
    DropConstraint {
        /// The constraint.
        constraint: Ident,
        /// IF EXISTS.
        if_exists: bool,
        /// CASCADE.
        behavior: DropBehavior,
    },
    /// ENABLE/DISABLE TRIGGER; `None` for ALL and USER.
    SetTrigger {
        /// The trigger; `None` for ALL, USER.
        trigger: Option<Ident>,
        /// The new state.
        state: TriggerEnabled,
    },
    /// ENABLE/DISABLE RULE.
    SetRule {
        /// The rule.
        rule: Ident,
        /// The new state.
        state: TriggerEnabled,
    },
    /// ENABLE/DISABLE/FORCE/NO FORCE ROW LEVEL SECURITY: new value of (enabled, forced), where it is set.
    SetRowSecurity {
        /// ENABLE or DISABLE.
        enabled: Option<bool>,
        /// FORCE or NO FORCE.
        forced: Option<bool>,
    },
    /// CLUSTER ON.
    ClusterOn(Ident),
    /// SET WITHOUT CLUSTER.
    SetWithoutCluster,
    /// SET WITHOUT OIDS: nothing since 12.
    SetWithoutOids,
    /// SET LOGGED / UNLOGGED.
    SetPersistence(Persistence),
    /// SET ACCESS METHOD; `None` for DEFAULT (17+).
    SetAccessMethod(Option<Ident>),
    /// SET TABLESPACE.
    SetTablespace(Ident),
    /// SET (…).
    SetOptions(Vec<StorageOption>),
    /// RESET (…).
    ResetOptions(Vec<StorageOption>),
    /// INHERIT.
    Inherit(ObjectRef),
    /// NO INHERIT.
    NoInherit(ObjectRef),
    /// OF type.
    OfType(ObjectRef),
    /// NOT OF.
    NotOf,
    /// OWNER TO.
    OwnerTo(Ident),
    /// REPLICA IDENTITY.
    ReplicaIdentity(crate::catalog::ReplicaIdentity),
    /// ATTACH PARTITION.
    AttachPartition {
        /// The table that becomes a partition; for ALTER INDEX the index.
        partition: ObjectRef,
        /// Source text from FOR VALUES on; `None` for DEFAULT. For an index always `None`.
        bound: Option<Arc<str>>,
    },
    /// DETACH PARTITION.
    DetachPartition {
        /// The partition.
        partition: ObjectRef,
        /// CONCURRENTLY or FINALIZE or neither.
        mode: DetachMode,
    },
    /// OPTIONS (…) of a foreign table or its column.
    SetForeignOptions,
    /// A command that isn't modelled (named in words).
    Unknown(Arc<str>),
}

/// How a partition is detached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DetachMode {
    /// Plainly.
    Plain,
    /// CONCURRENTLY (14+).
    Concurrently,
    /// FINALIZE (14+).
    Finalize,
}

/// CREATE INDEX.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CreateIndex {
    /// Its name, where one is given; always in the table's schema.
    pub name: Option<Ident>,
    /// The table.
    pub table: ObjectRef,
    /// ON ONLY.
    pub only: bool,
    /// UNIQUE.
    pub unique: bool,
    /// CONCURRENTLY.
    pub concurrently: bool,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// Access method: `btree` where none is named.
    pub method: Name,
    /// Keys.
    pub elements: Vec<IndexElement>,
    /// INCLUDE.
    pub include: Vec<Ident>,
    /// NULLS NOT DISTINCT.
    pub nulls_not_distinct: bool,
    /// WHERE.
    pub predicate: Option<Expr>,
    /// WITH (…).
    pub options: Vec<StorageOption>,
    /// TABLESPACE.
    pub tablespace: Option<Ident>,
    /// Where the word CONCURRENTLY could go: right after INDEX.
    pub after_index_keyword: TextRange,
}

/// One key of CREATE INDEX.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct IndexElement {
    /// Column or expression.
    pub expr: Expr,
    /// COLLATE.
    pub collation: Option<ObjectRef>,
    /// Operator class.
    pub opclass: Option<ObjectRef>,
    /// DESC.
    pub descending: bool,
    /// NULLS FIRST / LAST, where it is written.
    pub nulls_first: Option<bool>,
    /// The whole key.
    pub range: TextRange,
}

/// What REINDEX, CLUSTER, VACUUM name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reindex {
    /// What it rebuilds.
    pub target: ReindexTarget,
    /// CONCURRENTLY.
    pub concurrently: bool,
}

/// What REINDEX rebuilds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReindexTarget {
    /// One index.
    Index(ObjectRef),
    /// All of a table's.
    Table(ObjectRef),
    /// All of a schema's.
    Schema(Ident),
    /// All of the database's, or those on system catalogs.
    Database,
}

/// CLUSTER.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cluster {
    /// The table; `None`: every table that was clustered before.
    pub table: Option<ObjectRef>,
    /// The index; `None`: the one that it was clustered on.
    pub index: Option<Ident>,
}

/// CREATE TRIGGER.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CreateTrigger {
    /// The trigger.
    pub name: Ident,
    /// The table or view.
    pub table: ObjectRef,
    /// OR REPLACE.
    pub or_replace: bool,
    /// Its definition; `function` may lack its schema.
    pub timing: crate::catalog::TriggerTiming,
    /// Events, in `pg_get_triggerdef` order.
    pub events: Vec<crate::catalog::TriggerEvent>,
    /// UPDATE OF.
    pub update_columns: Vec<Ident>,
    /// FOR EACH ROW.
    pub for_each_row: bool,
    /// EXECUTE FUNCTION.
    pub function: ObjectRef,
    /// WHEN.
    pub when: Option<Expr>,
    /// CREATE CONSTRAINT TRIGGER.
    pub constraint: bool,
    /// FROM, of a constraint trigger.
    pub from: Option<ObjectRef>,
    /// Its deferral.
    pub deferrable: Deferrable,
    /// REFERENCING OLD/NEW TABLE.
    pub transition_tables: bool,
}

/// CREATE RULE.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreateRule {
    /// The rule.
    pub name: Ident,
    /// The table or view.
    pub table: ObjectRef,
    /// OR REPLACE.
    pub or_replace: bool,
    /// It is ON SELECT DO INSTEAD: turns a table into a view (refused since 16).
    pub on_select: bool,
}

/// CREATE POLICY.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CreatePolicy {
    /// The policy.
    pub name: Ident,
    /// The table.
    pub table: ObjectRef,
    /// PERMISSIVE.
    pub permissive: bool,
    /// The command.
    pub command: crate::catalog::PolicyCommand,
    /// TO; `public` where none is named.
    pub roles: Vec<Name>,
    /// USING.
    pub using: Option<Expr>,
    /// WITH CHECK.
    pub check: Option<Expr>,
}

/// ALTER POLICY; a rename is a [`super::Rename`].
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct AlterPolicy {
    /// The policy.
    pub name: Ident,
    /// The table.
    pub table: ObjectRef,
    /// TO, where it is named.
    pub roles: Option<Vec<Name>>,
    /// USING, where it is named.
    pub using: Option<Expr>,
    /// WITH CHECK, where it is named.
    pub check: Option<Expr>,
}

/// One option of CREATE/ALTER SEQUENCE or of an identity column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SequenceOption {
    /// AS type.
    As(SqlType),
    /// START.
    Start(i64),
    /// INCREMENT.
    Increment(i64),
    /// MINVALUE; `None` for NO MINVALUE.
    Min(Option<i64>),
    /// MAXVALUE; `None` for NO MAXVALUE.
    Max(Option<i64>),
    /// CACHE.
    Cache(i64),
    /// CYCLE, NO CYCLE.
    Cycle(bool),
    /// OWNED BY table.column; `None` for NONE.
    OwnedBy(Option<(ObjectRef, Ident)>),
    /// RESTART.
    Restart(Option<i64>),
    /// SEQUENCE NAME, of an identity column.
    SequenceName(ObjectRef),
    /// LOGGED / UNLOGGED.
    Persistence(Persistence),
}

/// CREATE TABLE AS, SELECT INTO, CREATE MATERIALIZED VIEW.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CreateTableAs {
    /// What it creates.
    pub name: ObjectRef,
    /// A materialized view rather than a table.
    pub materialized: bool,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// Persistence.
    pub persistence: Persistence,
    /// Column names, where they are given.
    pub columns: Vec<Ident>,
    /// The query; `EXECUTE prepared` gives one that reads nothing and is incomplete.
    pub query: Query,
    /// WITH NO DATA.
    pub no_data: bool,
    /// WITH (…).
    pub options: Vec<StorageOption>,
    /// TABLESPACE.
    pub tablespace: Option<Ident>,
    /// USING.
    pub access_method: Option<Ident>,
}

/// CREATE VIEW.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CreateView {
    /// The view.
    pub name: ObjectRef,
    /// OR REPLACE.
    pub or_replace: bool,
    /// TEMPORARY or not.
    pub persistence: Persistence,
    /// RECURSIVE.
    pub recursive: bool,
    /// Column names, where they are given.
    pub columns: Vec<Ident>,
    /// The query.
    pub query: Query,
    /// WITH (security_barrier …).
    pub options: Vec<StorageOption>,
}

/// REFRESH MATERIALIZED VIEW.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RefreshMaterializedView {
    /// The view.
    pub name: ObjectRef,
    /// CONCURRENTLY.
    pub concurrently: bool,
    /// WITH NO DATA.
    pub no_data: bool,
}
