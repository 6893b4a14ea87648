//! Schemas, extensions, types, functions, and the rest.

use super::{Script, columns, default};
use crate::catalog::{
    Catalog, Domain, Function, FunctionKey, FunctionKind, QualName, TypeDef, TypeKind, Volatility,
};
use crate::render::describe::signature;
use crate::render::normal::quoted_text;

/// Settings, schemas, extensions.
pub(crate) fn preamble(out: &mut Script, catalog: &Catalog) {
    // Bodies may name what comes later.
    out.statement("SET check_function_bodies = off");
    for (name, _) in &catalog.schemas {
        out.statement(format!("CREATE SCHEMA IF NOT EXISTS {}", name.quoted()));
    }
    if !catalog.schemas.is_empty() {
        // Text from files may leave the schema out.
        let mut schemas: Vec<_> = catalog.schemas.keys().cloned().collect();
        schemas.sort_by_key(|name| (name.as_str() != "public", name.clone()));
        out.statement(format!("SET search_path = {}", columns(&schemas)));
    }
    for (name, extension) in &catalog.extensions {
        let schema = extension
            .schema
            .as_ref()
            .filter(|s| catalog.schemas.contains_key(*s));
        let schema = schema
            .map(|s| format!(" SCHEMA {}", s.quoted()))
            .unwrap_or_default();
        out.statement(format!(
            "CREATE EXTENSION IF NOT EXISTS {}{schema}",
            name.quoted()
        ));
    }
}

pub(crate) fn type_definition(out: &mut Script, name: &QualName, definition: &TypeDef) {
    let name = name.quoted();
    match &definition.kind {
        TypeKind::Enum(labels) => {
            let labels: Vec<String> = labels.iter().map(|l| quoted_text(l)).collect();
            out.statement(format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", ")));
        }
        TypeKind::Composite(attributes) => {
            let attributes: Vec<String> = attributes
                .iter()
                .map(|(n, ty)| format!("{} {ty}", n.quoted()))
                .collect();
            out.statement(format!("CREATE TYPE {name} AS ({})", attributes.join(", ")));
        }
        TypeKind::Range(subtype) => {
            out.statement(format!("CREATE TYPE {name} AS RANGE (SUBTYPE = {subtype})"))
        }
        TypeKind::Domain(domain) => domain_definition(out, &name, domain),
        TypeKind::Base => out.statement(format!("CREATE TYPE {name}")),
    }
}

fn domain_definition(out: &mut Script, name: &str, domain: &Domain) {
    // A domain over another takes its default, unless it says NULL.
    let none = if domain.base.schema.is_some() {
        " DEFAULT NULL"
    } else {
        ""
    };
    let default = domain
        .default
        .as_ref()
        .map_or(none.to_owned(), |d| format!(" DEFAULT {}", default(d)));
    let not_null = if domain.not_null { " NOT NULL" } else { "" };
    let mut checks = String::new();
    for (check, condition, validated) in &domain.checks {
        if *validated {
            checks.push_str(&format!(
                " CONSTRAINT {} CHECK ({})",
                check.quoted(),
                condition.text
            ));
        }
    }
    out.statement(format!(
        "CREATE DOMAIN {name} AS {}{default}{not_null}{checks}",
        domain.base
    ));
    for (check, condition, validated) in &domain.checks {
        if !validated {
            let check = check.quoted();
            out.statement(format!(
                "ALTER DOMAIN {name} ADD CONSTRAINT {check} CHECK ({}) NOT VALID",
                condition.text
            ));
        }
    }
}

pub(crate) fn function(out: &mut Script, key: &FunctionKey, function: &Function) {
    let signature = signature(key);
    if matches!(function.kind, FunctionKind::Aggregate | FunctionKind::Window) {
        out.note(format!(
            "aggregate or window function {signature}: its definition is not a part of the catalog"
        ));
        return;
    }
    // A body of parsed SQL needs the relations that it names, which come later.
    let stored = function
        .definition
        .as_ref()
        .filter(|text| !text.contains("\nBEGIN ATOMIC\n"));
    if let Some(definition) = stored {
        out.statement(definition.trim_end());
        return;
    }
    out.note(format!("the body of {signature} is not a part of the catalog"));
    out.statement(format!("{} AS ''", header(key, function)));
}

/// What CREATE FUNCTION says before the body.
pub(crate) fn header(key: &FunctionKey, function: &Function) -> String {
    let signature = signature(key);
    let (word, returns) = match (&function.kind, &function.returns) {
        (FunctionKind::Procedure, _) => ("PROCEDURE", String::new()),
        (_, Some(returns)) => ("FUNCTION", format!(" RETURNS {returns}")),
        (_, None) => ("FUNCTION", " RETURNS void".to_owned()),
    };
    let volatility = match function.volatility {
        Volatility::Immutable => " IMMUTABLE",
        Volatility::Stable => " STABLE",
        Volatility::Volatile => "",
    };
    let strict = if function.strict { " STRICT" } else { "" };
    let definer = if function.security_definer {
        " SECURITY DEFINER"
    } else {
        ""
    };
    let path = if function.sets_search_path {
        " SET search_path FROM CURRENT"
    } else {
        ""
    };
    format!(
        "CREATE {word} {signature}{returns} LANGUAGE {}{volatility}{strict}{definer}{path}",
        function.language.quoted()
    )
}

/// What comes last: comments on objects that aren't relations, and what can only be named.
pub(crate) fn remaining(out: &mut Script, catalog: &Catalog) {
    for (key, _) in &catalog.others {
        out.note(format!(
            "{:?} {}: its definition is not a part of the catalog",
            key.kind, key.identity
        ));
    }
    let mut comment = |on: String, comment: &Option<std::sync::Arc<str>>| {
        if let Some(text) = comment {
            out.statement(format!("COMMENT ON {on} IS {}", quoted_text(text)));
        }
    };
    for (name, schema) in &catalog.schemas {
        comment(format!("SCHEMA {}", name.quoted()), &schema.comment);
    }
    for (name, extension) in &catalog.extensions {
        comment(format!("EXTENSION {}", name.quoted()), &extension.comment);
    }
    for (name, definition) in &catalog.types {
        let word = if matches!(definition.kind, TypeKind::Domain(_)) {
            "DOMAIN"
        } else {
            "TYPE"
        };
        comment(format!("{word} {}", name.quoted()), &definition.comment);
    }
    for (key, function) in &catalog.functions {
        let word = match function.kind {
            FunctionKind::Procedure => "PROCEDURE",
            FunctionKind::Aggregate | FunctionKind::Window => continue,
            FunctionKind::Function => "FUNCTION",
        };
        comment(format!("{word} {}", signature(key)), &function.comment);
    }
}
