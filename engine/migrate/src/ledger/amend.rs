//! Setting the ledger right without running anything: by [`crate::baseline`] and [`crate::repair`] alone.

use confiture_postgres::Session;

use super::Ledger;
use super::refused::refused_at;
use super::text::storable;
use super::write::NOT_WRITTEN;
use crate::error::{ErrorKind, MigrateError, Result};

/// A row for the table with what is applied.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) slug: &'a str,
    pub(crate) version: &'a str,
    pub(crate) name: &'a str,
    pub(crate) checksum: Option<&'a str>,
    /// In RFC 3339; `None`: now.
    pub(crate) applied_at: Option<&'a str>,
    pub(crate) execution_time_ms: Option<i64>,
    pub(crate) applied_by: Option<&'a str>,
}

impl Ledger {
    /// Does several things or none.
    pub(crate) fn in_transaction<T>(
        &self,
        session: &mut Session,
        work: impl FnOnce(&mut Session) -> Result<T>,
    ) -> Result<T> {
        let failed = |error| MigrateError::sql(ErrorKind::Ledger, NOT_WRITTEN, error);
        session.batch("BEGIN").map_err(failed)?;
        let done = work(session).and_then(|value| session.batch("COMMIT").map(|()| value).map_err(failed));
        if done.is_err() {
            // The failure is what counts; a session that is gone has nothing open.
            let _ = session.batch("ROLLBACK");
        }
        done
    }

    /// Adds a row to what is applied, or renews it.
    pub(crate) fn put(&self, session: &mut Session, entry: &Entry<'_>) -> Result<()> {
        let place = self.place(session)?;
        let table = &place.table;
        let sql = format!(
            "WITH renewed AS (UPDATE {table} SET slug = $1::text, name = $3::text, checksum = $4::text, \
                 applied_at = COALESCE($5::text::timestamptz, pg_catalog.clock_timestamp()), \
                 execution_time_ms = $6::integer, applied_by = $7::text WHERE version = $2::text RETURNING 1) \
             INSERT INTO {table} (slug, version, name, checksum, applied_at, execution_time_ms, applied_by) \
             SELECT $1::text, $2::text, $3::text, $4::text, \
                 COALESCE($5::text::timestamptz, pg_catalog.clock_timestamp()), $6::integer, $7::text \
             WHERE NOT EXISTS (SELECT FROM renewed)"
        );
        let milliseconds = entry
            .execution_time_ms
            .map(|ms| i32::try_from(ms).unwrap_or(i32::MAX));
        let applied_by = entry.applied_by.map(|who| storable(who, place.is_utf8));
        let parameters: [&(dyn confiture_postgres::ToSql + Sync); 7] = [
            &entry.slug,
            &entry.version,
            &entry.name,
            &entry.checksum,
            &entry.applied_at,
            &milliseconds,
            &applied_by,
        ];
        self.amend(session, &sql, &parameters)
    }

    /// Takes a row away from what is applied.
    pub(crate) fn take(&self, session: &mut Session, version: &str) -> Result<()> {
        let sql = format!("DELETE FROM {} WHERE version = $1", self.place(session)?.table);
        self.amend(session, &sql, &[&version])
    }

    /// Lets a row have another checksum.
    pub(crate) fn set_checksum(&self, session: &mut Session, version: &str, checksum: &str) -> Result<()> {
        let table = &self.place(session)?.table;
        let sql = format!("UPDATE {table} SET checksum = $2 WHERE version = $1");
        self.amend(session, &sql, &[&version, &checksum])
    }

    /// Gives up what was begun of a migration.
    pub(crate) fn abandon(&self, session: &mut Session, slug: &str) -> Result<()> {
        let sql = format!(
            "UPDATE {} SET status = 'abandoned', \
             finished_at = COALESCE(finished_at, pg_catalog.clock_timestamp()) \
             WHERE slug = $1 AND status IN ('applying', 'partial', 'failed')",
            self.place(session)?.detail("attempt")
        );
        self.amend(session, &sql, &[&slug])
    }

    /// Says in words what a run did.
    pub(crate) fn note(&self, session: &mut Session, run: i64, note: &str) -> Result<()> {
        let place = self.place(session)?;
        let sql = format!("UPDATE {} SET note = $2 WHERE id = $1", place.detail("run"));
        let note = storable(note, place.is_utf8);
        self.amend(session, &sql, &[&run, &note])
    }

    /// What the steps of an attempt did, as far as they are done: statements' first words.
    pub(crate) fn steps_of(&self, session: &mut Session, attempt: i64) -> Result<Vec<String>> {
        let place = self.place(session)?;
        let sql = format!(
            "SELECT what FROM {} WHERE attempt = $1 AND status = 'done' ORDER BY step",
            place.detail("step")
        );
        let rows = session
            .query_prepared(&sql, &[&attempt])
            .map_err(|error| refused_at(place, "the ledger can't be read", error))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn amend(
        &self,
        session: &mut Session,
        sql: &str,
        parameters: &[&(dyn confiture_postgres::ToSql + Sync)],
    ) -> Result<()> {
        let place = self.place(session)?;
        let done = session.execute_prepared(sql, parameters);
        done.map(drop)
            .map_err(|error| refused_at(place, NOT_WRITTEN, error))
    }
}
