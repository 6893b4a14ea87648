//! Annotations of GitHub Actions: one workflow command a finding.
//!
//! The service shows the first ten errors, warnings and notices of a step each beside the lines, so the worst come first.

use std::cmp::Reverse;
use std::io::{self, Write};

use confiture_lint::Severity;

use super::Report;
use super::escape;
use super::model::Place;
use crate::failure::Failure;

/// One annotation.
struct Annotation<'a> {
    severity: Severity,
    title: &'a str,
    file: String,
    place: Option<&'a Place>,
    message: &'a str,
    help: Option<&'a str>,
}

/// Writes problems, then findings, the worst first.
pub(super) fn write(report: &Report, out: &mut impl Write) -> Result<(), Failure> {
    let problems = report.problems.iter().map(|problem| Annotation {
        severity: problem.severity,
        title: problem.code,
        file: report.base.path(&problem.path),
        place: problem.place.as_ref(),
        message: &problem.message,
        help: problem.help.as_deref(),
    });
    let findings = report.findings.iter().map(|finding| Annotation {
        severity: finding.severity,
        title: &finding.rule,
        file: report.base.path(&finding.place.source.path),
        place: Some(&finding.place),
        message: &finding.message,
        help: finding.help.as_deref(),
    });
    let mut annotations: Vec<Annotation<'_>> = problems.chain(findings).collect();
    annotations.sort_by_key(|annotation| Reverse(annotation.severity));
    for annotation in &annotations {
        line(annotation, out)?;
    }
    Ok(())
}

fn line(annotation: &Annotation<'_>, out: &mut impl Write) -> io::Result<()> {
    let command = match annotation.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Off => "notice",
    };
    let file = &annotation.file;
    write!(out, "::{command} file={}", property(file))?;
    let mut shown = file.clone();
    if let Some(place) = annotation.place {
        let range = place.range();
        let (start, last) = (range.start, range.last_line());
        write!(out, ",line={},endLine={last},col={}", start.line, start.column)?;
        // Columns of a stretch of several lines make the service drop the annotation.
        if last == start.line && range.end.line == start.line {
            write!(out, ",endColumn={}", range.end.column)?;
        }
        shown = format!("{file}:{}:{}", start.line, start.column);
    }
    // The place again, because logs show the message alone.
    let mut message = format!("{shown}: {}", annotation.message);
    if let Some(help) = annotation.help {
        message.push('\n');
        message.push_str(help);
    }
    writeln!(out, ",title={}::{}", property(annotation.title), data(&message))
}

/// A message, so that no part of it ends the command, nor commands the terminal of who reads the log.
fn data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            '\0'..='\u{1f}' if character != '\t' => out.extend(escape::picture(character)),
            _ => out.push(character),
        }
    }
    out
}

/// A property's value, so that no part of it ends the value.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn nothing_ends_a_command() {
        assert_eq!(data("100%0A\r\n::error::x"), "100%250A%0D%0A::error::x");
        assert_eq!(data("\u{1b}[31m"), "␛[31m");
        assert_eq!(property("a,b:c\n%"), "a%2Cb%3Ac%0A%25");
    }
}
