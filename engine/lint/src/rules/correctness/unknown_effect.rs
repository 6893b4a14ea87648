//! ## What it does
//!
//! Reports a statement of which something that it locks, scans or rewrites isn't known: it names a relation that no
//! earlier script creates, or is of a form whose locks aren't modelled. Statements that only read and write rows are
//! left alone.
//!
//! ## Why is this bad?
//!
//! Other rules judge by what is known. Where you want proof that every statement was judged, switch this on.
//!
//! ```sql bad
//! DO $$
//! BEGIN
//!   EXECUTE 'DROP TABLE ' || (SELECT max(tablename) FROM pg_tables);
//! END $$;
//! ```
//!
//! ## Instead
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql good
//! ALTER TABLE orders ADD COLUMN note text;
//! ```

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unknown-effect",
    summary: "A statement whose locks or work aren't fully known",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Live,
    categories: &[Category::Correctness],
    aliases: &[],
    provenance: &[],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !statement.changes_schema() {
        return;
    }
    for cause in &statement.risk.effect.unknown {
        sink.report(
            statement,
            Subject::NONE,
            cause.range,
            format!("the effect of this is not fully known: {}", cause.reason),
        );
    }
}
