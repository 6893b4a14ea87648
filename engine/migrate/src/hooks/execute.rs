//! Running one hook: its condition, its savepoint, its time, its attempts, and what follows when it fails.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use confiture_postgres::{Session, SqlError, Target};
use serde_json::Value;

use crate::error::{ErrorKind, MigrateError, Result};
use crate::event::{Event, HookStatus, Observer};
use crate::hooks::{FailurePolicy, HookContext, HookError, HookResult, HookScope, HookSpec, Placement};
use crate::interrupt::Interrupt;
use crate::ledger::Ledger;
use crate::pause;

/// The pause before the second attempt; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How often somebody is asked during a pause whether it is to end.
const LISTENING: Duration = Duration::from_millis(20);

/// What a hook runs with.
pub struct Execution<'a> {
    /// The migration's session: in a transaction where the hook's placement asks for one, else outside of any.
    pub session: &'a mut Session,
    /// Where further sessions connect to.
    pub target: &'a Target,
    /// What is known; what the hook finds out is added to its statistics. Its rows are left to the caller.
    pub context: &'a mut HookContext,
    /// Who is told.
    pub observer: &'a dyn Observer,
    /// Who may stop it.
    pub interrupt: &'a Interrupt,
    /// The folder that relative paths start from.
    pub root: &'a Path,
    /// Where hooks keep checkpoints.
    pub ledger: &'a Ledger,
}

/// How a hook went.
#[derive(Debug, Clone, PartialEq)]
pub struct HookReport {
    /// How; `None` where it did not run because its condition doesn't hold.
    pub status: Option<HookStatus>,
    /// Rows that it changed.
    pub rows: Option<u64>,
    /// How long it took, in ms.
    pub duration_ms: f64,
    /// What it found out.
    pub statistics: serde_json::Value,
    /// What it says: the error where it failed, the reason where it did not run.
    pub message: Option<String>,
}

/// Runs a hook: its condition, its savepoint (where a transaction is open), its timeout, its attempts, its failure policy;
/// tells the observer. A savepoint is rolled back when the hook fails.
///
/// # Errors
/// [`ErrorKind::Hook`] when it failed and its policy is to abort, with its phase and name; [`ErrorKind::Interrupted`];
/// [`ErrorKind::ConnectionLost`].
pub fn execute(spec: &HookSpec, execution: &mut Execution<'_>) -> Result<HookReport> {
    let began = Instant::now();
    spec.phase.name().clone_into(&mut execution.context.phase);
    let result = match reason_to_skip(spec, execution.context) {
        Ok(Some(reason)) => return Ok(skipped(spec, execution, reason)),
        Ok(None) => {
            execution.observer.tell(&Event::HookStarted {
                migration: execution.context.migration.clone(),
                phase: spec.phase.name().to_owned(),
                hook: spec.name.clone(),
            });
            attempts(spec, execution, began + spec.timeout)
        }
        Err(reason) => Err(HookError::new(reason)),
    };
    let duration_ms = began.elapsed().as_secs_f64() * 1000.0;
    match result {
        Ok(result) => Ok(done(spec, execution, result, duration_ms)),
        Err(error) => failed(spec, execution, error, duration_ms),
    }
}

fn reason_to_skip(spec: &HookSpec, context: &HookContext) -> std::result::Result<Option<String>, String> {
    let environment = context.environment.as_deref();
    if !spec.environments.is_empty()
        && !spec
            .environments
            .iter()
            .any(|name| Some(name.as_str()) == environment)
    {
        let wanted = spec.environments.join(", ");
        let here = environment.map_or_else(|| "no environment".to_owned(), |name| format!("`{name}`"));
        return Ok(Some(format!("it is limited to {wanted}, and this is {here}")));
    }
    match &spec.condition {
        Some(condition) if !condition.holds(context)? => {
            Ok(Some(format!("its condition doesn't hold: {}", condition.text())))
        }
        _ => Ok(None),
    }
}

fn skipped(spec: &HookSpec, execution: &Execution<'_>, reason: String) -> HookReport {
    execution.observer.tell(&Event::HookSkipped {
        migration: execution.context.migration.clone(),
        phase: spec.phase.name().to_owned(),
        hook: spec.name.clone(),
        reason: reason.clone(),
    });
    HookReport {
        status: None,
        rows: None,
        duration_ms: 0.0,
        statistics: Value::Null,
        message: Some(reason),
    }
}

