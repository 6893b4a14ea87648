//! Indexes built anew.

use std::sync::Arc;
use std::time::Instant;

use confiture_postgres::{Session, SqlError};
use confiture_schema::catalog::QualName;
use confiture_syntax::Name;
use serde_json::{Map, Value, json};

use crate::hooks::support::names::{Relation, Wanted, find_all, shown};
use crate::hooks::support::{count, elapsed_ms, go_on, progress};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName, Placement};

pub(super) static TYPE: HookType = HookType {
    name: "rebuild_index",
    summary: "Rebuilds indexes (REINDEX), also concurrently",
    docs: "\
With `concurrent: true` each index is rebuilt by `REINDEX INDEX CONCURRENTLY`: readers and writers go on. That can't be done in a
transaction, so what came before is committed first, and what it did stays: an index that the same migration creates can be
rebuilt, too. What an interrupted attempt left (invalid indexes that end in `_ccnew` or `_ccold`) is dropped before, and after one
that fails.

Without it, `REINDEX INDEX` runs in the migration's transaction: writers wait, and so do readers that would use the index, until
the migration is committed. Partitioned indexes need `concurrent: true`, or their partitions' indexes by name.

| setting | meaning | default |
|---|---|---|
| `indexes` | the indexes | needed |
| `concurrent` | rebuild without keeping anybody out | `false` |

Its statistics are `indexes` (by name: `bytes_before`, `bytes_after`, `duration_ms`) and `cured` (leftovers that were dropped).

```yaml
hooks:
  after_ddl:
    - type: rebuild_index
      config:
        indexes: [idx_r_customer_analytics_tenant]
        concurrent: true
```",
    read,
};

/// The configured hook.
#[derive(Debug)]
struct RebuildIndex {
    indexes: Vec<ObjectName>,
    placement: Placement,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    config.needs("indexes");
    let concurrent = config.bool("concurrent", false);
    Some(Arc::new(RebuildIndex {
        indexes: config.objects("indexes"),
        placement: if concurrent {
            Placement::Alone
        } else {
            Placement::InTransaction
        },
    }))
}

impl Hook for RebuildIndex {
    fn placement(&self) -> Placement {
        self.placement
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        let indexes = find_all(scope.session, &self.indexes, Wanted::Index)?;
        let (mut rebuilt, mut cured) = (Map::new(), Vec::new());
        for (done, index) in indexes.iter().enumerate() {
            go_on(scope.interrupt, scope.deadline)?;
            let what = format!("rebuilding {}", index.name);
            progress(
                scope,
                &what,
                done as u64,
                Some(indexes.len() as u64),
                "indexes",
                begun,
            );
            if self.placement == Placement::Alone {
                cured.extend(cure(scope.session, index)?);
            }
            let one = Instant::now();
            let before = size(scope.session, index)?;
            self.rebuild(scope, index)?;
            let after = size(scope.session, index)?;
            rebuilt.insert(
                index.name.to_string(),
                json!({ "bytes_before": before, "bytes_after": after, "duration_ms": elapsed_ms(one) }),
            );
        }
        let mut result = HookResult {
            message: Some(format!("{} rebuilt", count(indexes.len(), "index"))),
            ..HookResult::default()
        };
        result
            .statistics
            .insert("indexes".to_owned(), Value::Object(rebuilt));
        result.statistics.insert("cured".to_owned(), json!(cured));
        Ok(result)
    }

    fn describe(&self) -> String {
        let how = match self.placement {
            Placement::Alone => " concurrently",
            Placement::InTransaction => "",
        };
        format!("rebuilds {}{how}", shown(&self.indexes))
    }
}

/// What the server says no to, explained where it is for the kind of index.
fn refused(error: SqlError) -> HookError {
    let help = match error.sqlstate() {
        Some("25001") => "Write `concurrent: true`: a partitioned index can't be rebuilt in a transaction",
        Some("0A000") => "Before PostgreSQL 14, name the indexes of its partitions instead",
        _ => return HookError::from(error),
    };
    HookError::from(error).help(help)
}

impl RebuildIndex {
    fn rebuild(&self, scope: &mut HookScope<'_>, index: &Relation) -> Result<(), HookError> {
        let name = index.quoted();
        if self.placement == Placement::InTransaction {
            return scope
                .session
                .batch(&format!("REINDEX INDEX {name}"))
                .map_err(refused);
        }
        scope
            .session
            .batch(&format!("REINDEX INDEX CONCURRENTLY {name}"))
            .map_err(|error| {
                let error = refused(error);
                // The next attempt would do it as well; where this is the last one, nobody else does.
                match cure(scope.session, index) {
                    Ok(_) => error,
                    Err(_) => {
                        error.help("An invalid index is left behind; it goes when this hook runs again")
                    }
                }
            })
    }
}

/// Drops what interrupted attempts for this index left; what it was called.
fn cure(session: &mut Session, index: &Relation) -> Result<Vec<String>, HookError> {
    // Names are cut where they would be too long, so the leftover's may begin with a part of the index's only.
    let rows = session.query(
        "SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_index own \
         JOIN pg_catalog.pg_index i ON i.indrelid = own.indrelid AND NOT i.indisvalid AND i.indexrelid <> own.indexrelid \
         JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE own.indexrelid = $1 AND c.relname ~ '_cc(new|old)[0-9]*$' \
         AND pg_catalog.starts_with($2, pg_catalog.regexp_replace(c.relname::text, '_cc(new|old)[0-9]*$', ''))",
        &[&index.oid, &index.name.name.as_str()],
    )?;
    let mut cured = Vec::new();
    for row in &rows {
        let (schema, name): (String, String) = (row.get(0), row.get(1));
        let leftover = QualName::new(Name::new(schema), Name::new(name));
        session.batch(&format!(
            "DROP INDEX CONCURRENTLY IF EXISTS {}",
            leftover.quoted()
        ))?;
        cured.push(leftover.to_string());
    }
    Ok(cured)
}

fn size(session: &mut Session, index: &Relation) -> Result<i64, HookError> {
    // By name: a concurrent rebuild swaps files between two indexes, and a partitioned index has none.
    let row = session.query_one(
        "SELECT coalesce(pg_catalog.pg_relation_size(pg_catalog.to_regclass($1)), 0)",
        &[&index.quoted()],
    )?;
    Ok(row.get(0))
}
