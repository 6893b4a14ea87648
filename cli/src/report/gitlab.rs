//! GitLab's Code Quality report: an array of issues in the form that Code Climate made.

use std::collections::HashMap;
use std::io::Write;

use confiture_lint::{Category, Severity};
use serde::Serialize;

use super::Report;
use super::model::{Finding, Place, Problem};
use crate::failure::Failure;

#[derive(Serialize)]
struct Issue<'a> {
    r#type: &'static str,
    check_name: &'a str,
    description: &'a str,
    categories: Vec<&'static str>,
    severity: &'static str,
    fingerprint: String,
    location: Location,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content<'a>>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

#[derive(Serialize)]
struct Content<'a> {
    body: &'a str,
}

/// Writes problems, then findings.
pub(super) fn write(report: &Report, out: &mut impl Write) -> Result<(), Failure> {
    let mut seen = HashMap::new();
    let problems = report.problems.iter().map(|p| problem(report, p, &mut seen));
    let mut issues: Vec<Issue<'_>> = problems.collect();
    issues.extend(report.findings.iter().map(|f| finding(report, f)));
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)?;
    Ok(())
}

fn finding<'a>(report: &'a Report, finding: &'a Finding) -> Issue<'a> {
    let categories = report.rule(finding).map(|rule| rule.categories.as_slice());
    Issue {
        r#type: "issue",
        check_name: &finding.rule,
        description: &finding.message,
        categories: climate(categories.unwrap_or_default()),
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Info | Severity::Off => "info",
        },
        fingerprint: finding.fingerprint.clone(),
        location: Location {
            path: report.base.path(&finding.place.source.path),
            lines: Lines::of(Some(&finding.place)),
        },
        content: finding.help.as_deref().map(|body| Content { body }),
    }
}

/// What could not be read stands in the report too: nobody may take it for clean.
fn problem<'a>(report: &'a Report, problem: &'a Problem, seen: &mut HashMap<String, u32>) -> Issue<'a> {
    let path = report.base.path(&problem.path);
    let name = format!("{}:{path}", problem.code);
    let number = seen.entry(name.clone()).or_default();
    *number += 1;
    Issue {
        r#type: "issue",
        check_name: problem.code,
        description: &problem.message,
        categories: vec!["Bug Risk"],
        severity: match problem.severity {
            Severity::Error => "blocker",
            _ => "minor",
        },
        fingerprint: format!("{name}:{number}"),
        location: Location {
            path,
            lines: Lines::of(problem.place.as_ref()),
        },
        content: problem.help.as_deref().map(|body| Content { body }),
    }
}

impl Lines {
    /// The first line where the place isn't known: the form wants one.
    fn of(place: Option<&Place>) -> Lines {
        place.map_or(Lines { begin: 1, end: 1 }, |place| {
            let range = place.range();
            Lines {
                begin: range.start.line,
                end: range.last_line(),
            }
        })
    }
}

/// Code Climate's names for categories.
fn climate(categories: &[Category]) -> Vec<&'static str> {
    let mut names: Vec<&str> = categories
        .iter()
        .map(|category| match category.as_str() {
            "naming" | "documentation" => "Style",
            "performance" => "Performance",
            "security" | "compliance" | "multi-tenant" => "Security",
            _ => "Bug Risk",
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
