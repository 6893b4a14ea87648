//! A hook's configuration, read key by key: what is wrong becomes a problem at its place, and a key that nobody asked for
//! is one too.

use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;
use std::time::Duration;

use confiture_project::{
    Key, Node, Problem, ProblemCode, Segment, SourceFile, Value, duration, hide_passwords, nearest,
};
use confiture_syntax::Name;
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};

use crate::error::SourcePlace;
use crate::hooks::template::Template;

/// The name of something in the database, as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectName {
    /// The schema, where it is written.
    pub schema: Option<Name>,
    /// The name.
    pub name: Name,
}

impl ObjectName {
    /// Reads `name`, `schema.name`, `"Quoted"."Name"` by SQL's rules.
    pub fn parse(text: &str) -> Option<ObjectName> {
        let mut parts = Vec::new();
        let mut dots = 0;
        for token in Lexer::new(text, Dialect::Server) {
            match token.kind {
                TokenKind::Ident | TokenKind::QuotedIdent | TokenKind::UnicodeIdent
                    if token.terminated && parts.len() == dots =>
                {
                    parts.push(Name::fold(text.get(token.range.as_usize())?));
                }
                TokenKind::Dot if parts.len() == dots + 1 => dots += 1,
                kind if kind.is_trivia() => {}
                _ => return None,
            }
        }
        let name = parts.pop().filter(|name| !name.as_str().is_empty())?;
        match (parts.pop(), parts.is_empty() && dots < 2) {
            (schema, true) if schema.is_some() == (dots == 1) => Some(ObjectName { schema, name }),
            _ => None,
        }
    }

    /// As SQL, both parts quoted where they must be.
    pub fn quoted(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", schema.quoted(), self.name.quoted()),
            None => self.name.quoted(),
        }
    }
}

impl Display for ObjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.quoted())
    }
}

/// A key of a mapping and its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    /// What the key is called.
    pub(crate) name: &'a str,
    /// Where it is written.
    pub(crate) range: &'a Range<usize>,
    /// Its value.
    pub(crate) node: &'a Node,
}

impl<'a> Entry<'a> {
    /// The entries of a mapping.
    pub(crate) fn of(entries: &'a [(Key, Node)]) -> Vec<Entry<'a>> {
        let entry = |(key, node): &'a (Key, Node)| Entry {
            name: &key.name,
            range: &key.range,
            node,
        };
        entries.iter().map(entry).collect()
    }
}

/// Reads the `config:` of one hook, or a mapping inside of it.
#[derive(Debug)]
pub struct ConfigReader<'a> {
    source: &'a Arc<SourceFile>,
    shown: Arc<str>,
    /// Whose settings these are, for messages.
    owner: String,
    /// What stands before the names of its keys: `config.`, or nothing.
    prefix: &'static str,
    /// Where its owner stands, for what is missing.
    at: Range<usize>,
    entries: Vec<Entry<'a>>,
    asked: Vec<String>,
    problems: Vec<Problem>,
}

impl<'a> ConfigReader<'a> {
    /// Reads the settings of a hook of type `kind`, which is written at `at`.
    pub(crate) fn new(
        source: &'a Arc<SourceFile>,
        shown: Arc<str>,
        kind: &str,
        at: Range<usize>,
        entries: Vec<Entry<'a>>,
    ) -> ConfigReader<'a> {
        ConfigReader {
            source,
            shown,
            owner: format!("`{kind}`"),
            prefix: "config.",
            at,
            entries,
            asked: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// What is wrong, with the keys that nobody asked for.
    pub(crate) fn finish(mut self) -> Vec<Problem> {
        self.refuse_unknown_keys();
        self.problems
    }

    fn refuse_unknown_keys(&mut self) {
        for key in std::mem::take(&mut self.entries) {
            if self.asked.iter().any(|asked| asked == key.name) {
                continue;
            }
            let help = match nearest(key.name, self.asked.iter().map(String::as_str)) {
                Some(name) => format!("did you mean `{name}`?"),
                None if self.asked.is_empty() => "it takes no settings".to_owned(),
                None => format!("known keys: {}", self.asked.join(", ")),
            };
            let message = format!("unknown key `{}` of {}", key.name, self.owner);
            let problem = Problem::new(ProblemCode::UnknownKey, &self.source.path, message);
            let problem = problem.at(key.range.clone(), Arc::clone(&self.shown));
            self.problems.push(problem.with_help(help));
        }
    }

    /// The value of a key, which is known from now on; `None` where it is not there or null.
    pub fn node(&mut self, key: &str) -> Option<&'a Node> {
        if !self.asked.iter().any(|asked| asked == key) {
            self.asked.push(key.to_owned());
        }
        let entry = self.entries.iter().find(|entry| entry.name == key)?;
        Some(entry.node).filter(|node| node.value != Value::Null)
    }

