//! The difference of two catalogs.

use std::collections::BTreeMap;
use std::fmt;

use super::describe::{Item, Value, describe};
use super::{normal, text};
use crate::catalog::Catalog;

/// One thing that two catalogs say differently.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The object of its own that it is, or belongs to, with its kind: `table public.users`.
    pub owner: String,
    /// The object, with its kind: `column public.users.email`.
    pub object: String,
    /// What about it: `type`; `existence` where one side lacks the object.
    pub aspect: String,
    /// What the left catalog says; `None` for nothing.
    pub left: Option<String>,
    /// What the right catalog says; `None` for nothing.
    pub right: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        write!(
            f,
            "{}: {}: {} ≠ {}",
            self.object,
            self.aspect,
            side(&self.left),
            side(&self.right)
        )
    }
}

/// Everything that two catalogs say differently, by object. Empty for equal ones.
///
/// What only one of them can know (the type of a view's computed column, an extension's schema that no statement
/// named) is no difference.
pub fn diff(left: &Catalog, right: &Catalog) -> Vec<Difference> {
    let mut differences = Vec::new();
    // What both share says the same.
    let (left, right) = left.apart(right);
    compare_lists(describe(&left), describe(&right), None, &mut differences);
    differences
}

fn compare_lists(left: Vec<Item>, right: Vec<Item>, owner: Option<&Owner>, out: &mut Vec<Difference>) {
    let keyed = |items: Vec<Item>| -> BTreeMap<(u8, String), Item> {
        items
            .into_iter()
            .map(|item| ((family(item.kind), item.name.clone()), item))
            .collect()
    };
    let (mut left, mut right) = (keyed(left), keyed(right));
    let mut keys: Vec<_> = left.keys().chain(right.keys()).cloned().collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        match (left.remove(&key), right.remove(&key)) {
            (Some(left), Some(right)) => compare(left, right, owner, out),
            (Some(only), None) => out.push(alone(&only, owner, true)),
            (None, Some(only)) => out.push(alone(&only, owner, false)),
            (None, None) => {}
        }
    }
}

/// Kinds that share their names: what is a table here may be a view there.
fn family(kind: &str) -> u8 {
    match kind {
        "table" | "partitioned table" | "foreign table" | "view" | "materialized view" | "sequence" => 0,
        "enum" | "composite type" | "domain" | "range type" | "base type" => 1,
        "function" | "procedure" | "aggregate" | "window function" => 2,
        "column" => 3,
        "constraint" => 4,
        "index" => 5,
        "trigger" => 6,
        "policy" => 7,
        "rule" => 8,
        "schema" => 9,
        "extension" => 10,
        // Others differ by their kind's name, which the identity alone does not tell apart.
        other => {
            11 + other
                .bytes()
                .fold(0u8, |sum, b| sum.wrapping_mul(31).wrapping_add(b))
                % 200
        }
    }
}

/// The object that parts belong to.
pub(super) struct Owner {
    kind: &'static str,
    name: String,
}

fn label(item: &Item, owner: Option<&Owner>) -> String {
    match owner {
        Some(owner) => format!("{} {}.{}", item.kind, owner.name, item.name),
        None => format!("{} {}", item.kind, item.name),
    }
}

/// The object of its own that an item is, or belongs to.
fn title(item: &Item, owner: Option<&Owner>) -> String {
    match owner {
        Some(owner) => format!("{} {}", owner.kind, owner.name),
        None => format!("{} {}", item.kind, item.name),
    }
}

fn alone(item: &Item, owner: Option<&Owner>, on_left: bool) -> Difference {
    let said: Vec<String> = item.facts.iter().filter_map(text::phrase).collect();
    let there = Some(if said.is_empty() {
        "exists".to_owned()
    } else {
        said.join(", ")
    });
    let (left, right) = if on_left { (there, None) } else { (None, there) };
    Difference {
        owner: title(item, owner),
        object: label(item, owner),
        aspect: "existence".to_owned(),
        left,
        right,
    }
}

pub(super) fn compare(left: Item, right: Item, owner: Option<&Owner>, out: &mut Vec<Difference>) {
    let object = label(&left, owner);
    let whole = title(&left, owner);
    if left.kind != right.kind {
        out.push(Difference {
            owner: whole.clone(),
            object: object.clone(),
            aspect: "kind".to_owned(),
            left: Some(left.kind.to_owned()),
            right: Some(right.kind.to_owned()),
        });
    }
    let mut aspects: Vec<&'static str> = left.facts.iter().chain(&right.facts).map(|f| f.aspect).collect();
    let mut seen = std::collections::BTreeSet::new();
    aspects.retain(|aspect| seen.insert(*aspect));
    let find = |item: &Item, aspect: &str| {
        item.facts
            .iter()
            .find(|f| f.aspect == aspect)
            .map(|f| f.value.clone())
    };
    for aspect in aspects {
        let (l, r) = (find(&left, aspect), find(&right, aspect));
        if !same(&l, &r) {
            out.push(Difference {
                owner: whole.clone(),
                object: object.clone(),
                aspect: aspect.to_owned(),
                left: l.as_ref().and_then(said),
                right: r.as_ref().and_then(said),
            });
        }
    }
    // Parts of an object whose columns one side doesn't know can still be compared, its columns not.
    let unknown = |item: &Item| matches!(find(item, "columns"), Some(Value::Unknown));
    let without_columns = unknown(&left) || unknown(&right);
    let parts = |item: Item| -> Vec<Item> {
        item.parts
            .into_iter()
            .filter(|p| !without_columns || p.kind != "column")
            .collect()
    };
    let owner = Owner {
        kind: left.kind,
        name: left.name.clone(),
    };
    let (left, right) = (parts(left), parts(right));
    compare_lists(left, right, Some(&owner), out);
}

fn said(value: &Value) -> Option<String> {
    match value {
        Value::Quiet(text) => Some(text.clone()),
        other => text::value(other),
    }
}

fn same(left: &Option<Value>, right: &Option<Value>) -> bool {
    match (left, right) {
        (Some(Value::Unknown), _) | (_, Some(Value::Unknown)) => true,
        (Some(Value::Quiet(l)), Some(Value::Quiet(r) | Value::Word(r))) => l == r,
        (Some(Value::Word(l)), Some(Value::Quiet(r))) => l == r,
        (Some(Value::Expr(l)), Some(Value::Expr(r))) => l == r || normal::loose(l) == normal::loose(r),
        (Some(l), Some(r)) => l == r,
        (None, None) => true,
        // What is known quietly on one side and not at all on the other is no difference.
        (Some(Value::Quiet(_)), None) | (None, Some(Value::Quiet(_))) => true,
        _ => false,
    }
}
