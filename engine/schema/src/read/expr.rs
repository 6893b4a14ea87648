//! The facts of an expression: what it names, calls, casts to, and what its truth proves.
//!
//! No walk here recurses, because expressions may be nested as deep as a file is long.

use std::sync::Arc;

use confiture_syntax::{Name, Node};

use super::{Children, Kind, Reader, kind, label, name_of, types};
use crate::change::ObjectRef;
use crate::expr::{Expr, ExprFacts};

impl Reader<'_> {
    /// The expression at a node: `a_expr`, `b_expr`, `c_expr`, `ColId`, `func_expr_windowless` and their likes.
    pub(crate) fn expr(&self, node: Node<'_>) -> Expr {
        Expr {
            text: node.text().into(),
            range: self.range(node),
            facts: Arc::new(self.facts(node)),
        }
    }

    /// The first `a_expr` child as an expression.
    pub(super) fn child_expr(&self, node: Node<'_>) -> Option<Expr> {
        node.child(kind::a_expr).map(|e| self.expr(e))
    }

    fn facts(&self, root: Node<'_>) -> ExprFacts {
        // Every question below begins inside the layers of precedence.
        let root = unwrap(root);
        let mut facts = ExprFacts {
            constant: constant(root),
            null: null(root),
            ..ExprFacts::default()
        };
        if facts.constant && root_literal(root) {
            return facts;
        }
        facts.bare_column = bare_column(root);
        // An index key or partition key is a bare name; elsewhere names are parts of others.
        if root.kind() == kind::ColId {
            facts.columns.push(name_of(root));
            return facts;
        }
        facts.proves_not_null = proves_not_null(root);
        facts.output_name = Some(label::figure(root)).filter(|name| name.as_str() != "?column?");
        let mut nodes = root.descendants();
        while let Some(node) = nodes.next() {
            if self.visit(node, &mut facts) {
                nodes.skip_children();
            }
        }
        facts
    }

    /// Notes what one node tells; true where its children tell nothing more.
    fn visit(&self, node: Node<'_>, facts: &mut ExprFacts) -> bool {
        match node.kind() {
            kind::columnref => {
                if let Some(column) = column_of(node) {
                    note(&mut facts.columns, column);
                }
                !node.has(kind::indirection)
            }
            kind::indirection_el => node.has(kind::attr_name),
            kind::ColId | kind::param_name | kind::ColLabel | kind::BareColLabel | kind::any_name => true,
            kind::alias_clause | kind::qualified_name | kind::name | kind::func_name => true,
            kind::Typename => {
                facts.casts.push(types::sql_type(node));
                true
            }
            kind::AexprConst => {
                if let Some(ty) = constant_type(node) {
                    facts.casts.push(ty);
                }
                true
            }
            kind::select_no_parens => {
                facts.subquery = true;
                false
            }
            _ => {
                facts.incomplete |= node.is_error() || node.is_missing();
                if let Some(function) = self.called_function(node) {
                    facts.functions.push(function);
                }
                false
            }
        }
    }

    /// The function that this very node calls. SQL's own syntaxes give the function that they stand for.
    pub(super) fn called_function(&self, node: Node<'_>) -> Option<ObjectRef> {
        match node.kind() {
            kind::func_application => self
                .child_object(node, kind::func_name)
                .filter(|f| !is_quantifier(f, node)),
            kind::func_expr_common_subexpr => {
                let word = node.named().next()?;
                let name = match word.kind() {
                    kind::kw_trim => trim_function(node),
                    kind::kw_json_object => node.child(kind::func_arg_list).map(|_| "json_object")?,
                    other => special_function(other)?,
                };
                Some(ObjectRef {
                    schema: None,
                    name: Name::new(name),
                    range: self.range(word),
                })
            }
            kind::a_expr if node.child_count() > 2 => {
                let word = node.named().find(|c| is_function_word(c.kind()))?;
                let name = match word.kind() {
                    kind::kw_at => "timezone",
                    kind::kw_overlaps => "overlaps",
                    _ => "is_normalized",
                };
                Some(ObjectRef {
                    schema: None,
                    name: Name::new(name),
                    range: self.range(word),
                })
            }
            _ => None,
        }
    }
}

