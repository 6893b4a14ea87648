//! `confiture lint`: open what is checked, choose the rules, analyze, cure, report.

mod live;
mod open;
mod released;
mod rules;
mod select;
mod watch;

use std::fs::File;
use std::io::{BufWriter, Write};

use confiture_lint::{Input, RuleSet, Severity};
use confiture_project::Project;

use super::{Terminal, problems};
use crate::args::{LintArgs, LintFormat, ReportFormat};
use crate::failure::{Failure, Outcome};
use crate::report::{self, Report};
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
    let mut report = Report::new(&all_problems);
    for run in &runs {
        report.add(run.project, &run.report);
    }
    if args.format != LintFormat::Json {
        problems::print(&all_problems, terminal);
    }
    report::lint(args.format, &report, terminal, out)?;
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
    let format = match args.format {
        LintFormat::Json => ReportFormat::Json,
        _ => ReportFormat::Text,
    };
    super::rules::print(sets.first().unwrap_or(&fallback), format, out)?;
    Ok(super::problems::outcome(&problems))
}
