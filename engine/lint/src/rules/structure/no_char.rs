//! ## What it does
//!
//! Reports columns of type `char(n)` (`character(n)`). A single character has nothing to pad and is left alone.
//!
//! ## Why is this bad?
//!
//! Values are padded with blanks, which some operators ignore and others don't: they count for `LIKE` and regular
//! expressions, and are lost on the way to `text`. The padding takes room, makes nothing faster, and shorter values are
//! accepted all the same.
//!
//! ```sql bad
//! CREATE TABLE countries (id bigint PRIMARY KEY, code char(2) NOT NULL);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE countries (id bigint PRIMARY KEY, code char(2) NOT NULL);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE countries (id bigint PRIMARY KEY, code text NOT NULL CHECK (char_length(code) = 2));
//! ```
//!
//! ## Fix
//!
//! The type becomes `text`, with a CHECK of the length. Blanks at the end are no longer ignored when values are compared.

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "no-char",
    summary: "A column's values are padded with blanks",
    severity: Severity::Info,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &["ban-char-field"],
    provenance: &[squawk("ban-char-field"), pgls("banCharField")],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    for at in context.written_columns() {
        let column = at.column;
        let padded = column.ty.as_ref().filter(|ty| ty.is("bpchar"));
        let Some((ty, length)) = padded
            .and_then(|ty| Some((ty, ty.modifiers.as_deref()?)))
            .filter(|(_, length)| *length != "1")
        else {
            continue;
        };
        let message = format!(
            "column `{}` of {} is {ty}, padded with blanks",
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
