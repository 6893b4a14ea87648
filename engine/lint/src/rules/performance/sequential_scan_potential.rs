//! ## What it does
//!
//! Reports queries of views and functions that look for rows by a column which no index of its table begins with: a
//! comparison with `=` to a parameter or an expression, or a join of two columns of which neither is the first of an index.
//! Comparisons with a literal are left alone, since a value that is written into a query is often that of most rows; so are
//! those under `OR`, and columns of truth values and enums.
//!
//! ## Why is this bad?
//!
//! Each such query reads the whole table. How large the table is, files don't say; that is why this rule has to be asked
//! for.
//!
//! ```sql given
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
//! ```
//!
//! ```sql bad
//! CREATE FUNCTION find_user(p_email text) RETURNS bigint LANGUAGE sql AS $$
//!     SELECT id FROM users WHERE email = p_email
//! $$;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE INDEX users_email_idx ON users (email);
//! CREATE FUNCTION find_user(p_email text) RETURNS bigint LANGUAGE sql AS $$
//!     SELECT id FROM users WHERE email = p_email
//! $$;
//! ```

use std::collections::{BTreeMap, BTreeSet};

use confiture_schema::catalog::{Catalog, Origin, QualName, Relation, TypeKind};
use confiture_schema::change::{Change, Compared, ComparedColumn, Comparison, ComparisonOperator, Query};
use confiture_syntax::Name;

use crate::context::{CatalogContext, Sink, Subject};
use crate::lineage::relation as resolve;
use crate::rule::{Activation, Category, Check, Rule, Scope};
use crate::shared::statements::flat;
use crate::shared::{cure, tables};
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "sequential-scan-potential",
    summary: "A query looks for rows by a column without an index",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Performance],
    aliases: &["sequential-scan", "warn-missing-indices", "warn-missing-indexes"],
    provenance: &[],
    options: &[],
    check: Check::Catalog(check),
};

/// A column of a table.
type Column = (QualName, Name);

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    let mut missing: BTreeMap<Column, (Origin, String)> = BTreeMap::new();
    for (name, relation) in context.catalog.relations.iter() {
        for change in context.changes(relation.origin) {
            let (created, query) = match change {
                Change::CreateView(create) => (&create.name, &create.query),
                Change::CreateTableAs(create) if create.materialized => (&create.name, &create.query),
                _ => continue,
            };
            if created.name == name.name {
                note(
                    context.catalog,
                    query,
                    name,
                    relation.origin,
                    "view",
                    &mut missing,
                );
            }
        }
    }
    for (key, function) in context.catalog.functions.iter() {
        for change in context.changes(function.origin) {
            let Change::CreateFunction(create) = change else {
                continue;
            };
            let nested = create.body.iter().flat_map(|nested| flat(&nested.changes));
            for change in nested.filter(|_| create.name.name == key.name.name) {
                if let Change::Query(query) = change {
                    note(
                        context.catalog,
                        query,
                        &key.name,
                        function.origin,
                        "function",
                        &mut missing,
                    );
                }
            }
        }
    }
    for ((table, column), (origin, by)) in missing {
        report(context, sink, &table, &column, origin, &by);
    }
}

fn report(
    context: &CatalogContext<'_>,
    sink: &mut Sink<'_>,
    table: &QualName,
    column: &Name,
    searched: Origin,
    by: &str,
) {
    let Some(relation) = context.catalog.relation(table) else {
        return;
    };
    let message = format!("no index of {table} begins with `{column}`, which {by} looks for");
    // CONCURRENTLY is refused for the index of a partitioned table.
    let how = if relation.partition_key.is_some() {
        ""
    } else {
        " CONCURRENTLY"
    };
    let on = format!("ON {} ({});", table.quoted(), column.quoted());
    let fix = cure::Statement {
        title: "Add an index on the column",
        safety: Safety::Unsafe,
        file: &format!("CREATE INDEX {on}"),
        migration: &format!("CREATE INDEX{how} {on}"),
    }
    .after(context, sink, relation.origin);
    let place = sink.place(relation.column(column).map_or(relation.origin, |c| c.origin));
    let finding = sink.report_origin(Subject::part(table, column), searched, message);
    finding
        .help(format!(
            "add an index that begins with it, if the table is large\nCREATE INDEX{how} {on}"
        ))
        .fix(fix);
    if let Some(place) = place {
        finding.relate("the column is defined here", place);
    }
}

/// Notes the columns that a query looks for in vain.
fn note(
    catalog: &Catalog,
    query: &Query,
    place: &QualName,
    origin: Origin,
    what: &str,
    missing: &mut BTreeMap<Column, (Origin, String)>,
) {
    let column = |column: &ComparedColumn| meant(catalog, column, &place.schema);
    // One column with an index is enough: the others are looked at in what it finds.
    let served: BTreeSet<QualName> = query
        .comparisons
        .iter()
        .flat_map(|c| [Some(&c.column), other(c)])
        .flatten()
        .filter_map(column)
        .filter(|column| is_indexed(catalog, column))
        .map(|(table, _)| table)
        .collect();
    for comparison in query
        .comparisons
        .iter()
        .filter(|c| c.operator == ComparisonOperator::Equal)
    {
        let Some(one) = column(&comparison.column) else {
            continue;
        };
        let joined = other(comparison).and_then(column);
        let in_vain = match &joined {
            Some(joined) => joined.0 != one.0 && !is_indexed(catalog, joined),
            None => comparison.with != Compared::Constant,
        };
        if in_vain && !served.contains(&one.0) && is_selective(catalog, &one) {
            let by = format!("{what} {place}");
            missing.entry(one).or_insert((origin, by));
        }
    }
}

fn other(comparison: &Comparison) -> Option<&ComparedColumn> {
    match &comparison.with {
        Compared::Column(column) => Some(column),
        _ => None,
    }
}

/// The one table that has a column of that name, among those that may be meant.
fn meant(catalog: &Catalog, column: &ComparedColumn, near: &Name) -> Option<Column> {
    let having = column
        .of
        .iter()
        .filter_map(|r| resolve(catalog, r, near))
        .filter(|q| {
            let relation = catalog.relation(q);
            relation.is_some_and(|r| tables::is_table(r) && r.column(&column.name).is_some())
        });
    let tables: BTreeSet<QualName> = having.collect();
    let mut tables = tables.into_iter();
    let one = tables.next()?;
    tables.next().is_none().then_some((one, column.name.clone()))
}

fn is_indexed(catalog: &Catalog, (table, column): &Column) -> bool {
    let begins = |relation: &Relation| {
        relation.indexes.values().any(|index| {
            let first = index.keys.first().map(|k| &k.expr.facts);
            // An index on an expression of the column may be what is looked for.
            first.is_some_and(|facts| {
                facts.columns.contains(column) || facts.bare_column.as_ref() == Some(column)
            })
        })
    };
    catalog.relation(table).is_some_and(|r| begins(r))
}

/// Whether a value of the column leads to few rows: not that of a truth value or an enum.
fn is_selective(catalog: &Catalog, (table, column): &Column) -> bool {
    let ty = catalog
        .relation(table)
        .and_then(|r| r.column(column))
        .and_then(|c| c.ty.as_ref());
    let Some(ty) = ty else { return false };
    let is_enum = ty.schema.as_ref().is_some_and(|schema| {
        let name = QualName::new(schema.clone(), ty.name.clone());
        matches!(catalog.types.get(&name).map(|t| &t.kind), Some(TypeKind::Enum(_)))
    });
    !ty.is("bool") && !is_enum && !ty.array
}
