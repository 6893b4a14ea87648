//! Types as a statement writes them, built-in spellings made internal names.

use std::sync::Arc;

use confiture_syntax::{Name, Node};

use super::{Children, Reader, kind, name_of};
use crate::change::TypeRef;
use crate::types::SqlType;

impl Reader<'_> {
    /// A type in any place: `Typename`, `func_type`, `func_return`, `SimpleTypename`.
    pub(super) fn type_ref(&self, node: Node<'_>) -> TypeRef {
        let mut inner = node;
        while let Some(deeper) = inner
            .child(kind::func_type)
            .or_else(|| inner.child(kind::Typename))
        {
            inner = deeper;
        }
        let percent_type = inner.has(kind::attrs);
        let ty = if percent_type {
            placeholder(inner)
        } else {
            sql_type(inner)
        };
        TypeRef {
            ty,
            serial: false,
            setof: inner.has(kind::kw_setof),
            percent_type,
            range: self.range(node),
        }
    }

    /// The type of a column's definition, where `serial` is a type.
    pub(super) fn column_type(&self, node: Node<'_>) -> TypeRef {
        let mut ty = self.type_ref(node);
        if ty.ty.schema.is_none() && !ty.ty.array && !ty.percent_type {
            let integer = match ty.ty.name.as_str() {
                "serial" | "serial4" => "int4",
                "bigserial" | "serial8" => "int8",
                "smallserial" | "serial2" => "int2",
                _ => return ty,
            };
            // `pg_catalog.serial` is no type at all: only the bare name is.
            if node.find(kind::attrs).is_none() {
                ty.ty = SqlType::named(integer);
                ty.serial = true;
            }
        }
        ty
    }
}

/// `relation.column%TYPE`: what it copies is the catalog's to say.
fn placeholder(node: Node<'_>) -> SqlType {
    SqlType {
        schema: None,
        name: Name::new(node.text()),
        modifiers: None,
        array: false,
    }
}

/// The type that a `Typename` or `SimpleTypename` spells.
pub(crate) fn sql_type(node: Node<'_>) -> SqlType {
    let simple = if node.kind() == kind::Typename {
        node.child(kind::SimpleTypename).unwrap_or(node)
    } else {
        node
    };
    let mut ty = simple_type(simple);
    ty.array |= node.has(kind::opt_array_bounds) || node.has(kind::kw_array);
    ty
}

fn named(name: &str, modifiers: Option<Arc<str>>) -> SqlType {
    SqlType {
        schema: None,
        name: Name::new(name),
        modifiers,
        array: false,
    }
}

/// The type that a `SimpleTypename` or `ConstTypename` spells.
pub(crate) fn simple_type(node: Node<'_>) -> SqlType {
    for child in node.all() {
        return match child.kind() {
            kind::GenericType => generic(child),
            kind::Numeric => numeric(child),
            kind::Bit | kind::ConstBit => bit(child),
            kind::Character | kind::ConstCharacter => character(child),
            kind::ConstDatetime => datetime(child),
            kind::ConstInterval => named("interval", interval_modifiers(node)),
            kind::JsonType => named("json", None),
            _ => continue,
        };
    }
    named(node.text(), None)
}

/// A type named by an identifier. `pg_catalog` goes without saying.
fn generic(node: Node<'_>) -> SqlType {
    let mut parts: Vec<Name> = Vec::with_capacity(2);
    for child in node.all() {
        match child.kind() {
            kind::type_function_name => parts.push(name_of(child)),
            kind::attrs => parts.extend(child.list(kind::attr_name).into_iter().map(name_of)),
            _ => {}
        }
    }
    let name = parts.pop().unwrap_or_else(|| Name::new(""));
    let schema = parts.pop().filter(|s| s.as_str() != "pg_catalog");
    let mut modifiers = modifiers(node);
    if schema.is_none() && name.as_str() == "numeric" {
        modifiers = modifiers.map(with_scale);
    }
    if schema.is_none()
        && let Some(element) = array_element(name.as_str())
    {
        return SqlType {
            schema,
            name: Name::new(element),
            modifiers,
            array: true,
        };
    }
    SqlType {
        schema,
        name,
        modifiers,
        array: false,
    }
}

/// The element of an array type under its internal name: `_text` is `text[]`.
fn array_element(name: &str) -> Option<&str> {
    const ELEMENTS: &[&str] = &[
        "bit",
        "bool",
        "bpchar",
        "bytea",
        "char",
        "cidr",
        "date",
        "float4",
        "float8",
        "inet",
        "int2",
        "int4",
        "int8",
        "interval",
        "json",
        "jsonb",
        "name",
        "numeric",
        "oid",
        "regclass",
        "text",
        "time",
        "timestamp",
        "timestamptz",
        "timetz",
        "uuid",
        "varbit",
        "varchar",
        "xml",
    ];
    name.strip_prefix('_')
        .filter(|element| ELEMENTS.contains(element))
}

