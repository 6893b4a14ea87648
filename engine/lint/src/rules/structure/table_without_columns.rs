//! ## What it does
//!
//! Reports tables that have no column when all scripts are through.
//!
//! ## Why is this bad?
//!
//! PostgreSQL accepts it, but such a table can hold nothing: a definition was forgotten, or the table is a leftover.
//!
//! ```sql bad
//! CREATE TABLE orders ();
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders ();
//! ALTER TABLE orders ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
//! ```

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "table-without-columns",
    summary: "A table has no columns",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &[],
    provenance: &[],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    // Of a table whose parent no script creates, the columns aren't known.
    if !context.is_lasting_table() || !relation.columns.is_empty() || !relation.parents.is_empty() {
        return;
    }
    let message = format!("table {} has no columns", context.name);
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help("give it columns, or drop it");
}
