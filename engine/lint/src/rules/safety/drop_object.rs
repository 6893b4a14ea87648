//! ## What it does
//!
//! Reports a migration that drops a view, function, type, domain, sequence, extension or another object that programs
//! may use. Tables and columns have a rule of their own, `data-loss`. What the script creates again under the same name
//! isn't reported, nor are functions of triggers, which no program can call.
//!
//! ## Why is this bad?
//!
//! Programs of the version before, which run until the last of them is replaced, fail as soon as they use it.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
//! CREATE VIEW large_orders AS SELECT id FROM orders WHERE total > 1000;
//! ```
//!
//! ```sql bad
//! DROP VIEW large_orders;
//! ```
//!
//! ## Instead
//!
//! Deploy the programs that no longer use it first, then drop it with a comment that says so.
//!
//! ```sql good
//! -- confiture: ignore drop-object: nothing reads it since 4.2
//! DROP VIEW large_orders;
//! ```
//!
//! ```sql good
//! DROP VIEW large_orders;
//! CREATE VIEW large_orders AS SELECT id, total FROM orders WHERE total > 2000;
//! ```

use confiture_schema::catalog::{Catalog, Origin, QualName, RelationKind};
use confiture_schema::change::{Change, Drop, ObjectKind, ObjectName};
use confiture_syntax::Name;

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "drop-object",
    summary: "A migration drops something that programs may use",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::LiveForward,
    categories: &[Category::MigrationSafety],
    aliases: &[
        "ban-drop-view",
        "ban-drop-function",
        "ban-drop-type",
        "ban-drop-domain",
        "ban-drop-sequence",
        "ban-drop-extension",
        "ban-drop-schema",
    ],
    provenance: &[
        squawk("ban-drop-view"),
        squawk("ban-drop-function"),
        squawk("ban-drop-type"),
        squawk("ban-drop-domain"),
        squawk("ban-drop-sequence"),
        squawk("ban-drop-extension"),
        squawk("ban-drop-schema"),
        pgls("banDropSchema"),
    ],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for change in statement.changes {
        let Change::Drop(drop) = change else { continue };
        for object in &drop.objects {
            let Some((word, name)) = used(statement, drop, object) else {
                continue;
            };
            let message =
                format!("{word} {name} is dropped: programs that use it fail until they are replaced");
            sink.report(statement, Subject::relation(&name), object.name.range, message)
                .help("stop using it first, and say with an ignore comment that it may go");
        }
    }
}

/// What is dropped, in words, where programs may use it and nothing takes its place.
fn used(
    statement: &StatementContext<'_>,
    drop: &Drop,
    object: &ObjectName,
) -> Option<(&'static str, QualName)> {
    let (before, end) = (&statement.before.catalog, &statement.end.catalog);
    let is_old = |origin: Origin| statement.is_live_since(origin);
    match drop.kind {
        ObjectKind::View | ObjectKind::Sequence => {
            let name = statement.resolve(&object.name);
            let gone = end.relation(&name).is_none() && statement.is_live(&name);
            let exists = before.relation(&name).is_some() || !drop.if_exists;
            let word = if drop.kind == ObjectKind::View {
                "view"
            } else {
                "sequence"
            };
            (gone && exists && !is_owned(before, &name)).then_some((word, name))
        }
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine | ObjectKind::Aggregate => {
            let key = statement
                .before
                .resolve_function(&object.name, object.arguments.as_deref());
            let Some(key) = key else {
                // What no script created must be there, where nothing says that it may not.
                let unknown = !drop.if_exists && statement.before.functions_named(&object.name).is_empty();
                let name = statement.before.qualify(&object.name);
                let replaced = end.functions.keys().any(|k| k.name.name == name.name);
                return (unknown && !replaced && !statement.is_nested()).then_some(("function", name));
            };
            let function = before.functions.get(&key)?;
            let calls = !matches!(function.returns.as_deref(), Some("trigger" | "event_trigger"));
            let replaced = end.functions.keys().any(|k| k.name == key.name);
            (calls && !replaced && is_old(function.origin)).then_some(("function", key.name))
        }
        ObjectKind::Type | ObjectKind::Domain => {
            let name = statement.before.resolve_type_name(&object.name)?;
            let known = before.types.get(&name)?;
            (is_old(known.origin) && !end.types.contains_key(&name)).then_some(("type", name))
        }
        ObjectKind::Extension => {
            let known = before.extensions.get(&object.name.name)?;
            let gone = is_old(known.origin) && !end.extensions.contains_key(&object.name.name);
            gone.then(|| ("extension", unqualified(&object.name.name)))
        }
        ObjectKind::Schema => {
            let schema = &object.name.name;
            let known = before.schemas.get(schema)?;
            let gone = is_old(known.origin) && !end.schemas.contains_key(schema);
            (gone && !has_tables(before, schema)).then(|| ("schema", unqualified(schema)))
        }
        _ => None,
    }
}

/// A name without a schema, as subjects spell it.
fn unqualified(name: &Name) -> QualName {
    QualName::new(name.clone(), name.clone())
}

/// Whether a column owns a sequence: only its table draws from it.
fn is_owned(catalog: &Catalog, sequence: &QualName) -> bool {
    catalog
        .owned_sequences
        .values()
        .any(|owned| owned.contains(sequence))
}

/// A schema with tables is reported as lost data.
fn has_tables(catalog: &Catalog, schema: &Name) -> bool {
    catalog.relations.iter().any(|(name, relation)| {
        name.schema == *schema
            && matches!(
                relation.kind,
                RelationKind::Table | RelationKind::PartitionedTable
            )
    })
}
