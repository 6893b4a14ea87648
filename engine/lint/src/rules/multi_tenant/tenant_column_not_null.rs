//! ## What it does
//!
//! Reports a tenant column that may be null.
//!
//! The column's name is the option `column`. Tables without it are left alone: whether they should have it is what
//! `require-tenant-column` asks.
//!
//! ## Why is this bad?
//!
//! A row without a tenant is nobody's: policies and queries that ask for a tenant never show it, and unique keys let it in
//! any number of times.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
//! ```

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

use crate::shared::{tables, tenant};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "tenant-column-not-null",
    summary: "A row may belong to no tenant",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::MultiTenant],
    aliases: &[],
    provenance: &[],
    options: &[RuleOption {
        name: "column",
        summary: "The column that says whose a row is",
        default: OptionDefault::Text("tenant_id"),
    }],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let Some(column) = tenant::column(context.relation, sink.options()).filter(|c| !c.not_null) else {
        return;
    };
    if !tables::is_table(context.relation) {
        return;
    }
    let message = format!("column `{}` of {} may be null", column.name, context.name);
    let sql = format!(
        "ALTER TABLE {} ALTER COLUMN {} SET NOT NULL;",
        context.name.quoted(),
        column.name.quoted()
    );
    let fix = Fix::new("Refuse rows of no tenant", Safety::Unsafe).migration(&sql);
    sink.report_origin(Subject::part(context.name, &column.name), column.origin, message)
        .help(format!("give every row its tenant, then refuse others\n{sql}"))
        .fix(fix);
}
