//! ## What it does
//!
//! Reports a statement, or a part of one, that PostgreSQL may well accept and that this program does not understand: a
//! form that its grammar lacks, or SQL that is only put together when it runs.
//!
//! ## Why is this bad?
//!
//! It isn't. But what the statement locks or changes is not known, so nothing else is said of it, and that silence must
//! not look like safety.
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
//! Write the statement out where that is possible; SQL inside DO blocks and literal EXECUTEs is understood.
//!
//! ```sql good
//! DO $$
//! BEGIN
//!   EXECUTE 'DROP TABLE orders';
//! END $$;
//! ```

use confiture_schema::change::Change;
use confiture_syntax::SyntaxErrorKind;

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "not-understood",
    summary: "A statement whose meaning this program can't tell",
    severity: Severity::Info,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Correctness],
    aliases: &[],
    provenance: &[],
    options: &[],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for error in statement
        .errors
        .iter()
        .filter(|e| e.kind == SyntaxErrorKind::NotUnderstood)
    {
        sink.report(statement, Subject::NONE, error.range, error.message.clone());
    }
    for change in statement.changes {
        if let Change::Unknown(unknown) = change
            && !statement.is_broken(unknown.range)
        {
            let message = format!("what this does is not known: {}", unknown.reason);
            sink.report(statement, Subject::NONE, unknown.range, message);
        }
    }
}
