//! `confiture hooks`: what happens around migrations, looked at, tried, and run by itself.

mod list;
mod run;
mod test;

use std::io::Write;

use confiture_migrate::ledger::Way;
use confiture_migrate::{ErrorKind, History, MigrateError, Migration};

use super::Terminal;
use crate::args::ReportFormat;
use crate::args::hooks::{HooksArgs, HooksCommand};
use crate::failure::{Failure, Outcome};
use crate::report::migrate::failure_line;

/// Runs one of its commands.
///
/// # Errors
/// Why it could not be done. Where an event a line is printed, that is on the output already.
pub fn run(args: &HooksArgs, terminal: Terminal, out: &mut (impl Write + Send)) -> Result<Outcome, Failure> {
    let (result, format) = match &args.command {
        HooksCommand::List(args) => (list::run(args, terminal, out), ReportFormat::Text),
        HooksCommand::Run(args) => (run::run(args, terminal, out), args.format),
        HooksCommand::Test(args) => (test::run(args, terminal, out), args.format),
    };
    match result {
        Err(failure) if format == ReportFormat::Json && !failure.is_broken_pipe() => {
            failure_line(&failure, out)?;
            Ok(failure.outcome())
        }
        result => result,
    }
}

/// In which direction an option points.
fn way(down: bool) -> Way {
    if down { Way::Down } else { Way::Up }
}

/// A migration that has a way in this direction.
fn migration<'h>(history: &'h History, wanted: &str, way: Way) -> Result<&'h Migration, MigrateError> {
    let migration = history.find(wanted)?;
    if migration.one_way(way).is_some() {
        return Ok(migration);
    }
    let message = format!("nothing says how to revert {}", migration.slug);
    Err(MigrateError::new(ErrorKind::NoDown, message)
        .of_migration(&migration.slug)
        .at(migration.place()))
}
