//! Other tools' tables: where they are, and what stands in them.
//!
//! What is said about a table comes from its tool's public source or manual, named where it is used.

use std::fmt;

use confiture_postgres::{Session, SqlError};
use confiture_schema::catalog::QualName;

use crate::error::{ErrorKind, MigrateError, Result};

/// A tool whose table can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// `__diesel_schema_migrations`.
    Diesel,
    /// `_sqlx_migrations`.
    Sqlx,
    /// `schema_migrations` with versions alone.
    Dbmate,
    /// `goose_db_version`.
    Goose,
    /// `schema_migrations` with one version and whether it is dirty.
    GolangMigrate,
    /// `flyway_schema_history`.
    Flyway,
    /// `_prisma_migrations`.
    Prisma,
    /// `supabase_migrations.schema_migrations`.
    Supabase,
    /// `alembic_version`.
    Alembic,
    /// `django_migrations`.
    Django,
}

impl Tool {
    /// All of them.
    pub const ALL: [Tool; 10] = [
        Tool::Diesel,
        Tool::Sqlx,
        Tool::Dbmate,
        Tool::Goose,
        Tool::GolangMigrate,
        Tool::Flyway,
        Tool::Prisma,
        Tool::Supabase,
        Tool::Alembic,
        Tool::Django,
    ];

    /// The name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Diesel => "diesel",
            Tool::Sqlx => "sqlx",
            Tool::Dbmate => "dbmate",
            Tool::Goose => "goose",
            Tool::GolangMigrate => "golang-migrate",
            Tool::Flyway => "flyway",
            Tool::Prisma => "prisma",
            Tool::Supabase => "supabase",
            Tool::Alembic => "alembic",
            Tool::Django => "django",
        }
    }

    /// The tool of that name.
    pub fn parse(name: &str) -> Option<Tool> {
        Tool::ALL.into_iter().find(|tool| tool.name() == name)
    }

    /// What its table is called.
    fn table(self) -> &'static str {
        match self {
            Tool::Diesel => "__diesel_schema_migrations",
            Tool::Sqlx => "_sqlx_migrations",
            Tool::Dbmate | Tool::GolangMigrate | Tool::Supabase => "schema_migrations",
            Tool::Goose => "goose_db_version",
            Tool::Flyway => "flyway_schema_history",
            Tool::Prisma => "_prisma_migrations",
            Tool::Alembic => "alembic_version",
            Tool::Django => "django_migrations",
        }
    }

    /// The tool whose table it is. Three call theirs `schema_migrations`: supabase's stands in a schema of its own, and
    /// golang-migrate's says whether it is dirty.
    fn of(schema: &str, table: &str, columns: &[String]) -> Option<Tool> {
        let is_dirty = columns.iter().any(|column| column == "dirty");
        match table {
            "schema_migrations" if schema == "supabase_migrations" => Some(Tool::Supabase),
            "schema_migrations" if is_dirty => Some(Tool::GolangMigrate),
            "schema_migrations" => Some(Tool::Dbmate),
            table => Tool::ALL.into_iter().find(|tool| tool.table() == table),
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A tool's table that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTool {
    /// The tool.
    pub tool: Tool,
    /// Its table.
    pub table: QualName,
    /// How many rows it has.
    pub rows: i64,
}

/// A row of such a table, as far as it says that something was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The version, as the tool has it.
    pub(super) version: String,
    /// A name by which a file may be known: without its ending.
    pub(super) name: Option<String>,
    /// As the tool keeps it.
    pub(super) checksum: Option<String>,
    /// In RFC 3339.
    pub(super) applied_at: Option<String>,
    /// Who.
    pub(super) applied_by: Option<String>,
    /// In ms.
    pub(super) execution_time_ms: Option<i64>,
    /// What it says.
    pub(super) says: Says,
}

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// This one is applied.
    Applied,
    /// This one and all before it are.
    UpTo,
    /// The tool keeps no list, only where it is.
    Head,
    /// The tool began it, and it is not known to be through.
    Dirty,
}

