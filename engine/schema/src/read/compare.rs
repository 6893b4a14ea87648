//! What a query compares columns with: in WHERE and in ON, as far as all of it has to hold.

use confiture_syntax::Node;

use super::expr::unwrap;
use super::from::{From, Source};
use super::output::Scope;
use super::{Children, Reader, kind, name_of};
use crate::change::{Compared, ComparedColumn, Comparison, ComparisonOperator, OutputColumn};

/// Comparisons of one query that are kept.
const MAX_COMPARISONS: usize = 256;

impl Reader<'_> {
    /// The comparisons of one `simple_select`, UPDATE or DELETE; those of queries within it are theirs.
    pub(super) fn comparisons(&self, node: Node<'_>) -> Vec<Comparison> {
        let conditions = conditions(node);
        if conditions.is_empty() {
            return Vec::new();
        }
        let from = self.compared_from(node);
        let mut found = Vec::new();
        let mut stack: Vec<Node<'_>> = conditions.into_iter().rev().collect();
        while let Some(node) = stack.pop() {
            let node = unwrap(node);
            if found.len() == MAX_COMPARISONS {
                break;
            }
            if node.has(kind::kw_and) && !node.has(kind::kw_between) {
                let at = stack.len();
                stack.extend(node.named().filter(|c| c.kind() != kind::kw_and));
                stack[at..].reverse();
            } else {
                found.extend(self.comparison(node, &from));
            }
        }
        found
    }

    /// What names mean in the conditions: the items of FROM or USING, and the table that is written.
    fn compared_from(&self, node: Node<'_>) -> From {
        let list = node
            .child(kind::from_clause)
            .or_else(|| node.child(kind::using_clause))
            .and_then(|f| f.child(kind::from_list));
        let mut from = self.from(list, &Scope::outermost());
        let target = node.child(kind::relation_expr_opt_alias);
        if let Some((relation, _)) = target.and_then(|t| self.relation(t)) {
            let alias = target.and_then(|t| t.child(kind::ColId));
            let label = alias.map_or_else(|| relation.name.clone(), name_of);
            from.sources.insert(0, Source::relation(label, relation));
        }
        from
    }

    /// `column = value` and its likes; the column may stand on either side.
    fn comparison(&self, node: Node<'_>, from: &From) -> Option<Comparison> {
        let mut children = node.all();
        let (left, operator) = (children.next()?, children.next()?);
        let right = children.next();
        let (operator, right) = match operator.kind() {
            kind::kw_in => (ComparisonOperator::Equal, None),
            kind::kw_between => (ComparisonOperator::Order, None),
            kind::subquery_Op if operator.text() == "=" && node.child(kind::sub_type)?.has(kind::kw_any) => {
                (ComparisonOperator::Equal, None)
            }
            _ => match operator.text() {
                "=" => (ComparisonOperator::Equal, right),
                "<" | ">" | "<=" | ">=" => (ComparisonOperator::Order, right),
                _ => return None,
            },
        };
        let one = self.compared(left, from);
        let other = right.map_or(Compared::Value, |r| self.compared(r, from));
        let (column, with) = match (one, other) {
            (Compared::Column(column), other) => (column, other),
            (other, Compared::Column(column)) => (column, other),
            _ => return None,
        };
        Some(Comparison {
            column,
            operator,
            with,
            range: self.range(node),
        })
    }

    fn compared(&self, node: Node<'_>, from: &From) -> Compared {
        let node = unwrap(node);
        if node.kind() == kind::AexprConst {
            return Compared::Constant;
        }
        if super::expr::bare_column(node).is_none() || node.kind() != kind::columnref {
            return Compared::Value;
        }
        match from.column(&self.parts(node), None) {
            OutputColumn::Column { column, of, .. } => Compared::Column(ComparedColumn { name: column, of }),
            _ => Compared::Value,
        }
    }
}

/// WHERE, and the ON of each join.
fn conditions(node: Node<'_>) -> Vec<Node<'_>> {
    let filter = node
        .child(kind::where_clause)
        .or_else(|| node.child(kind::where_or_current_clause));
    let mut found: Vec<Node<'_>> = filter.and_then(|w| w.child(kind::a_expr)).into_iter().collect();
    let from = node
        .child(kind::from_clause)
        .or_else(|| node.child(kind::using_clause));
    let mut stack: Vec<Node<'_>> = from.into_iter().collect();
    while let Some(node) = stack.pop() {
        for child in node.named() {
            match child.kind() {
                kind::join_qual => found.extend(child.child(kind::a_expr)),
                kind::from_list | kind::table_ref | kind::joined_table => stack.push(child),
                _ => {}
            }
        }
    }
    found
}
