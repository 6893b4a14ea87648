//! ## What it does
//!
//! Reports tables, views, columns, functions and types that are named by a keyword which PostgreSQL allows as such a name
//! only in quotes, as `user` or `order`.
//!
//! ## Why is this bad?
//!
//! The quotes have to be written everywhere. Where they are forgotten the statement may fail, or mean something else:
//! `SELECT * FROM user` reads who is connected.
//!
//! ```sql bad
//! CREATE TABLE "user" (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql bad
//! CREATE TABLE items (id bigint PRIMARY KEY, "order" bigint);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE users (id bigint PRIMARY KEY, name text, date date, value text);
//! ```

use confiture_schema::catalog::{Persistence, RelationKind};
use confiture_syntax::Name;
use confiture_syntax::keywords::{KeywordCategory, category};

use crate::Severity;
use crate::context::{CatalogContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "reserved-word",
    summary: "A name is a keyword that has to be quoted",
    severity: Severity::Info,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Naming],
    aliases: &["reserved-words"],
    provenance: &[],
    options: &[],
    check: Check::Catalog(check),
};

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    let catalog = context.catalog;
    for (name, relation) in catalog.relations.iter() {
        if relation.is_partition() || relation.persistence == Persistence::Temporary {
            continue;
        }
        if is_no_relation_or_column(&name.name) {
            let message = format!("{name} has the name of a keyword");
            sink.report_origin(Subject::relation(name), relation.origin, message)
                .help(advice(&name.name));
        }
        // A view's columns are mostly those of its tables.
        if relation.view.is_some() || relation.kind == RelationKind::Sequence {
            continue;
        }
        let own = relation.columns.iter().filter(|column| !column.inherited);
        for column in own.filter(|column| is_no_relation_or_column(&column.name)) {
            let message = format!("column `{}` of {name} has the name of a keyword", column.name);
            sink.report_origin(Subject::part(name, &column.name), column.origin, message)
                .help(advice(&column.name));
        }
    }
    for (key, function) in catalog.functions.iter() {
        if is_no_function_or_type(&key.name.name) {
            let message = format!("function {} has the name of a keyword", key.name);
            sink.report_origin(Subject::relation(&key.name), function.origin, message)
                .help(advice(&key.name.name));
        }
    }
    for (name, def) in catalog
        .types
        .iter()
        .filter(|(name, _)| is_no_function_or_type(&name.name))
    {
        let message = format!("type {name} has the name of a keyword");
        sink.report_origin(Subject::relation(name), def.origin, message)
            .help(advice(&name.name));
    }
}

fn is_no_relation_or_column(name: &Name) -> bool {
    matches!(
        category(name.as_str()),
        Some(KeywordCategory::Reserved | KeywordCategory::TypeOrFunctionName)
    )
}

fn is_no_function_or_type(name: &Name) -> bool {
    matches!(
        category(name.as_str()),
        Some(KeywordCategory::Reserved | KeywordCategory::ColumnName)
    )
}

fn advice(name: &Name) -> String {
    format!(
        "choose another name: this one has to be written {}",
        name.quoted()
    )
}
