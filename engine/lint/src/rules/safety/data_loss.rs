//! ## What it does
//!
//! Reports a migration that destroys data of a table in use: `DROP TABLE`, `DROP COLUMN`, `DROP SCHEMA … CASCADE`,
//! `TRUNCATE`, a column's type changed to one that holds less. Scripts that undo a migration are left alone.
//!
//! ## Why is this bad?
//!
//! No script brings the data back. And programs that still run with the old schema fail at once.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, note text);
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders DROP COLUMN note;
//! ```
//!
//! ```sql bad
//! DROP TABLE orders;
//! ```
//!
//! ## Instead
//!
//! Deploy the programs that no longer use it first, keep the data for a while under another name or in a backup, and
//! only then drop it, with a comment that says so: `-- confiture: ignore data-loss: exported on 2026-03-01`.
//!
//! ```sql good
//! -- confiture: ignore data-loss: nothing has read it since March
//! ALTER TABLE orders DROP COLUMN note;
//! ```

use confiture_risk::Level;
use confiture_schema::catalog::{QualName, RelationKind};
use confiture_schema::change::{AlterAction, Change, Drop, ObjectKind};
use confiture_syntax::{Name, TextRange};

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, pgls, squawk, strong_migrations};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "data-loss",
    summary: "A migration destroys data",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &[
        "ban-drop-table",
        "ban-drop-column",
        "ban-drop-database",
        "ban-truncate",
    ],
    provenance: &[
        squawk("ban-drop-table"),
        squawk("ban-drop-column"),
        squawk("ban-drop-database"),
        squawk("ban-drop-schema"),
        squawk("changing-column-type"),
        pgls("banDropTable"),
        pgls("banDropColumn"),
        pgls("banDropDatabase"),
        pgls("banDropSchema"),
        pgls("banTruncate"),
        strong_migrations("Removing a column"),
        strong_migrations("Creating a table with the force option"),
        atlas("DS101"),
        atlas("DS102"),
        atlas("DS103"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let losses: Vec<Loss> = statement
        .changes
        .iter()
        .flat_map(|change| losses(statement, change))
        .collect();
    if losses.is_empty() || is_harmless(statement) {
        return;
    }
    for loss in losses {
        let subject = Subject {
            relation: loss.relation,
            part: loss.column,
        };
        let finding = sink.report(statement, subject, loss.range, loss.message);
        finding.help("stop using it first, keep a copy, and say with an ignore comment that it may go");
    }
}

/// Whether nothing of value goes, as far as is known.
fn is_harmless(statement: &StatementContext<'_>) -> bool {
    matches!(
        statement.risk.assessment.data_loss.level,
        Level::None | Level::Low | Level::Unknown
    )
}

/// One thing that is lost.
struct Loss {
    relation: Option<QualName>,
    column: Option<Name>,
    range: TextRange,
    message: String,
}

fn losses(statement: &StatementContext<'_>, change: &Change) -> Vec<Loss> {
    match change {
        Change::Drop(drop) => dropped(statement, drop),
        Change::Truncate(truncate) => {
            let tables = truncate
                .relations
                .iter()
                .map(|(name, _)| (statement.resolve(name), name.range));
            let live = tables.filter(|(table, _)| statement.is_live(table));
            live.map(|(table, range)| Loss {
                message: format!("TRUNCATE removes every row of {table}"),
                relation: Some(table),
                column: None,
                range,
            })
            .collect()
        }
        Change::AlterRelation(_) => altered(statement),
        Change::Other(other) if &*other.tag == "DROP DATABASE" => vec![Loss {
            relation: None,
            column: None,
            range: statement.range,
            message: "DROP DATABASE destroys everything in it".to_owned(),
        }],
        _ => Vec::new(),
    }
}

fn dropped(statement: &StatementContext<'_>, drop: &Drop) -> Vec<Loss> {
    let catalog = &statement.before.catalog;
    let mut losses = Vec::new();
    for object in &drop.objects {
        let range = object.name.range;
        match drop.kind {
            ObjectKind::Table => {
                let table = statement.resolve(&object.name);
                // What may not be there, and no script created, isn't lost.
                let exists = catalog.relation(&table).is_some() || !drop.if_exists;
                if exists && statement.is_live(&table) && !is_replaced(statement, &table) {
                    let message = format!("DROP TABLE destroys {table} and every row in it");
                    losses.push(Loss {
                        relation: Some(table),
                        column: None,
                        range,
                        message,
                    });
                }
            }
            ObjectKind::Schema => {
                let holds = |q: &QualName| q.schema == object.name.name && statement.is_live(q);
                let tables = catalog.relations.iter().filter(|(q, r)| {
                    holds(q) && matches!(r.kind, RelationKind::Table | RelationKind::PartitionedTable)
                });
                match tables.count() {
                    0 => {}
                    n => losses.push(Loss {
                        relation: None,
                        column: None,
                        range,
                        message: format!(
                            "DROP SCHEMA destroys `{}` with {n} table{}",
                            object.name.name,
                            if n == 1 { "" } else { "s" }
                        ),
                    }),
                }
            }
            _ => {}
        }
    }
    losses
}

/// Whether the script puts another table in its place, one that it filled before: what was kept is in there.
fn is_replaced(statement: &StatementContext<'_>, table: &QualName) -> bool {
    let successor = statement.end.catalog.relation(table);
    successor.is_some_and(|r| statement.is_earlier(r.origin))
}

fn altered(statement: &StatementContext<'_>) -> Vec<Loss> {
    let judged = &statement.risk.assessment.data_loss;
    let mut losses = Vec::new();
    for (table, _, command) in statement.alter_commands() {
        let known = statement.before.catalog.relation(&table);
        match &command.action {
            AlterAction::DropColumn {
                column, if_exists, ..
            } => {
                let found = known.and_then(|r| r.column(&column.name));
                let missing = *if_exists && known.is_some() && found.is_none();
                let rebuilt = statement.is_rebuilt_column(&table, &column.name);
                if !missing && !rebuilt && statement.is_live_column(&table, &column.name) {
                    let message = format!("DROP COLUMN destroys `{}` of {table}", column.name);
                    losses.push(Loss {
                        relation: Some(table),
                        column: Some(column.name.clone()),
                        range: column.range,
                        message,
                    });
                }
            }
            AlterAction::AlterType { column, ty, .. }
                if command.range.start <= judged.range.start && judged.range.end <= command.range.end =>
            {
                let message = format!("`{}` of {table} may lose data: {}", column.name, judged.reason);
                losses.push(Loss {
                    relation: Some(table),
                    column: Some(column.name.clone()),
                    range: ty.range,
                    message,
                });
            }
            _ => {}
        }
    }
    losses
}
