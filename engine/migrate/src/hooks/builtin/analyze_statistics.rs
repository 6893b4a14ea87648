//! The planner's statistics.

use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use crate::hooks::support::names::{Wanted, find_all, shown};
use crate::hooks::support::{count, elapsed_ms, go_on, progress};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName};

pub(super) static TYPE: HookType = HookType {
    name: "analyze_statistics",
    summary: "Lets the planner learn what tables hold now (ANALYZE)",
    docs: "\
`ANALYZE` for each table, in the migration's transaction: it sees the rows that the migration wrote. It takes a SHARE UPDATE
EXCLUSIVE lock, which neither readers nor writers wait for, until the migration is committed. What the role may not analyze is
said.

| setting | meaning | default |
|---|---|---|
| `tables` | tables and materialized views | all that are no system's |
| `update_table_stats` | `false` leaves everything as it is | `true` |

Its statistics are `tables`, `skipped` and `duration_ms`.

```yaml
hooks:
  cleanup:
    - type: analyze_statistics
      config:
        tables: [r_customer_analytics]
```",
    read,
};

/// The configured hook.
#[derive(Debug)]
struct AnalyzeStatistics {
    tables: Vec<ObjectName>,
    use_: Use,
}

/// Whether it does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Analyze,
    Nothing,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    let analyzes = config.bool("update_table_stats", true);
    Some(Arc::new(AnalyzeStatistics {
        tables: config.objects("tables"),
        use_: if analyzes { Use::Analyze } else { Use::Nothing },
    }))
}

impl Hook for AnalyzeStatistics {
    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        if self.use_ == Use::Nothing {
            return Ok(HookResult {
                message: Some("nothing was analyzed, as `update_table_stats` is false".to_owned()),
                ..HookResult::default()
            });
        }
        let mut tables = find_all(
            scope.session,
            &self.tables,
            if self.tables.is_empty() {
                Wanted::Table
            } else {
                Wanted::Rows
            },
        )?;
        if self.tables.is_empty() {
            tables.extend(find_all(scope.session, &[], Wanted::MaterializedView)?);
        }
        let mut skipped = Vec::new();
        let _ = scope.session.take_notices();
        for (done, table) in tables.iter().enumerate() {
            go_on(scope.interrupt, scope.deadline)?;
            let what = format!("analyzing {}", table.name);
            progress(
                scope,
                &what,
                done as u64,
                Some(tables.len() as u64),
                "tables",
                begun,
            );
            scope.session.batch(&format!("ANALYZE {}", table.quoted()))?;
            // The server doesn't fail where the role may not: it warns.
            skipped.extend(
                scope
                    .session
                    .take_notices()
                    .into_iter()
                    .map(|notice| notice.message),
            );
        }
        let mut result = HookResult::default();
        let done = tables.len().saturating_sub(skipped.len());
        result.message = Some(match skipped.as_slice() {
            [] => format!("{} analyzed", count(done, "table")),
            some => format!("{} analyzed; {}", count(done, "table"), some.join("; ")),
        });
        let statistics = [
            ("tables", json!(done)),
            ("skipped", json!(skipped)),
            ("duration_ms", json!(elapsed_ms(begun))),
        ];
        result
            .statistics
            .extend(statistics.map(|(key, value)| (key.to_owned(), value)));
        Ok(result)
    }

    fn describe(&self) -> String {
        match (self.use_, self.tables.as_slice()) {
            (Use::Nothing, _) => "does nothing, as `update_table_stats` is false".to_owned(),
            (Use::Analyze, []) => "analyzes all tables".to_owned(),
            (Use::Analyze, tables) => format!("analyzes {}", shown(tables)),
        }
    }
}
