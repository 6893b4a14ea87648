//! The canonical form as lines for people, and for `diff`.

use super::describe::{Fact, Item, Value, describe};
use super::normal;
use crate::catalog::Catalog;

/// One object a paragraph, one fact a line, sorted; equal catalogs give equal text.
pub fn text(catalog: &Catalog) -> String {
    let mut out = String::new();
    for item in describe(catalog) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("{} {}\n", item.kind, item.name));
        for fact in &item.facts {
            if let Some(said) = phrase(fact) {
                out.push_str(&format!("  {said}\n"));
            }
        }
        for part in &item.parts {
            out.push_str(&format!("  {}\n", line(part)));
        }
    }
    out
}

/// A part and all that is said of it.
fn line(part: &Item) -> String {
    let facts: Vec<String> = part.facts.iter().filter_map(phrase).collect();
    match facts.is_empty() {
        true => format!("{} {}", part.kind, part.name),
        false => format!("{} {}: {}", part.kind, part.name, facts.join(", ")),
    }
}

/// Aspects whose value speaks for itself.
const SELF_EVIDENT: [&str; 7] = [
    "type",
    "method",
    "volatility",
    "timing",
    "events",
    "columns",
    "labels",
];

/// A fact in words; `None` where it isn't printed.
pub(super) fn phrase(fact: &Fact) -> Option<String> {
    let value = value(&fact.value)?;
    Some(match &fact.value {
        Value::Mark => fact.aspect.to_owned(),
        _ if SELF_EVIDENT.contains(&fact.aspect) => value,
        _ => format!("{} {value}", fact.aspect),
    })
}

/// A value in words; `None` where it isn't printed.
pub(super) fn value(value: &Value) -> Option<String> {
    Some(match value {
        Value::Mark => "yes".to_owned(),
        Value::Word(word) => word.clone(),
        Value::Expr(expr) => expr.clone(),
        Value::Prose(prose) => normal::quoted_text(prose),
        Value::List(items) => format!("({})", items.join(", ")),
        Value::Quiet(_) | Value::Unknown => return None,
    })
}
