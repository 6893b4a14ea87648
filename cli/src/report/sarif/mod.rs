//! SARIF 2.1.0, for code scanning services and editors.
//!
//! What comments or a baseline silence is not in it: services close what is missing.

mod form;

use std::io::Write;
use std::path::Path;

use confiture_lint::Severity;
use confiture_project::ProblemKind;

use super::model::{Finding, Place, Problem, Related};
use super::{Report, Uri, model};
use crate::failure::Failure;
use form::{
    Artifact, ArtifactChange, ArtifactLocation, BaseId, BaseIds, Configuration, Descriptor, Driver,
    Fingerprints, Fix, Help, Invocation, Location, Log, Message, Notification, NotificationKind,
    PhysicalLocation, Region, Replacement, Rule, Run, Safety, SarifResult, Tags, Text, Tool,
};

const ROOT: &str = "%SRCROOT%";

/// Writes one log with one run.
pub(super) fn write(report: &Report, out: &mut impl Write) -> Result<(), Failure> {
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [run(report)],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)?;
    Ok(())
}

fn run(report: &Report) -> Run<'_> {
    let rules: Vec<&str> = report.rules.keys().map(String::as_str).collect();
    let artifacts = report.files.iter().map(|path| Artifact {
        location: artifact(report, path),
        roles: ["analysisTarget"],
    });
    Run {
        tool: Tool {
            driver: driver(report),
        },
        invocations: [invocation(report)],
        original_uri_base_ids: BaseIds {
            root: BaseId {
                description: Text {
                    text: "The root of the repository, or the folder that confiture ran in",
                },
            },
        },
        artifacts: artifacts.collect(),
        results: report
            .findings
            .iter()
            .map(|f| result(report, &rules, f))
            .collect(),
        column_kind: "unicodeCodePoints",
        default_source_language: "sql",
    }
}

fn driver(report: &Report) -> Driver<'_> {
    Driver {
        name: "Confiture",
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        rules: report.rules.values().map(rule).collect(),
        notifications: kinds(report)
            .into_iter()
            .map(|(id, text)| NotificationKind {
                id,
                short_description: Text { text },
            })
            .collect(),
    }
}

fn rule(rule: &model::Rule) -> Rule<'_> {
    let help_uri = rule.address();
    Rule {
        id: &rule.name,
        short_description: Text { text: &rule.summary },
        help: Help {
            text: format!("{}. More: {help_uri}", rule.summary),
            markdown: &rule.documentation,
        },
        help_uri,
        default_configuration: Configuration {
            level: level(rule.severity),
        },
        properties: Tags {
            tags: rule.categories.iter().map(|category| category.as_str()).collect(),
        },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
        Severity::Off => "none",
    }
}

/// The codes of the problems, each once, with what they stand for.
fn kinds(report: &Report) -> Vec<(&'static str, &'static str)> {
    let mut kinds: Vec<_> = report.problems.iter().map(|p| (p.code, p.summary)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn invocation(report: &Report) -> Invocation<'_> {
    let kinds = kinds(report);
    let of = |wanted: &dyn Fn(ProblemKind) -> bool| {
        let problems = report.problems.iter().filter(|problem| wanted(problem.kind));
        problems
            .map(|problem| notification(report, &kinds, problem))
            .collect()
    };
    Invocation {
        execution_successful: report.problems.iter().all(|p| p.kind == ProblemKind::Notice),
        tool_execution_notifications: of(&|kind| kind != ProblemKind::Configuration),
        tool_configuration_notifications: of(&|kind| kind == ProblemKind::Configuration),
    }
}

fn notification<'a>(
    report: &'a Report,
    kinds: &[(&'static str, &'static str)],
    problem: &'a Problem,
) -> Notification<'a> {
    Notification {
        descriptor: Descriptor {
            id: problem.code,
            index: kinds.partition_point(|(code, _)| *code < problem.code),
        },
        level: level(problem.severity),
        message: message(&problem.message, problem.help.as_deref()),
        locations: [Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: artifact(report, &problem.path),
                region: problem.place.as_ref().map(region),
            },
            message: None,
        }],
    }
}

fn result<'a>(report: &'a Report, rules: &[&str], finding: &'a Finding) -> SarifResult<'a> {
    let related = finding.related.iter().enumerate();
    SarifResult {
        rule_id: &finding.rule,
        rule_index: rules.partition_point(|name| *name < finding.rule.as_str()),
        level: level(finding.severity),
        message: message(&finding.message, finding.help.as_deref()),
        locations: [Location {
            id: None,
            physical_location: physical(report, &finding.place),
            message: None,
        }],
        related_locations: related
            .map(|(i, place)| related_location(report, i, place))
            .collect(),
        partial_fingerprints: Fingerprints {
            finding: &finding.fingerprint,
        },
        fixes: finding.fixes.iter().filter_map(|f| fix(report, f)).collect(),
    }
}

fn related_location(report: &Report, index: usize, related: &Related) -> Location {
    Location {
        id: Some(index),
        physical_location: physical(report, &related.place),
        message: Some(message(&related.message, None)),
    }
}

fn message(text: &str, help: Option<&str>) -> Message {
    Message {
        text: match help {
            Some(help) => format!("{text}\n\n{help}"),
            None => text.to_owned(),
        },
    }
}

fn physical(report: &Report, place: &Place) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: artifact(report, &place.source.path),
        region: Some(region(place)),
    }
}

fn artifact(report: &Report, path: &Path) -> ArtifactLocation {
    match report.base.uri(path) {
        Uri::Relative(uri) => ArtifactLocation {
            uri,
            uri_base_id: Some(ROOT),
        },
        Uri::Absolute(uri) => ArtifactLocation {
            uri,
            uri_base_id: None,
        },
    }
}

fn region(place: &Place) -> Region {
    let range = place.range();
    let code_points = place.code_points();
    Region {
        start_line: range.start.line,
        start_column: range.start.column,
        end_line: range.end.line,
        end_column: range.end.column,
        char_offset: code_points.start,
        char_length: code_points.len(),
    }
}

/// A cure, where replacing text is all of it: a form that can't create files must not offer half of one.
fn fix<'a>(report: &Report, fix: &'a model::Fix) -> Option<Fix<'a>> {
    if fix.edits.is_empty() || !fix.creates.is_empty() {
        return None;
    }
    let mut changes: Vec<(&Path, ArtifactChange<'a>)> = Vec::new();
    for edit in &fix.edits {
        let path = edit.place.source.path.as_path();
        let replacement = Replacement {
            deleted_region: region(&edit.place),
            inserted_content: Text { text: &edit.text },
        };
        match changes.iter_mut().find(|(file, _)| *file == path) {
            Some((_, change)) => change.replacements.push(replacement),
            None => changes.push((
                path,
                ArtifactChange {
                    artifact_location: artifact(report, path),
                    replacements: vec![replacement],
                },
            )),
        }
    }
    Some(Fix {
        description: Text { text: &fix.title },
        artifact_changes: changes.into_iter().map(|(_, change)| change).collect(),
        properties: Safety {
            safety: fix.safety.as_str(),
        },
    })
}
