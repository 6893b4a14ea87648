//! ## What it does
//!
//! Reports columns of type `timetz` (`time with time zone`).
//!
//! ## Why is this bad?
//!
//! An offset from UTC means nothing without a date: the same zone has another one in summer. PostgreSQL has the type
//! because the SQL standard asks for it, and its manual advises against it.
//!
//! ```sql bad schema
//! CREATE TABLE shops (id bigint PRIMARY KEY, opens_at timetz);
//! ```
//!
//! ## Instead
//!
//! A time of day, and where the place matters its time zone by name:
//!
//! ```sql good
//! CREATE TABLE shops (id bigint PRIMARY KEY, opens_at time, time_zone text NOT NULL);
//! ```
//!
//! ## Fix
//!
//! The type becomes `time`: offsets are lost.

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "no-timetz",
    summary: "A column stores times of day with an offset that means nothing without a date",
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
        let Some(ty) = column.ty.as_ref().filter(|ty| ty.is("timetz")) else {
            continue;
        };
        let better = match &ty.modifiers {
            Some(precision) => format!("time({precision})"),
            None => "time".to_owned(),
        };
        let message = format!(
            "column `{}` of {} is time with time zone",
            column.name, context.name
        );
        let finding = sink
            .report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help("store a `time`, or a moment as `timestamptz`");
        if context.is_free(&column.name) {
            let migration = context.alter_type(&column.name, &better, None);
            finding.fix(context.retype("Store times of day", at, &better, migration));
        }
    }
}
