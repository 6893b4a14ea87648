//! ## What it does
//!
//! Reports B-tree indexes of tables with a tenant column that neither are unique nor begin with that column.
//!
//! The column's name is the option `column`. Tables without it are left alone: whether they should have it is what
//! `require-tenant-column` asks.
//!
//! ## Why is this bad?
//!
//! Every query asks for one tenant. An index that begins with another column finds the rows of all tenants, and all but
//! one tenant's are thrown away.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, placed_at timestamptz);
//! CREATE INDEX orders_placed_at_idx ON orders (placed_at);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, placed_at timestamptz);
//! CREATE INDEX orders_placed_at_idx ON orders (tenant_id, placed_at);
//! ```
//!
//! An index on the columns of a foreign key serves the key, and may stay:
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
//! CREATE TABLE items (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, order_id bigint REFERENCES orders);
//! CREATE INDEX items_order_id_idx ON items (order_id);
//! ```

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

use crate::Severity;
use crate::shared::{tables, tenant};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "tenant-index",
    summary: "An index finds the rows of all tenants",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::MultiTenant, Category::Performance],
    aliases: &["tenant-indexes"],
    provenance: &[],
    options: &[RuleOption {
        name: "column",
        summary: "The column that says whose a row is",
        default: OptionDefault::Text("tenant_id"),
    }],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    let Some(tenant) = tenant::column(relation, sink.options()).filter(|_| tables::is_table(relation)) else {
        return;
    };
    for (name, index) in relation.indexes.iter() {
        let first = index.keys.first().and_then(|k| k.expr.facts.bare_column.as_ref());
        let serves =
            tables::foreign_keys(relation).any(|(_, _, key)| first.is_some_and(|c| key.columns.contains(c)));
        let other =
            index.unique || index.constraint || index.parent.is_some() || index.method.as_str() != "btree";
        if other || serves || first == Some(&tenant.name) {
            continue;
        }
        let message = format!(
            "index `{name}` of {} doesn't begin with `{}`",
            context.name, tenant.name
        );
        sink.report_origin(Subject::part(context.name, name), index.origin, message)
            .help(format!(
                "begin it with `{}`, which every query asks for",
                tenant.name
            ));
    }
}
