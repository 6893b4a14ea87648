//! `confiture migrate`: migrations on databases that matter.
//!
//! Each command is a file. `stage` opens what all of them need: files, configuration, the database; `run` is the way
//! that `up`, `down` and `redo` share; `confirm` asks, `signals` listens. What happens is the engine's business
//! (`confiture-migrate`), how it is said is that of [`crate::report::migrate`].

mod baseline;
pub(super) mod confirm;
mod new;
mod plan;
mod preview;
mod repair;
mod run;
pub(super) mod settings;
pub(super) mod signals;
pub(super) mod stage;
mod status;
mod verify;

use std::io::Write;

use super::Terminal;
use crate::args::ReportFormat;
use crate::args::migrate::{MigrateArgs, MigrateCommand};
use crate::failure::{Failure, Outcome};
use crate::report::migrate::failure_line;

/// Runs one of its commands.
///
/// # Errors
/// Why it could not be done. As JSON that is on the output already.
pub fn run(
    args: &MigrateArgs,
    terminal: Terminal,
    out: &mut (impl Write + Send),
) -> Result<Outcome, Failure> {
    let result = match &args.command {
        MigrateCommand::New(args) => new::run(args, terminal, out),
        MigrateCommand::Up(args) => run::up(args, terminal, out),
        MigrateCommand::Down(args) => run::down(args, terminal, out),
        MigrateCommand::Redo(args) => run::redo(args, terminal, out),
        MigrateCommand::Status(args) => status::run(args, terminal, out),
        MigrateCommand::Plan(args) => plan::run(args, terminal, out),
        MigrateCommand::Preview(args) => preview::run(args, terminal, out),
        MigrateCommand::Baseline(args) => baseline::run(args, terminal, out),
        MigrateCommand::Verify(args) => verify::run(args, terminal, out),
        MigrateCommand::Repair(args) => repair::run(args, terminal, out),
    };
    match result {
        Err(failure) if format(&args.command) == ReportFormat::Json && !failure.is_broken_pipe() => {
            failure_line(&failure, out)?;
            Ok(failure.outcome())
        }
        result => result,
    }
}

/// How a command prints its results.
fn format(command: &MigrateCommand) -> ReportFormat {
    match command {
        MigrateCommand::New(_)
        | MigrateCommand::Preview(_)
        | MigrateCommand::Baseline(_)
        | MigrateCommand::Repair(_) => ReportFormat::Text,
        MigrateCommand::Up(args) => args.run.talk.format,
        MigrateCommand::Down(args) => args.run.talk.format,
        MigrateCommand::Redo(args) => args.run.talk.format,
        MigrateCommand::Status(args) => args.format,
        MigrateCommand::Plan(args) => args.format,
        MigrateCommand::Verify(args) => args.format,
    }
}
