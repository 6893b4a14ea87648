//! ## What it does
//!
//! Reports a transaction that takes `ACCESS EXCLUSIVE` locks on more than one table in use.
//!
//! ## Why is this bad?
//!
//! The first table stays locked while the transaction waits for the second: if a long query reads that one, both are
//! out of reach. And where programs take the two in the other order, one of the transactions ends in a deadlock.
//!
//! ```sql given
//! CREATE TABLE customers (id bigint PRIMARY KEY);
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql bad wrapped
//! ALTER TABLE customers ADD COLUMN phone text;
//! ALTER TABLE orders ADD COLUMN note text;
//! ```
//!
//! ## Instead
//!
//! One table a transaction.
//!
//! ```sql good
//! ALTER TABLE customers ADD COLUMN phone text;
//! ALTER TABLE orders ADD COLUMN note text;
//! ```

use std::collections::BTreeMap;

use confiture_risk::LockMode;
use confiture_schema::catalog::QualName;

use crate::context::{ScriptContext, Sink, Subject, held_from};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};
use crate::{Related, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "wide-lock-window",
    summary: "A transaction keeps everybody out of several tables at once",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["avoid-wide-lock-window"],
    provenance: &[pgls("avoidWideLockWindow")],
    options: &[],
    check: Check::Script(check),
};

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    for transaction in script.transactions() {
        let held = held_from(transaction, LockMode::AccessExclusive);
        let mut by_statement: BTreeMap<usize, Vec<&QualName>> = BTreeMap::new();
        for (table, since) in &held {
            by_statement.entry(*since).or_default().push(table);
        }
        let mut locking = by_statement.iter();
        let (Some((first, tables)), Some((second, more))) = (locking.next(), locking.next()) else {
            continue;
        };
        let (Some(first), Some(second)) = (transaction.get(*first), transaction.get(*second)) else {
            continue;
        };
        let (Some(table), Some(other)) = (tables.first(), more.first()) else {
            continue;
        };
        let Some(lock) = second.risk.effect.locks.get(other) else {
            continue;
        };
        let message = format!(
            "ACCESS EXCLUSIVE lock on {other} while this transaction holds one on {table}: whoever wants either waits for both"
        );
        let finding = sink.report(second, Subject::relation(other), lock.cause.range, message);
        finding.help("change one table in a transaction");
        if let Some(lock) = first.risk.effect.locks.get(table) {
            finding.related.push(Related {
                message: format!("{table} is locked here"),
                place: first.place(lock.cause.range),
            });
        }
    }
}
