//! `confiture lint`: open what is checked, choose the rules, analyze, cure, report.

mod live;
mod open;
mod released;
mod rules;
mod select;
mod watch;

use std::fs::File;
use std::io::{BufWriter, Write};

use confiture_lint::{Finding, Input, RuleSet, Severity, file_range};
use confiture_project::{Problem, Project};

use super::{Terminal, problems};
use crate::args::{LintArgs, ReportFormat};
use crate::contract;
use crate::failure::{Failure, Outcome};
use crate::report::excerpt::{self, Excerpt};
use crate::sources::Sources;
use open::Opened;

/// What one project's run gave.
struct Run<'a> {
    project: &'a Project,
    report: confiture_lint::LintReport,
}

/// Lints the projects of the paths, or a database.
pub fn run(args: &LintArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    if args.rules.list_rules {
        return list(args, terminal, out);
    }
    if args.scope.watch {
        return watch(args, terminal, out);
    }
    let opened = open::files_or_database(args)?;
    match &args.output {
        Some(path) => {
            let write = |error| Failure::Write {
                path: path.display().to_string(),
                error,
            };
            let mut file = BufWriter::new(File::create(path).map_err(write)?);
            let outcome = check(args, &opened, terminal, &mut file)?;
            file.flush().map_err(write)?;
            Ok(outcome)
        }
        None => check(args, &opened, terminal, out),
    }
}

/// Looks again and again, until it is interrupted.
fn watch(args: &LintArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    loop {
        let opened = open::files_or_database(args)?;
        if terminal.is_interactive {
            // Clears the screen and goes to its upper left corner.
            write!(out, "\x1b[2J\x1b[H")?;
        }
        check(args, &opened, terminal, out)?;
        out.flush()?;
        watch::Footprint::of(&opened.workspace, &args.paths).wait();
    }
}

/// One run, from what was opened to the report.
fn check(
    args: &LintArgs,
    opened: &Opened,
    terminal: Terminal,
    out: &mut impl Write,
) -> Result<Outcome, Failure> {
    let (rule_sets, all_problems) = rules::sets(args, opened)?;
    let mut runs = Vec::new();
    if !problems::stops(&all_problems) {
        for (project, rules) in opened.workspace.projects.iter().zip(&rule_sets) {
            runs.push(Run {
                project,
                report: analyze(args, opened, project, rules),
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

/// What the rules find in one project.
fn analyze(
    args: &LintArgs,
    opened: &Opened,
    project: &Project,
    rules: &RuleSet,
) -> confiture_lint::LintReport {
    let version = opened
        .server_version
        .unwrap_or_else(|| super::open::version(project, &args.project));
    let released = released::texts(project, rules);
    let mut input = Input::new(project, version);
    input.released = released.as_ref();
    let mut report = confiture_lint::lint(&input, rules);
    if let Some(schema) = &args.scope.schema {
        report
            .findings
            .retain(|finding| select::is_in_schema(project, finding, schema));
    }
    report
}

/// Lists the rules as they are configured.
fn list(args: &LintArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let opened = open::files_or_database(args)?;
    let (sets, problems) = rules::sets(args, &opened)?;
    super::problems::print(&problems, terminal);
    let fallback = RuleSet::default();
    super::rules::print(sets.first().unwrap_or(&fallback), args.format, out)?;
    Ok(super::problems::outcome(&problems))
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
