//! ## What it does
//!
//! Reports functions that run with their owner's rights (`SECURITY DEFINER`) and don't set `search_path`.
//!
//! ## Why is this bad?
//!
//! The caller chooses the `search_path`. A table or function of the caller's, in a schema that comes first, takes the
//! place of the one that the function means, and it is used with the owner's rights.
//!
//! ```sql bad
//! CREATE FUNCTION balance(account bigint) RETURNS numeric LANGUAGE sql SECURITY DEFINER
//! AS $$ SELECT sum(amount) FROM entries WHERE account_id = account $$;
//! ```
//!
//! ```sql bad schema
//! CREATE FUNCTION balance(account bigint) RETURNS numeric LANGUAGE sql SECURITY DEFINER
//! AS $$ SELECT sum(amount) FROM entries WHERE account_id = account $$;
//! ```
//!
//! ## Instead
//!
//! Name the schemas that it needs, and `pg_temp` last, or it comes first:
//!
//! ```sql good
//! CREATE FUNCTION balance(account bigint) RETURNS numeric LANGUAGE sql SECURITY DEFINER
//! SET search_path = public, pg_temp
//! AS $$ SELECT sum(amount) FROM entries WHERE account_id = account $$;
//! ```

use confiture_schema::catalog::{Function, FunctionKey, FunctionKind};
use confiture_schema::change::Change;
use confiture_syntax::TextRange;

use crate::context::{CatalogContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};
use crate::{Edit, Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "security-definer-search-path",
    summary: "A function runs with its owner's rights and the caller's search_path",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Security],
    aliases: &["function-search-path-mutable"],
    provenance: &[pgls("functionSearchPathMutable")],
    options: &[],
    check: Check::Catalog(check),
};

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    for (key, function) in context.catalog.functions.iter() {
        // Code in C looks up nothing by name.
        let compiled = matches!(function.language.as_str(), "c" | "internal");
        if !function.security_definer || function.sets_search_path || compiled {
            continue;
        }
        let message = format!(
            "{} {key} runs with its owner's rights and the caller's search_path",
            word(function.kind)
        );
        let path = search_path(key);
        let alter = format!(
            "ALTER {} {} SET search_path = {path};",
            word(function.kind).to_uppercase(),
            signature(key)
        );
        let mut fix = Fix::new("Set its search_path", Safety::Unsafe).migration(&alter);
        if let Some(edit) = set_in_place(context, sink, function, &path) {
            fix = fix.edit(edit);
        }
        sink.report_origin(Subject::relation(&key.name), function.origin, message)
            .help(format!("name the schemas that it needs, pg_temp last\n{alter}"))
            .fix(fix);
    }
}

fn word(kind: FunctionKind) -> &'static str {
    match kind {
        FunctionKind::Procedure => "procedure",
        _ => "function",
    }
}

/// The function's own schema, and `public`, where extensions are.
fn search_path(key: &FunctionKey) -> String {
    match key.name.schema.as_str() {
        "public" => "public, pg_temp".to_owned(),
        _ => format!("{}, public, pg_temp", key.name.schema.quoted()),
    }
}

fn signature(key: &FunctionKey) -> String {
    let arguments: Vec<String> = key.arguments.iter().map(ToString::to_string).collect();
    format!("{}({})", key.name.quoted(), arguments.join(", "))
}

/// The clause after the body of the statement that defines the function, where a file that builds a schema does.
fn set_in_place(
    context: &CatalogContext<'_>,
    sink: &Sink<'_>,
    function: &Function,
    path: &str,
) -> Option<Edit> {
    if context.is_migrated(function.origin) {
        return None;
    }
    let body = context.changes(function.origin).iter().find_map(body_string)?;
    let text = sink
        .text(function.origin)?
        .get(body.start as usize..body.end as usize)?;
    // After BEGIN ATOMIC … END nothing can stand.
    let is_string = text.starts_with(['\'', '$', 'e', 'E']);
    is_string.then(|| {
        sink.edit(
            function.origin,
            TextRange::empty(body.end),
            format!("\nSET search_path = {path}"),
        )
    })?
}

fn body_string(change: &Change) -> Option<TextRange> {
    match change {
        Change::CreateFunction(function) => function.body_range,
        _ => None,
    }
}
