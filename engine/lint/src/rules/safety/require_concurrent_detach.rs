//! ## What it does
//!
//! Reports `DETACH PARTITION` without `CONCURRENTLY` on a table in use.
//!
//! ## Why is this bad?
//!
//! It takes an `ACCESS EXCLUSIVE` lock on the partitioned table and on the partition: it waits for every query that
//! reads any partition, and meanwhile nobody else gets in. From PostgreSQL 14 on there is a way with a weaker lock.
//!
//! ```sql given
//! CREATE TABLE events (id bigint, happened_on date NOT NULL) PARTITION BY RANGE (happened_on);
//! CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
//! ```
//!
//! ```sql bad
//! ALTER TABLE events DETACH PARTITION events_2025;
//! ```
//!
//! ## Instead
//!
//! Outside a transaction, and where there is no default partition (with one PostgreSQL refuses it):
//!
//! ```sql good
//! ALTER TABLE events DETACH PARTITION events_2025 CONCURRENTLY;
//! ```

use confiture_schema::catalog::{PartitionBound, QualName};
use confiture_schema::change::{AlterAction, DetachMode};
use confiture_syntax::TextRange;

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-concurrent-detach",
    summary: "A partition is detached under an ACCESS EXCLUSIVE lock",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &[
        "require-concurrent-partition-detach",
        "require-concurrent-detach-partition",
    ],
    provenance: &[
        squawk("require-concurrent-partition-detach"),
        pgls("requireConcurrentDetachPartition"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !statement.version.at_least(14) {
        return;
    }
    for (table, _, command) in statement.alter_commands() {
        let AlterAction::DetachPartition { partition, mode } = &command.action else {
            continue;
        };
        if *mode != DetachMode::Plain || has_default_partition(statement, &table) {
            continue;
        }
        let message = format!(
            "detaching {} takes an ACCESS EXCLUSIVE lock on {table}: reads and writes of all its partitions wait",
            partition.name
        );
        let finding = sink.report(statement, Subject::relation(&table), command.range, message);
        finding.help(statement.concurrent_way_or("detach it CONCURRENTLY"));
        if !statement.in_transaction() && !statement.is_nested() {
            finding.fix(
                Fix::new("Detach it concurrently", Safety::Unsafe)
                    .edit(statement.edit(TextRange::empty(partition.range.end), " CONCURRENTLY")),
            );
        }
    }
}

fn has_default_partition(statement: &StatementContext<'_>, table: &QualName) -> bool {
    let catalog = &statement.before.catalog;
    catalog.children_of(table).iter().any(|child| {
        catalog.relation(child).is_some_and(|r| {
            r.parents
                .iter()
                .any(|p| p.relation == *table && p.bound == Some(PartitionBound::Default))
        })
    })
}
