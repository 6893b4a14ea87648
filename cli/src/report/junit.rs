//! JUnit XML, in the form of Ant's JUnitReport that most services read: a suite a file, a test a finding.
//!
//! Errors and warnings are failed tests. Remarks are passed ones, their text is the suite's output: the form's older
//! schemas know no skipped tests. A file in which nothing was found is one passed test.

use std::collections::BTreeMap;
use std::io::{self, Write};

use confiture_lint::Severity;
use jiff::Timestamp;

use super::Report;
use super::escape::{Within, xml};
use super::model::{Finding, Place, Problem};
use crate::failure::Failure;

/// What one file's tests are.
#[derive(Default)]
struct Suite<'a> {
    problems: Vec<&'a Problem>,
    findings: Vec<&'a Finding>,
}

/// How a test went.
enum Outcome<'a> {
    Passed,
    Remarked(String),
    Failed {
        element: &'static str,
        kind: &'a str,
        message: &'a str,
        text: String,
    },
}

/// Writes a suite for each file that was looked at or could not be read.
pub(super) fn write(report: &Report, out: &mut impl Write) -> Result<(), Failure> {
    let mut suites: BTreeMap<String, Suite<'_>> = BTreeMap::new();
    for path in &report.files {
        suites.entry(report.base.path(path)).or_default();
    }
    for problem in &report.problems {
        let suite = suites.entry(report.base.path(&problem.path)).or_default();
        suite.problems.push(problem);
    }
    for finding in &report.findings {
        let path = report.base.path(&finding.place.source.path);
        suites.entry(path).or_default().findings.push(finding);
    }
    let now = timestamp(moment());
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>")?;
    for (id, (path, suite)) in suites.iter().enumerate() {
        suite.write(id, path, &now, out)?;
    }
    writeln!(out, "</testsuites>")?;
    Ok(())
}

impl Suite<'_> {
    fn write(&self, id: usize, path: &str, now: &str, out: &mut impl Write) -> io::Result<()> {
        let remarks = self.findings.iter().filter(|f| is_remark(f.severity)).count();
        let notices = self
            .problems
            .iter()
            .filter(|p| p.severity != Severity::Error)
            .count();
        let path = xml(path, Within::Attribute);
        writeln!(
            out,
            "  <testsuite id=\"{id}\" name=\"{path}\" package=\"confiture\" hostname=\"localhost\" timestamp=\"{now}\" \
             tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"0\">\n    <properties><property name=\"version\" \
             value=\"{}\"/></properties>",
            (self.problems.len() + self.findings.len()).max(1),
            self.findings.len() - remarks,
            self.problems.len() - notices,
            env!("CARGO_PKG_VERSION"),
        )?;
        let problems = self.problems.iter().map(|problem| {
            let name = name(problem.code, problem.place.as_ref());
            (name, of_problem(problem))
        });
        let findings = self.findings.iter().map(|finding| {
            let name = name(&finding.rule, Some(&finding.place));
            (name, of_finding(finding))
        });
        let mut tests: Vec<(String, Outcome<'_>)> = problems.chain(findings).collect();
        if tests.is_empty() {
            tests.push(("lint".to_owned(), Outcome::Passed));
        }
        let mut remarks = String::new();
        for (name, outcome) in &tests {
            test(&path, name, outcome, out)?;
            if let Outcome::Remarked(text) = outcome {
                remarks.push_str(text);
                remarks.push('\n');
            }
        }
        writeln!(
            out,
            "    <system-out>{}</system-out>\n    <system-err/>\n  </testsuite>",
            xml(&remarks, Within::Element)
        )
    }
}

fn is_remark(severity: Severity) -> bool {
    severity < Severity::Warning
}

/// `rule at 3:14`.
fn name(id: &str, place: Option<&Place>) -> String {
    place.map_or_else(
        || id.to_owned(),
        |place| {
            let start = place.range().start;
            format!("{id} at {}:{}", start.line, start.column)
        },
    )
}

fn of_finding(finding: &Finding) -> Outcome<'_> {
    let start = finding.place.range().start;
    let file = finding.place.source.shown();
    let mut text = format!(
        "{file}:{}:{}: {}: {}",
        start.line, start.column, finding.severity, finding.message
    );
    if let Some(help) = &finding.help {
        text.push('\n');
        text.push_str(help);
    }
    if is_remark(finding.severity) {
        return Outcome::Remarked(text);
    }
    Outcome::Failed {
        element: "failure",
        kind: finding.severity.name(),
        message: &finding.message,
        text,
    }
}

/// A notice changes no exit status, so it fails no test.
fn of_problem(problem: &Problem) -> Outcome<'_> {
    let mut text = format!("{}: {}", problem.path.display(), problem.message);
    if let Some(help) = &problem.help {
        text.push('\n');
        text.push_str(help);
    }
    if problem.severity != Severity::Error {
        return Outcome::Remarked(text);
    }
    Outcome::Failed {
        element: "error",
        kind: problem.code,
        message: &problem.message,
        text,
    }
}

/// Writes one test; `class` is escaped already.
fn test(class: &str, name: &str, outcome: &Outcome<'_>, out: &mut impl Write) -> io::Result<()> {
    let name = xml(name, Within::Attribute);
    write!(
        out,
        "    <testcase classname=\"{class}\" name=\"{name}\" time=\"0\""
    )?;
    match outcome {
        Outcome::Passed | Outcome::Remarked(_) => writeln!(out, "/>"),
        Outcome::Failed {
            element,
            kind,
            message,
            text,
        } => writeln!(
            out,
            ">\n      <{element} type=\"{}\" message=\"{}\">{}</{element}>\n    </testcase>",
            xml(kind, Within::Attribute),
            xml(message, Within::Attribute),
            xml(text, Within::Element)
        ),
    }
}

/// Now, or what SOURCE_DATE_EPOCH says where outputs have to be the same each time.
fn moment() -> Timestamp {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok();
    let fixed = fixed.and_then(|seconds| Timestamp::from_second(seconds.parse().ok()?).ok());
    fixed.unwrap_or_else(Timestamp::now)
}

/// `2026-01-31T23:59:59`, UTC, without saying so: the form allows no zone.
fn timestamp(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::timestamp;
    use jiff::Timestamp;

    #[test]
    fn moments_as_the_form_wants_them() {
        let at = |seconds| timestamp(Timestamp::from_second(seconds).expect("a moment"));
        assert_eq!(at(0), "1970-01-01T00:00:00");
        assert_eq!(at(951_827_696), "2000-02-29T12:34:56");
    }
}
