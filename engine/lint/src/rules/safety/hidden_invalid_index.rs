//! ## What it does
//!
//! Reports `CREATE INDEX CONCURRENTLY IF NOT EXISTS` where nothing before it in the script drops the index.
//!
//! ## Why is this bad?
//!
//! When a concurrent build fails, by a lock timeout, a deadlock or a duplicate, it leaves an invalid index of that
//! name: it serves no query, enforces nothing and slows every write. The next attempt finds a name that exists, does
//! nothing and reports success.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);
//! ```
//!
//! ```sql bad
//! CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_placed_at_idx ON orders (placed_at);
//! ```
//!
//! ## Instead
//!
//! Drop first what a failed attempt may have left; where nothing is, that costs nothing.
//!
//! ```sql good
//! DROP INDEX CONCURRENTLY IF EXISTS orders_placed_at_idx;
//! CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_placed_at_idx ON orders (placed_at);
//! ```

use confiture_schema::change::{Change, CreateIndex, ObjectKind};
use confiture_syntax::Name;

use crate::context::{ScriptContext, Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, strong_migrations};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "hidden-invalid-index",
    summary: "IF NOT EXISTS hides the invalid index that a failed concurrent build leaves",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Live,
    categories: &[Category::MigrationSafety],
    aliases: &[],
    provenance: &[strong_migrations("Invalid Indexes")],
    options: &[],
    check: Check::Script(check),
};

fn check(script: &ScriptContext<'_>, sink: &mut Sink<'_>) {
    let mut dropped: Vec<&Name> = Vec::new();
    for statement in script.statements {
        for change in statement.changes {
            match change {
                Change::Drop(drop) if drop.kind == ObjectKind::Index => {
                    dropped.extend(drop.objects.iter().map(|o| &o.name.name));
                }
                Change::CreateIndex(index) if index.concurrently && index.if_not_exists => {
                    let name = index.name.as_ref().map(|n| &n.name);
                    if name.is_some_and(|name| !dropped.contains(&name)) {
                        report(statement, sink, index);
                    }
                }
                _ => {}
            }
        }
    }
}

fn report(statement: &StatementContext<'_>, sink: &mut Sink<'_>, index: &CreateIndex) {
    let Some(name) = &index.name else { return };
    let table = statement.resolve(&index.table);
    if !statement.is_live(&table) {
        return;
    }
    let message = format!(
        "IF NOT EXISTS takes an invalid `{}`, left by an attempt that failed, for the index that is wanted",
        name.name
    );
    let finding = sink.report(statement, Subject::part(&table, &name.name), name.range, message);
    let schema = index
        .table
        .schema
        .as_ref()
        .map_or_else(String::new, |s| format!("{}.", s.quoted()));
    let sql = format!(
        "DROP INDEX CONCURRENTLY IF EXISTS {schema}{};",
        name.name.quoted()
    );
    finding.help(format!("drop first what may have been left\n{sql}"));
    if !statement.is_nested() && !statement.in_transaction() {
        finding.fix(Fix::new("Drop the index first", Safety::Unsafe).edit(statement.insert_before(&sql)));
    }
}
