//! Changes as short text: what `Debug` prints without ranges and without what is not there.

use std::fmt::Write;

/// A value as `Debug` prints it.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// A word, number or string.
    Atom(String),
    /// `Name { field: value, … }`.
    Struct(String, Vec<(String, Value)>),
    /// `Name(value, …)`, also tuples.
    Tuple(String, Vec<Value>),
    /// `[value, …]`.
    List(Vec<Value>),
}

impl Value {
    /// Reads what `Debug` has printed.
    pub(crate) fn of(value: &impl std::fmt::Debug) -> Value {
        let text = format!("{value:?}");
        let mut parser = Parser { text: &text, at: 0 };
        parser.value()
    }

    /// The field of that name.
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Struct(_, fields) => fields.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// All values in this one, itself included.
    pub(crate) fn all(&self) -> Vec<&Value> {
        let mut all = vec![self];
        let mut at = 0;
        while at < all.len() {
            match all[at] {
                Value::Atom(_) => {}
                Value::Struct(_, fields) => all.extend(fields.iter().map(|(_, v)| v)),
                Value::Tuple(_, items) | Value::List(items) => all.extend(items),
            }
            at += 1;
        }
        all
    }

    /// The range of a struct that has one.
    pub(crate) fn range(&self) -> Option<(usize, usize)> {
        let range = self.field("range")?;
        let number = |name| match range.field(name) {
            Some(Value::Atom(n)) => n.parse().ok(),
            _ => None,
        };
        Some((number("start")?, number("end")?))
    }

    /// The text of a name or string.
    pub(crate) fn text(&self) -> String {
        match self {
            Value::Atom(text) => unquote(text),
            Value::Tuple(_, items) => items.first().map(Value::text).unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// Whether a field holds what it holds where nothing is written.
    fn absent(&self, field: &str) -> bool {
        match self {
            Value::Atom(a) => match field {
                "behavior" => a == "Restrict",
                "persistence" => a == "Permanent",
                "deferrable" => a == "No",
                "on_update" | "on_delete" => a == "NoAction",
                "volatility" => a == "Volatile",
                _ => matches!(a.as_str(), "None" | "false"),
            },
            Value::List(items) => items.is_empty(),
            _ => false,
        }
    }

    /// In few words.
    pub(crate) fn short(&self) -> String {
        match self {
            Value::Atom(a) => a.clone(),
            Value::List(items) => format!("[{}]", join(items)),
            Value::Tuple(name, items) => match name.as_str() {
                "Name" => self.text(),
                "Some" => join(items),
                _ => format!("{name}({})", join(items)),
            },
            Value::Struct(name, fields) => self.short_struct(name, fields),
        }
    }

    fn short_struct(&self, name: &str, fields: &[(String, Value)]) -> String {
        let text = |field: &str| self.field(field).map(Value::text).unwrap_or_default();
        match name {
            "Ident" => text("name"),
            "ObjectRef" => match self.field("schema") {
                Some(Value::Tuple(_, schema)) => format!("{}.{}", schema[0].text(), text("name")),
                _ => text("name"),
            },
            "SqlType" => {
                let mut short = match self.field("schema") {
                    Some(Value::Tuple(_, schema)) => format!("{}.{}", schema[0].text(), text("name")),
                    _ => text("name"),
                };
                if let Some(Value::Tuple(_, modifiers)) = self.field("modifiers") {
                    let _ = write!(short, "({})", modifiers[0].text());
                }
                if matches!(self.field("array"), Some(Value::Atom(a)) if a == "true") {
                    short.push_str("[]");
                }
                short
            }
            "Expr" => {
                let facts = self.field("facts").map(Value::short).unwrap_or_default();
                let facts = facts.strip_prefix("ExprFacts").unwrap_or(&facts);
                format!("`{}`{}", text("text"), if facts == "{}" { "" } else { facts })
            }
            _ => {
                let shown = fields
                    .iter()
                    .filter(|(n, v)| !matches!(n.as_str(), "range" | "after_index_keyword") && !v.absent(n));
                let shown: Vec<String> = shown
                    .map(|(n, v)| {
                        if matches!(v, Value::Atom(a) if a == "true") {
                            n.clone()
                        } else {
                            format!("{n}: {}", v.short())
                        }
                    })
                    .collect();
                format!("{name}{{{}}}", shown.join(", "))
            }
        }
    }
}

fn join(items: &[Value]) -> String {
    items.iter().map(Value::short).collect::<Vec<_>>().join(", ")
}

fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some(other)) => out.push(other),
            _ => {
                out.push(c);
                continue;
            }
        }
        chars.next();
    }
    out
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn eat(&mut self, token: &str) -> bool {
        let blanks = self.rest().len() - self.rest().trim_start().len();
        let found = self.rest()[blanks..].starts_with(token);
        if found {
            self.at += blanks + token.len();
        }
        found
    }

    fn word(&mut self) -> String {
        let rest = self.text[self.at..].trim_start();
        self.at = self.text.len() - rest.len();
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-' && c != '.')
            .unwrap_or(rest.len());
        self.at += end;
        self.text[self.at - end..self.at].to_owned()
    }

    fn string(&mut self) -> String {
        let start = self.at;
        let mut escaped = false;
        for (i, c) in self.text[start + 1..].char_indices() {
            if c == '"' && !escaped {
                self.at = start + 1 + i + 1;
                break;
            }
            escaped = c == '\\' && !escaped;
        }
        self.text[start..self.at].to_owned()
    }

    fn items(&mut self, close: &str) -> Vec<Value> {
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(self.value());
            self.eat(",");
        }
        items
    }

    fn value(&mut self) -> Value {
        if self.eat("[") {
            return Value::List(self.items("]"));
        }
        if self.eat("\"") {
            self.at -= 1;
            return Value::Atom(self.string());
        }
        if self.eat("(") {
            return Value::Tuple(String::new(), self.items(")"));
        }
        let word = self.word();
        if self.eat("(") {
            return Value::Tuple(word, self.items(")"));
        }
        if !self.eat("{") {
            return Value::Atom(word);
        }
        let mut fields = Vec::new();
        while !self.eat("}") {
            let name = self.word();
            assert!(self.eat(":"), "a field at {}", self.at);
            fields.push((name, self.value()));
            self.eat(",");
        }
        Value::Struct(word, fields)
    }
}
