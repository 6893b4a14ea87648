//! ## What it does
//!
//! Reports tables with a tenant column on which row level security isn't enabled, or none of whose policies reads that
//! column.
//!
//! The column's name is the option `column`. Tables without it are left alone: whether they should have it is what
//! `require-tenant-column` asks.
//!
//! ## Why is this bad?
//!
//! Without a policy, a query that forgets to ask for the tenant shows the rows of all of them. With one, it shows none.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
//! ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
//! CREATE POLICY own_orders ON orders USING (tenant_id = current_setting('app.tenant_id')::bigint);
//! ```
//!
//! The setting that policies of a fix read is the option `setting`.

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

use confiture_schema::catalog::{Column, QualName};
use confiture_syntax::Name;

use crate::shared::{cure, tables, tenant};
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "tenant-row-security",
    summary: "No policy keeps a table's rows to their tenant",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::MultiTenant, Category::Security],
    aliases: &["tenant-rls"],
    provenance: &[],
    options: &[
        RuleOption {
            name: "column",
            summary: "The column that says whose a row is",
            default: OptionDefault::Text("tenant_id"),
        },
        RuleOption {
            name: "setting",
            summary: "The setting that holds the tenant of a session",
            default: OptionDefault::Text("app.tenant_id"),
        },
    ],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    let Some(column) = tenant::column(relation, sink.options()).filter(|_| tables::is_table(relation)) else {
        return;
    };
    let reads = relation.policies.values().any(|policy| {
        let mut conditions = policy.using.iter().chain(&policy.check);
        // What a subquery compares it with can't be told apart from other tables' columns of that name.
        conditions.any(|e| e.facts.incomplete || e.facts.columns.contains(&column.name))
    });
    let enabled = relation.row_security.enabled;
    if enabled && reads {
        return;
    }
    let message = if enabled {
        format!("no policy of {} reads `{}`", context.name, column.name)
    } else {
        format!(
            "row level security isn't enabled on {}, which has a `{}`",
            context.name, column.name
        )
    };
    let mut sql = Vec::new();
    if !enabled {
        sql.push(format!(
            "ALTER TABLE {} ENABLE ROW LEVEL SECURITY;",
            context.name.quoted()
        ));
    }
    if !reads {
        sql.push(policy(context.name, column, sink.options().text("setting")));
    }
    let sql = sql.join("\n");
    let fix = cure::Statement {
        title: "Keep rows to their tenant",
        safety: Safety::Unsafe,
        file: &sql,
        migration: &sql,
    }
    .after(&context.all, sink, relation.origin);
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help(format!("let a policy keep rows to their tenant\n{sql}"))
        .fix(fix);
}

/// A policy that shows the rows of the tenant that a setting names. The setting is read once, in a sub-SELECT.
fn policy(table: &QualName, column: &Column, setting: &str) -> String {
    let name = Name::new(format!("{}_tenant", table.name));
    let ty = column.ty.as_ref().map(|ty| format!("::{ty}")).unwrap_or_default();
    format!(
        "CREATE POLICY {} ON {} USING ({} = (SELECT current_setting('{}'){ty}));",
        name.quoted(),
        table.quoted(),
        column.name.quoted(),
        setting.replace('\'', "''"),
    )
}
