//! Hooks outside of a run of migrations: one by itself, or those of a migration tried around its statements in a transaction
//! that is rolled back.

use std::time::Instant;

use confiture_postgres::Session;
use sha2::{Digest as _, Sha256};

use super::job::Job;
use super::limits::Limits;
use super::{Ends, Migrator, RunnerLock, Watch, Work, failure, retry};
use crate::error::{MigrateError, Result};
use crate::history::Migration;
use crate::hooks::{HookContext, HookReport, HookSpec, Phase, Placement};
use crate::ledger::{Ledger, RunInfo, Way};
use crate::steps::{Action, Runs, Statement};

/// What came of trying a migration's hooks.
#[derive(Debug, Default)]
pub struct Trial {
    /// What ran, in order. All of it is taken back.
    pub tried: Vec<Tried>,
    /// What did not run, in order.
    pub not_tried: Vec<NotTried>,
    /// Why it ended before the end.
    pub failure: Option<MigrateError>,
}

/// A hook that was tried, or skipped for a reason of its own: its condition, its environments.
#[derive(Debug)]
pub struct Tried {
    /// The hook.
    pub hook: HookSpec,
    /// What came of it.
    pub report: HookReport,
}

/// A step that was not tried.
#[derive(Debug)]
pub struct NotTried {
    /// The step.
    pub action: Action,
    /// Why.
    pub why: Untried,
}

/// Why a step is not tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Untried {
    /// It runs outside of transactions, so what it does could not be taken back.
    RunsAlone,
    /// It runs when a migration fails.
    OnlyAfterFailure,
    /// Something before it failed.
    NotReached,
}

impl Untried {
    /// The reason, in words that follow "not tried:".
    pub fn reason(self) -> &'static str {
        match self {
            Untried::RunsAlone => "it runs outside of transactions, so it could not be taken back",
            Untried::OnlyAfterFailure => "it runs after a failure only",
            Untried::NotReached => "something before it failed",
        }
    }
}

impl Migrator<'_> {
    /// Runs one hook of a migration by itself: in a transaction of its own that is committed, or alone. Its condition and its
    /// environments count. The ledger is told of a run, not of the migration.
    ///
    /// # Errors
    /// As [`Migrator::up`]; the hook failed and its policy is to abort.
    pub fn run_hook(&mut self, migration: &Migration, way: Way, hook: &HookSpec) -> Result<HookReport> {
        self.check_server()?;
        let lock = RunnerLock::of(self.settings);
        let _cancellable = self.interrupt.register(self.session.canceller());
        lock.take(&mut self.session, self.settings, self.observer, self.interrupt)?;
        let done = self.run_under_lock(migration, way, hook);
        lock.release(&mut self.session);
        done
    }

    fn run_under_lock(&mut self, migration: &Migration, way: Way, hook: &HookSpec) -> Result<HookReport> {
        let ledger = Ledger::new(self.settings.ledger.clone());
        ledger.prepare(&mut self.session)?;
        let hash = crate::history::hex(&Sha256::digest(hook.fingerprint().as_bytes()));
        let info = RunInfo::of(self.settings, "hook", hash);
        let run = ledger.begin_run(&mut self.session, &info)?;
        let mut context = HookContext {
            migration: Some(migration.slug.clone()),
            version: Some(migration.version.clone()),
            direction: way.name().to_owned(),
            environment: self.settings.environment.clone(),
            status: status_in(hook.phase).to_owned(),
            ..HookContext::default()
        };
        let done = self.working(&ledger, run, |work| {
            work.beside_one(hook, &mut context, Instant::now())
        });
        // A connection that broke can't be written to; the run stays open in the ledger, which says as much.
        let _ = ledger.end_run(&mut self.session, run, done.is_ok());
        done.map(|report| report.unwrap_or_else(left_out))
            .map_err(|error| error.of_migration(&migration.slug))
    }

    /// Runs a migration's statements and hooks in one transaction, and rolls it back. What runs outside of transactions is
    /// left out and named. Nothing is recorded.
    ///
    /// # Errors
    /// Nothing could be begun: the lock is held, the script can't be read as steps. What failed on the way is in the trial.
    pub fn try_hooks(&mut self, migration: &Migration, way: Way) -> Result<Trial> {
        let version = self.check_server()?;
        let mut job = Job::new(migration, way, self.history, self.settings, version, None)?;
        let lock = RunnerLock::of(self.settings);
        let _cancellable = self.interrupt.register(self.session.canceller());
        lock.take(&mut self.session, self.settings, self.observer, self.interrupt)?;
        let ledger = Ledger::new(self.settings.ledger.clone());
        let mut trial = Trial::default();
        let tried = self.working(&ledger, 0, |work| {
            let tried = work.trial(&mut job, &mut trial);
            work.roll_back();
            tried
        });
        lock.release(&mut self.session);
        trial.failure = tried.err().map(|error| error.of_migration(&migration.slug));
        Ok(trial)
    }

    /// Works with everything that a run has.
    fn working<T>(&mut self, ledger: &Ledger, run: i64, work: impl FnOnce(&mut Work<'_>) -> T) -> T {
        let target = self.session.target().clone();
        let backend = self.session.backend_pid();
        let session: &mut Session = &mut self.session;
        Watch::during(&target, backend, self.observer, self.interrupt, |watch| {
            work(&mut Work {
                session,
                settings: self.settings,
                history: self.history,
                observer: self.observer,
                interrupt: self.interrupt,
                ledger,
                target: &target,
                watch,
                eyes: None,
                run,
            })
        })
    }
}

