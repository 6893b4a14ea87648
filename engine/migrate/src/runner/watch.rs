//! A second pair of eyes: while a statement runs, who stands in its way, and how far it is.
//!
//! The thread sleeps until a statement has run for a while; only then it connects. Short migrations cost nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use confiture_postgres::{Session, SqlError, Target};

use crate::event::{Blocker, Event, Observer};
use crate::interrupt::Interrupt;

/// A statement that takes no longer is nobody's concern.
const SOON: Duration = Duration::from_millis(150);

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How often the same is told again.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// What runs.
#[derive(Debug, Clone)]
struct Current {
    migration: String,
    step: usize,
    started: Instant,
    number: u64,
}

#[derive(Debug, Default)]
struct Shared {
    current: Option<Current>,
    count: u64,
    is_over: bool,
    /// Who was last seen in the way of the current statement.
    blockers: Vec<Blocker>,
    /// For how long the current statement has been seen waiting.
    waited: Duration,
}

#[derive(Debug, Default)]
struct Meeting {
    shared: Mutex<Shared>,
    changed: Condvar,
}

impl Meeting {
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was seen while a statement ran.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Who stood in the way last.
    pub(super) blockers: Vec<Blocker>,
    /// For how long it waited.
    pub(super) waited: Duration,
}

/// Watches the statements of one session.
#[derive(Debug)]
pub(super) struct Watch {
    meeting: Arc<Meeting>,
}

/// Ends the thread, also when the work panics: the scope would wait for it for ever.
struct End<'m>(&'m Meeting);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.lock().is_over = true;
        self.0.changed.notify_one();
    }
}

impl Watch {
    /// Works with a watch; its thread ends with it.
    pub(super) fn during<T>(
        target: &Target,
        backend: i32,
        observer: &dyn Observer,
        interrupt: &Interrupt,
        work: impl FnOnce(&Watch) -> T,
    ) -> T {
        let meeting = Arc::new(Meeting::default());
        std::thread::scope(|scope| {
            let theirs = Arc::clone(&meeting);
            scope.spawn(move || look(&theirs, target, backend, observer, interrupt));
            let _end = End(&meeting);
            work(&Watch {
                meeting: Arc::clone(&meeting),
            })
        })
    }

    /// A statement begins.
    pub(super) fn begin(&self, migration: &str, step: usize) {
        let mut shared = self.meeting.lock();
        shared.count += 1;
        shared.current = Some(Current {
            migration: migration.to_owned(),
            step,
            started: Instant::now(),
            number: shared.count,
        });
        shared.blockers.clear();
        shared.waited = Duration::ZERO;
    }

    /// It ended.
    pub(super) fn end(&self) -> Seen {
        let mut shared = self.meeting.lock();
        shared.current = None;
        Seen {
            blockers: std::mem::take(&mut shared.blockers),
            waited: std::mem::take(&mut shared.waited),
        }
    }
}

/// The thread's work.
fn look(meeting: &Meeting, target: &Target, backend: i32, observer: &dyn Observer, interrupt: &Interrupt) {
    let mut eyes = Eyes {
        session: None,
        backend,
        told: BTreeMap::new(),
    };
    let mut shared = meeting.lock();
    while !shared.is_over {
        let waited = meeting.changed.wait_timeout(shared, LOOK_EVERY);
        shared = waited.unwrap_or_else(PoisonError::into_inner).0;
        let Some(current) = shared
            .current
            .clone()
            .filter(|current| current.started.elapsed() > SOON)
        else {
            continue;
        };
        drop(shared);
        // A request to stop that came between two statements found nothing to cancel.
        if interrupt.is_asked() {
            interrupt.cancel_running();
        }
        // What can't be seen isn't told; the statement goes on all the same.
        let seen = eyes.look(target, &current, observer).unwrap_or_default();
        shared = meeting.lock();
        let is_same = shared
            .current
            .as_ref()
            .is_some_and(|now| now.number == current.number);
        if is_same && !seen.is_empty() {
            shared.waited = current.started.elapsed();
            shared.blockers = seen;
        }
    }
}

/// A connection of the watch's own, made when it is needed first.
struct Eyes {
    session: Option<Session>,
    backend: i32,
    /// When what was told last, by the statement's number and the kind.
    told: BTreeMap<(u64, String), Instant>,
}

impl Eyes {
    fn look(
        &mut self,
        target: &Target,
        current: &Current,
        observer: &dyn Observer,
    ) -> Result<Vec<Blocker>, SqlError> {
        if self.session.is_none() {
            self.session = Session::open(target).ok();
        }
        let Some(session) = &mut self.session else {
            return Ok(Vec::new());
        };
        let looked =
            blockers(session, self.backend).and_then(|by| Ok((by, progress(session, self.backend)?)));
        let (by, progress) = match looked {
            Ok(looked) => looked,
            Err(error) => {
                self.session = None;
                return Err(error);
            }
        };
        let elapsed_ms = super::lock::milliseconds(current.started.elapsed());
        if !by.is_empty() && self.is_news(current, "blocked") {
            observer.tell(&Event::Blocked {
                migration: current.migration.clone(),
                step: current.step,
                by: by.clone(),
                waited_ms: elapsed_ms,
            });
        }
        for (what, done, of, unit) in progress {
            observer.tell(&Event::Progress {
                migration: current.migration.clone(),
                what,
                done,
                of: Some(of).filter(|of| *of > 0),
                unit,
                elapsed_ms,
            });
        }
        Ok(by)
    }

