//! ## What it does
//!
//! Reports columns of type `money`.
//!
//! ## Why is this bad?
//!
//! How many digits it has behind the point, and which currency it shows, depends on `lc_monetary` of the session that
//! reads: the same row says other things to others. It has no currency of its own, and division rounds.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, total money NOT NULL);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE orders (id bigint PRIMARY KEY, total money NOT NULL);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL, currency text NOT NULL);
//! ```
//!
//! ## Fix
//!
//! The type becomes `numeric`; a table that has rows is rewritten.

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "no-money",
    summary: "A column's amounts depend on the session's locale",
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
        if !column.ty.as_ref().is_some_and(|ty| ty.is("money")) {
            continue;
        }
        let message = format!(
            "column `{}` of {} is money, which depends on the session's locale",
            column.name, context.name
        );
        let finding = sink
            .report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help("make it `numeric`, and keep the currency in a column of its own");
        // A default is written in the locale's notation, which `numeric` doesn't read.
        if context.is_free(&column.name) && column.default.is_none() {
            let using = format!("{}::numeric", column.name.quoted());
            let migration = context.alter_type(&column.name, "numeric", Some(&using));
            finding.fix(context.retype("Store amounts as numeric", at, "numeric", migration));
        }
    }
}
