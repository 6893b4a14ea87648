//! The JSON that other programs read: a contract.
//!
//! The published schemas under `docs/schema/` are generated from these types. Fields are only ever added.
//! Positions: lines and columns from 1, columns in code points, ends exclusive.

mod hooks;
mod migrate;

use schemars::JsonSchema;
use serde::Serialize;

pub use hooks::{HookEntry, HookTypeEntry, HooksTestLine, HooksTested, TestedWord, TriedHook, UntriedStep};
pub use migrate::{
    ErrorWord, MigrateFailure, MigrateLine, MigrationStatus, Place, PlanReport, PlannedHook,
    PlannedMigration, PlannedObjection, PlannedStatement, StatusReport, VerifyFinding, VerifyReport,
};

/// A place between two characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in code points, from 1.
    pub column: u32,
}

/// A stretch of a file, its end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Range {
    /// Where it begins.
    pub start: Position,
    /// Where it ends; exclusive.
    pub end: Position,
}

impl Range {
    /// The last line of which something is part of it.
    pub fn last_line(&self) -> u32 {
        if self.end.column == 1 && self.end.line > self.start.line {
            self.end.line - 1
        } else {
            self.end.line
        }
    }
}

/// What `confiture lint --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LintReport {
    /// What was found, by file and place.
    pub findings: Vec<Finding>,
    /// What could not be read or understood as a project.
    pub problems: Vec<Problem>,
    /// Totals.
    pub summary: LintSummary,
}

/// Bytes of a file, counted from 0, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Bytes {
    /// The first.
    pub start: usize,
    /// The first that isn't part of it.
    pub end: usize,
}

/// One finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule's name.
    pub rule: String,
    /// How severe: `error`, `warning` or `info`.
    pub severity: String,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The file, as it was named or relative to the current folder.
    pub file: String,
    /// Where.
    pub range: Range,
    /// What to do instead.
    pub help: Option<String>,
    /// Edits that would cure it.
    pub fixes: Vec<Fix>,
    /// The same place in bytes.
    pub bytes: Bytes,
    /// The rule of the program that found it; the same as `rule`, except where the configuration names an instance.
    pub kind: String,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// What it is recognized by in another run, when lines have moved; unique in a run.
    pub fingerprint: String,
}

/// Another place that belongs to a finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Related {
    /// What is seen there.
    pub message: String,
    /// The file.
    pub file: String,
    /// Where.
    pub range: Range,
    /// The same in bytes.
    pub bytes: Bytes,
}

/// A cure.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// `safe`: the meaning stays; `unsafe`: look at it first.
    pub safety: String,
    /// Its edits, none overlapping.
    pub edits: Vec<Edit>,
    /// Files that it creates.
    pub creates: Vec<NewFile>,
    /// The same cure for a database that has the flaw already: statements for a new migration.
    pub migration: Option<String>,
}

/// A file that a cure creates.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewFile {
    /// Its absolute path.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// One edit.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Edit {
    /// What is replaced.
    pub range: Range,
    /// What it is replaced with.
    pub text: String,
    /// The file.
    pub file: String,
    /// What is replaced, in bytes.
    pub bytes: Bytes,
}

/// Totals of a lint run.
#[derive(Debug, Clone, Copy, Default, Serialize, JsonSchema)]
pub struct LintSummary {
    /// Files that were looked at.
    pub files: usize,
    /// Statements in them.
    pub statements: usize,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity info.
    pub infos: usize,
}

/// What `confiture risk --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RiskReport {
    /// The server's major version that the answers are for.
    pub pg_version: u32,
    /// Every statement of the files named, in their order.
    pub statements: Vec<StatementRisk>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// What one statement does.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StatementRisk {
    /// The file.
    pub file: String,
    /// Where the statement stands, its semicolon included.
    pub range: Range,
    /// Its text.
    pub sql: String,
    /// Whether it can run inside a transaction block.
    pub transactional: bool,
    /// Whether everything it does is known. If not, the lists below may lack something.
    pub known: bool,
    /// What isn't known, in words.
    pub unknown: Vec<String>,
    /// The strongest lock on each relation that existed before.
    pub locks: Vec<Lock>,
    /// What waits while the strongest lock is held: any of `reads`, `writes`, `ddl`.
    pub blocks: Vec<String>,
    /// Relations whose heap is rewritten.
    pub rewrites: Vec<String>,
    /// Relations that are read from end to end.
    pub scans: Vec<String>,
    /// Tables on which an index is built.
    pub index_builds: Vec<String>,
    /// The first major version that accepts the statement, where that is later than 13.
    pub since: Option<u32>,
    /// Four judgements.
    pub assessment: Assessment,
    /// SQL that reaches the same without the harm.
    pub safe_alternative: Option<String>,
    /// The statement that undoes it.
    pub rollback: Option<String>,
}

