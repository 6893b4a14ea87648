//! ## What it does
//!
//! Reports a table, view, column, function, type, enum value or schema in use that is renamed, or moved to another
//! schema, unless something of the old name is there when the migration is through. Scripts that undo a migration are
//! left alone, and so are renamed indexes, constraints and triggers, which programs seldom name.
//!
//! ## Why is this bad?
//!
//! Programs that still run use the old name, and fail from the moment on that the migration commits until the last of
//! them is replaced.
//!
//! ```sql given
//! CREATE TABLE customers (id bigint PRIMARY KEY, email text);
//! CREATE TYPE mood AS ENUM ('sad', 'happy');
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
//! ```sql bad
//! ALTER TYPE mood RENAME VALUE 'happy' TO 'glad';
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

use confiture_schema::catalog::{Origin, QualName};
use confiture_schema::change::{AlterType, AlterTypeAction, Change, ObjectKind, ObjectName, Rename};

use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, atlas, pgls, squawk, strong_migrations};
use crate::{Finding, Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "breaking-rename",
    summary: "Something is renamed under the programs that use it",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &["renaming-table", "renaming-column"],
    provenance: &[
        squawk("renaming-table"),
        squawk("renaming-column"),
        squawk("renaming-object"),
        squawk("ban-set-schema"),
        pgls("renamingTable"),
        pgls("renamingColumn"),
        strong_migrations("Renaming a column"),
        strong_migrations("Renaming a table"),
        strong_migrations("Renaming an enum value"),
        strong_migrations("Renaming a schema"),
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
                if let Some(finding) = relation(statement, sink, &rename.object, rename.if_exists, &verb) {
                    finding.fixes.extend(view(statement, rename));
                }
            }
            Change::Rename(rename) => {
                let verb = format!("renamed to `{}`", rename.to.name);
                other(statement, sink, rename.kind, &rename.object, &verb);
            }
            Change::AlterType(alter) => label(statement, sink, alter),
            Change::SetSchema(set) if names_a_relation(set.kind) => {
                let verb = format!("moved to schema `{}`", set.to.name);
                relation(statement, sink, &set.object, set.if_exists, &verb);
            }
            Change::SetSchema(set) => {
                let verb = format!("moved to schema `{}`", set.to.name);
                other(statement, sink, set.kind, &set.object, &verb);
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

fn relation<'s>(
    statement: &StatementContext<'_>,
    sink: &'s mut Sink<'_>,
    object: &ObjectName,
    if_exists: bool,
    verb: &str,
) -> Option<&'s mut Finding> {
    let before = &statement.before.catalog;
    let old = statement.resolve(&object.name);
    // ALTER TABLE also renames indexes and sequences, which programs seldom name.
    let is_relation = before
        .relation(&old)
        .is_some_and(|r| r.kind != confiture_schema::catalog::RelationKind::Sequence);
    let unknown = before.relation(&old).is_none() && !before.index_tables.contains_key(&old);
    let concerns = is_relation || (unknown && !if_exists);
    if !concerns || !statement.is_live(&old) || statement.end.catalog.relation(&old).is_some() {
        return None;
    }
    let message = format!("{old} is {verb}: programs that use the old name fail until they are replaced");
    let help = statement.other_way_or("leave a view under the old name until nobody uses it");
    let finding = sink.report(statement, Subject::relation(&old), object.name.range, message);
    Some(finding.help(help))
}

/// A view under the old name.
fn view(statement: &StatementContext<'_>, rename: &Rename) -> Option<Fix> {
    let old = statement.before.resolve_relation(&rename.object.name)?;
    let is_table = rename.kind == ObjectKind::Table && !statement.is_nested();
    let new = QualName::new(old.schema.clone(), rename.to.name.clone());
    let sql = format!("CREATE VIEW {} AS SELECT * FROM {};", old.quoted(), new.quoted());
    is_table.then(|| {
        Fix::new("Leave a view under the old name", Safety::Unsafe).edit(statement.insert_after(&sql))
    })
}

/// What is neither a relation nor a column.
fn other(
    statement: &StatementContext<'_>,
    sink: &mut Sink<'_>,
    kind: ObjectKind,
    object: &ObjectName,
    verb: &str,
) {
    let (before, end) = (&statement.before.catalog, &statement.end.catalog);
    let is_old = |origin: Origin| statement.is_live_since(origin);
    let found = match kind {
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine | ObjectKind::Aggregate => {
            statement
                .before
                .resolve_function(&object.name, object.arguments.as_deref())
                .filter(|key| {
                    let known = before.functions.get(key);
                    let calls = known.is_some_and(|f| {
                        is_old(f.origin) && !matches!(f.returns.as_deref(), Some("trigger" | "event_trigger"))
                    });
                    calls && !end.functions.keys().any(|k| k.name == key.name)
                })
                .map(|key| ("function", key.name))
        }
        ObjectKind::Type | ObjectKind::Domain => statement
            .before
            .resolve_type_name(&object.name)
            .filter(|name| {
                before.types.get(name).is_some_and(|t| is_old(t.origin)) && !end.types.contains_key(name)
            })
            .map(|name| ("type", name)),
        ObjectKind::Schema => {
            let schema = &object.name.name;
            let gone = before.schemas.get(schema).is_some_and(|s| is_old(s.origin))
                && !end.schemas.contains_key(schema);
            gone.then(|| ("schema", QualName::new(schema.clone(), schema.clone())))
        }
        _ => None,
    };
    let Some((word, name)) = found else { return };
    let shown = if word == "schema" {
        name.name.to_string()
    } else {
        name.to_string()
    };
    let message =
        format!("{word} {shown} is {verb}: programs that use the old name fail until they are replaced");
    sink.report(statement, Subject::relation(&name), object.name.range, message)
        .help("leave something under the old name until nobody uses it");
}

/// An enum's value.
fn label(statement: &StatementContext<'_>, sink: &mut Sink<'_>, alter: &AlterType) {
    let AlterTypeAction::RenameValue { from, to } = &alter.action else {
        return;
    };
    let name = statement.before.qualify(&alter.name);
    let known = statement.before.catalog.types.get(&name);
    if known.is_some_and(|t| !statement.is_live_since(t.origin)) {
        return;
    }
    let message = format!(
        "'{from}' of {name} is renamed to '{to}': programs that use the old name fail until they are replaced"
    );
    sink.report(statement, Subject::relation(&name), alter.name.range, message)
        .help("add the new value beside the old one, and change the rows when nobody writes the old one");
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
    let help = statement.other_way_or(
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
