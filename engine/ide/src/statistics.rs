//! How large tables are: a file that somebody wrote down from a server, so that the editor needs none.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A statistics file, `confiture-statistics.json` beside `confiture.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statistics {
    /// The major version of the server.
    pub server_version: Option<u32>,
    /// Tables by qualified name, `public.orders`.
    pub tables: BTreeMap<String, TableStatistics>,
}

/// How large a table is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableStatistics {
    /// Rows, as the planner estimates them.
    pub rows: u64,
    /// Bytes of the heap and its TOAST table.
    pub bytes: u64,
}
