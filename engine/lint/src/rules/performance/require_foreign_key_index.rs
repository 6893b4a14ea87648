//! ## What it does
//!
//! Reports a foreign key whose columns don't lead any index of their table when all scripts are through. A partial index
//! doesn't count, unless all that it leaves out are nulls.
//!
//! ## Why is this bad?
//!
//! Whenever a referenced row is deleted, or its key changes, PostgreSQL looks for rows that reference it: without an
//! index it reads the whole table, once for each row. Joins along the key read it all as well.
//!
//! ```sql bad
//! CREATE TABLE customers (id bigint PRIMARY KEY);
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id));
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE customers (id bigint PRIMARY KEY);
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id));
//! CREATE INDEX orders_customer_id_idx ON orders (customer_id);
//! ```
//!
//! Where files build the schema, the index can be added to them:
//!
//! ```sql bad schema
//! CREATE TABLE customers (id bigint PRIMARY KEY);
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id));
//! ```

use confiture_schema::catalog::{ConstraintKind, Index, Relation};
use confiture_schema::expr::Expr;
use confiture_syntax::Name;

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, eugene, pgls};
use crate::shared::{cure, tables};
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-foreign-key-index",
    summary: "A foreign key's columns don't lead any index",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Performance],
    aliases: &[
        "foreign-key-indexed",
        "foreign-key-index",
        "index-required-for-fk",
    ],
    provenance: &[eugene("E15"), pgls("unindexedForeignKeys")],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    for (name, constraint) in context.relation.constraints.iter() {
        let ConstraintKind::ForeignKey(key) = &constraint.kind else {
            continue;
        };
        if constraint.inherited || context.relation.indexes.values().any(|i| serves(i, &key.columns)) {
            continue;
        }
        let columns = tables::listed(&key.columns);
        let message = format!(
            "foreign key `{name}` of {} has no index on ({columns})",
            context.name
        );
        let concurrently = create(context.relation, context, &key.columns);
        let fix = cure::Statement {
            title: "Add an index on the key's columns",
            safety: Safety::Unsafe,
            file: &concurrently.replace(" CONCURRENTLY", ""),
            migration: &concurrently,
        }
        .after(&context.all, sink, constraint.origin);
        sink.report_origin(Subject::part(context.name, name), constraint.origin, message)
            .help(format!(
                "add an index that begins with the key's columns\n{concurrently}"
            ))
            .fix(fix);
    }
}

/// Whether rows with given values of these columns can be found by an index.
fn serves(index: &Index, columns: &[Name]) -> bool {
    let leading = index.keys.get(..columns.len()).unwrap_or_default();
    let method = index.method.as_str();
    let finds = method == "btree" || (method == "hash" && columns.len() == 1);
    let whole = index
        .predicate
        .as_ref()
        .is_none_or(|p| leaves_out_nulls(p, columns));
    finds
        && whole
        && index.valid
        && !leading.is_empty()
        && columns.iter().all(|c| {
            leading
                .iter()
                .any(|k| k.expr.facts.bare_column.as_ref() == Some(c))
        })
}

/// Whether a predicate says no more than that the one column isn't null: a search for a value never needs the rest.
fn leaves_out_nulls(predicate: &Expr, columns: &[Name]) -> bool {
    let [column] = columns else { return false };
    predicate
        .text
        .eq_ignore_ascii_case(&format!("{} is not null", column.quoted()))
}

fn create(relation: &Relation, context: &RelationContext<'_>, columns: &[Name]) -> String {
    let columns = tables::quoted(columns);
    // CONCURRENTLY is refused for the index of a partitioned table.
    let how = if relation.partition_key.is_some() {
        ""
    } else {
        " CONCURRENTLY"
    };
    format!("CREATE INDEX{how} ON {} ({columns});", context.name.quoted())
}
