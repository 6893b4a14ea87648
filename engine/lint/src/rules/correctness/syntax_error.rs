//! ## What it does
//!
//! Reports a statement that PostgreSQL refuses to parse, at the place that PostgreSQL names or as near as can be told.
//! Every other statement of the file is understood all the same.
//!
//! ## Why is this bad?
//!
//! The migration fails when it runs: in the middle, where the tool does not wrap it in a transaction. What the broken
//! statement would have created is unknown to everything that comes after it.
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12, 2,);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12, 2));
//! ```

use confiture_syntax::SyntaxErrorKind;

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls, squawk};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "syntax-error",
    summary: "A statement that PostgreSQL can't parse",
    severity: Severity::Error,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Correctness],
    aliases: &[],
    provenance: &[squawk("syntax-error"), pgls("syntax")],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for error in statement
        .errors
        .iter()
        .filter(|e| e.kind == SyntaxErrorKind::Syntax)
    {
        sink.report(statement, Subject::NONE, error.range, error.message.clone());
    }
}
