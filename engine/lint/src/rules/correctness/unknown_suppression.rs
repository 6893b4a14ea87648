//! ## What it does
//!
//! Reports a comment that is to silence rules and does not: it names a rule that does not exist, is misspelt itself, or
//! gives its reason without a colon.
//!
//! ## Why is this bad?
//!
//! Whoever wrote it believes that the finding was looked at and settled, and so does whoever reviews it. The comment
//! says so and nothing listens.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql bad
//! -- confiture: ignore data-los: nothing has read it since March
//! DROP TABLE orders;
//! ```
//!
//! ```sql bad
//! -- confiture: ingore data-loss: nothing has read it since March
//! DROP TABLE orders;
//! ```
//!
//! ```sql bad
//! -- confiture: ignore data-loss nothing has read it since March
//! DROP TABLE orders;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! -- confiture: ignore data-loss: nothing has read it since March
//! DROP TABLE orders;
//! ```

use crate::Severity;
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unknown-suppression",
    summary: "A comment that is to silence rules names none, or can't be read",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Correctness],
    aliases: &[],
    provenance: &[],
    options: &[],
    check: Check::Suppressions,
};