/// The tables of other tools in this database, those of the search path first.
///
/// # Errors
/// The server refuses.
pub fn tools(session: &mut Session) -> Result<Vec<FoundTool>> {
    let names: Vec<&str> = Tool::ALL.iter().map(|tool| tool.table()).collect();
    let rows = session
        .query(
            "SELECT n.nspname::text, c.relname::text,
                ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
                      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
             FROM pg_catalog.pg_class c
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relname = ANY ($1::text[]) AND c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%'
             ORDER BY pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname) NULLS LAST, 1, 2",
            &[&names],
        )
        .map_err(unreadable)?;
    let mut found = Vec::new();
    for row in &rows {
        let table = QualName::new(row.get::<_, &str>(0), row.get::<_, &str>(1));
        let columns: Vec<String> = row.get(2);
        if let Some(tool) = Tool::of(table.schema.as_str(), table.name.as_str(), &columns) {
            let sql = format!("SELECT pg_catalog.count(*) FROM {}", table.quoted());
            let rows = session.query_one(&sql, &[]).map_err(unreadable)?.get(0);
            found.push(FoundTool { tool, table, rows });
        }
    }
    Ok(found)
}

fn unreadable(error: SqlError) -> MigrateError {
    MigrateError::sql(
        ErrorKind::Baseline,
        "the table of another tool can't be read",
        error,
    )
}

/// The one table to read, and what should be known about the others.
pub(super) fn choose(session: &mut Session, from: Option<Tool>) -> Result<(FoundTool, Vec<String>)> {
    let all = tools(session)?;
    let asked: Vec<&FoundTool> = all
        .iter()
        .filter(|found| from.is_none_or(|tool| found.tool == tool))
        .collect();
    // A table without rows says nothing; it is only looked at where no other is there.
    let filled: Vec<&FoundTool> = asked.iter().copied().filter(|found| found.rows > 0).collect();
    let candidates = if filled.is_empty() { asked } else { filled };
    let Some(first) = candidates.first() else {
        return Err(nothing_found(&all, from));
    };
    if candidates.iter().any(|other| other.tool != first.tool) {
        return Err(several(&candidates));
    }
    let others = all.iter().filter(|other| other.table != first.table);
    let notes = others
        .map(|other| format!("{} of {} is not looked at", other.table, other.tool))
        .collect();
    Ok(((*first).clone(), notes))
}

fn nothing_found(all: &[FoundTool], from: Option<Tool>) -> MigrateError {
    let (message, help) = match from {
        Some(tool) => (
            format!("there is no table {} of {tool} in this database", tool.table()),
            match all.first() {
                Some(other) => format!("there is {}: `--from {}`", other.table, other.tool),
                None => {
                    "say which version the database is at: `confiture migrate baseline VERSION`".to_owned()
                }
            },
        ),
        None => (
            "no other tool's table is in this database".to_owned(),
            "say which version the database is at: `confiture migrate baseline VERSION`".to_owned(),
        ),
    };
    MigrateError::new(ErrorKind::Baseline, message).help(help)
}

fn several(candidates: &[&FoundTool]) -> MigrateError {
    let named = candidates
        .iter()
        .map(|found| format!("{} of {}", found.table, found.tool));
    let message = format!(
        "several tools have migrated this database: {}",
        named.collect::<Vec<_>>().join(", ")
    );
    let mut tools: Vec<Tool> = candidates.iter().map(|found| found.tool).collect();
    tools.sort_unstable();
    tools.dedup();
    let choices = tools.iter().map(|tool| format!("`--from {tool}`"));
    MigrateError::new(ErrorKind::Baseline, message).help(format!(
        "say whose table counts: {}",
        choices.collect::<Vec<_>>().join(" or ")
    ))
}

/// What its table says, in the order in which it was applied.
pub(super) fn rows(session: &mut Session, found: &FoundTool) -> Result<Vec<Row>> {
    let rows = session.query(&rows_sql(found), &[]).map_err(unreadable)?;
    let read = rows.iter().filter_map(|row| {
        Some(Row {
            version: row.get(0),
            name: row.get(1),
            checksum: row.get(2),
            applied_at: row.get(3),
            applied_by: row.get(4),
            execution_time_ms: row.get(5),
            says: match row.get::<_, &str>(6) {
                "applied" => Says::Applied,
                "up to" => Says::UpTo,
                "head" => Says::Head,
                "dirty" => Says::Dirty,
                // Rolled back, undone, deleted.
                _ => return None,
            },
        })
    });
    Ok(read.collect())
}

