//! ## What it does
//!
//! Reports enum types. It must be switched on.
//!
//! ## Why is this bad?
//!
//! A value of an enum can be added and renamed, but never removed, and a value that was just added can't be used in the
//! same transaction. What belongs to a value, such as its name for people, needs a table anyway.
//!
//! ```sql bad
//! CREATE TYPE order_status AS ENUM ('open', 'paid', 'sent');
//! ```
//!
//! ## Instead
//!
//! A table of its own, or text with a CHECK:
//!
//! ```sql good
//! CREATE TABLE order_statuses (name text PRIMARY KEY);
//! CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL REFERENCES order_statuses);
//! ```

use confiture_schema::catalog::TypeKind;

use crate::Severity;
use crate::context::{CatalogContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, eugene, pgls};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "no-enum",
    summary: "A type is an enum, whose values can't be removed",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &[],
    provenance: &[pgls("creatingEnum"), eugene("W13")],
    options: &[],
    check: Check::Catalog(check),
};

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    for (name, def) in context.catalog.types.iter() {
        if matches!(def.kind, TypeKind::Enum(_)) {
            sink.report_origin(
                Subject::relation(name),
                def.origin,
                format!("type {name} is an enum"),
            )
            .help("use a table that others reference, or text with a CHECK");
        }
    }
}
