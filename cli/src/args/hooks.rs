//! The arguments of `hooks` and its commands.

use clap::{Args, Subcommand};

use super::migrate::FilesArgs;
use super::{ConnectArgs, ReportFormat};

/// Arguments of `hooks`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture hooks list                             what is declared, where it runs, what a failure of it undoes
  confiture hooks list --types                     the types of hooks that there are
  confiture hooks test 003                         try the hooks of a migration, and take everything back
  confiture hooks run 003 fill --env production    run one of them by itself")]
pub struct HooksArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: HooksCommand,
}

/// The commands of `hooks`.
#[derive(Debug, Subcommand)]
pub enum HooksCommand {
    /// List the hooks that are declared: when and where each runs, and what a failure of it undoes. Needs no database.
    List(HooksListArgs),
    /// Run one hook of a migration by itself.
    Run(HooksRunArgs),
    /// Try a migration with its hooks in a transaction that is rolled back; on the project's own server where no database is
    /// named.
    Test(HooksTestArgs),
}

/// Arguments of `hooks list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture hooks list
  confiture hooks list 003 --env production     with the hooks of that environment
  confiture hooks list --types")]
pub struct HooksListArgs {
    /// Those of this migration alone, with the configuration's: a version, a name, or a file.
    #[arg(value_name = "MIGRATION")]
    pub migration: Option<String>,

    /// List the types of hooks that there are instead.
    #[arg(long, conflicts_with_all = ["migration", "env", "path", "config"])]
    pub types: bool,

    /// With what this environment of confiture.yaml declares.
    #[arg(long, visible_alias = "environment", value_name = "NAME")]
    pub env: Option<String>,

    /// How results are printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,

    /// Which migrations there are.
    #[command(flatten)]
    pub files: FilesArgs,
}

/// Arguments of `hooks run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture hooks run 003 fill
  confiture hooks run 003 'hooks.after_ddl[0]' --env production --yes

What the hook does stays. The migration doesn't run, and the ledger notes a run, not a migration. Hooks that read what others
found (`stats`) find nothing.")]
pub struct HooksRunArgs {
    /// The migration: a version, a name, or a file.
    #[arg(value_name = "MIGRATION")]
    pub migration: String,

    /// The hook: its name, or the keys that lead to it, as `hooks list` shows them.
    #[arg(value_name = "HOOK")]
    pub hook: String,

    /// A hook of the way back.
    #[arg(long)]
    pub down: bool,

    /// Answer every question with yes: for CI.
    #[arg(long)]
    pub yes: bool,

    /// How results are printed; `json` is an event a line.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,

    /// The database.
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Which migrations there are.
    #[command(flatten)]
    pub files: FilesArgs,
}

/// Arguments of `hooks test`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture hooks test 003
  confiture hooks test 003 --env staging --format json
  confiture hooks test 003 --down               the way back, where 003 is applied

The migrations before it must be applied there. Locks are taken and held until the end, as the migration takes them. What runs
outside of transactions is not tried, and named. Exit status 4 when something failed.")]
pub struct HooksTestArgs {
    /// The migration: a version, a name, or a file.
    #[arg(value_name = "MIGRATION")]
    pub migration: String,

    /// The way back.
    #[arg(long)]
    pub down: bool,

    /// Answer every question with yes: for CI.
    #[arg(long)]
    pub yes: bool,

    /// How results are printed; `json` is an event a line, and what came of it in the last one.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,

    /// The database.
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Which migrations there are.
    #[command(flatten)]
    pub files: FilesArgs,
}
