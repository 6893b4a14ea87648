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
//! ```sql bad schema
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! COMMENT ON TABLE orders IS 'What customers have bought; one row a purchase.';
//! ```
//!
//! ## Fix
//!
//! A comment is added that holds the place of yours.

use confiture_schema::catalog::{Persistence, RelationKind};

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject, has_comment};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

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
    options: &[RuleOption {
        name: "public_tables_only",
        summary: "Whether only tables of the schema `public` are meant",
        default: OptionDefault::Bool(false),
    }],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    let kind = match relation.kind {
        RelationKind::Table | RelationKind::PartitionedTable => "TABLE",
        RelationKind::ForeignTable => "FOREIGN TABLE",
        _ => return,
    };
    let is_meant = !sink.options().is_on("public_tables_only") || context.name.schema.as_str() == "public";
    if !is_meant
        || relation.is_partition()
        || relation.persistence == Persistence::Temporary
        || has_comment(relation.comment.as_deref())
    {
        return;
    }
    let message = format!("table {} has no comment", context.name);
    let fix = context
        .all
        .comment(relation.origin, kind, &context.name.quoted(), &context.name.name);
    let help = format!(
        "say what it is for\nCOMMENT ON {kind} {} IS '…';",
        context.name.quoted()
    );
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help(help)
        .fix(fix);
}
