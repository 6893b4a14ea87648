//! ## What it does
//!
//! Compares what read models are derived from with what is declared for them in `read_model_sources`. It reports a read
//! model that reads a write model which isn't declared; a declared write model from which nothing leads to it; and names
//! that nothing has.
//!
//! What leads where is followed through views, materialized views, `CREATE TABLE AS`, `INSERT … SELECT` and its likes in
//! scripts and functions, and through triggers, from one relation to the next. Where a function executes SQL that can't be
//! told, or is written in another language than SQL and PL/pgSQL, nothing is said of declared write models that don't
//! arrive.
//!
//! ## Why is this bad?
//!
//! A read model is built anew whenever its write models change. A dependency that nobody has declared is one that is
//! forgotten then.
//!
//! ```yaml given
//! linting:
//!   rules:
//!     read-model-lineage:
//!       enabled: true
//!       read_model_sources:
//!         r_customer_lifetime_value: [w_customers, w_orders]
//! ```
//!
//! ```sql given
//! CREATE TABLE w_customers (id bigint PRIMARY KEY);
//! CREATE TABLE w_orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
//! CREATE TABLE w_refunds (order_id bigint, total numeric);
//! ```
//!
//! This one leaves out `w_customers`, and reads `w_refunds`:
//!
//! ```sql bad
//! CREATE VIEW r_customer_lifetime_value AS
//! SELECT customer_id, sum(o.total - coalesce(f.total, 0)) AS value
//! FROM w_orders AS o LEFT JOIN w_refunds AS f ON f.order_id = o.id GROUP BY customer_id;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE VIEW order_totals AS SELECT customer_id, sum(total) AS value FROM w_orders GROUP BY customer_id;
//! CREATE VIEW r_customer_lifetime_value AS
//! SELECT c.id AS customer_id, t.value FROM w_customers AS c JOIN order_totals AS t ON t.customer_id = c.id;
//! ```
//!
//! A table that a trigger keeps is derived from the trigger's table:
//!
//! ```sql good
//! CREATE TABLE r_customer_lifetime_value (customer_id bigint PRIMARY KEY, value numeric);
//! CREATE FUNCTION add_value() RETURNS trigger LANGUAGE plpgsql AS $$
//! BEGIN
//!     INSERT INTO r_customer_lifetime_value SELECT id, NEW.total FROM w_customers WHERE id = NEW.customer_id
//!     ON CONFLICT (customer_id) DO UPDATE SET value = r_customer_lifetime_value.value + NEW.total;
//!     RETURN NULL;
//! END;
//! $$;
//! CREATE TRIGGER add_value AFTER INSERT ON w_orders FOR EACH ROW EXECUTE FUNCTION add_value();
//! ```

use std::collections::BTreeSet;

use confiture_schema::catalog::{Catalog, QualName, Relation};

use crate::Severity;
use crate::context::{CatalogContext, Sink, Subject};
use crate::lineage::{Certainty, Lineage, Reached};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::shared::sides::{OPTIONS as SIDES, Side, Sides};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "read-model-lineage",
    summary: "A read model is derived from other write models than those that are declared",
    severity: Severity::Error,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Cqrs],
    aliases: &["cqrs-validation"],
    provenance: &[],
    options: &[
        RuleOption {
            name: "read_model_sources",
            summary: "The write models of each read model, by its name",
            default: OptionDefault::Map,
        },
        SIDES[0],
        SIDES[1],
        SIDES[2],
        SIDES[3],
    ],
    check: Check::Catalog(check),
};

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    let declared = sink.options().map("read_model_sources");
    if declared.is_empty() {
        return;
    }
    let sides = Sides::new(sink.options());
    let lineage = Lineage::of(context);
    for (model, sources) in declared {
        let Some((name, relation)) = named(context.catalog, model) else {
            missing_model(context, sink, model);
            continue;
        };
        let mut known = BTreeSet::new();
        for source in sources {
            match named(context.catalog, source) {
                Some((source, _)) => {
                    known.insert(source.clone());
                }
                None => missing_source(sink, name, relation, source),
            }
        }
        undeclared(context, sink, &sides, &lineage, (name, relation), &known);
        unreached(context, sink, &lineage, (name, relation), &known);
    }
}

/// The relation that a name in the configuration means, with or without its schema; the first one of that name.
fn named<'c>(catalog: &'c Catalog, name: &str) -> Option<(&'c QualName, &'c Relation)> {
    let found = catalog
        .relations
        .iter()
        .find(|(q, _)| q.name.as_str() == name || q.to_string() == name);
    found.map(|(name, relation)| (name, &**relation))
}

/// A read model that doesn't exist has no place of its own: it is told where the project begins.
fn missing_model(context: &CatalogContext<'_>, sink: &mut Sink<'_>, model: &str) {
    let Some((place, _)) = context.forward_placed().next() else {
        return;
    };
    let subject = Subject {
        relation: None,
        part: Some(model.into()),
    };
    let message = format!("`read_model_sources` names the read model `{model}`, which doesn't exist");
    sink.report_place(subject, place, message)
        .help("correct the name in the configuration, or take it out");
}

fn missing_source(sink: &mut Sink<'_>, name: &QualName, relation: &Relation, source: &str) {
    let message = format!("`{source}`, from which {name} is declared to be derived, doesn't exist");
    sink.report_origin(Subject::relation(name), relation.origin, message)
        .help("correct the name in the configuration, or take it out");
}

/// Write models that it surely reads and that aren't declared.
fn undeclared(
    context: &CatalogContext<'_>,
    sink: &mut Sink<'_>,
    sides: &Sides<'_>,
    lineage: &Lineage,
    (name, relation): (&QualName, &Relation),
    declared: &BTreeSet<QualName>,
) {
    let is_write = |q: &QualName| {
        let relation = context.catalog.relation(q);
        relation.is_some_and(|r| sides.of_relation(context, q, r) == Some(Side::Write))
    };
    // What a declared relation or a write model is made of is its own affair.
    let reached = lineage.reach(name, Certainty::Sure, |q| !declared.contains(q) && !is_write(q));
    for (source, way) in reached {
        if declared.contains(&source) || !is_write(&source) {
            continue;
        }
        let message = format!(
            "{name} reads write model {source}{}, which isn't declared among its sources",
            through(&way)
        );
        let place = way.first.place(sink);
        let subject = Subject::part(name, &source.name);
        let finding = sink.report_origin(subject, relation.origin, message);
        finding.help("add it to `read_model_sources`, or don't read it");
        if let Some(place) = place.filter(|place| *place != finding.place) {
            finding.relate("it is read here", place);
        }
    }
}

/// Declared relations from which nothing leads to it.
fn unreached(
    context: &CatalogContext<'_>,
    sink: &mut Sink<'_>,
    lineage: &Lineage,
    (name, relation): (&QualName, &Relation),
    declared: &BTreeSet<QualName>,
) {
    // What a view is made of is all in its query; a table may be filled by what can't be told.
    if relation.view.is_none() && lineage.has_gaps {
        return;
    }
    let reached = lineage.reach(name, Certainty::Possible, |_| true);
    for source in declared.iter().filter(|source| !reached.contains_key(source)) {
        if context.catalog.relation(source).is_none() {
            continue;
        }
        let message =
            format!("nothing leads from {source} to {name}, which is declared to be derived from it");
        sink.report_origin(Subject::part(name, &source.name), relation.origin, message)
            .help("derive it from there, or take it out of `read_model_sources`");
    }
}

fn through(way: &Reached) -> String {
    let names: Vec<String> = way.through.iter().map(ToString::to_string).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" through {}", names.join(", "))
    }
}
