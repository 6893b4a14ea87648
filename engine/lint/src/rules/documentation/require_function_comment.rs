//! ## What it does
//!
//! Reports functions, procedures and aggregates without a comment when all scripts are through. It must be switched on.
//!
//! ## Why is this bad?
//!
//! Who calls a function reads its name and the types of its arguments, not its body.
//!
//! ```sql bad
//! CREATE FUNCTION vat(amount numeric) RETURNS numeric LANGUAGE sql AS 'SELECT $1 * 0.19';
//! ```
//!
//! ```sql bad schema
//! CREATE FUNCTION vat(amount numeric) RETURNS numeric LANGUAGE sql AS 'SELECT $1 * 0.19';
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE FUNCTION vat(amount numeric) RETURNS numeric LANGUAGE sql AS 'SELECT $1 * 0.19';
//! COMMENT ON FUNCTION vat(numeric) IS 'The tax on a net amount, not rounded.';
//! ```
//!
//! ## Fix
//!
//! A comment is added that holds the place of yours.

use confiture_schema::catalog::{FunctionKey, FunctionKind};

use crate::Severity;
use crate::context::{CatalogContext, Sink, Subject, has_comment};
use crate::rule::{Activation, Category, Check, Rule, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "require-function-comment",
    summary: "A function has no comment",
    severity: Severity::Info,
    activation: Activation::OnRequest,
    scope: Scope::Everywhere,
    categories: &[Category::Documentation],
    aliases: &["require-function-comments", "function-comments"],
    provenance: &[],
    options: &[],
    check: Check::Catalog(check),
};

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    for (key, function) in context.catalog.functions.iter() {
        if has_comment(function.comment.as_deref()) {
            continue;
        }
        let kind = match function.kind {
            FunctionKind::Procedure => "PROCEDURE",
            // An aggregate's signature may need ORDER BY, which its key lacks.
            FunctionKind::Aggregate => "AGGREGATE",
            FunctionKind::Function | FunctionKind::Window => "FUNCTION",
        };
        let object = signature(key);
        let message = format!("{} {key} has no comment", kind.to_lowercase());
        let fix = context.comment(function.origin, kind, &object, &key.name.name);
        let finding = sink
            .report_origin(Subject::relation(&key.name), function.origin, message)
            .help(format!("say what it does\nCOMMENT ON {kind} {object} IS '…';"));
        if function.kind != FunctionKind::Aggregate {
            finding.fix(fix);
        }
    }
}

fn signature(key: &FunctionKey) -> String {
    let arguments: Vec<String> = key.arguments.iter().map(ToString::to_string).collect();
    format!("{}({})", key.name.quoted(), arguments.join(", "))
}
