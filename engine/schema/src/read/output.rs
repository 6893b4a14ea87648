//! The output columns of a query: names by PostgreSQL's rules, and where they come from.
//!
//! Nothing here asks a catalog, so `*` stays a star over relations; one over a query within the query is spelled
//! out. Nesting is followed to a fixed depth, beyond which columns are unknown.

use confiture_syntax::{Name, Node};

use super::expr::{is_star, unwrap};
use super::from::{From, Source};
use super::query::leading_select;
use super::{Children, Reader, kind, label, name_of, types};
use crate::change::{ObjectRef, OutputColumn};

/// Queries within queries are followed this deep.
const MAX_DEPTH: usize = 48;
/// A relation can't have more columns (PostgreSQL's limit is 1,664), so a query's output is not followed beyond.
pub(super) const MAX_COLUMNS: usize = 2_000;
/// Arms of a UNION that are compared.
const MAX_ARMS: usize = 64;

/// What names mean within a query: WITH queries in scope and their columns.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    outer: Option<&'s Scope<'s>>,
    ctes: &'s [(Name, Vec<OutputColumn>)],
    depth: usize,
}

impl<'s> Scope<'s> {
    /// Of a query that stands in no other.
    pub(super) fn outermost() -> Scope<'s> {
        Scope {
            outer: None,
            ctes: &[],
            depth: 0,
        }
    }

    /// One level further in; `None` where that is too deep.
    pub(super) fn deeper(&'s self, ctes: &'s [(Name, Vec<OutputColumn>)]) -> Option<Scope<'s>> {
        (self.depth < MAX_DEPTH).then_some(Scope {
            outer: Some(self),
            ctes,
            depth: self.depth + 1,
        })
    }

    /// The columns of the WITH query that a name means.
    pub(super) fn cte(&self, relation: &ObjectRef) -> Option<&[OutputColumn]> {
        if relation.schema.is_some() {
            return None;
        }
        let mut scope = Some(self);
        while let Some(level) = scope {
            if let Some((_, columns)) = level.ctes.iter().rev().find(|(name, _)| *name == relation.name) {
                return Some(columns);
            }
            scope = level.outer;
        }
        None
    }
}

