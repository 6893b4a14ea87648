//! The work on one migration.

use std::time::Instant;

use confiture_risk::PgVersion;
use confiture_schema::change::Change;

use super::limits::Limits;
use super::milliseconds;
use crate::error::{ErrorKind, MigrateError, Result};
use crate::event::{HookStatus, LockHeld};
use crate::history::{History, Migration, OneWay};
use crate::hooks::{HookContext, HookReport, HookSpec, Phase};
use crate::ledger::{StepRecord, Unfinished, Way};
use crate::settings::Settings;
use crate::steps::{self, Action, Statement, Steps};

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
    pub(super) in_doubt: bool,
    pub(super) context: HookContext,
    pub(super) began: Instant,
    pub(super) locks: Vec<LockHeld>,
    pub(super) records: Vec<StepRecord>,
    pub(super) version: PgVersion,
    pub(super) limits: Limits,
    /// It runs statements as another role than the one that connected.
    pub(super) changes_role: bool,
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
        let changes_role = steps.list.iter().any(|step| match &step.action {
            Action::Statement(statement) => statement.changes.iter().any(sets_role),
            Action::Hook(_) => false,
        });
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
            limits: Limits {
                lock: script.timeouts.lock.unwrap_or(settings.lock_timeout),
                statement: script.timeouts.statement.unwrap_or(settings.statement_timeout),
            },
            changes_role,
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

    pub(super) fn statement(&self, step: usize) -> Option<&Statement> {
        match &self.steps.list.get(step)?.action {
            Action::Statement(statement) => Some(statement),
            Action::Hook(_) => None,
        }
    }

    pub(super) fn record_statement(&mut self, step: usize, what: String, rows: Option<u64>, began: Instant) {
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

    pub(super) fn record_hook(&mut self, step: usize, hook: &HookSpec, report: Option<HookReport>) {
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
    migration.one_way(way).ok_or_else(|| {
        MigrateError::new(
            ErrorKind::NoDown,
            format!("nothing says how to revert {}", migration.slug),
        )
        .of_migration(&migration.slug)
        .at(migration.place())
    })
}

/// Whether a statement changes as whom the following ones run.
fn sets_role(change: &Change) -> bool {
    matches!(change, Change::Set(set) if matches!(set.parameter.as_str(), "role" | "session_authorization"))
}
