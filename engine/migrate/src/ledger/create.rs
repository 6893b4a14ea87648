//! Creating the ledger, and bringing an older one up to date.

use confiture_postgres::Session;
use confiture_schema::catalog::QualName;
use confiture_syntax::Name;

use super::Ledger;
use super::place::{self, Found, Place};
use super::refused::{not_created, refused, role_and_database};
use crate::error::{ErrorKind, MigrateError, Result};

/// The form of the details that this program writes. What changes it adds a step to [`prepare`].
const LEDGER_VERSION: i32 = 1;

/// Keeps those apart who create a ledger at the same time; the number means nothing but this.
const CREATION_LOCK: i64 = 0x636f_6e66_6c65_6467;

/// See [`Ledger::prepare`].
pub(super) fn prepare(ledger: &Ledger, session: &mut Session) -> Result<()> {
    let found = place::find(&ledger.names, session)?;
    let place = if is_complete(&found, session)? {
        found.place()
    } else {
        Some(create(ledger, session)?)
    };
    if let Some(place) = place {
        ledger.place.get_or_init(|| place);
    }
    Ok(())
}

/// Whether nothing is missing.
fn is_complete(found: &Found, session: &mut Session) -> Result<bool> {
    let Some(place) = found.place() else {
        return Ok(false);
    };
    let version = ledger_version(&place, session)?;
    let missing = found
        .table
        .as_ref()
        .map(|table| missing_columns(&table.columns).count());
    Ok(version == LEDGER_VERSION && missing == Some(0))
}

/// The form of the details that are there.
fn ledger_version(place: &Place, session: &mut Session) -> Result<i32> {
    let sql = format!(
        "SELECT COALESCE(pg_catalog.max(version), 0) FROM {}",
        place.detail("ledger_version")
    );
    let row = session
        .query_one(&sql, &[])
        .map_err(|error| super::refused::refused_at(place, "the ledger can't be read", error))?;
    let version: i32 = row.get(0);
    if version > LEDGER_VERSION {
        let message = format!(
            "the ledger has form {version}, and this version of confiture knows forms up to {LEDGER_VERSION}"
        );
        return Err(MigrateError::new(ErrorKind::Ledger, message)
            .help("update confiture: a newer version has migrated this database"));
    }
    Ok(version)
}

/// Creates what is missing, in one transaction.
fn create(ledger: &Ledger, session: &mut Session) -> Result<Place> {
    let failed = |error| refused("the ledger can't be created", error);
    session.batch("BEGIN").map_err(failed)?;
    let created = create_locked(ledger, session);
    // Where the transaction failed, the failure is what counts.
    match created {
        Ok(place) => session.batch("COMMIT").map_err(failed).map(|()| place),
        Err(error) => {
            let _ = session.batch("ROLLBACK");
            Err(error)
        }
    }
}

fn create_locked(ledger: &Ledger, session: &mut Session) -> Result<Place> {
    let names = &ledger.names;
    session
        .query("SELECT pg_catalog.pg_advisory_xact_lock($1)", &[&CREATION_LOCK])
        .map_err(|error| refused("the ledger can't be created", error))?;
    // Another runner may have been faster: what it made is seen from here on.
    let found = place::find(names, session)?;
    if is_complete(&found, session)?
        && let Some(place) = found.place()
    {
        return Ok(place);
    }
    let (role, database) = role_and_database(session);
    let table = match &found.table {
        Some(table) => table.name.clone(),
        None => QualName::new(
            names.schema.clone().unwrap_or_else(|| Name::new("public")),
            names.table.clone(),
        ),
    };
    let place = found.place_at(&table);
    let mut statements = Vec::new();
    match &found.table {
        Some(there) => {
            statements.extend(missing_columns(&there.columns).map(|column| column.add_to(&place.table)))
        }
        None => {
            if names.schema.is_some() {
                statements.extend(missing_schema(&table.schema, session)?);
            }
            statements.push(table_statements(&place));
        }
    }
    if !found.detail_tables.contains("ledger_version") {
        statements.extend(missing_schema(&names.details, session)?);
        statements.push(detail_statements(&place));
    }
    for statement in statements {
        session
            .batch(&statement)
            .map_err(|error| not_created(names, &table.schema, &role, &database, error))?;
    }
    Ok(place)
}

/// What creates a schema that is missing. `CREATE SCHEMA IF NOT EXISTS` asks for the right to create one even where it is
/// there.
fn missing_schema(schema: &Name, session: &mut Session) -> Result<Option<String>> {
    let rows = session
        .query(
            "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1::text",
            &[&schema.as_str()],
        )
        .map_err(|error| refused("the ledger can't be created", error))?;
    Ok(rows
        .is_empty()
        .then(|| format!("CREATE SCHEMA {}", schema.quoted())))
}

/// A column that older forms of the original's table lack.
struct Column {
    name: &'static str,
    definition: &'static str,
    /// What rows that are there get, where they need something.
    fill: Option<&'static str>,
}

