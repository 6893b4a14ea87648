//! The command line, as clap reads it.

mod connect;
mod diff;
pub mod hooks;
pub mod migrate;
mod server;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use confiture_lint::Severity;
use confiture_project::Secret;
use confiture_risk::PgVersion;

pub use connect::ConnectArgs;
pub use diff::{Against, BuildArgs, DiffArgs, DiffFormat, DriftArgs};
pub use hooks::HooksArgs;
pub use migrate::MigrateArgs;
pub use server::{ServerArgs, ServerCommand};

/// Know what every statement of a PostgreSQL project does, before a database runs it.
#[derive(Debug, Parser)]
#[command(
    name = "confiture",
    version,
    about,
    propagate_version = true,
    after_help = "Examples:
  confiture lint                          check every script of the project you stand in
  confiture risk migrations/0042_x.sql    what that migration locks, rewrites and scans
  confiture schema --format sql           the schema that the files add up to
  confiture migrate status                what is applied to a database, what is pending
  confiture explain add-foreign-key-not-valid

Exit status: 0 clean · 1 findings at the fail level · 2 wrong usage or configuration · 3 something could not be read or reached · 4 a migration failed · 5 refused until somebody decides · 6 another holds a lock · 130 interrupted"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// When to use colour; NO_COLOR is respected.
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto, value_name = "WHEN")]
    pub color: ColorWhen,

    /// Print nothing but results.
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check schema and migration files.
    Lint(Box<LintArgs>),
    /// Say what each statement does to a running database: locks, rewrites, scans, and what to do instead.
    Risk(RiskArgs),
    /// Print the schema that files add up to, or that a server has, in one canonical form.
    Schema(SchemaArgs),
    /// Say what leads from one schema to another, and draft the migration: files, databases, git revisions.
    Diff(Box<DiffArgs>),
    /// Say where a database is not what the files say.
    Drift(Box<DriftArgs>),
    /// Build an empty database from the files of a schema.
    Build(Box<BuildArgs>),
    /// List the lint rules.
    Rules(RulesArgs),
    /// Explain a lint rule: what it finds, why it matters, what to do instead.
    Explain(ExplainArgs),
    /// Apply, revert and account for migrations on a database.
    Migrate(MigrateArgs),
    /// What happens around migrations: list hooks, try them, run one.
    Hooks(HooksArgs),
    /// Write a commented confiture.yaml for the project in a folder.
    Init(InitArgs),
    /// Run a private PostgreSQL server for the project, its data kept.
    Server(ServerArgs),
    /// Run the language server on standard input and output, for editors.
    Lsp(LspArgs),
    /// Print a completion script for a shell.
    #[command(
        after_help = "Example: confiture completions bash > ~/.local/share/bash-completion/completions/confiture"
    )]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write the man pages into a folder.
    #[command(after_help = "Example: confiture man ~/.local/share/man/man1")]
    Man {
        /// The folder; it is created where it does not exist.
        folder: PathBuf,
    },
}

/// Arguments of `lsp`.
#[derive(Debug, Args)]
#[command(after_help = "Editors start it; the book has a page on each of them.

Example: confiture lsp --verbose 2>confiture.log")]
pub struct LspArgs {
    /// Speak on standard input and output. There is no other way; some editors say so all the same.
    #[arg(long)]
    pub stdio: bool,

    /// Write the log to standard error too; CONFITURE_LOG=1 does the same.
    #[arg(short, long)]
    pub verbose: bool,
}

/// Options of commands that read a project.
#[derive(Debug, Args)]
pub struct ProjectArgs {
    /// The server's major version, 13 to 18; otherwise `pg_version` of confiture.yaml, otherwise 14.
    #[arg(long, value_name = "MAJOR")]
    pub pg_version: Option<PgVersion>,

    /// Use this configuration instead of the confiture.yaml that is found.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    Text,
    /// For programs; the schema is in the book under "JSON".
    Json,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// For people.
    Text,
    /// For programs; the schema is in the book under "JSON".
    Json,
    /// SARIF 2.1.0, for code scanning services and editors.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// A GitLab Code Quality report.
    Gitlab,
    /// JUnit XML: a test suite a file.
    Junit,
    /// A page to read, in one file.
    Html,
}

impl LintFormat {
    /// The form of lists that goes with it.
    pub fn as_list(self) -> ReportFormat {
        match self {
            LintFormat::Json => ReportFormat::Json,
            _ => ReportFormat::Text,
        }
    }
}

/// How a schema is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaFormat {
    /// One fact a line, sorted: made for diff.
    Text,
    /// For programs.
    Json,
    /// Statements that create it anew; from files without the bodies of functions.
    Sql,
}

/// Arguments of `lint`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture lint
  confiture lint db/migrations --fail-level error
  confiture lint migrations/0042_add_email.sql --format json
  confiture lint --staged                      what is about to be committed
  confiture lint --since main --format github  what a branch changed
  confiture lint --fix --diff                  show what would be cured
  confiture lint --env production              the schema that a database has
  confiture lint --select security,data-loss   these rules alone")]
