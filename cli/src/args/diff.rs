//! Options of `diff`, `build` and `drift`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ConnectArgs, ProjectArgs, ReportFormat};

/// How a difference is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people, grouped by object.
    Text,
    /// For programs; the schema is in the book under "JSON".
    Json,
    /// The statements that lead from the first to the second.
    Sql,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
#[command(after_help = "Each side is one of
  schema           the files of a schema tree (load_order, or a folder that builds everything)
  migrations       the migrations, one after another
  database         the database that --env or --database-url name
  env:NAME         the database of an environment
  git:REV          the files at a git revision: the schema tree, or migrations where there is none
  git:REV:migrations
  postgres://…     a database

Without sides: from the database, where one is named, or else from the migrations; to the schema, or else the migrations.

Examples:
  confiture diff                                   what migrations don't do that the schema says
  confiture diff --write add_invoices              the same, as a draft migration
  confiture diff git:main schema                   what a branch changes
  confiture diff --env staging                     what a database lacks
  confiture diff --format sql --rename public.users.mail=email

Exit status: 0 both are the same · 1 they differ · 2 wrong usage, or a rename has to be told")]
pub struct DiffArgs {
    /// What to begin with.
    pub from: Option<String>,

    /// Where to lead.
    pub to: Option<String>,

    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,

    /// Write a draft migration of this name, and its way back, behind the project's migrations.
    #[arg(long, value_name = "NAME")]
    pub write: Option<String>,

    /// What was renamed: `public.users=people` for a table, `public.people.mail=email` for a column of a table, by its new
    /// name. Can be repeated.
    #[arg(long, value_name = "OLD=NEW")]
    pub rename: Vec<String>,

    /// Nothing was renamed, but for what --rename says: what is gone is dropped, and what is there is new.
    #[arg(long)]
    pub no_renames: bool,

    /// Statements in their shortest form, not in the one for a database in use.
    #[arg(long)]
    pub plain: bool,

    /// The folder of the project; otherwise the current one.
    #[arg(long, value_name = "FOLDER")]
    pub path: Option<PathBuf>,

    /// The database.
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Project options.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// Arguments of `build`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  confiture build --env local
  confiture build --database-url postgres://localhost/app_test
  confiture build --env local --force-recreate --yes")]
pub struct BuildArgs {
    /// The folder of the project; otherwise the current one.
    pub path: Option<PathBuf>,

    /// Drop everything that the database holds before. Never in an environment that is marked `production`.
    #[arg(long)]
    pub force_recreate: bool,

    /// Answer questions with yes.
    #[arg(short, long)]
    pub yes: bool,

    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,

    /// The database.
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Project options.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// What a database is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Against {
    /// The migrations.
    Migrations,
    /// The files of the schema tree.
    Schema,
}

/// Arguments of `drift`.
#[derive(Debug, Args)]
#[command(
    after_help = "The tables in which migration tools keep their history are left out, unless the files have them too.

Examples:
  confiture drift --env production
  confiture drift --env production --against schema --format json

Exit status: 0 the database is what the files say · 1 it isn't"
)]
pub struct DriftArgs {
    /// What the database is held against; otherwise the migrations, or the schema where there are none.
    #[arg(long, value_enum)]
    pub against: Option<Against>,

    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,

    /// The folder of the project; otherwise the current one.
    #[arg(long, value_name = "FOLDER")]
    pub path: Option<PathBuf>,

    /// The database.
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Project options.
    #[command(flatten)]
    pub project: ProjectArgs,
}
