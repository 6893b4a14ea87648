//! The arguments of `migrate` and its commands.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use confiture_project::duration;

use super::{ConnectArgs, ReportFormat};

/// How long `--wait-for-blockers` waits where it says nothing.
const WAIT_FOR_BLOCKERS: &str = "10min";

/// Arguments of `migrate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture migrate new add_customer_notes       write the files of a migration
  confiture migrate status --env production      what is applied there, what is pending
  confiture migrate plan --env production        what `up` would do there, and whether it may
  confiture migrate up --env production          do it
  confiture migrate down --steps 2               revert the two newest

Looking never writes: `status`, `plan`, `preview` and `verify` leave the database as it is.

Exit status: 0 done · 1 `--check` or `verify` found something · 2 wrong usage or configuration · 3 something could not be
read or reached · 4 a migration or a hook failed · 5 refused until somebody decides · 6 another is at work or holds a lock ·
130 interrupted (143 by SIGTERM)")]
pub struct MigrateArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: MigrateCommand,
}

/// The commands of `migrate`.
#[derive(Debug, Subcommand)]
pub enum MigrateCommand {
    /// Write the files of a new migration, in the project's layout.
    New(NewArgs),
    /// Apply pending migrations.
    Up(UpArgs),
    /// Revert migrations, the newest first.
    Down(DownArgs),
    /// Revert migrations and apply them again.
    Redo(RedoArgs),
    /// List migrations: what is applied, what is pending, what doesn't fit.
    Status(StatusArgs),
    /// Say what `up` would do to this database: statements with their risk, hooks, and what would stop it.
    Plan(PlanArgs),
    /// Print the SQL that `up` would send.
    Preview(PreviewArgs),
    /// Take over a database that was migrated before: by hand, or by another tool.
    Baseline(BaselineArgs),
    /// Hold files, ledger and database against each other.
    Verify(VerifyArgs),
    /// Set the ledger right, by explicit choice.
    Repair(RepairArgs),
}

/// Which migrations there are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Migrations")]
pub struct FilesArgs {
    /// The folder of the migrations, or a folder above it; the project of the current folder where none is named.
    #[arg(long, value_name = "PATH")]
    pub path: Option<PathBuf>,

    /// Use this configuration instead of the confiture.yaml that is found.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Arguments of `migrate new`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture migrate new add_customer_notes
  confiture migrate new \"add customer notes\" --yaml    with hooks and a rollback, in one file
  confiture migrate new idx_orders --no-transaction    for CREATE INDEX CONCURRENTLY")]
pub struct NewArgs {
    /// What it does, in a few words.
    pub name: String,

    /// One YAML file with `ddl`, `hooks` and `rollback`, in confiture-migrations.
    #[arg(long)]
    pub yaml: bool,

    /// It runs outside of a transaction.
    #[arg(long, conflicts_with = "yaml")]
    pub no_transaction: bool,

    /// Print the files and write nothing.
    #[arg(long)]
    pub print: bool,

    /// Which migrations there are.
    #[command(flatten)]
    pub files: FilesArgs,
}

/// Which migrations `up`, `plan` and `preview` are about.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which migrations; all pending ones otherwise")]
pub struct UpChoice {
    /// Up to and with this one: a version, a name, or a file.
    #[arg(long, value_name = "MIGRATION", conflicts_with_all = ["migration", "steps"])]
    pub target: Option<String>,

    /// This one alone.
    #[arg(long, value_name = "MIGRATION", conflicts_with = "steps")]
    pub migration: Option<String>,

    /// That many.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub steps: Option<u32>,

    /// Apply migrations too that are older than the newest one that is applied.
    #[arg(long)]
    pub out_of_order: bool,
}

/// Arguments of `migrate up`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture migrate up
  confiture migrate up --env production --require-confirmation
  confiture migrate up --target 042 --database-url postgres://deploy@db.example.com/app
  confiture migrate up --env production --yes --format json      in CI
  confiture migrate up --allow risk-data-loss                    somebody decided that this may go

What would destroy data or keep others waiting stops the run before anything is executed; an empty table makes nothing
dangerous. --yes answers questions, it does not lift that; --allow does, by name.")]
pub struct UpArgs {
    /// Which migrations.
    #[command(flatten)]
    pub choice: UpChoice,

