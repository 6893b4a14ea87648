//! The relations of a database at one moment, by oid: what locks and files are resolved against.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::IndexBuild;
use crate::error::SqlError;
use crate::session::Session;

/// `pg_class.relkind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RelationKind {
    /// An ordinary table, a partition included.
    Table,
    /// A partitioned table, which holds no rows itself.
    PartitionedTable,
    /// A materialized view.
    MaterializedView,
    /// A view.
    View,
    /// A sequence.
    Sequence,
    /// A foreign table.
    ForeignTable,
    /// A composite type.
    CompositeType,
    /// An index.
    Index,
    /// An index of a partitioned table, which holds no entries itself.
    PartitionedIndex,
}

impl RelationKind {
    fn from_relkind(relkind: &str) -> Option<Self> {
        Some(match relkind {
            "r" => Self::Table,
            "p" => Self::PartitionedTable,
            "m" => Self::MaterializedView,
            "v" => Self::View,
            "S" => Self::Sequence,
            "f" => Self::ForeignTable,
            "c" => Self::CompositeType,
            "i" => Self::Index,
            "I" => Self::PartitionedIndex,
            _ => return None,
        })
    }

    /// Whether it is an index, of a partitioned table or not.
    pub fn is_index(self) -> bool {
        matches!(self, Self::Index | Self::PartitionedIndex)
    }

    /// Whether it has a heap of its own with rows that a user put there.
    pub fn has_rows(self) -> bool {
        matches!(self, Self::Table | Self::MaterializedView)
    }
}

/// One relation; `Display` gives `schema.name`, unquoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// `pg_class.oid`.
    pub oid: u32,
    /// The schema's name.
    pub schema: String,
    /// The relation's name.
    pub name: String,
    /// What it is.
    pub kind: RelationKind,
    /// `pg_class.relfilenode`: changes when the file is replaced; 0 where there is none.
    pub file: u32,
    /// For an index, the oid of its table.
    pub table: Option<u32>,
}

impl Relation {
    pub(super) fn sort_key(&self) -> (&str, &str) {
        (&self.schema, &self.name)
    }

    /// `"schema"."name"`, for use in SQL.
    pub(super) fn quoted(&self) -> String {
        let quote = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        format!("{}.{}", quote(&self.schema), quote(&self.name))
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// The relations of a database by oid, without the system's own and other sessions' temporary ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relations(BTreeMap<u32, Relation>);

/// Reads the relations as the session sees them now.
///
/// # Errors
/// What the server reported.
pub fn relations(session: &mut Session) -> Result<Relations, SqlError> {
    let rows = session.query(
        "SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text, c.relfilenode, i.indrelid
         FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
         WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
           AND n.nspname::text !~ '^pg_toast'
           AND NOT pg_catalog.pg_is_other_temp_schema(n.oid)",
        &[],
    )?;
    let relations = rows.into_iter().filter_map(|row| {
        let kind = RelationKind::from_relkind(row.get(3))?;
        let relation = Relation {
            oid: row.get(0),
            schema: row.get(1),
            name: row.get(2),
            kind,
            file: row.get(4),
            table: row.get(5),
        };
        Some((relation.oid, relation))
    });
    Ok(Relations(relations.collect()))
}

impl Relations {
    /// The relation with this oid.
    pub fn get(&self, oid: u32) -> Option<&Relation> {
        self.0.get(&oid)
    }

    /// All of them, by oid.
    pub fn iter(&self) -> impl Iterator<Item = &Relation> {
        self.0.values()
    }

    /// The relation of this schema and name.
    pub fn find(&self, schema: &str, name: &str) -> Option<&Relation> {
        self.iter()
            .find(|relation| relation.schema == schema && relation.name == name)
    }

    /// Those that `other` doesn't have.
    pub(super) fn missing_in(&self, other: &Self) -> Vec<Relation> {
        sorted(
            self.iter()
                .filter(|relation| other.get(relation.oid).is_none())
                .cloned(),
        )
    }

    /// Those that existed before (by their names then) and have another file now.
    pub(super) fn with_new_files(&self, before: &Self) -> Vec<Relation> {
        sorted(
            before
                .iter()
                .filter(|old| self.get(old.oid).is_some_and(|new| new.file != old.file))
                .cloned(),
        )
    }

    /// Indexes with a file that no relation had before, of tables that existed before. An index
    /// that ALTER TABLE drops and creates anew may keep its file: then nothing was built.
    pub(super) fn index_builds(&self, before: &Self) -> Vec<IndexBuild> {
        let files: BTreeSet<u32> = before.iter().map(|relation| relation.file).collect();
        let builds = self
            .iter()
            .filter(|relation| relation.kind == RelationKind::Index)
            .filter_map(|index| {
                let table = before.get(index.table?)?.clone();
                let existed = before.get(index.oid).is_some();
                (!files.contains(&index.file)).then(|| IndexBuild {
                    table,
                    index: index.clone(),
                    existed,
                })
            });
        let mut builds: Vec<_> = builds.collect();
        builds.sort_by(|a, b| {
            (a.table.sort_key(), a.index.sort_key()).cmp(&(b.table.sort_key(), b.index.sort_key()))
        });
        builds
    }
}

fn sorted(relations: impl Iterator<Item = Relation>) -> Vec<Relation> {
    let mut relations: Vec<_> = relations.collect();
    relations.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    relations
}
