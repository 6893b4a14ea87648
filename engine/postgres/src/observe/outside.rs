//! Observing a statement that can't run in a transaction: it runs in a session of its own, while
//! others hold it up wherever it can be made to wait, and its locks are read again and again.

use std::collections::BTreeSet;
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use super::relations::{Relation, Relations, relations};
use super::statistics::{Counters, Marker, Reads};
use super::{LockMode, Method, Modes, ObserveError, Observed, RelationKind, Wait, conclude};
use crate::error::SqlError;
use crate::session::Session;

/// How long a statement may wait for something that none of the holders holds.
const STUCK_LIMIT: Duration = Duration::from_secs(60);

/// With more tables than this, one pair of sessions holds the locks of all, to spare connections.
const TABLES_HELD_SEPARATELY: usize = 16;

pub(super) fn observe(
    session: &mut Session,
    statement: &str,
    before: &Relations,
) -> Result<Observed, ObserveError> {
    let mut observer = session.sibling()?;
    let mut runner = session.sibling()?;
    copy_settings(session, &mut runner)?;
    // What others counted until now must have arrived, or it would look like this statement's.
    Marker::now(&mut observer)?.end_and_wait(session.sibling()?, &mut observer)?;
    let earlier = Reads::now(&mut observer, before, Counters::Reported)?;

    let holders = hold(session, before)?;
    let mut watch = Watch {
        before,
        modes: Modes::new(),
        waits: BTreeSet::new(),
    };
    watch.run(&mut runner, statement, &mut observer, holders)?;

    Marker::now(&mut observer)?.end_and_wait(runner, &mut observer)?;
    let reads = Reads::now(&mut observer, before, Counters::Reported)?.since(&earlier);
    let after = relations(&mut observer)?;
    let waits = watch.waits.into_iter().collect();
    Ok(conclude(
        Method::Outside,
        statement,
        before,
        &after,
        &watch.modes,
        &reads,
        waits,
    ))
}

/// Gives `to` the settings that were made in `from` since it began (search_path, lock_timeout …).
fn copy_settings(from: &mut Session, to: &mut Session) -> Result<(), SqlError> {
    let settings = from.query(
        "SELECT name, pg_catalog.current_setting(name) FROM pg_catalog.pg_settings WHERE source = 'session'",
        &[],
    )?;
    for row in settings {
        let (name, value): (String, String) = (row.get(0), row.get(1));
        to.query("SELECT pg_catalog.set_config($1, $2, false)", &[&name, &value])?;
    }
    Ok(())
}

/// How a session is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// It has a lock on each of some tables that readers and writers have.
    Locks,
    /// It has such locks, and since the savepoint others that keep maintenance away.
    LocksSinceSavepoint,
    /// It has an old snapshot.
    Snapshot,
}

/// A session with an open transaction that makes others wait.
struct Holder {
    session: Session,
    hold: Hold,
}

impl Holder {
    fn begin(session: &Session, statements: &str, hold: Hold) -> Result<Self, ObserveError> {
        let mut holder = session.sibling()?;
        holder.batch(statements)?;
        Ok(Self {
            session: holder,
            hold,
        })
    }

    /// Lets go a little: the locks since the savepoint if one of them is what is waited for.
    fn release(mut self, waited: Waited) -> Result<Option<Self>, SqlError> {
        if self.hold == Hold::LocksSinceSavepoint && waited == Waited::ForLock {
            self.session.batch("ROLLBACK TO held")?;
            self.hold = Hold::Locks;
            return Ok(Some(self));
        }
        self.session.close();
        Ok(None)
    }
}

/// What a process waits for: a lock, or the end of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waited {
    ForLock,
    ForTransaction,
}

/// Sessions that let nothing but reads and writes pass: on each table one with a reader's lock and
/// one with a writer's and, since a savepoint, with one that makes maintenance wait; one that
/// holds up the removal of an index while the index is locked; and one with a snapshot alone.
fn hold(session: &Session, before: &Relations) -> Result<Vec<Holder>, ObserveError> {
    let tables: Vec<&Relation> = before
        .iter()
        .filter(|relation| relation.kind.has_rows() || relation.kind == RelationKind::PartitionedTable)
        .collect();
    let group_size = if tables.len() > TABLES_HELD_SEPARATELY {
        tables.len()
    } else {
        1
    };
    let mut holders = Vec::new();
    for group in tables.chunks(group_size) {
        let lock = |mode| {
            group
                .iter()
                .map(|table| hold_statement(table, mode))
                .collect::<String>()
        };
        let reader = format!("BEGIN; {}", lock("ACCESS SHARE"));
        let writer = format!(
            "BEGIN; {} SAVEPOINT held; {}",
            lock("ROW EXCLUSIVE"),
            lock("SHARE UPDATE EXCLUSIVE")
        );
        holders.push(Holder::begin(session, &writer, Hold::LocksSinceSavepoint)?);
        holders.push(Holder::begin(session, &reader, Hold::Locks)?);
    }
    // Dropping an index ends by removing its row from this catalog, if it has one.
    let catalog = "BEGIN; LOCK TABLE pg_catalog.pg_inherits IN SHARE MODE";
    holders.push(Holder::begin(session, catalog, Hold::Locks)?);
    let snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1";
    holders.push(Holder::begin(session, snapshot, Hold::Snapshot)?);
    Ok(holders)
}

