//! ## What it does
//!
//! Reports columns of type `varchar(n)`. It must be switched on.
//!
//! ## Why is this bad?
//!
//! A limit in the type is found out about when it is too small, and making it smaller later takes a scan under a lock that
//! keeps everybody out. `text` with a CHECK is stored the same way, as fast, and its limit can be changed either way with
//! `NOT VALID` first.
//!
//! ```sql bad
//! CREATE TABLE customers (id bigint PRIMARY KEY, email varchar(100) NOT NULL);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE customers (id bigint PRIMARY KEY, email varchar(100) NOT NULL);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL CHECK (char_length(email) <= 100));
//! CREATE TABLE notes (id bigint PRIMARY KEY, body varchar);
//! ```
//!
//! ## Fix
//!
//! The type becomes `text`, with a CHECK of the length. For a column that has rows this changes the catalog and then reads
//! the table once; nothing is rewritten.

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "prefer-text",
    summary: "A column limits its text by its type",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &["prefer-text-field"],
    provenance: &[squawk("prefer-text-field"), pgls("preferTextField")],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    for at in context.written_columns() {
        let column = at.column;
        let limited = column.ty.as_ref().filter(|ty| ty.is("varchar"));
        let Some(length) = limited.and_then(|ty| ty.modifiers.as_deref()) else {
            continue;
        };
        let message = format!(
            "column `{}` of {} is varchar({length})",
            column.name, context.name
        );
        let finding = sink
            .report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help("make it `text`, with a CHECK where the length matters");
        if context.is_free(&column.name) {
            let (written, migration) = context.limited_text(&column.name, length);
            finding.fix(context.retype("Make it text of that length", at, &written, migration));
        }
    }
}
