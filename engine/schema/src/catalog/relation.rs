//! Relations and what belongs to them: columns, constraints, indexes, triggers, policies, rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use confiture_syntax::Name;
use rpds::RedBlackTreeMapSync as Map;
use serde::{Deserialize, Serialize};

use super::{Origin, QualName};
use crate::expr::Expr;
use crate::types::SqlType;

/// What kind of relation (`pg_class.relkind`), indexes excepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum RelationKind {
    /// An ordinary table, a partition included.
    #[default]
    Table,
    /// A partitioned table; it holds no rows itself.
    PartitionedTable,
    /// A foreign table.
    ForeignTable,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A sequence, owned or not.
    Sequence,
}

/// How long a relation lives and whether it is logged (`pg_class.relpersistence`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Persistence {
    /// Logged, survives a crash.
    #[default]
    Permanent,
    /// Not logged, emptied by a crash.
    Unlogged,
    /// Gone at the end of the session.
    Temporary,
}

/// A table, view, materialized view, foreign table or sequence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Relation {
    /// Its kind.
    pub kind: RelationKind,
    /// Its persistence.
    pub persistence: Persistence,
    /// Columns in order. For a view whose query could not be read whole, see [`ViewDef::columns_known`].
    pub columns: Arc<Vec<Arc<Column>>>,
    /// Constraints by name.
    pub constraints: Map<Name, Arc<Constraint>>,
    /// Indexes by name, those of constraints included.
    pub indexes: Map<Name, Arc<Index>>,
    /// Triggers by name; PostgreSQL's own for foreign keys excluded.
    pub triggers: Map<Name, Arc<Trigger>>,
    /// Row security policies by name.
    pub policies: Map<Name, Arc<Policy>>,
    /// Rewrite rules by name; a view's own `_RETURN` excluded.
    pub rules: Map<Name, Arc<Rule>>,
    /// Row level security.
    pub row_security: RowSecurity,
    /// How it is partitioned, for a partitioned table.
    pub partition_key: Option<PartitionKey>,
    /// Its parents: one with a bound for a partition, any number without for inheritance.
    pub parents: Vec<Parent>,
    /// Query of a view or materialized view.
    pub view: Option<Arc<ViewDef>>,
    /// Parameters of a sequence.
    pub sequence: Option<Arc<Sequence>>,
    /// Comment.
    pub comment: Option<Arc<str>>,
    /// Owner, where a statement set one.
    pub owner: Option<Name>,
    /// Storage parameters: `fillfactor` → `70`; `toast.…` under that prefix.
    pub options: BTreeMap<Name, Arc<str>>,
    /// Tablespace, where not the default.
    pub tablespace: Option<Name>,
    /// Table access method, where not the default (`heap`).
    pub access_method: Option<Name>,
    /// Replica identity, where not the default.
    pub replica_identity: ReplicaIdentity,
    /// The composite type it was made of (`CREATE TABLE … OF`).
    pub of_type: Option<QualName>,
    /// Its contents aren't known to have been filled (`WITH NO DATA`).
    pub unpopulated: bool,
    /// Where it was created.
    pub origin: Origin,
}

impl Relation {
    /// The column of that name and its position.
    pub fn column(&self, name: &Name) -> Option<&Arc<Column>> {
        self.columns.iter().find(|c| &c.name == name)
    }

    /// The primary key.
    pub fn primary_key(&self) -> Option<&Arc<Constraint>> {
        self.constraints
            .values()
            .find(|c| matches!(c.kind, ConstraintKind::PrimaryKey { .. }))
    }

    /// Every expression that is stored with it.
    pub(crate) fn expressions(&self) -> Vec<&Expr> {
        let mut all: Vec<&Expr> = Vec::new();
        for column in self.columns.iter() {
            all.extend(&column.default);
            all.extend(column.generated.as_ref().map(|g| &g.expr));
        }
        for constraint in self.constraints.values() {
            if let ConstraintKind::Check { expr } = &constraint.kind {
                all.push(expr);
            }
        }
        for index in self.indexes.values() {
            all.extend(index.keys.iter().map(|k| &k.expr).chain(&index.predicate));
        }
        for trigger in self.triggers.values() {
            all.extend(&trigger.when);
        }
        for policy in self.policies.values() {
            all.extend(policy.using.iter().chain(&policy.check));
        }
        all
    }

    /// Whether it is a partition of a partitioned table.
    pub fn is_partition(&self) -> bool {
        self.parents.iter().any(|p| p.bound.is_some())
    }
}

/// A parent, and the partition bound where the child is a partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The parent relation.
    pub relation: QualName,
    /// `FOR VALUES …` or `DEFAULT`, source text from that keyword on; `None` for plain inheritance.
    pub bound: Option<PartitionBound>,
}

/// A partition's bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartitionBound {
    /// `DEFAULT`.
    Default,
    /// `FOR VALUES …`, source text.
    Values(Arc<str>),
}

