//! ## What it does
//!
//! Reports a B-tree index whose keys are the first keys of another one.
//!
//! ## Why is this bad?
//!
//! The longer index finds the same rows. The shorter one is smaller, and so a little faster to read, but every write pays
//! for it.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, placed_at timestamptz);
//! CREATE INDEX orders_customer_idx ON orders (customer_id);
//! CREATE INDEX orders_customer_placed_idx ON orders (customer_id, placed_at);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, code text, UNIQUE (customer_id, code));
//! CREATE INDEX orders_customer_idx ON orders (customer_id);
//! ```
//!
//! ## Instead
//!
//! Keep the longer one, unless what it has more is wide. Unique and partial indexes are left alone, and so are keys in
//! another order:
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, placed_at timestamptz);
//! CREATE INDEX orders_placed_idx ON orders (placed_at);
//! CREATE INDEX orders_customer_placed_idx ON orders (customer_id, placed_at);
//! CREATE INDEX orders_recent_idx ON orders (customer_id DESC);
//! ```

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};
use crate::shared::{cure, indexes};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "redundant-index",
    summary: "An index's keys are the first keys of another one",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Performance],
    aliases: &["redundant-indexes"],
    provenance: &[],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    for (name, index) in relation.indexes.iter() {
        if indexes::copied_by(relation, name, index).is_some() {
            continue;
        }
        let Some((longer_name, longer)) = indexes::contained_in(relation, name, index) else {
            continue;
        };
        let message = format!(
            "index `{name}` of {} finds nothing that `{longer_name}` doesn't find",
            context.name
        );
        let drop = indexes::drop_sql(relation, context.name, name);
        let mut fix = Fix::new(format!("Drop `{name}`"), Safety::Unsafe).migration(&drop);
        if let Some(edit) =
            cure::removal(&context.all, sink, index.origin).filter(|_| index.comment.is_none())
        {
            fix = fix.edit(edit);
        }
        let place = sink.place(longer.origin);
        let finding = sink.report_origin(Subject::part(context.name, name), index.origin, message);
        finding.help(format!("drop it\n{drop}")).fix(fix);
        if let Some(place) = place {
            finding.relate(format!("`{longer_name}` is defined here"), place);
        }
    }
}
