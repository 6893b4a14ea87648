//! What only the server knows: what exists, how large it is, and which tables hold no row.

use std::collections::{BTreeMap, BTreeSet};

use confiture_postgres::{Session, introspect};
use confiture_risk::PgVersion;
use confiture_risk::time::Amount;
use confiture_schema::catalog::{Catalog, QualName, RelationKind};
use confiture_syntax::Name;

use crate::error::{ErrorKind, MigrateError, Result};

/// Tables that one query asks about.
const TABLES_A_QUERY: usize = 100;

/// After so many tables that can't be looked at, the others count as filled unseen: each may cost the lock timeout.
const MOST_REFUSALS: usize = 5;

/// In which an emptiness question is asked. A table that somebody holds is not waited for, one full of dead rows is not read
/// to its end, and where row level security would hide rows the server refuses rather than say that there are none.
const QUESTION: &str = "BEGIN READ ONLY; SET LOCAL lock_timeout = '100ms'; SET LOCAL statement_timeout = '2s'; \
    SET LOCAL row_security = off";

/// A table's size as the server estimates it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TableSize {
    /// Rows; `None` where it was never analyzed.
    rows: Option<u64>,
    bytes: u64,
    indexes: u64,
}

/// A database, as far as judging needs it.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) catalog: Catalog,
    pub(super) version: PgVersion,
    /// The schemas in which a new session looks names up.
    pub(super) search_path: Vec<Name>,
    sizes: BTreeMap<QualName, TableSize>,
}

impl Live {
    /// Reads it.
    pub(super) fn read(session: &mut Session) -> Result<Live> {
        let catalog = introspect(session).map_err(|error| unreadable("the server's catalog", error))?;
        let path = session
            .text_rows("SELECT unnest(pg_catalog.current_schemas(false))::text")
            .map_err(|error| unreadable("the search path", error))?;
        let sizes = sizes(session).map_err(|error| unreadable("the sizes of tables", error))?;
        let major = session.major();
        let version = PgVersion::new(major).unwrap_or(match major {
            ..13 => PgVersion::OLDEST,
            _ => PgVersion::NEWEST,
        });
        Ok(Live {
            catalog,
            version,
            search_path: path.into_iter().flatten().flatten().map(Name::new).collect(),
            sizes,
        })
    }

    /// The size of a relation, its partitions and children included.
    pub(super) fn amount(&self, relation: &QualName) -> Option<Amount> {
        let family = self.catalog.family(relation);
        let known = family.iter().filter_map(|name| self.sizes.get(name));
        known.fold(None, |sum: Option<Amount>, size| {
            let sum = sum.unwrap_or_default();
            Some(Amount {
                rows: sum.rows.saturating_add(size.rows.unwrap_or_default()),
                bytes: sum.bytes.saturating_add(size.bytes),
                indexes: sum.indexes.max(size.indexes),
            })
        })
    }

    /// The rows of a relation, where the server has an idea of any part of it.
    pub(super) fn rows(&self, relation: &QualName) -> Option<u64> {
        let family = self.catalog.family(relation);
        let known = family.iter().filter_map(|name| self.sizes.get(name)?.rows);
        known.reduce(u64::saturating_add)
    }

    /// Those of some relations, and of what descends from them, that hold no row themselves, or don't exist. Tables that
    /// can't be looked at aren't among them.
    ///
    /// # Errors
    /// The server's catalog can't be read.
    pub(super) fn rowless(
        &self,
        session: &mut Session,
        relations: impl IntoIterator<Item = QualName>,
    ) -> Result<BTreeSet<QualName>> {
        let all: BTreeSet<QualName> = relations
            .into_iter()
            .flat_map(|name| self.catalog.family(&name))
            .collect();
        let kind = |name: &QualName| self.catalog.relation(name).map(|relation| relation.kind);
        // A partitioned table holds nothing itself.
        let mut rowless: BTreeSet<QualName> = all
            .iter()
            .filter(|name| kind(name) == Some(RelationKind::PartitionedTable))
            .cloned()
            .collect();
        let (unlisted, listed): (Vec<_>, Vec<_>) = all.into_iter().partition(|name| kind(name).is_none());
        let mut tables: Vec<QualName> = listed
            .into_iter()
            .filter(|name| kind(name) == Some(RelationKind::Table))
            .collect();
        let unlisted = self
            .apart(session, unlisted)
            .map_err(|error| unreadable("the names of relations", error))?;
        rowless.extend(unlisted.absent);
        tables.extend(unlisted.tables);
        let mut refusals = 0;
        for some in tables.chunks(TABLES_A_QUERY) {
            if let Some(empty) = ask(session, some) {
                rowless.extend(empty);
                continue;
            }
            for one in some.chunks(1) {
                if refusals == MOST_REFUSALS {
                    break;
                }
                match ask(session, one) {
                    Some(empty) => rowless.extend(empty),
                    None => refusals += 1,
                }
            }
        }
        Ok(rowless)
    }

