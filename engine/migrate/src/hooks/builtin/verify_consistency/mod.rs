//! What belongs together is compared.
//!
//! [`join`] compares the keys of two relations, [`check`] what queries give.

mod check;
mod join;

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value, json};

use crate::hooks::support::{count, go_on, progress};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType};
use check::{Check, Rule};
use join::Join;

pub(super) static TYPE: HookType = HookType {
    name: "verify_consistency",
    summary: "Compares read models with what they are derived from, and fails where they differ",
    docs: "\
Runs in the migration's transaction, so a difference takes the whole migration back. All comparisons are made, and those that fail
are named in one error with both values. Queries run so that they can't write. There are three shapes, also together:

**`source_target_joins`**: of the distinct values of a column in one table, the share that is in another.

| setting | meaning | default |
|---|---|---|
| `source`, `target` | tables or views | needed |
| `join_key` | the column, or several; `target_key` where it is called otherwise in the target | needed |
| `expected_ratio` | the share that must be there at least | `1.0` |
| `extra` | `fail` or `allow`: values of the target that the source doesn't have | `fail` |

**`validation_queries`**: a `query` that gives two numbers, the expected one and the actual one, and their `expected_ratio`
(default 1.0). The numbers stand in one row of two columns or in two rows: the first column's first value that is not NULL is what
is expected, the last column's last one is what is. A ratio below 1 allows that much difference both ways: with 0.99 the actual
number may be 1 % smaller or larger.

**`checks`**: a `query` that gives two numbers as above, and `tolerance_percent` (default 0): a percentage as it is named, so 1.0
is one percent of the expected number. Where every column's name says that it is a difference (`variance`, `difference`, `diff`,
`deviation`, `delta`, `missing`, `extra`, `mismatches`, alone or as the last word), every value must be 0 or NULL: there is
nothing that a percentage could be of, unless `of` names the number: `of: 1000` or a query. A query that gives a single boolean
must give true.

Two NULLs are equal, NULL and a number aren't. Its statistics are `comparisons`: name, `expected`, `actual`, `holds`.

```yaml
hooks:
  after_validation:
    - type: verify_consistency
      config:
        source_target_joins:
          - {source: events, target: r_user_analytics, join_key: user_id}
        checks:
          - name: row_count
            query: |
              SELECT count(DISTINCT (tenant_id, customer_id)) AS expected FROM w_orders
              UNION ALL
              SELECT count(*) FROM r_customer_analytics
            tolerance_percent: 0.0
```",
    read,
};

/// The configured hook.
#[derive(Debug)]
struct VerifyConsistency {
    joins: Vec<Join>,
    checks: Vec<Check>,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    let joins = config.mappings("source_target_joins", Join::read);
    let mut checks = config.mappings("validation_queries", |reader| {
        let ratio = reader
            .number("expected_ratio", 0.0..=f64::INFINITY)
            .unwrap_or(1.0);
        Check::read(reader, Rule::Ratio(ratio))
    });
    checks.extend(config.mappings("checks", |reader| {
        let percent = reader.number("tolerance_percent", 0.0..=100.0).unwrap_or(0.0);
        let of = reader.text("of");
        Check::read(reader, Rule::Tolerance { percent, of })
    }));
    if !["source_target_joins", "validation_queries", "checks"]
        .map(|key| config.has(key))
        .contains(&true)
    {
        config.reject_all(
            "`verify_consistency` compares nothing",
            Some("give it `source_target_joins`, `validation_queries` or `checks`".to_owned()),
        );
    }
    Some(Arc::new(VerifyConsistency { joins, checks }))
}

/// How a comparison went.
struct Compared {
    name: String,
    expected: Value,
    actual: Value,
    /// Why it doesn't hold.
    objection: Option<String>,
}

impl Hook for VerifyConsistency {
    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        let of = Some((self.joins.len() + self.checks.len()) as u64);
        let mut compared = Vec::new();
        for join in &self.joins {
            go_on(scope.interrupt, scope.deadline)?;
            progress(
                scope,
                "comparing",
                compared.len() as u64,
                of,
                "comparisons",
                begun,
            );
            compared.push(join.compare(scope.session)?);
        }
        for check in &self.checks {
            go_on(scope.interrupt, scope.deadline)?;
            progress(
                scope,
                "comparing",
                compared.len() as u64,
                of,
                "comparisons",
                begun,
            );
            compared.push(check.compare(scope.session, self.placement())?);
        }
        let failed: Vec<&str> = compared
            .iter()
            .filter_map(|one| one.objection.as_deref())
            .collect();
        if !failed.is_empty() {
            let (failures, all) = (failed.len(), compared.len());
            return Err(HookError::new(format!(
                "{failures} of {} failed: {}",
                count(all, "comparison"),
                failed.join("; ")
            )));
        }
        let list = compared.iter().map(|one| {
            json!({ "name": one.name, "expected": one.expected, "actual": one.actual, "holds": one.objection.is_none() })
        });
        let mut statistics = Map::new();
        statistics.insert("comparisons".to_owned(), list.collect());
        Ok(HookResult {
            rows: None,
            statistics,
            message: Some(match compared.len() {
                1 => "1 comparison holds".to_owned(),
                several => format!("{} hold", count(several, "comparison")),
            }),
        })
    }

    fn describe(&self) -> String {
        let mut parts: Vec<String> = self
            .joins
            .iter()
            .map(|join| format!("{} with {}", join.source, join.target))
            .collect();
        parts.extend(self.checks.iter().map(|check| check.name.clone()));
        format!("compares {}", parts.join(", "))
    }
}

/// A number without digits that say nothing.
fn shown(number: f64) -> String {
    let text = format!("{number:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}
