//! ## What it does
//!
//! Reports foreign keys between two tables with a tenant column that don't carry that column on both sides.
//!
//! The column's name is the option `column`. Tables without it are left alone: whether they should have it is what
//! `require-tenant-column` asks.
//!
//! ## Why is this bad?
//!
//! Such a key lets a row of one tenant refer to a row of another one. Once it does, exports, deletions and policies of one
//! tenant reach into the other's data.
//!
//! ```sql bad
//! CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
//! CREATE TABLE orders (
//!     id bigint PRIMARY KEY, tenant_id bigint NOT NULL, customer_id bigint REFERENCES customers (id)
//! );
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, UNIQUE (tenant_id, id));
//! CREATE TABLE orders (
//!     id bigint PRIMARY KEY, tenant_id bigint NOT NULL, customer_id bigint,
//!     FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
//! );
//! ```

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

use confiture_schema::catalog::{ConstraintKind, ForeignKey, QualName, ReferentialAction, Relation};
use confiture_syntax::Name;

use crate::shared::{tables, tenant};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "tenant-foreign-key",
    summary: "A row may refer to another tenant's row",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::MultiTenant],
    aliases: &["tenant-foreign-keys"],
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
    for (name, constraint, key) in tables::foreign_keys(relation) {
        let Some(target) = context.catalog.relation(&key.references) else {
            continue;
        };
        let Some(there) = tenant::column(target, sink.options()) else {
            continue;
        };
        let pairs = key.columns.iter().zip(&key.referenced_columns);
        let carried = pairs
            .into_iter()
            .any(|(from, to)| *from == tenant.name && *to == there.name);
        // The key to the tenants themselves: the column alone says whose the row is.
        let of_tenant = key.columns == [tenant.name.clone()];
        if carried || of_tenant || key.referenced_columns.is_empty() {
            continue;
        }
        let message = format!(
            "foreign key `{name}` of {} doesn't carry `{}`: it may refer to another tenant's row of {}",
            context.name, tenant.name, key.references
        );
        let fix = cure(context.name, name, key, target, &tenant.name);
        let finding = sink.report_origin(Subject::part(context.name, name), constraint.origin, message);
        finding.help(format!("let it carry `{}` on both sides", tenant.name));
        if let Some(fix) = fix {
            finding.fix(fix);
        }
    }
}

/// The same key with the tenant, and the unique key that it needs in the other table. ON DELETE SET NULL would empty the
/// tenant too, so then there is none.
fn cure(table: &QualName, name: &Name, key: &ForeignKey, target: &Relation, tenant: &Name) -> Option<Fix> {
    let plain = [
        ReferentialAction::NoAction,
        ReferentialAction::Restrict,
        ReferentialAction::Cascade,
    ];
    if !plain.contains(&key.on_delete) || key.on_update != ReferentialAction::NoAction || key.match_full {
        return None;
    }
    let with = |columns: &[Name]| -> Vec<Name> { std::iter::once(tenant).chain(columns).cloned().collect() };
    let (from, to) = (with(&key.columns), with(&key.referenced_columns));
    let on_delete = match key.on_delete {
        ReferentialAction::Cascade => " ON DELETE CASCADE",
        ReferentialAction::Restrict => " ON DELETE RESTRICT",
        _ => "",
    };
    let unique = target.constraints.values().any(|c| {
        matches!(&c.kind, ConstraintKind::Unique { columns } | ConstraintKind::PrimaryKey { columns } if *columns == to)
    });
    let mut sql = String::new();
    if !unique {
        sql = format!(
            "ALTER TABLE {} ADD UNIQUE ({});\n",
            key.references.quoted(),
            tables::quoted(&to)
        );
    }
    sql.push_str(&format!(
        "ALTER TABLE {} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} FOREIGN KEY ({}) REFERENCES {} ({}){on_delete};",
        table.quoted(),
        tables::quoted(&from),
        key.references.quoted(),
        tables::quoted(&to),
        name = name.quoted(),
    ));
    Some(Fix::new(format!("Carry `{tenant}`"), Safety::Unsafe).migration(sql))
}
