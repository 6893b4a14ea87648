//! Sequences that fell behind the rows they number.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::hooks::support::names::{Wanted, find_all, shown};
use crate::hooks::support::{count, go_on};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName};

pub(super) static TYPE: HookType = HookType {
    name: "reset_sequences",
    summary: "Sets sequences of serial and identity columns behind the largest value in use",
    docs: "\
Rows that came with their numbers (a copy, a restored table) leave the column's sequence behind, and the next insert fails on its
primary key. For each sequence that belongs to a column this hook compares what comes next with the largest value of the column
(the smallest, where the sequence descends) and sets it only where it is behind; one that is ahead is left alone.

PostgreSQL never takes a sequence back: where the migration fails afterwards, it stays set, which does no harm.

| setting | meaning | default |
|---|---|---|
| `tables` | the tables | all that are no system's |

Its statistics are `reset` (by sequence: `from`, `to`) and `checked`.

```yaml
hooks:
  after_ddl:
    - type: reset_sequences
      config:
        tables: [w_orders]
```",
    read,
};

/// The configured hook.
#[derive(Debug)]
struct ResetSequences {
    tables: Vec<ObjectName>,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    Some(Arc::new(ResetSequences {
        tables: config.objects("tables"),
    }))
}

/// Sequences that belong to columns of a table.
const OWNED: &str = "SELECT pg_catalog.format('%I.%I', n.nspname, s.relname), a.attname::text, q.seqincrement > 0 \
    FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S' \
    JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid \
    JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid \
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass \
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = $1 AND d.deptype IN ('a', 'i') \
    ORDER BY a.attnum";

impl Hook for ResetSequences {
    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let tables = find_all(scope.session, &self.tables, Wanted::Table)?;
        let (mut reset, mut checked) = (Map::new(), 0_usize);
        for table in &tables {
            for row in scope.session.query(OWNED, &[&table.oid])? {
                go_on(scope.interrupt, scope.deadline)?;
                let (sequence, column, ascends): (String, String, bool) =
                    (row.get(0), row.get(1), row.get(2));
                let column = confiture_syntax::Name::new(column).quoted();
                checked += 1;
                let (aggregate, behind) = if ascends { ("max", "<") } else { ("min", ">") };
                // One statement, so that as little as possible happens between looking and setting.
                let sql = format!(
                    "SELECT l.last_value, t.edge::int8, pg_catalog.setval($1::text::regclass, t.edge::int8, true) \
                     FROM (SELECT pg_catalog.{aggregate}({column}) AS edge FROM {}) t, {sequence} l \
                     WHERE t.edge IS NOT NULL AND (l.last_value {behind} t.edge \
                     OR l.last_value = t.edge AND NOT l.is_called)",
                    table.quoted()
                );
                if let Some(row) = scope.session.query(&sql, &[&sequence])?.first() {
                    let (from, to): (i64, i64) = (row.get(0), row.get(1));
                    reset.insert(sequence, json!({ "from": from, "to": to }));
                }
            }
        }
        let mut result = HookResult {
            message: Some(format!("{} of {} set", reset.len(), count(checked, "sequence"))),
            ..HookResult::default()
        };
        result.statistics.insert("reset".to_owned(), Value::Object(reset));
        result.statistics.insert("checked".to_owned(), json!(checked));
        Ok(result)
    }

    fn describe(&self) -> String {
        match self.tables.as_slice() {
            [] => "sets sequences of all tables that fell behind".to_owned(),
            tables => format!("sets sequences of {} that fell behind", shown(tables)),
        }
    }
}
