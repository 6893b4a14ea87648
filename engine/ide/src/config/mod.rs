//! `confiture.yaml` as it is typed: what is wrong, what could stand there, what a key means. All of it comes from the
//! schema that the documentation is made from. Migrations in YAML are completed by the same means, outside of their SQL.

mod migration;
mod outline;
mod schema;

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use confiture_lint::{RuleSet, config_schema, explain, registry};
use confiture_project::config::{CONFIG_FILES, LINT_CONFIG_FILES};
use confiture_project::{Config, SourceFile};
use serde_json::Value;

use crate::complete::{Completion, CompletionKind, Completions, Insert};
use crate::diagnostics::{self, Diagnostic};
use crate::hover::Hover;

use outline::{EntryKind, Outline, Role, Spot};
use schema::{Parts, Schema, Shape, shape, values};

/// Whether a file holds configuration, by its name.
pub fn is_config(file: &Path) -> bool {
    named(file).is_some_and(|name| CONFIG_FILES.contains(&name))
}

/// Whether a file may be a migration in YAML, by its name.
pub fn is_migration(file: &Path) -> bool {
    let is_yaml = named(file).is_some_and(|name| name.ends_with(".yaml") || name.ends_with(".yml"));
    is_yaml && !is_config(file)
}

fn named(file: &Path) -> Option<&str> {
    file.file_name()?.to_str()
}

/// What is wrong with a configuration file, by place.
pub fn diagnostics(file: &Path, text: &str) -> Vec<Diagnostic> {
    let source = Arc::new(SourceFile {
        path: file.to_path_buf(),
        file: file.to_path_buf(),
        text: text.into(),
    });
    let (config, mut problems) = Config::parse(&source);
    let (_, more) = RuleSet::from_config(&config);
    problems.extend(more);
    let mut found: Vec<Diagnostic> = problems.iter().map(diagnostics::of_problem).collect();
    found.sort_by_key(|found| (found.range.start, found.range.end));
    found.dedup();
    found
}

/// The schema of a configuration file; of one for `linting` alone that key.
fn config(file: &Path) -> &'static Value {
    static WHOLE: OnceLock<Value> = OnceLock::new();
    static LINTING: OnceLock<Value> = OnceLock::new();
    let whole = WHOLE.get_or_init(config_schema);
    if !named(file).is_some_and(|name| LINT_CONFIG_FILES.contains(&name)) {
        return whole;
    }
    LINTING.get_or_init(|| {
        let mut schema = whole.clone();
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.retain(|name, _| name == "linting");
        }
        schema
    })
}

/// What could stand at a byte of a configuration file.
pub fn completions(file: &Path, text: &str, offset: usize) -> Completions {
    completed(Schema::new(config(file)), text, offset)
}

/// What could stand at a byte of a migration in YAML, outside of its SQL.
pub fn migration_completions(text: &str, offset: usize) -> Completions {
    completed(Schema::new(migration::schema()), text, offset)
}

/// What the key or value at a byte means.
pub fn hover(file: &Path, text: &str, offset: usize) -> Option<Hover> {
    explained(Schema::new(config(file)), text, offset)
}

/// What the key at a byte of a migration in YAML means.
pub fn migration_hover(text: &str, offset: usize) -> Option<Hover> {
    explained(Schema::new(migration::schema()), text, offset)
}

fn completed(schema: Schema<'_>, text: &str, offset: usize) -> Completions {
    let outline = Outline::new(text);
    let Some(spot) = outline.spot(text, offset) else {
        return Completions {
            replaces: offset..offset,
            ..Completions::default()
        };
    };
    let parts = schema.at(&outline, spot.parent);
    let mut items = match spot.role {
        Role::Value => values_at(&outline, &spot, &parts),
        Role::Beginning => {
            let mut items = listed_at(&outline, &spot, &parts);
            items.extend(keys_at(schema, &outline, &spot, &parts, text));
            items
        }
    };
    let typed = spot.typed.to_lowercase();
    let is_other = |item: &Completion| is_other_name(&item.label);
    items.retain(|item| item.label.to_lowercase().contains(&typed));
    // Rules go by their own names before they go by others, which nobody looks for who has typed nothing.
    let is_cut = typed.is_empty() && items.iter().any(is_other);
    if is_cut {
        items.retain(|item| !is_other(item));
    }
    items.sort_by_cached_key(|item| (is_other(item), !item.label.to_lowercase().starts_with(&typed)));
    for (at, item) in items.iter_mut().enumerate() {
        item.sort = format!("{at:04}");
    }
    Completions {
        replaces: spot.replaces,
        items,
        is_incomplete: is_cut,
    }
}

/// The keys that may stand at a place and don't yet.
fn keys_at(
    schema: Schema<'_>,
    outline: &Outline,
    spot: &Spot,
    parts: &Parts<'_>,
    text: &str,
) -> Vec<Completion> {
    let taken = |name: &str| {
        let mut keys = outline.keys_of(spot.parent);
        keys.any(|(at, entry)| entry.text == name && Some(at) != spot.own)
    };
    let rest = text.get(spot.replaces.end..).unwrap_or_default();
    let is_key = rest.trim_start_matches(' ').starts_with(':');
    let all = schema.keys(parts, outline);
    let names: Vec<&str> = all.iter().map(|(name, ..)| *name).collect();
    let keys = all
        .iter()
        .filter(|(name, ..)| !taken(name) && is_shown(name, &names, &spot.typed));
    let mut items: Vec<Completion> = keys
        .map(|(name, about, own)| {
            let insert = if is_key {
                Insert::Text((*name).to_owned())
            } else {
                match shape(own) {
                    Shape::Scalar => Insert::Text(format!("{name}: ")),
                    Shape::Mapping => Insert::Snippet(format!("{name}:\n  $0")),
                    Shape::List => Insert::Snippet(format!("{name}:\n  - $0")),
                }
            };
            item(name, CompletionKind::Column, about.clone(), insert)
        })
        .collect();
    // Options before the rules of a category.
    items.sort_by_key(|item| {
        registry()
            .iter()
            .any(|rule| rule.name == item.label.replace('_', "-"))
    });
    items
}

