//! How a run behaves: made from the configuration, an environment and the command line by whoever starts it.

use std::path::PathBuf;
use std::time::Duration;

use confiture_syntax::Name;

/// Where the ledger stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerNames {
    /// The schema of the table; `None`: the first one of the search path in which it stands, otherwise `public`.
    pub schema: Option<Name>,
    /// The table with what is applied.
    pub table: Name,
    /// The schema with everything else that is recorded.
    pub details: Name,
}

impl Default for LedgerNames {
    fn default() -> LedgerNames {
        LedgerNames {
            schema: None,
            table: Name::new("tb_confiture"),
            details: Name::new("confiture"),
        }
    }
}

/// What follows when a statement gave up waiting for a lock.
#[derive(Debug, Clone, PartialEq)]
pub struct Retries {
    /// How often it is tried in all; 1 is never again.
    pub attempts: u32,
    /// The first pause; each further one is twice as long, with a random part of up to half taken away.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// Before the next attempt, wait (without standing in the queue) until those who blocked are gone, at most this long.
    pub wait_for_blockers: Option<Duration>,
}

impl Default for Retries {
    fn default() -> Retries {
        Retries {
            attempts: 5,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
            wait_for_blockers: None,
        }
    }
}

/// How a run behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The environment's name.
    pub environment: Option<String>,
    /// Where the ledger stands.
    pub ledger: LedgerNames,
    /// How long a statement may wait for a lock, unless its migration says otherwise. Zero: for ever.
    pub lock_timeout: Duration,
    /// How long a statement may take, unless its migration says otherwise. Zero: for ever.
    pub statement_timeout: Duration,
    /// What follows when it waited too long.
    pub retries: Retries,
    /// How long another runner is waited for.
    pub wait_for_runner: Duration,
    /// Rules and kinds of risk that don't stop a run.
    pub allow: Vec<String>,
    /// Migrations older than the newest applied one are applied too.
    pub out_of_order: bool,
    /// All migrations of the run in one transaction.
    pub single_transaction: bool,
    /// Whether hooks run.
    pub hooks: HookUse,
    /// The folder that relative paths in hooks start from.
    pub root: PathBuf,
    /// Who applies, for the ledger: the operating system's user and host.
    pub applied_by: String,
    /// The git commit of the files, where it is known.
    pub git_commit: Option<String>,
}

/// Whether hooks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HookUse {
    /// They do.
    #[default]
    Run,
    /// They are left out, and each one is told of.
    Skip,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            environment: None,
            ledger: LedgerNames::default(),
            lock_timeout: Duration::from_secs(5),
            statement_timeout: Duration::ZERO,
            retries: Retries::default(),
            wait_for_runner: Duration::from_secs(60),
            allow: Vec::new(),
            out_of_order: false,
            single_transaction: false,
            hooks: HookUse::Run,
            root: PathBuf::from("."),
            applied_by: String::new(),
            git_commit: None,
        }
    }
}