    /// How it runs.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Arguments of `migrate down`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture migrate down                     the newest one
  confiture migrate down --target 040        everything newer than 040
  confiture migrate down --migration 042
  confiture migrate down --all --preview     the SQL that would revert everything")]
pub struct DownArgs {
    /// Which migrations.
    #[command(flatten)]
    pub choice: DownChoice,

    /// How it runs.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Which migrations `down` is about.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which migrations; the newest one otherwise")]
pub struct DownChoice {
    /// Everything newer than this one, which stays: a version, a name, or a file.
    #[arg(long, value_name = "MIGRATION", conflicts_with_all = ["migration", "steps", "all"])]
    pub target: Option<String>,

    /// This one alone.
    #[arg(long, value_name = "MIGRATION", conflicts_with_all = ["steps", "all"])]
    pub migration: Option<String>,

    /// That many, the newest first.
    #[arg(long, value_name = "N", conflicts_with = "all", value_parser = clap::value_parser!(u32).range(1..))]
    pub steps: Option<u32>,

    /// All of them.
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `migrate redo`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture migrate redo              the newest one: down, then up
  confiture migrate redo --steps 3")]
pub struct RedoArgs {
    /// This one, which must be the newest that is applied or not be needed by newer ones.
    #[arg(long, value_name = "MIGRATION", conflicts_with = "steps")]
    pub migration: Option<String>,

    /// That many, the newest first; otherwise one.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub steps: Option<u32>,

    /// How it runs.
    #[command(flatten)]
    pub run: RunArgs,
}

/// How migrations are run.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The database.
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Which migrations there are.
    #[command(flatten)]
    pub files: FilesArgs,

    /// What is asked and shown.
    #[command(flatten)]
    pub talk: TalkArgs,

    /// What may go wrong how often.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// What a run asks and shows.
#[derive(Debug, Args)]
#[command(next_help_heading = "Questions and reports")]
pub struct TalkArgs {
    /// Print the SQL that would be sent, and send none of it.
    #[arg(long)]
    pub preview: bool,

    /// Ask for each migration, before anything runs; at the first no the run ends before it.
    #[arg(long)]
    pub require_confirmation: bool,

    /// Answer every question with yes: for CI.
    #[arg(long)]
    pub yes: bool,

    /// How results are printed; `json` is an event a line.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,

    /// Show every statement and hook with its time, and all locks.
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// What a run may do, and for how long.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// Run although this rule or kind of risk speaks against it, such as `risk-data-loss`; several with commas.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub allow: Vec<String>,

    /// All migrations of the run in one transaction: all of them or none.
    #[arg(long)]
    pub single_transaction: bool,

    /// Leave hooks out.
    #[arg(long)]
    pub no_hooks: bool,

    /// How long a statement may wait for a lock, such as 2s; 0 is without end [default: the configuration, or 5s].
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub lock_timeout: Option<Duration>,

    /// How long a statement may take; 0 is without end [default: the configuration, or 0].
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub statement_timeout: Option<Duration>,

    /// How often a migration is tried again that waited too long for a lock [default: the configuration, or 4].
    #[arg(long, value_name = "N")]
    pub retries: Option<u32>,

    /// Before trying again, wait until those who blocked are gone, without standing in the queue; at most this long.
    #[arg(
        long,
        value_name = "DURATION",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = WAIT_FOR_BLOCKERS,
        value_parser = duration::parse
    )]
    pub wait_for_blockers: Option<Duration>,

    /// How long another runner is waited for; 0 is not at all [default: 1min].
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub wait: Option<Duration>,
}

/// Arguments of `migrate status`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture migrate status
  confiture migrate status --env production --check      in a deployment: 1 when something is pending or wrong
  confiture migrate status --format json | jq -r '.migrations[] | select(.state == \"pending\").slug'")]
pub struct StatusArgs {
    /// Exit with 1 when a migration is pending, or one doesn't fit what is applied.
    #[arg(long)]
    pub check: bool,

    /// How results are printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,

    /// The database.
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Which migrations there are.
    #[command(flatten)]
    pub files: FilesArgs,
}

/// Arguments of `migrate plan`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture migrate plan --env production
  confiture migrate plan --target 042 --format json

It asks the database for what the files can't know: how large tables are, whether they hold rows. Exit status 5 when `up`
would be refused.")]
pub struct PlanArgs {
    /// Which migrations.
    #[command(flatten)]
    pub choice: UpChoice,

