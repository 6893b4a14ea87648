//! Carrying a plan out.
//!
//! A migration is a list of steps. Steps that may share a transaction do, and what is recorded of them is written in it:
//! when everything fits into one, the migration and its row in the ledger are there together or not at all. A step that
//! can't run in a transaction runs alone; the ledger knows before it begins and after it ended, and when the connection is
//! lost in between, the next run asks the server's catalog (`recover`). So a migration of several transactions is taken
//! up behind the last step that is done.

mod alone;
mod failure;
mod held;
mod job;
mod limits;
mod lock;
mod recover;
mod retry;
mod transaction;
mod trial;
mod watch;

pub(crate) use failure::wants_to_be_alone;

use std::time::Instant;

use confiture_postgres::{Session, Target};
use confiture_risk::PgVersion;
use sha2::{Digest as _, Sha256};

use crate::error::{ErrorKind, MigrateError, Result};
use crate::event::{Event, Left, Observer};
use crate::history::{History, Migration};
use crate::hooks::{Execution, HookContext, HookReport, HookSpec, Phase, execute};
use crate::interrupt::Interrupt;
use crate::ledger::{FailureRecord, Ledger, Recorded, RunInfo, Way};
use crate::plan::Plan;
use crate::settings::{HookUse, Settings};
use job::Job;
use limits::Limits;
pub(crate) use lock::RunnerLock;
pub use trial::{NotTried, Trial, Tried, Untried};
use watch::Watch;

