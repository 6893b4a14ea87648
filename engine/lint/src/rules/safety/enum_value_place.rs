//! ## What it does
//!
//! Reports `ALTER TYPE … ADD VALUE` that doesn't say where the value stands among the others.
//!
//! ## Why is this bad?
//!
//! The order of an enum's values is how they compare and sort. Without `BEFORE` or `AFTER` the new one comes last, and
//! nobody sees whether that was meant. It can't be changed later.
//!
//! ```sql given
//! CREATE TYPE size AS ENUM ('small', 'large');
//! ```
//!
//! ```sql bad
//! ALTER TYPE size ADD VALUE 'medium';
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! ALTER TYPE size ADD VALUE 'medium' BEFORE 'large';
//! ```

use confiture_schema::catalog::TypeKind;
use confiture_schema::change::{AlterTypeAction, Change};
use confiture_syntax::TextRange;

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, squawk};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "enum-value-place",
    summary: "An enum's new value isn't given a place among the others",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::MigrationSafety],
    aliases: &["require-enum-value-ordering"],
    provenance: &[squawk("require-enum-value-ordering")],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in statement.changes {
        let Change::AlterType(alter) = change else {
            continue;
        };
        let AlterTypeAction::AddValue {
            label,
            range,
            place: None,
            ..
        } = &alter.action
        else {
            continue;
        };
        let name = statement.before.qualify(&alter.name);
        let message = format!("'{label}' comes last in {name}: say so, or where else it belongs");
        let finding = sink.report(statement, Subject::relation(&name), *range, message);
        finding.help("add BEFORE or AFTER another value");
        let known = statement
            .before
            .resolve_type_name(&alter.name)
            .and_then(|n| statement.before.catalog.types.get(&n));
        let last = known.and_then(|t| match &t.kind {
            TypeKind::Enum(labels) if !labels.contains(label) => labels.last(),
            _ => None,
        });
        if let Some(last) = last.filter(|_| !statement.is_nested()) {
            let text = format!(" AFTER '{}'", last.replace('\'', "''"));
            finding.fix(
                Fix::new("Say that it comes last", Safety::Safe)
                    .edit(statement.edit(TextRange::empty(range.end), text)),
            );
        }
    }
}
