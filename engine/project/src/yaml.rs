//! A YAML document as a tree of nodes that know their place.
//!
//! serde-saphyr does the reading (merge keys, duplicate keys refused, alias bombs and deep nesting stopped); this module
//! keeps what it knows about places, so that every wrong key of a file can be named in one go.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use crate::{Problem, ProblemCode, SourceFile, hide_passwords};

/// A value and its byte range in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value itself.
    pub value: Value,
    /// Where the value is written; for an alias, where the alias stands.
    pub range: Range<usize>,
    /// Where the value is defined; for an alias, at its anchor.
    pub defined: Range<usize>,
}

/// A key of a mapping with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key as it is spelled.
    pub name: String,
    /// Where the key is written.
    pub range: Range<usize>,
}

/// What a [`Node`] holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Any other scalar.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// Whether an edited document is still YAML that says what the old one said, but for some texts: each is named by a byte
/// of the old document that belongs to it, and comes with what it is to be.
pub fn yaml_says(old: &str, new: &str, changed: &[(usize, &str)]) -> bool {
    let (Ok(old), Ok(new)) = (Node::parse(old), Node::parse(new)) else {
        return false;
    };
    let (old, new) = (old.scalars(), new.scalars());
    let wanted = |at: &Range<usize>| changed.iter().find(|(byte, _)| at.contains(byte));
    let mut pairs = old.iter().zip(&new);
    old.len() == new.len()
        && pairs.all(|((before, at), (after, _))| match wanted(at) {
            Some((_, text)) => after.as_text() == Some(text),
            None => before == after,
        })
}

/// Why a text is not YAML that can be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotYaml {
    pub(crate) message: String,
    pub(crate) range: Option<Range<usize>>,
}

impl NotYaml {
    /// As a problem of the file.
    pub(crate) fn into_problem(self, source: &SourceFile) -> Problem {
        let message = format!("not YAML: {}", hide_passwords(&self.message));
        let problem = Problem::new(ProblemCode::NotYaml, &source.path, message);
        match self.range {
            Some(range) => problem.at(range, source.shown()),
            None => problem,
        }
    }
}

impl Value {
    fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Node {
    /// Reads a file that holds one document. An empty one is a null node.
    ///
    /// # Errors
    /// It is not YAML: the problem says why, and where.
    pub fn of_file(file: &SourceFile) -> Result<Node, Box<Problem>> {
        Node::parse(&file.text).map_err(|error| Box::new(error.into_problem(file)))
    }

    /// Reads one document. An empty one is a null node.
    pub(crate) fn parse(source: &str) -> Result<Node, NotYaml> {
        // The reader steps over a byte order mark; offsets here are those of the file.
        let text = source.strip_prefix('\u{feff}').unwrap_or(source);
        let shift = source.len() - text.len();
        if text.trim().is_empty() {
            return Ok(Node {
                value: Value::Null,
                range: shift..shift,
                defined: shift..shift,
            });
        }
        let options = serde_saphyr::options! { with_snippet: false };
        match serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options) {
            Ok(raw) => Ok(convert(raw, shift, text.len())),
            Err(error) => Err(NotYaml {
                range: error.location().map(|at| error_range(source, at, shift)),
                message: plain_message(&error),
            }),
        }
    }

    /// The scalars, in the order of the document, each with where it is defined.
    fn scalars(&self) -> Vec<(&Value, &Range<usize>)> {
        let mut found = Vec::new();
        let mut work = vec![self];
        while let Some(node) = work.pop() {
            match &node.value {
                Value::List(items) => work.extend(items.iter().rev()),
                Value::Map(entries) => work.extend(entries.iter().rev().map(|(_, value)| value)),
                value => found.push((value, &node.defined)),
            }
        }
        found
    }

    /// The value's name, for messages.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The entries of a mapping.
    pub fn as_map(&self) -> Option<&[(Key, Node)]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The text of a scalar that is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; a single value counts as a list of one, nothing as an empty list.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// A scalar as it would be written, `None` for lists, mappings and nothing.
    pub fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Bool(value) => Some(value.to_string()),
            Value::Int(value) => Some(value.to_string()),
            Value::Float(value) => Some(value.to_string()),
            Value::Text(value) => Some(value.clone()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The value of a key of a mapping.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.as_map()?
            .iter()
            .find(|(key, _)| key.name == name)
            .map(|(_, node)| node)
    }
}

