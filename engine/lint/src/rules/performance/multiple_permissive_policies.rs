//! ## What it does
//!
//! Reports a permissive policy beside another one of its table for the same role and the same command.
//!
//! ## Why is this bad?
//!
//! A row is let through as soon as one permissive policy lets it through, so PostgreSQL evaluates one after the other, for
//! every row; and who reads one of them believes that it is the whole truth.
//!
//! ```sql bad
//! CREATE TABLE notes (id bigint PRIMARY KEY, owner text, shared boolean);
//! ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
//! CREATE POLICY own_notes ON notes FOR SELECT USING (owner = current_user);
//! CREATE POLICY shared_notes ON notes FOR SELECT USING (shared);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE notes (id bigint PRIMARY KEY, owner text, shared boolean);
//! ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
//! CREATE POLICY visible_notes ON notes FOR SELECT USING (owner = current_user OR shared);
//! CREATE POLICY own_notes ON notes FOR UPDATE USING (owner = current_user);
//! ```

use confiture_schema::catalog::{Policy, PolicyCommand};

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "multiple-permissive-policies",
    summary: "Several permissive policies are evaluated for the same role and command",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Performance, Category::Security],
    aliases: &[],
    provenance: &[pgls("multiplePermissivePolicies")],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let mut policies: Vec<_> = context
        .relation
        .policies
        .iter()
        .filter(|(_, policy)| policy.permissive)
        .collect();
    policies.sort_by_key(|(name, policy)| (policy.origin, (*name).clone()));
    for (at, (name, policy)) in policies.iter().enumerate() {
        let Some((other, _)) = policies[..at].iter().find(|(_, earlier)| meet(policy, earlier)) else {
            continue;
        };
        let message = format!(
            "policies `{other}` and `{name}` of {} are both evaluated for the same role and command",
            context.name
        );
        sink.report_origin(Subject::part(context.name, name), policy.origin, message)
            .help("make one policy of them, with OR, or make one of them restrictive");
    }
}

/// Whether a command of some role is let through by either.
fn meet(one: &Policy, other: &Policy) -> bool {
    let command = one.command == other.command
        || one.command == PolicyCommand::All
        || other.command == PolicyCommand::All;
    command && one.roles.iter().any(|role| other.roles.contains(role))
}
