//! ## What it does
//!
//! Reports what a tree-sitter query of the project's own finds in its statements, those in function bodies and DO blocks
//! included. The nodes are those of PostgreSQL's grammar, and predicates such as `#eq?`, `#match?` and `#any-of?` work:
//!
//! ```yaml
//! linting:
//!   custom_rules:
//!     - name: no_truncate
//!       query: (TruncateStmt) @finding
//!       message: "TRUNCATE empties {@finding}: delete in batches"
//!       severity: error
//!       example:
//!         bad: TRUNCATE orders
//!         good: DELETE FROM orders WHERE id = 1
//! ```
//!
//! `query` is the query, or the path of a `.scm` file beside the configuration. What is captured as `@finding` is
//! reported, else the first capture. `{@name}` in `message` and `fix` is the text of a capture; `fix` replaces what is
//! captured as `@fix`, else what is reported.
//!
//! ## Why is this bad?
//!
//! The query says what the project doesn't want; the message says why.
//!
//! ```yaml given
//! linting:
//!   rules:
//!     tree-query:
//!       query: (TruncateStmt) @finding
//!       message: TRUNCATE is not for this project
//! ```
//!
//! ```sql bad
//! TRUNCATE orders;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! DELETE FROM orders WHERE placed_at < '2020-01-01';
//! ```

use crate::Severity;
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "tree-query",
    summary: "A query of the project's own finds something in a statement",
    severity: Severity::Warning,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Own],
    aliases: &["query"],
    provenance: &[],
    options: &[
        RuleOption {
            name: "query",
            summary: "The tree-sitter query, or the path of a `.scm` file that holds it",
            default: OptionDefault::Text(""),
        },
        RuleOption {
            name: "fix",
            summary: "The text that cures a finding; `{@name}` is the text of a capture",
            default: OptionDefault::Text(""),
        },
    ],
    check: Check::Query,
};
