//! ## What it does
//!
//! Reports a column of a table in use that programs suddenly have to fill: added with `NOT NULL` and nothing that
//! gives it a value, or robbed of its default while it is `NOT NULL`.
//!
//! ## Why is this bad?
//!
//! Adding it fails at once where the table has a row. And programs that don't know the column yet fail at their next
//! `INSERT`.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'open');
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ADD COLUMN currency text NOT NULL;
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ALTER COLUMN state DROP DEFAULT;
//! ```
//!
//! ## Instead
//!
//! Give it a default, or add it without `NOT NULL`, fill it, and demand it when every program knows it.
//!
//! ```sql good
//! ALTER TABLE orders ADD COLUMN currency text NOT NULL DEFAULT 'EUR';
//! ```

use confiture_schema::catalog::{QualName, TypeKind};
use confiture_schema::change::{AlterAction, AlterCommand, ColumnDef, ConstraintDefKind, Ident};
use confiture_syntax::TextRange;
use confiture_syntax::lexer::TokenKind;

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, pgls, squawk};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "required-column",
    summary: "A column of a table in use has to be filled by programs that don't know it",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &["adding-required-field"],
    provenance: &[
        squawk("adding-required-field"),
        squawk("ban-drop-default"),
        pgls("addingRequiredField"),
        atlas("MF103"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for (table, _, command) in statement.alter_commands() {
        match &command.action {
            AlterAction::AddColumn { column, .. } => added(statement, sink, &table, command, column),
            AlterAction::DropDefault(column) => robbed(statement, sink, &table, column),
            _ => {}
        }
    }
}

fn added(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    table: &QualName,
    command: &AlterCommand,
    column: &ColumnDef,
) {
    let demanded = column.not_null == Some(true)
        || column
            .constraints
            .iter()
            .any(|c| matches!(c.kind, ConstraintDefKind::PrimaryKey(_)));
    let name = &column.name.name;
    // It is there already, and IF NOT EXISTS says so.
    let known = statement
        .before
        .catalog
        .relation(table)
        .and_then(|r| r.column(name));
    if !demanded || known.is_some() || has_value(statement, column) {
        return;
    }
    let message = format!(
        "`{name}` of {table} is NOT NULL without a default: adding it fails where the table has a row, and INSERTs that don't name it fail"
    );
    let finding = sink.report(statement, Subject::part(table, name), column.name.range, message);
    finding.help("give it a default, or add it without NOT NULL and demand it once it is filled");
    if let Some(cut) = not_null(statement, command.range).filter(|_| column.constraints.is_empty()) {
        finding.fix(Fix::new("Add it without NOT NULL", Safety::Unsafe).edit(statement.edit(cut, "")));
    }
}

/// Whether rows get a value without being told one.
fn has_value(statement: &StatementContext<'_>, column: &ColumnDef) -> bool {
    let own = column.default.as_ref().is_some_and(|d| !d.facts.null)
        || column.identity.is_some()
        || column.generated.is_some();
    let by_type = column.ty.as_ref().is_some_and(|ty| {
        ty.serial
            || statement
                .before
                .catalog
                .types
                .iter()
                .find(|(name, _)| {
                    name.name == ty.ty.name && ty.ty.schema.as_ref().is_none_or(|s| *s == name.schema)
                })
                .is_some_and(|(_, t)| matches!(&t.kind, TypeKind::Domain(d) if d.default.is_some()))
    });
    own || by_type
}

/// The words NOT NULL of a column, outside parentheses, with the blanks before them.
fn not_null(statement: &StatementContext<'_>, range: TextRange) -> Option<TextRange> {
    let mut depth = 0;
    let mut not: Option<TextRange> = None;
    let mut end = range.start;
    for (kind, range) in statement.tokens(range) {
        match kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth -= 1,
            _ => {}
        }
        let word = range.slice(statement.text);
        match not {
            Some(cut) if word.eq_ignore_ascii_case("null") => return Some(cut.cover(range)),
            _ => {}
        }
        not = (depth == 0 && word.eq_ignore_ascii_case("not")).then(|| TextRange::new(end, range.end));
        end = range.end;
    }
    None
}

fn robbed(statement: &StatementContext<'_>, sink: &mut Sink<'_>, table: &QualName, column: &Ident) {
    let find = |state: &confiture_schema::apply::State| {
        state
            .catalog
            .relation(table)
            .and_then(|r| r.column(&column.name))
            .cloned()
    };
    let demands = |c: &confiture_schema::catalog::Column| {
        c.not_null && c.default.is_none() && c.identity.is_none() && c.generated.is_none()
    };
    let before = find(statement.before).is_some_and(|c| c.not_null && c.default.is_some());
    let end = find(statement.end).is_some_and(|c| demands(&c));
    if !before || !end || !statement.is_live_column(table, &column.name) {
        return;
    }
    let message = format!(
        "`{}` of {table} is NOT NULL and loses its default: INSERTs that don't name it fail",
        column.name
    );
    sink.report(
        statement,
        Subject::part(table, &column.name),
        column.range,
        message,
    )
    .help("drop the default when every program names the column");
}
