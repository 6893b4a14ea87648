//! From changes and the state before them to the effect.
//!
//! One file a family of statements; each is methods of `Predictor`, which collects the [`Effect`] while it walks
//! the changes. What a statement does to a relation that did not exist before it is nobody's concern and not noted.

mod alter;
mod attach;
mod block;
mod column;
mod constraint;
mod create;
mod drop;
mod index;
mod object;
mod query;
mod retype;
mod scope;
mod since;
mod types;
mod whole;
mod work;

use confiture_schema::apply::State;
use confiture_schema::catalog::{Catalog, QualName};
use confiture_schema::change::Change;
use confiture_syntax::TextRange;

use crate::effect::{Cause, Effect, TransactionRule};
use crate::lock::LockMode;
use crate::version::PgVersion;

/// The effect of one statement's changes.
pub fn predict(changes: &[Change], before: &State, version: PgVersion) -> Effect {
    predict_nested(changes, before, version, 0)
}

/// Blocks within blocks are followed so far.
const MAX_NESTING: u32 = 16;

fn predict_nested(changes: &[Change], before: &State, version: PgVersion, depth: u32) -> Effect {
    let mut predictor = Predictor {
        state: before,
        version,
        effect: Effect::default(),
        depth,
    };
    for change in changes {
        predictor.change(change);
    }
    predictor.effect
}

/// Collects the effect of one statement.
pub(crate) struct Predictor<'s> {
    state: &'s State,
    version: PgVersion,
    effect: Effect,
    /// How many blocks this one is in.
    depth: u32,
}

impl<'s> Predictor<'s> {
    fn catalog(&self) -> &'s Catalog {
        &self.state.catalog
    }

    /// Notes a lock on a relation.
    fn lock(&mut self, relation: &QualName, mode: LockMode, reason: &str, range: TextRange) {
        self.effect.lock(relation, mode, Cause::new(reason, range));
    }

    /// Notes that the lists may lack something.
    fn unknown(&mut self, reason: impl Into<std::sync::Arc<str>>, range: TextRange) {
        let cause = Cause::new(reason, range);
        if !self.effect.unknown.contains(&cause) {
            self.effect.unknown.push(cause);
        }
        self.effect.open_ended = true;
    }

    /// Notes that something runs that may do anything.
    fn opaque(&mut self, reason: impl Into<std::sync::Arc<str>>, range: TextRange) {
        self.unknown(reason, range);
        self.effect.opaque = true;
    }

    /// PostgreSQL refuses the statement inside a transaction block.
    fn outside_transaction(&mut self) {
        self.effect.transaction = TransactionRule::Refused;
    }

    /// Versions before this one refuse the statement.
    fn since(&mut self, major: u32) {
        let version = PgVersion::new(major);
        self.effect.since = self.effect.since.max(version);
    }

    fn change(&mut self, change: &Change) {
        self.note_since(change);
        match change {
            Change::CreateSchema(_) => {}
            Change::CreateTable(c) => self.create_table(c),
            Change::CreateTableAs(c) => self.create_table_as(c),
            Change::AlterRelation(c) => self.alter_relation(c),
            Change::Rename(c) => self.rename(c),
            Change::SetSchema(c) => self.set_schema(c),
            Change::SetOwner(c) => self.set_owner(c),
            Change::Drop(c) => self.drop(c),
            Change::CreateIndex(c) => self.create_index(c),
            Change::Reindex(c) => self.reindex(c),
            Change::Cluster(c) => self.cluster(c),
            Change::CreateView(c) => self.create_view(c),
            Change::RefreshMaterializedView(c) => self.refresh(c),
            Change::CreateSequence(c) => self.create_sequence(c),
            Change::AlterSequence(c) => self.alter_sequence(c),
            Change::AlterType(c) => self.alter_type(c),
            Change::AlterDomain(c) => self.alter_domain(c),
            Change::CreateFunction(c) => self.create_function(c),
            Change::CreateTrigger(c) => self.create_trigger(c),
            Change::CreateRule(c) => self.create_rule(c),
            Change::CreatePolicy(c) => self.create_policy(c),
            Change::AlterPolicy(c) => self.alter_policy(c),
            Change::Comment(c) => self.comment(c),
            Change::Grant(c) => self.grant(c),
            Change::CreateOther(c) => self.create_other(c),
            Change::AlterOther(c) => self.alter_other(c),
            Change::Truncate(c) => self.truncate(c),
            Change::Query(c) => self.query(c),
            Change::Copy(c) => self.copy(c),
            Change::Lock(c) => self.lock_table(c),
            Change::Vacuum(c) => self.vacuum(c),
            Change::Set(_) => {}
            Change::Transaction(_) => self.effect.transaction = TransactionRule::Control,
            Change::Do(c) => self.block(c),
            Change::CreateExtension(_)
            | Change::CreateType(_)
            | Change::CreateDomain(_)
            | Change::AlterFunction(_) => {}
            Change::Other(c) => {
                if c.outside_transaction {
                    self.outside_transaction();
                }
            }
            Change::Unknown(c) => self.opaque(c.reason.clone(), c.range),
        }
    }
}

/// For those that only look names up.
impl<'s> Predictor<'s> {
    /// Resolves names in a state; predicts nothing.
    pub(crate) fn reader(state: &'s State, version: PgVersion) -> Predictor<'s> {
        Predictor {
            state,
            version,
            effect: Effect::default(),
            depth: 0,
        }
    }

    /// The relation or index that a name means, assumed where the files don't tell; `None` for PostgreSQL's own.
    pub(crate) fn name_of(&self, name: &confiture_schema::change::ObjectRef) -> Option<QualName> {
        match self.resolve(name) {
            scope::Resolved::Relation(full, _)
            | scope::Resolved::Index(full, _)
            | scope::Resolved::Missing(full) => Some(full),
            scope::Resolved::System => None,
        }
    }

    /// Whether the files show that nothing of that name exists.
    pub(crate) fn surely_absent(&self, name: &confiture_schema::change::ObjectRef) -> bool {
        matches!(self.resolve(name), scope::Resolved::Missing(_)) && self.has_history()
    }

    /// Whether foreign keys of other tables reference a relation, or the partitioned table that it is a part of.
    pub(crate) fn is_referenced(&self, relation: &QualName) -> bool {
        self.referencing(relation).iter().any(|r| r != relation)
    }

    /// The table that a relation is a partition of.
    pub(crate) fn parent_of(&self, partition: &QualName) -> Option<QualName> {
        self.partition_parent(partition)
    }

    /// The sequences that a column owns.
    pub(crate) fn sequences_of(&self, table: &QualName, column: &confiture_syntax::Name) -> Vec<QualName> {
        self.owned_sequences(table, Some(column))
    }
}