fn done(spec: &HookSpec, execution: &mut Execution<'_>, result: HookResult, duration_ms: f64) -> HookReport {
    let statistics = Value::Object(result.statistics);
    let stats = &mut execution.context.stats;
    stats.insert(spec.name.clone(), statistics.clone());
    tell_end(
        spec,
        execution,
        HookStatus::Done,
        result.rows,
        duration_ms,
        result.message.clone(),
    );
    HookReport {
        status: Some(HookStatus::Done),
        rows: result.rows,
        duration_ms,
        statistics,
        message: result.message,
    }
}

fn failed(
    spec: &HookSpec,
    execution: &mut Execution<'_>,
    error: HookError,
    duration_ms: f64,
) -> Result<HookReport> {
    let message = error.message.clone();
    let is_over = execution.session.is_closed();
    let is_stopped = execution.interrupt.is_asked();
    let goes_on = spec.on_failure == FailurePolicy::Warn && !is_over && !is_stopped;
    let status = match goes_on {
        true => HookStatus::Warned,
        false => HookStatus::Failed,
    };
    tell_end(spec, execution, status, None, duration_ms, Some(message.clone()));
    if goes_on {
        return Ok(HookReport {
            status: Some(status),
            rows: None,
            duration_ms,
            statistics: Value::Null,
            message: Some(message),
        });
    }
    let kind = match (is_stopped, is_over) {
        (true, _) => ErrorKind::Interrupted,
        (_, true) => ErrorKind::ConnectionLost,
        _ => ErrorKind::Hook,
    };
    Err(report(spec, execution.context, kind, error))
}

fn report(spec: &HookSpec, context: &HookContext, kind: ErrorKind, error: HookError) -> MigrateError {
    let what = match kind {
        ErrorKind::Interrupted => "was stopped",
        _ => "failed",
    };
    let called = match spec.name == spec.kind {
        true => format!("`{}`", spec.name),
        false => format!("`{}` ({})", spec.name, spec.kind),
    };
    let message = format!("the {} hook {called} {what}: {}", spec.phase, error.message);
    let mut report = MigrateError::new(kind, message);
    report = report.at(error.place.map_or_else(|| spec.place.clone(), |place| *place));
    if let Some(slug) = &context.migration {
        report = report.of_migration(slug);
    }
    if let Some(server) = error.server {
        report = report.with_server(*server);
    }
    match error.help {
        Some(help) => report.help(help),
        None => report,
    }
}

fn tell_end(
    spec: &HookSpec,
    execution: &Execution<'_>,
    status: HookStatus,
    rows: Option<u64>,
    duration_ms: f64,
    message: Option<String>,
) {
    execution.observer.tell(&Event::HookFinished {
        migration: execution.context.migration.clone(),
        phase: spec.phase.name().to_owned(),
        hook: spec.name.clone(),
        status,
        rows,
        duration_ms,
        message,
    });
}

/// Tries a hook as often as it may be tried.
fn attempts(
    spec: &HookSpec,
    execution: &mut Execution<'_>,
    deadline: Instant,
) -> std::result::Result<HookResult, HookError> {
    // What a savepoint takes back may be tried again, and what may run twice.
    let may_repeat = spec.hook.is_repeatable() || spec.hook.placement() == Placement::InTransaction;
    let metadata = execution.context.metadata.clone();
    let mut attempt = 1;
    loop {
        let error = match one_attempt(spec, execution, deadline) {
            Ok(result) => return Ok(result),
            Err(error) => error,
        };
        execution.context.metadata.clone_from(&metadata);
        let goes_on = error.is_passing && may_repeat && attempt < spec.attempts.max(1);
        if !goes_on || execution.interrupt.is_asked() || execution.session.is_closed() {
            return Err(told_attempts(error, attempt));
        }
        attempt += 1;
        let pause = pause::before(attempt, FIRST_PAUSE, LONGEST_PAUSE);
        if Instant::now() + pause >= deadline {
            return Err(told_attempts(error, attempt - 1));
        }
        execution.observer.tell(&Event::Retrying {
            migration: execution.context.migration.clone().unwrap_or_default(),
            attempt,
            of: spec.attempts,
            after_ms: u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
            reason: format!("hook `{}`: {}", spec.name, error.message),
        });
        wait(pause, execution.interrupt);
    }
}

fn told_attempts(mut error: HookError, attempts: u32) -> HookError {
    if attempts > 1 {
        error.message = format!("{} (after {attempts} attempts)", error.message);
    }
    error
}

fn wait(pause: Duration, interrupt: &Interrupt) {
    let end = Instant::now() + pause;
    while !interrupt.is_asked() {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        std::thread::sleep(left.min(LISTENING));
    }
}

