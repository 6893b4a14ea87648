//! Why something could not be done, with everything that a person needs to act.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use confiture_postgres::{ConnectError, ServerError, SqlError};

use crate::event::Blocker;

/// The result of everything here.
pub type Result<T> = std::result::Result<T, MigrateError>;

/// What kind of failure it is. Each has a stable code and decides the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No connection, or the wrong one: see the message.
    Connection,
    /// The connection broke while something ran.
    ConnectionLost,
    /// The server is older than 13.
    OldServer,
    /// The server takes no writes: a standby, or `default_transaction_read_only`.
    ReadOnlyServer,
    /// The files can't be read as migrations.
    Files,
    /// Two migrations have one version.
    DuplicateVersion,
    /// A migration that doesn't exist was asked for.
    UnknownMigration,
    /// A hook that doesn't exist was asked for.
    UnknownHook,
    /// A rule that doesn't exist was to be allowed.
    UnknownRule,
    /// Nothing says how to revert it.
    NoDown,
    /// A migration's file isn't what was applied.
    Changed,
    /// A migration that was applied has no file any more.
    Missing,
    /// A migration that wasn't applied is older than one that was.
    OutOfOrder,
    /// An earlier run left a migration half done, and it can't be taken up as it is.
    Unfinished,
    /// What another tool or somebody says of a database can't be taken over as it is.
    Baseline,
    /// The ledger can't be read or written.
    Ledger,
    /// Another runner is at work.
    LockHeld,
    /// What the migration would do is refused.
    Unsafe,
    /// A question needs an answer that nobody gave.
    Confirmation,
    /// The server refused a statement.
    Statement,
    /// A statement waited too long for a lock, as often as was allowed.
    LockTimeout,
    /// A statement took longer than it may.
    StatementTimeout,
    /// A hook failed.
    Hook,
    /// A hook is declared wrongly.
    HookConfig,
    /// A program or a file outside could not be used.
    Outside,
    /// Somebody asked to stop.
    Interrupted,
}

impl ErrorKind {
    /// All of them.
    pub const ALL: [ErrorKind; 26] = [
        ErrorKind::Connection,
        ErrorKind::ConnectionLost,
        ErrorKind::OldServer,
        ErrorKind::ReadOnlyServer,
        ErrorKind::Files,
        ErrorKind::DuplicateVersion,
        ErrorKind::UnknownMigration,
        ErrorKind::UnknownHook,
        ErrorKind::UnknownRule,
        ErrorKind::NoDown,
        ErrorKind::Changed,
        ErrorKind::Missing,
        ErrorKind::OutOfOrder,
        ErrorKind::Unfinished,
        ErrorKind::Baseline,
        ErrorKind::Ledger,
        ErrorKind::LockHeld,
        ErrorKind::Unsafe,
        ErrorKind::Confirmation,
        ErrorKind::Statement,
        ErrorKind::LockTimeout,
        ErrorKind::StatementTimeout,
        ErrorKind::Hook,
        ErrorKind::HookConfig,
        ErrorKind::Outside,
        ErrorKind::Interrupted,
    ];

    /// The stable code for scripts.
    pub fn code(self) -> &'static str {
        match self {
            ErrorKind::Connection => "connection-failed",
            ErrorKind::ConnectionLost => "connection-lost",
            ErrorKind::OldServer => "server-too-old",
            ErrorKind::ReadOnlyServer => "server-read-only",
            ErrorKind::Files => "migrations-unreadable",
            ErrorKind::DuplicateVersion => "duplicate-version",
            ErrorKind::UnknownMigration => "unknown-migration",
            ErrorKind::UnknownHook => "unknown-hook",
            ErrorKind::UnknownRule => "unknown-rule",
            ErrorKind::NoDown => "no-down-migration",
            ErrorKind::Changed => "migration-changed",
            ErrorKind::Missing => "migration-missing",
            ErrorKind::OutOfOrder => "migration-out-of-order",
            ErrorKind::Unfinished => "migration-unfinished",
            ErrorKind::Baseline => "baseline-refused",
            ErrorKind::Ledger => "ledger",
            ErrorKind::LockHeld => "lock-held",
            ErrorKind::Unsafe => "unsafe-migration",
            ErrorKind::Confirmation => "confirmation-needed",
            ErrorKind::Statement => "statement-failed",
            ErrorKind::LockTimeout => "lock-timeout",
            ErrorKind::StatementTimeout => "statement-timeout",
            ErrorKind::Hook => "hook-failed",
            ErrorKind::HookConfig => "hook-config",
            ErrorKind::Outside => "outside-failed",
            ErrorKind::Interrupted => "interrupted",
        }
    }

    /// The exit status of a command that ends with it: 2 wrong usage or configuration, 3 something can't be read or
    /// reached, 4 a migration or hook failed, 5 refused until somebody decides, 6 another is at work or holds a lock,
    /// 130 interrupted.
    pub fn exit_status(self) -> u8 {
        match self {
            ErrorKind::UnknownMigration
            | ErrorKind::UnknownHook
            | ErrorKind::UnknownRule
            | ErrorKind::HookConfig
            | ErrorKind::DuplicateVersion => 2,
            ErrorKind::Connection
            | ErrorKind::OldServer
            | ErrorKind::ReadOnlyServer
            | ErrorKind::Files
            | ErrorKind::Ledger => 3,
            ErrorKind::Statement
            | ErrorKind::StatementTimeout
            | ErrorKind::Hook
            | ErrorKind::Outside
            | ErrorKind::ConnectionLost => 4,
            ErrorKind::Changed
            | ErrorKind::Missing
            | ErrorKind::OutOfOrder
            | ErrorKind::Unfinished
            | ErrorKind::Baseline
            | ErrorKind::NoDown
            | ErrorKind::Unsafe
            | ErrorKind::Confirmation => 5,
            ErrorKind::LockHeld | ErrorKind::LockTimeout => 6,
            ErrorKind::Interrupted => 130,
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A place in a file.
#[derive(Clone, PartialEq, Eq)]
pub struct SourcePlace {
    /// The path as people see it.
    pub path: PathBuf,
    /// The file's whole text.
    pub text: Arc<str>,
    /// Byte range in it.
    pub range: Range<usize>,
}

impl fmt::Debug for SourcePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:?}", self.path.display(), self.range)
    }
}

