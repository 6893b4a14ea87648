//! ## What it does
//!
//! Reports statements of a migration that fail when they are run a second time, where the migration runs outside a
//! transaction and has more than one statement: `CREATE` without `IF NOT EXISTS`, `DROP` without `IF EXISTS`, and
//! constraints that nothing drops before.
//!
//! ## Why is this bad?
//!
//! When such a migration fails half-way, its first half stays. The next attempt fails at the first statement that has
//! done its work already, and somebody has to clear up by hand.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, note text);
//! ```
//!
//! ```sql bad
//! CREATE TABLE invoices (id bigint PRIMARY KEY);
//! ALTER TABLE orders DROP COLUMN note;
//! ```
//!
//! ## Instead
//!
//! Run it in one transaction, or let every statement pass over what is there.
//!
//! ```sql good
//! CREATE TABLE IF NOT EXISTS invoices (id bigint PRIMARY KEY);
//! ALTER TABLE orders DROP COLUMN IF EXISTS note;
//! ```

use confiture_schema::change::{AlterAction, AlterRelation, Change, ObjectKind, RelationWord};
use confiture_syntax::{Name, TextRange};

use crate::context::{ScriptContext, Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "prefer-robust-statements",
    summary: "A statement that fails when its migration is tried again",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::MigrationsForward,
    categories: &[Category::MigrationSafety],
    aliases: &["prefer-robust-stmts"],
    provenance: &[squawk("prefer-robust-stmts"), pgls("preferRobustStmts")],
    options: &[],
    check: Check::Script(check),
};

/// The words that are missing, and where they belong.
pub(super) struct Missing {
    pub(super) words: &'static str,
    pub(super) before: TextRange,
}

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    if script.statements.iter().filter(|s| s.changes_schema()).count() < 2 {
        return;
    }
    let mut dropped: Vec<Name> = Vec::new();
    for statement in script
        .statements
        .iter()
        .filter(|s| !s.in_transaction() && !s.is_nested())
    {
        for change in statement.changes {
            for missing in wants(change) {
                report(statement, sink, &missing);
            }
            if let Change::AlterRelation(alter) = change {
                constraints(statement, sink, alter, &mut dropped);
            }
        }
    }
}

fn report(statement: &StatementContext<'_>, sink: &mut Sink<'_>, missing: &Missing) {
    let message = format!(
        "without {} this fails when the migration is tried again",
        missing.words
    );
    let finding = sink.report(statement, Subject::NONE, missing.before, message);
    finding.help(format!("say {}", missing.words));
    finding.fix(
        Fix::new(format!("Say {}", missing.words), Safety::Safe).edit(statement.edit(
            TextRange::empty(missing.before.start),
            format!("{} ", missing.words),
        )),
    );
}

pub(super) fn wants(change: &Change) -> Vec<Missing> {
    let new = |there: bool, before: TextRange| {
        Missing {
            words: "IF NOT EXISTS",
            before,
        }
        .unless(there)
    };
    let old = |there: bool, before: TextRange| {
        Missing {
            words: "IF EXISTS",
            before,
        }
        .unless(there)
    };
    let one = match change {
        Change::CreateTable(table) => new(table.if_not_exists, table.name.range),
        Change::CreateSequence(sequence) => new(sequence.if_not_exists, sequence.name.range),
        Change::CreateSchema(schema) => new(schema.if_not_exists, schema.name.range),
        Change::CreateExtension(extension) => new(extension.if_not_exists, extension.name.range),
        // A concurrent build may leave an invalid index: see hidden-invalid-index.
        Change::CreateIndex(index) if !index.concurrently => index
            .name
            .as_ref()
            .and_then(|name| new(index.if_not_exists, name.range)),
        Change::Drop(drop) if !matches!(drop.kind, ObjectKind::Other(_) | ObjectKind::Unkept) => drop
            .objects
            .first()
            .and_then(|object| old(drop.if_exists, object.name.range)),
        Change::AlterRelation(alter) if alter.word == RelationWord::Table => {
            return alter
                .commands
                .iter()
                .filter_map(|command| match &command.action {
                    AlterAction::AddColumn {
                        column,
                        if_not_exists,
                    } => new(*if_not_exists, column.name.range),
                    AlterAction::DropColumn {
                        column, if_exists, ..
                    } => old(*if_exists, column.range),
                    AlterAction::DropConstraint {
                        constraint,
                        if_exists,
                        ..
                    } => old(*if_exists, constraint.range),
                    _ => None,
                })
                .collect();
        }
        _ => None,
    };
    one.into_iter().collect()
}

impl Missing {
    fn unless(self, there: bool) -> Option<Missing> {
        (!there).then_some(self)
    }
}

/// Constraints have no IF NOT EXISTS: they are dropped first.
fn constraints(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    alter: &AlterRelation,
    dropped: &mut Vec<Name>,
) {
    for command in &alter.commands {
        match &command.action {
            AlterAction::DropConstraint { constraint, .. } => dropped.push(constraint.name.clone()),
            AlterAction::AddConstraint(def) => {
                let Some(name) = def.name.as_ref().filter(|n| !dropped.contains(&n.name)) else {
                    continue;
                };
                let message = format!(
                    "`{}` is there when the migration is tried again, and this fails",
                    name.name
                );
                let table = alter.name.range.slice(statement.text);
                let sql = format!(
                    "ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {};",
                    name.name.quoted()
                );
                let finding = sink.report(statement, Subject::NONE, name.range, message);
                finding.help(format!("drop first what may have been left\n{sql}"));
                finding.fix(
                    Fix::new("Drop the constraint first", Safety::Unsafe).edit(statement.insert_before(&sql)),
                );
            }
            _ => {}
        }
    }
}