/// The target list of a `simple_select`.
pub(super) fn targets(select: Node<'_>) -> Vec<Node<'_>> {
    let list = match select.child(kind::opt_target_list) {
        Some(opt) => opt.child(kind::target_list),
        None => select.child(kind::target_list),
    };
    list.map(|l| l.list(kind::target_el))
        .into_iter()
        .flatten()
        .collect()
}

impl Reader<'_> {
    /// The output columns of a query.
    pub(super) fn output(&self, node: Node<'_>) -> Vec<OutputColumn> {
        self.output_in(node, &Scope::outermost())
    }

    /// The output columns of a query in a scope.
    pub(super) fn output_in(&self, node: Node<'_>, scope: &Scope<'_>) -> Vec<OutputColumn> {
        let mut ctes: Vec<(Name, Vec<OutputColumn>)> = Vec::new();
        let mut at = node;
        loop {
            for cte in super::query::ctes(at) {
                let Some(name) = cte.child(kind::name) else {
                    continue;
                };
                let columns = match scope.deeper(&ctes) {
                    Some(inner) => self.cte_output(cte, &inner),
                    None => vec![OutputColumn::Unknown],
                };
                ctes.push((name_of(name), columns));
            }
            if at.kind() == kind::simple_select || is_write(at) {
                break;
            }
            let next = at.named().find(|c| is_layer(*c));
            match next {
                Some(inner) => at = inner,
                None => return vec![OutputColumn::Unknown],
            }
        }
        match scope.deeper(&ctes) {
            Some(inner) => self.level_output(at, &inner),
            None => vec![OutputColumn::Unknown],
        }
    }

    fn cte_output(&self, cte: Node<'_>, scope: &Scope<'_>) -> Vec<OutputColumn> {
        let Some(body) = cte.child(kind::PreparableStmt) else {
            return vec![OutputColumn::Unknown];
        };
        let mut columns = self.output_in(body, scope);
        if let Some(names) = cte
            .child(kind::opt_name_list)
            .and_then(|l| l.child(kind::name_list))
        {
            columns = renamed(
                columns,
                &names
                    .list(kind::name)
                    .into_iter()
                    .map(name_of)
                    .collect::<Vec<_>>(),
            );
        }
        if cte.has(kind::opt_search_clause) || cte.has(kind::opt_cycle_clause) {
            columns.push(OutputColumn::Unknown);
        }
        columns
    }

    /// The output of a `simple_select`, or of what a write returns.
    fn level_output(&self, node: Node<'_>, scope: &Scope<'_>) -> Vec<OutputColumn> {
        if is_write(node) {
            return self.returned(node, scope);
        }
        if node.has(kind::select_clause) {
            return self.union_output(node, scope);
        }
        if let Some(values) = node.child(kind::values_clause) {
            return values_output(values);
        }
        if let Some((relation, _)) = node.child(kind::relation_expr).and_then(|r| self.relation(r)) {
            return match scope.cte(&relation) {
                Some(columns) => columns.to_vec(),
                None => vec![OutputColumn::Star(vec![relation])],
            };
        }
        let from = self.from(
            node.child(kind::from_clause)
                .and_then(|f| f.child(kind::from_list)),
            scope,
        );
        self.target_columns(&targets(node), &from)
    }

    /// RETURNING.
    fn returned(&self, node: Node<'_>, scope: &Scope<'_>) -> Vec<OutputColumn> {
        let list = node
            .child(kind::returning_clause)
            .and_then(|r| r.child(kind::target_list));
        let target = node
            .child(kind::insert_target)
            .or_else(|| node.child(kind::relation_expr_opt_alias));
        let (Some(list), Some(target)) = (list, target) else {
            return Vec::new();
        };
        let other = node
            .child(kind::from_clause)
            .or_else(|| node.child(kind::using_clause));
        let mut from = self.from(other.and_then(|f| f.child(kind::from_list)), scope);
        if let Some((relation, _)) = self.relation(target) {
            let label = target
                .child(kind::ColId)
                .map_or_else(|| relation.name.clone(), name_of);
            from.sources.insert(0, Source::relation(label, relation.clone()));
            from.star.insert(0, OutputColumn::Star(vec![relation]));
        }
        self.target_columns(&list.list(kind::target_el), &from)
    }

    /// A UNION's columns have the first arm's names; a type that the arms don't share is unknown.
    fn union_output(&self, node: Node<'_>, scope: &Scope<'_>) -> Vec<OutputColumn> {
        let Some(inner) = scope.deeper(&[]) else {
            return vec![OutputColumn::Unknown];
        };
        let mut arms = Vec::new();
        let mut stack = vec![node];
        while let Some(at) = stack.pop() {
            if at.kind() == kind::simple_select && at.has(kind::select_clause) {
                let from = stack.len();
                stack.extend(at.all().filter(|c| c.kind() == kind::select_clause));
                stack[from..].reverse();
            } else if at.kind() == kind::select_clause && at.has(kind::simple_select) {
                stack.extend(at.child(kind::simple_select));
            } else if arms.len() < MAX_ARMS {
                arms.push(at);
            }
        }
        let mut arms = arms.into_iter().map(|arm| match arm.kind() {
            kind::simple_select => self.level_output(arm, &inner),
            _ => self.output_in(arm, &inner),
        });
        let mut columns = arms.next().unwrap_or_default();
        for arm in arms {
            for (i, column) in columns.iter_mut().enumerate() {
                if !same_source(column, arm.get(i)) {
                    blur(column);
                }
            }
        }
        columns
    }

    fn target_columns(&self, targets: &[Node<'_>], from: &From) -> Vec<OutputColumn> {
        let mut columns = Vec::with_capacity(targets.len());
        for target in targets {
            if columns.len() > MAX_COLUMNS {
                columns.push(OutputColumn::Unknown);
                break;
            }
            match target.child(kind::a_expr) {
                None => columns.extend_from_slice(&from.star),
                Some(expr) => self.target_column(*target, expr, from, &mut columns),
            }
        }
        columns
    }

    fn target_column(&self, target: Node<'_>, expr: Node<'_>, from: &From, columns: &mut Vec<OutputColumn>) {
        let alias = target
            .child(kind::ColLabel)
            .or_else(|| target.child(kind::BareColLabel))
            .map(name_of);
        let inner = unwrap(expr);
        if inner.kind() == kind::columnref {
            let parts = self.parts(inner);
            let indirections = inner
                .child(kind::indirection)
                .map(|i| i.list(kind::indirection_el))
                .unwrap_or_default();
            if indirections.last().is_some_and(|e| is_star(*e)) {
                columns.extend(from.star_of(&parts));
                return;
            }
            if indirections.iter().all(|e| e.has(kind::attr_name)) {
                columns.push(from.column(&parts, alias));
                return;
            }
        } else if inner.kind() == kind::c_expr
            && inner
                .child(kind::indirection)
                .or(inner.child(kind::opt_indirection))
                .is_some_and(ends_with_star)
        {
            columns.push(OutputColumn::Unknown);
            return;
        }
        let name = alias.unwrap_or_else(|| label::figure(expr));
        columns.push(match super::infer::type_of(inner) {
            Some(ty) => OutputColumn::Typed { name, ty },
            None => OutputColumn::Named(name),
        });
    }
}

fn ends_with_star(indirection: Node<'_>) -> bool {
    indirection
        .list(kind::indirection_el)
        .last()
        .is_some_and(|e| is_star(*e))
}

fn is_write(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        kind::InsertStmt | kind::UpdateStmt | kind::DeleteStmt | kind::MergeStmt
    )
}

fn is_layer(node: Node<'_>) -> bool {
    is_write(node)
        || matches!(
            node.kind(),
            kind::SelectStmt
                | kind::select_no_parens
                | kind::select_with_parens
                | kind::select_clause
                | kind::simple_select
                | kind::PreparableStmt
        )
}

