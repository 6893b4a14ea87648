//! Materialized views follow their tables.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value, json};

use crate::hooks::support::names::{Wanted, find_all, shown};
use crate::hooks::support::views::{CONCURRENTLY, Concurrently, in_order, refresh};
use crate::hooks::support::{count, elapsed_ms, go_on, progress};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName};

pub(super) static TYPE: HookType = HookType {
    name: "refresh_materialized_views",
    summary: "Refreshes materialized views in the order in which they depend on each other",
    docs: "\
`REFRESH MATERIALIZED VIEW` for each, those first that others read, also through plain views between them. `CONCURRENTLY` lets
readers go on reading; it needs a unique index without WHERE and a view that holds data, and is used where both are there.
Otherwise readers wait until the migration is committed.

| setting | meaning | default |
|---|---|---|
| `views` | the materialized views | all that are no extension's |
| `exclude` | not these | none |
| `concurrently` | `auto`: where it is possible; `true`: an error where it isn't; `false`: nowhere | `auto` |

Its statistics are `refreshed` (by view: `concurrently`, `duration_ms`), in order.

```yaml
hooks:
  after_ddl:
    - type: refresh_materialized_views
      config:
        views: [mv_sales, mv_sales_by_month]
```",
    read,
};

/// The configured hook.
#[derive(Debug)]
struct RefreshMaterializedViews {
    views: Vec<ObjectName>,
    exclude: Vec<ObjectName>,
    concurrently: Concurrently,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    Some(Arc::new(RefreshMaterializedViews {
        views: config.objects("views"),
        exclude: config.objects("exclude"),
        concurrently: config
            .one_of("concurrently", &CONCURRENTLY)
            .unwrap_or(Concurrently::WherePossible),
    }))
}

impl Hook for RefreshMaterializedViews {
    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        let mut views = find_all(scope.session, &self.views, Wanted::MaterializedView)?;
        if !self.exclude.is_empty() {
            let excluded = find_all(scope.session, &self.exclude, Wanted::MaterializedView)?;
            views.retain(|view| !excluded.contains(view));
        }
        let views = in_order(scope.session, views)?;
        let mut refreshed = Map::new();
        for (done, view) in views.iter().enumerate() {
            go_on(scope.interrupt, scope.deadline)?;
            let what = format!("refreshing {}", view.name);
            progress(
                scope,
                &what,
                done as u64,
                Some(views.len() as u64),
                "views",
                begun,
            );
            let one = Instant::now();
            let concurrent = refresh(scope.session, view, self.concurrently)?;
            refreshed.insert(
                view.name.to_string(),
                json!({ "concurrently": concurrent, "duration_ms": elapsed_ms(one) }),
            );
        }
        let mut result = HookResult {
            message: Some(format!("{} refreshed", count(views.len(), "materialized view"))),
            ..HookResult::default()
        };
        result
            .statistics
            .insert("refreshed".to_owned(), Value::Object(refreshed));
        Ok(result)
    }

    fn describe(&self) -> String {
        match self.views.as_slice() {
            [] => "refreshes all materialized views".to_owned(),
            views => format!("refreshes {}", shown(views)),
        }
    }
}
