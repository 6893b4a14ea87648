//! ## What it does
//!
//! Reports an `UPDATE`, `DELETE`, `MERGE` or `INSERT … SELECT` on a table in use in a transaction that has changed the
//! same table before and keeps writers out of it.
//!
//! ## Why is this bad?
//!
//! The lock that the schema change took lasts until the transaction ends, so until the last row is written. What was a
//! change of a few milliseconds stops all writes, often all reads, for as long as the data takes.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric, note text);
//! ```
//!
//! ```sql bad wrapped
//! ALTER TABLE orders ADD COLUMN currency text;
//! UPDATE orders SET currency = 'EUR' WHERE currency IS NULL;
//! ```
//!
//! ## Instead
//!
//! Change the schema, commit, then fill the rows in batches, each in a transaction of its own.
//!
//! ```sql good
//! ALTER TABLE orders ADD COLUMN currency text;
//! UPDATE orders SET currency = 'EUR' WHERE currency IS NULL AND id BETWEEN 1 AND 10000;
//! ```

use confiture_risk::LockMode;
use confiture_schema::change::{Change, Query, Write, WriteKind};

use crate::context::{ScriptContext, Sink, Subject, blocked, held_from};
use crate::rule::{Activation, Category, Check, Rule, Scope, strong_migrations};
use crate::{Related, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "backfill-under-lock",
    summary: "Rows are rewritten while the transaction keeps writers out of their table",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &["backfilling-data"],
    provenance: &[strong_migrations("Backfilling data")],
    options: &[],
    check: Check::Script(check),
};

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    for transaction in script.transactions() {
        let held = held_from(transaction, LockMode::Share);
        if held.is_empty() {
            continue;
        }
        for (position, statement) in transaction.iter().enumerate() {
            for (query, write) in statement.changes.iter().flat_map(writes) {
                let table = statement.resolve(&write.relation);
                let Some(first) = held
                    .get(&table)
                    .filter(|since| **since < position)
                    .and_then(|since| transaction.get(*since))
                else {
                    continue;
                };
                let lock = first.risk.effect.locks.get(&table);
                let (Some(lock), true) = (lock, takes_long(query, write) && statement.is_live(&table)) else {
                    continue;
                };
                let message = format!(
                    "rows of {table} are written while this transaction holds its {} lock on it: {} until it ends",
                    lock.mode,
                    blocked(lock.mode)
                );
                let finding = sink.report(
                    statement,
                    Subject::relation(&table),
                    write.relation.range,
                    message,
                );
                finding.help("write the rows in batches, after the change of the schema is committed");
                finding.related.push(Related {
                    message: format!("{table} is locked here"),
                    place: first.place(lock.cause.range),
                });
            }
        }
    }
}

fn writes(change: &Change) -> impl Iterator<Item = (&Query, &Write)> {
    let query = match change {
        Change::Query(query) if !query.explain_only => Some(query.as_ref()),
        _ => None,
    };
    query
        .into_iter()
        .flat_map(|q| q.writes.iter().map(move |w| (q, w)))
}

/// Whether a write may be of many rows: not so an INSERT that spells them out.
fn takes_long(query: &Query, write: &Write) -> bool {
    write.kind != WriteKind::Insert || !query.reads.is_empty()
}
