//! ## What it does
//!
//! Reports a PRIMARY KEY, UNIQUE or EXCLUDE constraint that is added to a table in use and builds its index on the spot.
//!
//! ## Why is this bad?
//!
//! The index is built under an `ACCESS EXCLUSIVE` lock: nobody reads or writes the table until it is done.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, reference text NOT NULL);
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ADD CONSTRAINT orders_reference_key UNIQUE (reference);
//! ```
//!
//! ## Instead
//!
//! Build the index concurrently, then make a constraint of it, which is quick. (There is no such way for EXCLUDE.)
//!
//! ```sql good
//! CREATE UNIQUE INDEX CONCURRENTLY orders_reference_key ON orders (reference);
//! ALTER TABLE orders ADD CONSTRAINT orders_reference_key UNIQUE USING INDEX orders_reference_key;
//! ```

use confiture_schema::change::{AlterAction, ConstraintDef, ConstraintDefKind};

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, eugene, pgls, squawk, strong_migrations};
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "constraint-builds-index",
    summary: "A key or exclusion constraint builds its index while nobody can use the table",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["disallowed-unique-constraint", "adding-serial-primary-key-field"],
    provenance: &[
        squawk("disallowed-unique-constraint"),
        squawk("adding-serial-primary-key-field"),
        pgls("disallowUniqueConstraint"),
        pgls("addingPrimaryKeyConstraint"),
        eugene("E7"),
        eugene("E8"),
        strong_migrations("Adding a unique constraint"),
        strong_migrations("Adding an exclusion constraint"),
        pgls("avoidAddingExclusionConstraint"),
        atlas("PG104"),
        atlas("PG105"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for (table, _, command) in statement.alter_commands() {
        let effect = &statement.risk.effect;
        if !effect.index_builds.contains_key(&table) || effect.rewrites.contains_key(&table) {
            continue;
        }
        let constraints = match &command.action {
            AlterAction::AddConstraint(constraint) => std::slice::from_ref(constraint.as_ref()),
            AlterAction::AddColumn { column, .. } => column.constraints.as_slice(),
            _ => &[],
        };
        for (constraint, word) in constraints.iter().filter_map(|c| Some((c, builds(c)?))) {
            let name = constraint
                .name
                .as_ref()
                .map_or_else(String::new, |n| format!(" `{}`", n.name));
            let message = format!(
                "{word}{name} builds its index on {table} under an ACCESS EXCLUSIVE lock: reads and writes wait"
            );
            let help = statement
                .safe_way_or("build a unique index concurrently, then add the constraint USING INDEX");
            let place = constraint.name.as_ref().map_or(constraint.range, |n| n.range);
            let finding = sink.report(statement, Subject::relation(&table), place, message);
            finding.help(help);
            if matches!(command.action, AlterAction::AddConstraint(_)) {
                let safety = if constraint.name.is_some() {
                    Safety::Safe
                } else {
                    Safety::Unsafe
                };
                let title = "Build the index concurrently, then add the constraint";
                finding.fixes.extend(statement.safe_way_fix(title, safety));
            }
        }
    }
}

/// The constraint in words, where it builds an index.
fn builds(constraint: &ConstraintDef) -> Option<&'static str> {
    match &constraint.kind {
        ConstraintDefKind::PrimaryKey(key) if key.using_index.is_none() => Some("PRIMARY KEY"),
        ConstraintDefKind::Unique(key) if key.using_index.is_none() => Some("UNIQUE constraint"),
        ConstraintDefKind::Exclude(_) => Some("EXCLUDE constraint"),
        _ => None,
    }
}
