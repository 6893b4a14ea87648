//! Where the ledger stands in a database, and which form it has there.

use std::collections::BTreeSet;

use confiture_postgres::Session;
use confiture_schema::catalog::QualName;
use confiture_syntax::Name;

use super::refused::refused;
use crate::error::{ErrorKind, MigrateError, Result};
use crate::settings::LedgerNames;

/// Where a ledger stands that is ready to be written to.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The table with what is applied, as SQL.
    pub(super) table: String,
    /// The schema with everything else.
    pub(super) details: Name,
    /// Whether the database can store any text.
    pub(super) is_utf8: bool,
}

impl Place {
    /// A table of the details' schema, as SQL.
    pub(super) fn detail(&self, table: &str) -> String {
        QualName::new(self.details.clone(), table).quoted()
    }
}

/// What was found of a ledger.
#[derive(Debug)]
pub(super) struct Found {
    /// The table with what is applied, where it is there.
    pub(super) table: Option<FoundTable>,
    /// The tables of the details' schema that have names of ours.
    pub(super) detail_tables: BTreeSet<String>,
    /// The schema with everything else.
    details: Name,
    is_utf8: bool,
}

/// The table with what is applied, as it is there.
#[derive(Debug)]
pub(super) struct FoundTable {
    /// Its name.
    pub(super) name: QualName,
    /// Its columns' names.
    pub(super) columns: BTreeSet<String>,
}

impl Found {
    /// The place, where both halves are there.
    pub(super) fn place(&self) -> Option<Place> {
        let has_details = self.detail_tables.contains("ledger_version");
        let table = self.table.as_ref().filter(|_| has_details)?;
        Some(self.place_at(&table.name))
    }

    /// The place, were the table there.
    pub(super) fn place_at(&self, table: &QualName) -> Place {
        Place {
            table: table.quoted(),
            details: self.details.clone(),
            is_utf8: self.is_utf8,
        }
    }
}

/// In the schema that is asked for; otherwise the first of the search path that has it, then `public`.
const FIND_TABLE: &str = "\
SELECT n.nspname::text, c.relkind::text,
    ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = $1::text AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND CASE WHEN $2::text IS NULL
             THEN n.nspname = 'public' OR n.nspname = ANY (pg_catalog.current_schemas(false))
             ELSE n.nspname = $2::text END
ORDER BY pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname) NULLS LAST
LIMIT 1";

const FIND_DETAILS: &str = "\
SELECT c.relname::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1::text AND c.relname IN ('ledger_version', 'run', 'attempt', 'step', 'checkpoint')";

/// Looks for a ledger.
pub(super) fn find(names: &LedgerNames, session: &mut Session) -> Result<Found> {
    let failed = |error| refused("the ledger can't be looked for", error);
    let schema = names.schema.as_ref().map(Name::as_str);
    let rows = session
        .query(FIND_TABLE, &[&names.table.as_str(), &schema])
        .map_err(failed)?;
    let table = match rows.first() {
        Some(row) => {
            let name = QualName::new(row.get::<_, &str>(0), names.table.clone());
            if !matches!(row.get::<_, &str>(1), "r" | "p") {
                return Err(not_a_table(&name));
            }
            let columns = row.get::<_, Vec<String>>(2).into_iter().collect();
            Some(FoundTable { name, columns })
        }
        None => None,
    };
    let rows = session
        .query(FIND_DETAILS, &[&names.details.as_str()])
        .map_err(failed)?;
    let detail_tables = rows.iter().map(|row| row.get(0)).collect();
    let encoding = session
        .query_one("SELECT pg_catalog.getdatabaseencoding()::text", &[])
        .map_err(failed)?;
    Ok(Found {
        table,
        detail_tables,
        details: names.details.clone(),
        is_utf8: encoding.get::<_, &str>(0) == "UTF8",
    })
}

fn not_a_table(name: &QualName) -> MigrateError {
    MigrateError::new(
        ErrorKind::Ledger,
        format!("{name} is not a table, so it can't be the ledger"),
    )
    .help("name another: `migrations: {table: …}`")
}
