//! ## What it does
//!
//! Reports `DROP … CASCADE` that takes along what it doesn't name: views, foreign keys, functions, columns. It knows
//! them from the migrations before, and lists them. What the script creates again isn't reported.
//!
//! ## Why is this bad?
//!
//! The list depends on the database, and grows unseen with every migration of others: the statement that took one view
//! along when it was written takes five when it runs.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
//! CREATE VIEW large_orders AS SELECT id FROM orders WHERE total > 1000;
//! ```
//!
//! ```sql bad
//! ALTER TABLE orders DROP COLUMN total CASCADE;
//! ```
//!
//! ## Instead
//!
//! Drop one after the other, by name. Without `CASCADE`, PostgreSQL refuses when there is something that was forgotten.
//!
//! ```sql good
//! DROP VIEW large_orders;
//! ALTER TABLE orders DROP COLUMN total;
//! ```

use confiture_schema::catalog::{Catalog, ConstraintKind, Origin, QualName, RelationKind};
use confiture_schema::change::{AlterAction, AlterTypeAction, AttributeAction, Change, DropBehavior};
use confiture_syntax::{Name, TextRange};

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "drop-cascade",
    summary: "CASCADE drops things that nobody named",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &["ban-drop-cascade"],
    provenance: &[],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !statement.changes.iter().any(cascades) {
        return;
    }
    let Some(word) = statement.keywords(&["cascade"]) else {
        return;
    };
    let lost = lost(statement);
    let Some(first) = lost.first() else { return };
    let shown: Vec<String> = lost.iter().take(5).map(|l| l.label.clone()).collect();
    let more = match lost.len().saturating_sub(shown.len()) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let message = format!("CASCADE also drops {}{more}", shown.join(", "));
    let finding = sink.report(statement, Subject::relation(&first.name), word, message);
    let sql: Option<Vec<&str>> = lost.iter().map(|l| l.sql.as_deref()).collect();
    match sql {
        Some(sql) if !statement.is_nested() => {
            let sql = sql.join("\n");
            finding.help(format!("drop them by name first, and leave CASCADE out\n{sql}"));
            let blank = statement.text.get(..word.start as usize).unwrap_or_default();
            let blank = (blank.len() - blank.trim_end().len()) as u32;
            let cut = TextRange::new(word.start.saturating_sub(blank), word.end);
            finding.fix(
                Fix::new("Drop them by name first", Safety::Unsafe)
                    .edit(statement.insert_before(&sql))
                    .edit(statement.edit(cut, "")),
            );
        }
        _ => {
            finding.help("drop them by name first, and leave CASCADE out");
        }
    }
}

fn cascades(change: &Change) -> bool {
    use DropBehavior::Cascade;
    match change {
        Change::Drop(drop) => drop.behavior == Cascade,
        Change::AlterRelation(alter) => alter.commands.iter().any(|c| {
            matches!(
                c.action,
                AlterAction::DropColumn {
                    behavior: Cascade,
                    ..
                } | AlterAction::DropConstraint {
                    behavior: Cascade,
                    ..
                }
            )
        }),
        Change::AlterType(alter) => match &alter.action {
            AlterTypeAction::Attributes(actions) => actions
                .iter()
                .any(|a| matches!(a, AttributeAction::Drop(_, _, Cascade))),
            _ => false,
        },
        _ => false,
    }
}

/// Something that goes along.
struct Lost {
    name: QualName,
    label: String,
    /// The statement that drops it by name.
    sql: Option<String>,
}

/// What exists before the statement, isn't named by it, and is gone after it and when the script is through.
fn lost(statement: &StatementContext<'_>) -> Vec<Lost> {
    let (before, after) = (&statement.before.catalog, &statement.after.catalog);
    let end = &statement.end.catalog;
    let named = named(statement);
    let is_old = |origin: Origin| statement.is_live_since(origin);
    let mut lost = Vec::new();
    // Views last created go first: they may read the ones before.
    let mut relations: Vec<_> = before
        .relations
        .iter()
        .filter(|(name, r)| {
            is_old(r.origin)
                && !named.contains(name)
                && !in_named_schema(statement, name)
                && after.relation(name).is_none()
                && end.relation(name).is_none()
                && !is_part(before, r.kind, name, &named)
        })
        .collect();
    relations.sort_by_key(|(_, r)| std::cmp::Reverse((r.origin.script, r.origin.statement)));
    for (name, relation) in relations {
        let word = match relation.kind {
            RelationKind::View => "VIEW",
            RelationKind::MaterializedView => "MATERIALIZED VIEW",
            RelationKind::Sequence => "SEQUENCE",
            RelationKind::ForeignTable => "FOREIGN TABLE",
            RelationKind::Table | RelationKind::PartitionedTable => "TABLE",
        };
        lost.push(Lost {
            name: name.clone(),
            label: format!("{} {name}", word.to_lowercase()),
            sql: Some(format!("DROP {word} {};", name.quoted())),
        });
    }
    lost.extend(lost_keys(before, after, end, &named));
    lost
}

/// Foreign keys of tables that stay.
fn lost_keys(before: &Catalog, after: &Catalog, end: &Catalog, named: &[QualName]) -> Vec<Lost> {
    let mut lost = Vec::new();
    let has = |catalog: &Catalog, table: &QualName, name: &Name| {
        catalog
            .relation(table)
            .is_some_and(|r| r.constraints.contains_key(name))
    };
    for referenced in named {
        for (table, name) in before.foreign_keys_to(referenced) {
            let is_key = before
                .relation(table)
                .and_then(|r| r.constraints.get(name))
                .is_some_and(|c| matches!(c.kind, ConstraintKind::ForeignKey(_)) && !c.inherited);
            let stays = after.relation(table).is_some() && end.relation(table).is_some();
            if is_key && stays && !has(after, table, name) && !has(end, table, name) && table != referenced {
                lost.push(Lost {
                    name: table.clone(),
                    label: format!("foreign key {name} of {table}"),
                    sql: Some(format!(
                        "ALTER TABLE {} DROP CONSTRAINT {};",
                        table.quoted(),
                        name.quoted()
                    )),
                });
            }
        }
    }
    lost
}

/// The relations that the statement names.
fn named(statement: &StatementContext<'_>) -> Vec<QualName> {
    let mut named = Vec::new();
    for change in statement.changes {
        match change {
            Change::Drop(drop) => {
                named.extend(
                    drop.objects
                        .iter()
                        .map(|o| statement.resolve(o.on.as_ref().unwrap_or(&o.name))),
                );
            }
            Change::AlterRelation(alter) => named.push(statement.resolve(&alter.name)),
            _ => {}
        }
    }
    named
}

/// Whether DROP SCHEMA names all that is in the schema.
fn in_named_schema(statement: &StatementContext<'_>, relation: &QualName) -> bool {
    statement.changes.iter().any(|change| match change {
        Change::Drop(drop) if drop.kind == confiture_schema::change::ObjectKind::Schema => {
            drop.objects.iter().any(|o| o.name.name == relation.schema)
        }
        _ => false,
    })
}

/// Whether it is a part of what is named: a partition, a sequence that a column owns.
fn is_part(catalog: &Catalog, kind: RelationKind, name: &QualName, named: &[QualName]) -> bool {
    let owned = |table: &QualName| {
        catalog
            .owned_sequences
            .get(table)
            .is_some_and(|sequences| sequences.contains(name))
    };
    let partition = catalog.relation(name).is_some_and(|r| r.is_partition());
    (kind == RelationKind::Sequence && named.iter().any(owned))
        || (partition && named.iter().any(|n| catalog.family(n).contains(name)))
}
