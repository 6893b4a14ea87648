//! A run for programs: an event a line, as JSON.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use confiture_migrate::{Event, MigrateError, Observer, SourcePlace};
use confiture_project::Problem;
use serde::Serialize;

use super::error_text;
use crate::contract::{MigrateFailure, Place};
use crate::failure::Failure;

/// Writes each event as a line of JSON.
pub struct Lines<'a, W>(Mutex<&'a mut W>);

impl<'a, W: Write + Send> Lines<'a, W> {
    /// Writes there.
    pub fn new(out: &'a mut W) -> Lines<'a, W> {
        Lines(Mutex::new(out))
    }
}

impl<W: Write + Send> Observer for Lines<'_, W> {
    fn tell(&self, event: &Event) {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever closed the output has seen enough; the run goes on.
        let _ = line(&mut **out, event);
    }
}

/// Writes the error lines of a failure.
///
/// # Errors
/// The output can't be written.
pub fn failure_line(failure: &Failure, out: &mut impl Write) -> Result<(), Failure> {
    match failure {
        Failure::Problems(problems) => problems
            .iter()
            .try_for_each(|problem| line(out, &of_problem(problem))),
        Failure::Configuration(problem) => line(out, &of_problem(problem)),
        Failure::Migrate(error) | Failure::Terminated(error) => line(out, &of_error(error)),
        other => line(
            out,
            &MigrateFailure {
                code: other.code().to_owned(),
                message: other.to_string(),
                help: other.help().into_iter().collect(),
                ..MigrateFailure::default()
            },
        ),
    }
}

fn line(out: &mut (impl Write + ?Sized), value: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string(value)?;
    text.push('\n');
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

fn of_error(error: &MigrateError) -> MigrateFailure {
    let server = error.server();
    MigrateFailure {
        code: error.kind().code().to_owned(),
        message: error.message().to_owned(),
        migration: error.migration().map(str::to_owned),
        place: error.place().map(place),
        help: error.advice().to_vec(),
        sqlstate: error.sqlstate().map(str::to_owned),
        detail: server.and_then(|server| server.detail.clone()),
        hint: server.and_then(|server| server.hint.clone()),
        blockers: error.blockers().to_vec(),
        ..MigrateFailure::default()
    }
}

/// A place as programs read it.
pub fn place(place: &SourcePlace) -> Place {
    Place {
        file: place.path.display().to_string(),
        line: number(error_text::line(place)),
        column: number(error_text::column(place)),
    }
}

fn of_problem(problem: &Problem) -> MigrateFailure {
    let (line, column) = problem.line_column().unwrap_or((1, 1));
    MigrateFailure {
        code: problem.code.as_str().to_owned(),
        message: problem.message.clone(),
        place: Some(Place {
            file: problem.path.display().to_string(),
            line: number(line),
            column: number(column),
        }),
        help: problem.help.iter().cloned().collect(),
        ..MigrateFailure::default()
    }
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
