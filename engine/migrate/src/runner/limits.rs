//! How long statements may wait and run.

use std::time::Duration;

use crate::settings::Settings;

/// How long statements may wait and run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// For a lock; zero is without end.
    pub(super) lock: Duration,
    /// In all; zero is without end.
    pub(super) statement: Duration,
}

impl Limits {
    /// Those of a run.
    pub(super) fn of(settings: &Settings) -> Limits {
        Limits {
            lock: settings.lock_timeout,
            statement: settings.statement_timeout,
        }
    }

    /// Statements that set them by `SET` or `SET LOCAL`.
    pub(super) fn sql(self, set: &str) -> String {
        format!(
            "{set} lock_timeout = {}; {set} statement_timeout = {}",
            self.lock.as_millis(),
            self.statement.as_millis()
        )
    }
}
