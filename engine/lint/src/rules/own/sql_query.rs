//! ## What it does
//!
//! Asks a server's catalog by a query of the project's own; each row that comes back is a finding, shown where the
//! project defines the relation that the row names:
//!
//! ```yaml
//! linting:
//!   custom_rules:
//!     - name: no_wide_tables
//!       severity: warning
//!       sql: |
//!         SELECT attrelid::regclass AS relation, count(*) || ' columns' AS message
//!         FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
//!         WHERE attnum > 0 AND relkind = 'r' AND relnamespace = 'public'::regnamespace
//!         GROUP BY attrelid HAVING count(*) > 50
//! ```
//!
//! The columns of the answer: `relation` (or `object`), a name with or without its schema, `schema`, `column` and
//! `message`; all but the first may be left out. `sql` is the query, or the path of a `.sql` file beside the
//! configuration. It only reads. With `--env` the environment's database is asked, otherwise a private server that the
//! project was loaded into; `target: live` and `target: shadow` take one of them alone.
//!
//! ## Why is this bad?
//!
//! The query says what the project doesn't want; its `message` says why.
//!
//! ## Instead
//!
//! That, too, the message says.

use crate::Severity;
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "sql-query",
    summary: "A query of the project's own finds something in a server's catalog",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Own],
    aliases: &["sql"],
    provenance: &[],
    options: &[
        RuleOption {
            name: "sql",
            summary: "The query, or the path of a `.sql` file that holds it",
            default: OptionDefault::Text(""),
        },
        RuleOption {
            name: "target",
            summary: "The server that is asked",
            default: OptionDefault::Choice("any", &["any", "shadow", "live"]),
        },
    ],
    check: Check::Server,
};
