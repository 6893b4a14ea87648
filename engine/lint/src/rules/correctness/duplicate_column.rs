//! ## What it does
//!
//! Reports a column that is named twice: in `CREATE TABLE`, in the list of an `INSERT`, in the `SET` of an `UPDATE`.
//!
//! ## Why is this bad?
//!
//! PostgreSQL refuses the statement, and one of the two is a slip that hides what was meant.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, note text, note text);
//! ```
//!
//! ```sql bad
//! UPDATE orders SET state = 'open', note = NULL, state = 'draft' WHERE id = 1;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, note text);
//! UPDATE orders SET place[1] = 'a', place[2] = 'b' WHERE id = 1;
//! ```

use confiture_schema::change::{Change, Ident, TableElement};
use confiture_syntax::lexer::TokenKind;
use confiture_syntax::{Name, TextRange};

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "duplicate-column",
    summary: "A statement names a column twice",
    severity: Severity::Error,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Correctness],
    aliases: &["ban-duplicate-column-assignments"],
    provenance: &[squawk("ban-duplicate-column-assignments")],
    options: &[],
    check: Check::StatementOrBody(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in statement.changes {
        match change {
            Change::CreateTable(table) => {
                let columns = table.elements.iter().filter_map(|element| match element {
                    TableElement::Column(column) => Some(&column.name),
                    _ => None,
                });
                report(statement, sink, columns);
            }
            Change::Query(query) => {
                for write in query.writes.iter().filter(|w| !w.updates_on_conflict) {
                    report(statement, sink, write.columns.iter());
                }
            }
            _ => {}
        }
    }
}

fn report<'a>(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    columns: impl Iterator<Item = &'a Ident>,
) {
    let mut seen: Vec<&Name> = Vec::new();
    for column in columns {
        if seen.contains(&&column.name) && is_whole(statement, column.range) {
            let message = format!("column `{}` is named twice: PostgreSQL refuses that", column.name);
            sink.report(statement, Subject::NONE, column.range, message)
                .help("leave one of them out");
        }
        seen.push(&column.name);
    }
}

/// Whether the column as a whole is meant, not a field or an element of it.
fn is_whole(statement: &StatementContext<'_>, column: TextRange) -> bool {
    let rest = TextRange::new(column.end, statement.range.end.max(column.end));
    let next = statement.tokens(rest).next();
    next.is_none_or(|(kind, range)| kind != TokenKind::LeftBracket && range.slice(statement.text) != ".")
}
