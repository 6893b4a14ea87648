//! The safe way: SQL that reaches the same without the harm.
//!
//! Steps run one after the other, each in a transaction of its own. Those that take a lock that others must wait for
//! bound their own wait first, so that nobody queues behind a request that waits for a long query.

mod column;
mod constraint;

use std::sync::Arc;

use confiture_schema::apply::State;
use confiture_schema::catalog::{QualName, Relation};
use confiture_schema::change::{
    AlterAction, AlterCommand, AlterDomainAction, AlterRelation, Change, CreateIndex, DetachMode, Drop,
    DropBehavior, ObjectKind, Reindex, ReindexTarget, Vacuum,
};
use confiture_syntax::Name;

use crate::assessment::{Assessment, Level};
use crate::effect::{Effect, Repeats, SafeStep, SafeWay, TransactionRule};
use crate::judge::{has_lock_timeout, is_idle, is_new};
use crate::predict::Predictor;
use crate::sql::{self, Building};
use crate::version::PgVersion;

/// The wait that safe ways allow for a lock.
const TIMEOUT: &str = "SET lock_timeout = '5s';";

/// How to do without the harm; `None` where there is none, or no way is known.
pub(crate) fn safe_way(
    changes: &[Change],
    effect: &Effect,
    assessment: &Assessment,
    before: &State,
    version: PgVersion,
) -> Option<SafeWay> {
    let harmful = assessment.locking.level >= Level::Medium
        || assessment.performance.level >= Level::Medium
        || assessment.compatibility.level >= Level::High;
    if !harmful {
        return None;
    }
    let ways = Ways {
        before,
        version,
        names: Predictor::reader(before, version),
    };
    let found = changes.iter().find_map(|change| ways.change(change, effect));
    found.or_else(|| ways.timeout(effect, assessment))
}

/// Finds ways.
pub(super) struct Ways<'s> {
    before: &'s State,
    version: PgVersion,
    names: Predictor<'s>,
}

/// The table that is altered.
pub(super) struct Table {
    name: QualName,
    relation: Option<Arc<Relation>>,
}

impl Table {
    fn sql(&self) -> String {
        self.name.quoted()
    }
}

/// A step that may run in a transaction, its wait for locks bounded.
pub(super) fn bounded(sql: impl AsRef<str>) -> SafeStep {
    SafeStep {
        sql: format!("{TIMEOUT}\n{}", sql.as_ref()),
        transaction: TransactionRule::Allowed,
        repeats: Repeats::Once,
    }
}

/// A step that may run in a transaction and makes nobody wait.
pub(super) fn gentle(sql: impl Into<String>) -> SafeStep {
    SafeStep {
        sql: sql.into(),
        transaction: TransactionRule::Allowed,
        repeats: Repeats::Once,
    }
}

/// A step that must run outside of one.
pub(super) fn alone(sql: impl Into<String>) -> SafeStep {
    SafeStep {
        sql: sql.into(),
        transaction: TransactionRule::Refused,
        repeats: Repeats::Once,
    }
}

/// A way.
pub(super) fn way(summary: impl Into<String>, steps: Vec<SafeStep>) -> SafeWay {
    SafeWay {
        summary: summary.into(),
        steps,
    }
}

