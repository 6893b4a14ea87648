//! ## What it does
//!
//! Reports a statement that takes its time (it reads, writes anew or indexes a whole table in use) in a transaction
//! that already holds an `ACCESS EXCLUSIVE` lock on another table, or on the same one. Statements that only touch the
//! catalog are over in a moment and aren't reported, nor is what happens to tables that the script itself creates. Of
//! several such statements in a transaction the first is reported.
//!
//! ## Why is this bad?
//!
//! Locks are held until the transaction ends. Everybody who wants the locked table waits for the slow statement, even
//! where that one by itself would let them work.
//!
//! ```sql given
//! CREATE TABLE customers (id bigint PRIMARY KEY, email text);
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);
//! ```
//!
//! ```sql bad wrapped
//! ALTER TABLE customers ADD COLUMN phone text;
//! CREATE INDEX orders_placed_at_idx ON orders (placed_at);
//! ```
//!
//! ## Instead
//!
//! Do the slow part in a transaction of its own.
//!
//! ```sql good
//! ALTER TABLE customers ADD COLUMN phone text;
//! CREATE INDEX orders_placed_at_idx ON orders (placed_at);
//! ```
//!
//! ```sql good wrapped
//! ALTER TABLE customers ADD COLUMN phone text;
//! ALTER TABLE orders ADD COLUMN note text;
//! ```

use confiture_risk::LockMode;
use confiture_risk::effect::Cause;
use confiture_schema::catalog::QualName;
use confiture_schema::change::{AlterAction, Change};

use crate::context::{ScriptContext, Sink, StatementContext, Subject, held_from};
use crate::rule::{Activation, Category, Check, Rule, Scope, eugene, pgls};
use crate::{Related, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "work-under-exclusive-lock",
    summary: "A slow statement runs while its transaction keeps everybody out of a table",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["running-statement-while-holding-access-exclusive"],
    provenance: &[eugene("E4"), pgls("runningStatementWhileHoldingAccessExclusive")],
    options: &[],
    check: Check::Script(check),
};

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    for transaction in script.transactions() {
        let held = held_from(transaction, LockMode::AccessExclusive);
        for (position, statement) in transaction.iter().enumerate() {
            let Some((worked_on, cause)) = work(statement) else {
                continue;
            };
            // What locks the same table as strongly itself has a rule of its own.
            let locks_itself = statement.lock_on(worked_on) == Some(LockMode::AccessExclusive);
            let earlier = held
                .iter()
                .filter(|(table, since)| **since < position && !(locks_itself && *table == worked_on))
                .min_by_key(|(_, since)| **since);
            let Some((table, since)) = earlier else { continue };
            let (lock, all) = if table == worked_on {
                ("on it".to_owned(), "all others")
            } else {
                (format!("on {table}"), "reads and writes of that")
            };
            let message = format!(
                "{} while this transaction holds an ACCESS EXCLUSIVE lock {lock}: {all} wait until it is through",
                doing(statement, worked_on)
            );
            let finding = sink.report(statement, Subject::relation(table), cause.range, message);
            finding.help("run it in a transaction of its own");
            if let Some((first, lock)) = transaction
                .get(*since)
                .and_then(|first| Some((first, first.risk.effect.locks.get(table)?)))
            {
                finding.related.push(Related {
                    message: format!("{table} is locked here"),
                    place: first.place(lock.cause.range),
                });
            }
            // The advice is the same for what comes after it in the transaction.
            break;
        }
    }
}

/// The table in use that a schema change has much to do with.
fn work<'s>(statement: &'s StatementContext<'_>) -> Option<(&'s QualName, &'s Cause)> {
    if !statement.changes_schema() || validates_only(statement) {
        return None;
    }
    let effect = &statement.risk.effect;
    let work = effect
        .rewrites
        .iter()
        .chain(&effect.index_builds)
        .chain(&effect.scans);
    let mut work = work.filter(|(table, _)| statement.is_live(table));
    // Of the two tables of a foreign key, the one that is altered.
    let first = work.next()?;
    let altered = statement.alter_commands().next().map(|(table, _, _)| table);
    let by_name = std::iter::once(first)
        .chain(work)
        .find(|(table, _)| Some(*table) == altered.as_ref());
    Some(by_name.unwrap_or(first))
}

/// VALIDATE CONSTRAINT in the transaction that adds the constraint has a rule of its own.
fn validates_only(statement: &StatementContext<'_>) -> bool {
    statement.changes.iter().all(|change| match change {
        Change::AlterRelation(alter) => alter
            .commands
            .iter()
            .all(|c| matches!(c.action, AlterAction::ValidateConstraint(_))),
        _ => false,
    })
}

fn doing(statement: &StatementContext<'_>, table: &QualName) -> String {
    let effect = &statement.risk.effect;
    if effect.rewrites.contains_key(table) {
        format!("{table} is written anew")
    } else if effect.index_builds.contains_key(table) {
        format!("an index on {table} is built")
    } else {
        format!("{table} is read from end to end")
    }
}
