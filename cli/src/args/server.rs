//! Arguments of `server`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use confiture_risk::PgVersion;

use super::ReportFormat;

/// Arguments of `server`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each project has a server of its own, found by its folder; its data is kept. Commands with --env local start it for themselves and stop it when they are done; `start` lets it run until `stop`.

Examples:
  confiture server start
  psql \"$(confiture server url)\"
  confiture server stop
  confiture server reset --yes"
)]
pub struct ServerArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ServerCommand,

    /// The server's major version, 13 to 18; otherwise `pg_version` of confiture.yaml, otherwise that of the data there is,
    /// otherwise the newest found.
    #[arg(long, global = true, value_name = "MAJOR")]
    pub pg_version: Option<PgVersion>,

    /// Use this configuration, and its folder as the project's, instead of the confiture.yaml that is found.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// What is done with the project's local server.
#[derive(Debug, Subcommand)]
pub enum ServerCommand {
    /// Start the server, let it run, and print the URL of the project's database.
    #[command(after_help = "Example: export DATABASE_URL=$(confiture server start)")]
    Start,
    /// Stop the server, after the last command that uses it.
    #[command(
        after_help = "Connections of other programs are ended; what they have not committed is rolled back.

Examples:
  confiture server stop
  confiture server stop --now"
    )]
    Stop {
        /// Don't wait for commands that use it: they fail.
        #[arg(long)]
        now: bool,
    },
    /// Say whether the server runs, for whom, and where its data is.
    #[command(after_help = "Examples:
  confiture server status
  confiture server status --format json | jq -r .url

Exit status: 0 it runs · 1 it doesn't · 2 wrong usage or configuration · 3 something could not be read")]
    Status {
        /// How it is printed.
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
    },
    /// Print the URL of a database of the running server.
    #[command(after_help = "Examples:
  psql \"$(confiture server url)\"
  confiture schema --database-url \"$(confiture server url)\"
  confiture server url --database other")]
    Url {
        /// The database; otherwise the project's own. It is created where it does not exist.
        #[arg(long, value_name = "NAME")]
        database: Option<String>,
    },
    /// Stop the server and delete all its databases.
    #[command(after_help = "It asks first; where nobody can be asked, it needs --yes.

Examples:
  confiture server reset --yes
  confiture server reset --pg-version 15")]
    Reset {
        /// Delete without asking.
        #[arg(long)]
        yes: bool,
    },
    /// Print the last lines of the server's log.
    #[command(after_help = "Example: confiture server logs --lines 500")]
    Logs {
        /// How many lines.
        #[arg(short = 'n', long, value_name = "N", default_value_t = 100)]
        lines: usize,
    },
}
