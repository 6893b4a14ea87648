//! The way back of some statements, as far as there is one.

use std::sync::Arc;

use confiture_risk::{Level, PgVersion, assess};
use confiture_schema::apply::State;
use confiture_schema::catalog::Origin;
use confiture_schema::change::{AlterAction, Change, ConstraintDefKind, CreateIndex};

use super::sql;

/// What a statement leaves that somebody may want to undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Leaves {
    /// Nothing.
    Nothing,
    /// Other rows.
    Rows,
    /// Another schema.
    Schema,
}

/// The text that undoes an SQL text which runs after `before`; `None` where there is nothing to undo.
pub(super) fn down(up: &str, before: &State, version: PgVersion) -> Option<String> {
    let statements = sql::statements(up);
    let listed = statements.iter().map(|(text, changes)| (*text, &**changes));
    let undone = way_back(listed, before.clone(), version);
    (!undone.is_empty()).then(|| undone.join("\n") + "\n")
}

/// What undoes statements that run one after another from a state, the last one first. What can't be undone is said in a
/// comment in its place, and so is what doesn't come back.
pub(super) fn way_back<'s>(
    statements: impl Iterator<Item = (&'s str, &'s [Change])>,
    state: State,
    version: PgVersion,
) -> Vec<String> {
    way_back_among(statements, state, version, &[])
}

/// The same for statements that belong to a way whose statements are `around`: what one of those made, and another took
/// away, is made as it was.
pub(super) fn way_back_among<'s>(
    statements: impl Iterator<Item = (&'s str, &'s [Change])>,
    mut state: State,
    version: PgVersion,
    around: &[(&str, Arc<[Change]>)],
) -> Vec<String> {
    let mut undone = Vec::new();
    for (text, changes) in statements {
        match leaves(changes) {
            Leaves::Nothing => {}
            Leaves::Rows if matches!(changes, [Change::Do(_)]) => {
                undone.push("-- Rows stay as the block wrote them.".to_owned());
            }
            Leaves::Rows => undone.push(format!(
                "-- Rows stay as this wrote them: {}",
                sql::beginning(text)
            )),
            Leaves::Schema => {
                undone.push(remade(changes, around).unwrap_or_else(|| one(text, changes, &state, version)))
            }
        }
        state.apply_all(changes, Origin::default());
    }
    undone.reverse();
    undone
}

/// The text that makes again what a statement took away, or turned into something else, out of those that made it.
fn remade(changes: &[Change], around: &[(&str, Arc<[Change]>)]) -> Option<String> {
    let [change] = changes else { return None };
    match change {
        Change::Drop(drop) => {
            let [dropped] = drop.objects.as_slice() else {
                return None;
            };
            let name = &dropped.name.name;
            let made = around.iter().find(|(_, changes)| match &**changes {
                [Change::CreateFunction(create)] => create.name.name == *name,
                [Change::CreateTrigger(create)] => create.name.name == *name,
                _ => false,
            });
            made.map(|(text, _)| (*text).to_owned())
        }
        Change::AlterRelation(alter) => {
            let [command] = alter.commands.as_slice() else {
                return None;
            };
            let AlterAction::AddConstraint(constraint) = &command.action else {
                return None;
            };
            let index = match &constraint.kind {
                ConstraintDefKind::Unique(key) | ConstraintDefKind::PrimaryKey(key) => {
                    key.using_index.as_ref()?
                }
                _ => return None,
            };
            let is_made =
                |create: &CreateIndex| create.name.as_ref().is_some_and(|name| name.name == index.name);
            let made = around.iter().find(
                |(_, changes)| matches!(&**changes, [Change::CreateIndex(create)] if is_made(create)),
            )?;
            let name = constraint.name.as_ref().unwrap_or(index);
            let table = alter.name.name.quoted();
            let schema = alter
                .name
                .schema
                .as_ref()
                .map_or(String::new(), |schema| format!("{}.", schema.quoted()));
            Some(format!(
                "ALTER TABLE {schema}{table} DROP CONSTRAINT {};\n{}",
                name.name.quoted(),
                made.0.replacen(" CONCURRENTLY", "", 1)
            ))
        }
        _ => None,
    }
}

fn one(text: &str, changes: &[Change], before: &State, version: PgVersion) -> String {
    let risk = assess(changes, before, version);
    let Some(back) = risk.rollback else {
        return format!("-- Write by hand what undoes this: {}", sql::beginning(text));
    };
    let loss = &risk.assessment.data_loss;
    if loss.level < Level::Medium {
        return back;
    }
    format!("-- The data doesn't come back: {}.\n{back}", loss.reason)
}

/// What statements leave, those in blocks included.
fn leaves(changes: &[Change]) -> Leaves {
    let mut worst = Leaves::Nothing;
    let mut work: Vec<&Change> = changes.iter().collect();
    while let Some(change) = work.pop() {
        if let Change::Do(block) = change {
            work.extend(block.statements.iter().flat_map(|nested| &nested.changes));
            // What could not be read of a block may do anything.
            worst = worst.max(if block.statements.is_empty() {
                Leaves::Schema
            } else {
                Leaves::Nothing
            });
        } else {
            worst = worst.max(one_leaves(change));
        }
    }
    worst
}

fn one_leaves(change: &Change) -> Leaves {
    match change {
        Change::Query(query) if query.writes.is_empty() || query.explain_only => Leaves::Nothing,
        Change::Query(_) | Change::Copy(_) | Change::Truncate(_) => Leaves::Rows,
        Change::Set(_)
        | Change::Transaction(_)
        | Change::Vacuum(_)
        | Change::Lock(_)
        | Change::Reindex(_)
        | Change::Cluster(_)
        | Change::RefreshMaterializedView(_)
        | Change::Other(_) => Leaves::Nothing,
        Change::AlterRelation(alter) => {
            let mut commands = alter.commands.iter();
            let validates = commands.all(|c| matches!(c.action, AlterAction::ValidateConstraint(_)));
            if validates {
                Leaves::Nothing
            } else {
                Leaves::Schema
            }
        }
        _ => Leaves::Schema,
    }
}

/// Whether statements change the schema.
pub(super) fn changes_schema(changes: &[Change]) -> bool {
    leaves(changes) == Leaves::Schema
}

/// A statement that adds a CHECK or a foreign key, so that it doesn't look at the rows.
pub(super) fn unvalidated(back: &str) -> String {
    let mut out = back.to_owned();
    let mut end = back.len();
    for (text, changes) in sql::statements(back).into_iter().rev() {
        let Some(start) = back.get(..end).and_then(|before| before.rfind(text)) else {
            continue;
        };
        end = start;
        let [Change::AlterRelation(alter)] = &*changes else {
            continue;
        };
        for command in alter.commands.iter().rev() {
            if let AlterAction::AddConstraint(constraint) = &command.action
                && matches!(
                    constraint.kind,
                    ConstraintDefKind::Check(_) | ConstraintDefKind::ForeignKey(_)
                )
                && !constraint.not_valid
            {
                let at = start + constraint.range.end as usize;
                if out.is_char_boundary(at) {
                    out.insert_str(at, " NOT VALID");
                }
            }
        }
    }
    out
}
