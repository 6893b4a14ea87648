//! Steps that share a transaction.

use std::ops::Range;
use std::time::Instant;

use confiture_postgres::SqlError;
use confiture_schema::change::{Change, SetScope};

use super::job::Job;
use super::limits::Limits;
use super::{Ends, Work, failure, held, milliseconds, retry, watch};
use crate::error::{ErrorKind, MigrateError, Result, SourcePlace};
use crate::event::Event;
use crate::hooks::HookContext;
use crate::ledger::Completion;
use crate::steps::{Action, Runs, Statement};

/// What belongs to a session and not to a database goes with the migration that made it.
const RESET: &str = "RESET ALL; SET SESSION AUTHORIZATION DEFAULT; DISCARD TEMP; CLOSE ALL; UNLISTEN *";

/// What of a job is taken back when a transaction is.
struct Before {
    context: HookContext,
    locks: usize,
}

/// Why a transaction did not come to its end.
enum Stopped {
    /// It failed.
    Failed(MigrateError),
    /// The server wants this step outside of transactions.
    WantsToBeAlone(usize),
}

impl From<MigrateError> for Stopped {
    fn from(error: MigrateError) -> Stopped {
        Stopped::Failed(error)
    }
}

impl Work<'_> {
    /// All steps of a migration that are not done yet.
    pub(super) fn migration(&mut self, job: &mut Job<'_>) -> Result<()> {
        if !job.steps.is_atomic() || job.is_resumed() {
            self.begin_attempt(job)?;
        }
        self.restore(job)?;
        if job.in_doubt {
            self.settle_doubt(job)?;
        }
        let count = job.steps.list.len();
        let mut is_complete = false;
        while job.done < count {
            if self.interrupt.is_asked() {
                return Err(retry::stopped());
            }
            let runs = job.steps.list.get(job.done).map_or(Runs::Alone, |step| step.runs);
            if runs == Runs::Alone {
                self.alone(job)?;
            } else {
                let end = job.steps.group_end(job.done);
                is_complete = self.transaction(job, end)? && end == count;
            }
        }
        if is_complete {
            return Ok(());
        }
        self.begin_transaction(None, job.limits)?;
        self.complete(job)?;
        self.commit(Some(job.migration.place()), Ends::Migration)
    }

    fn begin_attempt(&mut self, job: &mut Job<'_>) -> Result<()> {
        if job.attempt.is_none() {
            let steps = job.steps.list.len();
            let attempt = self.ledger.begin_attempt(
                self.session,
                self.run,
                job.migration,
                job.way,
                &job.steps.hash,
                steps,
            )?;
            job.attempt = Some(attempt);
        }
        Ok(())
    }

    /// What earlier steps, done by another run, left for those behind them.
    fn restore(&mut self, job: &mut Job<'_>) -> Result<()> {
        if let (Some(attempt), 1..) = (job.attempt, job.done) {
            let earlier = self.ledger.earlier(self.session, attempt)?;
            job.context.rows = earlier.rows;
            job.context.stats = earlier.statistics;
        }
        self.restore_settings(job)
    }

    /// Settings that earlier steps made for the session, when those steps were done by another one.
    pub(super) fn restore_settings(&mut self, job: &Job<'_>) -> Result<()> {
        for step in job.steps.list.get(..job.done).unwrap_or_default() {
            let Action::Statement(statement) = &step.action else {
                continue;
            };
            let is_setting =
                |change: &Change| matches!(change, Change::Set(set) if set.scope == SetScope::Session);
            if !statement.changes.is_empty() && statement.changes.iter().all(is_setting) {
                let run = self.session.batch(statement.sql());
                run.map_err(|error| failure::placed(statement, error, Vec::new(), self.interrupt))?;
            }
        }
        Ok(())
    }

    /// The ledger is written as the role that connected, whatever role the migration works as.
    pub(super) fn as_ourselves(&mut self, job: &Job<'_>) -> Result<()> {
        if !job.changes_role {
            return Ok(());
        }
        let reset = self
            .session
            .batch("SET SESSION AUTHORIZATION DEFAULT; RESET ROLE");
        reset.map_err(|error| {
            MigrateError::sql(ErrorKind::Ledger, "the role can't be reset for the ledger", error)
        })
    }

    /// A group of steps in one transaction, tried again where that may help; false where the group isn't what it was,
    /// because a step of it wants to be alone.
    fn transaction(&mut self, job: &mut Job<'_>, end: usize) -> Result<bool> {
        let mut attempt = 1;
        loop {
            let before = Before {
                context: job.context.clone(),
                locks: job.locks.len(),
            };
            let error = match self.try_transaction(job, end) {
                Ok(()) => return Ok(true),
                Err(stopped) => {
                    self.roll_back();
                    job.records.clear();
                    job.context = before.context;
                    job.locks.truncate(before.locks);
                    match stopped {
                        Stopped::WantsToBeAlone(step) => {
                            job.steps.run_alone(step);
                            self.begin_attempt(job)?;
                            self.restore_settings(job)?;
                            return Ok(false);
                        }
                        Stopped::Failed(error) => error,
                    }
                }
            };
            if !failure::is_passing(&error) || attempt >= self.settings.retries.attempts {
                return Err(error);
            }
            attempt += 1;
            self.pause(attempt, &job.migration.slug, &error)?;
            self.restore_settings(job)?;
        }
    }

    fn try_transaction(&mut self, job: &mut Job<'_>, end: usize) -> std::result::Result<(), Stopped> {
        let begin = job.steps.begins.get(&job.done).cloned();
        self.begin_transaction(begin.as_deref(), job.limits)?;
        let mut held = held::Held::new();
        let is_last = end == job.steps.list.len();
        self.steps(job, job.done..end, &mut held)?;
        if is_last {
            self.complete(job)?;
        } else if let Some(attempt) = job.attempt {
            self.as_ourselves(job)?;
            self.ledger.progress(self.session, attempt, end, &job.records)?;
        }
        held.look(&mut self.eyes, self.target, self.session.backend_pid());
        let place = self.last_place(job, end);
        let ends = if is_last { Ends::Migration } else { Ends::Part };
        self.commit(Some(place), ends)?;
        job.locks.extend(held.end());
        job.records.clear();
        job.done = end;
        if !is_last && job.changes_role {
            self.restore_settings(job)?;
        }
        Ok(())
    }

    /// As part of a transaction that is open already.
    pub(super) fn group(&mut self, job: &mut Job<'_>, steps: Range<usize>, completes: bool) -> Result<()> {
        self.set_limits(job.limits)?;
        let mut held = held::Held::new();
        match self.steps(job, steps, &mut held) {
            Ok(()) => {}
            Err(Stopped::Failed(error)) => return Err(error),
            Err(Stopped::WantsToBeAlone(step)) => {
                let message = "the statement can't run in a transaction";
                let place = job
                    .statement(step)
                    .map_or_else(|| job.migration.place(), Statement::place);
                return Err(MigrateError::new(ErrorKind::Statement, message).at(place));
            }
        }
        if completes {
            self.complete(job)?;
            job.done = job.steps.list.len();
        }
        held.look(&mut self.eyes, self.target, self.session.backend_pid());
        job.locks.extend(held.end());
        Ok(())
    }

    fn steps(
        &mut self,
        job: &mut Job<'_>,
        steps: Range<usize>,
        held: &mut held::Held,
    ) -> std::result::Result<(), Stopped> {
        for index in steps {
            if self.interrupt.is_asked() {
                return Err(retry::stopped().into());
            }
            let Some(step) = job.steps.list.get(index) else {
                break;
            };
            match step.action.clone() {
                Action::Statement(statement) => {
                    let (rows, seen) = self.statement(job, index, &statement).map_err(|(error, seen)| {
                        if failure::wants_to_be_alone(&error) {
                            return Stopped::WantsToBeAlone(index);
                        }
                        let failed = failure::placed(&statement, error, seen.blockers, self.interrupt);
                        failed.of_migration(&job.migration.slug).into()
                    })?;
                    job.context.rows += rows.unwrap_or(0);
                    held.waited(seen.waited);
                    held.look(&mut self.eyes, self.target, self.session.backend_pid());
                }
                Action::Hook(hook) => {
                    let report = self.hook(&hook, &mut job.context, job.began, index + 1)?;
                    job.record_hook(index, &hook, report);
                }
            }
        }
        Ok(())
    }

    /// Sends one statement, watched.
    pub(super) fn statement(
        &mut self,
        job: &mut Job<'_>,
        index: usize,
        statement: &Statement,
    ) -> std::result::Result<(Option<u64>, watch::Seen), (SqlError, watch::Seen)> {
        let slug = &job.migration.slug;
        let short = statement.shortened(100);
        self.observer.tell(&Event::StatementStarted {
            migration: slug.clone(),
            step: index + 1,
            of: job.steps.list.len(),
            sql: short.clone(),
            place: statement.file_and_line(),
        });
        let began = Instant::now();
        self.watch.begin(slug, index + 1);
        let result = match &statement.copy_data {
            Some(rows) => self
                .session
                .copy_in(statement.sql(), copied(statement, rows.clone())),
            None => self.session.run(statement.sql()),
        };
        let seen = self.watch.end();
        for notice in self.session.take_notices() {
            self.observer.tell(&Event::Notice {
                migration: slug.clone(),
                message: notice.message,
            });
        }
        let rows = match result {
            Ok(rows) => counts_rows(&statement.changes).then_some(rows),
            Err(error) => return Err((error, seen)),
        };
        self.observer.tell(&Event::StatementFinished {
            migration: slug.clone(),
            step: index + 1,
            rows,
            duration_ms: milliseconds(began),
        });
        job.record_statement(index, short, rows, began);
        Ok((rows, seen))
    }

    /// Records that all of it is done, in the transaction that is open.
    fn complete(&mut self, job: &Job<'_>) -> Result<()> {
        self.as_ourselves(job)?;
        self.ledger.complete(
            self.session,
            &Completion {
                run: self.run,
                attempt: job.attempt,
                migration: job.migration,
                way: job.way,
                steps: &job.records,
                step_count: job.steps.list.len(),
                rows: job.context.rows,
                duration_ms: milliseconds(job.began),
                applied_by: &self.settings.applied_by,
                plan_hash: &job.steps.hash,
            },
        )
    }

    /// The place that a failure at COMMIT is shown at.
    fn last_place(&self, job: &Job<'_>, end: usize) -> SourcePlace {
        let last = (0..end).rev().find_map(|step| job.statement(step));
        last.map_or_else(|| job.migration.place(), Statement::place)
    }

    pub(super) fn begin_transaction(&mut self, begin: Option<&str>, limits: Limits) -> Result<()> {
        let begin = begin.unwrap_or("BEGIN").trim_end_matches(';');
        let begun = self
            .session
            .batch(&format!("{begin}; {}", limits.sql("SET LOCAL")));
        begun.map_err(|error| MigrateError::sql(ErrorKind::Connection, "a transaction can't be begun", error))
    }

    /// Limits for the rest of the transaction that is open.
    fn set_limits(&mut self, limits: Limits) -> Result<()> {
        let set = self.session.batch(&limits.sql("SET LOCAL"));
        set.map_err(|error| MigrateError::sql(ErrorKind::Connection, "timeouts can't be set", error))
    }

    pub(super) fn commit(&mut self, place: Option<SourcePlace>, ends: Ends) -> Result<()> {
        let committed = match ends {
            Ends::Part => self.session.batch("COMMIT"),
            Ends::Migration => self.session.batch(&format!("COMMIT; {RESET}")),
        };
        committed.map_err(|error| match place {
            Some(place) => failure::of_commit(error, place, self.interrupt),
            None => MigrateError::sql(ErrorKind::Statement, "the transaction can't be committed", error),
        })
    }

    /// Takes back what is open. A session that is gone has nothing open.
    pub(super) fn roll_back(&mut self) {
        let _ = self.session.batch(&format!("ROLLBACK; {RESET}"));
        self.session.take_notices();
    }

    pub(super) fn pause(&mut self, attempt: u32, migration: &str, error: &MigrateError) -> Result<()> {
        let began = Instant::now();
        let (eyes, target) = (&mut self.eyes, self.target);
        retry::wait(
            &self.settings.retries,
            attempt,
            migration,
            error,
            self.observer,
            self.interrupt,
            |blockers| {
                let Some(session) = held::open(eyes, target) else {
                    return Ok(true);
                };
                watch::are_gone(session, blockers, began.elapsed()).map_err(|error| {
                    MigrateError::sql(ErrorKind::Connection, "blockers can't be looked at", error)
                })
            },
        )
    }
}

/// The rows behind COPY without the line that ends them.
fn copied(statement: &Statement, rows: Range<usize>) -> &[u8] {
    let text = statement.segment.text.get(rows).unwrap_or_default();
    let text = text.strip_suffix("\\.").unwrap_or(text);
    text.as_bytes()
}

/// Whether the number in a statement's command tag counts rows.
fn counts_rows(changes: &[Change]) -> bool {
    changes.iter().any(|change| {
        matches!(
            change,
            Change::Query(_) | Change::Copy(_) | Change::CreateTableAs(_) | Change::Unknown(_)
        )
    })
}
