//! ## What it does
//!
//! Reports the use of an enum's value in the transaction that adds it.
//!
//! ## Why is this bad?
//!
//! PostgreSQL refuses it: `unsafe use of new value`. A value that `ALTER TYPE … ADD VALUE` adds can be used only once
//! the transaction is committed; from PostgreSQL 17 on also before, where the type itself is as new.
//!
//! ```sql given
//! CREATE TYPE mood AS ENUM ('sad', 'happy');
//! CREATE TABLE persons (id bigint PRIMARY KEY, mood mood);
//! ```
//!
//! ```sql bad wrapped
//! ALTER TYPE mood ADD VALUE 'content';
//! UPDATE persons SET mood = 'content' WHERE mood = 'happy';
//! ```
//!
//! ## Instead
//!
//! Add the value in a migration before, or outside a transaction.
//!
//! ```sql good
//! ALTER TYPE mood ADD VALUE 'content';
//! UPDATE persons SET mood = 'content' WHERE mood = 'happy';
//! ```
//!
//! ```sql good wrapped
//! ALTER TYPE mood ADD VALUE 'content';
//! UPDATE persons SET mood = 'sad' WHERE mood = 'happy';
//! ```

use confiture_schema::catalog::{QualName, Relation};
use confiture_schema::change::{AlterAction, Change, TableElement, TypeRef};
use confiture_syntax::{TextRange, string_value};

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "enum-value-in-own-transaction",
    summary: "An enum's new value is used before it is committed",
    severity: Severity::Error,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::MigrationSafety],
    aliases: &[],
    provenance: &[pgls("avoidAlterEnumAddValue")],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let transaction = &statement.before.session.transaction;
    if !transaction.open || transaction.new_enum_labels.is_empty() || !may_use_values(statement) {
        return;
    }
    for ((ty, label), ()) in transaction.new_enum_labels.iter() {
        let known = statement.before.catalog.types.get(ty);
        let is_new = known.is_none_or(|t| t.origin.script as usize == statement.script.index);
        if is_new && statement.version.at_least(17) {
            continue;
        }
        let Some(range) = constant(statement, label).filter(|_| concerns(statement, ty)) else {
            continue;
        };
        let message = format!(
            "'{label}' is added to {ty} in this transaction: PostgreSQL refuses to use it before the transaction is committed"
        );
        sink.report(
            statement,
            Subject::part(ty, &label.as_ref().into()),
            range,
            message,
        )
        .help("add the value in a migration of its own, before this one");
    }
}

/// Whether a statement may evaluate constants at all.
fn may_use_values(statement: &StatementContext<'_>) -> bool {
    statement.changes.iter().all(|change| {
        matches!(
            change,
            Change::Query(_)
                | Change::AlterRelation(_)
                | Change::CreateTable(_)
                | Change::CreateTableAs(_)
                | Change::CreateIndex(_)
                | Change::CreateView(_)
                | Change::CreatePolicy(_)
                | Change::CreateDomain(_)
        )
    })
}

/// The first string constant of that value.
fn constant(statement: &StatementContext<'_>, label: &str) -> Option<TextRange> {
    statement
        .tokens(statement.range)
        .find(|(kind, range)| {
            kind.is_string() && string_value(range.slice(statement.text)).as_deref() == Some(label)
        })
        .map(|(_, range)| range)
}

/// Whether a statement has to do with a type: a relation that it touches has a column of it, or it names the type.
fn concerns(statement: &StatementContext<'_>, ty: &QualName) -> bool {
    let state = statement.before;
    let is_it = |r: &TypeRef| state.resolve_type(&r.ty.base()).name == ty.name;
    let declares = statement.changes.iter().any(|change| match change {
        Change::CreateTable(table) => table.elements.iter().any(|element| match element {
            TableElement::Column(column) => column.ty.as_ref().is_some_and(is_it),
            _ => false,
        }),
        Change::AlterRelation(alter) => alter.commands.iter().any(|command| match &command.action {
            AlterAction::AddColumn { column, .. } => column.ty.as_ref().is_some_and(is_it),
            AlterAction::AlterType { ty, .. } => is_it(ty),
            _ => false,
        }),
        _ => false,
    });
    let has_column = |relation: &Relation| {
        relation.columns.iter().any(|column| {
            column
                .ty
                .as_ref()
                .is_some_and(|t| t.name == ty.name && t.schema.as_ref().is_none_or(|s| *s == ty.schema))
        })
    };
    let touches = statement
        .risk
        .effect
        .locks
        .keys()
        .any(|name| state.catalog.relation(name).is_some_and(|r| has_column(r)));
    let names = statement
        .tokens(statement.range)
        .any(|(_, range)| confiture_syntax::Name::fold(range.slice(statement.text)) == ty.name);
    declares || touches || names
}