/// So many requests to stop may be under way when a statement ends: one by whoever asked, and those of the watch.
const LATE_REQUESTS: usize = 5;

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
        self.carry_out(plan, Way::Up)
    }

    /// Reverts the migrations of a plan, one after another.
    ///
    /// # Errors
    /// As [`Migrator::up`].
    pub fn down(&mut self, plan: &Plan) -> Result<Outcome> {
        self.carry_out(plan, Way::Down)
    }

    fn carry_out(&mut self, plan: &Plan, way: Way) -> Result<Outcome> {
        let began = Instant::now();
        let version = self.check_server()?;
        self.observer.tell(&Event::RunStarted {
            command: way.name().to_owned(),
            environment: self.settings.environment.clone(),
            server: self.session.target().to_string(),
            version: format!(
                "{}.{}",
                self.session.major(),
                self.session.server_version() % 10_000
            ),
            migrations: plan.migrations.len(),
        });
        for (migration, reason) in &plan.skipped {
            self.observer.tell(&Event::MigrationSkipped {
                migration: migration.clone(),
                reason: reason.clone(),
            });
        }
        let outcome = if plan.migrations.is_empty() {
            Outcome::default()
        } else {
            self.under_lock(plan, way, version)?
        };
        self.observer.tell(&Event::RunFinished {
            applied: outcome.applied.len(),
            reverted: outcome.reverted.len(),
            duration_ms: milliseconds(began),
            succeeded: outcome.failure.is_none(),
        });
        Ok(outcome)
    }

    fn check_server(&mut self) -> Result<PgVersion> {
        let version = known_version(self.session.major())?;
        let row = self
            .session
            .query_one(
                "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')::bool",
                &[],
            )
            .map_err(|error| MigrateError::sql(ErrorKind::Connection, "the server can't be asked", error))?;
        if row.get(0) || row.get(1) {
            let (why, help) = if row.get(0) {
                (
                    "it is a standby",
                    "connect to the primary, or ask for it: several hosts with target_session_attrs=read-write",
                )
            } else {
                (
                    "default_transaction_read_only is on",
                    "it is set for the server, the database, the role or this connection: `SHOW \
                     default_transaction_read_only` there; where writing is meant, take it back with `ALTER DATABASE … \
                     RESET` or `ALTER ROLE … RESET`",
                )
            };
            let message = format!("the server takes no writes: {why}");
            return Err(MigrateError::new(ErrorKind::ReadOnlyServer, message).help(help));
        }
        Ok(version)
    }

    fn under_lock(&mut self, plan: &Plan, way: Way, version: PgVersion) -> Result<Outcome> {
        let lock = RunnerLock::of(self.settings);
        let _cancellable = self.interrupt.register(self.session.canceller());
        lock.take(&mut self.session, self.settings, self.observer, self.interrupt)?;
        let outcome = self.with_ledger(plan, way, version);
        lock.release(&mut self.session);
        outcome
    }

    fn with_ledger(&mut self, plan: &Plan, way: Way, version: PgVersion) -> Result<Outcome> {
        let ledger = Ledger::new(self.settings.ledger.clone());
        ledger.prepare(&mut self.session)?;
        let recorded = ledger.read(&mut self.session)?;
        let jobs = self.jobs(plan, way, &recorded, version)?;
        let info = self.run_info(way, &jobs);
        let run = ledger.begin_run(&mut self.session, &info)?;
        let target = self.session.target().clone();
        let backend = self.session.backend_pid();
        let observer = self.observer;
        let outcome = Watch::during(&target, backend, observer, self.interrupt, |watch| {
            let mut work = Work {
                session: &mut self.session,
                settings: self.settings,
                history: self.history,
                observer,
                interrupt: self.interrupt,
                ledger: &ledger,
                target: &target,
                watch,
                eyes: None,
                run,
            };
            work.all(jobs, way)
        });
        // A connection that broke can't be written to; the run stays open in the ledger, which says as much.
        let _ = ledger.end_run(&mut self.session, run, outcome.failure.is_none());
        Ok(outcome)
    }

    /// The work on each migration, without those that another runner has done since the plan was made.
    fn jobs<'p>(
        &self,
        plan: &'p Plan,
        way: Way,
        recorded: &Recorded,
        version: PgVersion,
    ) -> Result<Vec<Job<'p>>> {
        let mut jobs = Vec::new();
        for migration in &plan.migrations {
            if is_done(migration, way, recorded) {
                self.observer.tell(&Event::MigrationSkipped {
                    migration: migration.slug.clone(),
                    reason: "another runner has done it meanwhile".to_owned(),
                });
                continue;
            }
            let unfinished = recorded.unfinished.get(&migration.slug);
            jobs.push(Job::new(
                migration,
                way,
                self.history,
                self.settings,
                version,
                unfinished,
            )?);
        }
        Ok(jobs)
    }

    fn run_info(&self, way: Way, jobs: &[Job<'_>]) -> RunInfo {
        let mut hasher = Sha256::new();
        for job in jobs {
            hasher.update(job.migration.slug.as_bytes());
            hasher.update(job.steps.hash.as_bytes());
        }
        RunInfo {
            command: way.name().to_owned(),
            environment: self.settings.environment.clone(),
            applied_by: self.settings.applied_by.clone(),
            git_commit: self.settings.git_commit.clone(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            plan_hash: crate::history::hex(&hasher.finalize()),
        }
    }
}

/// The version that a server counts as: a newer one than is known is taken as the newest that is.
///
/// # Errors
/// [`ErrorKind::OldServer`] for one before 13.
pub fn known_version(major: u32) -> Result<PgVersion> {
    PgVersion::new(major)
        .or_else(|| PgVersion::new(18))
        .filter(|_| major >= 13)
        .ok_or_else(|| {
            MigrateError::new(
                ErrorKind::OldServer,
                format!("the server is PostgreSQL {major}; 13 is the oldest that is supported"),
            )
            .help("upgrade the server, or run the migration with psql")
        })
}

/// Whether the ledger says by now what the plan wanted.
fn is_done(migration: &Migration, way: Way, recorded: &Recorded) -> bool {
    match (way, recorded.of(migration)) {
        (Way::Up, Some(applied)) => {
            !migration.repeatable || applied.checksum.as_deref() == Some(&migration.checksum)
        }
        (Way::Up, None) => false,
        (Way::Down, applied) => applied.is_none(),
    }
}

/// Milliseconds since then.
fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Everything that a run works with.
struct Work<'a> {
    session: &'a mut Session,
    settings: &'a Settings,
    history: &'a History,
    observer: &'a dyn Observer,
    interrupt: &'a Interrupt,
    ledger: &'a Ledger,
    target: &'a Target,
    watch: &'a Watch,
    /// Another session, for looking at what this one holds and who is in its way.
    eyes: Option<Session>,
    /// The run's number in the ledger.
    run: i64,
}

