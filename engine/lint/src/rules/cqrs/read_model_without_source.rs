//! ## What it does
//!
//! Reports read models to which nothing leads from any write model: no query of a view, no `CREATE TABLE AS`, no statement
//! of a script or a function, no trigger. Where a function executes SQL that can't be told, only views are reported.
//!
//! ## Why is this bad?
//!
//! A read model that nothing in the schema fills is filled from outside or not at all; either way nobody can build it anew
//! from what is here.
//!
//! ```sql given
//! CREATE TABLE w_orders (id bigint PRIMARY KEY, total numeric);
//! ```
//!
//! ```sql bad
//! CREATE TABLE r_daily_totals (day date PRIMARY KEY, total numeric);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE r_daily_totals (day date PRIMARY KEY, total numeric);
//! CREATE PROCEDURE refresh_daily_totals() LANGUAGE sql AS $$
//!     INSERT INTO r_daily_totals SELECT current_date, sum(total) FROM w_orders
//! $$;
//! ```

use confiture_schema::catalog::{Persistence, RelationKind};

use crate::Severity;
use crate::context::{CatalogContext, Sink, Subject};
use crate::lineage::{Certainty, Lineage};
use crate::rule::{Activation, Category, Check, Rule, Scope};
use crate::shared::sides::{OPTIONS as SIDES, Side, Sides};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "read-model-without-source",
    summary: "Nothing leads from a write model to a read model",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Cqrs],
    aliases: &["read-model-derivation"],
    provenance: &[],
    options: &SIDES,
    check: Check::Catalog(check),
};

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    let sides = Sides::new(sink.options());
    let mut models = Vec::new();
    let mut writes = false;
    for (name, relation) in context.catalog.relations.iter() {
        match sides.of_relation(context, name, relation) {
            Some(Side::Write) => writes = true,
            Some(Side::Read) => models.push((name, relation)),
            None => {}
        }
    }
    // Without a write side there is nothing that they could be derived from.
    if !writes {
        return;
    }
    let lineage = Lineage::of(context);
    for (name, relation) in models {
        let kept = relation.kind != RelationKind::Sequence
            && !relation.is_partition()
            && relation.persistence != Persistence::Temporary;
        if !kept || (lineage.has_gaps && relation.view.is_none()) {
            continue;
        }
        let reached = lineage.reach(name, Certainty::Possible, |_| true);
        let derived = reached.keys().any(|source| {
            let relation = context.catalog.relation(source);
            relation.is_some_and(|r| sides.of_relation(context, source, r) == Some(Side::Write))
        });
        if !derived {
            let message = format!("nothing leads from a write model to read model {name}");
            sink.report_origin(Subject::relation(name), relation.origin, message)
                .help("derive it by a view, or by a function or trigger that fills it");
        }
    }
}
