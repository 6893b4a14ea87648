//! A finding with its lines and carets, as rustc shows them.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use confiture_lint::Severity;

use super::style::Colour;

/// Lines shown around a place at most; a statement of a thousand lines is not printed whole.
const MAX_LINES: usize = 6;
/// Bytes of one line shown at most: a minified dump is one line of megabytes.
const MAX_WIDTH: usize = 200;

/// What an excerpt shows.
pub struct Excerpt<'a> {
    /// How severe.
    pub severity: Severity,
    /// A rule's name or a problem's code.
    pub id: &'a str,
    /// The sentence.
    pub message: &'a str,
    /// The file.
    pub file: &'a str,
    /// The whole text of the file.
    pub source: &'a str,
    /// The place in it.
    pub range: std::ops::Range<usize>,
    /// Its first line, from 1.
    pub line: usize,
    /// What to do.
    pub help: Option<&'a str>,
}

/// What is said beneath the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// What else is known.
    Note(String),
    /// What to do.
    Help(String),
}

/// A renderer for this run.
pub fn renderer(colour: Colour) -> Renderer {
    match colour {
        Colour::On => Renderer::styled(),
        Colour::Off => Renderer::plain(),
    }
}

/// Renders one.
pub fn render(renderer: &Renderer, excerpt: &Excerpt<'_>) -> String {
    render_with(renderer, excerpt, &[])
}

/// Renders one with more to be said beneath it.
pub fn render_with(renderer: &Renderer, excerpt: &Excerpt<'_>, remarks: &[Remark]) -> String {
    let window = window(excerpt.source, &excerpt.range);
    let text = &excerpt.source[window.clone()];
    let start = excerpt.range.start.clamp(window.start, window.end) - window.start;
    let end = excerpt.range.end.clamp(window.start + start, window.end) - window.start;
    let lines_before = excerpt.source[window.start..window.start + start]
        .matches('\n')
        .count();
    let level = match excerpt.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        _ => Level::INFO,
    };
    let snippet = Snippet::source(text)
        .line_start(excerpt.line.saturating_sub(lines_before).max(1))
        .path(excerpt.file)
        .annotation(AnnotationKind::Primary.span(start..end));
    let mut group: Group<'_> = level
        .primary_title(excerpt.message)
        .id(excerpt.id)
        .element(snippet);
    if let Some(help) = excerpt.help {
        group = group.element(Level::HELP.message(help));
    }
    for remark in remarks {
        group = match remark {
            Remark::Note(text) => group.element(Level::NOTE.message(text)),
            Remark::Help(text) => group.element(Level::HELP.message(text)),
        };
    }
    renderer.render(&[group])
}

/// The stretch of the source that is shown: from the line of the range's start, a few lines, cut where a line is long.
pub(super) fn window(source: &str, range: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    let at = floor(source, range.start);
    let line_start = source[..at].rfind('\n').map_or(0, |p| p + 1);
    let start = if at - line_start > MAX_WIDTH {
        floor(source, at - MAX_WIDTH / 2)
    } else {
        line_start
    };
    let mut end = at;
    let wanted = floor(source, range.end.max(range.start));
    for _ in 0..MAX_LINES {
        let line_end = source[end..].find('\n').map_or(source.len(), |p| end + p);
        end = floor(source, line_end.min(end + MAX_WIDTH));
        if end >= wanted || end < line_end || end >= source.len() {
            break;
        }
        end += 1;
    }
    start..end
}

/// The nearest character boundary at or before `at`.
fn floor(source: &str, at: usize) -> usize {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}
