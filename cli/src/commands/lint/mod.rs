//! `confiture lint`: open what is checked, choose the rules, analyze, cure, report.

mod baseline;
mod cure;
mod live;
mod memory;
mod open;
mod rules;
mod select;
mod server_rules;
mod watch;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};

use clap::ValueEnum as _;
use confiture_lint::{Input, LintReport, Released, RuleSet, Severity, fix, released};
use confiture_project::{Problem, ProblemCode, Project};
use confiture_risk::PgVersion;

use super::{Terminal, problems};
use crate::args::{LintArgs, LintFormat};
use crate::failure::{Failure, Outcome};
use crate::report::{self, Report};
use baseline::BaselineFile;
use memory::Memory;
use open::{Opened, Request};

/// One project that was checked.
struct Checked {
    project: Project,
    rules: RuleSet,
    version: PgVersion,
    report: LintReport,
}

/// Lints the projects of the paths, or a database.
pub fn run(args: &LintArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    if args.rules.list_rules {
        return list(args, terminal, out);
    }
    if args.scope.watch {
        return watch(args, terminal, out);
    }
    let request = Request::of(args)?;
    let Some(path) = &args.output else {
        return check(args, &request, terminal, out);
    };
    // A report of an earlier run stays until there is another.
    let mut text = Vec::new();
    let outcome = check(args, &request, terminal, &mut text)?;
    fs::write(path, text).map_err(|error| Failure::Write {
        path: path.display().to_string(),
        error,
    })?;
    Ok(outcome)
}

/// Looks again and again, until it is interrupted.
fn watch(args: &LintArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    loop {
        let request = Request::of(args)?;
        let opened = request.open(args, fix::Overlays::new())?;
        let footprint = watch::Footprint::of(&opened.workspace, &args.paths);
        if terminal.is_interactive {
            // Clears the screen and goes to its upper left corner.
            write!(out, "\x1b[2J\x1b[H")?;
        }
        check_opened(args, &request, opened, terminal, out)?;
        out.flush()?;
        footprint.wait();
    }
}

fn check(
    args: &LintArgs,
    request: &Request,
    terminal: Terminal,
    out: &mut impl Write,
) -> Result<Outcome, Failure> {
    let opened = request.open(args, fix::Overlays::new())?;
    check_opened(args, request, opened, terminal, out)
}

/// One run, from what was opened to the report.
fn check_opened(
    args: &LintArgs,
    request: &Request,
    opened: Opened,
    terminal: Terminal,
    out: &mut impl Write,
) -> Result<Outcome, Failure> {
    let (sets, mut all_problems) = rules::sets(args, &opened)?;
    let mut checked = Vec::new();
    let mut fixed = None;
    if !problems::stops(&all_problems) {
        if args.cure.fix && matches!(request, Request::Files { .. }) {
            let cured = cure_files(args, request, &opened, &sets)?;
            checked = cured.checked;
            fixed = Some(cured.fixed);
        } else {
            checked = analyze_all(args, opened, sets);
        }
        for run in &mut checked {
            let input = Input::new(&run.project, run.version);
            let found = server_rules::run(request, &input, &run.rules, &mut all_problems)?;
            run.report.findings.extend(found);
        }
        keep_schema(args, &mut checked);
    }
    if args.rules.write_baseline {
        problems::print(&all_problems, terminal);
        BaselineFile::find(args)?.write(&checked, terminal)?;
        return Ok(problems::outcome(&all_problems));
    }
    BaselineFile::find(args)?.filter(&mut checked, terminal);
    let format = format(args, &mut all_problems);
    let outcome = problems::outcome(&all_problems).max(outcome(args, &checked));
    if let Some(fixed) = &fixed {
        cure::tell(fixed, args, terminal);
        if args.cure.diff {
            out.write_all(fix::diff(&fixed.files).as_bytes())?;
            return Ok(outcome);
        }
        if args.scope.stdin_filepath.is_some() {
            return cured_input(request, fixed, outcome, out);
        }
        cure::write(&fixed.files)?;
    } else if args.cure.fix {
        write_migrations(args, &checked, terminal, out)?;
    }
    if format != LintFormat::Json {
        problems::print(&all_problems, terminal);
    }
    let mut report = Report::new(&all_problems);
    for run in &checked {
        report.add(&run.project, &run.report);
    }
    report::lint(format, &report, terminal, out)?;
    Ok(outcome)
}

/// Analyzes each project with its rules.
fn analyze_all(args: &LintArgs, opened: Opened, sets: Vec<RuleSet>) -> Vec<Checked> {
    let server_version = opened.server_version;
    let projects = opened.workspace.projects.into_iter().zip(sets);
    projects
        .map(|(project, rules)| {
            let released = released::is_asked(&rules)
                .then(|| released::texts(&project))
                .flatten();
            Checked {
                report: analyze(args, server_version, &project, &rules, released.as_ref()),
                version: version(args, server_version, &project),
                project,
                rules,
            }
        })
        .collect()
}

