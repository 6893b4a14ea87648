//! ## What it does
//!
//! Reports types and domains without a comment when all scripts are through. It must be switched on.
//!
//! ## Why is this bad?
//!
//! A type of one's own carries a meaning that its labels or its base don't tell.
//!
//! ```sql bad
//! CREATE TYPE order_status AS ENUM ('open', 'paid');
//! ```
//!
//! ```sql bad schema
//! CREATE DOMAIN percentage AS numeric CHECK (VALUE BETWEEN 0 AND 100);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TYPE order_status AS ENUM ('open', 'paid');
//! COMMENT ON TYPE order_status IS 'How far an order has come; it never goes back.';
//! ```
//!
//! ## Fix
//!
//! A comment is added that holds the place of yours.

use confiture_schema::catalog::TypeKind;

use crate::Severity;
use crate::context::{CatalogContext, Sink, Subject, has_comment};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-type-comment",
    summary: "A type has no comment",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Documentation],
    aliases: &["require-type-comments", "type-comments"],
    provenance: &[],
    options: &[],
    check: Check::Catalog(check),
};

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    for (name, def) in context.catalog.types.iter() {
        let kind = match def.kind {
            TypeKind::Domain(_) => "DOMAIN",
            _ => "TYPE",
        };
        if has_comment(def.comment.as_deref()) {
            continue;
        }
        let object = name.quoted();
        let message = format!("{} {name} has no comment", kind.to_lowercase());
        let fix = context.comment(def.origin, kind, &object, &name.name);
        sink.report_origin(Subject::relation(name), def.origin, message)
            .help(format!("say what it means\nCOMMENT ON {kind} {object} IS '…';"))
            .fix(fix);
    }
}
