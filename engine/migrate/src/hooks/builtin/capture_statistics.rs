//! Row counts and sizes, to be compared with later.

use std::sync::Arc;
use std::time::Instant;

use confiture_postgres::Session;
use serde_json::{Map, Value, json};

use crate::hooks::support::names::{Relation, Wanted, find_all, shown};
use crate::hooks::support::{count, go_on, progress};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName};

pub(super) static TYPE: HookType = HookType {
    name: "capture_statistics",
    summary: "Notes how many rows tables have and how large they are",
    docs: "\
What it finds stands in the ledger with the hook and in `stats.NAME`, where conditions and later hooks read it; give two of them
different names to compare before and after.

| setting | meaning | default |
|---|---|---|
| `tables` | tables and views | all tables that are no system's |
| `capture_row_counts` | rows are counted | `true` |
| `counts` | `exact`; `estimated` (what the planner believes); `auto` counts up to 1,000,000 estimated rows | `auto` |
| `capture_table_sizes` | bytes of the table with TOAST, of its indexes, of both; partitions included | `true` |

Its statistics are `tables` (by name: `rows`, `rows_are_exact`, `table_bytes`, `index_bytes`, `total_bytes`), `total_rows`,
`total_bytes`. Exact counts read the whole table.

```yaml
hooks:
  before_ddl:
    - type: capture_statistics
      name: before
      config:
        tables: [w_customers, w_orders]
        capture_row_counts: true
        capture_table_sizes: true
```",
    read,
};

/// Up to how many estimated rows `auto` counts.
const COUNTED: f64 = 1e6;

/// How rows are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counts {
    No,
    Exact,
    Estimated,
    Auto,
}

/// Whether sizes are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sizes {
    No,
    Yes,
}

/// The configured hook.
#[derive(Debug)]
struct CaptureStatistics {
    tables: Vec<ObjectName>,
    counts: Counts,
    sizes: Sizes,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    let words = [
        ("exact", Counts::Exact),
        ("estimated", Counts::Estimated),
        ("auto", Counts::Auto),
    ];
    let counts = config.one_of("counts", &words).unwrap_or(Counts::Auto);
    Some(Arc::new(CaptureStatistics {
        tables: config.objects("tables"),
        counts: if config.bool("capture_row_counts", true) {
            counts
        } else {
            Counts::No
        },
        sizes: if config.bool("capture_table_sizes", true) {
            Sizes::Yes
        } else {
            Sizes::No
        },
    }))
}

impl Hook for CaptureStatistics {
    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        let wanted = if self.tables.is_empty() {
            Wanted::Table
        } else {
            Wanted::Rows
        };
        let tables = find_all(scope.session, &self.tables, wanted)?;
        let (mut found, mut total_rows, mut total_bytes) = (Map::new(), 0_i64, 0_i64);
        for (done, table) in tables.iter().enumerate() {
            go_on(scope.interrupt, scope.deadline)?;
            let what = format!("counting {}", table.name);
            progress(
                scope,
                &what,
                done as u64,
                Some(tables.len() as u64),
                "tables",
                begun,
            );
            let mut one = Map::new();
            if let Some((rows, exact)) = self.rows(scope.session, table)? {
                one.insert("rows".to_owned(), json!(rows));
                one.insert("rows_are_exact".to_owned(), json!(exact));
                total_rows += rows;
            }
            if self.sizes == Sizes::Yes {
                let [table_bytes, index_bytes, all] = sizes(scope.session, table.oid)?;
                one.insert("table_bytes".to_owned(), json!(table_bytes));
                one.insert("index_bytes".to_owned(), json!(index_bytes));
                one.insert("total_bytes".to_owned(), json!(all));
                total_bytes += all;
            }
            found.insert(table.name.to_string(), Value::Object(one));
        }
        let mut result = HookResult {
            message: Some(format!("{} looked at", count(tables.len(), "table"))),
            ..HookResult::default()
        };
        result
            .statistics
            .insert("tables".to_owned(), Value::Object(found));
        if self.counts != Counts::No {
            result
                .statistics
                .insert("total_rows".to_owned(), json!(total_rows));
        }
        if self.sizes == Sizes::Yes {
            result
                .statistics
                .insert("total_bytes".to_owned(), json!(total_bytes));
        }
        Ok(result)
    }

    fn describe(&self) -> String {
        match self.tables.as_slice() {
            [] => "notes rows and sizes of all tables".to_owned(),
            tables => format!("notes rows and sizes of {}", shown(tables)),
        }
    }
}

impl CaptureStatistics {
    /// How many rows there are, and whether they were counted.
    fn rows(&self, session: &mut Session, table: &Relation) -> Result<Option<(i64, bool)>, HookError> {
        if self.counts == Counts::No {
            return Ok(None);
        }
        // A table that was never looked at has -1; partitioned ones have their own estimate, and foreign ones may have none.
        let row = session.query_one(
            "SELECT reltuples::float8, relkind IN ('v', 'f') FROM pg_catalog.pg_class WHERE oid = $1",
            &[&table.oid],
        )?;
        let (estimate, is_virtual): (f64, bool) = (row.get(0), row.get(1));
        let is_known = estimate >= 0.0 && !is_virtual;
        let estimated = match self.counts {
            Counts::Estimated => is_known,
            Counts::Auto => is_known && estimate > COUNTED,
            Counts::Exact | Counts::No => false,
        };
        if estimated {
            #[expect(clippy::cast_possible_truncation, reason = "an estimate of rows")]
            return Ok(Some((estimate.round() as i64, false)));
        }
        let row = session.query_one(&format!("SELECT count(*) FROM {}", table.quoted()), &[])?;
        Ok(Some((row.get(0), true)))
    }
}

/// Bytes of the table with TOAST, of its indexes, of both; those of partitions included.
fn sizes(session: &mut Session, oid: u32) -> Result<[i64; 3], HookError> {
    let row = session.query_one(
        "SELECT coalesce(sum(pg_catalog.pg_table_size(m.oid)), 0)::int8, \
         coalesce(sum(pg_catalog.pg_indexes_size(m.oid)), 0)::int8 FROM (SELECT $1::oid AS oid \
         UNION SELECT relid::oid FROM pg_catalog.pg_partition_tree($1::oid::regclass)) m \
         JOIN pg_catalog.pg_class c ON c.oid = m.oid AND c.relkind IN ('r', 'm')",
        &[&oid],
    )?;
    let (table, indexes): (i64, i64) = (row.get(0), row.get(1));
    Ok([table, indexes, table + indexes])
}
