//! ## What it does
//!
//! Reports columns of type `real` or `double precision` whose names say that they hold amounts of money.
//!
//! ## Why is this bad?
//!
//! Binary fractions can't hold a tenth: 0.1 + 0.2 is not 0.3, sums depend on the order of the rows, and cents get lost.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, total_amount double precision NOT NULL);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE orders (id bigint PRIMARY KEY, unit_price real);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, total_amount numeric(12, 2) NOT NULL, tax_rate double precision);
//! ```
//!
//! ## Fix
//!
//! The type becomes `numeric`; a table that has rows is rewritten.

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "numeric-for-amounts",
    summary: "A column stores amounts of money as floating point numbers",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Structure],
    aliases: &[],
    provenance: &[],
    options: &[RuleOption {
        name: "words",
        summary: "Words that tell amounts, between underscores in a column's name",
        default: OptionDefault::List(&[
            "amount", "balance", "cost", "discount", "fee", "price", "refund", "revenue", "salary",
            "subtotal", "tax",
        ]),
    }],
    check: Check::Relation(check),
};

/// Beside the word for an amount, these make it a number of another kind.
const OTHERWISE: [&str; 12] = [
    "coefficient",
    "factor",
    "index",
    "multiplier",
    "pct",
    "percent",
    "percentage",
    "rate",
    "ratio",
    "score",
    "share",
    "weight",
];

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let words = sink.options().list("words").to_vec();
    for at in context.written_columns() {
        let column = at.column;
        let is_float = |ty: &&confiture_schema::types::SqlType| ty.is("float4") || ty.is("float8");
        let Some(ty) = column.ty.as_ref().filter(is_float) else {
            continue;
        };
        if !tells_an_amount(column.name.as_str(), &words) {
            continue;
        }
        let message = format!(
            "column `{}` of {} stores amounts as {ty}",
            column.name, context.name
        );
        let finding = sink
            .report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help("make it `numeric`, which is exact");
        if context.is_free(&column.name) {
            let migration = context.alter_type(&column.name, "numeric", None);
            finding.fix(context.retype("Store amounts as numeric", at, "numeric", migration));
        }
    }
}

fn tells_an_amount(name: &str, words: &[String]) -> bool {
    let name = name.to_lowercase();
    let mut parts = name.split('_');
    let has = |part: &str| {
        words
            .iter()
            .any(|word| word == part || part.strip_suffix('s') == Some(word))
    };
    parts.clone().any(has) && !parts.any(|part| OTHERWISE.contains(&part))
}
