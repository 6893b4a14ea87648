//! The options of rules: their values, typed by what each rule declares.

use std::collections::BTreeMap;

use confiture_project::{Node, Value};

use super::names::{NamePattern, NameStyle};
use crate::Rule;
use crate::rule::{OptionDefault, RuleOption};

/// The values of a rule's options: every option that the rule declares has one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options(BTreeMap<&'static str, OptionValue>);

/// A value of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionValue {
    /// A text, or one of several words.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// How names look.
    Style(NameStyle),
    /// A regular expression.
    Regex(Option<NamePattern>),
    /// Lists of texts by name.
    Map(BTreeMap<String, Vec<String>>),
}

/// What reading a value gave beside it.
pub(super) enum Unread {
    /// It is of another kind than the option.
    WrongKind,
    /// It is wrong in itself.
    Wrong {
        /// What is wrong.
        message: String,
        /// What may have been meant.
        help: Option<String>,
    },
}

impl Options {
    pub(super) fn defaults(rule: &Rule) -> Options {
        Options(rule.options.iter().map(|o| (o.name, default(o))).collect())
    }

    /// An option's text; empty where there is no such option.
    pub fn text(&self, name: &str) -> &str {
        match self.0.get(name) {
            Some(OptionValue::Text(text)) => text,
            _ => "",
        }
    }

    /// An option's list.
    pub fn list(&self, name: &str) -> &[String] {
        match self.0.get(name) {
            Some(OptionValue::List(items)) => items,
            _ => &[],
        }
    }

    /// Whether an option is on.
    pub fn is_on(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(OptionValue::Bool(true)))
    }

    /// An option's number; zero where there is no such option.
    pub fn number(&self, name: &str) -> i64 {
        match self.0.get(name) {
            Some(OptionValue::Number(value)) => *value,
            _ => 0,
        }
    }

    /// How names look; [`NameStyle::Any`] where there is no such option.
    pub fn style(&self, name: &str) -> &NameStyle {
        match self.0.get(name) {
            Some(OptionValue::Style(style)) => style,
            _ => &NameStyle::Any,
        }
    }

    /// An option's regular expression, where one is configured.
    pub fn regex(&self, name: &str) -> Option<&NamePattern> {
        match self.0.get(name) {
            Some(OptionValue::Regex(pattern)) => pattern.as_ref(),
            _ => None,
        }
    }

    /// An option's lists by name.
    pub fn map(&self, name: &str) -> &BTreeMap<String, Vec<String>> {
        static NONE: BTreeMap<String, Vec<String>> = BTreeMap::new();
        match self.0.get(name) {
            Some(OptionValue::Map(map)) => map,
            _ => &NONE,
        }
    }

    pub(super) fn set(&mut self, option: &RuleOption, value: OptionValue) {
        self.0.insert(option.name, value);
    }
}

fn default(option: &RuleOption) -> OptionValue {
    match option.default {
        OptionDefault::Text(text) | OptionDefault::Choice(text, _) => OptionValue::Text(text.to_owned()),
        OptionDefault::List(items) => OptionValue::List(items.iter().map(|i| (*i).to_owned()).collect()),
        OptionDefault::Bool(value) => OptionValue::Bool(value),
        OptionDefault::Number(value) => OptionValue::Number(value),
        OptionDefault::Style(text) => {
            OptionValue::Style(NameStyle::parse(text).map_or(NameStyle::Any, |(style, _)| style))
        }
        OptionDefault::Regex(text) => OptionValue::Regex(
            Some(text)
                .filter(|text| !text.is_empty())
                .and_then(|text| NamePattern::new(text).ok()),
        ),
        OptionDefault::Map => OptionValue::Map(BTreeMap::new()),
    }
}

/// Reads a value of an option. The second value is another reading than the spelling says.
pub(super) fn read(
    node: &Node,
    wanted: &OptionDefault,
) -> Result<(OptionValue, Option<&'static str>), Unread> {
    let plain = |value: OptionValue| Ok((value, None));
    match (wanted, &node.value) {
        (OptionDefault::Text(_), Value::Text(text)) => plain(OptionValue::Text(text.clone())),
        (OptionDefault::Choice(_, words), Value::Text(text)) => match words.iter().find(|word| *word == text)
        {
            Some(word) => plain(OptionValue::Text((*word).to_owned())),
            None => {
                let near = confiture_project::nearest(text, words.iter().copied());
                Err(Unread::Wrong {
                    message: format!("`{text}` is none of {}", words.join(", ")),
                    help: near.map(|word| format!("did you mean `{word}`?")),
                })
            }
        },
        (OptionDefault::Bool(_), Value::Bool(value)) => plain(OptionValue::Bool(*value)),
        (OptionDefault::Number(_), Value::Int(value)) => plain(OptionValue::Number(*value)),
        (OptionDefault::List(_), _) => texts(node).map(|items| (OptionValue::List(items), None)),
        (OptionDefault::Style(_), Value::Text(text)) => match NameStyle::parse(text) {
            Ok((style, base)) => Ok((OptionValue::Style(style), base)),
            Err(error) => Err(Unread::Wrong {
                message: error.message,
                help: error.help,
            }),
        },
        (OptionDefault::Regex(_), Value::Text(text)) => match NamePattern::new(text) {
            Ok(pattern) => plain(OptionValue::Regex(Some(pattern))),
            Err(why) => Err(Unread::Wrong {
                message: format!("`{text}` is not a regular expression: {why}"),
                help: None,
            }),
        },
        (OptionDefault::Map, Value::Map(entries)) => {
            let mut map = BTreeMap::new();
            for (key, value) in entries {
                map.insert(key.name.clone(), texts(value)?);
            }
            plain(OptionValue::Map(map))
        }
        _ => Err(Unread::WrongKind),
    }
}

/// A text or a list of texts.
fn texts(node: &Node) -> Result<Vec<String>, Unread> {
    if matches!(node.value, Value::Null | Value::Map(_)) {
        return Err(Unread::WrongKind);
    }
    let items: Option<Vec<String>> = node.items().iter().map(Node::scalar).collect();
    items.ok_or(Unread::WrongKind)
}
