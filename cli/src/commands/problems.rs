//! What could not be read or is configured wrongly: shown, turned into JSON, and weighed for the exit status.

use std::io::{self, Write as _};

use confiture_lint::Severity;
use confiture_project::{Problem, ProblemKind};

use super::Terminal;
use crate::contract;
use crate::failure::Outcome;
use crate::report::excerpt::{self, Excerpt};
use crate::sources::Sources;

/// The exit status that problems lead to by themselves.
pub fn outcome(problems: &[Problem]) -> Outcome {
    match problems.iter().map(|p| p.code.kind()).max() {
        Some(ProblemKind::Configuration) => Outcome::Usage,
        Some(ProblemKind::Reading) => Outcome::Unreadable,
        Some(ProblemKind::Notice) | None => Outcome::Clean,
    }
}

/// Whether the configuration is so wrong that nothing can be said.
pub fn stops(problems: &[Problem]) -> bool {
    outcome(problems) == Outcome::Usage
}

/// Says them on standard error; notices only where the run isn't quiet.
pub fn print(problems: &[Problem], terminal: Terminal) {
    let renderer = excerpt::renderer(terminal.colour);
    let mut err = io::stderr().lock();
    for problem in problems {
        if terminal.quiet && problem.code.kind() == ProblemKind::Notice {
            continue;
        }
        // A standard error that is closed is nobody's loss.
        let _ = match (&problem.range, &problem.source) {
            (Some(range), Some(source)) => {
                let shown = Excerpt {
                    severity: severity(problem),
                    id: problem.code.as_str(),
                    message: &problem.message,
                    file: &problem.path.display().to_string(),
                    source,
                    range: range.clone(),
                    line: problem.line_column().map_or(1, |(line, _)| line),
                    help: problem.help.as_deref(),
                };
                writeln!(err, "{}\n", excerpt::render(&renderer, &shown))
            }
            _ => plain(&mut err, problem),
        };
    }
}

fn severity(problem: &Problem) -> Severity {
    match problem.code.kind() {
        ProblemKind::Notice => Severity::Warning,
        ProblemKind::Reading | ProblemKind::Configuration => Severity::Error,
    }
}

fn plain(err: &mut impl io::Write, problem: &Problem) -> io::Result<()> {
    let word = severity(problem);
    writeln!(
        err,
        "{word}[{}]: {}\n  --> {}",
        problem.code,
        problem.message,
        problem.path.display()
    )?;
    if let Some(help) = &problem.help {
        writeln!(err, "  help: {help}")?;
    }
    writeln!(err)
}

/// As JSON has them.
pub fn contract(problems: &[Problem], sources: &mut Sources) -> Vec<contract::Problem> {
    problems
        .iter()
        .map(|problem| contract::Problem {
            code: problem.code.as_str().to_owned(),
            message: problem.message.clone(),
            file: problem.path.display().to_string(),
            range: match (&problem.range, &problem.source) {
                (Some(range), Some(source)) => Some(sources.range(&problem.path, source, range)),
                _ => None,
            },
            help: problem.help.clone(),
        })
        .collect()
}