/// One lock.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lock {
    /// `schema.name`.
    pub relation: String,
    /// The mode by PostgreSQL's name: `AccessExclusiveLock`.
    pub mode: String,
    /// Why it is taken.
    pub reason: String,
}

/// Four judgements.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Assessment {
    /// Whether data is destroyed.
    pub data_loss: Judgement,
    /// Whether programs written for the schema before it go on working.
    pub compatibility: Judgement,
    /// How much work the server does.
    pub performance: Judgement,
    /// Who has to wait.
    pub locking: Judgement,
}

/// One judgement.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Judgement {
    /// `none`, `low`, `medium`, `high`, `critical` or `unknown`.
    pub level: String,
    /// Why.
    pub reason: String,
}

/// Something that could not be read or is configured wrongly.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Problem {
    /// A stable code.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// The file or folder.
    pub file: String,
    /// Where in the file, when it is known.
    pub range: Option<Range>,
    /// What to do.
    pub help: Option<String>,
}

/// One rule, as `confiture rules --format json` lists it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RuleEntry {
    /// Its name.
    pub name: String,
    /// What it finds, in a sentence.
    pub summary: String,
    /// Its default severity; `off` where it must be asked for.
    pub severity: String,
    /// The categories it belongs to.
    pub categories: Vec<String>,
}

/// What `confiture server status --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ServerStatus {
    /// Whether the project's local server runs.
    pub running: bool,
    /// Whether it runs until `confiture server stop`, rather than as long as commands use it.
    pub stays: bool,
    /// The ids of the processes that use it, ascending.
    pub users: Vec<u32>,
    /// Its major version: the one asked for, else that of the data, the newest of several.
    pub major: Option<u32>,
    /// Its whole version, such as `15.18`; null while it accepts no connections.
    pub version: Option<String>,
    /// The id of its process.
    pub process_id: Option<u32>,
    /// The URL of the project's database; null where it isn't running.
    pub url: Option<String>,
    /// Whether there is data.
    pub has_data: bool,
    /// The folder of the data, whether it exists or not; null where no major is known.
    pub data_folder: Option<String>,
    /// The file that it logs to.
    pub log_file: Option<String>,
    /// Other majors that the project has data of, ascending.
    pub other_majors: Vec<u32>,
}

/// What `confiture diff --format json` and `confiture drift --format json` print.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DiffReport {
    /// What the left side is.
    pub left: String,
    /// What the right side is.
    pub right: String,
    /// Whether both are the same, as far as they can be compared.
    pub same: bool,
    /// What they say differently.
    pub differences: Vec<SchemaDifference>,
    /// What could not be compared.
    pub not_compared: Vec<String>,
    /// Statements of files that do nothing, each with its place and why.
    pub not_replayed: Vec<String>,
    /// The statements that lead from the left to the right; `diff` alone writes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftReport>,
}

/// One thing that two schemas say differently.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SchemaDifference {
    /// The object of its own, such as `table public.users`.
    pub owner: String,
    /// The object or the part of it, such as `column public.users.email`.
    pub object: String,
    /// What about it: `type`; `existence` where one side lacks it.
    pub aspect: String,
    /// What the left side says.
    pub left: Option<String>,
    /// What the right side says.
    pub right: Option<String>,
}

/// Statements that lead from one schema to another.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DraftReport {
    /// Settings that the statements need, as `SET` takes them.
    pub settings: Vec<String>,
    /// The statements, in order.
    pub steps: Vec<DraftStep>,
    /// What no statement does.
    pub left_out: Vec<LeftOut>,
}

/// One statement of a draft.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DraftStep {
    /// The statement, without its semicolon.
    pub sql: String,
    /// The object that it is about.
    pub object: String,
    /// What it does, in words.
    pub what: String,
    /// What it loses.
    pub loss: Option<String>,
    /// Whether that is certain.
    pub loss_is_certain: bool,
    /// Whether it can run inside a transaction block.
    pub transactional: bool,
}

/// What a draft doesn't do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LeftOut {
    /// The object.
    pub object: String,
    /// What remains to be done, and why it isn't.
    pub reason: String,
}

/// What `confiture build --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BuildReport {
    /// The database, without a password.
    pub database: String,
    /// Statements that were run.
    pub statements: usize,
    /// Whether all of it was one transaction.
    pub one_transaction: bool,
    /// Objects in the database, by their kind.
    pub objects: std::collections::BTreeMap<String, usize>,
    /// How long it took.
    pub seconds: f64,
}