impl Ways<'_> {
    fn change(&self, change: &Change, effect: &Effect) -> Option<SafeWay> {
        match change {
            Change::CreateIndex(create) if !create.concurrently => self.create_index(create),
            Change::Drop(drop) => self.drop(drop),
            Change::Reindex(reindex) if !reindex.concurrently => self.reindex(reindex),
            Change::RefreshMaterializedView(refresh) if !refresh.concurrently && !refresh.no_data => {
                let view = self.table(&refresh.name)?;
                let unique = view.relation.as_ref()?.indexes.iter().any(|(_, i)| {
                    i.unique
                        && i.valid
                        && i.predicate.is_none()
                        && i.keys.iter().all(|k| k.expr.facts.bare_column.is_some())
                });
                let refresh = gentle(format!("REFRESH MATERIALIZED VIEW CONCURRENTLY {};", view.sql()));
                unique.then(|| {
                    way(
                        "refresh it concurrently: readers go on reading the old contents meanwhile",
                        vec![refresh],
                    )
                })
            }
            Change::AlterRelation(alter) => self.alter(alter, effect),
            Change::Rename(rename) => self.rename(rename),
            Change::AlterDomain(alter) => match &alter.action {
                AlterDomainAction::AddCheck(name, expr, false) => {
                    let domain = sql::object(&alter.name);
                    let name = name
                        .as_ref()
                        .map_or_else(
                            || Name::new(format!("{}_check", alter.name.name)),
                            |n| n.name.clone(),
                        )
                        .quoted();
                    Some(way(
                        "add the check without looking at the rows, then look at them",
                        vec![
                            gentle(format!(
                                "ALTER DOMAIN {domain} ADD CONSTRAINT {name} CHECK ({}) NOT VALID;",
                                expr.text
                            )),
                            bounded(format!("ALTER DOMAIN {domain} VALIDATE CONSTRAINT {name};")),
                        ],
                    ))
                }
                _ => None,
            },
            Change::Vacuum(vacuum) if vacuum.full => self.vacuum_full(vacuum),
            _ => None,
        }
    }

    pub(super) fn table(&self, name: &confiture_schema::change::ObjectRef) -> Option<Table> {
        let name = self.names.name_of(name)?;
        let relation = self.before.catalog.relation(&name).cloned();
        Some(Table { name, relation })
    }

    fn create_index(&self, create: &CreateIndex) -> Option<SafeWay> {
        let table = self.table(&create.table)?;
        if is_idle(&table.name, self.before) || create.only {
            return None;
        }
        let name = create.name.as_ref().map(|n| n.name.clone());
        let partitioned = table.relation.as_ref().is_some_and(|r| r.partition_key.is_some());
        if !partitioned {
            let name = name.map(|n| n.quoted().to_string());
            let build = alone(format!(
                "{};",
                sql::create_index(create, name.as_deref(), &table.name, Building::Concurrently)
            ));
            return Some(way(
                "build the index concurrently: writes go on meanwhile; if it fails, drop the invalid index and try again",
                vec![build],
            ));
        }
        Some(self.index_of_partitioned(create, &table.name, name))
    }

    /// Parents' indexes first, each on its table alone; those of tables with rows concurrently; then all are attached.
    fn index_of_partitioned(&self, create: &CreateIndex, root: &QualName, name: Option<Name>) -> SafeWay {
        let root_index = name.unwrap_or_else(|| Name::new(format!("{}_idx", root.name)));
        let index_of = |table: &QualName| {
            let own = if table == root {
                root_index.clone()
            } else {
                Name::new(format!("{}_{root_index}", table.name))
            };
            QualName::new(table.schema.clone(), own)
        };
        let (mut steps, mut attached) = (Vec::new(), Vec::new());
        for table in self.before.catalog.family(root) {
            let index = index_of(&table);
            let quoted = index.name.quoted();
            let partitioned = self
                .before
                .catalog
                .relation(&table)
                .is_some_and(|r| r.partition_key.is_some());
            let how = if partitioned {
                Building::OnlyParent
            } else {
                Building::Concurrently
            };
            let sql = format!("{};", sql::create_index(create, Some(&quoted), &table, how));
            steps.push(if partitioned { bounded(sql) } else { alone(sql) });
            if let Some(parent) = self.names.parent_of(&table).filter(|_| table != *root) {
                attached.push(format!(
                    "ALTER INDEX {} ATTACH PARTITION {};",
                    index_of(&parent).quoted(),
                    index.quoted()
                ));
            }
        }
        attached.reverse();
        steps.push(bounded(attached.join("\n")));
        way(
            "make the index on the partitioned table alone, build it on each partition concurrently, and attach those",
            steps,
        )
    }

    fn drop(&self, drop: &Drop) -> Option<SafeWay> {
        if drop.kind != ObjectKind::Index || drop.concurrently || drop.behavior == DropBehavior::Cascade {
            return None;
        }
        let mut steps = Vec::new();
        for object in &drop.objects {
            let index = self.names.name_of(&object.name)?;
            let partitioned = self
                .before
                .catalog
                .index(&index)
                .is_some_and(|(table, _)| table.partition_key.is_some());
            if partitioned {
                return None;
            }
            let exists = if drop.if_exists { "IF EXISTS " } else { "" };
            steps.push(alone(format!(
                "DROP INDEX CONCURRENTLY {exists}{};",
                index.quoted()
            )));
        }
        Some(way(
            "drop it concurrently: reads and writes go on meanwhile",
            steps,
        ))
    }

    fn reindex(&self, reindex: &Reindex) -> Option<SafeWay> {
        let what = match &reindex.target {
            ReindexTarget::Index(name) => {
                format!("INDEX CONCURRENTLY {}", self.names.name_of(name)?.quoted())
            }
            ReindexTarget::Table(name) => {
                format!("TABLE CONCURRENTLY {}", self.names.name_of(name)?.quoted())
            }
            ReindexTarget::Schema(name) => format!("SCHEMA CONCURRENTLY {}", name.name.quoted()),
            ReindexTarget::Database => return None,
        };
        Some(way(
            "rebuild concurrently: reads and writes go on meanwhile",
            vec![alone(format!("REINDEX {what};"))],
        ))
    }

    fn vacuum_full(&self, vacuum: &Vacuum) -> Option<SafeWay> {
        let tables: Vec<String> = vacuum
            .relations
            .iter()
            .filter_map(|r| Some(self.names.name_of(r)?.quoted()))
            .collect();
        let vacuum = alone(format!("VACUUM (ANALYZE) {};", tables.join(", ")));
        Some(way(
            "vacuum without FULL: it makes the space reusable while reads and writes go on (an extension such as pg_repack gives it back)",
            vec![vacuum],
        ))
    }

    fn alter(&self, alter: &AlterRelation, effect: &Effect) -> Option<SafeWay> {
        let table = self.table(&alter.name)?;
        if is_idle(&table.name, self.before) {
            return None;
        }
        // A way has to reach all that the statement does.
        let ways: Vec<SafeWay> = alter
            .commands
            .iter()
            .map(|command| self.command(&table, alter, command, effect))
            .collect::<Option<_>>()?;
        let summary = ways.iter().map(|w| w.summary.as_str());
        let mut summaries: Vec<&str> = summary.collect();
        summaries.dedup();
        let summary = summaries.join("; ");
        Some(way(summary, ways.into_iter().flat_map(|w| w.steps).collect()))
    }

    fn command(
        &self,
        table: &Table,
        alter: &AlterRelation,
        command: &AlterCommand,
        effect: &Effect,
    ) -> Option<SafeWay> {
        let works = !effect.scans.is_empty() || !effect.rewrites.is_empty();
        match &command.action {
            AlterAction::AddColumn { column, .. } if works => self.add_column(table, column),
            AlterAction::AlterType {
                column, ty, using, ..
            } if !effect.rewrites.is_empty() => self.change_type(table, &column.name, &ty.ty, using.as_ref()),
            AlterAction::SetNotNull(column) if works => Some(self.set_not_null(table, &column.name)),
            AlterAction::AddConstraint(constraint) if works => self.add_constraint(table, constraint),
            AlterAction::AttachPartition { partition, bound } if works => {
                self.attach(table, partition, bound.as_deref())
            }
            AlterAction::DetachPartition {
                partition,
                mode: DetachMode::Plain,
            } if self.version.at_least(14) => {
                let partition = self.names.name_of(partition)?;
                let detach = alone(format!(
                    "ALTER TABLE {} DETACH PARTITION {} CONCURRENTLY;",
                    table.sql(),
                    partition.quoted()
                ));
                let has_default = self.has_default_partition(&table.name);
                (!has_default && !alter.only).then(|| {
                    way(
                        "detach it concurrently: reads and writes of the other partitions go on meanwhile",
                        vec![detach],
                    )
                })
            }
            AlterAction::DropColumn { column, behavior, .. } => {
                let present = table
                    .relation
                    .as_ref()
                    .is_none_or(|r| r.column(&column.name).is_some());
                present.then_some(())?;
                let cascade = if *behavior == DropBehavior::Cascade {
                    " CASCADE"
                } else {
                    ""
                };
                let only = if alter.only { "ONLY " } else { "" };
                let drop = format!(
                    "ALTER TABLE {only}{} DROP COLUMN {}{cascade};",
                    table.sql(),
                    column.name.quoted()
                );
                let summary = "first deploy programs that don't use the column, then drop it with a bounded wait for the lock";
                Some(way(summary, vec![bounded(drop)]))
            }
            _ => None,
        }
    }

    fn has_default_partition(&self, parent: &QualName) -> bool {
        self.before.catalog.children_of(parent).iter().any(|child| {
            let parents = self
                .before
                .catalog
                .relation(child)
                .map(|r| r.parents.clone())
                .unwrap_or_default();
            parents
                .iter()
                .any(|p| p.bound == Some(confiture_schema::catalog::PartitionBound::Default))
        })
    }

    /// A brief lock that everybody waits for: bound the wait for it.
    fn timeout(&self, effect: &Effect, assessment: &Assessment) -> Option<SafeWay> {
        let blocks = effect
            .locks
            .iter()
            .any(|(name, l)| l.mode.blocks_reads() && !is_new(name, self.before));
        if !blocks
            || has_lock_timeout(self.before)
            || assessment.locking.level < Level::Medium
            || !effect.rewrites.is_empty()
        {
            return None;
        }
        Some(way(
            "bound the wait for the lock before the statement, and try again when it runs out",
            vec![gentle(TIMEOUT)],
        ))
    }
}
