//! ## What it does
//!
//! Reports a permissive policy for everybody that lets them write every row: `USING (true)` or `WITH CHECK (true)` for
//! anything but `SELECT`.
//!
//! ## Why is this bad?
//!
//! Policies are joined by OR. One that is always true makes the others meaningless, and row level security with them.
//!
//! ```sql given
//! CREATE TABLE notes (id bigint PRIMARY KEY, owner text);
//! ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
//! ```
//!
//! ```sql bad
//! CREATE POLICY edit_notes ON notes FOR UPDATE USING (true);
//! ```
//!
//! ## Instead
//!
//! Say whose rows they are, or for which role it is true:
//!
//! ```sql good
//! CREATE POLICY edit_notes ON notes FOR UPDATE USING (owner = current_user);
//! CREATE POLICY maintain_notes ON notes TO maintainer USING (true);
//! CREATE POLICY read_notes ON notes FOR SELECT USING (true);
//! ```

use confiture_schema::catalog::{Policy, PolicyCommand};
use confiture_schema::expr::Expr;

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope, pgls};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "policy-always-true",
    summary: "A policy lets everybody write every row",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Security],
    aliases: &["rls-policy-always-true"],
    provenance: &[pgls("rlsPolicyAlwaysTrue")],
    options: &[RuleOption {
        name: "roles",
        summary: "Roles that mean everybody",
        default: OptionDefault::List(&["public", "anon", "authenticated"]),
    }],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let everybody = sink.options().list("roles");
    for (name, policy) in context.relation.policies.iter() {
        let role = policy
            .roles
            .iter()
            .find(|role| everybody.iter().any(|name| name == role.as_str()));
        let Some(role) = role.filter(|_| policy.permissive && writes_all(policy)) else {
            continue;
        };
        let message = format!(
            "policy `{name}` of {} lets every row be written by {role}",
            context.name
        );
        sink.report_origin(Subject::part(context.name, name), policy.origin, message)
            .help("say whose rows they are, or name the role that it is meant for");
    }
}

/// Whether no row is kept from being written. What WITH CHECK doesn't say, USING does.
fn writes_all(policy: &Policy) -> bool {
    let is_true = |e: &Option<Expr>| {
        e.as_ref()
            .is_some_and(|e| e.text.trim().eq_ignore_ascii_case("true"))
    };
    match policy.command {
        PolicyCommand::Select => false,
        PolicyCommand::Insert => is_true(&policy.check),
        PolicyCommand::Delete => is_true(&policy.using),
        PolicyCommand::Update | PolicyCommand::All => {
            is_true(&policy.using) && (policy.check.is_none() || is_true(&policy.check))
        }
    }
}