pub struct LintArgs {
    /// Files or folders; the current folder where none is named. Their project's whole history is read in any case.
    pub paths: Vec<PathBuf>,

    /// How results are printed; otherwise `linting.report_format`, otherwise `text`.
    #[arg(long, visible_alias = "report", value_enum)]
    pub format: Option<LintFormat>,

    /// Write the report into a file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Exit with 1 when a finding is at least this severe; otherwise `linting.fail_level`, otherwise `warning`.
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub fail_level: Option<Severity>,

    /// What is checked.
    #[command(flatten)]
    pub scope: LintScope,

    /// By which rules.
    #[command(flatten)]
    pub rules: LintRules,

    /// What is done about it.
    #[command(flatten)]
    pub cure: LintCure,

    /// Project options.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// What `lint` checks.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is checked")]
pub struct LintScope {
    /// An environment of confiture.yaml: its rules, and where it has a database, the schema of that instead of files.
    #[arg(long, visible_alias = "environment", value_name = "NAME")]
    pub env: Option<String>,

    /// The schema of this database instead of files: a URL or a key=value string.
    #[arg(long, value_name = "URL", value_parser = connect::secret, conflicts_with_all = ["paths", "staged", "since", "stdin_filepath", "watch"])]
    pub database_url: Option<Secret>,

    /// Only findings about this schema of the database, or in a folder of that name.
    #[arg(long, value_name = "NAME")]
    pub schema: Option<String>,

    /// Only files that are staged in git, as they are staged.
    #[arg(long, conflicts_with = "since")]
    pub staged: bool,

    /// Only files that changed since this branch left a revision.
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,

    /// Read one file from standard input; the path says which file it would be.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["paths", "staged", "since", "watch"])]
    pub stdin_filepath: Option<PathBuf>,

    /// Go on: look again whenever a file changes.
    #[arg(long, conflicts_with_all = ["output", "fix"])]
    pub watch: bool,
}

/// The rules of a `lint` run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub struct LintRules {
    /// A file with more lint settings, in the form of confiture.yaml.
    #[arg(long = "rules", value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Only these rules or categories, also those that are off; `all` for every rule.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub select: Vec<String>,

    /// Leave out these rules or categories.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub exclude_rules: Vec<String>,

    /// List the rules as they are configured, and check nothing.
    #[arg(long)]
    pub list_rules: bool,

    /// Findings to leave out; otherwise `linting.baseline`, otherwise confiture-baseline.json where it exists.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write all findings into the baseline, so that later runs report new ones only.
    #[arg(long, conflicts_with_all = ["fix", "watch", "stdin_filepath"])]
    pub write_baseline: bool,

    /// Take nothing from earlier runs, and keep nothing for later ones.
    #[arg(long)]
    pub no_cache: bool,
}

/// What `lint` does about findings.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cures")]
pub struct LintCure {
    /// Apply fixes that don't change the schema. With a database: write them as a migration.
    #[arg(long)]
    pub fix: bool,

    /// Apply fixes too that someone should look at.
    #[arg(long)]
    pub unsafe_fixes: bool,

    /// With --fix: print what would change, and change nothing.
    #[arg(long, requires = "fix")]
    pub diff: bool,
}

/// Arguments of `risk`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture risk migrations/0042_add_email.sql
  confiture risk --format json migrations/*.sql | jq '.statements[] | select(.rewrites != [])'
  confiture risk --pg-version 17 db/migrations")]
pub struct RiskArgs {
    /// Files or folders. What the project's earlier files created is taken into account.
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,

    /// How results are printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,

    /// Project options.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture schema db/migrations
  confiture schema --database-url postgres://localhost/app --format sql
  diff <(confiture schema) <(confiture schema --database-url \"$DATABASE_URL\")")]
pub struct SchemaArgs {
    /// A file or folder; the current folder where none is named.
    #[arg(conflicts_with = "database_url")]
    pub path: Option<PathBuf>,

    /// Read a server instead of files: a URL or a key=value string.
    #[arg(long, value_name = "URL", value_parser = connect::secret)]
    pub database_url: Option<Secret>,

    /// How the schema is printed.
    #[arg(long, value_enum, default_value_t = SchemaFormat::Text)]
    pub format: SchemaFormat,

    /// Project options.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// Arguments of `rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The rule, such as `require-concurrent-index`.
    pub rule: String,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture init
  confiture init services/billing --pg-version 17
  confiture init --print")]
pub struct InitArgs {
    /// The folder; the current one where none is named.
    pub folder: Option<PathBuf>,

    /// Print the configuration and write nothing.
    #[arg(long)]
    pub print: bool,

    /// The server's major version, 13 to 18.
    #[arg(long, value_name = "MAJOR")]
    pub pg_version: Option<PgVersion>,
}

/// Reads a severity.
fn severity(text: &str) -> Result<Severity, String> {
    Severity::parse(text).ok_or_else(|| "a severity is error, warning, info or off".to_owned())
}
