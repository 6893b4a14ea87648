//! ## What it does
//!
//! Reports `DROP INDEX` without `CONCURRENTLY` on a table that is in use.
//!
//! ## Why is this bad?
//!
//! It takes an `ACCESS EXCLUSIVE` lock on the table. The drop itself is quick, but it waits for every query that is
//! running on the table, and until then everything that comes later waits behind it, reads too.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);
//! CREATE INDEX orders_placed_at_idx ON orders (placed_at);
//! ```
//!
//! ```sql bad
//! DROP INDEX orders_placed_at_idx;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! DROP INDEX CONCURRENTLY orders_placed_at_idx;
//! ```

use confiture_schema::catalog::{QualName, RelationKind};
use confiture_schema::change::{Change, Drop, ObjectKind, ObjectName};

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, pgls, squawk, strong_migrations};
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-concurrent-index-drop",
    summary: "An index dropped without CONCURRENTLY blocks its table, reads too",
    severity: Severity::Warning,
    activation: Activation::Default,
    // What undoes CREATE INDEX may be in a hurry, and the drop is quick.
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &["require-concurrent-index-deletion"],
    provenance: &[
        squawk("require-concurrent-index-deletion"),
        pgls("requireConcurrentIndexDeletion"),
        strong_migrations("Removing an index non-concurrently"),
        atlas("PG102"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in statement.changes {
        match change {
            Change::Drop(drop) if drop.kind == ObjectKind::Index && !drop.concurrently => {
                report(statement, sink, drop)
            }
            _ => {}
        }
    }
}

fn report(statement: &StatementContext<'_>, sink: &mut Sink<'_>, drop: &Drop) {
    for object in &drop.objects {
        let Some((table, kind)) = table_of(statement, object) else {
            continue;
        };
        // The index of a partitioned table can't be dropped concurrently.
        if kind == RelationKind::PartitionedTable || !statement.is_live(&table) {
            continue;
        }
        let message = format!(
            "dropping index `{}` takes an ACCESS EXCLUSIVE lock on {table}: reads and writes wait",
            object.name.name
        );
        let help = statement.concurrent_way_or("drop it with DROP INDEX CONCURRENTLY");
        let finding = sink.report(statement, Subject::relation(&table), object.name.range, message);
        finding.help(help);
        finding
            .fixes
            .extend(statement.safe_way_fix("Drop the index concurrently", Safety::Safe));
    }
}

/// The table that an index is on. One that no script created stays unreported: it may not exist.
fn table_of(statement: &StatementContext<'_>, object: &ObjectName) -> Option<(QualName, RelationKind)> {
    let (table, _) = statement.before.resolve_index(&object.name)?;
    let kind = statement.before.catalog.relation(&table)?.kind;
    Some((table, kind))
}
