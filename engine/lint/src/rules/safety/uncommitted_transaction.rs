//! ## What it does
//!
//! Reports `BEGIN` in a script that never ends the transaction.
//!
//! ## Why is this bad?
//!
//! When the session ends, everything since `BEGIN` is rolled back, without an error. And where the session lives on,
//! the locks do too.
//!
//! ```sql bad
//! BEGIN;
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! BEGIN;
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! COMMIT;
//! ```

use confiture_project::TransactionMode;
use confiture_schema::change::{Change, Transaction};

use crate::context::{ScriptContext, Sink, StatementContext, Subject, ends_transaction};
use crate::rule::{Activation, Category, Check, Rule, Scope, squawk};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "uncommitted-transaction",
    summary: "A transaction that is begun and never committed",
    severity: Severity::Error,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::MigrationSafety],
    aliases: &["ban-uncommitted-transaction"],
    provenance: &[squawk("ban-uncommitted-transaction")],
    options: &[],
    check: Check::Script(check),
};

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    // Where the tool commits, it commits this too; and where a statement isn't understood, it may be the COMMIT.
    let is_whole = script.statements.iter().all(|s| s.errors.is_empty());
    if script.script.transaction != TransactionMode::Autocommit || !is_whole {
        return;
    }
    let mut open: Option<&StatementContext<'_>> = None;
    for statement in script.statements.iter().filter(|s| !s.is_nested()) {
        if statement
            .changes
            .contains(&Change::Transaction(Transaction::Begin))
        {
            open = open.or(Some(statement));
        } else if ends_transaction(statement) && !chains(statement) {
            open = None;
        }
    }
    let (Some(begin), Some(last)) = (open, script.statements.last()) else {
        return;
    };
    let word = begin
        .tokens(begin.range)
        .next()
        .map_or(begin.range, |(_, range)| range);
    let finding = sink.report(
        begin,
        Subject::NONE,
        word,
        "this transaction is never committed: everything since is rolled back when the session ends",
    );
    finding.help("end the script with COMMIT;");
    finding.fix(Fix::new("Commit at the end", Safety::Unsafe).edit(last.insert_after("COMMIT;")));
}

fn chains(statement: &StatementContext<'_>) -> bool {
    statement.changes.iter().any(|change| {
        matches!(
            change,
            Change::Transaction(
                Transaction::Commit { and_chain: true } | Transaction::Rollback { and_chain: true }
            )
        )
    })
}
