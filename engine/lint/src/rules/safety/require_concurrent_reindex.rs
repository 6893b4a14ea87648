//! ## What it does
//!
//! Reports `REINDEX` without `CONCURRENTLY` on a table that is in use.
//!
//! ## Why is this bad?
//!
//! It blocks writes to the table, and reads that would use the index, until the index is built again.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);
//! CREATE INDEX orders_placed_at_idx ON orders (placed_at);
//! ```
//!
//! ```sql bad
//! REINDEX TABLE orders;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! REINDEX TABLE CONCURRENTLY orders;
//! ```

use confiture_schema::change::{Change, Reindex, ReindexTarget};

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-concurrent-reindex",
    summary: "REINDEX without CONCURRENTLY blocks its table",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["require-concurrent-reindexing"],
    provenance: &[
        squawk("require-concurrent-reindex"),
        pgls("requireConcurrentReindex"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in statement.changes {
        match change {
            Change::Reindex(reindex) if !reindex.concurrently => report(statement, sink, reindex),
            _ => {}
        }
    }
}

fn report(statement: &StatementContext<'_>, sink: &mut Sink<'_>, reindex: &Reindex) {
    let range = match &reindex.target {
        ReindexTarget::Index(name) | ReindexTarget::Table(name) => name.range,
        ReindexTarget::Schema(name) => name.range,
        ReindexTarget::Database => statement.range,
    };
    let effect = &statement.risk.effect;
    let Some(table) = effect.index_builds.keys().find(|r| statement.is_live(r)) else {
        return;
    };
    let message = format!(
        "REINDEX takes a SHARE lock on {table} and locks the index against readers: writes and most reads wait"
    );
    let help = statement.concurrent_way_or("add CONCURRENTLY");
    let finding = sink.report(statement, Subject::relation(table), range, message);
    finding.help(help);
    finding
        .fixes
        .extend(statement.safe_way_fix("Rebuild concurrently", Safety::Safe));
}
