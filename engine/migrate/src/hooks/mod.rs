//! What happens around a migration: declared in YAML, run by phase.
//!
//! A [`HookType`] is one file under [`builtin`]: its documentation, its configuration, and what it does. A [`HookSpec`] is
//! one declaration in a file. [`declare`] reads declarations, [`condition`] their conditions, [`execute()`] runs one with its
//! savepoint, timeout, attempts and failure policy; in which transaction it does is the runner's business.

pub mod builtin;
pub mod condition;
pub mod context;
pub mod declare;
mod execute;
mod phase;
pub(crate) mod placed;
pub mod reader;
pub mod statements;
mod support;
pub mod template;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use confiture_postgres::{Session, Target};

use crate::error::{MigrateError, SourcePlace};
use crate::event::Observer;
use crate::interrupt::Interrupt;
use crate::ledger::Ledger;

pub use builtin::registry;
pub use condition::{Condition, ConditionError};
pub use context::HookContext;
pub use declare::{of_config, of_script};
pub use execute::{Execution, HookReport, execute};
pub use phase::Phase;
pub use reader::{ConfigReader, ObjectName};
pub use template::Template;

/// Where a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Placement {
    /// In the migration's transaction, in a savepoint of its own: a failure of anything takes it back.
    InTransaction,
    /// Outside of any transaction: what came before is committed first, and what it did stays.
    Alone,
}

/// What follows when a hook fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FailurePolicy {
    /// The migration fails.
    #[default]
    Abort,
    /// It is told, its own changes are taken back where it ran in a savepoint, and the migration goes on.
    Warn,
}

/// A kind of hook.
pub struct HookType {
    /// What `type:` says.
    pub name: &'static str,
    /// What it does, in a sentence without a final period.
    pub summary: &'static str,
    /// Its documentation in Markdown: what it does, its settings with defaults, an example.
    pub docs: &'static str,
    /// Reads its `config:`. Problems go to the reader; `None` where there is no hook to be had.
    pub read: fn(&mut ConfigReader<'_>) -> Option<Arc<dyn Hook>>,
}

impl fmt::Debug for HookType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HookType({})", self.name)
    }
}

/// A configured hook.
pub trait Hook: fmt::Debug + Send + Sync {
    /// Where it runs.
    fn placement(&self) -> Placement {
        Placement::InTransaction
    }

    /// Whether it may run twice: hooks that run alone must, and only those that may are tried again after a failure.
    fn is_repeatable(&self) -> bool {
        false
    }

    /// Does its work.
    ///
    /// # Errors
    /// Whatever keeps it from it.
    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError>;

    /// What it would do, in a sentence without a final period, for `hooks list` and previews.
    fn describe(&self) -> String;
}

/// One declaration of a hook.
#[derive(Debug, Clone)]
pub struct HookSpec {
    /// When it runs.
    pub phase: Phase,
    /// Its type's name.
    pub kind: &'static str,
    /// What it is called in reports: its `name`, or its type.
    pub name: String,
    /// What it is for, in its author's words.
    pub description: Option<String>,
    /// It runs only where this holds.
    pub condition: Option<Condition>,
    /// The environments that it is limited to; empty means all.
    pub environments: Vec<String>,
    /// How long it may take.
    pub timeout: Duration,
    /// How often it is tried in all.
    pub attempts: u32,
    /// What follows when it fails.
    pub on_failure: FailurePolicy,
    /// Where it is declared.
    pub place: SourcePlace,
    /// The path of keys that leads to it, such as `hooks.after_ddl[0]`.
    pub key: String,
    /// Its configuration as JSON, for fingerprints and reports; references to variables are not expanded in it.
    pub config: serde_json::Value,
    /// What it does.
    pub hook: Arc<dyn Hook>,
}

impl HookSpec {
    /// What the declaration says, as text: the same declaration has the same.
    pub fn fingerprint(&self) -> String {
        format!("{}/{}/{}", self.phase, self.kind, self.config)
    }
}

/// What a hook has to work with.
pub struct HookScope<'a> {
    /// The migration's session: in a transaction and a savepoint where the hook runs in one, outside of any where it runs
    /// alone. The statement timeout is set to what is left of the hook's time.
    pub session: &'a mut Session,
    /// Where further sessions connect to.
    pub target: &'a Target,
    /// What is known: the migration, what earlier hooks found. A hook may add to it.
    pub context: &'a mut HookContext,
    /// Who is told of progress.
    pub observer: &'a dyn Observer,
    /// Who may stop it: to be asked in loops, and further sessions are registered with it.
    pub interrupt: &'a Interrupt,
    /// When its time is over.
    pub deadline: std::time::Instant,
    /// The folder that relative paths start from.
    pub root: &'a std::path::Path,
    /// Where it may keep a checkpoint.
    pub ledger: &'a Ledger,
    /// The key under which its checkpoint stands.
    pub key: &'a str,
}

/// What a hook came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HookResult {
    /// Rows that it changed.
    pub rows: Option<u64>,
    /// What it found out, an object; later hooks read it as `stats.NAME`.
    pub statistics: serde_json::Map<String, serde_json::Value>,
    /// A sentence for people, where there is something to say.
    pub message: Option<String>,
}

/// Why a hook failed.
#[derive(Debug)]
pub struct HookError {
    /// What is wrong, a sentence without a final period.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What the server said, where it was the server.
    pub server: Option<Box<confiture_postgres::ServerError>>,
    /// Whether another attempt may help.
    pub is_passing: bool,
    /// Where, where it is known better than that it is this hook.
    pub place: Option<Box<SourcePlace>>,
}

impl HookError {
    /// A failure that another attempt will not mend.
    pub fn new(message: impl Into<String>) -> HookError {
        HookError {
            message: message.into(),
            help: None,
            server: None,
            is_passing: false,
            place: None,
        }
    }

    /// What to do about it.
    pub fn help(mut self, help: impl Into<String>) -> HookError {
        self.help = Some(help.into());
        self
    }

    /// Where, such as the statement that failed.
    pub fn at(mut self, place: SourcePlace) -> HookError {
        self.place = Some(Box::new(place));
        self
    }

    /// Another attempt may help.
    pub fn passing(mut self) -> HookError {
        self.is_passing = true;
        self
    }
}

impl fmt::Display for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<confiture_postgres::SqlError> for HookError {
    fn from(error: confiture_postgres::SqlError) -> HookError {
        let message = match error.server() {
            Some(server) => server.message.clone(),
            None => error.to_string(),
        };
        HookError {
            message,
            help: None,
            server: error.server().cloned().map(Box::new),
            // Lock timeouts, deadlocks, serialization failures.
            is_passing: matches!(error.sqlstate(), Some("55P03" | "40P01" | "40001")),
            place: None,
        }
    }
}

impl From<confiture_postgres::ConnectError> for HookError {
    fn from(error: confiture_postgres::ConnectError) -> HookError {
        let made = HookError::new(error.to_string()).passing();
        match error.hint() {
            Some(hint) => made.help(hint),
            None => made,
        }
    }
}

impl From<MigrateError> for HookError {
    fn from(error: MigrateError) -> HookError {
        HookError {
            message: error.message().to_owned(),
            help: error.advice().first().cloned(),
            server: error.server().cloned().map(Box::new),
            is_passing: false,
            place: error.place().cloned().map(Box::new),
        }
    }
}