/// What stands between a type's parentheses, without blanks: `10,2`.
fn modifiers(node: Node<'_>) -> Option<Arc<str>> {
    let list = match node.child(kind::opt_type_modifiers) {
        Some(m) => m.child(kind::expr_list)?,
        None => node.child(kind::expr_list)?,
    };
    let mut text = String::new();
    for item in list.list(kind::a_expr) {
        if !text.is_empty() {
            text.push(',');
        }
        match item.find(kind::Sconst) {
            Some(string) => text.push_str(&string.string_value().unwrap_or_default()),
            None => text.push_str(item.text()),
        }
    }
    Some(text.into())
}

/// `numeric(10)` is `numeric(10,0)`.
fn with_scale(modifiers: Arc<str>) -> Arc<str> {
    if modifiers.contains(',') {
        modifiers
    } else {
        format!("{modifiers},0").into()
    }
}

fn numeric(node: Node<'_>) -> SqlType {
    let Some(word) = node.named().next() else {
        return named("numeric", None);
    };
    match word.kind() {
        kind::kw_int | kind::kw_integer => named("int4", None),
        kind::kw_smallint => named("int2", None),
        kind::kw_bigint => named("int8", None),
        kind::kw_real => named("float4", None),
        kind::kw_double => named("float8", None),
        kind::kw_boolean => named("bool", None),
        kind::kw_float => {
            let bits = node.child(kind::opt_float).and_then(integer);
            named(
                if bits.is_some_and(|b| b <= 24) {
                    "float4"
                } else {
                    "float8"
                },
                None,
            )
        }
        _ => named("numeric", modifiers(node).map(with_scale)),
    }
}

/// The integer between parentheses of this node.
pub(super) fn integer(node: Node<'_>) -> Option<i64> {
    let text = node.child(kind::Iconst)?.text();
    text.replace('_', "").parse().ok()
}

fn bit(node: Node<'_>) -> SqlType {
    let Some(inner) = node.named().next() else {
        return named("bit", None);
    };
    let varying = inner.has(kind::opt_varying);
    match modifiers(inner) {
        length @ Some(_) => named(if varying { "varbit" } else { "bit" }, length),
        None if varying => named("varbit", None),
        // A constant's BIT has any length; elsewhere it is BIT(1).
        None => named("bit", (node.kind() == kind::Bit).then(|| "1".into())),
    }
}

fn character(node: Node<'_>) -> SqlType {
    let Some(inner) = node.named().next() else {
        return named("bpchar", None);
    };
    let varying = inner
        .child(kind::character)
        .is_some_and(|c| c.has(kind::opt_varying) || c.has(kind::kw_varchar));
    match integer(inner) {
        Some(length) => named(
            if varying { "varchar" } else { "bpchar" },
            Some(length.to_string().into()),
        ),
        None if varying => named("varchar", None),
        None => named("bpchar", (node.kind() == kind::Character).then(|| "1".into())),
    }
}

fn datetime(node: Node<'_>) -> SqlType {
    let zoned = node
        .child(kind::opt_timezone)
        .is_some_and(|z| z.has(kind::kw_with));
    let name = match (node.has(kind::kw_timestamp), zoned) {
        (true, true) => "timestamptz",
        (true, false) => "timestamp",
        (false, true) => "timetz",
        (false, false) => "time",
    };
    named(name, integer(node).map(precision))
}

/// PostgreSQL keeps at most six digits of a second.
fn precision(digits: i64) -> Arc<str> {
    digits.min(6).to_string().into()
}

/// `interval(3)`, `interval day to second(3)`.
fn interval_modifiers(node: Node<'_>) -> Option<Arc<str>> {
    if let Some(digits) = integer(node) {
        return Some(precision(digits));
    }
    let fields = node.child(kind::opt_interval)?;
    let mut text = String::new();
    for child in fields.all() {
        if !text.is_empty() {
            text.push(' ');
        }
        if child.kind() == kind::interval_second {
            text.push_str("second");
            if let Some(digits) = integer(child) {
                text.push_str(&format!("({})", precision(digits)));
            }
        } else {
            text.push_str(&child.text().to_ascii_lowercase());
        }
    }
    Some(text.into())
}

/// The type that a name before a literal spells: `mytype 'x'`.
pub(super) fn named_type(func_name: Node<'_>) -> SqlType {
    let mut parts: Vec<Name> = Vec::with_capacity(2);
    for child in func_name.named() {
        if child.kind() == kind::indirection {
            let elements = child.list(kind::indirection_el).into_iter();
            parts.extend(elements.filter_map(|e| e.child(kind::attr_name)).map(name_of));
        } else {
            parts.push(name_of(child));
        }
    }
    let name = parts.pop().unwrap_or_else(|| Name::new(""));
    let schema = parts.pop().filter(|s| s.as_str() != "pg_catalog");
    SqlType {
        schema,
        name,
        modifiers: None,
        array: false,
    }
}
