//! ## What it does
//!
//! Reports a migration that takes away what programs may rely on: `NOT NULL`, a constraint, a default, a generated
//! column's expression, an index.
//!
//! ## Why is this bad?
//!
//! Nothing fails on the day of the migration. Programs that took the guarantee for granted meet a null, a duplicate or
//! a slow query later, and what they wrote meanwhile keeps the guarantee from being given again.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, email text NOT NULL, total numeric CONSTRAINT positive CHECK (total > 0));
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ALTER COLUMN email DROP NOT NULL;
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders DROP CONSTRAINT positive;
//! ```
//!
//! ## Instead
//!
//! Look at who relies on it first. Where one constraint takes another's place in the same script, nothing is reported.
//!
//! ```sql good
//! ALTER TABLE orders DROP CONSTRAINT positive;
//! ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;
//! ```

use confiture_schema::catalog::QualName;
use confiture_schema::change::{AlterAction, AlterDomainAction, Change, Ident, ObjectKind};
use confiture_syntax::TextRange;

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, pgls, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "drop-guarantee",
    summary: "A migration takes away what programs may rely on",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &["ban-drop-not-null", "ban-drop-constraint", "ban-drop-index"],
    provenance: &[
        squawk("ban-drop-not-null"),
        squawk("ban-drop-constraint"),
        squawk("ban-drop-default"),
        squawk("ban-drop-generated-expression"),
        squawk("ban-drop-index"),
        pgls("banDropNotNull"),
        atlas("CD101"),
    ],
    options: &[],
    check: Check::Statement(check),
};

const HELP: &str = "make sure that nobody relies on it, and say so with an ignore comment";

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for (table, _, command) in statement.alter_commands() {
        let Some((part, what)) = taken(statement, &table, &command.action) else {
            continue;
        };
        let message = format!("{what} of {table} goes: programs may rely on it");
        sink.report(statement, Subject::part(&table, &part.name), part.range, message)
            .help(HELP);
    }
    for change in statement.changes {
        match change {
            Change::AlterDomain(alter) => {
                let what = match &alter.action {
                    AlterDomainAction::DropNotNull => "NOT NULL",
                    AlterDomainAction::DropConstraint(..) => "a constraint",
                    _ => continue,
                };
                let name = statement.before.qualify(&alter.name);
                let message = format!("{what} of domain {name} goes: programs may rely on it");
                sink.report(statement, Subject::relation(&name), alter.name.range, message)
                    .help(HELP);
            }
            Change::Drop(drop) if drop.kind == ObjectKind::Index => {
                for object in &drop.objects {
                    index(
                        statement,
                        sink,
                        &statement.resolve(&object.name),
                        object.name.range,
                    );
                }
            }
            _ => {}
        }
    }
}

/// The part of a table that loses something, and what.
fn taken<'a>(
    statement: &StatementContext<'_>,
    table: &QualName,
    action: &'a AlterAction,
) -> Option<(&'a Ident, String)> {
    let end = statement.end.catalog.relation(table);
    match action {
        AlterAction::DropNotNull(column) => {
            let demanded = end
                .and_then(|r| r.column(&column.name))
                .is_some_and(|c| c.not_null);
            (!demanded).then(|| (column, format!("NOT NULL on `{}`", column.name)))
        }
        AlterAction::DropDefault(column) => {
            let has = end
                .and_then(|r| r.column(&column.name))
                .is_some_and(|c| c.default.is_some() || c.identity.is_some());
            (!has).then(|| (column, format!("the default of `{}`", column.name)))
        }
        AlterAction::DropExpression { column, .. } => {
            Some((column, format!("the generation expression of `{}`", column.name)))
        }
        AlterAction::DropConstraint { constraint, .. } => {
            let again = end.is_some_and(|r| r.constraints.contains_key(&constraint.name));
            (!again).then(|| (constraint, format!("constraint `{}`", constraint.name)))
        }
        AlterAction::AlterConstraint {
            constraint,
            enforced: Some(false),
            ..
        } => Some((constraint, format!("the enforcement of `{}`", constraint.name))),
        _ => None,
    }
}

fn index(statement: &StatementContext<'_>, sink: &mut Sink<'_>, index: &QualName, range: TextRange) {
    let known = statement.before.catalog.index(index);
    let is_new = known.is_some_and(|(_, i)| !statement.is_live_since(i.origin));
    let replaced = statement.end.catalog.index(index).is_some();
    if known.is_none() || is_new || replaced {
        return;
    }
    let unique = known.is_some_and(|(_, i)| i.unique);
    let message = if unique {
        format!("unique index {index} goes: programs may rely on there being no duplicates")
    } else {
        format!("index {index} goes: queries may rely on it")
    };
    sink.report(statement, Subject::relation(index), range, message)
        .help(HELP);
}
