//! For programs: the contract's JSON.

use std::io::Write;

use super::Report;
use super::model::{Finding, Fix, Place, Problem};
use crate::contract;
use crate::failure::Failure;

/// Writes the report as one object.
pub(super) fn write(report: &Report, out: &mut impl Write) -> Result<(), Failure> {
    let report = contract::LintReport {
        findings: report.findings.iter().map(|f| finding(report, f)).collect(),
        problems: report.problems.iter().map(problem).collect(),
        summary: report.summary,
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)?;
    Ok(())
}

fn finding(report: &Report, finding: &Finding) -> contract::Finding {
    let kind = report
        .rule(finding)
        .map_or(finding.rule.as_str(), |rule| rule.kind);
    contract::Finding {
        rule: finding.rule.clone(),
        severity: finding.severity.to_string(),
        message: finding.message.clone(),
        file: finding.place.source.shown(),
        range: finding.place.range(),
        help: finding.help.clone(),
        fixes: finding.fixes.iter().map(fix).collect(),
        bytes: bytes(&finding.place),
        kind: kind.to_owned(),
        related: finding
            .related
            .iter()
            .map(|related| contract::Related {
                message: related.message.clone(),
                file: related.place.source.shown(),
                range: related.place.range(),
                bytes: bytes(&related.place),
            })
            .collect(),
        fingerprint: finding.fingerprint.clone(),
    }
}

fn fix(fix: &Fix) -> contract::Fix {
    let edits = fix.edits.iter().map(|edit| contract::Edit {
        range: edit.place.range(),
        text: edit.text.clone(),
        file: edit.place.source.shown(),
        bytes: bytes(&edit.place),
    });
    let creates = fix.creates.iter().map(|(path, text)| contract::NewFile {
        path: path.display().to_string(),
        text: text.clone(),
    });
    contract::Fix {
        title: fix.title.clone(),
        safety: fix.safety.as_str().to_owned(),
        edits: edits.collect(),
        creates: creates.collect(),
        migration: fix.migration.clone(),
    }
}

fn problem(problem: &Problem) -> contract::Problem {
    contract::Problem {
        code: problem.code.to_owned(),
        message: problem.message.clone(),
        file: problem.path.display().to_string(),
        range: problem.place.as_ref().map(Place::range),
        help: problem.help.clone(),
    }
}

fn bytes(place: &Place) -> contract::Bytes {
    contract::Bytes {
        start: place.bytes.start,
        end: place.bytes.end,
    }
}
