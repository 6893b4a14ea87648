//! ## What it does
//!
//! Reports a table that has no primary key when all scripts are through. Partitions (their parent has the key) and
//! temporary tables are left alone.
//!
//! ## Why is this bad?
//!
//! Rows can't be told apart, so they can't be updated or deleted one by one, nothing can reference them, and logical
//! replication refuses their updates.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint, total numeric);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total numeric);
//! ```
//!
//! The key may come later:
//!
//! ```sql good
//! CREATE TABLE orders (id bigint NOT NULL, total numeric);
//! ALTER TABLE orders ADD PRIMARY KEY (id);
//! ```

use confiture_schema::catalog::{Persistence, Relation, RelationKind};
use confiture_syntax::Name;

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-primary-key",
    summary: "A table has no primary key",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Structure, Category::Performance],
    aliases: &["primary-key-required", "primary-key"],
    provenance: &[pgls("noPrimaryKey")],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    let is_table = matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable
    );
    if !is_table
        || relation.is_partition()
        || relation.persistence == Persistence::Temporary
        || relation.primary_key().is_some()
    {
        return;
    }
    let help = match candidate(relation) {
        Some(key) => {
            format!(
                "make a primary key of its unique key\nALTER TABLE {} ADD {key};",
                context.name.quoted()
            )
        }
        None => "give it one: an identity column, or the columns that tell its rows apart".to_owned(),
    };
    let message = format!("table {} has no primary key", context.name);
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help(help);
}

/// The primary key that a unique constraint or index could become, as SQL.
fn candidate(relation: &Relation) -> Option<String> {
    let (name, index, columns) = relation.indexes.iter().find_map(|(name, index)| {
        let whole =
            index.unique && index.valid && index.predicate.is_none() && index.method.as_str() == "btree";
        let columns: Option<Vec<&Name>> = index
            .keys
            .iter()
            .map(|k| k.expr.facts.bare_column.as_ref())
            .collect();
        let columns = columns.filter(|columns| columns.iter().all(|c| is_not_null(relation, c)))?;
        whole.then_some((name, index, columns))
    })?;
    if index.constraint {
        let columns: Vec<String> = columns.iter().map(|c| c.quoted()).collect();
        return Some(format!("PRIMARY KEY ({})", columns.join(", ")));
    }
    Some(format!("PRIMARY KEY USING INDEX {}", name.quoted()))
}

fn is_not_null(relation: &Relation, column: &Name) -> bool {
    relation.column(column).is_some_and(|c| c.not_null)
}
