//! Steps that run outside of transactions, and what is left when one of them is cut off.

use std::time::{Duration, Instant};

use confiture_risk::predict::predict;
use confiture_schema::apply::State;

use super::job::Job;
use super::recover::{self, Found};
use super::{Work, failure};
use crate::error::{ErrorKind, MigrateError, Result};
use crate::event::Event;
use crate::steps::{Action, Statement};

/// How long a statement that waits for older transactions may do so, where the lock timeout is shorter: it stands in nobody's
/// way, and giving up leaves something to be cured.
const PATIENCE: Duration = Duration::from_secs(60);

impl Work<'_> {
    /// The next step, outside of any transaction.
    pub(super) fn alone(&mut self, job: &mut Job<'_>) -> Result<()> {
        let Some(attempt) = job.attempt else {
            return Err(MigrateError::new(
                ErrorKind::Ledger,
                "a step that runs alone has no attempt in the ledger",
            ));
        };
        let Some(step) = job.steps.list.get(job.done) else {
            return Ok(());
        };
        match step.action.clone() {
            Action::Hook(hook) => {
                let report = self.hook(&hook, &mut job.context, job.began, job.done + 1)?;
                job.record_hook(job.done, &hook, report);
            }
            Action::Statement(statement) => {
                self.alone_statement(job, attempt, &statement)?;
            }
        }
        job.done += 1;
        self.record(job, attempt)
    }

    /// Records outside of transactions what is done, as the role that connected; the migration goes on as its own.
    fn record(&mut self, job: &mut Job<'_>, attempt: i64) -> Result<()> {
        self.as_ourselves(job)?;
        self.ledger
            .progress(self.session, attempt, job.done, &job.records)?;
        job.records.clear();
        if job.changes_role {
            self.restore_settings(job)?;
        }
        Ok(())
    }

    fn alone_statement(&mut self, job: &mut Job<'_>, attempt: i64, statement: &Statement) -> Result<()> {
        let mut tried = 1;
        loop {
            self.cure(statement, Cure::Before)?;
            self.as_ourselves(job)?;
            self.ledger.begin_alone(self.session, attempt)?;
            if job.changes_role {
                self.restore_settings(job)?;
            }
            self.session_timeouts(job, statement)?;
            let result = self.statement(job, job.done, statement);
            let (error, seen) = match result {
                Ok((rows, _)) => {
                    job.context.rows += rows.unwrap_or(0);
                    return self.forget_timeouts();
                }
                Err(failed) => failed,
            };
            let failed = failure::placed(statement, error, seen.blockers, self.interrupt);
            if self.session.is_closed() || failed.kind() == ErrorKind::Interrupted {
                return Err(failed.help("what it left, such as an invalid index, is cured by the next run"));
            }
            self.forget_timeouts()?;
            // Best now: an invalid index costs every writer. What can't be cured now is before the next attempt.
            let cured = self.cure(statement, Cure::After).and_then(|found| match found {
                Found::Unknown => Ok(()),
                // It is known to have left nothing, so its file may be mended before it is taken up.
                Found::Again | Found::Done => self.record(job, attempt),
            });
            if !failure::is_passing(&failed) || tried >= self.settings.retries.attempts {
                return Err(match cured {
                    Ok(()) => failed,
                    Err(error) => {
                        failed.help(format!("what it left could not be cured: {}", error.message()))
                    }
                });
            }
            tried += 1;
            self.pause(tried, &job.migration.slug, &failed)?;
        }
    }

    fn cure(&mut self, statement: &Statement, when: Cure) -> Result<Found> {
        let observer = self.observer;
        let told = |message: String| {
            observer.tell(&Event::Warning {
                code: "leftover-cured".to_owned(),
                message,
            });
        };
        let cured = match when {
            Cure::Before => recover::before(self.session, statement, told).map(|()| Found::Again),
            Cure::After => recover::of(self.session, statement, told),
        };
        cured.map_err(|error| {
            MigrateError::sql(ErrorKind::Statement, "what is left can't be cured", error)
                .at(statement.place())
        })
    }

    /// An earlier run began the next step alone, and nobody knows how it ended: the server's catalog does.
    pub(super) fn settle_doubt(&mut self, job: &mut Job<'_>) -> Result<()> {
        job.in_doubt = false;
        let Some(statement) = job.statement(job.done).cloned() else {
            // Hooks that run alone may run twice.
            return Ok(());
        };
        let found = self.cure(&statement, Cure::After)?;
        match (found, job.attempt) {
            (Found::Again, _) => Ok(()),
            (Found::Done, Some(attempt)) => {
                job.record_statement(job.done, statement.shortened(100), None, Instant::now());
                job.done += 1;
                self.record(job, attempt)
            }
            _ => {
                let message =
                    "the statement was begun outside of a transaction, and nothing tells whether it is done";
                Err(MigrateError::new(ErrorKind::Unfinished, message)
                    .of_migration(&job.migration.slug)
                    .at(statement.place())
                    .help("look at what it did, then say so: `confiture migrate repair`"))
            }
        }
    }

    /// Limits for a statement that runs alone.
    fn session_timeouts(&mut self, job: &Job<'_>, statement: &Statement) -> Result<()> {
        let mut limits = job.limits;
        let waits = predict(&statement.changes, &State::fresh(), job.version).waits_for_older_snapshots;
        if waits && !limits.lock.is_zero() {
            let patience = self.settings.retries.wait_for_blockers.unwrap_or_default();
            limits.lock = limits.lock.max(patience).max(PATIENCE);
        }
        let set = self.session.batch(&limits.sql("SET"));
        set.map_err(|error| MigrateError::sql(ErrorKind::Connection, "timeouts can't be set", error))
    }

    fn forget_timeouts(&mut self) -> Result<()> {
        let reset = self.session.batch("RESET lock_timeout; RESET statement_timeout");
        reset.map_err(|error| MigrateError::sql(ErrorKind::ConnectionLost, "timeouts can't be reset", error))
    }
}

/// When leftovers are looked for.
enum Cure {
    Before,
    After,
}