/// A query of seven columns: version, name, checksum, time, who, milliseconds, what it says.
fn rows_sql(found: &FoundTool) -> String {
    let table = found.table.quoted();
    let at = |column: &str| {
        format!(
            "pg_catalog.to_char({column}::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        )
    };
    let nothing = "NULL::text";
    match found.tool {
        // diesel: `setup_migration_table.sql`; a row is a migration.
        Tool::Diesel => format!(
            "SELECT version::text, {nothing}, {nothing}, {}, {nothing}, NULL::bigint, 'applied' FROM {table} ORDER BY version",
            at("run_on")
        ),
        // sqlx: `sqlx-postgres/src/migrate.rs`; SHA-384, nanoseconds.
        Tool::Sqlx => format!(
            "SELECT version::text, {nothing}, pg_catalog.encode(checksum, 'hex'), {}, {nothing}, \
             (execution_time / 1000000)::bigint, CASE WHEN success THEN 'applied' ELSE 'dirty' END \
             FROM {table} ORDER BY version",
            at("installed_on")
        ),
        // dbmate: `pkg/driver/postgres`; supabase: `pkg/migration/history.go`.
        Tool::Dbmate | Tool::Supabase => format!(
            "SELECT version::text, {nothing}, {nothing}, {nothing}, {nothing}, NULL::bigint, 'applied' \
             FROM {table} ORDER BY version"
        ),
        // goose: `internal/dialect`; the newest row of a version counts, and 0 is the empty database.
        Tool::Goose => format!(
            "SELECT v, {nothing}, {nothing}, at, {nothing}, NULL::bigint, \
             CASE WHEN is_applied THEN 'applied' ELSE 'undone' END \
             FROM (SELECT DISTINCT ON (version_id) version_id, version_id::text AS v, {} AS at, is_applied \
                   FROM {table} WHERE version_id > 0 ORDER BY version_id, id DESC) newest ORDER BY version_id",
            at("tstamp")
        ),
        // golang-migrate: `database/postgres`; one row.
        Tool::GolangMigrate => format!(
            "SELECT version::text, {nothing}, {nothing}, {nothing}, {nothing}, NULL::bigint, \
             CASE WHEN dirty THEN 'dirty' ELSE 'up to' END FROM {table} ORDER BY version"
        ),
        // flyway's manual, "Flyway schema history table": the newest row of a version or script counts.
        Tool::Flyway => format!(
            "SELECT v, name, checksum, at, installed_by, execution_time::bigint, \
             CASE WHEN NOT success THEN 'dirty' WHEN type LIKE 'UNDO%' OR type IN ('DELETE', 'SCHEMA') THEN 'undone' \
                  WHEN type IN ('BASELINE', 'SQL_BASELINE') THEN 'up to' ELSE 'applied' END \
             FROM (SELECT DISTINCT ON (COALESCE(version, script)) installed_rank, \
                       COALESCE(version, '')::text AS v, \
                       pg_catalog.regexp_replace(script, '^.*/|[.]sql$', '', 'g') AS name, \
                       checksum::text, {} AS at, installed_by::text, execution_time, success, type \
                   FROM {table} ORDER BY COALESCE(version, script), installed_rank DESC) newest \
             ORDER BY installed_rank",
            at("installed_on")
        ),
        // prisma: `schema-engine`, `sql_schema_connector`; the newest row of a migration counts.
        Tool::Prisma => format!(
            "SELECT pg_catalog.split_part(migration_name, '_', 1), migration_name::text, checksum::text, at, {nothing}, \
             NULL::bigint, CASE WHEN rolled_back_at IS NOT NULL THEN 'undone' WHEN finished_at IS NULL THEN 'dirty' \
                  ELSE 'applied' END \
             FROM (SELECT DISTINCT ON (migration_name) *, {} AS at \
                   FROM {table} ORDER BY migration_name, started_at DESC) newest ORDER BY migration_name",
            at("COALESCE(finished_at, started_at)")
        ),
        // alembic's manual: the heads.
        Tool::Alembic => format!(
            "SELECT version_num::text, version_num::text, {nothing}, {nothing}, {nothing}, NULL::bigint, 'head' \
             FROM {table} ORDER BY version_num"
        ),
        // django: `db/migrations/recorder.py`; the newest of each app stands for those before.
        Tool::Django => format!(
            "SELECT app || '.' || name, name::text, {nothing}, at, {nothing}, NULL::bigint, 'head' \
             FROM (SELECT DISTINCT ON (app) id, app, name, {} AS at FROM {table} ORDER BY app, id DESC) newest \
             ORDER BY id",
            at("applied")
        ),
    }
}
