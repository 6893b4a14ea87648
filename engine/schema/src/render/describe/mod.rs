//! What is said of each object: the one description that the canonical forms print and compare.

pub(super) mod object;
pub(super) mod relation;

pub(crate) use object::signature;
pub(super) use relation::action;

use std::collections::BTreeMap;
use std::sync::Arc;

use confiture_syntax::Name;

use crate::catalog::Catalog;

/// One object, or one thing that belongs to an object, and what is said of it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// What it is, in PostgreSQL's words: `table`, `column`, `check constraint`.
    pub(super) kind: &'static str,
    /// Its name, quoted where SQL demands it; qualified for objects of their own.
    pub(super) name: String,
    /// What is said of it, in a fixed order.
    pub(super) facts: Vec<Fact>,
    /// What belongs to it: columns in order, the rest by kind and name.
    pub(super) parts: Vec<Item>,
}

/// One thing that is said.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    /// What it is about: `type`, `default`.
    pub(super) aspect: &'static str,
    /// What is said, in a form of its own for every kind of reader.
    pub(super) value: Value,
}

/// What is said of an aspect.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// A mark that is there; its absence is the absence of the fact.
    Mark,
    /// A word or phrase in the canonical spelling.
    Word(String),
    /// A normal form of an expression.
    Expr(String),
    /// A text that a person wrote: a comment.
    Prose(Arc<str>),
    /// Names or values in order.
    List(Vec<String>),
    /// Known here, but not wherever a catalog comes from: compared where both know it, and not printed.
    Quiet(String),
    /// Not known here: equal to anything.
    Unknown,
}

impl Item {
    fn new(kind: &'static str, name: impl Into<String>) -> Item {
        Item {
            kind,
            name: name.into(),
            facts: Vec::new(),
            parts: Vec::new(),
        }
    }

    fn say(&mut self, aspect: &'static str, value: Value) {
        self.facts.push(Fact { aspect, value });
    }

    fn mark(&mut self, aspect: &'static str, holds: bool) {
        if holds {
            self.say(aspect, Value::Mark);
        }
    }

    fn word(&mut self, aspect: &'static str, word: impl Into<String>) {
        self.say(aspect, Value::Word(word.into()));
    }

    fn optional_word(&mut self, aspect: &'static str, word: Option<String>) {
        if let Some(word) = word {
            self.word(aspect, word);
        }
    }

    fn list(&mut self, aspect: &'static str, items: Vec<String>) {
        if !items.is_empty() {
            self.say(aspect, Value::List(items));
        }
    }

    fn comment(&mut self, comment: &Option<Arc<str>>) {
        if let Some(comment) = comment {
            self.say("comment", Value::Prose(Arc::clone(comment)));
        }
    }

    /// Storage parameters: `fillfactor=70`.
    fn options(&mut self, options: &BTreeMap<Name, Arc<str>>) {
        let one = |(name, value): (&Name, &Arc<str>)| format!("{}={}", name.as_str(), option_value(value));
        self.list("options", options.iter().map(one).collect());
    }
}

/// `on`, `yes` and a parameter without a value are `true` to PostgreSQL; it keeps what was written.
fn option_value(value: &str) -> String {
    match value.trim_matches('\'').to_ascii_lowercase().as_str() {
        "" | "on" | "yes" | "true" => "true".to_owned(),
        "off" | "no" | "false" => "false".to_owned(),
        other => other.to_owned(),
    }
}

/// Quoted names.
fn names<'n>(names: impl IntoIterator<Item = &'n Name>) -> Vec<String> {
    names.into_iter().map(|name| name.quoted().to_string()).collect()
}

/// Every object of a catalog, in the order of the canonical form: by kind, then by name.
pub(super) fn describe(catalog: &Catalog) -> Vec<Item> {
    let mut items = object::schemas(catalog);
    items.extend(object::extensions(catalog));
    items.extend(object::types(catalog));
    items.extend(relation::relations(catalog));
    items.extend(object::functions(catalog));
    items.extend(object::others(catalog));
    items
}
