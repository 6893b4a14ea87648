//! `confiture build`.

use std::io::{IsTerminal as _, Write};

use confiture_migrate::build::{Before, build, contents, in_words};
use confiture_migrate::{ErrorKind, Interrupt, MigrateError};

use super::Terminal;
use super::sides::Stage;
use crate::args::{BuildArgs, ReportFormat};
use crate::contract;
use crate::failure::{Failure, Outcome};

/// Builds a database from the files of a schema.
///
/// # Errors
/// Files or a database that can't be read, a database that isn't empty, a statement that the server refuses.
pub fn run(args: &BuildArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let stage = Stage::open(args.path.as_deref(), &args.connect, &args.project, terminal)?;
    let project = stage.schema_tree()?.ok_or_else(|| {
        Failure::Usage(
            "there are no files that make a schema here: name them by `load_order` in confiture.yaml"
                .to_owned(),
        )
    })?;
    let mut open = stage.session(&args.connect)?;
    let title = open.chosen.title();
    let environment = &open.chosen.environment;
    if environment.production && args.force_recreate {
        let message = format!(
            "`{}` is a production environment: it is never dropped",
            environment.name
        );
        return Err(MigrateError::new(ErrorKind::Unsafe, message)
            .help("migrations change it; `confiture diff` drafts them")
            .into());
    }
    let before = match args.force_recreate {
        false => Before::MustBeEmpty,
        true => {
            let held = contents(&mut open.session)?;
            if !held.is_empty() && !args.yes {
                confirm(&format!("Drop {} of {title}?", in_words(&held)))?;
            }
            Before::DropEverything
        }
    };
    let built = build(&mut open.session, project, before, &Interrupt::new())?;
    match args.format {
        ReportFormat::Json => {
            let report = contract::BuildReport {
                database: title,
                statements: built.statements,
                one_transaction: built.one_transaction,
                objects: built
                    .objects
                    .iter()
                    .map(|(kind, count)| ((*kind).to_owned(), *count))
                    .collect(),
                seconds: built.elapsed.as_secs_f64(),
            };
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)?;
        }
        ReportFormat::Text => {
            let objects = match built.objects.is_empty() {
                true => "nothing".to_owned(),
                false => in_words(&built.objects),
            };
            let how = match built.one_transaction {
                true => "in one transaction",
                false => "in several transactions",
            };
            writeln!(
                out,
                "built {title}: {objects} by {} statements {how}, {:.1} s",
                built.statements,
                built.elapsed.as_secs_f64()
            )?;
        }
    }
    Ok(Outcome::Clean)
}

/// Asks before something is lost. Who can't be asked is told what to pass.
fn confirm(question: &str) -> Result<(), Failure> {
    let refused = |message: String| {
        Failure::from(
            MigrateError::new(ErrorKind::Confirmation, message).help("to go on without being asked: --yes"),
        )
    };
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(refused(format!("nobody can be asked here: {question}")));
    }
    match inquire::Confirm::new(question).with_default(false).prompt() {
        Ok(true) => Ok(()),
        _ => Err(refused("not confirmed: nothing was done".to_owned())),
    }
}
