//! How a run ends: its exit status, and what is said when it could not do what was asked.

use std::io::{self, Write as _};
use std::process::ExitCode;

use confiture_lint::BaselineError;
use confiture_migrate::{ErrorKind, MigrateError};
use confiture_postgres::{ClusterError, ConnectError, SqlError};
use confiture_project::Problem;

use crate::commands::{Terminal, problems};
use crate::report::migrate::error_text;

/// The documented exit statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// 0: done, nothing at the fail level.
    Clean,
    /// 1: findings at the fail level.
    Findings,
    /// 2: wrong usage or configuration.
    Usage,
    /// 3: something could not be read or reached.
    Unreadable,
    /// 4: a migration or a hook failed.
    Failed,
    /// 5: refused until somebody decides.
    Refused,
    /// 6: another is at work, or holds a lock.
    Busy,
    /// 130: stopped by Ctrl-C (SIGINT).
    Interrupted = 130,
    /// 143: stopped by SIGTERM.
    Terminated = 143,
}

impl From<ErrorKind> for Outcome {
    fn from(kind: ErrorKind) -> Outcome {
        match kind.exit_status() {
            2 => Outcome::Usage,
            3 => Outcome::Unreadable,
            5 => Outcome::Refused,
            6 => Outcome::Busy,
            130 => Outcome::Interrupted,
            _ => Outcome::Failed,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(outcome as u8)
    }
}

/// Why a command could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A rule that doesn't exist.
    #[error("there is no rule `{name}`")]
    UnknownRule {
        /// The name that was asked for.
        name: String,
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// A file that would be overwritten.
    #[error("{path} is there already")]
    Exists {
        /// The file.
        path: String,
    },
    /// Options that don't go together, or can't be met here.
    #[error("{0}")]
    Usage(String),
    /// The configuration can't give what was asked of it.
    #[error("{}", place(.0))]
    Configuration(Box<Problem>),
    /// An address that can't be used.
    #[error("{origin}: {error}")]
    Address {
        /// Where it was written.
        origin: String,
        /// What is wrong with it.
        error: ConnectError,
    },
    /// An environment without a database.
    #[error("{environment} has no database")]
    NoDatabase {
        /// How messages name it.
        environment: String,
    },
    /// Files, hooks or settings that keep a command from beginning.
    #[error("{}", counted(.0))]
    Problems(Vec<Problem>),
    /// A migration, or what belongs to it, could not be done.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// As [`Failure::Migrate`], by SIGTERM.
    #[error(transparent)]
    Terminated(MigrateError),
    /// Several projects where one is meant.
    #[error("several folders hold migrations: {folders}")]
    SeveralProjects {
        /// Each with its layout.
        folders: String,
        /// The options that choose one.
        ways: String,
    },
    /// git can't say what was asked.
    #[error(transparent)]
    Git(#[from] confiture_project::git::GitError),
    /// Writing results failed.
    #[error("results could not be written: {0}")]
    Output(#[from] io::Error),
    /// A file could not be written.
    #[error("{path} could not be written: {error}")]
    Write {
        /// The file or folder.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// A file could not be read.
    #[error("{path} can't be read: {error}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// A baseline that is none.
    #[error("{path}: {error}")]
    Baseline {
        /// The file.
        path: String,
        /// What is wrong with it.
        error: BaselineError,
    },
    /// The project's local server doesn't run, and isn't started for that.
    #[error("the project's local server is not running")]
    NotRunning,
    /// No private server.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// No connection to a server.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A server's refusal.
    #[error("the server's catalog could not be read: {0}")]
    Sql(#[from] SqlError),
    /// A value that can't be printed as JSON.
    #[error("the result could not be printed as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl Failure {
    /// A stable code for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Failure::UnknownRule { .. } => "unknown-rule",
            Failure::Exists { .. } => "already-exists",
            Failure::Usage(_) => "wrong-usage",
            Failure::Configuration(problem) => problem.code.as_str(),
            Failure::Address { error, .. } => error.code(),
            Failure::NoDatabase { .. } => "no-database",
            Failure::Problems(_) => "problems",
            Failure::Migrate(error) | Failure::Terminated(error) => error.kind().code(),
            Failure::SeveralProjects { .. } => "several-projects",
            Failure::Git(_) => "git",
            Failure::Output(_) | Failure::Write { .. } => "cannot-write",
            Failure::Read { .. } => "cannot-read",
            Failure::Baseline { .. } => "not-a-baseline",
            Failure::NotRunning => "postgres-not-running",
            Failure::Cluster(error) => error.code(),
            Failure::Connect(error) => error.code(),
            Failure::Sql(error) => error.code(),
            Failure::Json(_) => "cannot-print",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Failure::UnknownRule {
                nearest: Some(nearest),
                ..
            } => Some(format!("did you mean `{nearest}`?")),
            Failure::UnknownRule { .. } => Some("`confiture rules` lists them".to_owned()),
            Failure::Baseline { .. } => Some("write it anew with --write-baseline".to_owned()),
            Failure::Configuration(problem) => problem.help.clone(),
            Failure::Connect(error) | Failure::Address { error, .. } => error.hint(),
            Failure::NoDatabase { .. } => Some(
                "write its `database_url:` in confiture.yaml, give --database-url, or set DATABASE_URL"
                    .to_owned(),
            ),
            Failure::SeveralProjects { ways, .. } => Some(format!("say which: {ways}")),
            Failure::Exists { .. } => Some("edit it, or see `confiture init --print`".to_owned()),
            Failure::NotRunning => Some("`confiture server start` starts it".to_owned()),
            Failure::Cluster(ClusterError::InUse { .. }) => {
                Some("let it end, or end it; `confiture server status` says who uses it".to_owned())
            }
            _ => None,
        }
    }

    /// The exit status that it leads to.
    pub fn outcome(&self) -> Outcome {
        match self {
            Failure::UnknownRule { .. }
            | Failure::Exists { .. }
            | Failure::Usage(_)
            | Failure::SeveralProjects { .. }
            | Failure::Configuration(_)
            | Failure::Address { .. }
            | Failure::NoDatabase { .. }
            | Failure::Git(_)
            | Failure::Baseline { .. } => Outcome::Usage,
            Failure::Terminated(_) => Outcome::Terminated,
            Failure::Migrate(error) => Outcome::from(error.kind()),
            Failure::Problems(problems) => problems::outcome(problems).max(Outcome::Usage),
            _ => Outcome::Unreadable,
        }
    }

    /// Whether the reader of our output went away.
    pub fn is_broken_pipe(&self) -> bool {
        let error = match self {
            Failure::Output(error) => Some(error.kind()),
            Failure::Json(error) => error.io_error_kind(),
            _ => None,
        };
        error == Some(io::ErrorKind::BrokenPipe)
    }

    /// Says it on standard error. A standard error that is closed is nobody's loss.
    pub fn print(&self, terminal: Terminal) {
        let mut err = io::stderr().lock();
        match self {
            Failure::Problems(found) => {
                drop(err);
                problems::print(found, terminal);
                return;
            }
            Failure::Migrate(error) | Failure::Terminated(error) => {
                let _ = writeln!(err, "{}", error_text::render(error, terminal.colour));
                return;
            }
            _ => {}
        }
        let _ = writeln!(err, "error[{}]: {self}", self.code());
        if let Some(help) = self.help() {
            let _ = writeln!(err, "  help: {help}");
        }
    }
}

/// A problem as one line: where, and what.
fn place(problem: &Problem) -> String {
    let path = problem.path.display();
    match problem.line_column() {
        Some((line, column)) => format!("{path}:{line}:{column}: {}", problem.message),
        None => format!("{path}: {}", problem.message),
    }
}

impl From<Box<Problem>> for Failure {
    fn from(problem: Box<Problem>) -> Self {
        Failure::Configuration(problem)
    }
}

/// `3 problems`, for whoever can't be shown each.
fn counted(problems: &[Problem]) -> String {
    match problems {
        [only] => place(only),
        several => format!("{} problems", several.len()),
    }
}
