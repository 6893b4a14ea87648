//! ## What it does
//!
//! Reports unique constraints and unique indexes of tables with a tenant column that don't begin with that column. Primary
//! keys count only with the option `primary_keys`, and a key that is generated (`uuid`, identity) never does: it is unique
//! whoever's it is.
//!
//! The column's name is the option `column`. Tables without it are left alone: whether they should have it is what
//! `require-tenant-column` asks.
//!
//! ## Why is this bad?
//!
//! What is unique over all tenants lets one tenant find out what another one has, and keeps it from having the same.
//!
//! ```sql bad
//! CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, email text UNIQUE);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, email text, UNIQUE (tenant_id, email));
//! ```

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

use crate::shared::{tables, tenant};
use crate::{Fix, Safety, Severity};

use confiture_schema::catalog::{Column, ConstraintKind, Index, Relation};
use confiture_syntax::Name;

pub(in crate::rules) static RULE: Rule = Rule {
    name: "tenant-unique-key",
    summary: "What is unique is unique over all tenants",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::MultiTenant],
    aliases: &["tenant-unique-keys"],
    provenance: &[],
    options: &[
        RuleOption {
            name: "column",
            summary: "The column that says whose a row is",
            default: OptionDefault::Text("tenant_id"),
        },
        RuleOption {
            name: "primary_keys",
            summary: "Whether primary keys must begin with it too",
            default: OptionDefault::Bool(false),
        },
    ],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    let Some(tenant) = tenant::column(relation, sink.options()).filter(|_| tables::is_table(relation)) else {
        return;
    };
    for (name, index) in relation.indexes.iter() {
        let columns = index.keys.iter().map(|k| k.expr.facts.bare_column.as_ref());
        let is_key = matches!(
            relation.constraints.get(name).map(|c| &c.kind),
            Some(ConstraintKind::PrimaryKey { .. })
        );
        let wanted = !is_key || sink.options().is_on("primary_keys");
        let begins = columns.clone().next().flatten() == Some(&tenant.name);
        let generated = columns.clone().flatten().any(|c| is_generated(relation, c));
        if !index.unique
            || index.parent.is_some()
            || begins
            || !wanted
            || generated
            || is_own(relation, index)
        {
            continue;
        }
        let what = if index.constraint { "constraint" } else { "index" };
        let message = format!(
            "unique {what} `{name}` of {} doesn't begin with `{}`",
            context.name, tenant.name
        );
        let fix = cure(context, name, index, &tenant.name);
        let finding = sink.report_origin(Subject::part(context.name, name), index.origin, message);
        finding.help(format!(
            "begin it with `{}`, so that it is unique within a tenant",
            tenant.name
        ));
        if let Some(fix) = fix {
            finding.fix(fix);
        }
    }
}

/// Whether a column's values are made up by the database, so that no two are ever the same.
fn is_generated(relation: &Relation, column: &Name) -> bool {
    let made_up = |c: &Column| {
        let calls = |name: &str| {
            c.default
                .iter()
                .flat_map(|d| &d.facts.functions)
                .any(|f| f.name.as_str() == name)
        };
        c.identity.is_some()
            || c.ty.as_ref().is_some_and(|ty| ty.is("uuid"))
            || ["nextval", "gen_random_uuid", "uuid_generate_v4", "uuidv7"]
                .iter()
                .any(|f| calls(f))
            || c.default.as_ref().is_some_and(|d| d.facts.sequence.is_some())
    };
    relation.column(column).is_some_and(|c| made_up(c))
}

/// Whether the key names the row of another table that is its own: one to one, that row has the tenant.
fn is_own(relation: &Relation, index: &Index) -> bool {
    let columns: Option<Vec<&Name>> = index
        .keys
        .iter()
        .map(|k| k.expr.facts.bare_column.as_ref())
        .collect();
    columns.is_some_and(|columns| {
        tables::foreign_keys(relation).any(|(_, _, key)| key.columns.iter().eq(columns.iter().copied()))
    })
}

/// The same with the tenant first. Foreign keys that refer to it have to be changed with it, so then there is none.
fn cure(context: &RelationContext<'_>, name: &Name, index: &Index, tenant: &Name) -> Option<Fix> {
    let constraint = context.relation.constraints.get(name)?;
    let ConstraintKind::Unique { columns } = &constraint.kind else {
        return None;
    };
    let referenced = !context.catalog.foreign_keys_to(context.name).is_empty();
    let plain = index.include.is_empty() && !index.nulls_not_distinct && index.options.is_empty();
    if referenced || !plain {
        return None;
    }
    let mut columns = columns.clone();
    columns.retain(|c| c != tenant);
    columns.insert(0, tenant.clone());
    let sql = format!(
        "ALTER TABLE {} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} UNIQUE ({});",
        context.name.quoted(),
        tables::quoted(&columns),
        name = name.quoted(),
    );
    Some(Fix::new(format!("Begin it with `{tenant}`"), Safety::Unsafe).migration(sql))
}
