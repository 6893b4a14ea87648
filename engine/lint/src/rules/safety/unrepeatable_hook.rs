//! ## What it does
//!
//! Reports statements of a hook with `run: alone` that fail when the hook runs a second time: `CREATE` without
//! `IF NOT EXISTS`, `DROP` without `IF EXISTS`, `INSERT` of rows with keys without `ON CONFLICT`. Statements before them in the
//! same hook count: what is dropped or emptied first can be made again.
//!
//! ## Why is this bad?
//!
//! Such a hook runs outside of transactions. When it stops half-way, or the connection breaks before anybody could write
//! down that it is through, what it did stays, and the next run begins it again. Hooks in the migration's transaction are
//! rolled back with it: they need no care.
//!
//! ```sql given
//! CREATE TABLE rates (currency text PRIMARY KEY, rate numeric NOT NULL);
//! ```
//!
//! ```sql bad alone
//! CREATE TABLE currencies (code text PRIMARY KEY);
//! INSERT INTO rates (currency, rate) VALUES ('EUR', 1);
//! ```
//!
//! ## Instead
//!
//! Let every statement pass over what is there.
//!
//! ```sql good alone
//! CREATE TABLE IF NOT EXISTS currencies (code text PRIMARY KEY);
//! INSERT INTO rates (currency, rate) VALUES ('EUR', 1) ON CONFLICT DO NOTHING;
//! ```

use confiture_schema::catalog::ConstraintKind;
use confiture_schema::change::{Change, Query, Write, WriteKind};
use confiture_syntax::{Name, TextRange};

use super::prefer_robust_statements::wants;
use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unrepeatable-hook",
    summary: "A hook that runs outside of transactions fails when it runs a second time",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &[],
    provenance: &[],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if statement.is_nested() || statement.lonely_hook().is_none() {
        return;
    }
    let earlier = statement.earlier_in_hook();
    for change in statement.changes {
        for missing in wants(change) {
            if !is_dropped(change, &earlier) {
                report(statement, sink, missing.before, &format!("say {}", missing.words));
            }
        }
        match change {
            Change::CreateIndex(index) if index.concurrently && !index.if_not_exists => {
                let Some(name) = &index.name else { continue };
                if !is_dropped(change, &earlier) {
                    let help = format!(
                        "drop it first, as what was interrupted leaves it invalid\nDROP INDEX CONCURRENTLY IF EXISTS {};",
                        name.name.quoted()
                    );
                    report(statement, sink, name.range, &help);
                }
            }
            Change::Query(query) => insert(statement, sink, query, &earlier),
            _ => {}
        }
    }
}

fn report(statement: &StatementContext<'_>, sink: &mut Sink<'_>, at: TextRange, help: &str) {
    let message = "this hook runs outside of transactions, and this fails when it runs a second time";
    sink.report(statement, Subject::NONE, at, message).help(help);
}

/// Whether something that is made was dropped before.
fn is_dropped(change: &Change, earlier: &[Change]) -> bool {
    let made = match change {
        Change::CreateTable(table) => Some(&table.name.name),
        Change::CreateSequence(sequence) => Some(&sequence.name.name),
        Change::CreateIndex(index) => index.name.as_ref().map(|name| &name.name),
        Change::CreateSchema(schema) => Some(&schema.name.name),
        Change::CreateExtension(extension) => Some(&extension.name.name),
        _ => None,
    };
    let Some(made) = made else { return false };
    earlier.iter().any(|change| match change {
        Change::Drop(drop) => drop.objects.iter().any(|object| object.name.name == *made),
        _ => false,
    })
}

/// An INSERT that certainly meets the keys of its first run: all columns of a key are given, not made by defaults.
fn insert(statement: &StatementContext<'_>, sink: &mut Sink<'_>, query: &Query, earlier: &[Change]) {
    if query.explain_only || query.incomplete || statement.keywords(&["on", "conflict"]).is_some() {
        return;
    }
    let inserts = query
        .writes
        .iter()
        .filter(|write| write.kind == WriteKind::Insert);
    for write in inserts {
        let table = &write.relation.name;
        // Whoever reads the table looks for what is missing; whoever calls functions may give other values.
        let looks = query.reads.iter().any(|read| read.name == *table) || !query.functions.is_empty();
        let others = query.writes.iter().any(|other| other.kind != WriteKind::Insert);
        if looks || others || is_emptied(table, earlier) || !gives_a_key(statement, write) {
            continue;
        }
        report(
            statement,
            sink,
            write.relation.range,
            "say ON CONFLICT DO NOTHING, or DO UPDATE",
        );
    }
}

fn is_emptied(table: &Name, earlier: &[Change]) -> bool {
    earlier.iter().any(|change| match change {
        Change::Truncate(truncate) => truncate.relations.iter().any(|(name, _)| name.name == *table),
        Change::Query(query) => {
            let mut deletes = query
                .writes
                .iter()
                .filter(|write| write.kind == WriteKind::Delete);
            deletes.any(|write| write.relation.name == *table)
        }
        Change::CreateTable(made) => made.name.name == *table,
        _ => false,
    })
}

fn gives_a_key(statement: &StatementContext<'_>, write: &Write) -> bool {
    let name = statement.resolve(&write.relation);
    let Some(relation) = statement.before.catalog.relation(&name) else {
        return false;
    };
    let given = |column: &Name| write.columns.iter().any(|given| given.name == *column);
    relation
        .constraints
        .values()
        .any(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns } => {
                !columns.is_empty() && columns.iter().all(given)
            }
            _ => false,
        })
}
