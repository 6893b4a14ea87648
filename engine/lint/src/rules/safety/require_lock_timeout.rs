//! ## What it does
//!
//! Reports a migration that takes a lock which blocks writers on a table in use, and has set no `lock_timeout` (or
//! `statement_timeout`) before. One finding a script, at the first such statement.
//!
//! ## Why is this bad?
//!
//! The statement may be quick, but it first waits for every query that is running on the table, a forgotten report or an
//! idle transaction included, and everything that comes later waits behind it. Without a timeout nothing ends that queue.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ADD COLUMN note text;
//! ```
//!
//! ## Instead
//!
//! Give up after a few seconds, and try again later.
//!
//! ```sql good
//! SET lock_timeout = '2s';
//! ALTER TABLE orders ADD COLUMN note text;
//! ```
//!
//! Where the role or the connection of your migrations sets it, switch this rule off.

use confiture_risk::LockMode;
use confiture_risk::effect::LockTaken;
use confiture_schema::catalog::{QualName, RelationKind};
use confiture_syntax::TextRange;

use crate::context::{Sink, StatementContext, Subject, blocked};
use crate::rule::{Activation, Category, Check, Rule, Scope, eugene, pgls, squawk, strong_migrations};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-lock-timeout",
    summary: "A migration waits for a strong lock without a lock_timeout",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::MigrationsForward,
    categories: &[Category::MigrationSafety],
    aliases: &["require-timeout-settings", "lock-timeout"],
    provenance: &[
        squawk("require-timeout-settings"),
        squawk("require-lock-timeout"),
        pgls("lockTimeoutWarning"),
        pgls("avoidCreateTrigger"),
        pgls("avoidEnableDisableTrigger"),
        pgls("banDropTrigger"),
        eugene("E9"),
        strong_migrations("Migration Timeouts"),
    ],
    options: &[],
    check: Check::FirstOfScript(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if has_timeout(statement) || !statement.changes_schema() {
        return;
    }
    let Some((relation, lock)) = strongest(statement) else {
        return;
    };
    let message = format!(
        "{} lock on {relation} without a lock_timeout: while it waits for running queries, {}",
        lock.mode,
        blocked(lock.mode)
    );
    let (set, what) = if statement.in_transaction() {
        ("SET LOCAL", "transaction")
    } else {
        ("SET", "session")
    };
    let finding = sink.report(statement, Subject::relation(relation), lock.cause.range, message);
    finding.help(format!(
        "set one for the {what} before the first such statement\n{set} lock_timeout = '2s';"
    ));
    if !statement.is_nested() {
        finding.fix(
            Fix::new("Set a lock_timeout", Safety::Unsafe).edit(statement.edit(
                TextRange::empty(statement.range.start),
                format!("{set} lock_timeout = '2s';\n"),
            )),
        );
    }
}

/// The strongest lock that blocks writers of a table in use.
pub(super) fn strongest<'a>(statement: &'a StatementContext<'_>) -> Option<(&'a QualName, &'a LockTaken)> {
    let catalog = &statement.before.catalog;
    let is_table = |relation: &QualName| match catalog.relation(relation).map(|r| r.kind) {
        Some(kind) => matches!(kind, RelationKind::Table | RelationKind::PartitionedTable),
        None => !catalog.index_tables.contains_key(relation),
    };
    let strong = statement
        .risk
        .effect
        .locks
        .iter()
        .filter(|(_, lock)| lock.mode >= LockMode::Share);
    strong
        .filter(|(relation, _)| is_table(relation) && statement.is_live(relation))
        .max_by_key(|(_, lock)| lock.mode)
}

/// Whether a timeout ends the wait.
fn has_timeout(statement: &StatementContext<'_>) -> bool {
    bounds(statement, "lock_timeout") || bounds(statement, "statement_timeout")
}

/// Whether a parameter is set to a time.
pub(super) fn bounds(statement: &StatementContext<'_>, parameter: &str) -> bool {
    let parameters = &statement.before.session.parameters;
    let value = parameters.iter().find(|(name, _)| name.as_str() == parameter);
    value.is_some_and(|(_, value)| {
        !value.is_empty() && value.trim_matches(|c: char| !c.is_ascii_digit()) != "0"
    })
}
