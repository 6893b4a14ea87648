//! ## What it does
//!
//! Reports a migration that changes the shape of what running programs read: a column, an attribute of a composite
//! type or a value of an enum is added, a partition or child leaves its parent.
//!
//! ## Why is this bad?
//!
//! `SELECT *` yields one column more, an `INSERT` without a list of columns one too few, and code that lists all values
//! of an enum meets one that it doesn't know. Most programs can live with it; this rule is for those that can't.
//!
//! ```sql given
//! CREATE TYPE mood AS ENUM ('sad', 'happy');
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders ADD COLUMN note text;
//! ```
//!
//! ```sql bad
//! ALTER TYPE mood ADD VALUE 'content';
//! ```
//!
//! ## Instead
//!
//! Name columns in queries, and deploy programs that know the new value first.
//!
//! ```sql good
//! CREATE TABLE notes (id bigint PRIMARY KEY, note text);
//! ```

use confiture_schema::change::{AlterAction, AlterTypeAction, AttributeAction, Change};

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "row-shape-change",
    summary: "A migration changes the shape of what running programs read",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &["ban-add-column", "ban-add-enum-value"],
    provenance: &[
        squawk("ban-add-column"),
        squawk("ban-add-enum-value"),
        squawk("ban-add-composite-attribute"),
        squawk("ban-detach-inheritance"),
    ],
    options: &[],
    check: Check::Statement(check),
};

const HELP: &str = "make sure that running programs can live with it, and say so with an ignore comment";

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for (table, _, command) in statement.alter_commands() {
        let message = match &command.action {
            AlterAction::AddColumn { column, .. } => {
                format!("rows of {table} get another column, `{}`", column.name.name)
            }
            AlterAction::DetachPartition { partition, .. } | AlterAction::NoInherit(partition) => {
                format!("{table} no longer shows the rows of {}", partition.name)
            }
            _ => continue,
        };
        sink.report(statement, Subject::relation(&table), command.range, message)
            .help(HELP);
    }
    for change in statement.changes {
        let Change::AlterType(alter) = change else {
            continue;
        };
        let name = statement.before.qualify(&alter.name);
        let known = statement.before.catalog.types.get(&name);
        if known.is_some_and(|t| !statement.is_live_since(t.origin)) {
            continue;
        }
        let message = match &alter.action {
            AlterTypeAction::AddValue { label, .. } => format!("{name} gets another value, '{label}'"),
            AlterTypeAction::Attributes(actions)
                if actions.iter().any(|a| matches!(a, AttributeAction::Add(..))) =>
            {
                format!("values of {name} get another attribute")
            }
            _ => continue,
        };
        sink.report(statement, Subject::relation(&name), alter.name.range, message)
            .help(HELP);
    }
}
