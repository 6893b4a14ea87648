//! ## What it does
//!
//! Reports columns whose names say that they hold personal data, and whose comment doesn't classify it.
//!
//! ## Why is this bad?
//!
//! Who has to export, delete or mask the data of a person has to know where it is. A word in the column's comment that
//! tools look for is the place that moves with the column.
//!
//! ```sql bad
//! CREATE TABLE customers (id bigint PRIMARY KEY, email text);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE customers (id bigint PRIMARY KEY, email text);
//! COMMENT ON COLUMN customers.email IS 'where invoices go';
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE customers (id bigint PRIMARY KEY, email text);
//! COMMENT ON COLUMN customers.email IS 'pii: email';
//! ```

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::shared::{cure, personal, tables};
use crate::{Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "pii-classified",
    summary: "Personal data isn't classified as such",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Compliance],
    aliases: &["classify-pii"],
    provenance: &[],
    options: &[
        RuleOption {
            name: "columns",
            summary: "Names of columns that hold personal data, as the end of a column's name",
            default: OptionDefault::List(personal::PERSONAL),
        },
        RuleOption {
            name: "marker",
            summary: "What a comment that classifies holds; a fix begins the comment with the first",
            default: OptionDefault::List(&["pii:", "pii "]),
        },
    ],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    if !tables::is_table(context.relation) {
        return;
    }
    let options = sink.options();
    let markers = options.list("marker");
    for column in context.relation.columns.iter() {
        let Some(kind) = personal::kind_of(column, options.list("columns")) else {
            continue;
        };
        let refers =
            tables::foreign_keys(context.relation).any(|(_, _, key)| key.columns.contains(&column.name));
        if refers
            || personal::says(column.comment.as_ref(), markers)
            || !personal::is_readable(context.catalog, column)
        {
            continue;
        }
        let message = format!(
            "column `{}` of {} holds personal data ({kind}) and its comment doesn't say so",
            column.name, context.name
        );
        let marker = markers.first().map_or("pii:", |marker| marker.trim_end());
        let said = column
            .comment
            .as_ref()
            .map(|c| format!(": {c}"))
            .unwrap_or_default();
        let comment = format!("{marker} {kind}{said}").replace('\'', "''");
        let sql = format!(
            "COMMENT ON COLUMN {}.{} IS '{comment}';",
            context.name.quoted(),
            column.name.quoted()
        );
        let fix = cure::Statement {
            title: "Classify it in its comment",
            safety: Safety::Unsafe,
            file: &sql,
            migration: &sql,
        }
        .after(&context.all, sink, column.origin);
        // A comment that follows later would win over one that is put beside the column.
        let fix = match column.comment {
            Some(_) => crate::Fix {
                edits: Vec::new(),
                ..fix
            },
            None => fix,
        };
        sink.report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help(format!("classify it in its comment\n{sql}"))
            .fix(fix);
    }
}
