//! ## What it does
//!
//! Reports a table of `min_columns` columns or more that has no index but that of its primary key,
//! if even that.
//!
//! ## Why is this bad?
//!
//! Tables with many columns are searched by more than their key, and each such search reads all of the table. How large a
//! table is, or will be, files don't say: that is why this rule has to be asked for.
//!
//! ```sql bad
//! CREATE TABLE orders (
//!     id bigint PRIMARY KEY, number text, status text, total numeric, currency text, placed_at timestamptz,
//!     paid_at timestamptz, shipped_at timestamptz, cancelled_at timestamptz, note text
//! );
//! ```
//!
//! ## Instead
//!
//! Index the columns that its queries begin with, or name the table among the rule's exemptions:
//!
//! ```sql good
//! CREATE TABLE orders (
//!     id bigint PRIMARY KEY, number text, status text, total numeric, currency text, placed_at timestamptz,
//!     paid_at timestamptz, shipped_at timestamptz, cancelled_at timestamptz, note text
//! );
//! CREATE INDEX orders_placed_at_idx ON orders (placed_at);
//! ```

use confiture_schema::catalog::ConstraintKind;

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::shared::tables;

pub(in crate::rules) static RULE: Rule = Rule {
    name: "large-table-has-indexes",
    summary: "A table of many columns has no index but its key's",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Performance],
    aliases: &["large-tables-indexed"],
    provenance: &[],
    options: &[RuleOption {
        name: "min_columns",
        summary: "From how many columns on a table is taken for a large one",
        default: OptionDefault::Number(10),
    }],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    let key = relation
        .constraints
        .iter()
        .find(|(_, c)| matches!(c.kind, ConstraintKind::PrimaryKey { .. }));
    let only_key = relation
        .indexes
        .keys()
        .all(|index| key.is_some_and(|(name, _)| name == index));
    let many = usize::try_from(sink.options().number("min_columns")).unwrap_or_default();
    if !tables::is_table(relation) || !only_key || relation.columns.len() < many {
        return;
    }
    let message = format!(
        "table {} has {} columns and no index{}",
        context.name,
        relation.columns.len(),
        if key.is_some() { " but its key's" } else { "" },
    );
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help("index the columns that its queries begin with");
}
