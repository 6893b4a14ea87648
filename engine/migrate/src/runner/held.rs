//! Which locks a migration holds that others may wait for, and since when.
//!
//! They are looked at from another session: what the transaction created is not visible there, what it dropped still is. A
//! transaction that takes less than [`WORTH_KNOWING`] isn't looked at.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use confiture_postgres::{Session, SqlError, Target};

use crate::event::LockHeld;

/// Locks held for less than this are not reported.
const WORTH_KNOWING: Duration = Duration::from_millis(5);

/// What one transaction holds, as far as it was looked at.
#[derive(Debug)]
pub(super) struct Held {
    began: Instant,
    looked: Instant,
    locks: BTreeMap<(String, String), Lock>,
    waited: Duration,
}

#[derive(Debug)]
struct Lock {
    /// It was granted at this moment or later.
    since: Instant,
    waited: Duration,
}

impl Held {
    /// A transaction begins.
    pub(super) fn new() -> Held {
        let now = Instant::now();
        Held {
            began: now,
            looked: now,
            locks: BTreeMap::new(),
            waited: Duration::ZERO,
        }
    }

    /// The statement before this moment waited so long for a lock.
    pub(super) fn waited(&mut self, waited: Duration) {
        self.waited = self.waited.max(waited);
    }

    /// Looks, if there may be something new that is worth it.
    pub(super) fn look(&mut self, eyes: &mut Option<Session>, target: &Target, backend: i32) {
        if self.looked.elapsed() < WORTH_KNOWING {
            return;
        }
        // What can't be seen isn't reported; the migration goes on all the same.
        let Some(session) = open(eyes, target) else { return };
        match locks(session, backend) {
            Ok(found) => {
                for lock in found {
                    let (since, waited) = (self.looked + self.waited, self.waited);
                    self.locks.entry(lock).or_insert(Lock { since, waited });
                }
            }
            Err(_) => *eyes = None,
        }
        self.looked = Instant::now();
        self.waited = Duration::ZERO;
    }

    /// The transaction is over.
    pub(super) fn end(self) -> Vec<LockHeld> {
        if self.began.elapsed() < WORTH_KNOWING {
            return Vec::new();
        }
        self.locks
            .into_iter()
            .map(|((relation, mode), lock)| LockHeld {
                relation,
                mode,
                held_ms: super::lock::milliseconds(lock.since.elapsed()),
                waited_ms: super::lock::milliseconds(lock.waited),
            })
            .collect()
    }
}

/// The session that looks, connected when it is needed first.
pub(super) fn open<'s>(eyes: &'s mut Option<Session>, target: &Target) -> Option<&'s mut Session> {
    if eyes.as_ref().is_none_or(Session::is_closed) {
        *eyes = Session::open(target).ok();
    }
    eyes.as_mut()
}

/// Locks on relations that stand in the way of somebody who writes, reads or alters.
fn locks(session: &mut Session, backend: i32) -> Result<Vec<(String, String)>, SqlError> {
    let rows = session.query(
        "SELECT l.relation::regclass::text, l.mode
         FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
         WHERE l.pid = $1 AND l.granted AND l.locktype = 'relation' AND c.relnamespace <> 'pg_catalog'::regnamespace
           AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
           AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                          'AccessExclusiveLock')",
        &[&backend],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
