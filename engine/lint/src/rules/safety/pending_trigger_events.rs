//! ## What it does
//!
//! Reports `ALTER TABLE`, `CREATE INDEX`, `TRUNCATE`, `DROP TABLE` and `CLUSTER` on a table whose rows were written
//! earlier in the transaction, where a deferred foreign key or constraint trigger still has to look at those rows.
//!
//! ## Why is this bad?
//!
//! PostgreSQL refuses it as soon as one row was written: `cannot ALTER TABLE because it has pending trigger events`.
//! On an empty database, as in tests, it goes through.
//!
//! ```sql given
//! CREATE TABLE customers (id bigint PRIMARY KEY);
//! CREATE TABLE orders (
//!   id bigint PRIMARY KEY,
//!   customer bigint REFERENCES customers DEFERRABLE INITIALLY DEFERRED
//! );
//! ```
//!
//! ```sql bad wrapped
//! UPDATE orders SET customer = 1 WHERE customer IS NULL;
//! ALTER TABLE orders ALTER COLUMN customer SET NOT NULL;
//! ```
//!
//! ## Instead
//!
//! Let the constraints be checked first, or do the two in transactions of their own.
//!
//! ```sql good wrapped
//! UPDATE orders SET customer = 1 WHERE customer IS NULL;
//! SET CONSTRAINTS ALL IMMEDIATE;
//! ALTER TABLE orders ALTER COLUMN customer SET NOT NULL;
//! ```

use std::collections::BTreeMap;

use confiture_schema::catalog::{
    Catalog, Constraint, ConstraintKind, Deferrable, QualName, ReferentialAction, Relation, TriggerEnabled,
    TriggerEvent,
};
use confiture_schema::change::{Change, ObjectKind, ObjectRef, RelationWord, Transaction, Write, WriteKind};

