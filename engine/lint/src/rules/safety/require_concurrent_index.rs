//! ## What it does
//!
//! Reports `CREATE INDEX` without `CONCURRENTLY` on a table that is in use.
//!
//! ## Why is this bad?
//!
//! Building an index takes a `SHARE` lock on the table: reads go on, but every write waits until the whole table is read
//! and the index is written. On a large table that is an outage.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);
//! ```
//!
//! ```sql bad
//! CREATE INDEX orders_placed_at_idx ON orders (placed_at);
//! ```
//!
//! ## Instead
//!
//! Build it concurrently, in a migration of its own that runs outside a transaction. If the build fails it leaves an
//! invalid index behind: drop that before trying again.
//!
//! ```sql good
//! CREATE INDEX CONCURRENTLY orders_placed_at_idx ON orders (placed_at);
//! ```
//!
//! An index on a table that the same migration creates is fine:
//!
//! ```sql good
//! CREATE TABLE invoices (id bigint PRIMARY KEY, order_id bigint);
//! CREATE INDEX invoices_order_id_idx ON invoices (order_id);
//! ```

use confiture_schema::catalog::RelationKind;
use confiture_schema::change::{Change, CreateIndex};
use confiture_syntax::TextRange;

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, eugene, pgls, squawk, strong_migrations};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-concurrent-index",
    summary: "An index built without CONCURRENTLY blocks writes to its table",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["require-concurrent-index-creation"],
    provenance: &[
        squawk("require-concurrent-index-creation"),
        pgls("requireConcurrentIndexCreation"),
        eugene("E6"),
        strong_migrations("Adding an index non-concurrently"),
        strong_migrations("Adding a reference"),
        atlas("PG101"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in statement.changes {
        let Change::CreateIndex(index) = change else {
            continue;
        };
        let table = statement.resolve(&index.table);
        let kind = statement.before.catalog.relation(&table).map(|r| r.kind);
        let builds = statement
            .risk
            .effect
            .index_builds
            .keys()
            .any(|r| statement.is_live(r));
        // Only REFRESH writes to a materialized view, and readers don't wait.
        if index.concurrently || !builds || kind == Some(RelationKind::MaterializedView) {
            continue;
        }
        report(statement, sink, index, kind);
    }
}

fn report(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    index: &CreateIndex,
    kind: Option<RelationKind>,
) {
    let table = statement.resolve(&index.table);
    let name = index
        .name
        .as_ref()
        .map_or_else(String::new, |n| format!(" `{}`", n.name));
    let message =
        format!("building index{name} takes a SHARE lock on {table}: writes wait until it is built");
    let finding = sink.report(
        statement,
        Subject::relation(&table),
        keyword(index.after_index_keyword),
        message,
    );
    finding.help(statement.concurrent_way_or("build it with CREATE INDEX CONCURRENTLY"));
    if kind != Some(RelationKind::PartitionedTable) && !statement.in_transaction() && !statement.is_nested() {
        let after = TextRange::new(index.after_index_keyword.end, index.after_index_keyword.end);
        finding.fix(
            Fix::new("Build the index concurrently", Safety::Safe)
                .edit(statement.edit(after, " CONCURRENTLY")),
        );
    }
}

/// The word INDEX, before the place where CONCURRENTLY could go.
fn keyword(after: TextRange) -> TextRange {
    if after.is_empty() {
        TextRange::new(after.start.saturating_sub("INDEX".len() as u32), after.start)
    } else {
        after
    }
}