/// Operators that are calls in PostgreSQL's own tree: AT TIME ZONE, OVERLAPS, IS NORMALIZED.
fn is_function_word(kind: Kind) -> bool {
    matches!(kind, kind::kw_at | kind::kw_overlaps | kind::kw_normalized)
}

/// `= ANY (array)`, which the grammar takes for a call of a function of that name.
fn is_quantifier(function: &ObjectRef, node: Node<'_>) -> bool {
    function.schema.is_none()
        && matches!(function.name.as_str(), "any" | "some" | "all")
        && !node.text().starts_with('"')
}

/// Adds a name that isn't there yet.
fn note(names: &mut Vec<Name>, name: Name) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// The column that a `columnref` names: the last name before a subscript; `None` for `t.*`.
pub(super) fn column_of(node: Node<'_>) -> Option<Name> {
    let mut column = name_of(node.child(kind::ColId)?);
    if let Some(indirection) = node.child(kind::indirection) {
        for element in indirection.list(kind::indirection_el) {
            match element.child(kind::attr_name) {
                Some(name) => column = name_of(name),
                None if is_star(element) => return None,
                None => break,
            }
        }
    }
    Some(column)
}

/// `.*`
pub(super) fn is_star(element: Node<'_>) -> bool {
    element.named().next().is_none() && element.text().ends_with('*')
}

/// Goes through parentheses and the grammar's levels of precedence to the first node that says something.
pub(super) fn unwrap(node: Node<'_>) -> Node<'_> {
    let mut node = node;
    loop {
        let layered = matches!(
            node.kind(),
            kind::a_expr
                | kind::a_expr_prec
                | kind::b_expr
                | kind::b_expr_prec
                | kind::c_expr
                | kind::func_expr
                | kind::func_expr_windowless
        );
        if !layered {
            return node;
        }
        let mut children = node.all();
        let (first, second, third, fourth) =
            (children.next(), children.next(), children.next(), children.next());
        node = match (first, second, third, fourth) {
            (Some(only), None, ..) => only,
            (Some(open), Some(inner), Some(_), None)
                if open.text() == "(" && inner.kind() == kind::a_expr =>
            {
                inner
            }
            _ => return node,
        };
    }
}

/// The name of the column that an expression is, if it is nothing else.
pub(super) fn bare_column(node: Node<'_>) -> Option<Name> {
    let node = unwrap(node);
    match node.kind() {
        kind::ColId => Some(name_of(node)),
        kind::columnref => {
            let plain = node.child(kind::indirection).is_none_or(|i| {
                i.list(kind::indirection_el)
                    .into_iter()
                    .all(|e| e.has(kind::attr_name))
            });
            if plain { column_of(node) } else { None }
        }
        _ => None,
    }
}

/// Whether the whole expression is one literal without a cast, so that there is nothing more to find in it.
fn root_literal(root: Node<'_>) -> bool {
    let node = unwrap(root);
    node.kind() == kind::AexprConst && constant_type(node).is_none()
}

/// Literals, signs, casts and arrays of them.
fn constant(root: Node<'_>) -> bool {
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        let node = unwrap(node);
        match node.kind() {
            kind::AexprConst => {}
            kind::a_expr | kind::a_expr_prec | kind::b_expr | kind::b_expr_prec => match operand(node) {
                Some(inner) => stack.push(inner),
                None => return false,
            },
            kind::func_expr_common_subexpr if node.has(kind::kw_cast) => {
                stack.extend(node.child(kind::a_expr))
            }
            kind::c_expr if node.has(kind::kw_array) => match node.child(kind::array_expr) {
                Some(array) => stack.push(array),
                None => return false,
            },
            kind::array_expr | kind::expr_list | kind::array_expr_list => stack.extend(node.named()),
            _ => return false,
        }
    }
    true
}

