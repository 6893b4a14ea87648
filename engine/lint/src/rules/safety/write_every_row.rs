//! ## What it does
//!
//! Reports `UPDATE` and `DELETE` without `WHERE` on a table in use. Tables that hold one row by their constraints, and
//! those named after versions or migrations, where tools keep theirs, are left alone.
//!
//! ## Why is this bad?
//!
//! A forgotten condition destroys what every row held. Where every row is meant, one statement locks them all until
//! the transaction ends, doubles the table on disk and leaves as much for vacuum to clear.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, state text, note text);
//! ```
//!
//! ```sql bad
//! UPDATE orders SET state = 'open';
//! ```
//!
//! ```sql bad
//! DELETE FROM orders;
//! ```
//!
//! ## Instead
//!
//! Write in batches of a few thousand rows, each in a transaction of its own. To give a new column a value in all
//! rows, add it with a default: that writes none.
//!
//! ```sql good
//! UPDATE orders SET state = 'open' WHERE state IS NULL AND id BETWEEN 1 AND 5000;
//! ALTER TABLE orders ADD COLUMN currency text NOT NULL DEFAULT 'EUR';
//! UPDATE schema_version SET version = 7;
//! ```

use confiture_risk::LockMode;
use confiture_schema::catalog::{ConstraintKind, QualName, Relation};
use confiture_schema::change::{Change, Write, WriteKind};

use crate::Severity;
use crate::context::{ScriptContext, Sink, StatementContext, Subject, held_from};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, strong_migrations};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "write-every-row",
    summary: "An UPDATE or DELETE without WHERE",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &["ban-update-without-where", "ban-delete-without-where"],
    provenance: &[
        pgls("banUpdateWithoutWhere"),
        pgls("banDeleteWithoutWhere"),
        strong_migrations("Backfilling data"),
    ],
    options: &[],
    check: Check::Script(check),
};

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    for transaction in script.transactions() {
        let held = held_from(transaction, LockMode::Share);
        for (position, statement) in transaction.iter().enumerate() {
            for write in statement.changes.iter().flat_map(whole) {
                let table = statement.resolve(&write.relation);
                // That others are kept out of the table meanwhile is the worse of the two: see backfill-under-lock.
                let is_locked = held.get(&table).is_some_and(|since| *since < position);
                if statement.is_live(&table) && !is_locked && !is_ledger(&table) {
                    report(statement, sink, write);
                }
            }
        }
    }
}

/// Whether a table's name says that a tool keeps there which migrations it has applied: a row or a few.
fn is_ledger(table: &QualName) -> bool {
    let name = table.name.as_str().to_ascii_lowercase();
    name.contains("version") || name.contains("migration")
}

/// What a statement writes without saying which rows.
fn whole(change: &Change) -> impl Iterator<Item = &Write> {
    let query = match change {
        Change::Query(query) if !query.explain_only => Some(query),
        _ => None,
    };
    query.into_iter().flat_map(|q| &q.writes).filter(|w| w.every_row)
}

fn report(statement: &StatementContext<'_>, sink: &mut Sink<'_>, write: &Write) {
    let table = statement.resolve(&write.relation);
    if statement
        .before
        .catalog
        .relation(&table)
        .is_some_and(|r| holds_one_row(r))
    {
        return;
    }
    let (message, help) = match write.kind {
        WriteKind::Delete => (
            format!("DELETE without WHERE removes every row of {table}"),
            "say which rows; to empty a table, TRUNCATE is faster and says what it means",
        ),
        _ => (
            format!(
                "UPDATE without WHERE writes every row of {table} and locks them all until the transaction ends"
            ),
            "say which rows, or write them in batches",
        ),
    };
    sink.report(
        statement,
        Subject::relation(&table),
        write.relation.range,
        message,
    )
    .help(help);
}

/// Whether a table can hold but one row: a column is unique, and a CHECK allows it one value.
fn holds_one_row(relation: &Relation) -> bool {
    let is_unique = |column: &confiture_syntax::Name| {
        relation.indexes.values().any(|index| {
            index.unique
                && index.predicate.is_none()
                && index.keys.len() == 1
                && index
                    .keys
                    .iter()
                    .all(|k| k.expr.facts.bare_column.as_ref() == Some(column))
        })
    };
    relation
        .constraints
        .values()
        .any(|constraint| match &constraint.kind {
            ConstraintKind::Check { expr } => {
                let is_equation = expr.text.contains('=') && !expr.text.contains(['<', '>', '!', '~']);
                let compares_one = matches!(expr.facts.columns.as_slice(), [column] if is_unique(column));
                let is_simple = expr.facts.functions.is_empty() && !expr.facts.subquery;
                compares_one && is_equation && is_simple && !expr.text.to_ascii_lowercase().contains(" or ")
            }
            _ => false,
        })
}
