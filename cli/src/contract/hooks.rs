//! What `confiture hooks` prints for programs.

use confiture_migrate::Event;
use schemars::JsonSchema;
use serde::Serialize;

use super::{MigrateFailure, Place};

/// A hook that is declared: one entry of what `confiture hooks list --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HookEntry {
    /// The migration that it belongs to; `null` for hooks of the configuration, which belong to all.
    pub migration: Option<String>,
    /// `up` or `down`; `null` for hooks of the configuration, which run both ways.
    pub direction: Option<String>,
    /// When it runs.
    pub phase: String,
    /// What it is called.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The keys that lead to it.
    pub key: String,
    /// What it is for, in its author's words.
    pub description: Option<String>,
    /// What it does.
    pub does: String,
    /// `migration_transaction`, `own_transaction` or `alone`.
    pub runs: String,
    /// What a failure of it undoes.
    pub failure: String,
    /// `abort` or `warn`.
    pub on_failure: String,
    /// It runs only where this holds.
    pub condition: Option<String>,
    /// The environments that it is limited to; empty means all.
    pub environments: Vec<String>,
    /// How long it may take, in ms.
    pub timeout_ms: u64,
    /// How often it is tried in all.
    pub attempts: u32,
    /// Where it is declared.
    pub place: Place,
}

/// A type of hooks: one entry of what `confiture hooks list --types --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HookTypeEntry {
    /// What `type:` says.
    pub name: String,
    /// What it does, in a sentence.
    pub summary: String,
    /// Its documentation, in Markdown.
    pub docs: String,
}

/// A line of what `confiture hooks test` prints with `--format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum HooksTestLine {
    /// Something happened.
    Event(Event),
    /// What came of it.
    Tested(HooksTested),
    /// It could not be done, or failed.
    Failure(MigrateFailure),
}

/// What came of trying a migration with its hooks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HooksTested {
    /// `hooks_tested`.
    pub event: TestedWord,
    /// The migration.
    pub migration: String,
    /// `up` or `down`.
    pub direction: String,
    /// Hooks that ran, or were skipped for a reason of their own, in order.
    pub tried: Vec<TriedHook>,
    /// What was not tried, in order.
    pub not_tried: Vec<UntriedStep>,
}

/// What says that a line is the result of a test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestedWord {
    /// It is one.
    #[default]
    HooksTested,
}

/// A hook that was tried.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TriedHook {
    /// When it ran.
    pub phase: String,
    /// What it is called.
    pub name: String,
    /// `done`, `warned`, or `skipped`.
    pub status: String,
    /// Rows that it changed.
    pub rows: Option<u64>,
    /// How long it took, in ms.
    pub duration_ms: f64,
    /// What it says.
    pub message: Option<String>,
    /// What it found out.
    pub statistics: serde_json::Value,
}

/// A statement or hook that was not tried.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UntriedStep {
    /// A hook's phase; `null` for a statement.
    pub phase: Option<String>,
    /// The hook's name, or the statement's first words.
    pub what: String,
    /// Why.
    pub reason: String,
    /// Where it is written.
    pub place: Place,
}
