//! What a catalog doesn't keep: definitions of functions, triggers and rules, as written or as a server prints them.

use std::collections::BTreeMap;
use std::sync::Arc;

use confiture_syntax::lexer::Dialect;
use confiture_syntax::{Name, Syntax, TextRange, string_value};

use crate::catalog::{Catalog, FunctionKey, Origin, OtherKey, QualName};
use crate::change::{ArgumentMode, Change, CreateFunction};
use crate::read;

/// Where a catalog comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Source {
    /// Files: texts are as somebody wrote them.
    #[default]
    Files,
    /// A server: texts are as it prints them, every name with its schema.
    Server,
}

/// Definitions of objects whose catalog entries don't tell all of them, each a statement that creates the object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definitions {
    /// Where they come from.
    pub source: Source,
    /// Functions, procedures, aggregates.
    pub functions: BTreeMap<FunctionKey, Arc<str>>,
    /// Triggers, by relation and name.
    pub triggers: BTreeMap<(QualName, Name), Arc<str>>,
    /// Rules, by relation and name.
    pub rules: BTreeMap<(QualName, Name), Arc<str>>,
    /// Foreign tables.
    pub foreign_tables: BTreeMap<QualName, Arc<str>>,
    /// Ranges and base types.
    pub types: BTreeMap<QualName, Arc<str>>,
    /// Everything else.
    pub others: BTreeMap<OtherKey, Arc<str>>,
}

impl Definitions {
    /// Of a catalog that was replayed from files. `text` gives the statement at an origin.
    pub fn of_files(catalog: &Catalog, text: impl Fn(Origin) -> Option<Arc<str>>) -> Definitions {
        let mut found = Definitions::default();
        for (key, function) in &catalog.functions {
            if let Some(text) = text(function.origin) {
                found.functions.insert(key.clone(), text);
            }
        }
        for (name, definition) in &catalog.types {
            if let Some(text) = text(definition.origin) {
                found.types.insert(name.clone(), text);
            }
        }
        for (key, other) in &catalog.others {
            if let Some(text) = text(other.origin) {
                found.others.insert(key.clone(), text);
            }
        }
        for (name, relation) in &catalog.relations {
            for (trigger, one) in relation.triggers.iter().filter(|(_, t)| !t.inherited) {
                if let Some(text) = text(one.origin) {
                    found.triggers.insert((name.clone(), trigger.clone()), text);
                }
            }
            for (rule, one) in &relation.rules {
                if let Some(text) = text(one.origin) {
                    found.rules.insert((name.clone(), rule.clone()), text);
                }
            }
            if relation.kind == crate::catalog::RelationKind::ForeignTable
                && let Some(text) = text(relation.origin)
            {
                found.foreign_tables.insert(name.clone(), text);
            }
        }
        found
    }

    /// Of a server's catalog: bodies of functions are in the catalog itself.
    pub fn of_server(catalog: &Catalog) -> Definitions {
        let bodies = catalog
            .functions
            .iter()
            .filter_map(|(key, function)| Some((key.clone(), function.definition.clone()?)));
        Definitions {
            source: Source::Server,
            functions: bodies.collect(),
            ..Definitions::default()
        }
    }
}

/// A statement that may have a semicolon and comments around it, cut to itself.
fn statement(text: &str) -> &str {
    text.trim().trim_end_matches(';').trim_end()
}

fn changes(text: &str) -> Vec<Change> {
    read::changes(&Syntax::parse_as(text, Dialect::Server))
}

