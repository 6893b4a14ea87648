//! ## What it does
//!
//! Reports an index that does nothing that another index of its table doesn't do: the same keys, in the same order, on the
//! same rows. An index with the columns of the primary key or of a unique constraint is one too.
//!
//! ## Why is this bad?
//!
//! Every write to the table writes both, both take up memory, and no query gets faster.
//!
//! ```sql bad
//! CREATE TABLE customers (id bigint PRIMARY KEY, email text);
//! CREATE INDEX customers_email_idx ON customers (email);
//! CREATE INDEX customers_by_email ON customers (email);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE customers (id bigint PRIMARY KEY, email text UNIQUE);
//! CREATE INDEX customers_email_idx ON customers (email);
//! ```
//!
//! ## Instead
//!
//! Drop one of them. Indexes that differ in a key, its order, its operator class or their rows are left alone:
//!
//! ```sql good
//! CREATE TABLE customers (id bigint PRIMARY KEY, email text);
//! CREATE UNIQUE INDEX customers_email_key ON customers (email);
//! CREATE INDEX customers_email_like ON customers (email text_pattern_ops);
//! CREATE INDEX customers_email_lower ON customers (lower(email));
//! ```

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};
use crate::shared::{cure, indexes};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "duplicate-index",
    summary: "An index does nothing that another one doesn't do",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Performance],
    aliases: &["duplicate-indexes"],
    provenance: &[pgls("duplicateIndex")],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    for (name, index) in relation.indexes.iter() {
        let Some((other_name, other)) = indexes::copied_by(relation, name, index) else {
            continue;
        };
        let message = format!(
            "index `{name}` of {} does nothing that `{other_name}` doesn't do",
            context.name
        );
        let drop = indexes::drop_sql(relation, context.name, name);
        let mut fix = Fix::new(format!("Drop `{name}`"), Safety::Unsafe).migration(&drop);
        if let Some(edit) =
            cure::removal(&context.all, sink, index.origin).filter(|_| index.comment.is_none())
        {
            fix = fix.edit(edit);
        }
        let place = sink.place(other.origin);
        let finding = sink.report_origin(Subject::part(context.name, name), index.origin, message);
        finding.help(format!("drop it\n{drop}")).fix(fix);
        if let Some(place) = place {
            finding.relate(format!("`{other_name}` is defined here"), place);
        }
    }
}
