//! ## What it does
//!
//! Reports tables without the column that says whose a row is. It runs where the configuration has a `multi_tenant`
//! block, or names it.
//!
//! ## Why is this bad?
//!
//! Where every table carries its tenant, a query, a policy or an export can be kept to one tenant. The table that
//! doesn't is the one that leaks.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
//! ```
//!
//! Tables that belong to no tenant are exempted in the configuration:
//!
//! ```yaml
//! linting:
//!   multi_tenant:
//!     required_column: tenant_id
//!     exempt_tables: [tenants, audit_*]
//! ```

use confiture_schema::catalog::{Persistence, RelationKind};

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-tenant-column",
    summary: "A table lacks the column that says whose a row is",
    severity: Severity::Error,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::MultiTenant],
    aliases: &["multi-tenant"],
    provenance: &[],
    options: &[RuleOption {
        name: "required_column",
        summary: "The column that every table must have",
        default: OptionDefault::Text("tenant_id"),
    }],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    let is_table = matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable
    );
    if !is_table || relation.is_partition() || relation.persistence == Persistence::Temporary {
        return;
    }
    let wanted = sink.options().text("required_column");
    if relation.columns.iter().any(|c| c.name.as_str() == wanted) {
        return;
    }
    let message = format!("table {} has no column `{wanted}`", context.name);
    let help = "add the column, or exempt the table in the configuration if it belongs to no tenant";
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help(help);
}
