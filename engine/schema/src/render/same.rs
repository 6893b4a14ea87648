//! Whether two objects say the same, by the description that the canonical forms print and compare.

use confiture_syntax::Name;

use super::describe::{Item, object, relation};
use super::diff::compare;
use crate::catalog::{Column, Constraint, Function, FunctionKey, Index, Policy, QualName, Relation, Trigger};

/// What two descriptions say differently, apart from their comments: the aspects of the objects themselves, not of
/// their parts.
fn aspects(mut left: Item, mut right: Item, but: &[&str]) -> Vec<String> {
    for item in [&mut left, &mut right] {
        item.parts.clear();
        item.facts
            .retain(|fact| fact.aspect != "comment" && !but.contains(&fact.aspect));
    }
    let mut differences = Vec::new();
    compare(left, right, None, &mut differences);
    differences.into_iter().map(|d| d.aspect).collect()
}

/// What two columns say differently.
pub(crate) fn column(left: &Column, right: &Column) -> Vec<String> {
    aspects(
        relation::column(left, false),
        relation::column(right, false),
        &["inherited"],
    )
}

/// What two constraints say differently; `not valid` where only one has looked at all rows.
pub(crate) fn constraint(left: &Constraint, right: &Constraint) -> Vec<String> {
    let item = |c| relation::part::constraint(String::new(), c);
    aspects(item(left), item(right), &["inherited"])
}

/// Whether two indexes are made the same way.
pub(crate) fn index(left: &Index, right: &Index) -> bool {
    let item = |i| relation::part::index(String::new(), i);
    let but = ["attached to", "clustered", "tablespace"];
    aspects(item(left), item(right), &but).is_empty()
}

/// What two triggers say differently.
pub(crate) fn trigger(left: &Trigger, right: &Trigger) -> Vec<String> {
    let item = |t| relation::part::trigger(String::new(), t);
    aspects(item(left), item(right), &["inherited"])
}

/// Whether two policies say the same.
pub(crate) fn policy(left: &Policy, right: &Policy) -> bool {
    let item = |p| relation::part::policy(String::new(), p);
    aspects(item(left), item(right), &[]).is_empty()
}

/// What two functions of one signature say differently, bodies apart.
pub(crate) fn function(key: &FunctionKey, left: &Function, right: &Function) -> Vec<String> {
    aspects(object::function(key, left), object::function(key, right), &[])
}

/// What two relations say differently, their parts apart.
pub(crate) fn relation(name: &QualName, left: &Relation, right: &Relation) -> Vec<String> {
    aspects(
        relation::relation_item(name, left),
        relation::relation_item(name, right),
        &["columns"],
    )
}

/// Whether two columns of views have the same name and may have the same type.
pub(crate) fn view_column(left: &Column, right: &Column) -> bool {
    let types = match (&left.ty, &right.ty) {
        (Some(left), Some(right)) => left == right,
        _ => false,
    };
    left.name == right.name && types
}

/// Whether two domains' checks of one name say the same.
pub(crate) fn check(left: &crate::expr::Expr, right: &crate::expr::Expr) -> bool {
    let (left, right) = (super::normal::expr(left), super::normal::expr(right));
    left == right || super::normal::loose(&left) == super::normal::loose(&right)
}

/// A name as a sentence has it.
pub(crate) fn shown(relation: &QualName, part: &Name) -> String {
    format!("{relation}.{part}")
}
