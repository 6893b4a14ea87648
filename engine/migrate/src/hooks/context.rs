//! What hooks know, and pass on to those that come later.

use serde::Serialize;
use serde_json::{Map, Value};

/// What is known when a hook runs. As JSON it is what a program gets on its standard input.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct HookContext {
    /// The migration's slug; `None` for hooks of the whole run.
    pub migration: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// `up` or `down`.
    pub direction: String,
    /// The environment.
    pub environment: Option<String>,
    /// The phase.
    pub phase: String,
    /// `running`, `succeeded`, `failed`.
    pub status: String,
    /// Since the migration's (or the run's) beginning.
    pub duration_ms: f64,
    /// Why it failed, for `on_error`.
    pub error: Option<Value>,
    /// Rows that the migration's statements and hooks have changed so far.
    pub rows: u64,
    /// What earlier hooks found out, by their names.
    pub stats: Map<String, Value>,
    /// What hooks leave for those behind them.
    pub metadata: Map<String, Value>,
}
