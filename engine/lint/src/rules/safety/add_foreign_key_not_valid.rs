//! ## What it does
//!
//! Reports a foreign key that is added to a table in use without `NOT VALID`.
//!
//! ## Why is this bad?
//!
//! PostgreSQL takes a `SHARE ROW EXCLUSIVE` lock on both tables and holds it while it looks up every row of the one in
//! the other: nobody writes to either of them meanwhile.
//!
//! ```sql given
//! CREATE TABLE customers (id bigint PRIMARY KEY);
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id);
//! ```
//!
//! ## Instead
//!
//! Add it `NOT VALID`, which is quick and holds for new rows from then on. Validate it in another transaction, under a
//! lock that lets reads and writes go on.
//!
//! ```sql good
//! ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;
//! ```
//!
//! ```sql good
//! ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_id_fkey;
//! ```
//!
//! A new column that may be null needs no scan:
//!
//! ```sql good
//! ALTER TABLE orders ADD COLUMN referrer_id bigint REFERENCES customers (id);
//! ```

use confiture_schema::catalog::QualName;
use confiture_schema::change::{AlterAction, Change, ConstraintDef, ConstraintDefKind, ForeignKeyDef};

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, eugene, pgls, squawk, strong_migrations};
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "add-foreign-key-not-valid",
    summary: "A foreign key added without NOT VALID blocks writes to both tables while it is checked",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &["adding-foreign-key-constraint"],
    provenance: &[
        squawk("adding-foreign-key-constraint"),
        squawk("constraint-missing-not-valid"),
        pgls("addingForeignKeyConstraint"),
        eugene("E1"),
        strong_migrations("Adding a foreign key"),
        strong_migrations("Adding a reference"),
        atlas("PG306"),
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
            // Without a default every row has NULL there, and nothing is looked up.
            AlterAction::AddColumn { column, .. } if column.default.is_some() => {
                column.constraints.as_slice()
            }
            _ => &[],
        };
        for constraint in constraints.iter().filter(|c| !c.not_valid && !c.not_enforced) {
            if let ConstraintDefKind::ForeignKey(key) = &constraint.kind {
                report(statement, sink, &table, constraint, key);
            }
        }
    }
}

fn report(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    table: &QualName,
    constraint: &ConstraintDef,
    key: &ForeignKeyDef,
) {
    let parent = statement.resolve(&key.references);
    let name = constraint
        .name
        .as_ref()
        .map_or_else(String::new, |n| format!(" `{}`", n.name));
    let both = if parent == *table {
        String::new()
    } else {
        format!(" and {parent}")
    };
    let message = format!(
        "foreign key{name} is checked for every row of {table} under a SHARE ROW EXCLUSIVE lock on {table}{both}: writes wait"
    );
    let help = statement.safe_way_or("add it NOT VALID, then VALIDATE CONSTRAINT in another transaction");
    let place = constraint.name.as_ref().map_or(constraint.range, |n| n.range);
    let finding = sink.report(statement, Subject::relation(table), place, message);
    finding.help(help);
    let stands_alone = matches!(
        statement.changes,
        [Change::AlterRelation(alter)] if matches!(alter.commands.as_slice(), [c] if matches!(c.action, AlterAction::AddConstraint(_)))
    );
    if stands_alone {
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
