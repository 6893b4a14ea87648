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

use confiture_schema::catalog::{ConstraintKind, Persistence, Relation, RelationKind};

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};

pub(super) static RULE: Rule = Rule {
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
        Some(key) => format!(
            "make a primary key of its unique key\nALTER TABLE {} ADD PRIMARY KEY ({key});",
            context.name.quoted()
        ),
        None => "give it one: an identity column, or the columns that tell its rows apart".to_owned(),
    };
    let message = format!("table {} has no primary key", context.name);
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help(help);
}

/// The columns of a unique constraint that could be the primary key, as SQL.
fn candidate(relation: &Relation) -> Option<String> {
    relation
        .constraints
        .values()
        .find_map(|constraint| match &constraint.kind {
            ConstraintKind::Unique { columns }
                if columns
                    .iter()
                    .all(|c| relation.column(c).is_some_and(|c| c.not_null)) =>
            {
                Some(
                    columns
                        .iter()
                        .map(confiture_syntax::Name::quoted)
                        .collect::<Vec<_>>()
                        .join(", "),
                )
            }
            _ => None,
        })
}
