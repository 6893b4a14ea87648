//! An error for people: what, where with its lines, what the server said, who stood in the way, what to do.

use std::borrow::Cow;
use std::path::Path;

use confiture_lint::Severity;
use confiture_migrate::{MigrateError, SourcePlace};
use confiture_project::hide_passwords;

use super::words;
use crate::report::excerpt::{self, Excerpt, Remark};
use crate::report::style::Colour;

/// The text of an error, without a line break at its end.
pub fn render(error: &MigrateError, colour: Colour) -> String {
    let remarks = remarks(error);
    let message = words::plain_lines(error.message());
    match error.place() {
        Some(place) => with_lines(
            Severity::Error,
            error.kind().code(),
            &message,
            place,
            &remarks,
            colour,
        ),
        None => {
            let mut text = format!("error[{}]: {message}", error.kind().code());
            for remark in &remarks {
                let (word, said) = match remark {
                    Remark::Note(said) => ("note", said),
                    Remark::Help(said) => ("help", said),
                };
                text.push_str(&format!("\n  {word}: {}", said.replace('\n', "\n        ")));
            }
            text
        }
    }
}

/// A message about a place, with the lines there.
pub fn with_lines(
    severity: Severity,
    code: &str,
    message: &str,
    place: &SourcePlace,
    remarks: &[Remark],
    colour: Colour,
) -> String {
    let shown = Excerpt {
        severity,
        id: code,
        message,
        file: &place.path.display().to_string(),
        source: &shown(place),
        range: place.range.clone(),
        line: line(place),
        help: None,
    };
    excerpt::render_with(&excerpt::renderer(colour), &shown, remarks)
}

/// The line of a place, from 1.
pub fn line(place: &SourcePlace) -> usize {
    let before = place.text.as_bytes().get(..place.range.start);
    before
        .unwrap_or_default()
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

/// The column of a place in characters, from 1.
pub fn column(place: &SourcePlace) -> usize {
    let before = place.text.get(..place.range.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.chars().count() + 1
}

/// A configuration may hold passwords, and SQL is shown as it is.
fn shown(place: &SourcePlace) -> Cow<'_, str> {
    let is_yaml = |path: &Path| {
        path.extension()
            .is_some_and(|ending| ending == "yaml" || ending == "yml")
    };
    if is_yaml(&place.path) {
        hide_passwords(&place.text)
    } else {
        Cow::Borrowed(&place.text)
    }
}

fn remarks(error: &MigrateError) -> Vec<Remark> {
    let mut remarks = Vec::new();
    if let Some(server) = error.server() {
        remarks.extend(server.detail.as_deref().map(words::plain_lines).map(Remark::Note));
        remarks.extend(
            server
                .context
                .as_deref()
                .map(words::plain_lines)
                .map(Remark::Note),
        );
        remarks.push(Remark::Note(format!(
            "SQLSTATE {}",
            words::plain(&server.sqlstate)
        )));
    }
    for blocker in error.blockers() {
        remarks.push(Remark::Note(format!("blocked by {}", words::blocker(blocker))));
    }
    let hint = error.server().and_then(|server| server.hint.as_deref());
    remarks.extend(hint.map(words::plain_lines).map(Remark::Help));
    remarks.extend(error.advice().iter().cloned().map(Remark::Help));
    remarks
}
