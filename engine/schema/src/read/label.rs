//! The name that PostgreSQL gives an output column without AS (parse_target.c, `FigureColname`).

use confiture_syntax::{Name, Node};

use super::expr::{constant_type, unwrap};
use super::output::targets;
use super::query::leading_select;
use super::{Children, Kind, kind, name_of, types};

/// The column's name.
pub(super) fn figure(expr: Node<'_>) -> Name {
    // A cast's or CASE's name counts only where what is inside gives none; the outermost wins.
    let mut fallback: Option<Name> = None;
    let mut node = expr;
    loop {
        node = unwrap(node);
        match step(node) {
            Step::Named(name) => return name,
            Step::Weak(name, inner) => {
                fallback.get_or_insert(name);
                match inner {
                    Some(inner) => node = inner,
                    None => break,
                }
            }
            Step::Into(inner) => node = inner,
            // A subquery's name is strong even where it is none.
            Step::Subquery(inner) => {
                fallback = None;
                node = inner;
            }
            Step::Nameless => break,
        }
    }
    fallback.unwrap_or_else(|| Name::new("?column?"))
}

enum Step<'t> {
    Named(Name),
    Weak(Name, Option<Node<'t>>),
    Into(Node<'t>),
    Subquery(Node<'t>),
    Nameless,
}

fn named(name: &str) -> Step<'static> {
    Step::Named(Name::new(name))
}

fn step(node: Node<'_>) -> Step<'_> {
    match node.kind() {
        kind::columnref => column(node),
        kind::func_application => node
            .child(kind::func_name)
            .map_or(Step::Nameless, |f| Step::Named(last_name(f))),
        kind::func_expr => node.named().next().map_or(Step::Nameless, Step::Into),
        kind::json_aggregate_func => keyword(node),
        kind::func_expr_common_subexpr => special(node),
        kind::case_expr => {
            let default = node.child(kind::case_default).and_then(|d| d.child(kind::a_expr));
            Step::Weak(Name::new("case"), default)
        }
        kind::AexprConst => match constant_type(node) {
            Some(ty) => Step::Weak(ty.name, None),
            // TRUE and FALSE were casts to `bool`, named so, before PostgreSQL 15.
            None => Step::Nameless,
        },
        kind::select_with_parens => subquery(node),
        kind::explicit_row | kind::implicit_row => named("row"),
        kind::c_expr => primary(node),
        kind::a_expr | kind::a_expr_prec | kind::b_expr | kind::b_expr_prec => operation(node),
        _ => Step::Nameless,
    }
}

/// A column's last name; a subscript has none.
fn column(node: Node<'_>) -> Step<'_> {
    let Some(first) = node.child(kind::ColId) else {
        return Step::Nameless;
    };
    Step::Named(
        node.child(kind::indirection)
            .and_then(last_attribute)
            .unwrap_or_else(|| name_of(first)),
    )
}

fn last_attribute(indirection: Node<'_>) -> Option<Name> {
    let elements = indirection.list(kind::indirection_el);
    elements
        .into_iter()
        .rev()
        .find_map(|e| e.child(kind::attr_name))
        .map(name_of)
}

fn last_name(func_name: Node<'_>) -> Name {
    types::named_type(func_name).name
}

fn keyword(node: Node<'_>) -> Step<'_> {
    node.named()
        .next()
        .map_or(Step::Nameless, |k| named(&k.text().to_ascii_lowercase()))
}

/// SQL's own call syntaxes.
fn special(node: Node<'_>) -> Step<'_> {
    let Some(word) = node.named().next() else {
        return Step::Nameless;
    };
    match word.kind() {
        kind::kw_cast => {
            let Some(ty) = node.child(kind::Typename) else {
                return Step::Nameless;
            };
            Step::Weak(types::sql_type(ty).name, node.child(kind::a_expr))
        }
        kind::kw_treat => node
            .child(kind::Typename)
            .map_or(Step::Nameless, |t| Step::Named(types::sql_type(t).name)),
        kind::kw_collation => named("pg_collation_for"),
        kind::kw_trim if node.has(kind::kw_leading) => named("ltrim"),
        kind::kw_trim if node.has(kind::kw_trailing) => named("rtrim"),
        kind::kw_trim => named("btrim"),
        _ => keyword(node),
    }
}

/// `c_expr` that isn't a mere layer: EXISTS, ARRAY, GROUPING, a field of a parenthesized value.
fn primary(node: Node<'_>) -> Step<'_> {
    let indirection = node
        .child(kind::indirection)
        .or_else(|| node.child(kind::opt_indirection));
    if let Some(name) = indirection.and_then(last_attribute) {
        return Step::Named(name);
    }
    if indirection.is_some() {
        let inner = node
            .named()
            .find(|c| matches!(c.kind(), kind::a_expr | kind::select_with_parens));
        return inner.map_or(Step::Nameless, Step::Into);
    }
    match node.named().next().map_or(Kind::NONE, |n| n.kind()) {
        kind::kw_exists => named("exists"),
        kind::kw_array => named("array"),
        kind::kw_grouping => named("grouping"),
        _ => Step::Nameless,
    }
}

/// Casts, COLLATE, AT TIME ZONE, OVERLAPS; no other operation has a name.
fn operation(node: Node<'_>) -> Step<'_> {
    let mut children = node.all();
    let (Some(first), Some(second)) = (children.next(), children.next()) else {
        return Step::Nameless;
    };
    if second.kind() == kind::kw_collate {
        return Step::Into(first);
    }
    if second.kind() == kind::kw_at {
        return named("timezone");
    }
    if second.kind() == kind::kw_overlaps {
        return named("overlaps");
    }
    match node.child(kind::Typename) {
        Some(ty) if second.text() == "::" => Step::Weak(types::sql_type(ty).name, Some(first)),
        _ => Step::Nameless,
    }
}

/// The name of a subquery's one column.
fn subquery(node: Node<'_>) -> Step<'_> {
    let Some(select) = leading_select(node) else {
        return Step::Nameless;
    };
    if select.has(kind::values_clause) {
        return named("column1");
    }
    let targets = targets(select);
    let Some(target) = targets.first() else {
        return named("?column?");
    };
    if let Some(alias) = target
        .child(kind::ColLabel)
        .or_else(|| target.child(kind::BareColLabel))
    {
        return Step::Named(name_of(alias));
    }
    target
        .child(kind::a_expr)
        .map_or_else(|| named("?column?"), Step::Subquery)
}