/// `column1`, `column2` …, typed where every row's value has the same type.
fn values_output(values: Node<'_>) -> Vec<OutputColumn> {
    // The first row is the innermost of the left-recursive list.
    let mut first = values;
    while let Some(inner) = first.child(kind::values_clause) {
        first = inner;
    }
    let only = !values.has(kind::values_clause);
    let row = first
        .child(kind::expr_list)
        .map(|l| l.list(kind::a_expr))
        .unwrap_or_default();
    let column = |(i, expr): (usize, Node<'_>)| {
        let name = Name::new(format!("column{}", i + 1));
        match super::infer::type_of(unwrap(expr)).filter(|_| only) {
            Some(ty) => OutputColumn::Typed { name, ty },
            None => OutputColumn::Named(name),
        }
    };
    row.into_iter().enumerate().map(column).collect()
}

/// The same columns under other names; unknown from where they can't be counted.
pub(super) fn renamed(columns: Vec<OutputColumn>, names: &[Name]) -> Vec<OutputColumn> {
    if names.is_empty() {
        return columns;
    }
    let countable = columns.iter().take(names.len()).all(|c| column_name(c).is_some());
    if !countable || columns.len() < names.len() {
        // Whatever else there is follows under its own name.
        let known = columns.iter().all(|c| column_name(c).is_some());
        let rest = (!known).then_some(OutputColumn::Unknown);
        return names
            .iter()
            .cloned()
            .map(OutputColumn::Named)
            .chain(rest)
            .collect();
    }
    let mut columns = columns;
    for (column, name) in columns.iter_mut().zip(names) {
        set_name(column, name.clone());
    }
    columns
}

/// The output name of a single column.
pub(super) fn column_name(column: &OutputColumn) -> Option<&Name> {
    match column {
        OutputColumn::Column { name, .. } | OutputColumn::Typed { name, .. } | OutputColumn::Named(name) => {
            Some(name)
        }
        OutputColumn::Star(_) | OutputColumn::StarExcept(..) | OutputColumn::Unknown => None,
    }
}

pub(super) fn set_name(column: &mut OutputColumn, to: Name) {
    match column {
        OutputColumn::Column { name, .. } | OutputColumn::Typed { name, .. } | OutputColumn::Named(name) => {
            *name = to
        }
        OutputColumn::Star(_) | OutputColumn::StarExcept(..) | OutputColumn::Unknown => {}
    }
}

/// Whether two arms' columns surely have the same type.
fn same_source(a: &OutputColumn, b: Option<&OutputColumn>) -> bool {
    match (a, b) {
        (OutputColumn::Typed { ty: a, .. }, Some(OutputColumn::Typed { ty: b, .. })) => a == b,
        (
            OutputColumn::Column { column: a, of: x, .. },
            Some(OutputColumn::Column { column: b, of: y, .. }),
        ) => {
            a == b
                && x.len() == y.len()
                && x.iter()
                    .zip(y)
                    .all(|(x, y)| x.schema == y.schema && x.name == y.name)
        }
        (OutputColumn::Star(_) | OutputColumn::StarExcept(..), _) => true,
        _ => false,
    }
}

/// Forgets a column's type.
fn blur(column: &mut OutputColumn) {
    if let Some(name) = column_name(column) {
        *column = OutputColumn::Named(name.clone());
    }
}

/// The relations of a `simple_select`'s FROM by the name they go under there; those of queries within it under that
/// query's.
pub(super) fn from_relations(reader: &Reader<'_>, select: Node<'_>) -> Vec<(Name, ObjectRef)> {
    let mut found = Vec::new();
    let mut stack: Vec<(Option<Name>, Node<'_>)> = select
        .child(kind::from_clause)
        .map(|f| (None, f))
        .into_iter()
        .collect();
    while let Some((outer, node)) = stack.pop() {
        let alias = node
            .child(kind::opt_alias_clause)
            .and_then(|o| o.child(kind::alias_clause));
        let alias = alias.and_then(|a| a.child(kind::ColId)).map(name_of);
        if let Some((relation, _)) = node.child(kind::relation_expr).and_then(|r| reader.relation(r)) {
            let label = outer.or(alias).unwrap_or_else(|| relation.name.clone());
            found.push((label, relation));
            continue;
        }
        if let Some(inner) = node.child(kind::select_with_parens).and_then(leading_select) {
            let label = outer.or(alias).unwrap_or_else(|| Name::new(""));
            stack.extend(inner.child(kind::from_clause).map(|f| (Some(label), f)));
            continue;
        }
        let from = stack.len();
        let inner = node
            .named()
            .filter(|c| matches!(c.kind(), kind::from_list | kind::table_ref | kind::joined_table));
        stack.extend(inner.map(|c| (outer.clone(), c)));
        stack[from..].reverse();
    }
    found
}

/// The type that a column's definition list spells.
pub(super) fn typed(name: Name, ty: Node<'_>) -> OutputColumn {
    OutputColumn::Typed {
        name,
        ty: types::sql_type(ty),
    }
}
