//! One runner at a time.
//!
//! The lock is an advisory one of the session that does the work: it ends with that session, whatever ends it. It is asked
//! for again and again and never waited for inside the server: a waiting session would hold a snapshot, and a concurrent
//! index build of the runner that holds the lock would wait for that.

use std::time::{Duration, Instant};

use confiture_postgres::Session;
use sha2::{Digest as _, Sha256};

use crate::error::{ErrorKind, MigrateError, Result};
use crate::event::{Event, LockHolder, Observer};
use crate::interrupt::Interrupt;
use crate::settings::Settings;

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// How often it is told that somebody waits.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// The advisory lock of one ledger.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunnerLock {
    key: i64,
}

impl RunnerLock {
    /// The lock of the ledger with the names of these settings.
    pub(crate) fn of(settings: &Settings) -> RunnerLock {
        let names = &settings.ledger;
        let schema = names.schema.as_ref().map_or("", |schema| schema.as_str());
        let text = format!("confiture migrations\0{schema}\0{}", names.table.as_str());
        let digest = Sha256::digest(text.as_bytes());
        let mut key = [0; 8];
        for (to, from) in key.iter_mut().zip(digest) {
            *to = from;
        }
        RunnerLock {
            key: i64::from_be_bytes(key),
        }
    }

    /// Does something while no other runner is at work.
    pub(crate) fn during<T>(
        self,
        session: &mut Session,
        settings: &Settings,
        observer: &dyn Observer,
        interrupt: &Interrupt,
        work: impl FnOnce(&mut Session) -> Result<T>,
    ) -> Result<T> {
        self.take(session, settings, observer, interrupt)?;
        let done = work(session);
        self.release(session);
        done
    }

    /// Takes it, waiting as long as the settings allow.
    pub(super) fn take(
        self,
        session: &mut Session,
        settings: &Settings,
        observer: &dyn Observer,
        interrupt: &Interrupt,
    ) -> Result<()> {
        let began = Instant::now();
        let mut told: Option<Instant> = None;
        loop {
            if self.try_take(session)? {
                return Ok(());
            }
            if interrupt.is_asked() {
                return Err(MigrateError::new(
                    ErrorKind::Interrupted,
                    "stopped while waiting for another runner; nothing was done",
                ));
            }
            if began.elapsed() >= settings.wait_for_runner {
                return Err(held(self.holder(session)?, began.elapsed()));
            }
            if told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
                told = Some(Instant::now());
                observer.tell(&Event::WaitingForRunner {
                    holder: self.holder(session)?,
                    waited_ms: milliseconds(began.elapsed()),
                });
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn try_take(self, session: &mut Session) -> Result<bool> {
        let row = session
            .query_one("SELECT pg_catalog.pg_try_advisory_lock($1)", &[&self.key])
            .map_err(|error| {
                MigrateError::sql(
                    ErrorKind::Ledger,
                    "the lock of the runner can't be asked for",
                    error,
                )
            })?;
        Ok(row.get(0))
    }

    /// Gives it back. A session that is gone has done so.
    pub(super) fn release(self, session: &mut Session) {
        let _ = session.execute("SELECT pg_catalog.pg_advisory_unlock($1)", &[&self.key]);
    }

    /// Who has it.
    fn holder(self, session: &mut Session) -> Result<Option<LockHolder>> {
        let bytes = self.key.to_be_bytes();
        let half = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0_i64, |value, byte| value << 8 | i64::from(*byte))
        };
        let (high, low) = bytes.split_at(4);
        let rows = session
            .query(
                "SELECT a.pid, a.usename::text, a.application_name, a.client_addr::text,
                        pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')
                 FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
                 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
                   AND l.classid::bigint = $1 AND l.objid::bigint = $2
                   AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
                &[&half(high), &half(low)],
            )
            .map_err(|error| MigrateError::sql(ErrorKind::Ledger, "nobody can say who holds the lock", error))?;
        Ok(rows.first().map(|row| LockHolder {
            pid: row.get(0),
            user: row.get(1),
            application: row.get::<_, Option<String>>(2).filter(|name| !name.is_empty()),
            client: row.get(3),
            since: row.get(4),
        }))
    }
}

fn held(holder: Option<LockHolder>, waited: Duration) -> MigrateError {
    let who = holder.map_or_else(
        || "another runner".to_owned(),
        |holder| {
            let mut who = format!("another runner, process {} of the server", holder.pid);
            for (word, value) in [
                ("user", holder.user),
                ("application", holder.application),
                ("client", holder.client),
                ("connected since", holder.since),
            ] {
                if let Some(value) = value {
                    who.push_str(&format!(", {word} {value}"));
                }
            }
            who
        },
    );
    MigrateError::new(
        ErrorKind::LockHeld,
        format!("{who} is at work on this database; waited {} s", waited.as_secs()),
    )
    .help("wait until it is through, or wait longer with --wait")
}

/// Whole milliseconds.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
