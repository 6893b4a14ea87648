//! ## What it does
//!
//! Reports tables with personal data that don't say how long it is kept: the table's comment doesn't hold the word, and the
//! table isn't partitioned by time.
//!
//! ## Why is this bad?
//!
//! Personal data may be kept no longer than it is needed. Where the table says for how long, a job can delete what is
//! older, and an audit can ask.
//!
//! ```sql bad
//! CREATE TABLE visitors (id bigint PRIMARY KEY, email text, seen_at timestamptz);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE visitors (id bigint PRIMARY KEY, email text, seen_at timestamptz);
//! COMMENT ON TABLE visitors IS 'retention: 90 days after seen_at';
//! ```
//!
//! Partitions by time can be dropped when they are due:
//!
//! ```sql good
//! CREATE TABLE visitors (id bigint, email text, seen_at timestamptz, PRIMARY KEY (id, seen_at))
//! PARTITION BY RANGE (seen_at);
//! ```

use confiture_schema::catalog::Relation;

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::shared::{personal, tables};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "retention-declared",
    summary: "A table doesn't say how long personal data is kept",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Compliance],
    aliases: &["retention"],
    provenance: &[],
    options: &[
        RuleOption {
            name: "columns",
            summary: "Names of columns that hold personal data, as the end of a column's name",
            default: OptionDefault::List(personal::PERSONAL),
        },
        RuleOption {
            name: "marker",
            summary: "What a comment that says how long holds",
            default: OptionDefault::List(&["retention", "retain", "kept for"]),
        },
    ],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    let options = sink.options();
    if !tables::is_table(relation)
        || is_by_time(relation)
        || personal::says(relation.comment.as_ref(), options.list("marker"))
    {
        return;
    }
    let personal = relation.columns.iter().find(|column| {
        let kind = personal::kind_of(column, options.list("columns"));
        kind.is_some() && personal::is_readable(context.catalog, column)
    });
    let Some(column) = personal else { return };
    let message = format!(
        "table {} holds personal data (`{}`) and doesn't say how long it is kept",
        context.name, column.name
    );
    sink.report_origin(Subject::relation(context.name), relation.origin, message)
        .help("say so in the table's comment: `retention: 90 days`");
}

/// Whether a table is partitioned by ranges of a date or a time.
fn is_by_time(relation: &Relation) -> bool {
    let Some(key) = &relation.partition_key else {
        return false;
    };
    let is_time = |name: &confiture_syntax::Name| {
        let ty = relation.column(name).and_then(|c| c.ty.as_ref());
        ty.is_some_and(|ty| {
            ["date", "timestamp", "timestamptz"]
                .iter()
                .any(|name| ty.is(name))
        })
    };
    key.strategy.as_str() == "range" && key.keys.iter().flat_map(|k| &k.facts.columns).any(is_time)
}