/// What a sign or a cast applies to.
fn operand(node: Node<'_>) -> Option<Node<'_>> {
    let mut children = node.all();
    let (first, second, third) = (children.next()?, children.next()?, children.next());
    match (first.text(), second.text(), third) {
        ("+" | "-", _, None) => Some(second),
        (_, "::", Some(ty)) if ty.kind() == kind::Typename => Some(first),
        _ => None,
    }
}

/// NULL, perhaps cast.
fn null(root: Node<'_>) -> bool {
    let mut node = unwrap(root);
    loop {
        node = match node.kind() {
            kind::AexprConst => return node.has(kind::kw_null),
            kind::func_expr_common_subexpr if node.has(kind::kw_cast) => match node.child(kind::a_expr) {
                Some(inner) => unwrap(inner),
                None => return false,
            },
            kind::a_expr | kind::a_expr_prec | kind::b_expr | kind::b_expr_prec => match operand(node) {
                Some(inner) => unwrap(inner),
                None => return false,
            },
            _ => return false,
        };
    }
}

/// Columns that can't be null where the expression is true.
fn proves_not_null(root: Node<'_>) -> Vec<Name> {
    let mut columns = Vec::new();
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        let node = unwrap(node);
        if node.kind() != kind::a_expr {
            continue;
        }
        let negated = node.named().next().is_some_and(|c| c.kind() == kind::kw_not);
        if negated {
            let inner = node.child(kind::a_expr).map(unwrap);
            if let Some(column) = inner
                .filter(|i| null_test(*i) == Some(false))
                .and_then(tested_column)
            {
                note(&mut columns, column);
            }
        } else if node.has(kind::kw_and) && !node.has(kind::kw_between) {
            let from = stack.len();
            stack.extend(node.named().filter(|c| c.kind() != kind::kw_and));
            stack[from..].reverse();
        } else if null_test(node) == Some(true)
            && let Some(column) = tested_column(node)
        {
            note(&mut columns, column);
        }
    }
    columns
}

/// `IS NOT NULL` (true), `IS NULL` (false), anything else.
fn null_test(node: Node<'_>) -> Option<bool> {
    if node.has(kind::kw_notnull) {
        return Some(true);
    }
    if node.has(kind::kw_isnull) {
        return Some(false);
    }
    (node.has(kind::kw_is) && node.has(kind::kw_null)).then(|| node.has(kind::kw_not))
}

fn tested_column(node: Node<'_>) -> Option<Name> {
    bare_column(node.named().next()?)
}

/// The type that a constant names: `date '2020-01-01'`.
pub(super) fn constant_type(node: Node<'_>) -> Option<crate::types::SqlType> {
    let first = node.named().next()?;
    match first.kind() {
        kind::ConstTypename | kind::ConstInterval => {
            Some(types::simple_type(if first.kind() == kind::ConstTypename {
                first
            } else {
                node
            }))
        }
        kind::func_name => Some(types::named_type(first)),
        _ => None,
    }
}

fn trim_function(node: Node<'_>) -> &'static str {
    if node.has(kind::kw_leading) {
        "ltrim"
    } else if node.has(kind::kw_trailing) {
        "rtrim"
    } else {
        "btrim"
    }
}

/// The function behind one of SQL's own syntaxes (gram.y, `func_expr_common_subexpr`).
fn special_function(word: Kind) -> Option<&'static str> {
    Some(match word {
        kind::kw_current_date | kind::kw_current_time | kind::kw_current_timestamp => "now",
        kind::kw_localtime | kind::kw_localtimestamp => "now",
        kind::kw_current_role | kind::kw_current_user | kind::kw_user => "current_user",
        kind::kw_session_user => "session_user",
        kind::kw_system_user => "system_user",
        kind::kw_current_catalog => "current_database",
        kind::kw_current_schema => "current_schema",
        kind::kw_collation => "pg_collation_for",
        kind::kw_extract => "extract",
        kind::kw_normalize => "normalize",
        kind::kw_overlay => "overlay",
        kind::kw_position => "position",
        kind::kw_substring => "substring",
        kind::kw_xmlexists => "xmlexists",
        _ => return None,
    })
}
