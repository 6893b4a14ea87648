//! The work on one migration.

use std::ops::Range;
use std::time::{Duration, Instant};

use confiture_postgres::SqlError;
use confiture_risk::PgVersion;
use confiture_risk::predict::predict;
use confiture_schema::apply::State;
use confiture_schema::change::{Change, SetScope};

use super::{Ends, Work, failure, held, milliseconds, recover, retry, watch};
use crate::error::{ErrorKind, MigrateError, Result, SourcePlace};
use crate::event::{Event, HookStatus, LockHeld};
use crate::history::{History, Migration, OneWay};
use crate::hooks::{HookContext, HookReport, HookSpec, Phase};
use crate::ledger::{Completion, StepRecord, Unfinished, Way};
use crate::settings::Settings;
use crate::steps::{self, Action, Runs, Statement, Steps};

/// How long a statement that waits for older transactions may do so, where the lock timeout is shorter: it stands in nobody's
/// way, and giving up leaves something to be cured.
const PATIENCE: Duration = Duration::from_secs(60);

/// What belongs to a session and not to a database goes with the migration that made it.
const RESET: &str = "RESET ALL; SET SESSION AUTHORIZATION DEFAULT; DISCARD TEMP; CLOSE ALL; UNLISTEN *";

/// One migration, on its way.
#[derive(Debug)]
pub(super) struct Job<'p> {
    pub(super) migration: &'p Migration,
    pub(super) way: Way,
    pub(super) steps: Steps,
    /// What the ledger calls it, when it takes several transactions.
    pub(super) attempt: Option<i64>,
    /// Steps that are done and recorded.
    pub(super) done: usize,
    /// The step behind them was begun alone, and nobody knows how it ended.
    in_doubt: bool,
    pub(super) context: HookContext,
    pub(super) began: Instant,
    pub(super) locks: Vec<LockHeld>,
    records: Vec<StepRecord>,
    version: PgVersion,
}

/// What of a job is taken back when a transaction is.
struct Before {
    context: HookContext,
    locks: usize,
}

impl<'p> Job<'p> {
    pub(super) fn new(
        migration: &'p Migration,
        way: Way,
        history: &History,
        settings: &Settings,
        version: PgVersion,
        unfinished: Option<&Unfinished>,
    ) -> Result<Job<'p>> {
        let script = one_way(migration, way)?;
        let steps = steps::of(script, &history.hooks, version)
            .map_err(|error| error.of_migration(&migration.slug))?;
        let mut job = Job {
            migration,
            way,
            steps,
            attempt: None,
            done: 0,
            in_doubt: false,
            context: HookContext {
                migration: Some(migration.slug.clone()),
                version: Some(migration.version.clone()),
                direction: way.name().to_owned(),
                environment: settings.environment.clone(),
                status: "running".to_owned(),
                ..HookContext::default()
            },
            began: Instant::now(),
            locks: Vec::new(),
            records: Vec::new(),
            version,
        };
        if let Some(unfinished) = unfinished.filter(|unfinished| unfinished.direction == way) {
            job.take_up(unfinished)?;
        }
        Ok(job)
    }

    fn take_up(&mut self, unfinished: &Unfinished) -> Result<()> {
        // Nothing of it is there: begin anew.
        if unfinished.steps_done == 0 && !unfinished.in_doubt {
            return Ok(());
        }
        if unfinished.plan_hash != self.steps.hash {
            let message = format!(
                "{} was begun on {} and stopped behind step {} of {}; its file says something else now",
                self.migration.slug, unfinished.started_at, unfinished.steps_done, unfinished.steps
            );
            return Err(MigrateError::new(ErrorKind::Unfinished, message)
                .of_migration(&self.migration.slug)
                .at(self.migration.place())
                .help("put the file back as it was and run again, which takes it up where it stopped")
                .help("or finish or undo it by hand, then say so: `confiture migrate repair`"));
        }
        self.attempt = Some(unfinished.attempt);
        self.done = unfinished.steps_done;
        self.in_doubt = unfinished.in_doubt;
        Ok(())
    }

    pub(super) fn is_resumed(&self) -> bool {
        self.attempt.is_some()
    }

    /// Everything that was done is rolled back.
    pub(super) fn forget(&mut self) {
        self.records.clear();
        self.locks.clear();
        self.context.rows = 0;
        self.context.stats.clear();
        self.context.metadata.clear();
    }

    /// The hooks of a phase: its own, then the configuration's.
    pub(super) fn hooks_of(&self, phase: Phase, history: &History) -> Vec<HookSpec> {
        let own = one_way(self.migration, self.way).map_or(&[][..], |way| &way.hooks);
        let all = own.iter().chain(&history.hooks);
        all.filter(|hook| hook.phase == phase).cloned().collect()
    }

    fn statement(&self, step: usize) -> Option<&Statement> {
        match &self.steps.list.get(step)?.action {
            Action::Statement(statement) => Some(statement),
            Action::Hook(_) => None,
        }
    }

    fn record_statement(&mut self, step: usize, what: String, rows: Option<u64>, began: Instant) {
        self.records.push(StepRecord {
            step: step + 1,
            kind: "statement".to_owned(),
            what,
            status: "done".to_owned(),
            rows,
            duration_ms: milliseconds(began),
            statistics: serde_json::Value::Null,
            message: None,
        });
    }

    fn record_hook(&mut self, step: usize, hook: &HookSpec, report: Option<HookReport>) {
        let status = match report.as_ref().and_then(|report| report.status) {
            Some(HookStatus::Done) => "done",
            Some(HookStatus::Warned | HookStatus::Failed) => "warned",
            None => "skipped",
        };
        let report = report.unwrap_or(HookReport {
            status: None,
            rows: None,
            duration_ms: 0.0,
            statistics: serde_json::Value::Null,
            message: None,
        });
        self.records.push(StepRecord {
            step: step + 1,
            kind: hook.phase.name().to_owned(),
            what: hook.name.clone(),
            status: status.to_owned(),
            rows: report.rows,
            duration_ms: report.duration_ms,
            statistics: report.statistics,
            message: report.message,
        });
    }
}

