//! Running a statement part by part: each one is done exactly once.
//!
//! A part that runs in a transaction of its own is noted there in the ledger, so whatever happens, it is either done and noted
//! or neither. The plan of parts is noted before the first one begins: who goes on later goes on with the same parts.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use confiture_postgres::{Session, SqlError, ToSql};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::event::Event;
use crate::hooks::support::backfill::Shape;
use crate::hooks::support::backfill::keys::{self, Key, Part};
use crate::hooks::support::names::Relation;
use crate::hooks::support::workers::{Manner, Worker};
use crate::hooks::support::{go_on, time_left};
use crate::hooks::{HookError, HookScope};
use crate::ledger::Ledger;

/// How often a part is tried that lost a deadlock or waited too long for a lock.
const TRIES: u32 = 3;

/// How a statement is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Part by part.
    Parts {
        /// The statement.
        shape: Shape,
        /// By which columns.
        key: Key,
    },
    /// As it stands, and why.
    Whole {
        /// The statement.
        statement: String,
        /// The same with a gap, where it has one and there is no key.
        shape: Option<Shape>,
        /// Why it isn't cut.
        reason: String,
    },
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    /// Rows that were written by this run.
    pub(crate) rows: u64,
    /// Rows that earlier runs wrote.
    pub(crate) rows_before: u64,
    /// Parts in all.
    pub(crate) parts: usize,
    /// Parts that earlier runs finished.
    pub(crate) parts_before: usize,
}

/// What is noted of a backfill as a whole.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    fingerprint: String,
    complete: bool,
    key: Option<Key>,
    parts: Vec<Part>,
}

/// Runs it within the transaction that is open.
pub(crate) fn within(
    scope: &mut HookScope<'_>,
    plan: &Plan,
    target: &Relation,
    size: u64,
) -> Result<Carried, HookError> {
    let (shape, key) = match plan {
        Plan::Whole { statement, .. } => {
            return Ok(Carried {
                rows: scope.session.run(statement)?,
                parts: 1,
                ..Carried::default()
            });
        }
        Plan::Parts { shape, key } => (shape, key),
    };
    let parts = keys::cut(scope.session, shape, target, key, size)?;
    let mut carried = Carried {
        parts: parts.len(),
        ..Carried::default()
    };
    let begun = Instant::now();
    let mut keep_told = Teller::of(scope, parts.len(), begun);
    for (done, part) in parts.iter().enumerate() {
        go_on(scope.interrupt, scope.deadline)?;
        carried.rows += run_part(scope.session, shape, key, part)?;
        keep_told.tell(scope.observer, done + 1);
    }
    Ok(carried)
}

/// Runs it beside any transaction, each part in one of its own, on so many further sessions.
pub(crate) fn alone(
    scope: &mut HookScope<'_>,
    plan: &Plan,
    target: &Relation,
    size: u64,
    workers: usize,
) -> Result<Carried, HookError> {
    scope.ledger.prepare(scope.session)?;
    let slug = scope
        .context
        .migration
        .clone()
        .unwrap_or_else(|| "run".to_owned());
    let recorded = scope.ledger.read(scope.session)?;
    // A runner that dies here comes back to the migration, and so to this hook; beside an attempt nobody does.
    let may_come_back = recorded.unfinished.contains_key(&slug) || recorded.failed.contains_key(&slug);
    let time = scope.ledger.times_through(scope.session, &slug)?;
    let fingerprint = fingerprint(plan.statement(), target, time);
    let notes = Notes {
        ledger: scope.ledger,
        slug: &slug,
        key: scope.key,
    };
    let note = match notes.read(scope.session)? {
        Some(note) if note.fingerprint == fingerprint => note,
        old => {
            let note = new_note(scope.session, plan, target, size, fingerprint)?;
            notes.begin(scope.session, old.as_ref(), &note)?;
            note
        }
    };
    let mut carried = Carried {
        parts: note.parts.len().max(1),
        ..Carried::default()
    };
    if note.complete {
        carried.parts_before = carried.parts;
        return Ok(carried);
    }
    let mut open = Vec::new();
    for number in 0..carried.parts {
        match notes.part(scope.session, number)? {
            Some(rows) => {
                carried.parts_before += 1;
                carried.rows_before += rows;
            }
            None => open.push(number),
        }
    }
    carried.rows = run_open(scope, plan, &note, &notes, &open, workers)?;
    notes.end(scope.session, &note, may_come_back)?;
    Ok(carried)
}

