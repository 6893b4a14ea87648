//! ## What it does
//!
//! Reports a write model that is made of a read model: its view reads one, a statement fills it from one, a trigger that
//! runs before its rows are written reads one, or a foreign key refers to one.
//!
//! ## Why is this bad?
//!
//! The read side may be stale, and may be thrown away and built anew at any time. What commands decide by it is decided by
//! yesterday's state, and a write model that refers to it can't be loaded before it.
//!
//! ```sql given
//! CREATE TABLE w_orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
//! CREATE VIEW r_customer_totals AS SELECT customer_id, sum(total) AS total FROM w_orders GROUP BY customer_id;
//! ```
//!
//! ```sql bad
//! CREATE TABLE w_discounts (customer_id bigint PRIMARY KEY, percent integer);
//! CREATE FUNCTION grant_discounts() RETURNS void LANGUAGE sql AS $$
//!     INSERT INTO w_discounts SELECT customer_id, 5 FROM r_customer_totals WHERE total > 1000
//! $$;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE w_discounts (customer_id bigint PRIMARY KEY, percent integer);
//! CREATE FUNCTION grant_discounts() RETURNS void LANGUAGE sql AS $$
//!     INSERT INTO w_discounts SELECT customer_id, 5 FROM w_orders GROUP BY customer_id HAVING sum(total) > 1000
//! $$;
//! ```

use confiture_schema::catalog::{QualName, Relation};

use crate::Severity;
use crate::context::{CatalogContext, Sink, Subject};
use crate::lineage::{Certainty, Lineage};
use crate::rule::{Activation, Category, Check, Rule, Scope};
use crate::shared::sides::{OPTIONS as SIDES, Side, Sides};
use crate::shared::tables;

pub(in crate::rules) static RULE: Rule = Rule {
    name: "write-side-reads-read-side",
    summary: "A write model depends on a read model",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Cqrs],
    aliases: &[],
    provenance: &[],
    options: &SIDES,
    check: Check::Catalog(check),
};

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    let sides = Sides::new(sink.options());
    let side = |name: &QualName| {
        let relation = context.catalog.relation(name)?;
        sides.of_relation(context, name, relation)
    };
    let lineage = Lineage::of(context);
    for (name, relation) in context.catalog.relations.iter() {
        if side(name) != Some(Side::Write) {
            continue;
        }
        for (source, link) in lineage.sources(name) {
            if link.certainty != Certainty::Sure || side(source) != Some(Side::Read) {
                continue;
            }
            let message = format!("write model {name} is made of read model {source}");
            let place = link.place(sink);
            let subject = Subject::part(name, &source.name);
            let finding = match place {
                Some(place) => sink.report_place(subject, place, message),
                None => sink.report_origin(subject, relation.origin, message),
            };
            finding.help("read the write models that it is derived from");
        }
        keys(sink, name, relation, |q| side(q) == Some(Side::Read));
    }
}

/// Foreign keys to the read side.
fn keys(sink: &mut Sink<'_>, name: &QualName, relation: &Relation, is_read: impl Fn(&QualName) -> bool) {
    for (key_name, constraint, key) in tables::foreign_keys(relation) {
        if is_read(&key.references) {
            let message = format!(
                "foreign key `{key_name}` of write model {name} refers to read model {}",
                key.references
            );
            sink.report_origin(Subject::part(name, key_name), constraint.origin, message)
                .help("refer to the write model that it is derived from");
        }
    }
}
