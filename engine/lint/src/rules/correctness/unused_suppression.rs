//! ## What it does
//!
//! Reports a comment that silences a rule which has nothing to say there. Rules that did not look, because they are off
//! or were not chosen for this run, don't count; nor do statements that can't be parsed.
//!
//! ## Why is this bad?
//!
//! The comment speaks of a danger that is gone. It will silence the next one without anybody having looked at it.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql bad
//! -- confiture: ignore data-loss: nothing has read it since March
//! ALTER TABLE orders ADD COLUMN note text;
//! ```
//!
//! ```sql bad
//! -- confiture: ignore data-loss, naming-convention: nothing has read it since March
//! DROP TABLE orders;
//! ```
//!
//! ## Instead
//!
//! Remove it, or only the name that isn't needed.
//!
//! ```sql good
//! -- confiture: ignore data-loss: nothing has read it since March
//! DROP TABLE orders;
//! ```

use crate::Severity;
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unused-suppression",
    summary: "A comment silences a rule that has nothing to say there",
    severity: Severity::Info,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Correctness],
    aliases: &[],
    provenance: &[],
    options: &[],
    check: Check::Suppressions,
};