impl Plan {
    /// The whole statement.
    fn statement(&self) -> &str {
        match self {
            Plan::Parts { shape, .. } => &shape.whole,
            Plan::Whole { statement, .. } => statement,
        }
    }

    /// The statement with its gap, where it has one.
    fn shape(&self) -> Option<&Shape> {
        match self {
            Plan::Parts { shape, .. } => Some(shape),
            Plan::Whole { shape, .. } => shape.as_ref(),
        }
    }
}

/// The same statement on the same table, while the migration hasn't been brought through since, has the same: whichever attempt
/// it is, what an earlier one finished stays done.
fn fingerprint(statement: &str, target: &Relation, time: i64) -> String {
    let text = format!("{time}/{}/{statement}", target.oid);
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn new_note(
    session: &mut Session,
    plan: &Plan,
    target: &Relation,
    size: u64,
    fingerprint: String,
) -> Result<Note, HookError> {
    let (key, parts) = match plan {
        Plan::Whole { .. } => (None, Vec::new()),
        Plan::Parts { shape, key } => (Some(key.clone()), keys::cut(session, shape, target, key, size)?),
    };
    Ok(Note {
        fingerprint,
        complete: false,
        key,
        parts,
    })
}

/// What several threads share.
struct Work<'a> {
    plan: &'a Plan,
    note: &'a Note,
    notes: &'a Notes<'a>,
    open: &'a [usize],
    next: AtomicUsize,
    rows: AtomicU64,
    is_over: AtomicBool,
    failure: Mutex<Option<HookError>>,
    teller: Mutex<Teller>,
}

/// Runs the parts that are open; how many rows they wrote.
fn run_open(
    scope: &mut HookScope<'_>,
    plan: &Plan,
    note: &Note,
    notes: &Notes<'_>,
    open: &[usize],
    workers: usize,
) -> Result<u64, HookError> {
    let manner = Manner::of(scope.session)?;
    let work = Work {
        plan,
        note,
        notes,
        open,
        next: AtomicUsize::new(0),
        rows: AtomicU64::new(0),
        is_over: AtomicBool::new(false),
        failure: Mutex::new(None),
        teller: Mutex::new(Teller::of(scope, open.len(), Instant::now())),
    };
    let scope = &*scope;
    let (target, interrupt, deadline, observer) =
        (scope.target, scope.interrupt, scope.deadline, scope.observer);
    thread::scope(|threads| {
        for _ in 0..workers.min(open.len()) {
            threads.spawn(|| {
                let result = Worker::open(target, &manner, interrupt, deadline).and_then(|mut worker| {
                    work.run(
                        &mut worker.session,
                        &|| go_on(interrupt, deadline),
                        deadline,
                        observer,
                    )
                });
                if let Err(error) = result {
                    work.is_over.store(true, Ordering::SeqCst);
                    let mut failure = work.failure.lock().unwrap_or_else(PoisonError::into_inner);
                    failure.get_or_insert(error);
                }
            });
        }
    });
    match work.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error.help("The parts that are done stay done: the next run goes on behind them")),
        None => Ok(work.rows.load(Ordering::SeqCst)),
    }
}

impl Work<'_> {
    fn run(
        &self,
        session: &mut Session,
        may_go_on: &dyn Fn() -> Result<(), HookError>,
        deadline: Instant,
        observer: &dyn crate::event::Observer,
    ) -> Result<(), HookError> {
        while !self.is_over.load(Ordering::SeqCst) {
            let taken = self.next.fetch_add(1, Ordering::SeqCst);
            let Some(number) = self.open.get(taken).copied() else {
                return Ok(());
            };
            let mut tried = 1;
            let rows = loop {
                may_go_on()?;
                match self.run_one(session, number, deadline) {
                    Ok(rows) => break rows,
                    Err(error) => {
                        // Where the connection is gone there is nothing to roll back.
                        let rolled_back = session.batch("ROLLBACK");
                        if !error.is_passing || tried == TRIES || rolled_back.is_err() {
                            return Err(error);
                        }
                        tried += 1;
                    }
                }
            };
            self.rows.fetch_add(rows, Ordering::SeqCst);
            let mut teller = self.teller.lock().unwrap_or_else(PoisonError::into_inner);
            teller.one_more(observer);
        }
        Ok(())
    }

    /// One part, in a transaction that also notes it.
    fn run_one(&self, session: &mut Session, number: usize, deadline: Instant) -> Result<u64, HookError> {
        let left = time_left(deadline)
            .as_millis()
            .min(i32::MAX.unsigned_abs().into());
        session.batch(&format!("BEGIN; SET LOCAL statement_timeout = {left}"))?;
        let rows = match (&self.note.key, self.note.parts.get(number), self.plan.shape()) {
            // What was noted counts, whatever the server would plan today.
            (Some(key), Some(part), Some(shape)) => run_part(session, shape, key, part)?,
            (None, ..) => session.run(self.plan.statement())?,
            _ => {
                return Err(HookError::new(
                    "an earlier run began this backfill in batches, and the statement can't be cut any more",
                ));
            }
        };
        self.notes.done(session, number, rows)?;
        session.batch("COMMIT")?;
        Ok(rows)
    }
}