    fn is_news(&mut self, current: &Current, kind: &str) -> bool {
        let key = (current.number, kind.to_owned());
        let is_news = self
            .told
            .get(&key)
            .is_none_or(|told| told.elapsed() >= TELL_EVERY);
        if is_news {
            self.told.retain(|(number, _), _| *number == current.number);
            self.told.insert(key, Instant::now());
        }
        is_news
    }
}

/// Who stands in the way of a backend.
pub(super) fn blockers(session: &mut Session, backend: i32) -> Result<Vec<Blocker>, SqlError> {
    let rows = session.query(
        r"SELECT a.pid, a.usename::text, a.application_name, a.client_addr::text, a.state,
                pg_catalog.left(pg_catalog.regexp_replace(a.query, '\s+', ' ', 'g'), 120),
                (EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.xact_start) * 1000)::bigint
         FROM pg_catalog.pg_stat_activity a
         WHERE a.pid = ANY (pg_catalog.pg_blocking_pids($1)) ORDER BY a.xact_start NULLS LAST, a.pid",
        &[&backend],
    )?;
    let text = |value: Option<String>| value.filter(|value| !value.is_empty());
    Ok(rows
        .iter()
        .map(|row| Blocker {
            pid: row.get(0),
            user: row.get(1),
            application: text(row.get(2)),
            client: row.get(3),
            state: row.get(4),
            query: text(row.get(5)),
            age_ms: row
                .get::<_, Option<i64>>(6)
                .map(|age| u64::try_from(age).unwrap_or(0)),
        })
        .collect())
}

/// Whether none of these sessions has the transaction open that it had: each is gone, idle, or in a younger one.
pub(super) fn are_gone(
    session: &mut Session,
    blockers: &[Blocker],
    waited: Duration,
) -> Result<bool, SqlError> {
    for blocker in blockers {
        let older_than = blocker
            .age_ms
            .unwrap_or(0)
            .saturating_add(super::lock::milliseconds(waited));
        let rows = session.query(
            "SELECT FROM pg_catalog.pg_stat_activity a
             WHERE a.pid = $1 AND a.xact_start < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => $2)",
            // Half a second less: the two clocks of an age were read at different moments.
            &[&blocker.pid, &((older_than as f64 / 1000.0) - 0.5).max(0.0)],
        )?;
        if !rows.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// How far a backend says it is: what it does, how much is done, of how much, of what.
fn progress(session: &mut Session, backend: i32) -> Result<Vec<(String, u64, u64, String)>, SqlError> {
    let rows = session.query(
        "SELECT pg_catalog.lower(command) || ' on ' || relid::regclass::text || ': ' || phase,
                CASE WHEN blocks_total > 0 THEN blocks_done ELSE tuples_done END,
                CASE WHEN blocks_total > 0 THEN blocks_total ELSE tuples_total END,
                CASE WHEN blocks_total > 0 THEN 'blocks' ELSE 'rows' END
         FROM pg_catalog.pg_stat_progress_create_index WHERE pid = $1
         UNION ALL
         SELECT 'vacuum of ' || relid::regclass::text || ': ' || phase, heap_blks_scanned, heap_blks_total, 'blocks'
         FROM pg_catalog.pg_stat_progress_vacuum WHERE pid = $1
         UNION ALL
         SELECT pg_catalog.lower(command) || ' of ' || relid::regclass::text || ': ' || phase, heap_blks_scanned,
                heap_blks_total, 'blocks'
         FROM pg_catalog.pg_stat_progress_cluster WHERE pid = $1
         UNION ALL
         SELECT 'analyze of ' || relid::regclass::text || ': ' || phase, sample_blks_scanned, sample_blks_total, 'blocks'
         FROM pg_catalog.pg_stat_progress_analyze WHERE pid = $1",
        &[&backend],
    )?;
    let copies = if session.major() >= 14 {
        copy_progress(session, backend)?
    } else {
        Vec::new()
    };
    let count = |value: Option<i64>| u64::try_from(value.unwrap_or(0)).unwrap_or(0);
    let seen = rows.iter().map(|row| {
        (
            row.get::<_, Option<String>>(0).unwrap_or_default(),
            count(row.get(1)),
            count(row.get(2)),
            row.get::<_, String>(3),
        )
    });
    Ok(seen.chain(copies).collect())
}

/// As [`progress`], of COPY; the server tells since 14.
fn copy_progress(session: &mut Session, backend: i32) -> Result<Vec<(String, u64, u64, String)>, SqlError> {
    let rows = session.query(
        "SELECT pg_catalog.lower(command) || ' of ' || COALESCE(NULLIF(relid, 0)::regclass::text, 'a query'), tuples_processed
         FROM pg_catalog.pg_stat_progress_copy WHERE pid = $1",
        &[&backend],
    )?;
    Ok(rows
        .iter()
        .map(|row| {
            let done = u64::try_from(row.get::<_, i64>(1)).unwrap_or(0);
            (row.get(0), done, 0, "rows".to_owned())
        })
        .collect())
}
