//! Reads YAML nodes into values and keeps what is wrong with them.

use std::sync::Arc;
use std::time::Duration;

use super::{PG_VERSIONS, Pattern, Severity, Transactions};
use crate::duration::{self, DurationError};
use crate::order::nearest;
use crate::yaml::{Key, Node, Value};
use crate::{Layout, Problem, ProblemCode, SourceFile, hide_passwords};

/// Reads values of one file.
pub(crate) struct Decoder<'a> {
    source: &'a Arc<SourceFile>,
    /// Its text, as excerpts show it.
    shown: Arc<str>,
    problems: Vec<Problem>,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(source: &'a Arc<SourceFile>) -> Self {
        Self {
            source,
            shown: source.shown(),
            problems: Vec::new(),
        }
    }

    /// The file that is read.
    pub(crate) fn source(&self) -> Arc<SourceFile> {
        Arc::clone(self.source)
    }

    pub(crate) fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub(crate) fn finish(self) -> Vec<Problem> {
        self.problems
    }

    pub(crate) fn problem(
        &self,
        code: ProblemCode,
        range: &std::ops::Range<usize>,
        message: String,
    ) -> Problem {
        Problem::new(code, &self.source.path, message).at(range.clone(), Arc::clone(&self.shown))
    }

    /// The value is not what it should be.
    pub(crate) fn wrong(&mut self, node: &Node, what: &str, wanted: &str) {
        let found = match node.scalar() {
            Some(text) if text.len() <= 40 => format!("`{}`", hide_passwords(&text)),
            _ => node.kind().to_owned(),
        };
        let problem = self.problem(
            ProblemCode::WrongValue,
            &node.range,
            format!("{what} must be {wanted}, not {found}"),
        );
        self.push(problem);
    }

    /// The key does not exist; `place` is empty or begins with a space.
    pub(crate) fn unknown_key(&mut self, key: &Key, place: &str, known: &[String]) {
        let mut problem = self.problem(
            ProblemCode::UnknownKey,
            &key.range,
            format!("unknown key `{}`{place}", key.name),
        );
        problem.help = Some(match nearest(&key.name, known.iter().map(String::as_str)) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known keys: {}", known.join(", ")),
        });
        self.push(problem);
    }

    /// The entries of a mapping; anything else but nothing is a problem.
    pub(crate) fn map<'n>(&mut self, node: &'n Node, what: &str) -> &'n [(Key, Node)] {
        match &node.value {
            Value::Map(entries) => entries,
            Value::Null => &[],
            _ => {
                self.wrong(node, what, "a mapping");
                &[]
            }
        }
    }

    /// Lint settings of one environment among several stand where those of all do.
    pub(crate) fn misplaced_linting(&mut self, key: &Key, environment: &str) {
        let message = format!("`linting` of environment `{environment}` stands in the wrong place");
        let problem = self
            .problem(ProblemCode::UnknownKey, &key.range, message)
            .with_help(format!(
                "write an entry of `linting.overrides` with `environments: [{environment}]` and its `rules`"
            ));
        self.push(problem);
    }

    pub(crate) fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = node.scalar();
        if text.is_none() {
            self.wrong(node, what, "a text");
        }
        text
    }

    pub(crate) fn bool(&mut self, node: &Node, what: &str) -> Option<bool> {
        if let Value::Bool(value) = node.value {
            return Some(value);
        }
        self.wrong(node, what, "true or false");
        None
    }

    /// A duration: a text with a unit, or a number of milliseconds.
    pub(crate) fn duration(&mut self, node: &Node, what: &str) -> Option<Duration> {
        let read = match node.scalar() {
            Some(text) => duration::parse(&text),
            None => Err(DurationError::Malformed),
        };
        match read {
            Ok(duration) => Some(duration),
            Err(error) => {
                let found = node.scalar().filter(|text| text.len() <= 40);
                let found = found.map_or_else(
                    || node.kind().to_owned(),
                    |text| format!("`{}`", hide_passwords(&text)),
                );
                let message = format!("{what} must be a duration such as 500ms, 2s or 5min, not {found}");
                let mut problem = self.problem(ProblemCode::WrongValue, &node.range, message);
                if error != DurationError::Malformed {
                    problem = problem.with_help(error.to_string());
                }
                self.push(problem);
                None
            }
        }
    }

    /// A text or a list of texts.
    pub(crate) fn patterns(&mut self, node: &Node, what: &str) -> Vec<Pattern> {
        node.items()
            .iter()
            .filter_map(|item| {
                let text = self.text(item, &format!("an entry of {what}"))?;
                Some(Pattern {
                    text,
                    range: item.range.clone(),
                })
            })
            .collect()
    }

    /// A text with its place.
    pub(crate) fn pattern(&mut self, node: &Node, what: &str) -> Option<Pattern> {
        let text = self.text(node, what)?;
        Some(Pattern {
            text,
            range: node.range.clone(),
        })
    }

    pub(crate) fn severity(&mut self, node: &Node, what: &str) -> Option<Severity> {
        // A plain `off` may be read as a boolean.
        let found = match &node.value {
            Value::Bool(false) => Some(Severity::Off),
            Value::Text(text) => Severity::parse(text),
            _ => None,
        };
        if found.is_none() {
            self.wrong(node, what, "error, warning, info or off");
        }
        found
    }

    pub(crate) fn pg_version(&mut self, node: &Node) -> Option<u16> {
        let text = node.scalar().unwrap_or_default();
        // Minor versions say nothing about locks: 15.4 is 15.
        let major = text.split('.').next().and_then(|major| major.parse().ok());
        let known = major.filter(|major| PG_VERSIONS.contains(major));
        if known.is_none() {
            let wanted = format!(
                "a PostgreSQL version from {} to {}",
                PG_VERSIONS.start(),
                PG_VERSIONS.end()
            );
            self.wrong(node, "`pg_version`", &wanted);
        }
        known
    }

    /// How migrations and transactions go together.
    pub(crate) fn transactions(&mut self, node: &Node) -> Option<Transactions> {
        let found = match &node.value {
            Value::Bool(true) => Some(Transactions::Each),
            Value::Bool(false) => Some(Transactions::Never),
            Value::Text(text) => Transactions::parse(text),
            _ => None,
        };
        if found.is_none() {
            self.wrong(
                node,
                "`migrations.transaction`",
                "`each` (or true), `all`, or `never` (or false)",
            );
        }
        found
    }

    pub(crate) fn layout(&mut self, node: &Node) -> Option<Layout> {
        let text = self.text(node, "`migrations.layout`")?;
        let found = Layout::NAMED.into_iter().find(|layout| layout.name() == text);
        if found.is_none() {
            let names = Layout::NAMED.map(Layout::name);
            self.wrong(
                node,
                "`migrations.layout`",
                &format!("one of {}", names.join(", ")),
            );
        }
        found
    }
}