fn run_part(session: &mut Session, shape: &Shape, key: &Key, part: &Part) -> Result<u64, SqlError> {
    let (condition, values) = key.condition(part, shape.qualifier());
    let values: Vec<&(dyn ToSql + Sync)> = values
        .into_iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect();
    session.execute(&shape.with(&condition), &values)
}

/// What the ledger keeps of a backfill.
struct Notes<'a> {
    ledger: &'a Ledger,
    slug: &'a str,
    key: &'a str,
}

impl Notes<'_> {
    fn read(&self, session: &mut Session) -> Result<Option<Note>, HookError> {
        let value = self.ledger.checkpoint(session, self.slug, self.key)?;
        // What another version noted is none of ours: it is replaced.
        Ok(value.and_then(|value| serde_json::from_value(value).ok()))
    }

    fn part_key(&self, number: usize) -> String {
        format!("{}#{number}", self.key)
    }

    /// Notes the plan, and forgets the parts of an earlier one.
    fn begin(&self, session: &mut Session, old: Option<&Note>, note: &Note) -> Result<(), HookError> {
        session.batch("BEGIN")?;
        let old_parts = old.map_or(0, |old| old.parts.len().max(1));
        self.replace(session, old_parts, Some(note))
            .inspect_err(|_| drop(session.batch("ROLLBACK")))?;
        Ok(session.batch("COMMIT")?)
    }

    /// Forgets the parts, and notes that all of it is done where the same attempt may come back to it.
    fn end(&self, session: &mut Session, note: &Note, may_come_back: bool) -> Result<(), HookError> {
        let done = Note {
            fingerprint: note.fingerprint.clone(),
            complete: true,
            key: None,
            parts: note.parts.clone(),
        };
        session.batch("BEGIN")?;
        self.replace(session, note.parts.len().max(1), may_come_back.then_some(&done))
            .inspect_err(|_| drop(session.batch("ROLLBACK")))?;
        Ok(session.batch("COMMIT")?)
    }

    fn replace(&self, session: &mut Session, parts: usize, note: Option<&Note>) -> Result<(), HookError> {
        for number in 0..parts {
            self.ledger
                .set_checkpoint(session, self.slug, &self.part_key(number), None)?;
        }
        let value = note.map(serde_json::to_value).transpose();
        let value = value.map_err(|error| HookError::new(error.to_string()))?;
        Ok(self
            .ledger
            .set_checkpoint(session, self.slug, self.key, value.as_ref())?)
    }

    /// How many rows a part wrote, where it is done.
    fn part(&self, session: &mut Session, number: usize) -> Result<Option<u64>, HookError> {
        let value = self
            .ledger
            .checkpoint(session, self.slug, &self.part_key(number))?;
        Ok(value.map(|value| value.get("rows").and_then(Value::as_u64).unwrap_or_default()))
    }

    fn done(&self, session: &mut Session, number: usize, rows: u64) -> Result<(), HookError> {
        let value = json!({ "rows": rows });
        Ok(self
            .ledger
            .set_checkpoint(session, self.slug, &self.part_key(number), Some(&value))?)
    }
}

/// Tells how far it is.
struct Teller {
    migration: String,
    done: usize,
    of: usize,
    begun: Instant,
}

impl Teller {
    fn of(scope: &HookScope<'_>, of: usize, begun: Instant) -> Teller {
        Teller {
            migration: scope.context.migration.clone().unwrap_or_default(),
            done: 0,
            of,
            begun,
        }
    }

    fn one_more(&mut self, observer: &dyn crate::event::Observer) {
        self.tell(observer, self.done + 1);
    }

    fn tell(&mut self, observer: &dyn crate::event::Observer, done: usize) {
        self.done = done;
        observer.tell(&Event::Progress {
            migration: self.migration.clone(),
            what: "backfill".to_owned(),
            done: done as u64,
            of: Some(self.of as u64),
            unit: "batches".to_owned(),
            elapsed_ms: u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
    }
}
