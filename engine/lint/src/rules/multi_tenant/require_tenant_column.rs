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
//! ```sql bad schema
//! CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id uuid NOT NULL);
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

use std::collections::BTreeMap;

use confiture_schema::catalog::{Catalog, Persistence, RelationKind};

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::shared::cure;
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-tenant-column",
    summary: "A table lacks the column that says whose a row is",
    severity: Severity::Error,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::MultiTenant],
    aliases: &["multi-tenant", "tenant-column-required"],
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
    let fix = cure(context, sink, wanted);
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help(help)
        .fix(fix);
}

/// The column with the type that it has in the other tables. In a table with rows it is filled before it is made NOT NULL.
fn cure(context: &RelationContext<'_>, sink: &Sink<'_>, wanted: &str) -> Fix {
    let ty = usual_type(context.catalog, wanted);
    let column = confiture_syntax::Name::new(wanted);
    let column = column.quoted();
    let fix = Fix::new(format!("Add `{wanted}`"), Safety::Unsafe).migration(format!(
        "ALTER TABLE {} ADD COLUMN {column} {ty};",
        context.name.quoted()
    ));
    let definition = format!("{column} {ty} NOT NULL");
    match cure::column_in_place(&context.all, sink, context.relation.origin, &definition) {
        Some(edit) => fix.edit(edit),
        None => fix,
    }
}

fn usual_type(catalog: &Catalog, column: &str) -> String {
    let mut types: BTreeMap<String, usize> = BTreeMap::new();
    for relation in catalog.relations.values() {
        let found = relation.columns.iter().find(|c| c.name.as_str() == column);
        if let Some(ty) = found.and_then(|c| c.ty.as_ref()) {
            *types.entry(ty.to_string()).or_default() += 1;
        }
    }
    let usual = types.into_iter().max_by_key(|(_, count)| *count);
    usual.map_or_else(|| "bigint".to_owned(), |(ty, _)| ty)
}
