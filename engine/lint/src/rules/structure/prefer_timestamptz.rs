//! ## What it does
//!
//! Reports columns of type `timestamp` (`timestamp without time zone`).
//!
//! ## Why is this bad?
//!
//! Such a value is a reading of some clock, and nothing says of which: sessions with another `TimeZone` store and read
//! other moments, and differences are wrong by an hour twice a year. `timestamptz` stores the moment itself, in the same
//! eight bytes.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamp NOT NULL);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamp(3) without time zone DEFAULT now());
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz NOT NULL);
//! ```
//!
//! Where a reading of a clock is meant, such as an alarm that rings at seven wherever one is, exempt the column.
//!
//! ## Fix
//!
//! The type becomes `timestamptz`. For a column that has rows the migration takes its values for UTC: put the zone there
//! that your servers wrote in. The table is rewritten, and nobody reads it meanwhile.

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "prefer-timestamptz",
    summary: "A column stores times without their time zone",
    severity: Severity::Info,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &["prefer-timestamp-tz"],
    provenance: &[squawk("prefer-timestamp-tz"), pgls("preferTimestamptz")],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    for at in context.written_columns() {
        let column = at.column;
        let Some(ty) = column.ty.as_ref().filter(|ty| ty.is("timestamp")) else {
            continue;
        };
        let better = match &ty.modifiers {
            Some(precision) => format!("timestamptz({precision})"),
            None => "timestamptz".to_owned(),
        };
        let message = format!(
            "column `{}` of {} stores times without their time zone",
            column.name, context.name
        );
        let using = format!("{} AT TIME ZONE 'UTC'", column.name.quoted());
        let finding = sink
            .report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help(format!("make it `{better}`"));
        if context.is_free(&column.name) {
            let migration = context.alter_type(&column.name, &better, Some(&using));
            finding.fix(context.retype("Store moments", at, &better, migration));
        }
    }
}
