//! Timeouts that a migration sets for itself.
//!
//! In SQL, by comments before the first statement: `-- confiture: set lock_timeout = 2s`. In a YAML migration, by keys:
//! `lock_timeout: 2s`. They are those of the run around the script; what the script itself SETs comes on top.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};

use crate::config::decode::Decoder;
use crate::yaml::Node;
use crate::{Problem, ProblemCode, Script, Segment, duration, nearest};

/// The settings that a migration may have.
pub(crate) const NAMES: [&str; 2] = ["lock_timeout", "statement_timeout"];

/// What a comment begins with that sets one.
const MARK: &str = "confiture:";

/// How long a migration's statements may wait and run; `None` is as the run has it, zero is without end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// How long a statement may wait for a lock.
    pub lock: Option<Duration>,
    /// How long a statement may take.
    pub statement: Option<Duration>,
}

impl Timeouts {
    fn set(&mut self, name: &str, value: Duration) {
        match name {
            "lock_timeout" => self.lock = Some(value),
            _ => self.statement = Some(value),
        }
    }

    /// Those that a script sets for itself, and what is wrong with how it says so.
    pub fn of(script: &Script) -> (Timeouts, Vec<Problem>) {
        if crate::layout::is_yaml(&script.source.file) {
            return of_yaml(script);
        }
        let mut timeouts = Timeouts::default();
        let mut problems = Vec::new();
        if let Some(segment) = script.segments.first() {
            for comment in header(&segment.text) {
                if let Err(problem) = read(segment, comment, &mut timeouts) {
                    problems.push(*problem);
                }
            }
        }
        (timeouts, problems)
    }
}

fn of_yaml(script: &Script) -> (Timeouts, Vec<Problem>) {
    let mut timeouts = Timeouts::default();
    let mut decoder = Decoder::new(&script.source);
    // A file that is no YAML is a problem of its own already.
    if let Ok(node) = Node::parse(&script.source.text) {
        let body = node.get("migration").unwrap_or(&node);
        for name in NAMES {
            if let Some(value) = body.get(name)
                && let Some(duration) = decoder.duration(value, &format!("`{name}`"))
            {
                timeouts.set(name, duration);
            }
        }
    }
    (timeouts, decoder.finish())
}

/// The line comments before the first statement.
fn header(text: &str) -> impl Iterator<Item = Range<usize>> {
    Lexer::new(text, Dialect::Psql)
        .take_while(|token| token.kind.is_trivia())
        .filter(|token| token.kind == TokenKind::LineComment)
        .map(|token| token.range.as_usize())
}

/// Reads a comment; those that set nothing are none of ours.
fn read(segment: &Segment, comment: Range<usize>, timeouts: &mut Timeouts) -> Result<(), Box<Problem>> {
    let text = segment.text.get(comment.clone()).unwrap_or_default();
    let said = text.trim_start_matches('-').trim();
    let Some(setting) = said
        .strip_prefix(MARK)
        .and_then(|rest| rest.trim().strip_prefix("set "))
    else {
        return Ok(());
    };
    let wrong = |message: String, help: &str| {
        let range = segment.map.range_to_file(comment.clone());
        Box::new(
            Problem::new(ProblemCode::BadAnnotation, &segment.source.path, message)
                .at(range, Arc::clone(&segment.source.text))
                .with_help(help),
        )
    };
    let example = "write for example `-- confiture: set lock_timeout = 2s`";
    let (name, value) = setting
        .split_once('=')
        .ok_or_else(|| wrong("the comment sets nothing".to_owned(), example))?;
    let (name, value) = (name.trim(), value.trim().trim_matches('\''));
    if !NAMES.contains(&name) {
        let help = match nearest(name, NAMES) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("it may set {}", NAMES.join(" and ")),
        };
        return Err(wrong(
            format!("a migration can't set `{name}` for its run"),
            &help,
        ));
    }
    let value = duration::parse(value).map_err(|error| wrong(error.to_string(), example))?;
    timeouts.set(name, value);
    Ok(())
}
