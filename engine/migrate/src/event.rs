//! What happens while migrations run, as values: for progress on a terminal, for lines of JSON, for tests.

use schemars::JsonSchema;
use serde::Serialize;

/// Who is told what happens. It is called from several threads, and what runs waits for it: be quick.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn tell(&self, event: &Event);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn tell(&self, _: &Event) {}
}

/// Another session, as the server sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Blocker {
    /// The process id of its backend.
    pub pid: i32,
    /// The role.
    pub user: Option<String>,
    /// Its application_name.
    pub application: Option<String>,
    /// Where it comes from; `None` for a local socket.
    pub client: Option<String>,
    /// `active`, `idle in transaction` …
    pub state: Option<String>,
    /// What it runs or ran last, shortened.
    pub query: Option<String>,
    /// How long its transaction has been open, in ms.
    pub age_ms: Option<u64>,
}

/// The runner that holds the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LockHolder {
    /// The process id of its backend.
    pub pid: i32,
    /// The role.
    pub user: Option<String>,
    /// Its application_name, which says which command runs, and where.
    pub application: Option<String>,
    /// Where it comes from; `None` for a local socket.
    pub client: Option<String>,
    /// Since when, in RFC 3339.
    pub since: Option<String>,
}

/// A lock that a migration held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LockHeld {
    /// The relation.
    pub relation: String,
    /// The mode, as pg_locks names it.
    pub mode: String,
    /// From the moment when it was granted to the end of the transaction, in ms.
    pub held_ms: u64,
    /// How long it was waited for, in ms.
    pub waited_ms: u64,
}

/// How a hook ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HookStatus {
    /// It did its work.
    Done,
    /// It failed, and its policy lets the migration go on.
    Warned,
    /// It failed.
    Failed,
}

/// Something that happened. Durations are in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A run begins.
    RunStarted {
        /// `up`, `down` …
        command: String,
        /// The environment.
        environment: Option<String>,
        /// Where: user, host, port, database; never a password.
        server: String,
        /// The server's version, such as `15.18`.
        version: String,
        /// How many migrations will run.
        migrations: usize,
    },
    /// Another runner is at work, and it is waited for.
    WaitingForRunner {
        /// Who.
        holder: Option<LockHolder>,
        /// For how long so far.
        waited_ms: u64,
    },
    /// A migration begins, or goes on where an earlier run stopped.
    MigrationStarted {
        /// Its slug.
        migration: String,
        /// `up` or `down`.
        direction: String,
        /// Which one of them, from 1.
        number: usize,
        /// Of how many.
        of: usize,
        /// Statements and hooks.
        steps: usize,
        /// Steps that an earlier run finished.
        done_before: usize,
    },
    /// A statement begins.
    StatementStarted {
        /// The migration's slug.
        migration: String,
        /// Which step, from 1.
        step: usize,
        /// Of how many.
        of: usize,
        /// The statement's first words.
        sql: String,
        /// `file:line`.
        place: String,
    },
    /// A statement ended well.
    StatementFinished {
        /// The migration's slug.
        migration: String,
        /// Which step, from 1.
        step: usize,
        /// Rows that it changed or returned, where that has a meaning.
        rows: Option<u64>,
        /// How long it took.
        duration_ms: f64,
    },
    /// How far something long is.
    Progress {
        /// The migration's slug.
        migration: String,
        /// What is done: `building index idx_x: scanning table`, `backfill: batch 3`.
        what: String,
        /// How much is done.
        done: u64,
        /// Of how much, where known.
        of: Option<u64>,
        /// Of what: `blocks`, `rows`, `tuples`.
        unit: String,
        /// Since its beginning.
        elapsed_ms: u64,
    },
    /// A statement waits for a lock.
    Blocked {
        /// The migration's slug.
        migration: String,
        /// Which step, from 1.
        step: usize,
        /// Who stands in the way.
        by: Vec<Blocker>,
        /// For how long so far.
        waited_ms: u64,
    },
    /// What gave up waiting is tried again later.
    Retrying {
        /// The migration's slug.
        migration: String,
        /// Which attempt comes, from 2.
        attempt: u32,
        /// Of how many.
        of: u32,
        /// When.
        after_ms: u64,
        /// Why.
        reason: String,
    },
    /// A hook begins.
    HookStarted {
        /// The migration's slug; `None` for hooks of the whole run.
        migration: Option<String>,
        /// Its phase.
        phase: String,
        /// Its name.
        hook: String,
    },
    /// A hook ended.
    HookFinished {
        /// The migration's slug; `None` for hooks of the whole run.
        migration: Option<String>,
        /// Its phase.
        phase: String,
        /// Its name.
        hook: String,
        /// How.
        status: HookStatus,
        /// Rows that it changed.
        rows: Option<u64>,
        /// How long it took.
        duration_ms: f64,
        /// What it says: the error where it failed.
        message: Option<String>,
    },
    /// A hook does not run.
    HookSkipped {
        /// The migration's slug; `None` for hooks of the whole run.
        migration: Option<String>,
        /// Its phase.
        phase: String,
        /// Its name.
        hook: String,
        /// Why.
        reason: String,
    },
    /// The server says something: NOTICE, WARNING.
    Notice {
        /// The migration's slug.
        migration: String,
        /// What it says.
        message: String,
    },
    /// A migration is left out.
    MigrationSkipped {
        /// Its slug.
        migration: String,
        /// Why.
        reason: String,
    },
    /// A migration is through.
    MigrationFinished {
        /// Its slug.
        migration: String,
        /// `up` or `down`.
        direction: String,
        /// How long it took.
        duration_ms: f64,
        /// Rows that its statements and hooks changed.
        rows: u64,
        /// Locks that others may have waited for.
        locks: Vec<LockHeld>,
    },
    /// A migration failed.
    MigrationFailed {
        /// Its slug.
        migration: String,
        /// `up` or `down`.
        direction: String,
        /// Why.
        error: String,
        /// A stable code.
        code: String,
        /// What is left of it: everything was rolled back, or it stopped behind a step.
        left: Left,
    },
    /// Something that somebody should know.
    Warning {
        /// A stable code.
        code: String,
        /// What.
        message: String,
    },
    /// A run is over.
    RunFinished {
        /// Migrations that were applied.
        applied: usize,
        /// Migrations that were reverted.
        reverted: usize,
        /// How long it took.
        duration_ms: f64,
        /// Whether all went well.
        succeeded: bool,
    },
}

/// What a failed migration leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// Nothing: it was rolled back.
    Nothing,
    /// The steps up to and with this number, counted from 1, are done; the next run goes on behind them.
    Steps(usize),
}
