//! `confiture completions` and `confiture man`.

use std::fs;
use std::io::Write;
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::Cli;
use crate::failure::{Failure, Outcome};

/// Prints a completion script.
pub fn completions(shell: Shell, out: &mut impl Write) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "confiture", &mut script);
    out.write_all(&script)?;
    Ok(Outcome::Clean)
}

/// Writes one page for the command and one for each subcommand.
pub fn man_pages(folder: &Path) -> Result<Outcome, Failure> {
    let failed = |error| Failure::Write {
        path: folder.display().to_string(),
        error,
    };
    fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), folder).map_err(failed)?;
    Ok(Outcome::Clean)
}
