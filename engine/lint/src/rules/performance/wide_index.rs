//! ## What it does
//!
//! Reports an index of more than `max_keys` keys that isn't unique.
//!
//! ## Why is this bad?
//!
//! Each key makes the index larger and every write to it slower, while a search seldom gets much narrower after the
//! third. Columns that are only read, not searched, cost less behind `INCLUDE`.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, status text, placed_at timestamptz, total numeric);
//! CREATE INDEX orders_idx ON orders (customer_id, status, placed_at, total);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, status text, placed_at timestamptz, total numeric);
//! CREATE INDEX orders_idx ON orders (customer_id, status, placed_at) INCLUDE (total);
//! ```

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope, strong_migrations};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "wide-index",
    summary: "An index has many keys",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Performance],
    aliases: &[],
    provenance: &[strong_migrations(
        "Keeping non-unique indexes to three columns or less",
    )],
    options: &[RuleOption {
        name: "max_keys",
        summary: "How many keys are not too many",
        default: OptionDefault::Number(3),
    }],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let most = usize::try_from(sink.options().number("max_keys")).unwrap_or_default();
    for (name, index) in context.relation.indexes.iter() {
        let ordered = index.method.as_str() == "btree";
        if index.unique || index.constraint || index.parent.is_some() || !ordered || index.keys.len() <= most
        {
            continue;
        }
        let message = format!("index `{name}` of {} has {} keys", context.name, index.keys.len());
        sink.report_origin(Subject::part(context.name, name), index.origin, message)
            .help("keep the keys that searches begin with; what is only read can stand behind INCLUDE");
    }
}
