//! What two sides say differently, bodies of functions and queries of views included.

use std::sync::Arc;

use confiture_syntax::Name;

use super::Side;
use super::definitions::{Bodies, bodies, folded};
use crate::catalog::QualName;
use crate::render::describe::signature;
use crate::render::{self, Difference};

/// What two sides say differently.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The differences, by object.
    pub differences: Vec<Difference>,
    /// What could not be compared, such as a query as written and as a server prints it.
    pub not_compared: Vec<String>,
}

/// Holds one side against another: what their catalogs say differently, and what their definitions do.
pub fn compare(left: Side<'_>, right: Side<'_>) -> Comparison {
    let mut found = Comparison {
        differences: render::diff(left.catalog, right.catalog),
        not_compared: Vec::new(),
    };
    functions(left, right, &mut found);
    views(left, right, &mut found);
    triggers_and_rules(left, right, &mut found);
    found.differences.sort();
    found
}

fn otherwise(owner: String, object: String, aspect: &str, texts: (&str, &str)) -> Difference {
    Difference {
        owner,
        object,
        aspect: aspect.to_owned(),
        left: Some(texts.0.to_owned()),
        right: Some(texts.1.to_owned()),
    }
}

fn functions(left: Side<'_>, right: Side<'_>, found: &mut Comparison) {
    for (key, function) in &left.catalog.functions {
        if !right.catalog.functions.contains_key(key) {
            continue;
        }
        let sides = (
            left.definitions.functions.get(key),
            right.definitions.functions.get(key),
        );
        let object = format!("function {}", signature(key));
        match (bodies(sides.0, sides.1), sides) {
            (Bodies::Replaceable | Bodies::Apart, (Some(a), Some(b))) => {
                let texts = (a.as_ref(), b.as_ref());
                found
                    .differences
                    .push(otherwise(object.clone(), object, "body", texts));
            }
            (Bodies::Unknown, _) if function.kind == crate::catalog::FunctionKind::Function => {
                found.not_compared.push(format!("the body of {object}"));
            }
            _ => {}
        }
    }
}

fn views(left: Side<'_>, right: Side<'_>, found: &mut Comparison) {
    let is_same_source = left.definitions.source == right.definitions.source;
    for (name, relation) in &left.catalog.relations {
        let other = right.catalog.relation(name).and_then(|other| other.view.as_ref());
        let (Some(mine), Some(theirs)) = (&relation.view, other) else {
            continue;
        };
        if folded(&mine.query) == folded(&theirs.query) {
            continue;
        }
        let object = super::work::titled(name, relation);
        if is_same_source {
            let texts = (mine.query.as_ref(), theirs.query.as_ref());
            found
                .differences
                .push(otherwise(object.clone(), object, "query", texts));
        } else {
            found.not_compared.push(format!("the query of {object}"));
        }
    }
}

fn triggers_and_rules(left: Side<'_>, right: Side<'_>, found: &mut Comparison) {
    if left.definitions.source != right.definitions.source {
        return;
    }
    let mut differing = |kind: &str, key: &(QualName, Name), sides: (&Arc<str>, Option<&Arc<str>>)| {
        if let (mine, Some(theirs)) = sides
            && folded(mine) != folded(theirs)
            && let Some(relation) = left.catalog.relation(&key.0)
        {
            let object = format!("{kind} {}.{}", key.0.quoted(), key.1.quoted());
            let owner = super::work::titled(&key.0, relation);
            let texts = (mine.as_ref(), theirs.as_ref());
            let known = found.differences.iter().any(|d| d.object == object);
            if !known {
                found
                    .differences
                    .push(otherwise(owner, object, "definition", texts));
            }
        }
    };
    for (key, text) in &left.definitions.triggers {
        differing("trigger", key, (text, right.definitions.triggers.get(key)));
    }
    for (key, text) in &left.definitions.rules {
        differing("rule", key, (text, right.definitions.rules.get(key)));
    }
}