/// How a table is partitioned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionKey {
    /// `range`, `list` or `hash`.
    pub strategy: Name,
    /// Key columns and expressions.
    pub keys: Vec<Expr>,
}

/// Row level security (`pg_class.relrowsecurity`, `relforcerowsecurity`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowSecurity {
    /// Enabled.
    pub enabled: bool,
    /// Applies to the owner too.
    pub forced: bool,
}

/// Which columns an UPDATE or DELETE logs for logical replication.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Hash)]
pub enum ReplicaIdentity {
    /// The primary key.
    #[default]
    Default,
    /// The whole row.
    Full,
    /// Nothing.
    Nothing,
    /// A unique index.
    Index(Name),
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// Its type; `None` where the files can't tell (a CTAS expression, a view's computed column).
    pub ty: Option<SqlType>,
    /// Whether NULL is refused, by NOT NULL, a primary key or identity.
    pub not_null: bool,
    /// Default; for `serial` the `nextval` expression.
    pub default: Option<Expr>,
    /// Generation expression.
    pub generated: Option<Generated>,
    /// Identity.
    pub identity: Option<IdentityKind>,
    /// Explicit collation.
    pub collation: Option<QualName>,
    /// Comment.
    pub comment: Option<Arc<str>>,
    /// It came from a parent and has no definition of its own (`attislocal` false).
    pub inherited: bool,
    /// Where it was defined.
    pub origin: Origin,
}

impl Column {
    /// Whether its value comes from elsewhere than a default: identity or generation.
    pub(crate) fn has_no_default(&self) -> bool {
        self.identity.is_some() || self.generated.is_some()
    }
}

/// A generated column's expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// The expression.
    pub expr: Expr,
    /// Whether its value is stored.
    pub storage: GeneratedStorage,
}

/// Whether a generated value is stored or computed when read (18+).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub enum GeneratedStorage {
    /// STORED.
    Stored,
    /// VIRTUAL, since 18.
    Virtual,
}

/// When an identity column's value may be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub enum IdentityKind {
    /// GENERATED ALWAYS.
    Always,
    /// GENERATED BY DEFAULT.
    ByDefault,
}

/// A table constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constraint {
    /// What it says.
    pub kind: ConstraintKind,
    /// Existing rows are known to satisfy it; false after NOT VALID.
    pub validated: bool,
    /// False after NOT ENFORCED (18+).
    pub enforced: bool,
    /// Whether and how it is deferred.
    pub deferrable: Deferrable,
    /// Not passed on to children (NO INHERIT).
    pub no_inherit: bool,
    /// It came from a parent (`conislocal` false).
    pub inherited: bool,
    /// Comment.
    pub comment: Option<Arc<str>>,
    /// Where it was defined.
    pub origin: Origin,
}

/// What a constraint says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConstraintKind {
    /// PRIMARY KEY; its index has the constraint's name.
    PrimaryKey {
        /// Key columns.
        columns: Vec<Name>,
    },
    /// UNIQUE; its index has the constraint's name.
    Unique {
        /// Key columns.
        columns: Vec<Name>,
    },
    /// EXCLUDE; its index has the constraint's name.
    Exclude {
        /// The operators, by position of the index's keys.
        operators: Vec<Arc<str>>,
    },
    /// CHECK.
    Check {
        /// The condition.
        expr: Expr,
    },
    /// FOREIGN KEY.
    ForeignKey(ForeignKey),
    /// A named NOT NULL that isn't valid yet (18+); valid ones are only `Column::not_null`.
    NotNull {
        /// The column.
        column: Name,
    },
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// Referencing columns.
    pub columns: Vec<Name>,
    /// Referenced relation.
    pub references: QualName,
    /// Referenced columns, resolved to the primary key where the statement names none; empty when unknown.
    pub referenced_columns: Vec<Name>,
    /// MATCH FULL.
    pub match_full: bool,
    /// ON UPDATE.
    pub on_update: ReferentialAction,
    /// ON DELETE.
    pub on_delete: ReferentialAction,
}

/// What happens to the referencing row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Hash)]
pub enum ReferentialAction {
    /// NO ACTION.
    #[default]
    NoAction,
    /// RESTRICT.
    Restrict,
    /// CASCADE.
    Cascade,
    /// SET NULL.
    SetNull,
    /// SET DEFAULT.
    SetDefault,
}

