//! Statistics from text, and what to say where it is wrong.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use confiture_project::{Severity, nearest};

use super::{FILE_NAME, Statistics};
use crate::diagnostics::Diagnostic;

/// Why a text is no statistics file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatisticsError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The bytes of the text that are wrong; never empty unless the text ends there.
    pub range: Range<usize>,
    /// What is wrong, and what may be meant.
    pub message: String,
}

impl fmt::Display for StatisticsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for StatisticsError {}

impl Statistics {
    /// Reads the text of a statistics file.
    pub fn parse(text: &str) -> Result<Statistics, StatisticsError> {
        let text_of_json = text.strip_prefix('\u{feff}').unwrap_or(text);
        let skipped = text.len() - text_of_json.len();
        // An array would do for a list of fields in their order.
        let start = text.len() - text_of_json.trim_start().len();
        if !text_of_json.trim_start().starts_with(['{']) {
            let message = "an object is wanted: `{\"tables\": {…}}`".to_owned();
            return Err(error(text, token_at(text, start), message));
        }
        let read: Result<Statistics, _> = serde_json::from_str(text_of_json);
        let wrong = match read {
            Ok(read) => match read.impossible() {
                Some((key, message)) => return Err(at_key(text, &key, message)),
                None => return Ok(read),
            },
            Err(error) => error,
        };
        let offset = skipped + offset(text_of_json, wrong.line(), wrong.column());
        let said = wrong.to_string();
        let place = format!(" at line {} column {}", wrong.line(), wrong.column());
        let said = said.strip_suffix(&place).unwrap_or(&said);
        Err(match unknown_key(said) {
            Some((key, known)) => error(text, key_before(text, offset, &key), advice(&key, &known)),
            None => error(text, token_at(text, offset), said.to_owned()),
        })
    }

    /// A number that can't be, with the key that it stands under.
    fn impossible(&self) -> Option<(String, String)> {
        let speed = &self.speed;
        let speeds = [
            ("scan_bytes_per_second", speed.scan_bytes_per_second),
            ("rewrite_bytes_per_second", speed.rewrite_bytes_per_second),
            ("index_rows_per_second", speed.index_rows_per_second),
            ("check_rows_per_second", speed.check_rows_per_second),
            ("write_rows_per_second", speed.write_rows_per_second),
        ];
        let stands_still = speeds
            .into_iter()
            .find(|(_, speed)| speed.is_some_and(|speed| speed <= 0.0));
        if let Some((key, _)) = stands_still {
            return Some((key.to_owned(), format!("`{key}` must be more than nothing")));
        }
        let negative =
            |table: &super::TableStatistics| table.writes_per_second.is_some_and(|rate| rate < 0.0);
        let table = self.tables.iter().find(|(_, table)| negative(table))?.0;
        let message = format!("`writes_per_second` of {table} is negative");
        Some((table.clone(), message))
    }
}

/// Whether a file holds statistics, by its name.
pub fn is_statistics(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == FILE_NAME)
}

/// What is wrong with the text of a statistics file.
pub fn diagnostics(text: &str) -> Vec<Diagnostic> {
    let wrong = Statistics::parse(text).err();
    let told = wrong.map(|error| Diagnostic {
        range: error.range,
        severity: Severity::Error,
        code: "statistics".to_owned(),
        message: error.message,
        link: None,
        tag: None,
        related: Vec::new(),
    });
    told.into_iter().collect()
}

/// The JSON schema of statistics files.
pub fn statistics_schema() -> serde_json::Value {
    schemars::schema_for!(Statistics).to_value()
}

/// The key that isn't known and those that are, from the words in which serde says so.
fn unknown_key(said: &str) -> Option<(String, Vec<String>)> {
    let rest = said.strip_prefix("unknown field ")?;
    let mut quoted = rest.split('`').skip(1).step_by(2).map(str::to_owned);
    Some((quoted.next()?, quoted.collect()))
}

fn advice(key: &str, known: &[String]) -> String {
    match nearest(key, known.iter().map(String::as_str)) {
        Some(near) => format!("there is no key `{key}`: `{near}` is meant, perhaps"),
        None => format!("there is no key `{key}`: {} are known", known.join(", ")),
    }
}

/// The byte offset of a line and a column in bytes, both from 1 and at most one beyond the text.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = before.map(str::len).sum();
    text.floor_char_boundary((start + column.saturating_sub(1)).min(text.len()))
}

/// The last place before an offset, or at it, where a key stands.
fn key_before(text: &str, offset: usize, key: &str) -> Range<usize> {
    let quoted = format!("\"{key}\"");
    let until = text.floor_char_boundary((offset + quoted.len()).min(text.len()));
    let found = text.get(..until).and_then(|before| before.rfind(&quoted));
    found.map_or_else(|| token_at(text, offset), |start| start..start + quoted.len())
}

fn at_key(text: &str, key: &str, message: String) -> StatisticsError {
    let quoted = serde_json::Value::from(key).to_string();
    let start = text.find(&quoted);
    let range = start.map_or(0..text.len(), |start| start..start + quoted.len());
    error(text, range, message)
}

/// The number or word around an offset, or the character there; nothing at the end of the text.
fn token_at(text: &str, offset: usize) -> Range<usize> {
    let in_word = |c: char| c.is_ascii_alphanumeric() || "+-._".contains(c);
    let (before, after) = (
        text.get(..offset).unwrap_or_default(),
        text.get(offset..).unwrap_or_default(),
    );
    let start = before.trim_end_matches(in_word).len();
    let length = after.len() - after.trim_start_matches(in_word).len();
    match (length, after.chars().next()) {
        (0, Some(c)) => offset..offset + c.len_utf8(),
        (0, None) => offset..offset,
        (length, _) => start..offset + length,
    }
}

fn error(text: &str, range: Range<usize>, message: String) -> StatisticsError {
    let before = text.get(..range.start).unwrap_or_default();
    StatisticsError {
        line: before.matches('\n').count() + 1,
        column: before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1,
        range,
        message,
    }
}
