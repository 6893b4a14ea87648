//! ## What it does
//!
//! Reports columns of type `timestamp(0)` or `timestamptz(0)`.
//!
//! ## Why is this bad?
//!
//! PostgreSQL rounds to whole seconds rather than cutting the fraction off: what happens at 23:59:59.7 is stored as of the
//! next day, and `now()` can be half a second in the future.
//!
//! ```sql bad schema
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz(0) NOT NULL);
//! ```
//!
//! ## Instead
//!
//! Store what is known, and cut when it is read:
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz NOT NULL);
//! SELECT date_trunc('second', placed_at) FROM orders;
//! ```
//!
//! ## Fix
//!
//! The precision goes; fractions are stored from then on. The table isn't rewritten.

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "no-timestamp-precision",
    summary: "A column rounds times to whole seconds",
    severity: Severity::Info,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &[],
    provenance: &[],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    for at in context.written_columns() {
        let column = at.column;
        let rounds = column
            .ty
            .as_ref()
            .filter(|ty| ty.is("timestamp") || ty.is("timestamptz"))
            .filter(|ty| ty.modifiers.as_deref() == Some("0"));
        let Some(ty) = rounds else { continue };
        let better = ty.name.as_str();
        let message = format!(
            "column `{}` of {} rounds to whole seconds",
            column.name, context.name
        );
        let finding = sink
            .report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help(format!(
                "make it `{better}`, and use `date_trunc` where it is read"
            ));
        if context.is_free(&column.name) {
            let migration = context.alter_type(&column.name, better, None);
            finding.fix(context.retype("Store fractions of seconds", at, better, migration));
        }
    }
}
