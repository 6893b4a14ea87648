//! ## What it does
//!
//! Reports columns whose names say that they hold sensitive personal data, of a type that a person can read, where the
//! column's comment doesn't say that they are encrypted or masked.
//!
//! ## Why is this bad?
//!
//! Such data is read from stolen backups, from logs and from copies for tests. Encrypted, masked or kept elsewhere, it
//! isn't.
//!
//! ```sql bad
//! CREATE TABLE customers (id bigint PRIMARY KEY, social_security_number text);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE customers (id bigint PRIMARY KEY, social_security_number bytea);
//! COMMENT ON COLUMN customers.social_security_number IS 'encrypted by the application';
//! ```
//!
//! Where the values are text all the same, the comment says how they are protected:
//!
//! ```sql good
//! CREATE TABLE customers (id bigint PRIMARY KEY, card_number text);
//! COMMENT ON COLUMN customers.card_number IS 'masked: the last four digits';
//! ```

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::shared::{personal, tables};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "plain-text-pii",
    summary: "Sensitive personal data is kept as plain text",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Security, Category::Compliance],
    aliases: &[
        "warn-plain-text-pii",
        "sensitive-columns-must-be-masked",
        "pii-encrypted",
    ],
    provenance: &[],
    options: &[
        RuleOption {
            name: "columns",
            summary: "Names of columns that hold sensitive data, as the end of a column's name",
            default: OptionDefault::List(personal::SENSITIVE),
        },
        RuleOption {
            name: "markers",
            summary: "Words that say, in a name or a comment, that it is protected",
            default: OptionDefault::List(&["encrypted", "masked", "hash", "token", "pseudonym", "anonym"]),
        },
    ],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    if !tables::is_table(context.relation) {
        return;
    }
    let options = sink.options();
    for column in context.relation.columns.iter() {
        let markers = options.list("markers");
        let marked = markers
            .iter()
            .any(|word| column.name.as_str().contains(word.as_str()))
            || personal::says(column.comment.as_ref(), markers);
        let Some(kind) = personal::kind_of(column, options.list("columns")) else {
            continue;
        };
        // A key that refers to the table of addresses is no address.
        let refers =
            tables::foreign_keys(context.relation).any(|(_, _, key)| key.columns.contains(&column.name));
        if marked || refers || !personal::is_readable(context.catalog, column) {
            continue;
        }
        let message = format!(
            "column `{}` of {} holds personal data ({kind}) in plain text",
            column.name, context.name
        );
        sink.report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help("encrypt or mask it, and say so in the column's comment");
    }
}
