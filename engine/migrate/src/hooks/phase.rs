//! When hooks run.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment in a run, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Once, before the first migration of a run.
    BeforeRun,
    /// Preconditions: a backup is made, nobody is in the way.
    BeforeValidation,
    /// Data is prepared for the change.
    BeforeDdl,
    /// Data follows the change.
    AfterDdl,
    /// What came of it is checked.
    AfterValidation,
    /// What was temporary goes.
    Cleanup,
    /// After the migration is committed.
    AfterMigration,
    /// After a failure was rolled back.
    OnError,
    /// Once, after the last migration of a run.
    AfterRun,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Phase; 9] = [
        Phase::BeforeRun,
        Phase::BeforeValidation,
        Phase::BeforeDdl,
        Phase::AfterDdl,
        Phase::AfterValidation,
        Phase::Cleanup,
        Phase::AfterMigration,
        Phase::OnError,
        Phase::AfterRun,
    ];

    /// The name, as in YAML.
    pub fn name(self) -> &'static str {
        match self {
            Phase::BeforeRun => "before_run",
            Phase::BeforeValidation => "before_validation",
            Phase::BeforeDdl => "before_ddl",
            Phase::AfterDdl => "after_ddl",
            Phase::AfterValidation => "after_validation",
            Phase::Cleanup => "cleanup",
            Phase::AfterMigration => "after_migration",
            Phase::OnError => "on_error",
            Phase::AfterRun => "after_run",
        }
    }

    /// Whether it belongs to whole runs, not to a migration.
    pub fn is_of_run(self) -> bool {
        matches!(self, Phase::BeforeRun | Phase::AfterRun)
    }

    /// Reads a name, whatever its case; the second value is the name that an alias stands for.
    pub fn parse(text: &str) -> Option<(Phase, Option<&'static str>)> {
        let lower = text.to_ascii_lowercase();
        if let Some(phase) = Phase::ALL.into_iter().find(|phase| phase.name() == lower) {
            return Some((phase, None));
        }
        let phase = match lower.as_str() {
            "pre_validate" => Phase::BeforeValidation,
            "pre_execute" => Phase::BeforeDdl,
            "post_execute" => Phase::AfterDdl,
            "post_validate" => Phase::AfterValidation,
            "post_rollback" => Phase::OnError,
            _ => return None,
        };
        Some((phase, Some(phase.name())))
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
