//! What a database says was done to it.
//!
//! `tb_confiture` is the original's table, so that its users can switch; what else is recorded stands in a schema of its own
//! (runs, attempts, statements, hooks, progress). Looking never creates anything: [`Ledger::read`] of a database without a
//! ledger says that nothing was done. Everything is written by the session that does the work, in the transaction that it
//! tells of.

mod amend;
mod create;
mod place;
mod read;
mod refused;
mod text;
mod write;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use confiture_postgres::Session;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorKind, MigrateError, Result};
use crate::history::Migration;
use crate::settings::{LedgerNames, Settings};
pub(crate) use amend::Entry;
use place::Place;

/// A migration that is applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// What it is called.
    pub slug: String,
    /// Its version.
    pub version: String,
    /// Its name.
    pub name: String,
    /// When, in RFC 3339.
    pub applied_at: String,
    /// How long it took, in ms.
    pub execution_time_ms: Option<i64>,
    /// SHA-256 of what was applied; `None` where the tool that applied it kept none.
    pub checksum: Option<String>,
    /// Who.
    pub applied_by: Option<String>,
    /// The order in which the ledger has it.
    pub number: i64,
}

/// A migration that an earlier run began and didn't finish.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfinished {
    /// The attempt in the ledger.
    pub attempt: i64,
    /// The migration's slug.
    pub slug: String,
    /// Which way.
    pub direction: Way,
    /// SHA-256 of what was being applied.
    pub checksum: String,
    /// The hash of the steps ([`crate::steps::Steps::hash`]).
    pub plan_hash: String,
    /// Steps that are done.
    pub steps_done: usize,
    /// The step behind them was begun, and nobody knows how it ended.
    pub in_doubt: bool,
    /// Of how many.
    pub steps: usize,
    /// When it began, in RFC 3339.
    pub started_at: String,
    /// Why it failed, where that could be written down.
    pub error: Option<String>,
}

impl Unfinished {
    /// Whether steps of it are in the database, or may be.
    pub fn left_something(&self) -> bool {
        self.steps_done > 0 || self.in_doubt
    }
}

/// Which way a migration goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Forward.
    Up,
    /// Back.
    Down,
}

impl Way {
    /// `up` or `down`.
    pub fn name(self) -> &'static str {
        match self {
            Way::Up => "up",
            Way::Down => "down",
        }
    }
}

/// Everything that a database's ledger says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recorded {
    /// Whether there is a ledger at all.
    pub exists: bool,
    /// What is applied, in the order in which it was.
    pub applied: Vec<Applied>,
    /// What was begun, not finished, and left something behind (or may have), by slug.
    pub unfinished: BTreeMap<String, Unfinished>,
    /// What failed or was cut off the last time and left nothing behind, by slug: it is pending as if it had never run.
    pub failed: BTreeMap<String, Unfinished>,
}

impl Recorded {
    /// What is recorded of a migration as applied. The original's slugs hold the time at which they were written, so what
    /// counts is the version, then the slug.
    pub fn of(&self, migration: &Migration) -> Option<&Applied> {
        let by_version = self
            .applied
            .iter()
            .find(|applied| applied.version == migration.version);
        by_version.or_else(|| self.applied.iter().find(|applied| applied.slug == migration.slug))
    }
}

/// A run, for the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct RunInfo {
    /// `up`, `down` …
    pub command: String,
    /// The environment.
    pub environment: Option<String>,
    /// Who.
    pub applied_by: String,
    /// The git commit of the files.
    pub git_commit: Option<String>,
    /// This program's version.
    pub tool_version: String,
    /// A hash of everything that the run is to do.
    pub plan_hash: String,
}