    /// Whether a key is there. It is known from now on.
    pub fn has(&mut self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// Whether a key is there; where it is not, that is a problem.
    pub fn needs(&mut self, key: &str) -> bool {
        let there = self.has(key);
        if !there {
            self.reject_all(format!("{} needs `{}{key}`", self.owner, self.prefix), None);
        }
        there
    }

    /// Which of several keys that exclude each other is there. None and more than one are problems.
    pub fn needs_one_of(&mut self, keys: &[&'static str]) -> Option<&'static str> {
        let there: Vec<&'static str> = keys.iter().copied().filter(|key| self.has(key)).collect();
        match there.as_slice() {
            [one] => return Some(one),
            [] => {
                let wanted = keys.join("`, `");
                self.reject_all(format!("{} needs one of `{wanted}`", self.owner), None);
            }
            [_, second, ..] => {
                let message = format!("{} takes one of `{}` only", self.owner, there.join("`, `"));
                self.reject(second, message, None);
            }
        }
        None
    }

    /// A problem of the hook as a whole.
    pub fn reject_all(&mut self, message: impl Into<String>, help: Option<String>) {
        let at = self.at.clone();
        self.push(&at, message.into(), help);
    }

    /// A problem of a key's value.
    pub fn reject(&mut self, key: &str, message: impl Into<String>, help: Option<String>) {
        let at = self
            .node(key)
            .map_or_else(|| self.at.clone(), |node| node.range.clone());
        self.push(&at, message.into(), help);
    }

    /// A problem at a place of the file.
    pub fn push(&mut self, range: &Range<usize>, message: String, help: Option<String>) {
        let problem = Problem::new(ProblemCode::BadHook, &self.source.path, message);
        let problem = problem.at(range.clone(), Arc::clone(&self.shown));
        self.problems.push(match help {
            Some(help) => problem.with_help(help),
            None => problem,
        });
    }

    /// The place of a key's value, or of the hook where the key isn't there.
    pub fn place(&mut self, key: &str) -> SourcePlace {
        let range = self
            .node(key)
            .map_or_else(|| self.at.clone(), |node| node.range.clone());
        SourcePlace {
            path: self.source.path.clone(),
            text: Arc::clone(&self.shown),
            range,
        }
    }

    fn wrong(&mut self, key: &str, node: &Node, wanted: &str) {
        let found = match node.scalar() {
            Some(text) if text.len() <= 40 => format!("`{}`", hide_passwords(&text)),
            _ => node.kind().to_owned(),
        };
        self.push(
            &node.range,
            format!("`{key}` must be {wanted}, not {found}"),
            None,
        );
    }

    /// A text, or a number as it is written. It must not refer to variables: those are read by [`ConfigReader::template`].
    pub fn text(&mut self, key: &str) -> Option<String> {
        let node = self.node(key)?;
        self.text_of(key, node)
    }

    fn text_of(&mut self, key: &str, node: &Node) -> Option<String> {
        let Some(text) = node.scalar() else {
            self.wrong(key, node, "a text");
            return None;
        };
        if text.contains("${") {
            let message = format!("`{key}` can't refer to variables of the environment");
            self.push(&node.range, message, Some("write the value itself".to_owned()));
            return None;
        }
        Some(text)
    }

    /// A text that may refer to variables of the process's environment, `${VAR}`.
    pub fn template(&mut self, key: &str) -> Option<Template> {
        let node = self.node(key)?;
        self.template_of(key, node)
    }

    fn template_of(&mut self, key: &str, node: &Node) -> Option<Template> {
        let Some(text) = node.scalar() else {
            self.wrong(key, node, "a text");
            return None;
        };
        match Template::parse(&text) {
            Ok(template) => Some(template),
            Err(error) => {
                self.push(&node.range, format!("`{key}`: {error}"), Some(error.help()));
                None
            }
        }
    }

    /// A text or a list of texts, each of which may refer to variables.
    pub fn templates(&mut self, key: &str) -> Vec<Template> {
        let items = self.node(key).map_or(&[][..], Node::items);
        items
            .iter()
            .filter_map(|item| self.template_of(key, item))
            .collect()
    }

    /// A mapping of names to texts that may refer to variables, in its order.
    pub fn named_templates(&mut self, key: &str) -> Vec<(String, Template)> {
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        let Some(entries) = node.as_map() else {
            self.wrong(key, node, "a mapping");
            return Vec::new();
        };
        let read = |(name, value): &(Key, Node)| {
            let template = self.template_of(&format!("{key}.{}", name.name), value)?;
            Some((name.name.clone(), template))
        };
        entries.iter().filter_map(read).collect()
    }

    /// A text or a list of texts.
    pub fn texts(&mut self, key: &str) -> Vec<String> {
        let items = self.node(key).map_or(&[][..], Node::items);
        items.iter().filter_map(|item| self.text_of(key, item)).collect()
    }

    /// The name of a table, an index …
    pub fn object(&mut self, key: &str) -> Option<ObjectName> {
        let node = self.node(key)?;
        self.object_of(key, node)
    }

    /// One name or a list of names of tables, indexes …
    pub fn objects(&mut self, key: &str) -> Vec<ObjectName> {
        let items = self.node(key).map_or(&[][..], Node::items);
        items
            .iter()
            .filter_map(|item| self.object_of(key, item))
            .collect()
    }

    fn object_of(&mut self, key: &str, node: &Node) -> Option<ObjectName> {
        let text = self.text_of(key, node)?;
        let name = ObjectName::parse(&text);
        if name.is_none() {
            self.wrong(key, node, "a name such as `orders` or `shop.orders`");
        }
        name
    }

    /// The name of a column, a role, a schema: one without dots.
    pub fn name(&mut self, key: &str) -> Option<Name> {
        let node = self.node(key)?;
        self.name_of(key, node)
    }

    /// One name or a list of names without dots.
    pub fn names(&mut self, key: &str) -> Vec<Name> {
        let items = self.node(key).map_or(&[][..], Node::items);
        items.iter().filter_map(|item| self.name_of(key, item)).collect()
    }

    fn name_of(&mut self, key: &str, node: &Node) -> Option<Name> {
        let text = self.text_of(key, node)?;
        match ObjectName::parse(&text) {
            Some(ObjectName { schema: None, name }) => Some(name),
            _ => {
                self.wrong(key, node, "a single name");
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn bool(&mut self, key: &str, default: bool) -> bool {
        match self.node(key) {
            None => default,
            Some(Node {
                value: Value::Bool(value),
                ..
            }) => *value,
            Some(node) => {
                self.wrong(key, node, "true or false");
                default
            }
        }
    }

    /// A whole number within bounds.
    pub fn whole(&mut self, key: &str, bounds: RangeInclusive<u64>) -> Option<u64> {
        let node = self.node(key)?;
        let value = match node.value {
            Value::Int(value) => u64::try_from(value).ok().filter(|value| bounds.contains(value)),
            _ => None,
        };
        if value.is_none() {
            let (least, most) = (bounds.start(), bounds.end());
            let wanted = match *most {
                u64::MAX => format!("a whole number of at least {least}"),
                _ => format!("a whole number from {least} to {most}"),
            };
            self.wrong(key, node, &wanted);
        }
        value
    }

    /// A number within bounds.
    pub fn number(&mut self, key: &str, bounds: RangeInclusive<f64>) -> Option<f64> {
        let node = self.node(key)?;
        let value = match node.value {
            #[expect(clippy::cast_precision_loss, reason = "a setting, not a sum")]
            Value::Int(value) => Some(value as f64),
            Value::Float(value) => Some(value),
            _ => None,
        };
        let value = value.filter(|value| bounds.contains(value));
        if value.is_none() {
            let (least, most) = (bounds.start(), bounds.end());
            let wanted = match most.is_finite() {
                false => format!("a number of at least {least}"),
                true => format!("a number from {least} to {most}"),
            };
            self.wrong(key, node, &wanted);
        }
        value
    }

    /// A duration with its unit: `500ms`, `30s`, `5min`. A number alone could be seconds or milliseconds, so it is a problem.
    pub fn duration(&mut self, key: &str) -> Option<Duration> {
        let node = self.node(key)?;
        match read_duration(node) {
            Ok(duration) => Some(duration),
            Err(wanted) => {
                self.wrong(key, node, &wanted);
                None
            }
        }
    }

    /// One of several words.
    pub fn one_of<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let node = self.node(key)?;
        // `none`, `off` and `no` may have been read as something else.
        let text = node.scalar().unwrap_or_default();
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(key, node, &format!("one of {}", known.join(", ")));
        }
        found.map(|(_, value)| *value)
    }

    /// SQL, with its place in the file.
    pub fn sql(&mut self, key: &str) -> Option<Segment> {
        let node = self.node(key)?;
        self.sql_of(key, node)
    }

    /// SQL, or a list of it, each with its place in the file.
    pub fn sqls(&mut self, key: &str) -> Vec<Segment> {
        let items = self.node(key).map_or(&[][..], Node::items);
        items.iter().filter_map(|item| self.sql_of(key, item)).collect()
    }

    fn sql_of(&mut self, key: &str, node: &Node) -> Option<Segment> {
        let segment = Segment::of_scalar(self.source, node);
        let segment = segment.filter(|segment| !confiture_syntax::split::split(&segment.text).is_empty());
        if segment.is_none() {
            self.wrong(key, node, "SQL");
        }
        segment
    }

    /// Any value, as JSON.
    pub fn json(&mut self, key: &str) -> Option<serde_json::Value> {
        self.node(key).map(json)
    }

    /// A mapping inside of the configuration, read by a function of its own. Its unknown keys are problems too.
    pub fn mapping<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut ConfigReader<'a>) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(key)?;
        self.inside(key, node, read)
    }

    /// A mapping or a list of mappings, each read by the same function.
    pub fn mappings<T>(
        &mut self,
        key: &str,
        mut read: impl FnMut(&mut ConfigReader<'a>) -> Option<T>,
    ) -> Vec<T> {
        let items = self.node(key).map_or(&[][..], Node::items);
        let each = |item| self.inside(key, item, &mut read);
        items.iter().filter_map(each).collect()
    }

    fn inside<T>(
        &mut self,
        key: &str,
        node: &'a Node,
        read: impl FnOnce(&mut ConfigReader<'a>) -> Option<T>,
    ) -> Option<T> {
        let Some(entries) = node.as_map() else {
            self.wrong(key, node, "a mapping");
            return None;
        };
        let mut reader = ConfigReader {
            source: self.source,
            shown: Arc::clone(&self.shown),
            owner: format!("`{key}`"),
            prefix: "",
            at: node.range.clone(),
            entries: Entry::of(entries),
            asked: Vec::new(),
            problems: Vec::new(),
        };
        let value = read(&mut reader);
        self.problems.append(&mut reader.finish());
        value
    }
}

/// A duration of a declaration, or what it must be.
pub(crate) fn read_duration(node: &Node) -> Result<Duration, String> {
    let wanted = || "a duration with its unit, such as 500ms, 30s or 5min".to_owned();
    match &node.value {
        Value::Text(text) => duration::parse(text).map_err(|_| wanted()),
        _ => Err(wanted()),
    }
}

/// A node as JSON. Recursive, as the reader of YAML is; its budget bounds the depth.
pub(crate) fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Float(value) => (*value).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, node)| (key.name.clone(), json(node)));
            serde_json::Value::Object(entries.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read<T>(yaml: &str, read: impl FnOnce(&mut ConfigReader<'_>) -> T) -> (T, Vec<String>) {
        let source = Arc::new(SourceFile {
            path: "h.yaml".into(),
            file: "/h.yaml".into(),
            text: yaml.into(),
        });
        let node = Node::of_file(&source).unwrap();
        let entries = Entry::of(node.as_map().unwrap_or_default());
        let mut reader = ConfigReader::new(&source, source.shown(), "kind", 0..1, entries);
        let value = read(&mut reader);
        let problems = reader.finish();
        (value, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_right_is_read() {
        let yaml =
            "a: x\nb: true\nn: 4\nf: 0.5\nd: 30s\nl: [p, 'q']\no: shop.\"Order s\"\nm: {k: [1, {z: ~}]}\n";
        let ((), problems) = read(yaml, |reader| {
            assert_eq!(reader.text("a").as_deref(), Some("x"));
            assert!(reader.bool("b", false) && !reader.bool("absent", false));
            assert_eq!(reader.whole("n", 1..=8), Some(4));
            assert_eq!(reader.number("f", 0.0..=1.0), Some(0.5));
            assert_eq!(reader.number("n", 0.0..=f64::INFINITY), Some(4.0));
            assert_eq!(reader.duration("d"), Some(Duration::from_secs(30)));
            assert_eq!(reader.texts("l"), ["p", "q"]);
            assert_eq!(reader.object("o").unwrap().quoted(), "shop.\"Order s\"");
            let inner = reader.mapping("m", |inner| inner.json("k"));
            assert_eq!(inner.unwrap().to_string(), r#"[1,{"z":null}]"#);
            assert_eq!(reader.one_of("a", &[("x", 1), ("y", 2)]), Some(1));
        });
        assert_eq!(problems, Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_is_a_problem_at_its_place() {
        let yaml =
            "batch_sise: 3\nb: maybe\nn: 9\nd: 30\no: a.b.c\nt: ${X}\ne: ${\nm: [{q: 1}]\ns: '-- nothing'\n";
        let ((), problems) = read(yaml, |reader| {
            reader.whole("batch_size", 1..=8);
            reader.bool("b", false);
            reader.whole("n", 1..=8);
            reader.duration("d");
            reader.object("o");
            reader.text("t");
            reader.template("e");
            reader.mappings("m", |inner| inner.needs("p").then_some(()));
            reader.sql("s");
            reader.needs("target_table");
            assert_eq!(reader.needs_one_of(&["n", "d"]), None);
            assert_eq!(reader.needs_one_of(&["n", "z"]), Some("n"));
        });
        insta::assert_snapshot!(problems.join("\n"));
    }

    #[test]
    fn names_by_the_rules_of_sql() {
        let read = |text: &str| ObjectName::parse(text).map(|name| name.quoted());
        assert_eq!(read("Orders").as_deref(), Some("orders"));
        assert_eq!(read("\"Orders\"").as_deref(), Some("\"Orders\""));
        assert_eq!(read(" shop . orders ").as_deref(), Some("shop.orders"));
        for wrong in [
            "",
            ".",
            "a.",
            ".a",
            "a b",
            "a.b.c",
            "a; DROP TABLE b",
            "\"open",
            "a--b c",
            "1a",
            "a..b",
            "\"\"",
        ] {
            let found = read(wrong);
            assert!(found.is_none() || wrong == "a--b c", "{wrong}: {found:?}");
        }
    }

    proptest! {
        #[test]
        fn any_name_is_read_or_refused(text in "[a-z\"'. ;$-]{0,12}") {
            if let Some(name) = ObjectName::parse(&text) {
                prop_assert_eq!(ObjectName::parse(&name.quoted()), Some(name));
            }
        }

        #[test]
        fn what_is_quoted_reads_back(schema in ".{1,10}", name in ".{1,10}") {
            prop_assume!(!schema.contains('\0') && !name.contains('\0'));
            let name = ObjectName { schema: Some(Name::new(schema)), name: Name::new(name) };
            prop_assert_eq!(ObjectName::parse(&name.quoted()), Some(name));
        }
    }
}
