//! ## What it does
//!
//! Reports columns of tables without a comment when all scripts are through. It must be switched on.
//!
//! ## Why is this bad?
//!
//! A name says little of the unit, of what NULL means, of who fills the column.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, delay integer);
//! COMMENT ON COLUMN orders.id IS 'The number that the customer sees.';
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE orders (id bigint PRIMARY KEY, delay integer);
//! COMMENT ON COLUMN orders.id IS 'The number that the customer sees.';
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, delay integer);
//! COMMENT ON COLUMN orders.id IS 'The number that the customer sees.';
//! COMMENT ON COLUMN orders.delay IS 'Days between what was promised and what came true; NULL before delivery.';
//! ```
//!
//! Columns that every table has are best exempted:
//!
//! ```yaml
//! linting:
//!   rules:
//!     require-column-comment:
//!       public_tables_only: true
//!       exemptions: [id, created_at, updated_at]
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
    name: "require-column-comment",
    summary: "A column has no comment",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Documentation],
    aliases: &["require-column-comments", "column-comments"],
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
    let is_table = matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable
    );
    let is_meant = !sink.options().is_on("public_tables_only") || context.name.schema.as_str() == "public";
    if !is_table || !is_meant || relation.is_partition() || relation.persistence == Persistence::Temporary {
        return;
    }
    let own = relation.columns.iter().filter(|column| !column.inherited);
    for column in own.filter(|column| !has_comment(column.comment.as_deref())) {
        let message = format!("column `{}` of {} has no comment", column.name, context.name);
        let object = format!("{}.{}", context.name.quoted(), column.name.quoted());
        let help = format!("say what it holds\nCOMMENT ON COLUMN {object} IS '…';");
        let fix = context
            .all
            .comment(column.origin, "COLUMN", &object, &column.name);
        sink.report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help(help)
            .fix(fix);
    }
}
