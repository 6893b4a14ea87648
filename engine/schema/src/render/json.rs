//! The canonical form as JSON.

use serde_json::{Map, Value as Json};

use super::describe::{Item, Value, describe};
use crate::catalog::Catalog;

/// The catalog as one JSON object, `{"version": 1, "objects": [ … ]}`, in the order of [`text`](super::text()).
///
/// Each object has `kind` (`table`, `enum`, `function` …), `name` (quoted where SQL demands it, qualified), a key for
/// each of its facts (spaces as underscores: `not_null`; marks are `true` or absent, lists are arrays), and for what
/// belongs to it `columns`, `constraints`, `indexes`, `triggers`, `policies`, `rules`: arrays of objects of the same shape
/// with `name` instead of a qualified one. A fact that is absent does not hold. Expressions are strings in normal form.
pub fn json(catalog: &Catalog) -> Json {
    let objects: Vec<Json> = describe(catalog)
        .into_iter()
        .map(|item| {
            let mut object = Map::new();
            object.insert("kind".to_owned(), Json::from(item.kind));
            fill(&mut object, item);
            Json::Object(object)
        })
        .collect();
    let mut root = Map::new();
    root.insert("version".to_owned(), Json::from(1));
    root.insert("objects".to_owned(), Json::Array(objects));
    Json::Object(root)
}

fn fill(object: &mut Map<String, Json>, item: Item) {
    object.insert("name".to_owned(), Json::from(item.name));
    for fact in item.facts {
        let value = match fact.value {
            Value::Mark => Json::Bool(true),
            Value::Word(text) | Value::Expr(text) => Json::from(text),
            Value::Prose(text) => Json::from(&*text),
            Value::List(items) => Json::from(items),
            Value::Quiet(_) | Value::Unknown => continue,
        };
        object.insert(fact.aspect.replace([' ', '-'], "_"), value);
    }
    for part in item.parts {
        let group = group(part.kind);
        let mut inner = Map::new();
        fill(&mut inner, part);
        let list = object.entry(group).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(list) = list {
            list.push(Json::Object(inner));
        }
    }
}

/// The key under which parts of a kind are listed.
fn group(kind: &str) -> String {
    match kind {
        "index" => "indexes".to_owned(),
        "policy" => "policies".to_owned(),
        other => format!("{other}s"),
    }
}
