//! ## What it does
//!
//! Reports a migration that drops something or changes a type, in a project whose migrations can be undone, where this
//! one can't: nothing undoes it. With the option `every`, any migration that changes the schema.
//!
//! ## Why is this bad?
//!
//! When the deployment goes wrong there is no prepared way back, and what has to be written in a hurry is the hardest
//! kind: bringing back what was dropped.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
//! CREATE INDEX orders_total_idx ON orders (total);
//! ```
//!
//! ```sql bad up
//! DROP INDEX orders_total_idx;
//! ```
//!
//! ## Instead
//!
//! Write what undoes it beside it, `002_example.down.sql` to `002_example.up.sql`.
//!
//! ```sql good up
//! CREATE INDEX orders_id_total_idx ON orders (id, total);
//! ```

use confiture_project::{Direction, Layout, Script};
use confiture_schema::change::{AlterAction, AlterCommand, Change};

use crate::context::{ScriptContext, Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::{Fix, NewFile, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "missing-down",
    summary: "A destructive migration that nothing undoes",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::MigrationsForward,
    categories: &[Category::MigrationSafety],
    aliases: &["irreversible-migration"],
    provenance: &[],
    options: &[RuleOption {
        name: "every",
        summary: "report every migration that changes the schema, not only destructive ones",
        default: OptionDefault::Bool(false),
    }],
    check: Check::Script(check),
};

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    let source = script.source();
    if script.script.direction != Direction::Up || script.counterpart().is_some() {
        return;
    }
    let every = sink.options().is_on("every");
    let concerns = |statement: &&StatementContext<'_>| {
        statement
            .changes
            .iter()
            .any(|c| is_destructive(c) || (every && changes_schema(c)))
    };
    let Some(statement) = script
        .statements
        .iter()
        .find(concerns)
        .filter(|_| has_downs(script))
    else {
        return;
    };
    let message = if statement.changes.iter().any(is_destructive) {
        "this takes something away, and no script undoes the migration"
    } else {
        "no script undoes this migration"
    };
    let finding = sink.report(statement, Subject::NONE, statement.range, message);
    finding.help("write the script that brings back what this one changes");
    if let Some(file) = down_file(source, script.statements) {
        finding.fix(Fix::new("Write the script that undoes it", Safety::Unsafe).create(file));
    }
}

/// Whether migrations of this project can be undone as a rule.
fn has_downs(script: &ScriptContext<'_>) -> bool {
    down_path(script.source()).is_some() || script.has_downs()
}

fn is_destructive(change: &Change) -> bool {
    match change {
        Change::Drop(_) => true,
        Change::AlterRelation(alter) => alter.commands.iter().any(|c: &AlterCommand| {
            matches!(
                c.action,
                AlterAction::DropColumn { .. }
                    | AlterAction::DropConstraint { .. }
                    | AlterAction::AlterType { .. }
            )
        }),
        _ => false,
    }
}

fn changes_schema(change: &Change) -> bool {
    !matches!(
        change,
        Change::Query(_)
            | Change::Copy(_)
            | Change::Set(_)
            | Change::Transaction(_)
            | Change::Vacuum(_)
            | Change::Lock(_)
            | Change::Reindex(_)
            | Change::RefreshMaterializedView(_)
            | Change::Other(_)
    )
}

/// Where the script that undoes it belongs, in layouts with a file for each direction.
fn down_path(script: &Script) -> Option<std::path::PathBuf> {
    let file = &script.source.file;
    let name = file.file_name()?.to_str()?;
    let down = match script.layout {
        Layout::Diesel if name == "up.sql" => "down.sql".to_owned(),
        Layout::Confiture | Layout::Sqlx | Layout::GolangMigrate => {
            format!("{}.down.sql", name.strip_suffix(".up.sql")?)
        }
        _ => return None,
    };
    Some(file.with_file_name(down))
}

/// The statements that undo these, last first, where all of them are known.
fn down_file(script: &Script, statements: &[StatementContext<'_>]) -> Option<NewFile> {
    let path = down_path(script)?;
    let mut undo = Vec::new();
    for statement in statements.iter().rev() {
        if !statement.changes.iter().any(changes_schema) {
            continue;
        }
        if statement.is_nested() || !statement.errors.is_empty() {
            return None;
        }
        undo.push(statement.risk.rollback()?);
    }
    Some(NewFile {
        path,
        text: undo.join("\n") + "\n",
    })
}