impl RunInfo {
    /// What is known of a run before it begins.
    pub fn of(settings: &Settings, command: &str, plan_hash: String) -> RunInfo {
        RunInfo {
            command: command.to_owned(),
            environment: settings.environment.clone(),
            applied_by: settings.applied_by.clone(),
            git_commit: settings.git_commit.clone(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            plan_hash,
        }
    }
}

/// What is recorded of one statement or hook.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepRecord {
    /// Which step, from 1.
    pub step: usize,
    /// `statement` or the hook's phase.
    pub kind: String,
    /// The statement's first words, or the hook's name.
    pub what: String,
    /// `done`, `warned`, `skipped`.
    pub status: String,
    /// Rows that it changed.
    pub rows: Option<u64>,
    /// How long it took, in ms.
    pub duration_ms: f64,
    /// What a hook found out.
    pub statistics: serde_json::Value,
    /// Its error, where it failed and the migration went on.
    pub message: Option<String>,
}

/// A migration that is through, for the ledger.
#[derive(Debug)]
pub struct Completion<'a> {
    /// The run.
    pub run: i64,
    /// The attempt, where there is a record of its beginning.
    pub attempt: Option<i64>,
    /// The migration.
    pub migration: &'a Migration,
    /// Which way.
    pub way: Way,
    /// Steps that are not recorded yet.
    pub steps: &'a [StepRecord],
    /// Steps in all.
    pub step_count: usize,
    /// Rows in all.
    pub rows: u64,
    /// How long all of it took, in ms.
    pub duration_ms: f64,
    /// Who.
    pub applied_by: &'a str,
    /// The hash of the steps.
    pub plan_hash: &'a str,
}

/// A migration that failed, for the ledger.
#[derive(Debug)]
pub struct FailureRecord<'a> {
    /// The run.
    pub run: i64,
    /// The attempt, where there is a record of its beginning.
    pub attempt: Option<i64>,
    /// The migration.
    pub migration: &'a Migration,
    /// Which way.
    pub way: Way,
    /// Steps in all.
    pub step_count: usize,
    /// How long it took, in ms.
    pub duration_ms: f64,
    /// A stable code.
    pub code: &'a str,
    /// Why.
    pub error: &'a str,
    /// The server's SQLSTATE.
    pub sqlstate: Option<&'a str>,
    /// The hash of the steps.
    pub plan_hash: &'a str,
}

/// What the steps of an attempt that are done came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Earlier {
    /// Rows that they changed.
    pub rows: u64,
    /// What hooks found out, by their names.
    pub statistics: serde_json::Map<String, serde_json::Value>,
}

/// The ledger of one database. Clones are the same ledger.
///
/// Where its table stands is looked up once, by the session that asks first: a migration that sets another `search_path`
/// doesn't move it.
#[derive(Debug, Clone)]
pub struct Ledger {
    names: LedgerNames,
    place: Arc<OnceLock<Place>>,
}

impl Ledger {
    /// The ledger under these names.
    pub fn new(names: LedgerNames) -> Ledger {
        Ledger {
            names,
            place: Arc::default(),
        }
    }

    /// Its names.
    pub fn names(&self) -> &LedgerNames {
        &self.names
    }

    /// Reads it. Nothing is created.
    ///
    /// # Errors
    /// It is there and can't be read, or has another shape.
    pub fn read(&self, session: &mut Session) -> Result<Recorded> {
        read::read(self, session)
    }

    /// Creates what is missing of it. Several runners may do so at once. Not to be called in an open transaction.
    ///
    /// # Errors
    /// The server refuses: no right to create, a read-only server. The ledger is a newer version's.
    pub fn prepare(&self, session: &mut Session) -> Result<()> {
        create::prepare(self, session)
    }

    /// Records that a run begins; the number that it has from now on.
    ///
    /// # Errors
    /// The server refuses.
    pub fn begin_run(&self, session: &mut Session, run: &RunInfo) -> Result<i64> {
        write::begin_run(self.place(session)?, session, run)
    }

    /// Records that a run is over.
    ///
    /// # Errors
    /// The server refuses.
    pub fn end_run(&self, session: &mut Session, run: i64, succeeded: bool) -> Result<()> {
        write::end_run(self.place(session)?, session, run, succeeded)
    }

