//! ## What it does
//!
//! Reports `BEGIN` where a transaction is open, `COMMIT` where none is, and the two in scripts that their tool runs in a
//! transaction of its own.
//!
//! ## Why is this bad?
//!
//! PostgreSQL has no transactions inside transactions. A second `BEGIN` only warns; the first `COMMIT` ends the
//! transaction of the tool: what follows, the tool's note that the migration is applied included, runs outside, and a
//! failure leaves half of it behind.
//!
//! ```sql bad wrapped
//! BEGIN;
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! COMMIT;
//! ```
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! COMMIT;
//! ```
//!
//! ## Instead
//!
//! Leave transactions to the tool, or tell the tool that this migration runs without one.
//!
//! ```sql good wrapped
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql good
//! BEGIN;
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! COMMIT;
//! ```

use confiture_project::TransactionMode;
use confiture_schema::change::{Change, Transaction};

use crate::context::{ScriptContext, Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "transaction-nesting",
    summary: "BEGIN inside a transaction, or the end of one that the script didn't begin",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::MigrationSafety],
    aliases: &[],
    provenance: &[squawk("transaction-nesting"), pgls("transactionNesting")],
    options: &[],
    check: Check::Script(check),
};

/// Who opened the transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opener {
    Nobody,
    Tool,
    Script,
}

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    // A script that is sent as one query may begin and end transactions: the implicit one becomes an explicit one.
    let wraps = matches!(
        script.script.transaction,
        TransactionMode::PerScript | TransactionMode::PerScriptWhenAllowed
    );
    let starts_open = script
        .statements
        .first()
        .is_some_and(StatementContext::in_transaction);
    let sent_as_one = starts_open && !wraps;
    let mut opener = if starts_open { Opener::Tool } else { Opener::Nobody };
    for statement in script.statements.iter().filter(|s| !s.is_nested()) {
        for change in statement.changes {
            let Change::Transaction(control) = change else {
                continue;
            };
            let (message, next) = step(control, opener);
            if let Some(message) = message.filter(|_| !sent_as_one) {
                report(script, statement, sink, message, opener);
            }
            opener = next;
        }
    }
}

/// What is wrong with a statement of transaction control, and who has opened the transaction after it.
fn step(control: &Transaction, opener: Opener) -> (Option<&'static str>, Opener) {
    match (control, opener) {
        (Transaction::Begin, Opener::Nobody) => (None, Opener::Script),
        (Transaction::Begin, Opener::Tool) => (
            Some(
                "the tool that runs this script has begun a transaction already: BEGIN does nothing, and the next COMMIT ends the tool's transaction",
            ),
            Opener::Tool,
        ),
        (Transaction::Begin, Opener::Script) => (
            Some("a transaction is open already: BEGIN does nothing, and the next COMMIT ends it"),
            Opener::Script,
        ),
        (Transaction::Commit { and_chain } | Transaction::Rollback { and_chain }, Opener::Tool) => (
            Some("it ends the transaction of the tool that runs this script: what follows runs outside"),
            if *and_chain {
                Opener::Script
            } else {
                Opener::Nobody
            },
        ),
        // A ROLLBACK behind the COMMIT is a habit of some, and harmless.
        (Transaction::Commit { .. }, Opener::Nobody) => {
            (Some("no transaction is open: it does nothing"), Opener::Nobody)
        }
        (Transaction::Commit { and_chain } | Transaction::Rollback { and_chain }, Opener::Script) => (
            None,
            if *and_chain {
                Opener::Script
            } else {
                Opener::Nobody
            },
        ),
        (Transaction::Prepare, _) => (None, Opener::Nobody),
        _ => (None, opener),
    }
}

fn report(
    script: &ScriptContext<'_>,
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    message: &str,
    opener: Opener,
) {
    let word = statement
        .tokens(statement.range)
        .next()
        .map_or(statement.range, |(_, range)| range);
    let finding = sink.report(statement, Subject::NONE, word, message);
    finding.help(match opener {
        Opener::Tool => "leave it out, or tell the tool to run this script without a transaction",
        _ => "leave it out",
    });
    let ends_tools =
        opener == Opener::Tool && !matches!(statement.changes, [Change::Transaction(Transaction::Begin)]);
    let safety = if ends_tools { Safety::Unsafe } else { Safety::Safe };
    finding.fix(Fix::new("Leave it out", safety).edit(script.removal(statement)));
}
