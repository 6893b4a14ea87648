//! ## What it does
//!
//! Reports columns of type `json`.
//!
//! ## Why is this bad?
//!
//! `json` keeps the text: it is read anew each time a member is asked for, can't be indexed, and has no equality, so
//! `SELECT DISTINCT`, `GROUP BY` and `UNION` over it fail.
//!
//! ```sql bad
//! CREATE TABLE events (id bigint PRIMARY KEY, payload json NOT NULL DEFAULT '{}');
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE events (id bigint PRIMARY KEY, payload json NOT NULL DEFAULT '{}'::json);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb NOT NULL DEFAULT '{}');
//! ```
//!
//! Where the text itself matters, its blanks, its order, its repeated keys, exempt the column.
//!
//! ## Fix
//!
//! The type becomes `jsonb`; a table that has rows is rewritten.

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, eugene, pgls, strong_migrations};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "prefer-jsonb",
    summary: "A column stores JSON as text",
    severity: Severity::Info,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &[],
    provenance: &[
        pgls("preferJsonb"),
        eugene("E3"),
        strong_migrations("Adding a json column"),
    ],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    for at in context.written_columns() {
        let column = at.column;
        if !column.ty.as_ref().is_some_and(|ty| ty.is("json")) {
            continue;
        }
        let message = format!("column `{}` of {} stores JSON as text", column.name, context.name);
        let finding = sink
            .report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help("make it `jsonb`");
        if context.is_free(&column.name) {
            let migration = context.alter_type(&column.name, "jsonb", None);
            finding.fix(context.retype("Store JSON as jsonb", at, "jsonb", migration));
        }
    }
}
