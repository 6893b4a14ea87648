//! Options of commands that work on a database.

use std::convert::Infallible;

use clap::Args;
use confiture_project::Secret;

/// Which database a command works on.
///
/// What holds, in this order: `--database-url` (with `--env`, that environment's other settings), `--env`, the only
/// environment that is configured. Where none is configured: the variable `DATABASE_URL`, or else `local`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Database")]
pub struct ConnectArgs {
    /// An environment of confiture.yaml; `local` is a private server where nothing else is configured for it. Otherwise
    /// the only one that is configured; where there is none, DATABASE_URL, or else `local`.
    #[arg(long, visible_alias = "environment", value_name = "NAME")]
    pub env: Option<String>,

    /// Connect here: a URL or a key=value string. A password is better left to ~/.pgpass or PGPASSWORD: others on this
    /// machine can see the arguments of a program.
    #[arg(long, value_name = "URL", value_parser = secret)]
    pub database_url: Option<Secret>,
}

/// Takes an argument that may hold a password.
pub(super) fn secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}