    /// What there is to names that the catalog doesn't list. One that scripts say without its schema may mean a relation of
    /// another than was guessed, so absent is only what the server has nowhere but where the catalog lists it.
    fn apart(
        &self,
        session: &mut Session,
        unlisted: Vec<QualName>,
    ) -> std::result::Result<Unlisted, confiture_postgres::SqlError> {
        if unlisted.is_empty() {
            return Ok(Unlisted::default());
        }
        let names: BTreeSet<&str> = unlisted.iter().map(|name| name.name.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let rows = session.query(
            "SELECT n.nspname::pg_catalog.text, c.relname::pg_catalog.text, c.relkind = 'r' \
             FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relname::pg_catalog.text = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
            &[&names],
        )?;
        let mut elsewhere: BTreeSet<Name> = BTreeSet::new();
        let mut tables = BTreeSet::new();
        for row in rows {
            let (schema, name, is_table): (String, String, bool) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let full = QualName::new(Name::new(schema), Name::new(name));
            if self.catalog.relation(&full).is_some() {
                continue;
            }
            elsewhere.insert(full.name.clone());
            if is_table {
                tables.insert(full);
            }
        }
        let (found, absent) = unlisted
            .into_iter()
            .partition::<Vec<_>, _>(|name| elsewhere.contains(&name.name));
        Ok(Unlisted {
            absent,
            tables: found.into_iter().filter(|name| tables.contains(name)).collect(),
        })
    }
}

/// Relations that the catalog doesn't list.
#[derive(Default)]
struct Unlisted {
    /// Those that don't exist.
    absent: Vec<QualName>,
    /// Tables among the others: they belong to extensions.
    tables: Vec<QualName>,
}

fn unreadable(what: &str, error: confiture_postgres::SqlError) -> MigrateError {
    MigrateError::sql(ErrorKind::Connection, &format!("{what} can't be read"), error)
        .help("see that the role may read the system catalogs")
}

/// Which of some tables hold no row; `None` where one of them can't be looked at.
fn ask(session: &mut Session, tables: &[QualName]) -> Option<Vec<QualName>> {
    let questions: Vec<String> = tables
        .iter()
        .map(|table| format!("EXISTS (SELECT FROM ONLY {} LIMIT 1)", table.quoted()))
        .collect();
    let begun = session.batch(QUESTION);
    let answers = begun.and_then(|()| session.text_rows(&format!("SELECT {}", questions.join(", "))));
    // Where the connection is gone, whoever uses it next is told.
    let ended = session.batch("ROLLBACK");
    let row = answers.ok()?.into_iter().next()?;
    ended.ok()?;
    let empty = tables
        .iter()
        .zip(row)
        .filter(|(_, holds)| holds.as_deref() == Some("f"));
    Some(empty.map(|(table, _)| table.clone()).collect())
}

fn sizes(
    session: &mut Session,
) -> std::result::Result<BTreeMap<QualName, TableSize>, confiture_postgres::SqlError> {
    // 0 rows on 0 pages is what servers before 14 say of a table that was never analyzed.
    let rows = session.text_rows(
        "SELECT n.nspname, c.relname, \
             CASE WHEN c.reltuples > 0 OR c.reltuples = 0 AND c.relpages > 0 THEN c.reltuples::pg_catalog.int8 END, \
             (c.relpages::pg_catalog.int8 + coalesce(t.relpages, 0)) \
                 * pg_catalog.current_setting('block_size')::pg_catalog.int8, \
             (SELECT pg_catalog.count(*) FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid) \
         FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid \
         WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' \
             AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')",
    )?;
    let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<u64>().ok());
    let size = |row: Vec<Option<String>>| match row.as_slice() {
        [Some(schema), Some(name), rows, bytes, indexes] => Some((
            QualName::new(Name::new(schema), Name::new(name)),
            TableSize {
                rows: number(rows),
                bytes: number(bytes).unwrap_or_default(),
                indexes: number(indexes).unwrap_or_default(),
            },
        )),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(size).collect())
}
