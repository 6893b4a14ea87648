//! ## What it does
//!
//! Reports keys of type `integer` or `smallint`: columns that count up by themselves, and single-column primary keys that
//! reference nothing. With `columns: all` it reports every such column. It must be switched on.
//!
//! ## Why is this bad?
//!
//! `integer` ends at 2,147,483,647. Numbers that were taken and rolled back count too. When they run out every insert fails,
//! and making the column wider then rewrites the table and all that reference it, while nobody can use them.
//!
//! ```sql bad
//! CREATE TABLE orders (id integer PRIMARY KEY, total numeric);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE orders (id serial PRIMARY KEY, total numeric);
//! CREATE TABLE items (id bigint PRIMARY KEY, order_id integer REFERENCES orders);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total numeric, pieces integer);
//! CREATE TABLE items (order_id bigint REFERENCES orders, pieces integer);
//! ```
//!
//! ## Fix
//!
//! The column becomes a `bigint`, and with it those that reference it. Tables that have rows are rewritten: where they are
//! large, add a second column instead, fill it in batches, and swap the two.

use std::collections::BTreeSet;

use confiture_schema::catalog::{Catalog, Column, ConstraintKind, QualName};
use confiture_schema::types::SqlType;
use confiture_syntax::Name;

use crate::context::{RelationContext, Sink, Subject, WrittenColumn};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope, pgls, squawk};
use crate::{Edit, Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "prefer-bigint",
    summary: "A key will run out of numbers",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &[
        "prefer-big-int",
        "prefer-bigint-over-int",
        "prefer-bigint-over-smallint",
    ],
    provenance: &[
        squawk("prefer-bigint-over-int"),
        squawk("prefer-bigint-over-smallint"),
        pgls("preferBigInt"),
        pgls("preferBigintOverInt"),
        pgls("preferBigintOverSmallint"),
    ],
    options: &[RuleOption {
        name: "columns",
        summary: "Which columns are meant: `keys` or `all`",
        default: OptionDefault::Text("keys"),
    }],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let all = sink.options().text("columns") == "all";
    for at in context.written_columns() {
        let column = at.column;
        let Some(ty) = column.ty.as_ref().filter(|ty| is_small(ty)) else {
            continue;
        };
        let is_key = is_key(context, column);
        if !is_key && !all {
            continue;
        }
        let what = if is_key { "key" } else { "column" };
        let message = format!("{what} `{}` of {} is {ty}", column.name, context.name);
        let finding = sink
            .report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help("make it `bigint`, and what references it");
        if let Some(fix) = widen(context, at) {
            finding.fix(fix);
        }
    }
}

fn is_small(ty: &SqlType) -> bool {
    ty.is("int4") || ty.is("int2")
}

/// Whether it counts up, or is a primary key by itself that takes its values from nowhere else.
fn is_key(context: &RelationContext<'_>, column: &Column) -> bool {
    let counts = column.identity.is_some()
        || column
            .default
            .as_ref()
            .is_some_and(|default| default.facts.sequence.is_some());
    let constraints = || context.relation.constraints.values();
    let references = constraints().any(|c| match &c.kind {
        ConstraintKind::ForeignKey(key) => key.columns.contains(&column.name),
        _ => false,
    });
    let alone = constraints().any(|c| match &c.kind {
        ConstraintKind::PrimaryKey { columns } => columns == std::slice::from_ref(&column.name),
        _ => false,
    });
    counts || (alone && !references)
}

/// Makes a column and all that reference it `bigint`.
fn widen(context: &RelationContext<'_>, at: &WrittenColumn<'_>) -> Option<Fix> {
    let mut migration = String::new();
    let mut edits = Some(Vec::new());
    for (table, name) in followers(context.catalog, context.name, &at.column.name) {
        let relation = context.catalog.relation(&table)?;
        let other = RelationContext::new(&table, relation, context.all);
        let column = relation.column(&name)?;
        if !column.ty.as_ref().is_some_and(is_small) {
            continue;
        }
        if column.inherited || relation.is_partition() || !other.is_unread(&name) {
            return None;
        }
        if !migration.is_empty() {
            migration.push('\n');
        }
        migration.push_str(&other.alter_type(&name, "bigint", None));
        if let Some(sequence) = sequence_of(context.catalog, column) {
            migration.push_str(&format!("\nALTER SEQUENCE {} AS bigint;", sequence.quoted()));
        }
        edits = edits.and_then(|mut edits: Vec<Edit>| {
            edits.push(edit(&other, column)?);
            Some(edits)
        });
    }
    let fix = Fix::new("Make it bigint", Safety::Unsafe).migration(migration);
    Some(edits.unwrap_or_default().into_iter().fold(fix, Fix::edit))
}

/// The column and those that reference it, directly or not.
fn followers(catalog: &Catalog, table: &QualName, column: &Name) -> Vec<(QualName, Name)> {
    let mut found = vec![(table.clone(), column.clone())];
    let mut seen: BTreeSet<(QualName, Name)> = found.iter().cloned().collect();
    let mut at = 0;
    while let Some((table, column)) = found.get(at).cloned() {
        at += 1;
        for (from, name) in catalog.foreign_keys_to(&table) {
            let constraint = catalog.relation(from).and_then(|r| r.constraints.get(name));
            let Some(ConstraintKind::ForeignKey(key)) = constraint.map(|c| &c.kind) else {
                continue;
            };
            let pairs = key.columns.iter().zip(&key.referenced_columns);
            for (own, _) in pairs.filter(|(_, referenced)| **referenced == column) {
                let next = (from.clone(), own.clone());
                if seen.insert(next.clone()) {
                    found.push(next);
                }
            }
        }
    }
    found
}

/// The sequence of a serial column, where it counts in the column's own type.
fn sequence_of<'a>(catalog: &Catalog, column: &'a Column) -> Option<&'a QualName> {
    let name = column.default.as_ref()?.facts.sequence.as_ref()?;
    let sequence = catalog.relation(name)?.sequence.as_ref()?;
    (sequence.owned_by.is_some() && is_small(&sequence.ty)).then_some(name)
}

fn edit(context: &RelationContext<'_>, column: &Column) -> Option<Edit> {
    let definition = context.all.column_definition(column.origin)?;
    let at = WrittenColumn { column, definition };
    let ty = definition.ty.as_ref().filter(|_| at.has_its_written_type())?;
    let wide = if ty.serial { "bigserial" } else { "bigint" };
    context.all.edit(column.origin, ty.range, wide)
}
