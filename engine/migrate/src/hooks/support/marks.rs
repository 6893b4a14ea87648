//! Comments on tables that hooks made, which tell them from everybody else's.

use confiture_postgres::Session;
use confiture_schema::catalog::QualName;
use serde::{Deserialize, Serialize};

use crate::hooks::HookError;
use crate::hooks::support::names::Relation;

/// What a marked comment begins with; JSON follows.
const PREFIX: &str = "confiture backup: ";

/// What a table is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// The table that it is a copy of, as SQL.
    pub(crate) of: String,
    /// The migration that it was made for.
    pub(crate) migration: String,
    /// When, in RFC 3339.
    pub(crate) at: String,
}

/// Marks a table.
pub(crate) fn set(session: &mut Session, table: &QualName, mark: &Mark) -> Result<(), HookError> {
    let text = serde_json::to_string(mark).map_err(|error| HookError::new(error.to_string()))?;
    // COMMENT takes no parameters: the server itself makes the constant.
    let row = session.query_one(
        "SELECT pg_catalog.quote_literal($1::text)",
        &[&format!("{PREFIX}{text}")],
    )?;
    let literal: String = row.get(0);
    Ok(session.batch(&format!("COMMENT ON TABLE {} IS {literal}", table.quoted()))?)
}

/// All marked tables, by name.
pub(crate) fn all(session: &mut Session) -> Result<Vec<(Relation, Mark)>, HookError> {
    let rows = session.query(
        "SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text, d.description FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 \
         AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass \
         WHERE c.relkind = 'r' AND pg_catalog.starts_with(d.description, $1) ORDER BY 2, 3",
        &[&PREFIX],
    )?;
    let read = |row: &confiture_postgres::Row| {
        let text: String = row.get(4);
        let mark = serde_json::from_str(text.strip_prefix(PREFIX)?).ok()?;
        Some((Relation::of_row(row), mark))
    };
    Ok(rows.iter().filter_map(read).collect())
}
