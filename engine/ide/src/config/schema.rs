//! A JSON schema as an editor reads it: what may stand at a path, and what it means.

use std::collections::HashSet;

use serde_json::Value;

use super::outline::{EntryKind, Outline};

/// How many references and alternatives are followed at one place.
const MOST: usize = 4000;

/// A schema, and where its references lead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schema<'s> {
    root: &'s Value,
}

/// The parts of a schema that hold at a place.
pub(super) type Parts<'s> = Vec<&'s Value>;

impl<'s> Schema<'s> {
    pub(super) fn new(root: &'s Value) -> Schema<'s> {
        Schema { root }
    }

    /// What holds at a node of a text, by the way to it.
    pub(super) fn at(self, outline: &Outline, node: Option<usize>) -> Parts<'s> {
        let mut parts = vec![self.root];
        let mut holder = None;
        for step in outline.path(node) {
            let Some(entry) = outline.entries.get(step) else {
                break;
            };
            let all = self.expanded(&parts, outline, holder);
            parts = match entry.kind {
                EntryKind::Key => child(&all, &entry.text),
                EntryKind::Item => items(&all),
                EntryKind::Scalar => all,
            };
            holder = Some(step);
        }
        self.expanded(&parts, outline, node)
    }

    /// The parts with all that they refer to; conditions hold by the keys of the mapping that `node` holds.
    fn expanded(self, parts: &[&'s Value], outline: &Outline, node: Option<usize>) -> Parts<'s> {
        let mut stack: Vec<&Value> = parts.iter().rev().copied().collect();
        let mut all: Parts<'s> = Vec::new();
        let mut seen = HashSet::new();
        let mut left = MOST;
        while let Some(part) = stack.pop() {
            left = left.saturating_sub(1);
            if left == 0 {
                break;
            }
            if !seen.insert(std::ptr::from_ref(part)) {
                continue;
            }
            all.push(part);
            if let Some(target) = part.get("$ref").and_then(Value::as_str) {
                stack.extend(
                    target
                        .strip_prefix('#')
                        .and_then(|pointer| self.root.pointer(pointer)),
                );
            }
            for kind in ["allOf", "oneOf", "anyOf"] {
                let inner = part.get(kind).and_then(Value::as_array);
                stack.extend(inner.into_iter().flatten().rev());
            }
            if let (Some(condition), Some(then)) = (part.get("if"), part.get("then"))
                && holds(condition, outline, node)
            {
                stack.push(then);
            }
        }
        all
    }

    /// The key's own description: the nearest one along references.
    pub(super) fn description(parts: &[&Value]) -> Option<String> {
        let found = parts.iter().find_map(|part| part.get("description"));
        found.and_then(Value::as_str).map(str::to_owned)
    }

    /// The keys that a mapping may have, each with what it means.
    pub(super) fn keys(
        self,
        parts: &[&'s Value],
        outline: &Outline,
    ) -> Vec<(&'s str, Option<String>, Parts<'s>)> {
        let mut keys: Vec<(&str, Option<String>, Parts<'s>)> = Vec::new();
        let properties = parts
            .iter()
            .filter_map(|part| part.get("properties")?.as_object());
        for (name, schema) in properties.flatten() {
            if keys.iter().any(|(known, ..)| known == name) {
                continue;
            }
            let own = self.expanded(&[schema], outline, None);
            keys.push((name, Schema::description(&own), own));
        }
        keys
    }
}

/// The schema of a key: of its name, or of any other.
fn child<'s>(parts: &[&'s Value], key: &str) -> Parts<'s> {
    let named: Parts<'s> = parts
        .iter()
        .filter_map(|part| part.get("properties")?.get(key))
        .collect();
    if !named.is_empty() {
        return named;
    }
    let others = parts.iter().filter_map(|part| part.get("additionalProperties"));
    others.filter(|schema| schema.is_object()).collect()
}

fn items<'s>(parts: &[&'s Value]) -> Parts<'s> {
    parts.iter().filter_map(|part| part.get("items")).collect()
}

/// Whether a condition of the schema holds for the mapping that a node holds: required keys, and values among some.
fn holds(condition: &Value, outline: &Outline, node: Option<usize>) -> bool {
    let entry = |name: &str| outline.keys_of(node).find(|(_, entry)| entry.text == name);
    let required = |schema: &Value| {
        let names = schema.get("required").and_then(Value::as_array);
        let mut names = names.into_iter().flatten().filter_map(Value::as_str);
        names.all(|name| entry(name).is_some())
    };
    let forbidden = condition.get("not").is_some_and(required);
    let properties = condition.get("properties").and_then(Value::as_object);
    let mut properties = properties.into_iter().flatten();
    let values_fit = properties.all(|(name, schema)| {
        let value = entry(name).and_then(|(_, entry)| entry.value.as_ref());
        let allowed = schema.get("enum").and_then(Value::as_array);
        match (value, allowed) {
            (Some((value, _)), Some(allowed)) => allowed.iter().any(|one| one == value.as_str()),
            (_, allowed) => allowed.is_none(),
        }
    });
    required(condition) && !forbidden && values_fit
}

/// The values that a schema lists.
pub(super) fn values(parts: &[&Value]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut add = |text: String| {
        if !all.contains(&text) {
            all.push(text);
        }
    };
    for part in parts {
        let listed = part.get("enum").and_then(Value::as_array).into_iter().flatten();
        for value in listed.chain(part.get("const")) {
            add(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        if is_of(part, "boolean") {
            add("true".to_owned());
            add("false".to_owned());
        }
        let bounds = (
            part.get("minimum").and_then(Value::as_u64),
            part.get("maximum").and_then(Value::as_u64),
        );
        if let (Some(least), Some(most)) = bounds
            && most.saturating_sub(least) < 100
        {
            (least..=most).rev().for_each(|number| add(number.to_string()));
        }
    }
    all
}

/// What a value may look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One word.
    Scalar,
    /// A mapping on lines of its own.
    Mapping,
    /// A list.
    List,
}

/// What a value most likely looks like.
pub(super) fn shape(parts: &[&Value]) -> Shape {
    let any = |name: &str| parts.iter().any(|part| is_of(part, name));
    let scalar = any("string") || any("boolean") || any("integer") || any("number");
    let listed = parts.iter().any(|part| part.get("enum").is_some());
    if scalar || listed {
        Shape::Scalar
    } else if any("object") || parts.iter().any(|part| part.get("properties").is_some()) {
        Shape::Mapping
    } else if any("array") {
        Shape::List
    } else {
        Shape::Scalar
    }
}

fn is_of(part: &Value, name: &str) -> bool {
    match part.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(all)) => all.iter().any(|one| one == name),
        _ => false,
    }
}
