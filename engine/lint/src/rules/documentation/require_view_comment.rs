//! ## What it does
//!
//! Reports views and materialized views without a comment when all scripts are through. It must be switched on.
//!
//! ## Why is this bad?
//!
//! A view is a promise to those who read it, and its query says how it is kept rather than what it is.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, paid boolean NOT NULL);
//! ```
//!
//! ```sql bad
//! CREATE VIEW open_orders AS SELECT id FROM orders WHERE NOT paid;
//! ```
//!
//! ```sql bad schema
//! CREATE MATERIALIZED VIEW open_orders AS SELECT id FROM orders WHERE NOT paid;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE VIEW open_orders AS SELECT id FROM orders WHERE NOT paid;
//! COMMENT ON VIEW open_orders IS 'Orders that nobody has paid yet.';
//! ```
//!
//! ## Fix
//!
//! A comment is added that holds the place of yours.

use confiture_schema::catalog::{Persistence, RelationKind};

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject, has_comment};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-view-comment",
    summary: "A view has no comment",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Documentation],
    aliases: &["require-view-comments", "view-comments"],
    provenance: &[],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    let kind = match relation.kind {
        RelationKind::View => "VIEW",
        RelationKind::MaterializedView => "MATERIALIZED VIEW",
        _ => return,
    };
    if relation.persistence == Persistence::Temporary || has_comment(relation.comment.as_deref()) {
        return;
    }
    let object = context.name.quoted();
    let message = format!("{} {} has no comment", kind.to_lowercase(), context.name);
    let fix = context
        .all
        .comment(relation.origin, kind, &object, &context.name.name);
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help(format!("say what it shows\nCOMMENT ON {kind} {object} IS '…';"))
        .fix(fix);
}
