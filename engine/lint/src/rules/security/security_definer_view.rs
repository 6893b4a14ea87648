//! ## What it does
//!
//! Reports a view without `security_invoker` that reads a table with row level security, itself or through other views.
//!
//! ## Why is this bad?
//!
//! A view reads with its owner's rights, and a table's owner isn't subject to its policies: whoever may read the view sees
//! all rows.
//!
//! ```sql given
//! CREATE TABLE notes (id bigint PRIMARY KEY, owner text);
//! ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
//! CREATE POLICY own_notes ON notes USING (owner = current_user);
//! ```
//!
//! ```sql bad
//! CREATE VIEW recent_notes AS SELECT id, owner FROM notes;
//! ```
//!
//! X## Instead
//!
//! Since PostgreSQL 15 a view can read with the rights of whoever reads it:
//!
//! ```sql good
//! CREATE VIEW recent_notes WITH (security_invoker = true) AS SELECT id, owner FROM notes;
//! ```

use std::collections::BTreeSet;

use confiture_schema::catalog::{Catalog, QualName, Relation, RelationKind};

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};
use crate::shared::cure;
use crate::{Safety, Severity};

/// The first version whose views can be told to read with the rights of whoever reads them.
const FIRST: u32 = 15;

pub(in crate::rules) static RULE: Rule = Rule {
    name: "security-definer-view",
    summary: "A view shows rows that row level security hides",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Security],
    aliases: &["view-security-invoker"],
    provenance: &[pgls("securityDefinerView")],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    if relation.kind != RelationKind::View || is_invoker(relation) {
        return;
    }
    let Some(table) = secured_source(context.catalog, context.name) else {
        return;
    };
    let message = format!(
        "view {} reads {table} with its owner's rights, past the policies of that table",
        context.name
    );
    let sql = format!(
        "ALTER VIEW {} SET (security_invoker = true);",
        context.name.quoted()
    );
    let fix = cure::Statement {
        title: "Read with the rights of whoever reads the view",
        safety: Safety::Unsafe,
        file: &sql,
        migration: &sql,
    }
    .after(&context.all, sink, relation.origin);
    let finding = sink.report_origin(Subject::relation(context.name), relation.origin, message);
    if context.all.version.major() >= FIRST {
        finding
            .help(format!("let it read with the rights of whoever reads it\n{sql}"))
            .fix(fix);
    } else {
        finding.help(
            "since PostgreSQL 15 a view can be `security_invoker`; before, let a function check who asks",
        );
    }
}

fn is_invoker(view: &Relation) -> bool {
    let is_on = |value: &str| !matches!(value.to_ascii_lowercase().as_str(), "false" | "off" | "no" | "0");
    view.options
        .iter()
        .any(|(name, value)| name.as_str() == "security_invoker" && is_on(value))
}

/// The first table with policies that its owner isn't subject to (forced ones hold for the owner too), along views that read with their owners' rights.
fn secured_source(catalog: &Catalog, view: &QualName) -> Option<QualName> {
    let mut stack = vec![view.clone()];
    let mut seen = BTreeSet::new();
    while let Some(name) = stack.pop() {
        let Some(relation) = catalog.relation(&name).filter(|_| seen.insert(name.clone())) else {
            continue;
        };
        if relation.row_security.enabled && !relation.row_security.forced && !relation.policies.is_empty() {
            return Some(name);
        }
        if relation.kind == RelationKind::View {
            stack.extend(relation.view.iter().flat_map(|v| v.sources.iter().cloned()));
        }
    }
    None
}
