//! Schemas, extensions, types, functions and the rest, described.

use super::{Item, Value};
use crate::catalog::{
    Catalog, Domain, Function, FunctionKey, FunctionKind, OtherKind, TypeDef, TypeKind, Volatility,
};
use crate::render::normal;

pub(super) fn schemas(catalog: &Catalog) -> Vec<Item> {
    let one = |(name, schema): (&confiture_syntax::Name, &std::sync::Arc<crate::catalog::Schema>)| {
        let mut item = Item::new("schema", name.quoted());
        item.comment(&schema.comment);
        item
    };
    catalog.schemas.iter().map(one).collect()
}

pub(super) fn extensions(catalog: &Catalog) -> Vec<Item> {
    let mut items = Vec::new();
    for (name, extension) in &catalog.extensions {
        let mut item = Item::new("extension", name.quoted());
        // Without SCHEMA in the statement the place depends on the session and on the extension.
        item.say(
            "schema",
            extension
                .schema
                .as_ref()
                .map_or(Value::Unknown, |s| Value::Quiet(s.quoted().to_string())),
        );
        item.comment(&extension.comment);
        items.push(item);
    }
    items
}

pub(super) fn types(catalog: &Catalog) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for (name, definition) in &catalog.types {
        items.push(type_item(&name.quoted(), definition));
    }
    items.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    items
}

pub(in crate::render) fn type_item(name: &str, definition: &TypeDef) -> Item {
    let mut item = Item::new(
        match definition.kind {
            TypeKind::Enum(_) => "enum",
            TypeKind::Composite(_) => "composite type",
            TypeKind::Domain(_) => "domain",
            TypeKind::Range(_) => "range type",
            TypeKind::Base => "base type",
        },
        name,
    );
    match &definition.kind {
        TypeKind::Enum(labels) => {
            item.list("labels", labels.iter().map(|l| normal::quoted_text(l)).collect())
        }
        TypeKind::Composite(attributes) => {
            let one = |(name, ty): &(confiture_syntax::Name, crate::types::SqlType)| {
                format!("{} {ty}", name.quoted())
            };
            item.list("attributes", attributes.iter().map(one).collect());
        }
        TypeKind::Domain(domain) => describe_domain(&mut item, domain),
        TypeKind::Range(subtype) => item.word("subtype", subtype.to_string()),
        TypeKind::Base => {}
    }
    item.comment(&definition.comment);
    item
}

fn describe_domain(item: &mut Item, domain: &Domain) {
    item.word("type", domain.base.to_string());
    item.mark("not null", domain.not_null);
    if let Some(default) = &domain.default
        && let Some(text) = normal::default(default, Some(&domain.base))
    {
        item.say("default", Value::Expr(text));
    }
    let mut checks: Vec<_> = domain.checks.iter().collect();
    checks.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, condition, validated) in checks {
        let mut check = Item::new("constraint", name.quoted());
        check.say("check", Value::Expr(normal::expr(condition)));
        check.mark("not valid", !validated);
        item.parts.push(check);
    }
}

pub(super) fn functions(catalog: &Catalog) -> Vec<Item> {
    let mut items: Vec<Item> = catalog
        .functions
        .iter()
        .map(|(key, f)| function(key, f))
        .collect();
    items.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    items
}

/// A function's name and input types, quoted: what `COMMENT ON FUNCTION` takes.
pub(crate) fn signature(key: &FunctionKey) -> String {
    let arguments: Vec<String> = key.arguments.iter().map(ToString::to_string).collect();
    format!("{}({})", key.name.quoted(), arguments.join(", "))
}

pub(in crate::render) fn function(key: &FunctionKey, function: &Function) -> Item {
    let kind = match function.kind {
        FunctionKind::Function => "function",
        FunctionKind::Procedure => "procedure",
        FunctionKind::Aggregate => "aggregate",
        FunctionKind::Window => "window function",
    };
    let mut item = Item::new(kind, signature(key));
    let aggregate = function.kind == FunctionKind::Aggregate;
    if aggregate {
        // What an aggregate gives is what its functions give; CREATE AGGREGATE doesn't say.
        item.say(
            "returns",
            function
                .returns
                .as_ref()
                .map_or(Value::Unknown, |_| Value::Unknown),
        );
    } else {
        item.optional_word("returns", function.returns.as_ref().map(ToString::to_string));
        item.word("language", function.language.quoted());
        item.word(
            "volatility",
            match function.volatility {
                Volatility::Immutable => "immutable",
                Volatility::Stable => "stable",
                Volatility::Volatile => "volatile",
            },
        );
        item.mark("strict", function.strict);
        item.mark("security definer", function.security_definer);
        item.mark("sets search_path", function.sets_search_path);
    }
    item.comment(&function.comment);
    item
}

pub(super) fn others(catalog: &Catalog) -> Vec<Item> {
    let mut items = Vec::new();
    for (key, object) in &catalog.others {
        let Some(kind) = other_kind(key.kind) else {
            continue;
        };
        let mut item = Item::new(kind, key.identity.to_string());
        let mut relations: Vec<String> = object
            .relations
            .iter()
            .map(crate::catalog::QualName::quoted)
            .collect();
        relations.sort();
        item.list("relations", relations);
        item.comment(&object.comment);
        items.push(item);
    }
    items
}

/// The kind in words; `None` for what a whole server shares.
fn other_kind(kind: OtherKind) -> Option<&'static str> {
    Some(match kind {
        OtherKind::Role | OtherKind::Tablespace | OtherKind::Subscription => return None,
        OtherKind::AccessMethod => "access method",
        OtherKind::Cast => "cast",
        OtherKind::Collation => "collation",
        OtherKind::Conversion => "conversion",
        OtherKind::EventTrigger => "event trigger",
        OtherKind::ForeignDataWrapper => "foreign-data wrapper",
        OtherKind::Language => "language",
        OtherKind::Operator => "operator",
        OtherKind::OperatorClass => "operator class",
        OtherKind::OperatorFamily => "operator family",
        OtherKind::Publication => "publication",
        OtherKind::Server => "server",
        OtherKind::Statistics => "statistics",
        OtherKind::TextSearchConfiguration => "text search configuration",
        OtherKind::TextSearchDictionary => "text search dictionary",
        OtherKind::TextSearchParser => "text search parser",
        OtherKind::TextSearchTemplate => "text search template",
        OtherKind::Transform => "transform",
        OtherKind::UserMapping => "user mapping",
    })
}
