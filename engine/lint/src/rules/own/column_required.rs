//! ## What it does
//!
//! Reports tables without a column that the project wants each to have. It does nothing until it is told which:
//!
//! ```yaml
//! linting:
//!   rules:
//!     created_at_everywhere:
//!       type: column_required
//!       column: created_at
//!       column_type: timestamptz
//!       applicable_to:
//!         exclude_patterns: ["^system_"]
//! ```
//!
//! With `column_type` the column must be of that type. Partitions have the columns of their parents and are left alone, as
//! are temporary tables. For the column of a tenant there is `require-tenant-column`.
//!
//! ## Why is this bad?
//!
//! Programs, exports and retention jobs that count on the column fail on the one table that lacks it.
//!
//! ```yaml given
//! linting:
//!   rules:
//!     column-required:
//!       column: created_at
//!       column_type: timestamptz
//! ```
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, created_at text);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp with time zone NOT NULL);
//! ```

use confiture_schema::catalog::{Column, Persistence, QualName, Relation, RelationKind};
use confiture_schema::change::{Change, TableElement};
use confiture_schema::read;
use confiture_schema::types::SqlType;
use confiture_syntax::{Name, Syntax};

use crate::Severity;
use crate::context::{CatalogContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "column-required",
    summary: "A table lacks a column that the project wants each to have",
    severity: Severity::Error,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Own],
    aliases: &[],
    provenance: &[],
    options: &[
        RuleOption {
            name: "column",
            summary: "The column that tables must have",
            default: OptionDefault::Text(""),
        },
        RuleOption {
            name: "column_type",
            summary: "The type that it must be of; any where it isn't said",
            default: OptionDefault::Text(""),
        },
    ],
    check: Check::Catalog(check),
};

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    let wanted = Name::new(sink.options().text("column"));
    if wanted.as_str().is_empty() {
        return;
    }
    let ty = written_type(sink.options().text("column_type"));
    for (name, relation) in context.catalog.relations.iter().filter(|(_, r)| is_table(r)) {
        match relation.column(&wanted) {
            Some(column) => judge_type(name, column, ty.as_ref(), sink),
            None => {
                let message = format!("table {name} has no column `{wanted}`");
                let help = "add the column, or exempt the table in the configuration";
                sink.report_origin(Subject::relation(name), relation.origin, message)
                    .help(help);
            }
        }
    }
}

fn is_table(relation: &Relation) -> bool {
    let kinds = matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable
    );
    kinds && !relation.is_partition() && relation.persistence != Persistence::Temporary
}

fn judge_type(table: &QualName, column: &Column, wanted: Option<&SqlType>, sink: &mut Sink<'_>) {
    let (Some(wanted), Some(found)) = (wanted, &column.ty) else {
        return;
    };
    let same = match wanted.modifiers {
        Some(_) => found == wanted,
        None => found.clone().unmodified() == *wanted,
    };
    // A user's type may be named with its schema or without.
    let same = same || (wanted.schema.is_none() && found.schema.is_some() && found.name == wanted.name);
    if !same {
        let message = format!(
            "column `{}` of {table} is of type {found}, not {wanted}",
            column.name
        );
        sink.report_origin(Subject::part(table, &column.name), column.origin, message);
    }
}

/// A type as configuration writes it, read as the statements are.
fn written_type(written: &str) -> Option<SqlType> {
    let statement = Syntax::parse(&format!("CREATE TABLE t (c {written})"));
    read::changes(&statement)
        .into_iter()
        .find_map(|change| match change {
            Change::CreateTable(table) => table.elements.iter().find_map(|element| match element {
                TableElement::Column(column) => column.ty.as_ref().map(|ty| ty.ty.clone()),
                _ => None,
            }),
            _ => None,
        })
}
