//! Questions, on a terminal only: whoever can't be asked gets an error that says what to pass.

use std::io::{self, IsTerminal as _};

use confiture_migrate::{ErrorKind, MigrateError};
use confiture_project::Environment;
use inquire::ui::RenderConfig;
use inquire::{Confirm, InquireError, Text};

use crate::commands::Terminal;
use crate::failure::Failure;
use crate::report::style::Colour;

/// Who answers questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) enum Answers {
    /// The person at the terminal.
    Asked,
    /// Nobody: all are yes.
    Yes,
}

impl Answers {
    /// As `--yes` says.
    pub(in crate::commands) fn of(yes: bool) -> Answers {
        if yes { Answers::Yes } else { Answers::Asked }
    }
}

/// Asks for the name of the environment where it is one whose data matter, unless all answers are yes.
pub(in crate::commands) fn where_it_matters(
    environment: &Environment,
    what: &str,
    yes: bool,
    terminal: Terminal,
) -> Result<(), Failure> {
    match Answers::of(yes) {
        Answers::Asked if environment.production => by_name(&environment.name, what, terminal),
        _ => Ok(()),
    }
}

/// Asks to type the name of an environment whose data matter; `what` follows "to", as in `apply 3 migrations`.
pub(in crate::commands) fn by_name(name: &str, what: &str, terminal: Terminal) -> Result<(), Failure> {
    let option = "to go on without being asked: --yes";
    let needed = format!("`{name}` is a production environment: to {what} there needs a confirmation");
    prepare(terminal, &needed, option)?;
    let typed = Text::new(&format!("Type {name} to {what} there:"))
        .prompt()
        .map_err(|error| refused(&error, &needed, option))?;
    if typed.trim() == name {
        return Ok(());
    }
    let message = format!("`{}` is not `{name}`: nothing was done", typed.trim());
    Err(MigrateError::new(ErrorKind::Confirmation, message).into())
}

/// Asks a question that is answered with yes or no.
pub(in crate::commands) fn yes_or_no(question: &str, terminal: Terminal) -> Result<bool, Failure> {
    let option = "to go on without being asked: --yes";
    let needed = format!("nobody can be asked here: {question}");
    prepare(terminal, &needed, option)?;
    Confirm::new(question)
        .with_default(false)
        .prompt()
        .map_err(|error| refused(&error, &needed, option))
}

/// Looks whether somebody can be asked.
fn prepare(terminal: Terminal, needed: &str, option: &str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(unasked(needed, option).into());
    }
    if terminal.colour == Colour::Off {
        inquire::set_global_render_config(RenderConfig::empty());
    }
    Ok(())
}

fn unasked(needed: &str, option: &str) -> MigrateError {
    MigrateError::new(ErrorKind::Confirmation, needed).help(option)
}

fn refused(error: &InquireError, needed: &str, option: &str) -> Failure {
    let error = match error {
        InquireError::OperationInterrupted => {
            MigrateError::new(ErrorKind::Interrupted, "interrupted: nothing was done")
        }
        InquireError::OperationCanceled => {
            MigrateError::new(ErrorKind::Confirmation, "not confirmed: nothing was done")
        }
        _ => unasked(needed, option),
    };
    error.into()
}
