//! How a run ends: its exit status, and what is said when it could not do what was asked.

use std::io::{self, Write as _};
use std::process::ExitCode;

use confiture_lint::BaselineError;
use confiture_postgres::{ClusterError, ConnectError, SqlError};
use confiture_project::Problem;

/// The documented exit statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// 0: done, nothing at the fail level.
    Clean,
    /// 1: findings at the fail level.
    Findings,
    /// 2: wrong usage or configuration.
    Usage,
    /// 3: something could not be read.
    Unreadable,
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
    /// An environment without a database.
    #[error("{environment} has no database")]
    NoDatabase {
        /// How messages name it.
        environment: String,
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
            Failure::NoDatabase { .. } => "no-database",
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
    fn help(&self) -> Option<String> {
        match self {
            Failure::UnknownRule {
                nearest: Some(nearest),
                ..
            } => Some(format!("did you mean `{nearest}`?")),
            Failure::UnknownRule { .. } => Some("`confiture rules` lists them".to_owned()),
            Failure::Baseline { .. } => Some("write it anew with --write-baseline".to_owned()),
            Failure::Configuration(problem) => problem.help.clone(),
            Failure::Connect(error) => error.hint(),
            Failure::NoDatabase { .. } => Some(
                "write its `database_url:` in confiture.yaml, give --database-url, or set DATABASE_URL"
                    .to_owned(),
            ),
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
            | Failure::Configuration(_)
            | Failure::NoDatabase { .. }
            | Failure::Git(_)
            | Failure::Baseline { .. } => Outcome::Usage,
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
    pub fn print(&self) {
        let mut err = io::stderr().lock();
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