    /// Records that a migration of several transactions begins; the attempt's number. Replaces an earlier attempt of it:
    /// that one stays in the history as abandoned.
    ///
    /// # Errors
    /// The server refuses.
    pub fn begin_attempt(
        &self,
        session: &mut Session,
        run: i64,
        migration: &Migration,
        way: Way,
        plan_hash: &str,
        steps: usize,
    ) -> Result<i64> {
        let place = self.place(session)?;
        write::begin_attempt(place, session, run, migration, way, plan_hash, steps)
    }

    /// Records, in the transaction that is open (or one of its own), that steps are done: all up to and with `steps_done`.
    /// Nothing is in doubt then: whoever knows that a step that failed left nothing behind says so by telling once more how
    /// many are done.
    ///
    /// # Errors
    /// The server refuses.
    pub fn progress(
        &self,
        session: &mut Session,
        attempt: i64,
        steps_done: usize,
        steps: &[StepRecord],
    ) -> Result<()> {
        write::progress(self.place(session)?, session, attempt, steps_done, steps)
    }

    /// Records that the step behind those that are done begins outside of any transaction.
    ///
    /// # Errors
    /// The server refuses.
    pub fn begin_alone(&self, session: &mut Session, attempt: i64) -> Result<()> {
        write::begin_alone(self.place(session)?, session, attempt)
    }

    /// Records, in the transaction that is open (or one of its own), that a migration is through: applied, or reverted.
    /// One round trip.
    ///
    /// # Errors
    /// The server refuses; the ledger has it as applied already, or not any more.
    pub fn complete(&self, session: &mut Session, completion: &Completion<'_>) -> Result<()> {
        write::complete(self.place(session)?, session, completion)
    }

    /// Records that a migration failed. The transaction that it failed in is over. Whoever calls this has a failure to
    /// report, and does so whether or not it could be recorded.
    ///
    /// # Errors
    /// The server refuses.
    pub fn fail(&self, session: &mut Session, failure: &FailureRecord<'_>) -> Result<()> {
        write::fail(self.place(session)?, session, failure)
    }

    /// What the steps of an attempt that are done came to, for those behind them.
    ///
    /// # Errors
    /// The server refuses.
    pub fn earlier(&self, session: &mut Session, attempt: i64) -> Result<Earlier> {
        read::earlier(self.place(session)?, session, attempt)
    }

    /// How often a migration was brought through, forward or back: a number that stays the same over all attempts at one time
    /// and differs at the next, for hooks to tell a checkpoint of theirs from one of long ago.
    ///
    /// # Errors
    /// The server refuses.
    pub fn times_through(&self, session: &mut Session, slug: &str) -> Result<i64> {
        write::times_through(self.place(session)?, session, slug)
    }

    /// What a hook noted for itself, to go on where it stopped.
    ///
    /// # Errors
    /// The server refuses.
    pub fn checkpoint(
        &self,
        session: &mut Session,
        slug: &str,
        hook: &str,
    ) -> Result<Option<serde_json::Value>> {
        write::checkpoint(self.place(session)?, session, slug, hook)
    }

    /// Notes something for a hook, in the transaction that is open (or one of its own); `None` forgets it.
    ///
    /// # Errors
    /// The server refuses.
    pub fn set_checkpoint(
        &self,
        session: &mut Session,
        slug: &str,
        hook: &str,
        value: Option<&serde_json::Value>,
    ) -> Result<()> {
        write::set_checkpoint(self.place(session)?, session, slug, hook, value)
    }

    /// Where it stands; it must be there.
    fn place(&self, session: &mut Session) -> Result<&Place> {
        if let Some(place) = self.place.get() {
            return Ok(place);
        }
        match place::find(&self.names, session)?.place() {
            Some(found) => Ok(self.place.get_or_init(|| found)),
            None => Err(MigrateError::new(
                ErrorKind::Ledger,
                "this database has no ledger of migrations yet",
            )
            .help("`confiture migrate up` creates it")),
        }
    }
}