fn one_way(migration: &Migration, way: Way) -> Result<&OneWay> {
    match way {
        Way::Up => Ok(&migration.up),
        Way::Down => migration.down.as_ref().ok_or_else(|| {
            MigrateError::new(
                ErrorKind::NoDown,
                format!("nothing says how to revert {}", migration.slug),
            )
            .of_migration(&migration.slug)
            .at(migration.place())
        }),
    }
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
        self.restore_settings(job)?;
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
        self.begin_transaction(None)?;
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

    /// Settings that earlier steps made for the session, when those steps were done by another one.
    fn restore_settings(&mut self, job: &Job<'_>) -> Result<()> {
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
        self.begin_transaction(begin.as_deref())?;
        let mut held = held::Held::new();
        let is_last = end == job.steps.list.len();
        self.steps(job, job.done..end, &mut held)?;
        if is_last {
            self.complete(job)?;
        } else if let Some(attempt) = job.attempt {
            self.ledger.progress(self.session, attempt, end, &job.records)?;
        }
        held.look(&mut self.eyes, self.target, self.session.backend_pid());
        let place = self.last_place(job, end);
        let ends = if is_last { Ends::Migration } else { Ends::Part };
        self.commit(Some(place), ends)?;
        job.locks.extend(held.end());
        job.records.clear();
        job.done = end;
        Ok(())
    }

    /// As part of a transaction that is open already.
    pub(super) fn group(&mut self, job: &mut Job<'_>, steps: Range<usize>, completes: bool) -> Result<()> {
        let mut held = held::Held::new();
        let result = self.steps(job, steps, &mut held);
        match result {
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
                    let report = self.hook(&hook, &mut job.context, job.began)?;
                    job.record_hook(index, &hook, report);
                    self.local_timeouts()?;
                }
            }
        }
        Ok(())
    }

    /// Sends one statement, watched.
    fn statement(
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

    /// The next step, outside of any transaction.
    fn alone(&mut self, job: &mut Job<'_>) -> Result<()> {
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
                let report = self.hook(&hook, &mut job.context, job.began)?;
                job.record_hook(job.done, &hook, report);
            }
            Action::Statement(statement) => {
                self.alone_statement(job, attempt, &statement)?;
            }
        }
        job.done += 1;
        self.ledger
            .progress(self.session, attempt, job.done, &job.records)?;
        job.records.clear();
        Ok(())
    }

    fn alone_statement(&mut self, job: &mut Job<'_>, attempt: i64, statement: &Statement) -> Result<()> {
        let mut tried = 1;
        loop {
            self.cure(statement, Cure::Before)?;
            self.ledger.begin_alone(self.session, attempt)?;
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
            let cured = self.cure(statement, Cure::After);
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

    fn cure(&mut self, statement: &Statement, when: Cure) -> Result<()> {
        let observer = self.observer;
        let told = |message: String| {
            observer.tell(&Event::Warning {
                code: "leftover-cured".to_owned(),
                message,
            });
        };
        let cured = match when {
            Cure::Before => recover::before(self.session, statement, told),
            Cure::After => recover::of(self.session, statement, told).map(|_| ()),
        };
        cured.map_err(|error| {
            MigrateError::sql(ErrorKind::Statement, "what is left can't be cured", error)
                .at(statement.place())
        })
    }

    /// An earlier run began the next step alone, and nobody knows how it ended: the server's catalog does.
    fn settle_doubt(&mut self, job: &mut Job<'_>) -> Result<()> {
        job.in_doubt = false;
        let Some(statement) = job.statement(job.done).cloned() else {
            // Hooks that run alone may run twice.
            return Ok(());
        };
        let observer = self.observer;
        let found = recover::of(self.session, &statement, |message| {
            observer.tell(&Event::Warning {
                code: "leftover-cured".to_owned(),
                message,
            });
        });
        let found = found.map_err(|error| {
            MigrateError::sql(ErrorKind::Statement, "what is left can't be cured", error)
                .at(statement.place())
        })?;
        match (found, job.attempt) {
            (recover::Found::Again, _) => Ok(()),
            (recover::Found::Done, Some(attempt)) => {
                job.record_statement(job.done, statement.shortened(100), None, Instant::now());
                job.done += 1;
                self.ledger
                    .progress(self.session, attempt, job.done, &job.records)?;
                job.records.clear();
                Ok(())
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

    /// Records that all of it is done, in the transaction that is open.
    fn complete(&mut self, job: &Job<'_>) -> Result<()> {
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

    pub(super) fn begin_transaction(&mut self, begin: Option<&str>) -> Result<()> {
        let begin = begin.unwrap_or("BEGIN").trim_end_matches(';');
        let sql = format!("{begin}; {}", self.timeouts("SET LOCAL"));
        let begun = self.session.batch(&sql);
        begun.map_err(|error| MigrateError::sql(ErrorKind::Connection, "a transaction can't be begun", error))
    }

    fn local_timeouts(&mut self) -> Result<()> {
        let sql = self.timeouts("SET LOCAL");
        let set = self.session.batch(&sql);
        set.map_err(|error| MigrateError::sql(ErrorKind::Connection, "timeouts can't be set", error))
    }

    fn timeouts(&self, set: &str) -> String {
        format!(
            "{set} lock_timeout = {}; {set} statement_timeout = {}",
            self.settings.lock_timeout.as_millis(),
            self.settings.statement_timeout.as_millis()
        )
    }

    fn session_timeouts(&mut self, job: &Job<'_>, statement: &Statement) -> Result<()> {
        let waits = predict(&statement.changes, &State::fresh(), job.version).waits_for_older_snapshots;
        let lock_timeout = match self.settings.lock_timeout {
            short if waits && !short.is_zero() => short
                .max(self.settings.retries.wait_for_blockers.unwrap_or_default())
                .max(PATIENCE),
            given => given,
        };
        let sql = format!(
            "SET lock_timeout = {}; SET statement_timeout = {}",
            lock_timeout.as_millis(),
            self.settings.statement_timeout.as_millis()
        );
        let set = self.session.batch(&sql);
        set.map_err(|error| MigrateError::sql(ErrorKind::Connection, "timeouts can't be set", error))
    }

    fn forget_timeouts(&mut self) -> Result<()> {
        let reset = self.session.batch("RESET lock_timeout; RESET statement_timeout");
        reset.map_err(|error| MigrateError::sql(ErrorKind::ConnectionLost, "timeouts can't be reset", error))
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

/// When leftovers are looked for.
enum Cure {
    Before,
    After,
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
