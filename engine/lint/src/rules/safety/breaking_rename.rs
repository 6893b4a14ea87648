//! ## What it does
//!
//! Reports a table, view or column in use that is renamed, or moved to another schema, unless something of the old name
//! is there when the migration is through. Scripts that undo a migration are left alone.
//!
//! ## Why is this bad?
//!
//! Programs that still run use the old name, and fail from the moment on that the migration commits until the last of
//! them is replaced.
//!
//! ```sql given
//! CREATE TABLE customers (id bigint PRIMARY KEY, email text);
//! ```
//!
//! ```sql bad
//! ALTER TABLE customers RENAME COLUMN email TO email_address;
//! ```
//!
//! ```sql bad
//! ALTER TABLE customers RENAME TO clients;
//! ```
//!
//! ## Instead
//!
//! Keep the old name alive until nobody uses it: a view under a table's old name (simple views can be written to), a
//! second column that a trigger keeps equal.
//!
//! ```sql good
//! ALTER TABLE customers RENAME TO clients;
//! CREATE VIEW customers AS SELECT * FROM clients;
//! ```

use confiture_schema::change::{Change, ObjectKind, ObjectName, Rename};

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, pgls, squawk, strong_migrations};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "breaking-rename",
    summary: "A table or column is renamed under the programs that use it",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &["renaming-table", "renaming-column"],
    provenance: &[
        squawk("renaming-table"),
        squawk("renaming-column"),
        pgls("renamingTable"),
        pgls("renamingColumn"),
        strong_migrations("Renaming a column"),
        strong_migrations("Renaming a table"),
        atlas("BC101"),
        atlas("BC102"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in statement.changes {
        match change {
            Change::Rename(rename) if rename.kind == ObjectKind::Column => column(statement, sink, rename),
            Change::Rename(rename) if names_a_relation(rename.kind) => {
                let verb = format!("renamed to `{}`", rename.to.name);
                relation(statement, sink, &rename.object, rename.if_exists, &verb);
            }
            Change::SetSchema(set) if names_a_relation(set.kind) => {
                let verb = format!("moved to schema `{}`", set.to.name);
                relation(statement, sink, &set.object, set.if_exists, &verb);
            }
            _ => {}
        }
    }
}

fn names_a_relation(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Table | ObjectKind::ForeignTable | ObjectKind::View | ObjectKind::MaterializedView
    )
}

fn relation(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    object: &ObjectName,
    if_exists: bool,
    verb: &str,
) {
    let before = &statement.before.catalog;
    let old = statement.resolve(&object.name);
    // ALTER TABLE also renames indexes and sequences, which programs seldom name.
    let is_relation = before
        .relation(&old)
        .is_some_and(|r| r.kind != confiture_schema::catalog::RelationKind::Sequence);
    let unknown = before.relation(&old).is_none() && !before.index_tables.contains_key(&old);
    let concerns = is_relation || (unknown && !if_exists);
    if !concerns || !statement.is_live(&old) || statement.end.catalog.relation(&old).is_some() {
        return;
    }
    let message = format!("{old} is {verb}: programs that use the old name fail until they are replaced");
    let help = statement.safe_way_or("leave a view under the old name until nobody uses it");
    sink.report(statement, Subject::relation(&old), object.name.range, message)
        .help(help);
}

fn column(statement: &StatementContext<'_>, sink: &mut Sink<'_>, rename: &Rename) {
    let Some(on) = &rename.object.on else { return };
    let table = statement.resolve(on);
    let old = &rename.object.name.name;
    let known = statement.before.catalog.relation(&table);
    let is_used = statement.is_live(&table) && statement.is_live_column(&table, old);
    let may_be_missing = known.is_none() && rename.if_exists;
    if !is_used || may_be_missing || statement.column_remains(&table, old) {
        return;
    }
    let message = format!(
        "column `{old}` of {table} is renamed to `{}`: programs that use the old name fail until they are replaced",
        rename.to.name
    );
    let help = statement.safe_way_or(
        "add a column of the new name, keep both equal by a trigger, and drop the old one later",
    );
    sink.report(
        statement,
        Subject::part(&table, old),
        rename.object.name.range,
        message,
    )
    .help(help);
}
