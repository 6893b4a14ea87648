//! What `confiture migrate` prints for programs.

use confiture_migrate::{Blocker, Event};
use schemars::JsonSchema;
use serde::Serialize;

use super::Lock;

/// A line of what `confiture migrate up`, `down` and `redo` print with `--format json`: something that happened, or why
/// it could not be done.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum MigrateLine {
    /// Something happened.
    Event(Event),
    /// It could not be done.
    Failure(MigrateFailure),
}

/// What says that a line is an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorWord {
    /// It is one.
    #[default]
    Error,
}

/// Why a command could not do what was asked.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct MigrateFailure {
    /// `error`.
    pub event: ErrorWord,
    /// A stable code.
    pub code: String,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The migration that it is about.
    pub migration: Option<String>,
    /// Where it is.
    pub place: Option<Place>,
    /// What to do about it, in order.
    pub help: Vec<String>,
    /// The server's code, where it was the server.
    pub sqlstate: Option<String>,
    /// The server's details.
    pub detail: Option<String>,
    /// The server's advice.
    pub hint: Option<String>,
    /// Who stood in the way.
    pub blockers: Vec<Blocker>,
}

/// The beginning of something in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in code points, from 1.
    pub column: u32,
}

/// What `confiture migrate status --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StatusReport {
    /// The environment.
    pub environment: String,
    /// Where: user, host, port, database.
    pub server: String,
    /// Every migration, in order.
    pub migrations: Vec<MigrationStatus>,
}

/// How a migration stands in a database.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MigrationStatus {
    /// What the ledger calls it.
    pub slug: String,
    /// Its version.
    pub version: String,
    /// Its name.
    pub name: String,
    /// `applied`, `changed`, `missing`, `pending`, `outdated`, `out_of_order`, `unfinished` or `elsewhere`.
    pub state: String,
    /// Whether the files say how to revert it.
    pub can_revert: bool,
    /// When it was applied, in RFC 3339.
    pub applied_at: Option<String>,
    /// By whom.
    pub applied_by: Option<String>,
    /// How long it took, in ms.
    pub execution_time_ms: Option<i64>,
    /// Of an unfinished one: steps that are done.
    pub steps_done: Option<usize>,
    /// Of an unfinished one: steps in all.
    pub steps: Option<usize>,
    /// Of an unfinished one: why it failed.
    pub error: Option<String>,
}

/// What `confiture migrate plan --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlanReport {
    /// The environment.
    pub environment: String,
    /// Where: user, host, port, database.
    pub server: String,
    /// What `up` would apply, in order.
    pub migrations: Vec<PlannedMigration>,
    /// Migrations that are left out.
    pub skipped: Vec<String>,
    /// What speaks against it.
    pub objections: Vec<PlannedObjection>,
    /// Whether `up` would be refused.
    pub is_refused: bool,
}

/// A migration that would be applied.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedMigration {
    /// What the ledger calls it.
    pub slug: String,
    /// Its version.
    pub version: String,
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Hooks around it, in order.
    pub hooks: Vec<PlannedHook>,
    /// Its statements, in order.
    pub statements: Vec<PlannedStatement>,
}

/// A hook that would run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedHook {
    /// When.
    pub phase: String,
    /// What it is called.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// What it would do.
    pub describes: String,
    /// It runs only where this holds.
    pub condition: Option<String>,
}

/// A statement that would run, and what it does to this database.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedStatement {
    /// Its text.
    pub sql: String,
    /// Where it stands.
    pub place: Place,
    /// The worst of its judgements: `none`, `low`, `medium`, `high`, `critical` or `unknown`.
    pub risk: String,
    /// The strongest lock on each relation that existed before.
    pub locks: Vec<Lock>,
    /// Relations whose heap is rewritten.
    pub rewrites: Vec<String>,
    /// Relations that are read from end to end.
    pub scans: Vec<String>,
    /// Tables on which an index is built.
    pub index_builds: Vec<String>,
    /// Rows of the largest relation concerned, as the server estimates them.
    pub rows: Option<u64>,
    /// How long its work on whole tables takes at least and at most, in seconds, as far as the server's statistics allow.
    pub seconds: Option<[f64; 2]>,
}

/// What speaks against a run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedObjection {
    /// What `--allow` calls it.
    pub rule: String,
    /// The migration.
    pub migration: String,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do instead.
    pub help: Option<String>,
    /// Whether it stops the run, or is only told.
    pub stops: bool,
}

/// What `confiture migrate verify --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerifyReport {
    /// The environment.
    pub environment: String,
    /// Where: user, host, port, database.
    pub server: String,
    /// What doesn't agree.
    pub discrepancies: Vec<VerifyFinding>,
}

/// One thing about which files, ledger and database disagree.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerifyFinding {
    /// `changed`, `missing`, `out-of-order`, `unfinished`, `unchecked` or `schema`.
    pub kind: String,
    /// Whether something has to be done about it.
    pub is_wrong: bool,
    /// The migration, where it is about one.
    pub migration: Option<String>,
    /// What is the case, in a sentence.
    pub message: String,
    /// The file, where there is one.
    pub place: Option<Place>,
    /// What to do about it.
    pub help: Option<String>,
}
