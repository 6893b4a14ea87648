//! ## What it does
//!
//! Reports a CHECK constraint that is added to a table in use without `NOT VALID`.
//!
//! ## Why is this bad?
//!
//! PostgreSQL reads the whole table under an `ACCESS EXCLUSIVE` lock to see whether every row satisfies it: nobody reads
//! or writes meanwhile. A CHECK on a column added in the same command is no exception, even where every value is null.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0);
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ADD COLUMN discount numeric CHECK (discount >= 0);
//! ```
//!
//! ## Instead
//!
//! Add it `NOT VALID`, then validate it in another transaction, under a lock that lets reads and writes go on.
//!
//! ```sql good
//! ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0) NOT VALID;
//! ```
//!
//! ```sql good
//! ALTER TABLE orders VALIDATE CONSTRAINT orders_total_positive;
//! ```

use confiture_schema::change::{AlterAction, ConstraintDefKind};

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, eugene, pgls, squawk, strong_migrations};
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "add-check-not-valid",
    summary: "A CHECK added without NOT VALID scans its table while nobody can use it",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["constraint-missing-not-valid"],
    provenance: &[
        squawk("constraint-missing-not-valid"),
        pgls("constraintMissingNotValid"),
        eugene("E1"),
        strong_migrations("Adding a check constraint"),
        atlas("PG305"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for (table, _, command) in statement.alter_commands() {
        let effect = &statement.risk.effect;
        if !effect.scans.contains_key(&table) || effect.rewrites.contains_key(&table) {
            continue;
        }
        let constraints = match &command.action {
            AlterAction::AddConstraint(constraint) => std::slice::from_ref(constraint.as_ref()),
            AlterAction::AddColumn { column, .. } => column.constraints.as_slice(),
            _ => &[],
        };
        let checks = constraints
            .iter()
            .filter(|c| matches!(c.kind, ConstraintDefKind::Check(_)));
        for constraint in checks.filter(|c| !c.not_valid && !c.not_enforced) {
            let name = constraint
                .name
                .as_ref()
                .map_or_else(String::new, |n| format!(" `{}`", n.name));
            let message = format!(
                "CHECK{name} is tried on every row of {table} under an ACCESS EXCLUSIVE lock: reads and writes wait"
            );
            let help =
                statement.safe_way_or("add it NOT VALID, then VALIDATE CONSTRAINT in another transaction");
            let place = constraint.name.as_ref().map_or(constraint.range, |n| n.range);
            let finding = sink.report(statement, Subject::relation(&table), place, message);
            finding.help(help);
            if matches!(command.action, AlterAction::AddConstraint(_)) {
                let safety = if constraint.name.is_some() {
                    Safety::Safe
                } else {
                    Safety::Unsafe
                };
                finding
                    .fixes
                    .extend(statement.safe_way_fix("Add it NOT VALID, then validate it", safety));
            }
        }
    }
}