/// Whether a constraint is checked at once or at commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Hash)]
pub enum Deferrable {
    /// NOT DEFERRABLE.
    #[default]
    No,
    /// DEFERRABLE INITIALLY IMMEDIATE.
    Immediate,
    /// DEFERRABLE INITIALLY DEFERRED.
    Deferred,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Access method: `btree` where none is named.
    pub method: Name,
    /// Keys in order.
    pub keys: Vec<IndexKey>,
    /// INCLUDE columns.
    pub include: Vec<Name>,
    /// UNIQUE.
    pub unique: bool,
    /// NULLS NOT DISTINCT (15+).
    pub nulls_not_distinct: bool,
    /// WHERE.
    pub predicate: Option<Expr>,
    /// False for an index that was left INVALID, and for one ON ONLY a partitioned table until all parts are attached.
    pub valid: bool,
    /// It belongs to the constraint of the same name.
    pub constraint: bool,
    /// The index of the parent table that it is attached to.
    pub parent: Option<QualName>,
    /// Storage parameters.
    pub options: BTreeMap<Name, Arc<str>>,
    /// Tablespace, where not the default.
    pub tablespace: Option<Name>,
    /// The table was last clustered on it, or will be.
    pub clustered: bool,
    /// Comment.
    pub comment: Option<Arc<str>>,
    /// Where it was created.
    pub origin: Origin,
}

/// One key of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexKey {
    /// The column or expression; [`crate::expr::ExprFacts::bare_column`] tells them apart.
    pub expr: Expr,
    /// Explicit operator class, where not the type's default.
    pub opclass: Option<Name>,
    /// Explicit collation.
    pub collation: Option<Name>,
    /// DESC.
    pub descending: bool,
    /// NULLS FIRST; for DESC the default.
    pub nulls_first: bool,
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// BEFORE, AFTER, INSTEAD OF.
    pub timing: TriggerTiming,
    /// INSERT, UPDATE, DELETE, TRUNCATE.
    pub events: Vec<TriggerEvent>,
    /// UPDATE OF these columns; empty for any.
    pub update_columns: Vec<Name>,
    /// FOR EACH ROW rather than STATEMENT.
    pub for_each_row: bool,
    /// The function it calls.
    pub function: QualName,
    /// WHEN.
    pub when: Option<Expr>,
    /// CREATE CONSTRAINT TRIGGER.
    pub constraint: bool,
    /// Deferral of a constraint trigger.
    pub deferrable: Deferrable,
    /// When it fires, by session_replication_role.
    pub enabled: TriggerEnabled,
    /// Cloned from the partitioned parent's.
    pub inherited: bool,
    /// Comment.
    pub comment: Option<Arc<str>>,
    /// Where it was created.
    pub origin: Origin,
}

/// When a trigger runs, relative to its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub enum TriggerTiming {
    /// BEFORE.
    Before,
    /// AFTER.
    After,
    /// INSTEAD OF.
    InsteadOf,
}

/// What fires a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Hash)]
pub enum TriggerEvent {
    /// INSERT.
    Insert,
    /// DELETE.
    Delete,
    /// UPDATE.
    Update,
    /// TRUNCATE.
    Truncate,
}

/// `pg_trigger.tgenabled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Hash)]
pub enum TriggerEnabled {
    /// In origin and local mode.
    #[default]
    Origin,
    /// Never.
    Disabled,
    /// In replica mode.
    Replica,
    /// Always.
    Always,
}

/// A row security policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// PERMISSIVE rather than RESTRICTIVE.
    pub permissive: bool,
    /// The command it is for.
    pub command: PolicyCommand,
    /// Roles; `public` where none is named.
    pub roles: Vec<Name>,
    /// USING.
    pub using: Option<Expr>,
    /// WITH CHECK.
    pub check: Option<Expr>,
    /// Comment.
    pub comment: Option<Arc<str>>,
    /// Where it was created.
    pub origin: Origin,
}

impl Policy {
    /// Whether a condition reads other tables.
    pub(crate) fn queries(&self) -> bool {
        self.using.iter().chain(&self.check).any(|e| e.facts.subquery)
    }
}

/// What a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Hash)]
pub enum PolicyCommand {
    /// ALL.
    #[default]
    All,
    /// SELECT.
    Select,
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
}

/// A rewrite rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Comment.
    pub comment: Option<Arc<str>>,
    /// When it fires.
    pub enabled: TriggerEnabled,
    /// Where it was created.
    pub origin: Origin,
}

/// A view's query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewDef {
    /// Source text of the query.
    pub query: Arc<str>,
    /// Relations that it reads, resolved where they were known.
    pub sources: Vec<QualName>,
    /// Whether names of all columns could be told.
    pub columns_known: bool,
}

/// Parameters of a sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// `int2`, `int4` or `int8`.
    pub ty: SqlType,
    /// START.
    pub start: i64,
    /// INCREMENT.
    pub increment: i64,
    /// MINVALUE.
    pub min: i64,
    /// MAXVALUE.
    pub max: i64,
    /// CACHE.
    pub cache: i64,
    /// CYCLE.
    pub cycle: bool,
    /// OWNED BY.
    pub owned_by: Option<(QualName, Name)>,
    /// It serves an identity column rather than a `serial` or a hand-made default.
    pub identity: bool,
}
