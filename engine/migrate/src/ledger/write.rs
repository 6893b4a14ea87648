//! Writing the ledger. Every function is one round trip, and its statement is prepared once for each session.

use confiture_postgres::Session;

use super::place::Place;
use super::refused::refused_at;
use super::text::{json, storable};
use super::{Completion, FailureRecord, RunInfo, StepRecord, Way};
use crate::error::{ErrorKind, MigrateError, Result};
use crate::history::Migration;

pub(super) const NOT_WRITTEN: &str = "the ledger can't be written";

/// Rows of the table of steps, from JSON; `$attempt` is the attempt's number.
fn insert_steps(place: &Place, attempt: &str, parameter: &str) -> String {
    format!(
        "INSERT INTO {} (attempt, step, kind, what, status, rows, duration_ms, statistics, message) \
         SELECT {attempt}, s.step, s.kind, s.what, s.status, s.rows, s.duration_ms, s.statistics, s.message \
         FROM pg_catalog.jsonb_to_recordset({parameter}::text::jsonb) AS s(step integer, kind text, what text, \
         status text, rows bigint, duration_ms double precision, statistics jsonb, message text)",
        place.detail("step")
    )
}

/// Numbers of the ledger are smaller than the server's; what is larger is as large as can be.
fn int(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn big(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Whole milliseconds; the conversion keeps to the limits of the type.
fn milliseconds(duration_ms: f64) -> i32 {
    duration_ms.round() as i32
}

pub(super) fn begin_run(place: &Place, session: &mut Session, run: &RunInfo) -> Result<i64> {
    let sql = format!(
        "INSERT INTO {} (command, environment, applied_by, host, git_commit, tool_version, plan_hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        place.detail("run")
    );
    let storable = |text: &str| storable(text, place.is_utf8);
    let applied_by = storable(&run.applied_by);
    let host = run.applied_by.rsplit_once('@').map(|(_, host)| storable(host));
    let environment = run.environment.as_deref().map(storable);
    let rows = session
        .query_prepared(
            &sql,
            &[
                &run.command,
                &environment,
                &applied_by,
                &host,
                &run.git_commit,
                &run.tool_version,
                &run.plan_hash,
            ],
        )
        .map_err(|error| refused_at(place, NOT_WRITTEN, error))?;
    Ok(rows.first().map(|row| row.get(0)).unwrap_or_default())
}

pub(super) fn end_run(place: &Place, session: &mut Session, run: i64, succeeded: bool) -> Result<()> {
    let sql = format!(
        "UPDATE {} SET finished_at = pg_catalog.clock_timestamp(), succeeded = $2 WHERE id = $1",
        place.detail("run")
    );
    execute(place, session, &sql, &[&run, &succeeded]).map(drop)
}

pub(super) fn begin_attempt(
    place: &Place,
    session: &mut Session,
    run: i64,
    migration: &Migration,
    way: Way,
    plan_hash: &str,
    steps: usize,
) -> Result<i64> {
    let sql = format!(
        "WITH earlier AS (UPDATE {attempt} SET status = 'abandoned', \
             finished_at = COALESCE(finished_at, pg_catalog.clock_timestamp()) \
             WHERE slug = $2 AND status IN ('applying', 'partial')) \
         INSERT INTO {attempt} (run, slug, version, way, status, plan_hash, checksum, steps) \
         VALUES ($1, $2, $3, $4, 'applying', $5, $6, $7) RETURNING id",
        attempt = place.detail("attempt")
    );
    let rows = session
        .query_prepared(
            &sql,
            &[
                &run,
                &migration.slug,
                &migration.version,
                &way.name(),
                &plan_hash,
                &migration.checksum,
                &int(steps),
            ],
        )
        .map_err(|error| refused_at(place, NOT_WRITTEN, error))?;
    Ok(rows.first().map(|row| row.get(0)).unwrap_or_default())
}

pub(super) fn progress(
    place: &Place,
    session: &mut Session,
    attempt: i64,
    steps_done: usize,
    steps: &[StepRecord],
) -> Result<()> {
    let sql = format!(
        "WITH attempt AS (UPDATE {} SET steps_done = $2, in_doubt = false WHERE id = $1 RETURNING id) {}",
        place.detail("attempt"),
        insert_steps(place, "(SELECT id FROM attempt)", "$3"),
    );
    let steps = json(&steps, place.is_utf8);
    execute(place, session, &sql, &[&attempt, &int(steps_done), &steps]).map(drop)
}

pub(super) fn begin_alone(place: &Place, session: &mut Session, attempt: i64) -> Result<()> {
    // What an earlier failure of the same attempt left is gone as soon as it is taken up again.
    let sql = format!(
        "UPDATE {} SET in_doubt = true, status = 'applying', code = NULL, error = NULL, sqlstate = NULL, \
         finished_at = NULL WHERE id = $1",
        place.detail("attempt")
    );
    execute(place, session, &sql, &[&attempt]).map(drop)
}

/// What the ledger's table gets: parameters $1 to $6.
fn change_of_table(place: &Place, completion: &Completion<'_>) -> String {
    let table = &place.table;
    let insert = "(slug, version, name, execution_time_ms, checksum, applied_by, applied_at) \
         SELECT $1::text, $2::text, $3::text, $4::integer, $5::text, $6::text, pg_catalog.clock_timestamp()";
    match completion.way {
        // The others are given back so that they have types.
        Way::Down => format!(
            "changed AS (DELETE FROM {table} WHERE version = $2::text \
             RETURNING $1::text, $3::text, $4::integer, $5::text, $6::text)"
        ),
        Way::Up if completion.migration.repeatable => format!(
            "renewed AS (UPDATE {table} SET slug = $1::text, name = $3::text, execution_time_ms = $4::integer, \
             checksum = $5::text, applied_by = $6::text, applied_at = pg_catalog.clock_timestamp() \
             WHERE version = $2::text RETURNING 1), \
             added AS (INSERT INTO {table} {insert} WHERE NOT EXISTS (SELECT FROM renewed) RETURNING 1), \
             changed AS (SELECT 1 FROM renewed UNION ALL SELECT 1 FROM added)"
        ),
        Way::Up => format!("changed AS (INSERT INTO {table} {insert} RETURNING 1)"),
    }
}

/// What the table of attempts gets: parameters $7 to $15.
fn change_of_attempt(place: &Place, completion: &Completion<'_>) -> String {
    let attempt = place.detail("attempt");
    match completion.attempt {
        Some(_) => format!(
            "attempt AS (UPDATE {attempt} SET run = $7::bigint, slug = $1::text, version = $2::text, way = $8::text, \
             status = $9::text, plan_hash = $10::text, checksum = $11::text, steps = $12::integer, \
             steps_done = $12::integer, rows = $13::bigint, duration_ms = $14::double precision, in_doubt = false, \
             code = NULL, error = NULL, sqlstate = NULL, finished_at = pg_catalog.clock_timestamp() \
             WHERE id = $15::bigint RETURNING id)"
        ),
        None => format!(
            "attempt AS (INSERT INTO {attempt} (run, slug, version, way, status, plan_hash, checksum, steps, \
             steps_done, rows, duration_ms, started_at, finished_at) \
             SELECT $7::bigint, $1::text, $2::text, $8::text, $9::text, $10::text, $11::text, $12::integer, \
             $12::integer, $13::bigint, $14::double precision, \
             pg_catalog.clock_timestamp() - $14::double precision * interval '1 millisecond', \
             pg_catalog.clock_timestamp() WHERE $15::bigint IS NULL RETURNING id)"
        ),
    }
}

pub(super) fn complete(place: &Place, session: &mut Session, completion: &Completion<'_>) -> Result<()> {
    let migration = completion.migration;
    let sql = format!(
        "WITH {}, {}, steps AS ({}) SELECT pg_catalog.count(*) FROM changed",
        change_of_table(place, completion),
        change_of_attempt(place, completion),
        insert_steps(place, "(SELECT id FROM attempt)", "$16"),
    );
    let status = match completion.way {
        Way::Up => "applied",
        Way::Down => "reverted",
    };
    let applied_by = storable(completion.applied_by, place.is_utf8);
    let rows = session
        .query_prepared(
            &sql,
            &[
                &migration.slug,
                &migration.version,
                &migration.name,
                &milliseconds(completion.duration_ms),
                &migration.checksum,
                &applied_by,
                &completion.run,
                &completion.way.name(),
                &status,
                &completion.plan_hash,
                &migration.checksum,
                &int(completion.step_count),
                &big(completion.rows),
                &completion.duration_ms,
                &completion.attempt,
                &json(&completion.steps, place.is_utf8),
            ],
        )
        .map_err(|error| refused_at(place, NOT_WRITTEN, error).of_migration(&migration.slug))?;
    let changed: i64 = rows.first().map(|row| row.get(0)).unwrap_or_default();
    if changed == 0 {
        let message = format!("the ledger does not have {} as applied any more", migration.slug);
        return Err(MigrateError::new(ErrorKind::Ledger, message)
            .of_migration(&migration.slug)
            .help("another run has reverted it meanwhile; look at `confiture migrate status`"));
    }
    Ok(())
}

pub(super) fn fail(place: &Place, session: &mut Session, failure: &FailureRecord<'_>) -> Result<()> {
    let attempt = place.detail("attempt");
    let sql = match failure.attempt {
        Some(_) => format!(
            "UPDATE {attempt} SET run = $1, slug = $2, version = $3, way = $4, plan_hash = $5, checksum = $6, \
             steps = $7, duration_ms = $8, code = $9, error = $10, sqlstate = $11, \
             status = CASE WHEN steps_done > 0 OR in_doubt THEN 'partial' ELSE 'failed' END, \
             finished_at = pg_catalog.clock_timestamp() WHERE id = $12"
        ),
        None => format!(
            "INSERT INTO {attempt} (run, slug, version, way, status, plan_hash, checksum, steps, duration_ms, code, \
             error, sqlstate, started_at, finished_at) \
             SELECT $1::bigint, $2::text, $3::text, $4::text, 'failed', $5::text, $6::text, $7::integer, \
             $8::double precision, $9::text, $10::text, $11::text, \
             pg_catalog.clock_timestamp() - $8::double precision * interval '1 millisecond', \
             pg_catalog.clock_timestamp() WHERE $12::bigint IS NULL"
        ),
    };
    let migration = failure.migration;
    let error = storable(failure.error, place.is_utf8);
    let parameters: [&(dyn confiture_postgres::ToSql + Sync); 12] = [
        &failure.run,
        &migration.slug,
        &migration.version,
        &failure.way.name(),
        &failure.plan_hash,
        &migration.checksum,
        &int(failure.step_count),
        &failure.duration_ms,
        &failure.code,
        &error,
        &failure.sqlstate,
        &failure.attempt,
    ];
    execute(place, session, &sql, &parameters).map(drop)
}

pub(super) fn times_through(place: &Place, session: &mut Session, slug: &str) -> Result<i64> {
    let sql = format!(
        "SELECT count(*) FROM {} WHERE slug = $1 AND status IN ('applied', 'reverted')",
        place.detail("attempt")
    );
    let rows = session
        .query_prepared(&sql, &[&slug])
        .map_err(|error| refused_at(place, "the ledger can't be read", error))?;
    Ok(rows.first().map(|row| row.get(0)).unwrap_or_default())
}

pub(super) fn checkpoint(
    place: &Place,
    session: &mut Session,
    slug: &str,
    hook: &str,
) -> Result<Option<serde_json::Value>> {
    let sql = format!(
        "SELECT value::text FROM {} WHERE slug = $1 AND hook = $2",
        place.detail("checkpoint")
    );
    let rows = session
        .query_prepared(&sql, &[&slug, &hook])
        .map_err(|error| refused_at(place, "the ledger can't be read", error))?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let value = serde_json::from_str(row.get(0));
    value.map(Some).map_err(|error| {
        let message = format!("the checkpoint of hook {hook} can't be read: {error}");
        MigrateError::new(ErrorKind::Ledger, message).of_migration(slug)
    })
}

pub(super) fn set_checkpoint(
    place: &Place,
    session: &mut Session,
    slug: &str,
    hook: &str,
    value: Option<&serde_json::Value>,
) -> Result<()> {
    let table = place.detail("checkpoint");
    match value {
        Some(value) => {
            let sql = format!(
                "INSERT INTO {table} (slug, hook, value) VALUES ($1, $2, $3::text::jsonb) \
                 ON CONFLICT (slug, hook) DO UPDATE SET value = EXCLUDED.value, \
                 updated_at = pg_catalog.clock_timestamp()"
            );
            execute(place, session, &sql, &[&slug, &hook, &json(value, place.is_utf8)]).map(drop)
        }
        None => {
            let sql = format!("DELETE FROM {table} WHERE slug = $1 AND hook = $2");
            execute(place, session, &sql, &[&slug, &hook]).map(drop)
        }
    }
}

fn execute(
    place: &Place,
    session: &mut Session,
    sql: &str,
    parameters: &[&(dyn confiture_postgres::ToSql + Sync)],
) -> Result<u64> {
    session
        .execute_prepared(sql, parameters)
        .map_err(|error| refused_at(place, NOT_WRITTEN, error))
}