impl Work<'_> {
    fn all(&mut self, mut jobs: Vec<Job<'_>>, way: Way) -> Outcome {
        let mut outcome = Outcome::default();
        let mut around = HookContext {
            direction: way.name().to_owned(),
            environment: self.settings.environment.clone(),
            status: "running".to_owned(),
            ..HookContext::default()
        };
        let began = Instant::now();
        let result = self.around(Phase::BeforeRun, &mut around, began).and_then(|()| {
            match self.settings.single_transaction {
                true => self.in_one(&mut jobs, way, &mut outcome),
                false => self.one_by_one(&mut jobs, way, &mut outcome),
            }
        });
        around.status = if result.is_ok() { "succeeded" } else { "failed" }.to_owned();
        around.error = result.as_ref().err().map(error_value);
        let after = self.around(Phase::AfterRun, &mut around, began);
        outcome.failure = result.and(after).err();
        outcome
    }

    fn one_by_one(&mut self, jobs: &mut [Job<'_>], way: Way, outcome: &mut Outcome) -> Result<()> {
        let of = jobs.len();
        for (index, job) in jobs.iter_mut().enumerate() {
            if self.interrupt.is_asked() {
                return Err(retry::stopped());
            }
            self.begin(job, index, of);
            if let Err(error) = self.migration(job) {
                return Err(self.failed(job, error));
            }
            self.finish(job, way, outcome)?;
        }
        Ok(())
    }

    /// All migrations in one transaction.
    fn in_one(&mut self, jobs: &mut [Job<'_>], way: Way, outcome: &mut Outcome) -> Result<()> {
        if let Some(job) = jobs.iter().find(|job| !job.steps.is_atomic() || job.is_resumed()) {
            let message = format!("{} can't share a transaction with others", job.migration.slug);
            return Err(MigrateError::new(ErrorKind::Unsafe, message)
                .of_migration(&job.migration.slug)
                .at(job.migration.place())
                .help(
                    "run it by itself, without --single-transaction: parts of it run outside of transactions",
                ));
        }
        let of = jobs.len();
        let mut attempt = 1;
        loop {
            let mut failed = None;
            let result = self
                .begin_transaction(None, Limits::of(self.settings))
                .and_then(|()| {
                    for (index, job) in jobs.iter_mut().enumerate() {
                        self.begin(job, index, of);
                        let last = job.steps.list.len();
                        if let Err(error) = self.group(job, 0..last, true) {
                            failed = Some(index);
                            return Err(error);
                        }
                    }
                    let place = jobs.last().map(|job| job.migration.place());
                    self.commit(place, Ends::Migration)
                });
            let Err(error) = result else { break };
            self.roll_back();
            for job in jobs.iter_mut() {
                job.forget();
            }
            if !failure::is_passing(&error) || attempt >= self.settings.retries.attempts {
                return Err(match failed.and_then(|index| jobs.get_mut(index)) {
                    Some(job) => self.failed(job, error),
                    None => error,
                });
            }
            attempt += 1;
            self.pause(attempt, "all of them", &error)?;
        }
        for job in jobs.iter_mut() {
            self.finish(job, way, outcome)?;
        }
        Ok(())
    }

    fn begin(&mut self, job: &mut Job<'_>, index: usize, of: usize) {
        job.began = Instant::now();
        self.observer.tell(&Event::MigrationStarted {
            migration: job.migration.slug.clone(),
            direction: job.way.name().to_owned(),
            number: index + 1,
            of,
            steps: job.steps.list.len(),
            done_before: job.done,
        });
    }

    /// It is committed: tell, and run what comes after.
    fn finish(&mut self, job: &mut Job<'_>, way: Way, outcome: &mut Outcome) -> Result<()> {
        let slug = &job.migration.slug;
        match way {
            Way::Up => outcome.applied.push(slug.clone()),
            Way::Down => outcome.reverted.push(slug.clone()),
        }
        self.observer.tell(&Event::MigrationFinished {
            migration: slug.clone(),
            direction: way.name().to_owned(),
            duration_ms: milliseconds(job.began),
            rows: job.context.rows,
            locks: std::mem::take(&mut job.locks),
        });
        job.context.status = "succeeded".to_owned();
        let hooks = job.hooks_of(Phase::AfterMigration, self.history);
        self.beside(&hooks, &mut job.context, job.began).map_err(|error| {
            error
                .of_migration(slug)
                .help("the migration itself is committed and recorded")
        })
    }

    /// It failed: roll back, tell, write it down, run the hooks for that.
    fn failed(&mut self, job: &mut Job<'_>, error: MigrateError) -> MigrateError {
        self.roll_back();
        let error = error.of_migration(&job.migration.slug);
        let left = if job.attempt.is_some() {
            Left::Steps(job.done)
        } else {
            Left::Nothing
        };
        self.observer.tell(&Event::MigrationFailed {
            migration: job.migration.slug.clone(),
            direction: job.way.name().to_owned(),
            error: error.message().to_owned(),
            code: error.kind().code().to_owned(),
            left,
        });
        if self.session.is_closed() {
            return error;
        }
        let record = FailureRecord {
            run: self.run,
            attempt: job.attempt,
            migration: job.migration,
            way: job.way,
            step_count: job.steps.list.len(),
            duration_ms: milliseconds(job.began),
            code: error.kind().code(),
            error: error.message(),
            sqlstate: error.sqlstate(),
            plan_hash: &job.steps.hash,
        };
        self.write_down(&record);
        job.context.status = "failed".to_owned();
        job.context.error = Some(error_value(&error));
        let hooks = job.hooks_of(Phase::OnError, self.history);
        if let Err(second) = self.beside(&hooks, &mut job.context, job.began) {
            self.warn("on-error-hook-failed", second.message());
        }
        match left {
            Left::Nothing => error,
            Left::Steps(steps) => error.help(format!(
                "{steps} of its {} steps are done and recorded; the next run goes on behind them",
                job.steps.list.len()
            )),
        }
    }

    /// Records why it failed. A request to stop may reach the server late, and cancel the rollback or this instead of the
    /// statement that it was meant for.
    fn write_down(&mut self, record: &FailureRecord<'_>) {
        let mut written = self.ledger.fail(self.session, record);
        for _ in 0..LATE_REQUESTS {
            let is_late = |error: &MigrateError| matches!(error.sqlstate(), Some("57014" | "25P02"));
            if !self.interrupt.is_asked() || !written.as_ref().is_err_and(is_late) {
                break;
            }
            self.roll_back();
            written = self.ledger.fail(self.session, record);
        }
        if let Err(unwritten) = written {
            self.warn("failure-not-recorded", unwritten.message());
        }
    }

    fn around(&mut self, phase: Phase, context: &mut HookContext, began: Instant) -> Result<()> {
        let hooks = self.history.hooks.iter().filter(|hook| hook.phase == phase);
        let hooks: Vec<HookSpec> = hooks.cloned().collect();
        self.beside(&hooks, context, began)
    }

    /// Runs hooks beside the migration's transactions, each in one of its own where it wants one.
    fn beside(&mut self, hooks: &[HookSpec], context: &mut HookContext, began: Instant) -> Result<()> {
        for hook in hooks {
            self.beside_one(hook, context, began)?;
        }
        Ok(())
    }

    /// Runs one hook where the session stands; `None` where hooks are left out. `step` counts from 1; 0 is no step.
    fn hook(
        &mut self,
        hook: &HookSpec,
        context: &mut HookContext,
        began: Instant,
        step: usize,
    ) -> Result<Option<HookReport>> {
        if self.settings.hooks == HookUse::Skip {
            self.observer.tell(&Event::HookSkipped {
                migration: context.migration.clone(),
                phase: hook.phase.name().to_owned(),
                hook: hook.name.clone(),
                reason: "hooks are left out of this run".to_owned(),
            });
            return Ok(None);
        }
        context.phase = hook.phase.name().to_owned();
        context.duration_ms = milliseconds(began);
        self.watch
            .begin(context.migration.as_deref().unwrap_or_default(), step);
        let result = execute(
            hook,
            &mut Execution {
                session: self.session,
                target: self.target,
                context,
                observer: self.observer,
                interrupt: self.interrupt,
                root: &self.settings.root,
                ledger: self.ledger,
            },
        );
        self.watch.end();
        let report = result?;
        context.rows += report.rows.unwrap_or(0);
        Ok(Some(report))
    }

    fn warn(&self, code: &str, message: &str) {
        self.observer.tell(&Event::Warning {
            code: code.to_owned(),
            message: message.to_owned(),
        });
    }
}

/// Where a commit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// More of the migration follows.
    Part,
    /// The migration is through: its settings, temporary tables and roles go.
    Migration,
}

/// An error as hooks see it.
fn error_value(error: &MigrateError) -> serde_json::Value {
    serde_json::json!({
        "code": error.kind().code(),
        "message": error.message(),
        "sqlstate": error.sqlstate(),
    })
}

/// What a server's refusal of a statement means, with its place.
pub(crate) fn statement_failed(
    statement: &crate::steps::Statement,
    error: confiture_postgres::SqlError,
    interrupt: &Interrupt,
) -> MigrateError {
    failure::placed(statement, error, Vec::new(), interrupt)
}
