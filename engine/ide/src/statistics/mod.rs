//! How large tables are: a file that somebody wrote down from a server, so that the editor needs none.
//!
//! The values are those of [`Statistics`]; `read` makes them from text, `estimate` hands them to
//! [`confiture_risk::time`], which says how long work takes.

mod estimate;
mod read;

use std::collections::BTreeMap;

use confiture_schema::catalog::{Catalog, QualName, RelationKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use confiture_risk::time::{Estimate, Work, bytes_in_words, count_in_words};
pub use read::{StatisticsError, diagnostics, is_statistics, statistics_schema};

/// The name of the file, which stands beside `confiture.yaml`.
pub const FILE_NAME: &str = "confiture-statistics.json";

/// How large the tables of a server are, and how fast it is: a file `confiture-statistics.json` beside `confiture.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statistics {
    /// Where the schema of this file is; for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// When it was written, as text such as `2026-11-20T08:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<String>,
    /// The major version of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_version: Option<u32>,
    /// How fast the server is, where somebody has measured it.
    #[serde(default, skip_serializing_if = "Speed::is_unknown")]
    pub speed: Speed,
    /// Tables and materialized views by qualified name: `public.orders`.
    #[serde(default)]
    pub tables: BTreeMap<String, TableStatistics>,
}

/// How large a table is, and how busy.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableStatistics {
    /// Rows, as the planner estimates them.
    pub rows: u64,
    /// Bytes of the heap and its TOAST table, indexes left out.
    pub bytes: u64,
    /// Bytes of each index, by its name without a schema.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indexes: BTreeMap<String, u64>,
    /// Rows that are inserted, updated and deleted in a second, on average.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writes_per_second: Option<f64>,
    /// Dead rows that VACUUM has not removed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_rows: Option<u64>,
    /// When it was analyzed last, as text such as `2026-11-20T03:12:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analyzed_at: Option<String>,
}

/// How fast a server works, where somebody has measured it; what is left out is assumed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Speed {
    /// Bytes of a table that are read in a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan_bytes_per_second: Option<f64>,
    /// Bytes of a table that are written anew in a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rewrite_bytes_per_second: Option<f64>,
    /// Rows that are put into one index in a second, while it is built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_rows_per_second: Option<f64>,
    /// Rows that a constraint is checked for in a second: a CHECK, or a foreign key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_rows_per_second: Option<f64>,
    /// Rows that one UPDATE or DELETE writes in a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_rows_per_second: Option<f64>,
}

impl Speed {
    fn is_unknown(&self) -> bool {
        *self == Speed::default()
    }
}

/// The size of a relation, its partitions included.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Size {
    /// Rows.
    pub rows: u64,
    /// Bytes of heaps and TOAST tables.
    pub bytes: u64,
    /// Bytes of indexes, as far as they are known.
    pub index_bytes: u64,
    /// How many indexes the table has.
    pub indexes: u64,
    /// Rows written in a second, where that is known.
    pub writes_per_second: Option<f64>,
}

/// Partitions that are looked at for a size.
const MOST_PARTITIONS: usize = 10_000;

impl Statistics {
    /// What is said of the table of a name.
    pub fn table(&self, name: &QualName) -> Option<&TableStatistics> {
        let exact = self.tables.get(&name.to_string());
        let quoted = || self.tables.get(&name.quoted());
        let bare = || match name.schema.as_str() {
            "public" => self.tables.get(name.name.as_str()),
            _ => None,
        };
        exact.or_else(quoted).or_else(bare)
    }

    /// The size of a relation as a catalog knows it: of a partitioned table, that of its partitions together.
    pub fn size(&self, catalog: &Catalog, name: &QualName) -> Option<Size> {
        let relation = catalog.relation(name);
        let indexes = relation.map_or(0, |relation| relation.indexes.size() as u64);
        let is_whole = relation.is_none_or(|relation| relation.kind != RelationKind::PartitionedTable);
        let family = match is_whole {
            true => vec![name.clone()],
            false => catalog.family(name),
        };
        let known = family
            .iter()
            .take(MOST_PARTITIONS)
            .filter_map(|part| self.table(part));
        let sum = known.fold(None, |sum: Option<Size>, table| {
            Some(sum.unwrap_or_default().and(table))
        })?;
        Some(Size {
            indexes: match is_whole {
                true => sum.indexes.max(indexes),
                false => indexes,
            },
            ..sum
        })
    }
}

impl Size {
    fn and(self, table: &TableStatistics) -> Size {
        let indexes = table
            .indexes
            .values()
            .fold(0u64, |sum, bytes| sum.saturating_add(*bytes));
        Size {
            rows: self.rows.saturating_add(table.rows),
            bytes: self.bytes.saturating_add(table.bytes),
            index_bytes: self.index_bytes.saturating_add(indexes),
            indexes: self.indexes.max(table.indexes.len() as u64),
            writes_per_second: match (self.writes_per_second, table.writes_per_second) {
                (Some(one), Some(other)) => Some(one + other),
                (one, other) => one.or(other),
            },
        }
    }

    /// Rows and bytes as people read them: `12 million rows, 8.4 GB`.
    pub fn in_words(&self) -> String {
        format!(
            "{} rows, {}",
            count_in_words(self.rows),
            bytes_in_words(self.bytes)
        )
    }
}