impl Column {
    fn add_to(&self, table: &str) -> String {
        let mut sql = format!(
            "ALTER TABLE {table} ADD COLUMN {} {};",
            self.name, self.definition
        );
        if let Some(fill) = self.fill {
            sql.push_str(&format!(" UPDATE {table} SET {} = {fill};", self.name));
        }
        sql
    }
}

/// `version` and `applied_at` were always there.
const COLUMNS: [Column; 6] = [
    Column {
        name: "pk_confiture",
        definition: "bigint GENERATED ALWAYS AS IDENTITY UNIQUE",
        fill: None,
    },
    Column {
        name: "name",
        definition: "varchar(255)",
        fill: Some("version"),
    },
    Column {
        name: "slug",
        definition: "text UNIQUE",
        fill: Some("version || '_' || name"),
    },
    Column {
        name: "execution_time_ms",
        definition: "integer",
        fill: None,
    },
    Column {
        name: "checksum",
        definition: "varchar(64)",
        fill: None,
    },
    Column {
        name: "applied_by",
        definition: "text",
        fill: None,
    },
];

fn missing_columns(columns: &std::collections::BTreeSet<String>) -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().filter(|column| !columns.contains(column.name))
}

fn table_statements(place: &Place) -> String {
    format!(
        "CREATE TABLE {table} (
    id uuid PRIMARY KEY DEFAULT pg_catalog.gen_random_uuid(),
    pk_confiture bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    slug text NOT NULL UNIQUE,
    version varchar(255) NOT NULL UNIQUE,
    name varchar(255) NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    execution_time_ms integer,
    checksum varchar(64),
    applied_by text
);
COMMENT ON TABLE {table} IS 'Migrations that are applied to this database, written by confiture';
COMMENT ON COLUMN {table}.pk_confiture IS 'The order in which they were applied';
COMMENT ON COLUMN {table}.checksum IS 'SHA-256 of what was applied; NULL where nobody knows';",
        table = place.table
    )
}

/// No foreign keys: checking them would cost more than writing the rows, and nobody else writes here.
fn detail_statements(place: &Place) -> String {
    format!(
        "COMMENT ON SCHEMA {schema} IS 'What confiture recorded of runs of migrations';
CREATE TABLE {ledger_version} (
    version integer PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE {ledger_version} IS 'The form of the tables in this schema';
CREATE TABLE {run} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    command text NOT NULL,
    environment text,
    applied_by text NOT NULL,
    host text,
    role text NOT NULL DEFAULT session_user,
    client_address inet DEFAULT pg_catalog.inet_client_addr(),
    backend_pid integer NOT NULL DEFAULT pg_catalog.pg_backend_pid(),
    git_commit text,
    tool_version text NOT NULL,
    plan_hash text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    finished_at timestamptz,
    succeeded boolean,
    note text
);
COMMENT ON TABLE {run} IS 'Runs of the command: who, where from, with which files; without finished_at: at work, or cut off';
CREATE TABLE {attempt} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run bigint NOT NULL,
    slug text NOT NULL,
    version text NOT NULL,
    way text NOT NULL CHECK (way IN ('up', 'down')),
    status text NOT NULL CHECK (status IN ('applying', 'applied', 'reverted', 'failed', 'partial', 'abandoned')),
    plan_hash text NOT NULL,
    checksum text NOT NULL,
    steps integer NOT NULL,
    steps_done integer NOT NULL DEFAULT 0,
    in_doubt boolean NOT NULL DEFAULT false,
    rows bigint,
    duration_ms double precision,
    code text,
    error text,
    sqlstate text,
    started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    finished_at timestamptz
);
COMMENT ON TABLE {attempt} IS 'Attempts to apply or revert a migration: failed ones left nothing, partial ones their first steps';
COMMENT ON COLUMN {attempt}.in_doubt IS 'The step behind steps_done was begun outside of a transaction, and its end is not known';
CREATE INDEX attempt_slug ON {attempt} (slug, id);
CREATE TABLE {step} (
    attempt bigint NOT NULL,
    step integer NOT NULL,
    kind text NOT NULL,
    what text NOT NULL,
    status text NOT NULL,
    rows bigint,
    duration_ms double precision,
    statistics jsonb,
    message text,
    finished_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE {step} IS 'Statements and hooks of attempts, as far as they were committed';
CREATE INDEX step_attempt ON {step} (attempt);
CREATE TABLE {checkpoint} (
    slug text NOT NULL,
    hook text NOT NULL,
    value jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    PRIMARY KEY (slug, hook)
);
COMMENT ON TABLE {checkpoint} IS 'What hooks noted for themselves, to go on where they stopped';
INSERT INTO {ledger_version} (version) VALUES ({LEDGER_VERSION});",
        schema = place.details.quoted(),
        ledger_version = place.detail("ledger_version"),
        run = place.detail("run"),
        attempt = place.detail("attempt"),
        step = place.detail("step"),
        checkpoint = place.detail("checkpoint"),
    )
}
