//! ## What it does
//!
//! Reports names that don't follow a pattern of the project's own. It does nothing until it is given one, most often as an
//! entry of `custom_rules`, which may be limited to a folder or a schema:
//!
//! ```yaml
//! linting:
//!   custom_rules:
//!     - name: write_side_tables
//!       description: Write-side tables start with w_
//!       pattern: "^w_"
//!       affected_dirs: [db/0_schema/01_write_side]
//!       example: {good: w_customers, bad: customers}
//! ```
//!
//! `pattern` is a regular expression, found anywhere in the name unless it is anchored. `prefix` is the plain beginning of
//! a name. `target` says whose names are meant: tables (foreign tables and materialized views too), views, columns,
//! functions, indexes or types. Partitions are named after their parents and left alone.
//!
//! ## Why is this bad?
//!
//! Where a name tells on which side of a system a table stands, or whose it is, one that doesn't misleads people and the
//! programs that go by names.
//!
//! ```yaml given
//! linting:
//!   rules:
//!     name-pattern:
//!       pattern: "^w_"
//! ```
//!
//! ```sql bad
//! CREATE TABLE customers (id bigint PRIMARY KEY);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE w_customers (id bigint PRIMARY KEY);
//! ```

use confiture_schema::catalog::{Origin, Persistence, QualName, Relation, RelationKind};
use confiture_syntax::Name;

use crate::Severity;
use crate::context::{CatalogContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::settings::{NameStyle, Options};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "name-pattern",
    summary: "A name doesn't follow a pattern of the project's own",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Own],
    aliases: &["table-prefix"],
    provenance: &[],
    options: &[
        RuleOption {
            name: "pattern",
            summary: "What names must match: a regular expression, or a style such as `snake_case`",
            default: OptionDefault::Style("any"),
        },
        RuleOption {
            name: "prefix",
            summary: "What names must begin with",
            default: OptionDefault::Text(""),
        },
        RuleOption {
            name: "target",
            summary: "Whose names",
            default: OptionDefault::Choice(
                "tables",
                &["tables", "views", "columns", "functions", "indexes", "types"],
            ),
        },
    ],
    check: Check::Catalog(check),
};

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    let options = sink.options();
    if *options.style("pattern") == NameStyle::Any && options.text("prefix").is_empty() {
        return;
    }
    match options.text("target") {
        "functions" => {
            for (key, function) in context.catalog.functions.iter() {
                judge("function", &key.name, function.origin, sink);
            }
        }
        "types" => {
            for (name, definition) in context.catalog.types.iter() {
                judge("type", name, definition.origin, sink);
            }
        }
        target => {
            for (name, relation) in context.catalog.relations.iter() {
                if !relation.is_partition() && relation.persistence != Persistence::Temporary {
                    judge_relation(target, name, relation, sink);
                }
            }
        }
    }
}

fn judge_relation(target: &str, name: &QualName, relation: &Relation, sink: &mut Sink<'_>) {
    let is_stored = matches!(
        relation.kind,
        RelationKind::Table
            | RelationKind::PartitionedTable
            | RelationKind::ForeignTable
            | RelationKind::MaterializedView
    );
    match target {
        "tables" if is_stored => judge("table", name, relation.origin, sink),
        "views" if matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView) => {
            judge("view", name, relation.origin, sink);
        }
        "columns" if is_stored && relation.view.is_none() => {
            for column in relation.columns.iter().filter(|c| !c.inherited) {
                judge_part("column", name, &column.name, column.origin, sink);
            }
        }
        // The name of a constraint's index is the constraint's.
        "indexes" => {
            for (index, definition) in relation.indexes.iter().filter(|(_, index)| !index.constraint) {
                judge_part("index", name, index, definition.origin, sink);
            }
        }
        _ => {}
    }
}

fn judge(what: &str, name: &QualName, origin: Origin, sink: &mut Sink<'_>) {
    if let Some(wanted) = missed(sink.options(), &name.name) {
        let message = format!("{what} {name} {wanted}");
        sink.report_origin(Subject::relation(name), origin, message);
    }
}

fn judge_part(what: &str, relation: &QualName, name: &Name, origin: Origin, sink: &mut Sink<'_>) {
    if let Some(wanted) = missed(sink.options(), name) {
        let message = format!("{what} `{name}` of {relation} {wanted}");
        sink.report_origin(Subject::part(relation, name), origin, message);
    }
}

/// What a name fails to do, as the end of a sentence.
fn missed(options: &Options, name: &Name) -> Option<String> {
    let prefix = options.text("prefix");
    let style = options.style("pattern");
    if !name.as_str().starts_with(prefix) {
        return Some(format!("doesn't begin with `{prefix}`"));
    }
    (!style.fits(name.as_str(), |_| None)).then(|| match style {
        NameStyle::Pattern(pattern) => format!("doesn't match `{}`", pattern.as_str()),
        other => format!("is not {other}"),
    })
}