/// A text with other texts in places of it. The places don't overlap.
fn spliced(text: &str, mut pieces: Vec<(TextRange, String)>) -> String {
    pieces.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len() + 32);
    let mut at = 0;
    for (range, piece) in pieces {
        let range = range.as_usize();
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(&piece);
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// CREATE OR REPLACE of a function by its definition, under the name that it has now; `None` for a text that isn't one.
pub(super) fn create_function(key: &FunctionKey, text: &str) -> Option<String> {
    let text = statement(text);
    let found = changes(text);
    let function = found.iter().find_map(as_function)?;
    let mut pieces = vec![(function.name.range, key.name.quoted())];
    if !function.or_replace {
        let syntax = Syntax::parse_as(text, Dialect::Server);
        let start = syntax.statement()?.range().start;
        let word = TextRange::new(start, start.saturating_add(6));
        if text
            .get(word.as_usize())
            .is_some_and(|w| w.eq_ignore_ascii_case("create"))
        {
            pieces.push((word, "CREATE OR REPLACE".to_owned()));
        }
    }
    Some(spliced(text, pieces))
}

fn as_function(change: &Change) -> Option<&CreateFunction> {
    match change {
        Change::CreateFunction(function) => Some(function),
        _ => None,
    }
}

/// CREATE TRIGGER by its definition, under the names that trigger, table and function have now.
pub(super) fn create_trigger(
    table: &QualName,
    name: &Name,
    function: &QualName,
    text: &str,
) -> Option<String> {
    let text = statement(text);
    let found = changes(text);
    let trigger = found.iter().find_map(|change| match change {
        Change::CreateTrigger(trigger) => Some(trigger),
        _ => None,
    })?;
    let pieces = vec![
        (trigger.name.range, name.quoted()),
        (trigger.table.range, table.quoted()),
        (trigger.function.range, function.quoted()),
    ];
    Some(spliced(text, pieces))
}

/// CREATE RULE by its definition.
pub(super) fn create_rule(table: &QualName, name: &Name, text: &str) -> Option<String> {
    let text = statement(text);
    let found = changes(text);
    let rule = found.iter().find_map(|change| match change {
        Change::CreateRule(rule) => Some(rule),
        _ => None,
    })?;
    let pieces = vec![
        (rule.name.range, name.quoted()),
        (rule.table.range, table.quoted()),
    ];
    Some(spliced(text, pieces))
}

/// The statement of a definition that is used as it is, where it is one that creates something.
pub(super) fn create_as_written(text: &str) -> Option<String> {
    let text = statement(text);
    let creates = changes(text).iter().any(|change| {
        matches!(
            change,
            Change::CreateOther(_)
                | Change::CreateType(_)
                | Change::CreateTable(_)
                | Change::CreateFunction(_)
        )
    });
    creates.then(|| text.to_owned())
}

/// What a function's definition says beside what the catalog knows.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    arguments: Vec<(Option<Name>, ArgumentMode, bool)>,
    sets: Vec<Name>,
    body: Option<String>,
}

fn said(text: &str) -> Option<Said> {
    let found = changes(text);
    let function = found.iter().find_map(as_function)?;
    let arguments = function.arguments.iter().map(|a| {
        let name = a.name.as_ref().map(|n| n.name.clone());
        (name, a.mode, a.has_default)
    });
    let mut sets = function.sets.clone();
    sets.sort();
    let body = function.body_range.map(|range| {
        let written = range.slice(text);
        string_value(written).unwrap_or_else(|| folded(written))
    });
    Some(Said {
        arguments: arguments.collect(),
        sets,
        body,
    })
}

/// A text with each run of white space as one space.
pub(super) fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// How two definitions of a function go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bodies {
    /// They say the same.
    Same,
    /// They don't, and one can take the other's place.
    Replaceable,
    /// They don't, and PostgreSQL refuses to put one in the other's place.
    Apart,
    /// One of them isn't known, or can't be compared.
    Unknown,
}

/// Compares the definitions of a function.
pub(super) fn bodies(old: Option<&Arc<str>>, new: Option<&Arc<str>>) -> Bodies {
    let (Some(old), Some(new)) = (old, new) else {
        return Bodies::Unknown;
    };
    if statement(old) == statement(new) {
        return Bodies::Same;
    }
    let (Some(before), Some(after)) = (said(old), said(new)) else {
        return Bodies::Unknown;
    };
    if before == after {
        return Bodies::Same;
    }
    let inputs = |said: &Said| -> Vec<(Option<Name>, bool)> {
        let own = said.arguments.iter().filter(|(_, mode, _)| mode.is_input());
        own.map(|(name, _, default)| (name.clone(), *default)).collect()
    };
    let outputs = |said: &Said| -> Vec<Option<Name>> {
        let own = said
            .arguments
            .iter()
            .filter(|(_, mode, _)| !matches!(mode, ArgumentMode::In));
        own.map(|(name, ..)| name.clone()).collect()
    };
    let keeps = inputs(&before)
        .iter()
        .zip(&inputs(&after))
        .all(|((old, had), (new, has))| (old.is_none() || old == new) && (*has || !*had));
    if keeps && outputs(&before) == outputs(&after) {
        Bodies::Replaceable
    } else {
        Bodies::Apart
    }
}
