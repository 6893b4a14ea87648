//! ## What it does
//!
//! Reports a `SECURITY DEFINER` function in PL/pgSQL that executes a string which it puts together from its own arguments
//! without quoting them. With the option `all_functions`, other functions count too.
//!
//! ## Why is this bad?
//!
//! Whoever calls the function chooses what is executed: an argument such as `x; DROP TABLE orders` is a statement of its
//! own, and it runs with the owner's rights.
//!
//! ```sql bad
//! CREATE FUNCTION count_rows(p_table text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$
//! DECLARE
//!     result bigint;
//! BEGIN
//!     EXECUTE 'SELECT count(*) FROM ' || p_table INTO result;
//!     RETURN result;
//! END;
//! $$;
//! ```
//!
//! ## Instead
//!
//! `format` quotes: `%I` a name, `%L` a value. Values are better passed with `USING`.
//!
//! ```sql good
//! CREATE FUNCTION count_rows(p_table text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$
//! DECLARE
//!     result bigint;
//! BEGIN
//!     EXECUTE format('SELECT count(*) FROM %I', p_table) INTO result;
//!     RETURN result;
//! END;
//! $$;
//! ```

use confiture_schema::change::{Change, CreateFunction, Unknown};
use confiture_schema::expr::Expr;
use confiture_syntax::{Name, TextRange};

use crate::Severity;
use crate::context::{Sink, StatementContext, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unquoted-dynamic-sql",
    summary: "A function executes a string with its arguments in it, unquoted",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Security],
    aliases: &["sql-injection"],
    provenance: &[],
    options: &[RuleOption {
        name: "all_functions",
        summary: "Whether functions that run with their caller's rights count too",
        default: OptionDefault::Bool(false),
    }],
    check: Check::Statement(check),
};

fn check(statement: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let all = sink.options().is_on("all_functions");
    for change in statement.changes {
        let Change::CreateFunction(function) = change else {
            continue;
        };
        let first = computed(function)
            .filter(|_| all || function.security_definer)
            .find_map(|range| Some((range, unquoted(statement.text, range, function)?)));
        let Some((range, argument)) = first else { continue };
        let name = statement.before.resolve_new(&function.name);
        let message = format!("function {name} executes SQL with its argument `{argument}` in it, unquoted");
        sink.report(statement, Subject::relation(&name), range, message)
            .help("use format: %I quotes a name, %L a value; or pass values with USING");
    }
}

/// Where a function's body executes strings that it computes.
fn computed(function: &CreateFunction) -> impl Iterator<Item = TextRange> {
    let changes = function.body.iter().flat_map(|nested| &nested.changes);
    changes.filter_map(|change| match change {
        Change::Unknown(unknown) if &*unknown.reason == Unknown::COMPUTED => Some(unknown.range),
        _ => None,
    })
}

/// The function's argument that a string is put together from as it is. An expression with any call or cast in it is left
/// alone: it may quote.
fn unquoted(text: &str, range: TextRange, function: &CreateFunction) -> Option<Name> {
    let expr = Expr::parse(text.get(range.start as usize..range.end as usize)?);
    let facts = &expr.facts;
    let opaque = facts.incomplete || facts.subquery || !facts.functions.is_empty() || !facts.casts.is_empty();
    if opaque || facts.bare_column.is_some() {
        return None;
    }
    let texts = function.arguments.iter().filter(|argument| {
        let ty = &argument.ty.ty;
        argument.mode.is_input() && (ty.is("text") || ty.is("varchar"))
    });
    texts
        .filter_map(|argument| argument.name.as_ref())
        .map(|name| name.name.clone())
        .find(|name| facts.columns.contains(name))
}