    /// Don't let this rule or kind of risk speak against it; several with commas.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub allow: Vec<String>,

    /// How results are printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,

    /// The database.
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Which migrations there are.
    #[command(flatten)]
    pub files: FilesArgs,
}

/// Arguments of `migrate preview`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture migrate preview
  confiture migrate preview --migration 042 > 042.sql

`confiture migrate down --preview` prints what would revert.")]
pub struct PreviewArgs {
    /// Which migrations.
    #[command(flatten)]
    pub choice: UpChoice,

    /// All migrations in one transaction.
    #[arg(long)]
    pub single_transaction: bool,

    /// The database.
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Which migrations there are.
    #[command(flatten)]
    pub files: FilesArgs,
}

/// Arguments of `migrate baseline`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture migrate baseline 042                     everything up to 042 is there already
  confiture migrate baseline --import                what the table of another tool says is applied
  confiture migrate baseline --import --preview

Nothing of a migration runs; only the ledger is written. It must be empty.")]
pub struct BaselineArgs {
    /// Everything up to and with this migration counts as applied: a version, a name, or a file. All of them otherwise.
    #[arg(
        value_name = "MIGRATION",
        conflicts_with = "import",
        required_unless_present = "import"
    )]
    pub through: Option<String>,

    /// Take what the table of the tool says that migrated this database before: diesel, sqlx, dbmate, goose,
    /// golang-migrate, flyway, prisma, supabase, alembic, django.
    #[arg(long)]
    pub import: bool,

    /// The tool, where tables of several are there.
    #[arg(long, value_name = "TOOL", requires = "import")]
    pub from: Option<String>,

    /// With --import: files that were changed since the tool applied them count as what was applied.
    #[arg(long, requires = "import")]
    pub accept_changed: bool,

    /// Say what would be recorded, and record nothing.
    #[arg(long)]
    pub preview: bool,

    /// Answer every question with yes: for CI.
    #[arg(long)]
    pub yes: bool,

    /// The database.
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Which migrations there are.
    #[command(flatten)]
    pub files: FilesArgs,
}

/// Arguments of `migrate verify`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture migrate verify                the files against the ledger
  confiture migrate verify --schema       and what the database has against what was applied

Exit status 1 when something is wrong.")]
pub struct VerifyArgs {
    /// Look too whether the database has what the applied migrations make.
    #[arg(long)]
    pub schema: bool,

    /// How results are printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,

    /// The database.
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Which migrations there are.
    #[command(flatten)]
    pub files: FilesArgs,
}

/// Arguments of `migrate repair`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture migrate repair --accept-changed 007     the file was changed, and does what was applied
  confiture migrate repair --forget 012             it was applied, and its file is gone for good
  confiture migrate repair --mark-applied 013       somebody ran it by hand

Nothing of a migration runs; only the ledger is written.")]
pub struct RepairArgs {
    /// What is to be set right.
    #[command(flatten)]
    pub choice: RepairChoice,

    /// Say what would be done, and do nothing.
    #[arg(long)]
    pub preview: bool,

    /// Answer every question with yes: for CI.
    #[arg(long)]
    pub yes: bool,

    /// The database.
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Which migrations there are.
    #[command(flatten)]
    pub files: FilesArgs,
}

/// What `repair` does, to one migration.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
#[command(next_help_heading = "What is set right")]
pub struct RepairChoice {
    /// The file was changed and does what was applied: its checksum counts from now on.
    #[arg(long, value_name = "MIGRATION")]
    pub accept_changed: Option<String>,

    /// It was applied, has no file any more, and shall have none.
    #[arg(long, value_name = "MIGRATION")]
    pub forget: Option<String>,

    /// The database has it already.
    #[arg(long, value_name = "MIGRATION")]
    pub mark_applied: Option<String>,

    /// The database doesn't have it any more.
    #[arg(long, value_name = "MIGRATION")]
    pub mark_reverted: Option<String>,

    /// What was begun of it will not be finished.
    #[arg(long, value_name = "MIGRATION")]
    pub give_up: Option<String>,
}
