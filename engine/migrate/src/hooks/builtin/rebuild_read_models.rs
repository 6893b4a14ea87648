//! Read models made anew from what they are derived from.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

use crate::hooks::support::names::{Wanted, find_all, shown};
use crate::hooks::support::queries::statements;
use crate::hooks::support::views::{CONCURRENTLY, Concurrently, in_order, refresh};
use crate::hooks::support::{count, go_on, progress};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName};

pub(super) static TYPE: HookType = HookType {
    name: "rebuild_read_models",
    summary: "Empties read models, fills them by SQL, refreshes and tries views",
    docs: "\
In the migration's transaction, so readers see the old rows until the new ones are complete: the tables are emptied, the SQL runs,
materialized views are refreshed in the order in which they depend on each other, and plain views are tried with `LIMIT 0`, as
they hold no rows of their own.

| setting | meaning | default |
|---|---|---|
| `sql` (or the hook's `action`) | statements that fill the tables | none |
| `tables` | tables to be emptied before the SQL | none |
| `empty_by` | `delete`: readers go on reading; `truncate`: fast for large tables, but readers wait until the commit | `delete` |
| `views` | views and materialized views, or `all` for all materialized views | none |
| `concurrently` | as for `refresh_materialized_views` | `auto` |

At least one of `sql` and `views` is needed. `SELECT … INTO table` makes a table and fails where it exists: write `tables: [table]`
and `INSERT INTO table SELECT …`. Its statistics are `statements`, `views`, `emptied`.

```yaml
hooks:
  after_migration:
    - type: rebuild_read_models
      condition: migration_name.contains('01_write_side')
      config:
        tables: [r_customer_lifetime_value]
        sql: INSERT INTO r_customer_lifetime_value SELECT * FROM compute_clv()
```",
    read,
};

/// How a table is emptied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EmptyBy {
    Delete,
    Truncate,
}

/// Which views follow.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Views {
    AllMaterialized,
    Named(Vec<ObjectName>),
}

/// The configured hook.
#[derive(Debug)]
struct RebuildReadModels {
    sql: Option<String>,
    tables: Vec<ObjectName>,
    empty_by: EmptyBy,
    views: Views,
    concurrently: Concurrently,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    let words = [("delete", EmptyBy::Delete), ("truncate", EmptyBy::Truncate)];
    let sql = config.sql("sql").map(|segment| segment.text.to_string());
    let names = config.objects("views");
    let all = ObjectName::parse("all");
    let views = match names.as_slice() {
        [one] if Some(one) == all.as_ref() => Views::AllMaterialized,
        _ => Views::Named(names),
    };
    if !config.has("sql") && !config.has("views") {
        config.reject_all(
            "`rebuild_read_models` needs `sql` or `views`",
            Some("say by which SQL the read model is filled".to_owned()),
        );
    }
    Some(Arc::new(RebuildReadModels {
        sql,
        tables: config.objects("tables"),
        empty_by: config.one_of("empty_by", &words).unwrap_or(EmptyBy::Delete),
        views,
        concurrently: config
            .one_of("concurrently", &CONCURRENTLY)
            .unwrap_or(Concurrently::WherePossible),
    }))
}

impl Hook for RebuildReadModels {
    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        let emptied = self.empty(scope)?;
        let statements = self.sql.as_deref().map(statements).unwrap_or_default();
        let mut rows = 0;
        for (done, statement) in statements.iter().enumerate() {
            go_on(scope.interrupt, scope.deadline)?;
            let of = Some(statements.len() as u64);
            progress(
                scope,
                "rebuilding read models",
                done as u64,
                of,
                "statements",
                begun,
            );
            rows += fill(scope, statement)?;
        }
        let views = self.follow(scope)?;
        let mut result = HookResult {
            rows: Some(rows),
            message: Some(format!(
                "{} run, {} brought up to date",
                count(statements.len(), "statement"),
                count(views.len(), "view")
            )),
            ..HookResult::default()
        };
        let statistics = [
            ("statements", json!(statements.len())),
            ("views", Value::Array(views)),
            ("emptied", json!(emptied)),
        ];
        result
            .statistics
            .extend(statistics.map(|(key, value)| (key.to_owned(), value)));
        Ok(result)
    }

    fn describe(&self) -> String {
        let mut parts = Vec::new();
        if !self.tables.is_empty() {
            parts.push(format!("empties {}", shown(&self.tables)));
        }
        if self.sql.is_some() {
            parts.push("fills read models by SQL".to_owned());
        }
        match &self.views {
            Views::AllMaterialized => parts.push("refreshes all materialized views".to_owned()),
            Views::Named(names) if !names.is_empty() => parts.push(format!("refreshes {}", shown(names))),
            Views::Named(_) => {}
        }
        parts.join(", ")
    }
}

impl RebuildReadModels {
    /// Empties the tables; how many rows each had, where that is known.
    fn empty(&self, scope: &mut HookScope<'_>) -> Result<serde_json::Map<String, Value>, HookError> {
        let mut emptied = serde_json::Map::new();
        if self.tables.is_empty() {
            return Ok(emptied);
        }
        for table in find_all(scope.session, &self.tables, Wanted::Table)? {
            go_on(scope.interrupt, scope.deadline)?;
            let name = table.quoted();
            let rows = match self.empty_by {
                EmptyBy::Delete => json!(scope.session.run(&format!("DELETE FROM {name}"))?),
                EmptyBy::Truncate => {
                    scope.session.batch(&format!("TRUNCATE {name}"))?;
                    Value::Null
                }
            };
            emptied.insert(table.name.to_string(), rows);
        }
        Ok(emptied)
    }

    /// Brings views up to date; their names, in order.
    fn follow(&self, scope: &mut HookScope<'_>) -> Result<Vec<Value>, HookError> {
        let views = match &self.views {
            Views::AllMaterialized => find_all(scope.session, &[], Wanted::MaterializedView)?,
            Views::Named(names) if names.is_empty() => return Ok(Vec::new()),
            Views::Named(names) => find_all(scope.session, names, Wanted::View)?,
        };
        let mut done = Vec::new();
        for view in in_order(scope.session, views)? {
            go_on(scope.interrupt, scope.deadline)?;
            if view.kind == "m" {
                refresh(scope.session, &view, self.concurrently)?;
            } else {
                scope
                    .session
                    .batch(&format!("SELECT FROM {} LIMIT 0", view.quoted()))?;
            }
            done.push(json!(view.name.to_string()));
        }
        Ok(done)
    }
}

/// Runs one statement; how many rows it changed.
fn fill(scope: &mut HookScope<'_>, statement: &str) -> Result<u64, HookError> {
    let returns_rows = !scope.session.describe(statement)?.columns.is_empty();
    match scope.session.run(statement) {
        Ok(_) if returns_rows => Ok(0),
        Ok(rows) => Ok(rows),
        // It makes a table that is there already.
        Err(error) if error.sqlstate() == Some("42P07") => Err(HookError::from(error).help(
            "Let `tables` name the table, and fill it by `INSERT INTO … SELECT …`: SELECT … INTO can run once only",
        )),
        Err(error) => Err(error.into()),
    }
}
