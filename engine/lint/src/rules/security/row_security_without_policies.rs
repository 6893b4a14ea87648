//! ## What it does
//!
//! Reports a table on which row level security is enabled without a single policy.
//!
//! ## Why is this bad?
//!
//! Nobody but the table's owner and superusers sees any of its rows, and nobody is told. Where that is what is wanted,
//! a policy that says so lets readers know.
//!
//! ```sql bad
//! CREATE TABLE notes (id bigint PRIMARY KEY, owner text);
//! ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE notes (id bigint PRIMARY KEY, owner text);
//! ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
//! CREATE POLICY own_notes ON notes USING (owner = current_user);
//! ```

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "row-security-without-policies",
    summary: "Row level security is on, and no policy lets anyone see a row",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Security],
    aliases: &["rls-enabled-no-policy"],
    provenance: &[pgls("rlsEnabledNoPolicy")],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    if !relation.row_security.enabled || !relation.policies.is_empty() || relation.is_partition() {
        return;
    }
    let message = format!(
        "row level security is enabled on {}, and no policy lets anyone but its owner see a row",
        context.name
    );
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help("add a policy; USING (false) where nobody is meant to see anything");
}