impl Work<'_> {
    fn trial(&mut self, job: &mut Job<'_>, trial: &mut Trial) -> Result<()> {
        let begin = job.steps.begins.values().next().cloned();
        self.begin_transaction(begin.as_deref(), job.limits)?;
        let mut actions: Vec<(Action, Option<Untried>)> = job
            .steps
            .list
            .iter()
            .map(|step| {
                let why = (step.runs == Runs::Alone).then_some(Untried::RunsAlone);
                (step.action.clone(), why)
            })
            .collect();
        let of_migration = actions.len();
        for phase in [Phase::AfterMigration, Phase::OnError] {
            let hooks = job.hooks_of(phase, self.history).into_iter();
            actions.extend(hooks.map(|hook| (Action::Hook(Box::new(hook.clone())), untried(&hook))));
        }
        let mut failed = None;
        for (index, (action, why)) in actions.into_iter().enumerate() {
            let why = why.or(failed.as_ref().map(|_| Untried::NotReached));
            if let Some(why) = why {
                trial.not_tried.push(NotTried { action, why });
                continue;
            }
            if index == of_migration {
                job.context.status = "succeeded".to_owned();
            }
            failed = self.try_one(job, index, &action, trial).err();
        }
        match failed {
            Some(error) => Err(error),
            None => self.check_deferred(job),
        }
    }

    fn try_one(&mut self, job: &mut Job<'_>, index: usize, action: &Action, trial: &mut Trial) -> Result<()> {
        if self.interrupt.is_asked() {
            return Err(retry::stopped());
        }
        match action {
            Action::Statement(statement) => self.try_statement(job, index, statement),
            Action::Hook(hook) => {
                let report = self.hook(hook, &mut job.context, job.began, index + 1)?;
                trial.tried.push(Tried {
                    hook: (**hook).clone(),
                    report: report.unwrap_or_else(left_out),
                });
                Ok(())
            }
        }
    }

    fn try_statement(&mut self, job: &mut Job<'_>, index: usize, statement: &Statement) -> Result<()> {
        let sent = self.statement(job, index, statement);
        let (rows, _) = sent.map_err(|(error, seen)| {
            let alone = failure::wants_to_be_alone(&error);
            let failed = failure::placed(statement, error, seen.blockers, self.interrupt);
            match alone {
                true => {
                    failed.help("it runs outside of transactions, so this migration can't be tried in one")
                }
                false => failed,
            }
        })?;
        job.context.rows += rows.unwrap_or(0);
        Ok(())
    }

    /// What COMMIT would check, which never comes.
    fn check_deferred(&mut self, job: &Job<'_>) -> Result<()> {
        let checked = self.session.batch("SET CONSTRAINTS ALL IMMEDIATE");
        checked.map_err(|error| failure::of_commit(error, job.migration.place(), self.interrupt))
    }

    /// Runs one hook beside the migration's transactions, in one of its own where it wants one.
    pub(super) fn beside_one(
        &mut self,
        hook: &HookSpec,
        context: &mut HookContext,
        began: Instant,
    ) -> Result<Option<HookReport>> {
        let in_transaction = hook.hook.placement() == Placement::InTransaction;
        if in_transaction {
            self.begin_transaction(None, Limits::of(self.settings))?;
        }
        let result = self.hook(hook, context, began, 0);
        if in_transaction {
            match &result {
                Ok(_) => self.commit(Some(hook.place.clone()), Ends::Part)?,
                Err(_) => self.roll_back(),
            }
        }
        result
    }
}

/// Why a hook is not tried.
fn untried(hook: &HookSpec) -> Option<Untried> {
    match (hook.phase, hook.hook.placement()) {
        (Phase::OnError, _) => Some(Untried::OnlyAfterFailure),
        (_, Placement::Alone) => Some(Untried::RunsAlone),
        (_, Placement::InTransaction) => None,
    }
}

/// What a migration's status is when hooks of a phase run.
fn status_in(phase: Phase) -> &'static str {
    match phase {
        Phase::AfterMigration => "succeeded",
        Phase::OnError => "failed",
        _ => "running",
    }
}

/// A hook that settings leave out.
fn left_out() -> HookReport {
    HookReport {
        status: None,
        rows: None,
        duration_ms: 0.0,
        statistics: serde_json::Value::Null,
        message: Some("hooks are left out of this run".to_owned()),
    }
}