/// LOCK doesn't take materialized views; planning a query that reads nothing locks them for reading.
fn hold_statement(table: &Relation, mode: &str) -> String {
    let name = table.quoted();
    match table.kind {
        RelationKind::MaterializedView => format!("SELECT FROM {name} LIMIT 0; "),
        _ => format!("LOCK TABLE ONLY {name} IN {mode} MODE; "),
    }
}

/// What has been seen so far.
struct Watch<'a> {
    before: &'a Relations,
    modes: Modes,
    waits: BTreeSet<Wait>,
}

impl Watch<'_> {
    /// Runs the statement and lets it go on, hold by hold, until it ends.
    fn run(
        &mut self,
        runner: &mut Session,
        statement: &str,
        observer: &mut Session,
        mut holders: Vec<Holder>,
    ) -> Result<(), ObserveError> {
        let process = runner.backend_pid();
        let cancel = runner.canceller();
        std::thread::scope(|scope| {
            let running = scope.spawn(|| runner.batch(statement));
            let watched = self.watch(&running, process, observer, &mut holders);
            if watched.is_err() {
                // Without this the statement, and so the scope, might never end.
                holders.clear();
                // A statement that has just ended needs none.
                let _ = cancel.cancel();
            }
            let ended = running
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            watched.and(ended.map_err(ObserveError::from))
        })
    }

    fn watch(
        &mut self,
        running: &ScopedJoinHandle<'_, Result<(), SqlError>>,
        process: i32,
        observer: &mut Session,
        holders: &mut Vec<Holder>,
    ) -> Result<(), ObserveError> {
        let mut last_release = Instant::now();
        while !running.is_finished() {
            let blockers = self.look(process, observer)?;
            // A session that waits for no lock of these holders is let alone.
            let Some(index) = holders
                .iter()
                .position(|holder| blockers.contains(&holder.session.backend_pid()))
            else {
                if last_release.elapsed() > STUCK_LIMIT {
                    return Err(ObserveError::Stuck(STUCK_LIMIT.as_secs()));
                }
                continue;
            };
            // It may have come to wait after its locks were read; now it stays where it is.
            self.look(process, observer)?;
            let waited = self.note_wait(process, observer, holders[index].hold)?;
            let holder = holders.remove(index).release(waited)?;
            holders.extend(holder);
            last_release = Instant::now();
        }
        Ok(())
    }

    /// Notes the locks of the process and gives the processes that it waits for.
    fn look(&mut self, process: i32, observer: &mut Session) -> Result<Vec<i32>, SqlError> {
        let rows = observer.query(
            "SELECT relation, mode FROM pg_catalog.pg_locks WHERE pid = $1 AND locktype = 'relation'
             UNION ALL SELECT NULL, b::text FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids($1)) AS b",
            &[&process],
        )?;
        let mut blockers = Vec::new();
        for row in rows {
            let (relation, text): (Option<u32>, &str) = (row.get(0), row.get(1));
            match (relation, text.parse::<LockMode>()) {
                (Some(relation), Ok(mode)) => {
                    let strongest = self.modes.entry(relation).or_insert(mode);
                    *strongest = mode.max(*strongest);
                }
                _ => blockers.extend(text.parse::<i32>()),
            }
        }
        Ok(blockers)
    }

    /// Notes and gives what the process waits for at this moment.
    fn note_wait(&mut self, process: i32, observer: &mut Session, hold: Hold) -> Result<Waited, SqlError> {
        let rows = observer.query(
            "SELECT relation, mode FROM pg_catalog.pg_locks WHERE pid = $1 AND NOT granted",
            &[&process],
        )?;
        let Some(row) = rows.first() else {
            return Ok(Waited::ForTransaction);
        };
        let (relation, mode): (Option<u32>, &str) = (row.get(0), row.get(1));
        let Some(oid) = relation else {
            self.waits.insert(if hold == Hold::Snapshot {
                Wait::OlderSnapshots
            } else {
                Wait::LockHolders
            });
            return Ok(Waited::ForTransaction);
        };
        if let (Some(relation), Ok(mode)) = (self.before.get(oid), mode.parse()) {
            self.waits.insert(Wait::Lock {
                relation: relation.to_string(),
                mode,
            });
        }
        Ok(Waited::ForLock)
    }
}