/// Why something could not be done.
pub struct MigrateError(Box<Parts>);

#[derive(Debug)]
struct Parts {
    kind: ErrorKind,
    message: String,
    migration: Option<String>,
    place: Option<SourcePlace>,
    server: Option<ServerError>,
    blockers: Vec<Blocker>,
    help: Vec<String>,
}

impl MigrateError {
    /// A failure of that kind; the message is a sentence without a final period.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> MigrateError {
        MigrateError(Box::new(Parts {
            kind,
            message: message.into(),
            migration: None,
            place: None,
            server: None,
            blockers: Vec::new(),
            help: Vec::new(),
        }))
    }

    /// Where it is.
    pub fn at(mut self, place: SourcePlace) -> MigrateError {
        self.0.place = Some(place);
        self
    }

    /// What to do about it, an imperative; several are shown in order.
    pub fn help(mut self, help: impl Into<String>) -> MigrateError {
        self.0.help.push(help.into());
        self
    }

    /// The migration that it is about, by its slug.
    pub fn of_migration(mut self, slug: &str) -> MigrateError {
        self.0.migration = Some(slug.to_owned());
        self
    }

    /// Who stood in the way.
    pub fn blocked_by(mut self, blockers: Vec<Blocker>) -> MigrateError {
        self.0.blockers = blockers;
        self
    }

    /// What the server said.
    pub fn with_server(mut self, server: ServerError) -> MigrateError {
        self.0.server = Some(server);
        self
    }

    /// Its kind.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What is wrong, a sentence without a final period.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The migration that it is about.
    pub fn migration(&self) -> Option<&str> {
        self.0.migration.as_deref()
    }

    /// Where it is.
    pub fn place(&self) -> Option<&SourcePlace> {
        self.0.place.as_ref()
    }

    /// What the server said, where it was the server.
    pub fn server(&self) -> Option<&ServerError> {
        self.0.server.as_ref()
    }

    /// The server's SQLSTATE, where it was the server.
    pub fn sqlstate(&self) -> Option<&str> {
        self.server().map(|server| server.sqlstate.as_str())
    }

    /// Who stood in the way.
    pub fn blockers(&self) -> &[Blocker] {
        &self.0.blockers
    }

    /// What to do about it.
    pub fn advice(&self) -> &[String] {
        &self.0.help
    }

    /// A failure of a statement of our own (not one of a migration), by what was being done: `the ledger can't be read`.
    pub fn sql(kind: ErrorKind, doing: &str, error: SqlError) -> MigrateError {
        match error {
            SqlError::Server(server) => {
                MigrateError::new(kind, format!("{doing}: {}", server.message)).with_server(*server)
            }
            SqlError::Connection(reason) => {
                MigrateError::new(ErrorKind::ConnectionLost, format!("{doing}: {reason}"))
            }
        }
    }
}

impl fmt::Debug for MigrateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for MigrateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for MigrateError {}

impl From<ConnectError> for MigrateError {
    fn from(error: ConnectError) -> MigrateError {
        let made = MigrateError::new(ErrorKind::Connection, error.to_string());
        match error.hint() {
            Some(hint) => made.help(hint),
            None => made,
        }
    }
}
