//! ## What it does
//!
//! Reports a statement that PostgreSQL refuses inside a transaction block, inside one: after `BEGIN`, in a DO block, or
//! in a script that its tool wraps in a transaction. `CREATE INDEX CONCURRENTLY`, `DROP INDEX CONCURRENTLY`,
//! `REINDEX CONCURRENTLY`, `VACUUM`, `CREATE DATABASE` and `ALTER SYSTEM` are such statements.
//!
//! ## Why is this bad?
//!
//! It fails: `ERROR: CREATE INDEX CONCURRENTLY cannot run inside a transaction block`.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);
//! ```
//!
//! ```sql bad wrapped
//! CREATE INDEX CONCURRENTLY orders_placed_at_idx ON orders (placed_at);
//! ```
//!
//! ```sql bad
//! BEGIN;
//! DROP INDEX CONCURRENTLY orders_placed_at_idx;
//! ```
//!
//! ## Instead
//!
//! Move it to a migration of its own, and tell the tool not to open a transaction for that one.
//!
//! ```sql good
//! CREATE INDEX CONCURRENTLY orders_placed_at_idx ON orders (placed_at);
//! ```

use confiture_project::TransactionMode;
use confiture_risk::effect::TransactionRule;
use confiture_schema::change::Change;
use confiture_syntax::TextRange;

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, pgls, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "refused-in-transaction",
    summary: "A statement that can't run in a transaction block is in one",
    severity: Severity::Error,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::MigrationSafety, Category::Correctness],
    aliases: &["ban-concurrent-index-creation-in-transaction"],
    provenance: &[
        squawk("ban-concurrent-index-creation-in-transaction"),
        pgls("banConcurrentIndexCreationInTransaction"),
        pgls("avoidAlterEnumAddValue"),
        atlas("PG103"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let why = match (statement.is_nested(), statement.in_transaction()) {
        (true, _) => "a DO block runs in a transaction",
        (false, true) => opener(statement),
        (false, false) => return,
    };
    if !statement.changes_schema() || statement.risk.effect.transaction != TransactionRule::Refused {
        return;
    }
    let message = format!("PostgreSQL refuses this inside a transaction block: {why}");
    sink.report(statement, Subject::NONE, telling(statement), message)
        .help(advice(statement));
}

/// What opened the transaction.
fn opener(statement: &StatementContext<'_>) -> &'static str {
    match statement.script.transaction {
        TransactionMode::PerScript => "the tool runs this script in one",
        TransactionMode::SingleImplicit => {
            "the tool sends this script as one query, which is one transaction"
        }
        TransactionMode::PerScriptWhenAllowed | TransactionMode::Autocommit => "BEGIN opened one",
    }
}

/// How to run it without a transaction.
fn advice(statement: &StatementContext<'_>) -> String {
    match statement.without_transaction() {
        Some(place) => format!("run it {place}"),
        None => "run it as a statement of its own, outside the block".to_owned(),
    }
}

/// The first words of the statement, up to where its name begins.
fn telling(statement: &StatementContext<'_>) -> TextRange {
    let start = statement.range.start;
    let named = statement.changes.iter().find_map(|change| match change {
        Change::CreateIndex(index) => Some(index.name.as_ref().map_or(index.table.range, |n| n.range)),
        Change::Drop(drop) => drop.objects.first().map(|o| o.name.range),
        _ => None,
    });
    match named {
        Some(name) if name.start > start => {
            let words = TextRange::new(start, name.start).slice(statement.text);
            TextRange::new(start, start + words.trim_end().len() as u32)
        }
        _ => statement.range,
    }
}
