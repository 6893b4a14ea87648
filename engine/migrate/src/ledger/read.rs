//! Reading the ledger.

use std::collections::{BTreeMap, BTreeSet};

use confiture_postgres::Session;

use super::place::{self, FoundTable, Place};
use super::refused::refused_at;
use super::{Applied, Earlier, Ledger, Recorded, Unfinished, Way};
use crate::error::{ErrorKind, MigrateError, Result};

/// RFC 3339, in UTC.
const MOMENT: &str = r#"'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"#;

/// See [`Ledger::read`].
pub(super) fn read(ledger: &Ledger, session: &mut Session) -> Result<Recorded> {
    let found = place::find(&ledger.names, session)?;
    let mut recorded = Recorded::default();
    if let Some(table) = &found.table {
        recorded.exists = true;
        recorded.applied = applied(&found.place_at(&table.name), table, session)?;
    }
    if let Some(place) = found.place() {
        let (unfinished, failed) = unfinished(&place, session)?;
        recorded.failed = failed;
        recorded.unfinished = unfinished;
        ledger.place.get_or_init(|| place);
    }
    Ok(recorded)
}

/// See [`Ledger::earlier`].
pub(super) fn earlier(place: &Place, session: &mut Session, attempt: i64) -> Result<Earlier> {
    let sql = format!(
        "SELECT rows, CASE WHEN kind <> 'statement' THEN what END, statistics::text FROM {} \
         WHERE attempt = $1 ORDER BY step",
        place.detail("step")
    );
    let rows = session
        .query(&sql, &[&attempt])
        .map_err(|error| refused_at(place, "the ledger can't be read", error))?;
    let mut earlier = Earlier::default();
    for row in &rows {
        let count: Option<i64> = row.get(0);
        earlier.rows += count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        let statistics: Option<&str> = row.get(2);
        // Statistics of another form are none that a later hook could read.
        let value = statistics.and_then(|text| serde_json::from_str(text).ok());
        if let (Some(hook), Some(value @ serde_json::Value::Object(_))) =
            (row.get::<_, Option<String>>(1), value)
        {
            earlier.statistics.insert(hook, value);
        }
    }
    Ok(earlier)
}

/// What is applied. The original's table is read in whichever form it has.
fn applied(place: &Place, table: &FoundTable, session: &mut Session) -> Result<Vec<Applied>> {
    for needed in ["version", "applied_at"] {
        if !table.columns.contains(needed) {
            return Err(another_shape(table, needed));
        }
    }
    let rows = session
        .query(&applied_sql(&place.table, &table.columns), &[])
        .map_err(|error| refused_at(place, "the ledger can't be read", error))?;
    let applied = rows.iter().map(|row| Applied {
        slug: row.get(0),
        version: row.get(1),
        name: row.get(2),
        applied_at: row.get(3),
        execution_time_ms: row.get(4),
        checksum: row.get(5),
        applied_by: row.get(6),
        number: row.get(7),
    });
    Ok(applied.collect())
}

fn applied_sql(table: &str, columns: &BTreeSet<String>) -> String {
    let or = |column: &str, is_there: &str, otherwise: &str| -> String {
        let chosen = if columns.contains(column) {
            is_there
        } else {
            otherwise
        };
        chosen.to_owned()
    };
    let name = or("name", "COALESCE(name::text, version::text)", "version::text");
    let slug = or(
        "slug",
        "COALESCE(slug::text, version::text)",
        &format!("version::text || '_' || {name}"),
    );
    let number = or(
        "pk_confiture",
        "pk_confiture::bigint",
        "pg_catalog.row_number() OVER (ORDER BY applied_at, version)",
    );
    let milliseconds = or("execution_time_ms", "execution_time_ms::bigint", "NULL::bigint");
    let checksum = or("checksum", "checksum::text", "NULL::text");
    let applied_by = or("applied_by", "applied_by::text", "NULL::text");
    format!(
        "SELECT {slug}, version::text, {name}, \
         pg_catalog.to_char(applied_at::timestamptz AT TIME ZONE 'UTC', {MOMENT}), \
         {milliseconds}, {checksum}, {applied_by}, {number} AS number \
         FROM {table} ORDER BY number"
    )
}

fn another_shape(table: &FoundTable, missing: &str) -> MigrateError {
    let message = format!("{} is not a ledger: it has no column `{missing}`", table.name);
    MigrateError::new(ErrorKind::Ledger, message)
        .help("let the ledger have another place: `migrations: {schema: …}` or `migrations: {table: …}`")
}

type BySlug = BTreeMap<String, Unfinished>;

/// The newest attempt of each migration, where that one didn't come to its end: those that left something, and the others.
///
/// Somebody may have set the table right by hand, or with the original: what is applied isn't half applied (but a
/// repeatable migration, whose version is its slug, may be on its way again), and what isn't applied isn't half reverted.
fn unfinished(place: &Place, session: &mut Session) -> Result<(BySlug, BySlug)> {
    let sql = format!(
        "SELECT id, slug, way, checksum, plan_hash, steps_done::bigint, in_doubt, steps::bigint, started, error \
         FROM (SELECT DISTINCT ON (slug) *, \
                   pg_catalog.to_char(started_at AT TIME ZONE 'UTC', {MOMENT}) AS started \
               FROM {} ORDER BY slug, id DESC) newest \
         WHERE status IN ('applying', 'failed', 'partial') \
             AND ((way = 'up' AND version = slug) \
                  OR (way = 'down') = EXISTS (SELECT FROM {} t WHERE t.version = newest.version))",
        place.detail("attempt"),
        place.table
    );
    let rows = session
        .query(&sql, &[])
        .map_err(|error| refused_at(place, "the ledger can't be read", error))?;
    let all = rows.iter().map(|row| Unfinished {
        attempt: row.get(0),
        slug: row.get(1),
        direction: match row.get::<_, &str>(2) {
            "down" => Way::Down,
            _ => Way::Up,
        },
        checksum: row.get(3),
        plan_hash: row.get(4),
        steps_done: count(row.get(5)),
        in_doubt: row.get(6),
        steps: count(row.get(7)),
        started_at: row.get(8),
        error: row.get(9),
    });
    let by_slug = all.map(|attempt| (attempt.slug.clone(), attempt));
    Ok(by_slug.partition(|(_, attempt)| attempt.left_something()))
}

fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}
