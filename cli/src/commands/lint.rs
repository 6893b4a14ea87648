//! `confiture lint`.

use std::io::Write;

use confiture_lint::{Finding, Input, RuleSet, Severity, file_range};
use confiture_project::{Problem, Project};

use super::{Terminal, open, problems};
use crate::args::{LintArgs, ReportFormat};
use crate::contract;
use crate::failure::{Failure, Outcome};
use crate::report::excerpt::{self, Excerpt};
use crate::sources::Sources;

/// What one project's run gave.
struct Run<'a> {
    project: &'a Project,
    report: confiture_lint::LintReport,
}

/// Lints the projects of the paths.
pub fn run(args: &LintArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let workspace = open::workspace(&args.paths, &args.project);
    let mut all_problems = workspace.problems.clone();
    let mut rule_sets = Vec::new();
    for project in &workspace.projects {
        let (rules, problems) = RuleSet::from_config(&project.config);
        for problem in problems {
            if !all_problems.contains(&problem) {
                all_problems.push(problem);
            }
        }
        rule_sets.push(rules);
    }
    let mut runs = Vec::new();
    if !problems::stops(&all_problems) {
        for (project, rules) in workspace.projects.iter().zip(&rule_sets) {
            let input = Input::new(project, open::version(project, &args.project));
            runs.push(Run {
                project,
                report: confiture_lint::lint(&input, rules),
            });
        }
    }
    let fail_level = |project: &Project| {
        args.fail_level
            .or(project.config.linting.fail_level)
            .unwrap_or(Severity::Warning)
    };
    let failed = runs.iter().any(|run| {
        let level = fail_level(run.project);
        level != Severity::Off && run.report.findings.iter().any(|f| f.severity >= level)
    });
    let summary = summary(&runs);
    let mut sources = Sources::default();
    match args.format {
        ReportFormat::Json => json(&runs, summary, &all_problems, &mut sources, out)?,
        ReportFormat::Text => {
            problems::print(&all_problems, terminal);
            text(&runs, &summary, terminal, &mut sources, out)?;
        }
    }
    let findings = if failed { Outcome::Findings } else { Outcome::Clean };
    Ok(problems::outcome(&all_problems).max(findings))
}

fn summary(runs: &[Run<'_>]) -> contract::LintSummary {
    let mut summary = contract::LintSummary::default();
    for run in runs {
        summary.files += run.report.files;
        summary.statements += run.report.statements;
        for finding in &run.report.findings {
            match finding.severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                _ => summary.infos += 1,
            }
        }
    }
    summary
}

fn text(
    runs: &[Run<'_>],
    summary: &contract::LintSummary,
    terminal: Terminal,
    sources: &mut Sources,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let renderer = excerpt::renderer(terminal.colour);
    for run in runs {
        for finding in &run.report.findings {
            let Some((source, range)) = file_range(run.project, finding.place) else {
                continue;
            };
            let place = sources.range(&source.path, &source.text, &range);
            let shown = Excerpt {
                severity: finding.severity,
                id: &finding.rule,
                message: &finding.message,
                file: &source.path.display().to_string(),
                source: &source.text,
                range,
                line: place.start.line as usize,
                help: finding.help.as_deref(),
            };
            writeln!(out, "{}\n", excerpt::render(&renderer, &shown))?;
        }
    }
    if !terminal.quiet {
        writeln!(out, "{}", sentence(summary))?;
    }
    Ok(())
}

/// `3 errors, 1 warning in 4 files, 27 statements`.
fn sentence(summary: &contract::LintSummary) -> String {
    let mut found: Vec<String> = [
        (summary.errors, "error"),
        (summary.warnings, "warning"),
        (summary.infos, "remark"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, word)| count(n, word))
    .collect();
    if found.is_empty() {
        found.push("nothing found".to_owned());
    }
    format!(
        "{} in {}, {}",
        found.join(", "),
        count(summary.files, "file"),
        count(summary.statements, "statement")
    )
}

fn count(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

fn json(
    runs: &[Run<'_>],
    summary: contract::LintSummary,
    all_problems: &[Problem],
    sources: &mut Sources,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut findings = Vec::new();
    for run in runs {
        findings.extend(
            run.report
                .findings
                .iter()
                .filter_map(|f| finding(run.project, f, sources)),
        );
    }
    let report = contract::LintReport {
        findings,
        problems: problems::contract(all_problems, sources),
        summary,
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)?;
    Ok(())
}

fn finding(project: &Project, finding: &Finding, sources: &mut Sources) -> Option<contract::Finding> {
    let (source, range) = file_range(project, finding.place)?;
    let range = sources.range(&source.path, &source.text, &range);
    let mut fixes = Vec::new();
    for fix in &finding.fixes {
        let mut edits = Vec::new();
        for edit in &fix.edits {
            let (source, range) = file_range(project, edit.place)?;
            edits.push(contract::Edit {
                range: sources.range(&source.path, &source.text, &range),
                text: edit.text.clone(),
            });
        }
        fixes.push(contract::Fix {
            title: fix.title.clone(),
            safety: fix.safety.as_str().to_owned(),
            edits,
        });
    }
    Some(contract::Finding {
        rule: finding.rule.to_string(),
        severity: finding.severity.to_string(),
        message: finding.message.clone(),
        file: source.path.display().to_string(),
        range,
        help: finding.help.clone(),
        fixes,
    })
}
