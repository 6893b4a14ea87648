//! ## What it does
//!
//! Reports a table with row security policies on which row level security isn't enabled.
//!
//! ## Why is this bad?
//!
//! Without `ENABLE ROW LEVEL SECURITY` the policies do nothing: every role that may read the table reads all of its rows.
//!
//! ```sql bad
//! CREATE TABLE notes (id bigint PRIMARY KEY, owner text);
//! CREATE POLICY own_notes ON notes USING (owner = current_user);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE notes (id bigint PRIMARY KEY, owner text);
//! CREATE POLICY own_notes ON notes USING (owner = current_user);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE notes (id bigint PRIMARY KEY, owner text);
//! CREATE POLICY own_notes ON notes USING (owner = current_user);
//! ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
//! ```

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};
use crate::shared::cure;
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "policies-without-row-security",
    summary: "Policies do nothing while row level security is off",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Security],
    aliases: &["policy-exists-rls-disabled"],
    provenance: &[pgls("policyExistsRlsDisabled")],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    if relation.row_security.enabled {
        return;
    }
    let Some((name, policy)) = relation.policies.iter().min_by_key(|(_, policy)| policy.origin) else {
        return;
    };
    let message = format!(
        "policy `{name}` does nothing: row level security isn't enabled on {}",
        context.name
    );
    let sql = format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;", context.name.quoted());
    let fix = cure::Statement {
        title: "Enable row level security",
        safety: Safety::Unsafe,
        file: &sql,
        migration: &sql,
    }
    .after(&context.all, sink, policy.origin);
    sink.report_origin(Subject::relation(context.name), policy.origin, message)
        .help(format!("enable it, or drop the policies\n{sql}"))
        .fix(fix);
}
