//! ## What it does
//!
//! Reports tables without a comment when all scripts are through. It must be switched on.
//!
//! ## Why is this bad?
//!
//! What a table is for stands nowhere where tools and colleagues can see it.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! COMMENT ON TABLE orders IS 'What customers have bought; one row a purchase.';
//! ```

use confiture_schema::catalog::{Persistence, RelationKind};

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-table-comment",
    summary: "A table has no comment",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Documentation],
    aliases: &[
        "require-table-comments",
        "documentation-required",
        "table-comments",
    ],
    provenance: &[],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    let is_table = matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable
    );
    let has_comment = relation.comment.as_ref().is_some_and(|c| !c.trim().is_empty());
    if !is_table || relation.is_partition() || relation.persistence == Persistence::Temporary || has_comment {
        return;
    }
    let message = format!("table {} has no comment", context.name);
    let help = format!(
        "say what it is for\nCOMMENT ON TABLE {} IS '…';",
        context.name.quoted()
    );
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help(help);
}
