//! ## What it does
//!
//! Reports a column whose name says that it holds passwords and whose type is text, while neither the name nor the
//! column's comment says that what it holds is a hash.
//!
//! ## Why is this bad?
//!
//! Whoever reads the table, a backup of it or a log of its queries has the passwords. A hash made for passwords (argon2,
//! scrypt, bcrypt) is all that a login needs.
//!
//! ```sql bad
//! CREATE TABLE users (id bigint PRIMARY KEY, name text, password text);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE users (id bigint PRIMARY KEY, name text, password_hash text);
//! ```
//!
//! Where the column keeps its name, its comment says what it holds:
//!
//! ```sql good
//! CREATE TABLE users (id bigint PRIMARY KEY, name text, password text);
//! COMMENT ON COLUMN users.password IS 'argon2id hash';
//! ```

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::shared::{personal, tables};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "password-hash",
    summary: "A password is kept as it is, as far as its column tells",
    severity: Severity::Error,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Security],
    aliases: &[
        "password-fields-must-be-hashed",
        "require-password-hash",
        "passwords-hashed",
    ],
    provenance: &[],
    options: &[
        RuleOption {
            name: "columns",
            summary: "Names of columns that hold passwords, as the end of a column's name",
            default: OptionDefault::List(&["password", "passwd", "pwd", "passphrase"]),
        },
        RuleOption {
            name: "markers",
            summary: "Words that say, in a name or a comment, that it is no plain text",
            default: OptionDefault::List(&[
                "hash", "digest", "bcrypt", "scrypt", "argon", "pbkdf", "crypt", "masked",
            ]),
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
        if marked
            || column.generated.is_some()
            || personal::kind_of(column, options.list("columns")).is_none()
            || !personal::is_text(context.catalog, column)
        {
            continue;
        }
        let message = format!(
            "nothing says that column `{}` of {} holds a hash rather than the password",
            column.name, context.name
        );
        sink.report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help("keep only a hash made for passwords, and say so in the column's name or comment");
    }
}