/// What the rules find in one project. `released` are the texts on the release branch, for rules that ask for them.
fn analyze(
    args: &LintArgs,
    server_version: Option<PgVersion>,
    project: &Project,
    rules: &RuleSet,
    released: Option<&Released>,
) -> LintReport {
    let mut input = Input::new(project, version(args, server_version, project));
    input.released = released.filter(|_| released::is_asked(rules));
    // What a server has is not in files that could be told to be the same.
    match Memory::open(args).filter(|_| server_version.is_none()) {
        Some(memory) => memory.lint(&input, rules),
        None => confiture_lint::lint(&input, rules),
    }
}

/// The version of the server that was read; for files the one that they are for.
fn version(args: &LintArgs, server_version: Option<PgVersion>, project: &Project) -> PgVersion {
    server_version.unwrap_or_else(|| super::open::version(project, &args.project))
}

/// Leaves only findings about the schema that was asked for.
fn keep_schema(args: &LintArgs, checked: &mut [Checked]) {
    let Some(schema) = &args.scope.schema else { return };
    for run in checked {
        let project = &run.project;
        run.report
            .findings
            .retain(|finding| select::is_in_schema(project, finding, schema));
    }
}

fn outcome(args: &LintArgs, checked: &[Checked]) -> Outcome {
    let failed = checked.iter().any(|run| {
        let configured = run.project.config.linting.fail_level;
        let level = args.fail_level.or(configured).unwrap_or(Severity::Warning);
        level != Severity::Off && run.report.findings.iter().any(|f| f.severity >= level)
    });
    if failed { Outcome::Findings } else { Outcome::Clean }
}

fn cure_files(
    args: &LintArgs,
    request: &Request,
    opened: &Opened,
    sets: &[RuleSet],
) -> Result<cure::Cured, Failure> {
    if let Some(path) = cure::half_staged(request).filter(|_| !args.cure.diff) {
        let message = format!(
            "{} has changes that are not staged, so fixing it would mix them with what is",
            path.display()
        );
        return Err(Failure::Usage(message));
    }
    Ok(cure::files(args, request, opened, sets))
}

/// Standard input, fixed, is what standard output gets.
fn cured_input(
    request: &Request,
    fixed: &fix::Fixed,
    outcome: Outcome,
    out: &mut impl Write,
) -> Result<Outcome, Failure> {
    if let Request::Files { overlays, .. } = request {
        for (path, text) in overlays {
            let changed = fixed.files.iter().find(|change| change.file == *path);
            out.write_all(changed.map_or(text, |change| &change.new).as_bytes())?;
        }
    }
    Ok(outcome)
}

/// A database is never changed: its cures become migrations, written or shown.
fn write_migrations(
    args: &LintArgs,
    checked: &[Checked],
    terminal: Terminal,
    out: &mut impl Write,
) -> Result<(), Failure> {
    for file in cure::migrations(args, checked) {
        if args.cure.diff {
            writeln!(out, "-- {}\n{}", file.path.display(), file.text)?;
            continue;
        }
        let refused = |error| Failure::Write {
            path: file.path.display().to_string(),
            error,
        };
        let folder = file.path.parent().map_or(Ok(()), fs::create_dir_all);
        folder.map_err(refused)?;
        let created = File::create_new(&file.path).map_err(refused)?;
        BufWriter::new(created)
            .write_all(file.text.as_bytes())
            .map_err(refused)?;
        if !terminal.quiet {
            // A standard error that is closed is nobody's loss.
            let _ = writeln!(io::stderr(), "written {}", file.path.display());
        }
    }
    Ok(())
}

/// The form of the report: the option, then the configuration, then text. A form that doesn't exist is a problem of the
/// configuration.
fn format(args: &LintArgs, all_problems: &mut Vec<Problem>) -> LintFormat {
    let (config, _) = open::configuration(args);
    let configured = config.linting.report_format.as_deref();
    let (Some(name), None) = (configured, args.format) else {
        return args.format.unwrap_or(LintFormat::Text);
    };
    LintFormat::from_str(name, true).unwrap_or_else(|_| {
        let names = LintFormat::value_variants()
            .iter()
            .filter_map(|format| format.to_possible_value());
        let names: Vec<String> = names.map(|value| value.get_name().to_owned()).collect();
        let path = config
            .source
            .as_ref()
            .map_or("confiture.yaml".into(), |source| source.path.clone());
        let message = format!("`linting.report_format`: there is no form `{name}`");
        let help = format!("forms: {}", names.join(", "));
        all_problems.push(Problem::new(ProblemCode::WrongValue, path, message).with_help(help));
        LintFormat::Text
    })
}

/// Lists the rules as they are configured.
fn list(args: &LintArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let opened = Request::of(args)?.open(args, fix::Overlays::new())?;
    let (sets, all_problems): (Vec<RuleSet>, Vec<Problem>) = rules::sets(args, &opened)?;
    problems::print(&all_problems, terminal);
    let fallback = RuleSet::default();
    super::rules::print(
        sets.first().unwrap_or(&fallback),
        args.format.unwrap_or(LintFormat::Text).as_list(),
        out,
    )?;
    Ok(problems::outcome(&all_problems))
}
