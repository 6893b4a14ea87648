//! Types of expressions that need no catalog: casts, literals, conditions, a few built-in functions.

use confiture_syntax::Node;

use super::expr::{constant_type, unwrap};
use super::{Children, kind, types};
use crate::types::SqlType;

/// The type of an expression, where it is certain.
pub(super) fn type_of(node: Node<'_>) -> Option<SqlType> {
    let mut node = unwrap(node);
    loop {
        return match node.kind() {
            kind::AexprConst => literal_type(node),
            kind::func_application => function_type(types::named_type(node.child(kind::func_name)?)),
            kind::func_expr => {
                node = node.named().next()?;
                continue;
            }
            kind::func_expr_common_subexpr => special_type(node),
            kind::c_expr => {
                let exists = node.named().next()?.kind() == kind::kw_exists;
                exists.then(|| SqlType::named("bool"))
            }
            kind::a_expr | kind::a_expr_prec => match sign(node) {
                Some(operand) => {
                    node = unwrap(operand);
                    continue;
                }
                None => operation_type(node),
            },
            _ => None,
        };
    }
}

/// The literal that a sign stands before.
fn sign(node: Node<'_>) -> Option<Node<'_>> {
    let mut children = node.all();
    let (first, second, third) = (children.next()?, children.next()?, children.next());
    (third.is_none() && matches!(first.text(), "-" | "+")).then_some(second)
}

fn literal_type(node: Node<'_>) -> Option<SqlType> {
    if let Some(ty) = constant_type(node) {
        return Some(ty);
    }
    let literal = node.named().next()?;
    Some(SqlType::named(match literal.kind() {
        kind::Iconst => match literal.text().replace('_', "").parse::<i128>() {
            Ok(n) if n <= i128::from(i32::MAX) => "int4",
            Ok(n) if n <= i128::from(i64::MAX) => "int8",
            _ => "numeric",
        },
        kind::float_literal => "numeric",
        // A literal of unknown type becomes text in a query's output; so does NULL.
        kind::Sconst | kind::kw_null => "text",
        kind::kw_true | kind::kw_false => "bool",
        _ => return None,
    }))
}

/// Results of built-in functions that don't depend on their arguments.
fn function_type(name: SqlType) -> Option<SqlType> {
    if name.schema.is_some() {
        return None;
    }
    Some(SqlType::named(match name.name.as_str() {
        "count" | "row_number" | "rank" | "dense_rank" => "int8",
        "now" | "clock_timestamp" | "statement_timestamp" | "transaction_timestamp" => "timestamptz",
        "gen_random_uuid" | "uuid_generate_v4" => "uuid",
        "concat" | "concat_ws" | "format" | "to_char" | "md5" | "initcap" | "split_part"
        | "array_to_string" => "text",
        "replace" | "regexp_replace" | "quote_ident" | "quote_literal" => "text",
        "jsonb_build_object" | "jsonb_build_array" | "jsonb_agg" | "jsonb_object_agg" | "to_jsonb" => "jsonb",
        "json_build_object" | "json_build_array" | "json_agg" | "json_object_agg" | "to_json"
        | "row_to_json" => "json",
        "bool_and" | "bool_or" | "every" | "starts_with" => "bool",
        "char_length" | "array_length" | "cardinality" => "int4",
        _ => return None,
    }))
}

fn special_type(node: Node<'_>) -> Option<SqlType> {
    Some(SqlType::named(match node.named().next()?.kind() {
        kind::kw_cast => return node.child(kind::Typename).map(types::sql_type),
        kind::kw_current_timestamp if !node.has(kind::Iconst) => "timestamptz",
        kind::kw_current_date => "date",
        kind::kw_localtimestamp if !node.has(kind::Iconst) => "timestamp",
        kind::kw_current_user | kind::kw_session_user | kind::kw_user | kind::kw_current_role => "name",
        kind::kw_current_catalog | kind::kw_current_schema => "name",
        kind::kw_xmlexists => "bool",
        _ => return None,
    }))
}

/// Casts, and operations whose result is a truth value.
fn operation_type(node: Node<'_>) -> Option<SqlType> {
    let mut children = node.all();
    let (first, second) = (children.next()?, children.next()?);
    if second.text() == "::" {
        return node.child(kind::Typename).map(types::sql_type);
    }
    if first.kind() == kind::kw_not || first.kind() == kind::kw_unique {
        return Some(SqlType::named("bool"));
    }
    let truth = match second.kind() {
        kind::kw_and | kind::kw_or | kind::kw_is | kind::kw_isnull | kind::kw_notnull | kind::kw_not => true,
        kind::kw_in
        | kind::kw_like
        | kind::kw_ilike
        | kind::kw_similar
        | kind::kw_between
        | kind::subquery_Op => true,
        kind::kw_overlaps => true,
        kind::qual_Op => matches!(
            second.text(),
            "!=" | "@>" | "<@" | "~" | "~*" | "!~" | "!~*" | "~~" | "~~*"
        ),
        _ => matches!(second.text(), "=" | "<" | ">" | "<=" | ">=" | "<>"),
    };
    if truth {
        return Some(SqlType::named("bool"));
    }
    let text = second.kind() == kind::qual_Op && matches!(second.text(), "->>" | "#>>");
    text.then(|| SqlType::named("text"))
}