use crate::context::{ScriptContext, Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};
use crate::{Fix, Related, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "pending-trigger-events",
    summary: "A table is altered while deferred checks of its rows are pending",
    severity: Severity::Error,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::MigrationSafety],
    aliases: &[],
    provenance: &[],
    options: &[],
    check: Check::Script(check),
};

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    for transaction in script.transactions() {
        let mut pending: BTreeMap<QualName, &StatementContext<'_>> = BTreeMap::new();
        let mut all_deferred = false;
        for statement in transaction {
            for change in statement.changes {
                if let Some((verb, name)) = refused(change)
                    && let Some(writer) = pending.get(&statement.resolve(name))
                {
                    report(statement, sink, verb, name, writer);
                }
                match change {
                    Change::Transaction(Transaction::Mode) => match mode(statement) {
                        Some(Deferrable::Deferred) => all_deferred = true,
                        Some(_) => {
                            all_deferred = false;
                            pending.clear();
                        }
                        None => {}
                    },
                    Change::Query(query) if !query.explain_only => {
                        for write in &query.writes {
                            let table = statement.resolve(&write.relation);
                            if leaves_events(&statement.before.catalog, &table, write, all_deferred) {
                                pending.entry(table).or_insert(statement);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// What SET CONSTRAINTS makes of constraints.
fn mode(statement: &StatementContext<'_>) -> Option<Deferrable> {
    if statement.keywords(&["set", "constraints"]).is_none() {
        None
    } else if statement.keywords(&["deferred"]).is_some() {
        Some(Deferrable::Deferred)
    } else {
        Some(Deferrable::Immediate)
    }
}

/// The command and the table, where PostgreSQL refuses it while events are pending.
fn refused(change: &Change) -> Option<(&'static str, &ObjectRef)> {
    match change {
        Change::AlterRelation(alter) if alter.word == RelationWord::Table => {
            Some(("ALTER TABLE", &alter.name))
        }
        Change::CreateIndex(index) if !index.concurrently => Some(("CREATE INDEX", &index.table)),
        Change::Truncate(truncate) => truncate.relations.first().map(|(name, _)| ("TRUNCATE", name)),
        Change::Cluster(cluster) => cluster.table.as_ref().map(|name| ("CLUSTER", name)),
        Change::Drop(drop) if drop.kind == ObjectKind::Table => {
            drop.objects.first().map(|object| ("DROP TABLE", &object.name))
        }
        _ => None,
    }
}

/// Whether writing rows leaves checks for later.
fn leaves_events(catalog: &Catalog, table: &QualName, write: &Write, all_deferred: bool) -> bool {
    let Some(relation) = catalog.relation(table) else {
        return false;
    };
    let is_deferred = |d: Deferrable| match d {
        Deferrable::Deferred => true,
        Deferrable::Immediate => all_deferred,
        Deferrable::No => false,
    };
    own_keys(relation, write, is_deferred)
        || keys_to(catalog, table, write, is_deferred)
        || triggers(relation, write, is_deferred)
}

fn names(write: &Write, columns: &[confiture_syntax::Name]) -> bool {
    write.columns.is_empty() || write.columns.iter().any(|c| columns.contains(&c.name))
}

/// Rows that name others: the others are looked for at the end.
fn own_keys(relation: &Relation, write: &Write, is_deferred: impl Fn(Deferrable) -> bool) -> bool {
    let mut keys = relation
        .constraints
        .values()
        .filter(|c| c.enforced && is_deferred(c.deferrable));
    keys.any(|c| match (&c.kind, write.kind) {
        (ConstraintKind::ForeignKey(_), WriteKind::Insert | WriteKind::Merge) => true,
        (ConstraintKind::ForeignKey(key), WriteKind::Update) => names(write, &key.columns),
        _ => false,
    })
}

/// Rows that others may name: whether any does is looked for at the end.
fn keys_to(
    catalog: &Catalog,
    table: &QualName,
    write: &Write,
    is_deferred: impl Fn(Deferrable) -> bool,
) -> bool {
    let constraint = |(child, name): &(QualName, confiture_syntax::Name)| -> Option<&Constraint> {
        Some(&**catalog.relation(child)?.constraints.get(name)?)
    };
    catalog
        .foreign_keys_to(table)
        .iter()
        .filter_map(constraint)
        .filter(|c| c.enforced && is_deferred(c.deferrable))
        .any(|c| match (&c.kind, write.kind) {
            (ConstraintKind::ForeignKey(key), WriteKind::Delete) => {
                key.on_delete == ReferentialAction::NoAction
            }
            (ConstraintKind::ForeignKey(key), WriteKind::Update) => {
                key.on_update == ReferentialAction::NoAction
                    && !key.referenced_columns.is_empty()
                    && !write.columns.is_empty()
                    && names(write, &key.referenced_columns)
            }
            _ => false,
        })
}

fn triggers(relation: &Relation, write: &Write, is_deferred: impl Fn(Deferrable) -> bool) -> bool {
    let event = match write.kind {
        WriteKind::Insert => TriggerEvent::Insert,
        WriteKind::Update => TriggerEvent::Update,
        WriteKind::Delete => TriggerEvent::Delete,
        WriteKind::Merge => return false,
    };
    relation.triggers.values().any(|t| {
        t.constraint
            && t.enabled != TriggerEnabled::Disabled
            && is_deferred(t.deferrable)
            && t.events.contains(&event)
    })
}

fn report(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    verb: &str,
    name: &ObjectRef,
    writer: &StatementContext<'_>,
) {
    let table = statement.resolve(name);
    let message = format!(
        "{verb} on {table} fails where this transaction has written rows of it: deferred constraints still have to be checked"
    );
    let finding = sink.report(statement, Subject::relation(&table), name.range, message);
    finding.help("have them checked first\nSET CONSTRAINTS ALL IMMEDIATE;");
    finding.related.push(Related {
        message: "its rows are written here".to_owned(),
        place: writer.place(writer.range),
    });
    if !statement.is_nested() {
        finding.fix(
            Fix::new("Check the constraints first", Safety::Safe)
                .edit(statement.insert_before("SET CONSTRAINTS ALL IMMEDIATE;")),
        );
    }
}
