//! ## What it does
//!
//! Reports the first statement of a migration that keeps writers out of a table in use, where nothing bounds how long
//! it may take: no `statement_timeout` is set. Other parameters, such as `idle_in_transaction_session_timeout`, can be
//! demanded by the option.
//!
//! ## Why is this bad?
//!
//! `lock_timeout` bounds the wait for the lock only. A statement that has it and takes an hour where a second was
//! expected keeps everybody waiting for the hour.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql bad
//! SET lock_timeout = '2s';
//! ALTER TABLE orders ADD COLUMN note text;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! SET lock_timeout = '2s';
//! SET statement_timeout = '5s';
//! ALTER TABLE orders ADD COLUMN note text;
//! ```

use super::require_lock_timeout::{bounds, strongest};
use crate::context::{Sink, StatementContext, Subject, blocked};
use crate::rule::{
    Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope, pgls, squawk, strong_migrations,
};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-statement-timeout",
    summary: "A migration keeps writers out without a bound on its time",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::MigrationsForward,
    categories: &[Category::MigrationSafety],
    aliases: &["require-idle-in-transaction-timeout"],
    provenance: &[
        squawk("require-statement-timeout"),
        squawk("require-timeout-settings"),
        pgls("requireStatementTimeout"),
        pgls("requireIdleInTransactionTimeout"),
        strong_migrations("Migration Timeouts"),
    ],
    options: &[RuleOption {
        name: "parameters",
        summary: "the parameters that have to be set",
        default: OptionDefault::List(&["statement_timeout"]),
    }],
    check: Check::FirstOfScript(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let wanted = sink.options().list("parameters");
    let missing: Vec<&str> = wanted
        .iter()
        .map(String::as_str)
        .filter(|parameter| !bounds(statement, parameter))
        .collect();
    if missing.is_empty() || !statement.changes_schema() {
        return;
    }
    let Some((relation, lock)) = strongest(statement) else {
        return;
    };
    let message = format!(
        "{} lock on {relation} without a {}: nothing bounds how long {}",
        lock.mode,
        missing.join(" or "),
        blocked(lock.mode)
    );
    let (set, what) = if statement.in_transaction() {
        ("SET LOCAL", "transaction")
    } else {
        ("SET", "session")
    };
    let sql: Vec<String> = missing.iter().map(|p| format!("{set} {p} = '5s';")).collect();
    let sql = sql.join("\n");
    let finding = sink.report(statement, Subject::relation(relation), lock.cause.range, message);
    finding.help(format!(
        "set one for the {what} before the first such statement\n{sql}"
    ));
    if !statement.is_nested() {
        finding.fix(Fix::new("Set a timeout", Safety::Unsafe).edit(statement.insert_before(&sql)));
    }
}