/// The reader's first line, without its own "at line".
fn plain_message(error: &serde_saphyr::Error) -> String {
    let text = error.without_snippet().to_string();
    let line = text.lines().next().unwrap_or_default();
    let line = line.split(" at line ").next().unwrap_or_default();
    // Advice for programmers who use the reader.
    let line = line.split(", set ").next().unwrap_or_default();
    let line = line.split("; use from_str").next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

/// The place of an error. Scanner errors know their line and column only.
fn error_range(source: &str, at: Location, shift: usize) -> Range<usize> {
    if at.span().byte_offset().is_some_and(|offset| offset > 0) {
        return char_range(source, byte_range(at, shift, source.len() - shift));
    }
    let line = usize::try_from(at.line()).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(at.column()).unwrap_or(1).saturating_sub(1);
    let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
    let text = source[start..].lines().next().unwrap_or_default();
    let before: usize = text.chars().take(column).map(char::len_utf8).sum();
    char_range(source, start + before..start + before)
}

/// Widens an empty range to one character and keeps it inside the text.
fn char_range(source: &str, range: Range<usize>) -> Range<usize> {
    let start = floor(source, range.start.min(source.len()));
    let end = range.end.clamp(start, source.len());
    let end = if end == start {
        start + source[start..].chars().next().map_or(0, char::len_utf8)
    } else {
        ceil(source, end)
    };
    start..end
}

fn floor(source: &str, mut at: usize) -> usize {
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceil(source: &str, mut at: usize) -> usize {
    while !source.is_char_boundary(at) {
        at += 1;
    }
    at
}

fn byte_range(at: Location, shift: usize, len: usize) -> Range<usize> {
    let span = at.span();
    let start = span
        .byte_offset()
        .and_then(|at| usize::try_from(at).ok())
        .unwrap_or(0)
        .min(len);
    let length = span
        .byte_len()
        .and_then(|at| usize::try_from(at).ok())
        .unwrap_or(0);
    shift + start..shift + start.saturating_add(length).min(len)
}

// Recursive, as the reader is; its budget bounds the depth.
fn convert(raw: Spanned<Raw>, shift: usize, len: usize) -> Node {
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Bool(value) => Value::Bool(value),
        Raw::Int(value) => Value::Int(value),
        Raw::Float(value) => Value::Float(value),
        Raw::Text(value) => Value::Text(value),
        Raw::List(items) => Value::List(items.into_iter().map(|item| convert(item, shift, len)).collect()),
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let range = byte_range(key.referenced, shift, len);
                    (
                        Key {
                            name: key.value,
                            range,
                        },
                        convert(value, shift, len),
                    )
                })
                .collect(),
        ),
    };
    Node {
        value,
        range: byte_range(raw.referenced, shift, len),
        defined: byte_range(raw.defined, shift, len),
    }
}

#[derive(Debug)]
enum Raw {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Int(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Raw, E> {
        // Larger than any setting: kept as text, so that a message can show it.
        Ok(i64::try_from(value).map_or_else(|_| Raw::Text(value.to_string()), Raw::Int))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Float(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bytes<E: de::Error>(self, value: &[u8]) -> Result<Raw, E> {
        Ok(Raw::Text(String::from_utf8_lossy(value).into_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_knows_its_place() {
        let source = "\u{feff}a: 1\nb:\n  - x: 'y'\nc: &k [1]\nd: *k\n";
        let node = Node::parse(source).unwrap();
        let x = &node.get("b").unwrap().value;
        let Value::List(items) = x else { panic!("{x:?}") };
        let text = items[0].get("x").unwrap();
        assert_eq!(&source[text.range.clone()], "'y'");
        let alias = node.get("d").unwrap();
        assert_eq!(&source[alias.range.clone()], "*k");
        assert_eq!(&source[alias.defined.clone()], "[");
    }

    #[test]
    fn what_is_not_yaml_has_a_place() {
        let at = |source: &str| {
            let error = Node::parse(source).unwrap_err();
            let range = error.range.unwrap();
            (error.message, range.start)
        };
        assert_eq!(at("a: 1\na: 2\n").1, 5);
        assert_eq!(at("a: 1\nb: c: d\n").1, 9);
        assert!(Node::parse(&"[".repeat(100_000)).is_err());
        assert!(at("a: 1\na: 2\n").0.starts_with("duplicate mapping key: a"));
    }
}