/// What surrounds one attempt: a savepoint where a transaction is open, and the statement timeout.
struct Frame {
    /// The savepoint's name; `None` outside of transactions.
    savepoint: Option<String>,
    /// The statement timeout that held before, in ms.
    timeout: u64,
}

/// The server's timeout as a number of milliseconds: `5min` reads as an interval too.
const READ_TIMEOUT: &str = "SELECT (1000 * pg_catalog.date_part('epoch', \
     pg_catalog.current_setting('statement_timeout')::pg_catalog.interval))::pg_catalog.int8";

impl Frame {
    /// One round trip.
    fn open(
        session: &mut Session,
        placement: Placement,
        left: Duration,
    ) -> std::result::Result<Frame, SqlError> {
        // Zero would be without end; rounded up, it is over when the deadline is, never before.
        let timeout = (left.as_millis() + 1).min(i32::MAX as u128);
        let (savepoint, begin, local) = match placement {
            Placement::InTransaction => {
                let name = savepoint_name();
                (Some(name.clone()), format!("SAVEPOINT {name};"), "LOCAL ")
            }
            Placement::Alone => (None, String::new(), ""),
        };
        let sql = format!("{begin} {READ_TIMEOUT}; SET {local}statement_timeout = {timeout}");
        let rows = session.text_rows(&sql)?;
        let before = rows.first().and_then(|row| row.first()?.as_ref()?.parse().ok());
        Ok(Frame {
            savepoint,
            timeout: before.unwrap_or_default(),
        })
    }

    /// The attempt went well. One round trip.
    fn release(&self, session: &mut Session) -> std::result::Result<(), SqlError> {
        let timeout = self.timeout;
        session.batch(&match &self.savepoint {
            Some(name) => format!("RELEASE SAVEPOINT {name}; SET LOCAL statement_timeout = {timeout}"),
            None => format!("SET statement_timeout = {timeout}"),
        })
    }

    /// It did not: everything in the savepoint is taken back, the timeout included. One round trip.
    fn roll_back(&self, session: &mut Session) -> std::result::Result<(), SqlError> {
        session.batch(&match &self.savepoint {
            Some(name) => format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}"),
            // A hook that runs alone may have left a transaction of its own open.
            None => format!("ROLLBACK; SET statement_timeout = {}", self.timeout),
        })
    }
}

/// A name that no other hook of this process uses.
fn savepoint_name() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    format!("confiture_hook_{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

fn one_attempt(
    spec: &HookSpec,
    execution: &mut Execution<'_>,
    deadline: Instant,
) -> std::result::Result<HookResult, HookError> {
    if execution.interrupt.is_asked() {
        return Err(HookError::new("somebody asked to stop"));
    }
    let left = deadline.saturating_duration_since(Instant::now());
    let frame = Frame::open(execution.session, spec.hook.placement(), left)?;
    let result = spec.hook.run(&mut HookScope {
        session: execution.session,
        target: execution.target,
        context: execution.context,
        observer: execution.observer,
        interrupt: execution.interrupt,
        deadline,
        root: execution.root,
        ledger: execution.ledger,
        key: &spec.key,
    });
    let result = result.and_then(|result| match frame.release(execution.session) {
        Ok(()) => Ok(result),
        Err(error) => Err(unbalanced(error)),
    });
    result.map_err(|error| {
        // A transaction that can't be rolled back is one that is gone; the first error says more.
        let _ = frame.roll_back(execution.session);
        explained(error, spec, execution.interrupt, deadline)
    })
}

/// The savepoint is gone, or the transaction is in a state in which it can't be released.
fn unbalanced(error: SqlError) -> HookError {
    match error.sqlstate() {
        Some("3B001" | "25P01") => {
            HookError::new("it ended the transaction that it ran in").help("leave transactions to the runner")
        }
        _ => error.into(),
    }
}

/// A statement that the server cancelled: by whom, and why.
fn explained(mut error: HookError, spec: &HookSpec, interrupt: &Interrupt, deadline: Instant) -> HookError {
    let is_cancelled = error
        .server
        .as_ref()
        .is_some_and(|server| server.sqlstate == "57014");
    if interrupt.is_asked() {
        error.message = "somebody asked to stop".to_owned();
    } else if is_cancelled && Instant::now() >= deadline {
        let timeout = confiture_project::duration::show(spec.timeout);
        error.message = format!("it took longer than its timeout of {timeout}");
        error.help = Some("give it more time: `timeout: 10min`, or make it faster".to_owned());
        error.is_passing = false;
    }
    error
}