/// Rules have a spelling with hyphens and one with underscores: the second is shown to those who type one.
fn is_shown(name: &str, all: &[&str], typed: &str) -> bool {
    typed.contains('_') || !name.contains('_') || !all.contains(&name.replace('_', "-").as_str())
}

/// Whether a name is one that a rule has beside its own.
fn is_other_name(name: &str) -> bool {
    let name = name.replace('_', "-");
    let is_own = registry().iter().any(|rule| rule.name == name);
    !is_own
        && registry()
            .iter()
            .any(|rule| rule.aliases.contains(&name.as_str()))
}

/// What could be an item of a list.
fn listed_at(outline: &Outline, spot: &Spot, parts: &Parts<'_>) -> Vec<Completion> {
    let in_list = spot
        .parent
        .and_then(|at| outline.entries.get(at))
        .is_some_and(|entry| entry.kind == EntryKind::Item);
    if in_list {
        values_at(outline, spot, parts)
    } else {
        Vec::new()
    }
}

fn values_at(outline: &Outline, spot: &Spot, parts: &Parts<'_>) -> Vec<Completion> {
    let all = values(parts);
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    let mut items: Vec<Completion> = names
        .iter()
        .filter(|name| is_shown(name, &names, &spot.typed))
        .map(|name| {
            let rule = registry().iter().find(|rule| rule.name == *name);
            let about = rule.map(|rule| rule.summary.to_owned());
            item(
                name,
                CompletionKind::EnumLabel,
                about,
                Insert::Text((*name).to_owned()),
            )
        })
        .collect();
    items.extend(environments_at(outline, spot));
    items
}

/// The names of environments, where one is asked for.
fn environments_at(outline: &Outline, spot: &Spot) -> Vec<Completion> {
    let path = outline.path(spot.parent);
    let asks = path.iter().rev().find_map(|at| {
        let entry = outline.entries.get(*at)?;
        (entry.kind == EntryKind::Key).then_some(entry)
    });
    if !asks.is_some_and(|entry| entry.text == "environments" && entry.parent.is_some()) {
        return Vec::new();
    }
    let sections = outline
        .keys_of(None)
        .filter(|(_, entry)| entry.text == "environments");
    let names = sections.flat_map(|(at, _)| outline.keys_of(Some(at)));
    names
        .map(|(_, entry)| {
            let insert = Insert::Text(entry.text.clone());
            item(
                &entry.text,
                CompletionKind::EnumLabel,
                Some("environment".to_owned()),
                insert,
            )
        })
        .collect()
}

fn item(label: &str, kind: CompletionKind, about: Option<String>, insert: Insert) -> Completion {
    Completion {
        label: label.to_owned(),
        kind,
        detail: about,
        documentation: None,
        insert,
        filter: None,
        sort: String::new(),
    }
}

fn explained(schema: Schema<'_>, text: &str, offset: usize) -> Option<Hover> {
    let outline = Outline::new(text);
    let (at, role) = outline.at(offset)?;
    let entry = outline.entries.get(at)?;
    let (word, range): (&str, Range<usize>) = match (role, &entry.value) {
        (Role::Value, Some((value, range))) => (value, range.clone()),
        _ => (&entry.text, entry.range.clone()),
    };
    let parts = schema.at(&outline, Some(at));
    let in_rules = is_among_rules(&outline, at);
    let is_key = role == Role::Beginning && entry.kind == EntryKind::Key;
    // The page of a rule says more than the schema.
    let page = explain(word).filter(|_| in_rules || !is_key);
    let markdown = match page {
        Some(page) => page,
        None if is_key => format!("**`{word}`**\n\n{}", described(&parts)?),
        None => return None,
    };
    Some(Hover { markdown, range })
}

/// Whether a key names a rule: under `linting`, or under the rules of something in it.
fn is_among_rules(outline: &Outline, at: usize) -> bool {
    let parents = outline.path(outline.entries.get(at).and_then(|entry| entry.parent));
    let holder = parents.iter().rev().find_map(|at| {
        let entry = outline.entries.get(*at)?;
        (entry.kind == EntryKind::Key).then_some(entry.text.as_str())
    });
    matches!(holder, Some("rules" | "linting" | "type"))
}

/// What a key means and what it may be.
fn described(parts: &Parts<'_>) -> Option<String> {
    let about = Schema::description(parts);
    let all = values(parts);
    let choices = (!all.is_empty() && all.len() <= 20).then(|| {
        let shown: Vec<String> = all.iter().map(|value| format!("`{value}`")).collect();
        format!("One of {}.", shown.join(", "))
    });
    let said: Vec<String> = about.into_iter().chain(choices).collect();
    (!said.is_empty()).then(|| said.join("\n\n"))
}
