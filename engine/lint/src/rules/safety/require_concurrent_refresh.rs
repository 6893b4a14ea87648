//! ## What it does
//!
//! Reports `REFRESH MATERIALIZED VIEW` without `CONCURRENTLY` of a view in use.
//!
//! ## Why is this bad?
//!
//! Nobody can read the view until its query is through and its indexes are built again.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint NOT NULL, total numeric);
//! CREATE MATERIALIZED VIEW revenue AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
//! CREATE UNIQUE INDEX revenue_customer_key ON revenue (customer);
//! ```
//!
//! ```sql bad
//! REFRESH MATERIALIZED VIEW revenue;
//! ```
//!
//! ## Instead
//!
//! With a unique index over plain columns, readers keep the old rows until the new ones are there.
//!
//! ```sql good
//! REFRESH MATERIALIZED VIEW CONCURRENTLY revenue;
//! ```

use confiture_schema::catalog::Relation;
use confiture_schema::change::Change;
use confiture_syntax::TextRange;

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-concurrent-refresh",
    summary: "A materialized view is out of reach while it is refreshed",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["require-concurrent-refresh-matview"],
    provenance: &[pgls("requireConcurrentRefreshMatview")],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in statement.changes {
        let Change::RefreshMaterializedView(refresh) = change else {
            continue;
        };
        let view = statement.resolve(&refresh.name);
        let known = statement.before.catalog.relation(&view);
        // What was never filled nobody can read, and PostgreSQL refuses to fill it concurrently.
        let is_empty = known.is_some_and(|r| r.unpopulated);
        if refresh.concurrently || refresh.no_data || is_empty || !statement.is_live(&view) {
            continue;
        }
        let message = format!(
            "REFRESH takes an ACCESS EXCLUSIVE lock on {view}: nobody reads it until its query is through"
        );
        let finding = sink.report(statement, Subject::relation(&view), refresh.name.range, message);
        let can = known.is_some_and(|r| has_usable_key(r));
        finding.help(if can || known.is_none() {
            "refresh it CONCURRENTLY"
        } else {
            "give it a unique index over plain columns, then refresh it CONCURRENTLY"
        });
        if can && !statement.is_nested() {
            finding.fix(
                Fix::new("Refresh it concurrently", Safety::Safe)
                    .edit(statement.edit(TextRange::empty(refresh.name.range.start), "CONCURRENTLY ")),
            );
        }
    }
}

/// Whether an index tells its rows apart, as REFRESH CONCURRENTLY demands.
fn has_usable_key(view: &Relation) -> bool {
    view.indexes.values().any(|index| {
        index.unique
            && index.valid
            && index.predicate.is_none()
            && index.keys.iter().all(|key| key.expr.facts.bare_column.is_some())
    })
}
