//! ## What it does
//!
//! Reports a migration that changes who may see or do what: `REVOKE`, another owner, policies, row level security
//! switched on or off, a role dropped.
//!
//! ## Why is this bad?
//!
//! Programs that run lose access at once, or see fewer rows without an error; or, the other way round, somebody sees
//! more than he should.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
//! ```
//!
//! ```sql bad
//! REVOKE SELECT ON orders FROM reporting;
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
//! ```
//!
//! ## Instead
//!
//! Have somebody look at it who knows the roles, and say so with an ignore comment.
//!
//! ```sql good
//! GRANT SELECT ON orders TO reporting;
//! ```

use confiture_schema::catalog::{OtherKind, QualName};
use confiture_schema::change::{AlterAction, Change, ObjectKind};
use confiture_syntax::TextRange;

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "access-change",
    summary: "A migration changes who may see or do what",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety, Category::Security],
    aliases: &["ban-revoke"],
    provenance: &[
        squawk("ban-revoke"),
        squawk("ban-create-policy"),
        squawk("ban-drop-policy"),
        squawk("ban-alter-policy-condition"),
        squawk("ban-alter-policy-roles"),
        squawk("ban-alter-row-level-security"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for (table, _, command) in statement.alter_commands() {
        let what = match &command.action {
            AlterAction::SetRowSecurity { .. } => "row level security is switched",
            AlterAction::OwnerTo(_) => "it gets another owner",
            _ => continue,
        };
        report(statement, sink, Some(&table), command.range, what);
    }
    for change in statement.changes {
        if let Some((table, range, what)) = judged(statement, change) {
            report(statement, sink, table.as_ref(), range, what);
        }
    }
}

fn report(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    table: Option<&QualName>,
    range: TextRange,
    what: &str,
) {
    let (subject, of) = match table {
        Some(table) => (Subject::relation(table), format!("{table}: ")),
        None => (Subject::NONE, String::new()),
    };
    let message = format!("{of}{what}: programs may lose access, or gain too much");
    sink.report(statement, subject, range, message)
        .help("have it looked at by somebody who knows the roles, and say so with an ignore comment");
}

fn judged(
    statement: &StatementContext<'_>,
    change: &Change,
) -> Option<(Option<QualName>, TextRange, &'static str)> {
    let of_live =
        |table: QualName, range, what| statement.is_live(&table).then_some((Some(table), range, what));
    match change {
        Change::Grant(grant) if grant.revoke => {
            let object = grant.objects.first();
            let is_table = matches!(grant.kind, Some(ObjectKind::Table));
            match object.filter(|_| is_table) {
                Some(object) => of_live(
                    statement.resolve(&object.name),
                    object.name.range,
                    "privileges are revoked",
                ),
                None => Some((None, statement.range, "privileges are revoked")),
            }
        }
        Change::CreatePolicy(policy) => of_live(
            statement.resolve(&policy.table),
            policy.name.range,
            "a policy is added",
        ),
        Change::AlterPolicy(policy) => of_live(
            statement.resolve(&policy.table),
            policy.name.range,
            "a policy is changed",
        ),
        Change::Drop(drop) if drop.kind == ObjectKind::Policy => {
            let object = drop.objects.first()?;
            of_live(
                statement.resolve(object.on.as_ref()?),
                object.name.range,
                "a policy is dropped",
            )
        }
        Change::Drop(drop) if drop.kind == ObjectKind::Other(OtherKind::Role) => {
            Some((None, statement.range, "a role is dropped"))
        }
        Change::SetOwner(owner) => Some((None, owner.object.name.range, "it gets another owner")),
        Change::Unknown(_) => {
            let owned = statement
                .keywords(&["drop", "owned"])
                .or_else(|| statement.keywords(&["reassign", "owned"]))?;
            Some((None, owned, "whatever roles own changes hands or goes"))
        }
        _ => None,
    }
}
