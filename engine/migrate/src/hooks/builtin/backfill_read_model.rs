//! Rows for a read model, or for a new column, from what is there.

use std::sync::Arc;
use std::time::Instant;

use confiture_schema::change::Change;
use confiture_schema::read as changes;
use confiture_syntax::lexer::Dialect;
use confiture_syntax::{Name, Syntax};
use serde_json::{Value, json};

use crate::hooks::support::backfill::Shape;
use crate::hooks::support::backfill::carry::{self, Carried, Plan};
use crate::hooks::support::backfill::keys::{self, columns_of};
use crate::hooks::support::names::{Relation, Wanted, find};
use crate::hooks::support::queries::{read_only, single};
use crate::hooks::support::{count, elapsed_ms};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName, Placement};

pub(super) static TYPE: HookType = HookType {
    name: "backfill_read_model",
    summary: "Fills a table from a query, or updates it, in batches",
    docs: "\
Runs a statement that writes many rows, batch by batch. By default all batches run in the migration's transaction: readers see
all of the rows or none, and a failure takes everything back. With `parallel_workers` above 1, or `run: alone`, what came before
is committed first and each batch is committed by itself, on sessions of its own. Then nobody waits for more than one batch, a
failure leaves the finished batches, and the next run goes on behind them: each batch is noted in the ledger in its own
transaction, so it is done exactly once, whenever the power goes.

Batches are ranges of a key: columns of `batch_column`, or else a unique key of the target that the query gives, or else the first
column that will do. A column does when its type has a total order (integers, numeric, uuid, text, dates and timestamps) and the
server's plan shows that it is the same each time that the query runs: no volatile function on the way to it, no LIMIT, no window
function, no DISTINCT. Rows whose key is NULL are a batch of their own. For UPDATE the key is a unique key of the table that the
statement doesn't change. Where there is no such key the statement is run as a whole, in one transaction, and the hook says so
and why. A query is run again for each batch, restricted to a range: an index on the key makes that cheap.

| setting | meaning | default |
|---|---|---|
| `source_query` | a query whose columns are named as the target's | |
| `backfill_query` | one `INSERT … SELECT` or `UPDATE` instead; others run as a whole | |
| `source_table` | instead of a query: its columns that the target has too are copied | |
| `target_table` | the table that is filled; needed but for `backfill_query` | |
| `source_tables` | tables that must be there | none |
| `on_conflict` | with `source_query` and `source_table`: `error`, or `nothing` leaves rows that are there | `error` |
| `batch_size` | rows of a batch | `10000` |
| `batch_column` | the column, or columns, to batch by | see above |
| `parallel_workers` | sessions at once, 1 to 32 | `1` |
| `run` | `in_transaction`, or `alone` also with one worker | by the workers |

Its statistics are `rows`, `rows_before` (of earlier runs), `batches`, `batches_before`, `batched_by`, `workers`, `duration_ms`,
and `whole` with the reason where it wasn't cut.

```yaml
hooks:
  after_ddl:
    - type: backfill_read_model
      config:
        source_query: |
          SELECT tenant_id, customer_id, sum(total) AS total_spent FROM w_orders GROUP BY tenant_id, customer_id
        target_table: r_customer_lifetime_value
        batch_size: 50000
        parallel_workers: 4
```",
    read,
};

/// Where the rows come from.
#[derive(Debug, Clone, PartialEq)]
enum Source {
    Query(String),
    Statement(String),
    Table(ObjectName),
}

/// The configured hook.
#[derive(Debug)]
struct BackfillReadModel {
    source: Source,
    target: ObjectName,
    source_tables: Vec<ObjectName>,
    behind: &'static str,
    batch_size: u64,
    batch_columns: Vec<Name>,
    workers: usize,
    placement: Placement,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    let which = config.needs_one_of(&["source_query", "backfill_query", "source_table"]);
    let target = config.object("target_table");
    let workers = config.whole("parallel_workers", 1..=32).unwrap_or(1);
    let words = [
        ("in_transaction", Placement::InTransaction),
        ("alone", Placement::Alone),
    ];
    let runs = config.one_of("run", &words);
    if runs == Some(Placement::InTransaction) && workers > 1 {
        let help = "write `run: alone`, or leave `parallel_workers` out".to_owned();
        config.reject(
            "run",
            "several workers can't share the migration's transaction",
            Some(help),
        );
    }
    let conflicts = [("error", ""), ("nothing", "\nON CONFLICT DO NOTHING")];
    let behind = config.one_of("on_conflict", &conflicts).unwrap_or("");
    let batch_size = config.whole("batch_size", 1..=100_000_000).unwrap_or(10_000);
    let (batch_columns, source_tables) = (config.names("batch_column"), config.objects("source_tables"));
    let source = match which? {
        "source_table" => Source::Table(config.object("source_table")?),
        key => {
            let sql = config.sql(key)?;
            let Some(statement) = single(&sql.text) else {
                config.reject(key, format!("`{key}` must be one statement"), None);
                return None;
            };
            if key == "source_query" {
                Source::Query(statement.to_owned())
            } else {
                Source::Statement(statement.to_owned())
            }
        }
    };
    let target = target_of(config, &source, target)?;
    let default = if workers > 1 {
        Placement::Alone
    } else {
        Placement::InTransaction
    };
    Some(Arc::new(BackfillReadModel {
        source,
        target,
        source_tables,
        behind,
        batch_size,
        batch_columns,
        workers: usize::try_from(workers).unwrap_or(1),
        placement: runs.unwrap_or(default),
    }))
}

/// The table that is written: the one that is named, or the statement's. They must agree.
fn target_of(
    config: &mut ConfigReader<'_>,
    source: &Source,
    named: Option<ObjectName>,
) -> Option<ObjectName> {
    let Source::Statement(statement) = source else {
        config.needs("target_table");
        return named;
    };
    let syntax = Syntax::parse_as(statement, Dialect::Server);
    let all = changes::changes(&syntax);
    let writes = all.iter().filter_map(|change| match change {
        Change::Query(query) => Some(&query.writes),
        _ => None,
    });
    let written: Vec<ObjectName> = writes
        .flatten()
        .map(|write| ObjectName {
            schema: write.relation.schema.clone(),
            name: write.relation.name.clone(),
        })
        .collect();
    let Some(first) = written.first() else {
        let help = "write one INSERT … SELECT or UPDATE, or a SELECT as `source_query`".to_owned();
        config.reject("backfill_query", "`backfill_query` writes no table", Some(help));
        return None;
    };
    match named {
        Some(named) if !written.iter().any(|one| one.name == named.name) => {
            let message = format!("`backfill_query` writes {first}, not {named}");
            config.reject("target_table", message, None);
            None
        }
        Some(named) => Some(named),
        None => Some(first.clone()),
    }
}

impl Hook for BackfillReadModel {
    fn placement(&self) -> Placement {
        self.placement
    }

    fn is_repeatable(&self) -> bool {
        // Beside the transaction it goes on where it stopped; within, all of it was taken back.
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        for table in &self.source_tables {
            find(scope.session, table, Wanted::Rows)?;
        }
        let target = find(scope.session, &self.target, Wanted::Table)?;
        let plan = self.plan(scope, &target)?;
        let carried = match self.placement {
            Placement::InTransaction => carry::within(scope, &plan, &target, self.batch_size)?,
            Placement::Alone => carry::alone(scope, &plan, &target, self.batch_size, self.workers)?,
        };
        Ok(self.result(&plan, &carried, begun))
    }

    fn describe(&self) -> String {
        let from = match &self.source {
            Source::Table(table) => format!("from {table} "),
            Source::Query(_) | Source::Statement(_) => String::new(),
        };
        let how = match (self.placement, self.workers) {
            (Placement::InTransaction, _) => String::new(),
            (Placement::Alone, workers) => {
                format!(", each committed by itself, by {}", count(workers, "worker"))
            }
        };
        format!(
            "fills {} {from}in batches of {} rows{how}",
            self.target, self.batch_size
        )
    }
}

impl BackfillReadModel {
    /// How the statement is run.
    fn plan(&self, scope: &mut HookScope<'_>, target: &Relation) -> Result<Plan, HookError> {
        let shape = match &self.source {
            Source::Query(query) => self.of_query(scope, target, query)?,
            Source::Table(table) => self.of_table(scope, target, table)?,
            Source::Statement(statement) => match Shape::of_statement(statement) {
                Ok(shape) => shape,
                Err(reason) => {
                    return Ok(Plan::Whole {
                        statement: statement.clone(),
                        shape: None,
                        reason,
                    });
                }
            },
        };
        if let Some(reason) = self.is_no_part(scope, &shape)? {
            return Ok(Plan::Whole {
                statement: shape.whole.clone(),
                shape: Some(shape),
                reason,
            });
        }
        Ok(
            match keys::choose(scope.session, &shape, target, &self.batch_columns)? {
                Ok(key) => Plan::Parts { shape, key },
                Err(reason) => Plan::Whole {
                    statement: shape.whole.clone(),
                    shape: Some(shape),
                    reason,
                },
            },
        )
    }

    /// Why the server takes the statement as a whole only: constants such as `'2020-01-01'` are of no type until they meet the
    /// column that they are for, and are texts within another query. A statement that can't be run at all is an error.
    fn is_no_part(&self, scope: &mut HookScope<'_>, shape: &Shape) -> Result<Option<String>, HookError> {
        let part = shape.with("true");
        let described = read_only(scope.session, self.placement, |session| session.describe(&part))?;
        let Err(error) = described else {
            return Ok(None);
        };
        scope.session.describe(&shape.whole)?;
        Ok(Some(format!(
            "its query can't be a part of another one: {}",
            HookError::from(error).message
        )))
    }

    fn of_query(
        &self,
        scope: &mut HookScope<'_>,
        target: &Relation,
        query: &str,
    ) -> Result<Shape, HookError> {
        let found = scope.session.describe(query)?;
        let columns: Vec<Name> = found.columns.iter().map(|(name, _)| Name::new(name)).collect();
        let known = columns_of(scope.session, target)?;
        for column in &columns {
            if !known.contains(column) {
                let near = confiture_project::nearest(column.as_str(), known.iter().map(Name::as_str));
                let error = HookError::new(format!(
                    "{} has no column `{column}`, which the query gives",
                    target.name
                ));
                return Err(error.help(match near {
                    Some(near) => format!("Did you mean `{near}`? Write `… AS {near}` in the query"),
                    None => "Name the query's columns as those of the target".to_owned(),
                }));
            }
        }
        if columns.is_empty() {
            return Err(HookError::new("`source_query` gives no columns").help("Write a SELECT"));
        }
        let target = written(target);
        Ok(Shape::of_query(&target, &columns, query, self.behind))
    }

    fn of_table(
        &self,
        scope: &mut HookScope<'_>,
        target: &Relation,
        table: &ObjectName,
    ) -> Result<Shape, HookError> {
        let source = find(scope.session, table, Wanted::Rows)?;
        let rows = scope.session.query(
            "SELECT t.attname::text FROM pg_catalog.pg_attribute t JOIN pg_catalog.pg_attribute s \
             ON s.attrelid = $1 AND s.attname = t.attname AND s.attnum > 0 AND NOT s.attisdropped \
             WHERE t.attrelid = $2 AND t.attnum > 0 AND NOT t.attisdropped AND t.attgenerated = '' \
             AND t.attidentity <> 'a' ORDER BY t.attnum",
            &[&source.oid, &target.oid],
        )?;
        let columns: Vec<Name> = rows
            .iter()
            .map(|row| Name::new(row.get::<_, String>(0)))
            .collect();
        if columns.is_empty() {
            return Err(HookError::new(format!(
                "{} and {} have no columns in common",
                source.name, target.name
            ))
            .help("Say by `source_query` how the rows of one are made from the other's"));
        }
        let list: Vec<String> = columns.iter().map(Name::quoted).collect();
        let query = format!("SELECT {} FROM {}", list.join(", "), source.quoted());
        let target = written(target);
        Ok(Shape::of_query(&target, &columns, &query, self.behind))
    }

    fn result(&self, plan: &Plan, carried: &Carried, begun: Instant) -> HookResult {
        let mut result = HookResult {
            rows: Some(carried.rows),
            ..HookResult::default()
        };
        let key = match plan {
            Plan::Parts { key, .. } => json!(key.shown()),
            Plan::Whole { .. } => Value::Null,
        };
        let rows = usize::try_from(carried.rows).unwrap_or(usize::MAX);
        let mut message = format!("{} in {}", count(rows, "row"), count(carried.parts, "batch"));
        if carried.parts_before > 0 {
            message += &format!("; {} of them were done before", carried.parts_before);
        }
        let statistics = [
            ("rows", json!(carried.rows)),
            ("rows_before", json!(carried.rows_before)),
            ("batches", json!(carried.parts)),
            ("batches_before", json!(carried.parts_before)),
            ("batched_by", key),
            ("workers", json!(self.workers)),
            ("duration_ms", json!(elapsed_ms(begun))),
        ];
        result
            .statistics
            .extend(statistics.map(|(key, value)| (key.to_owned(), value)));
        if let Plan::Whole { reason, .. } = plan {
            message += &format!("; it was run as a whole: {reason}");
            result.statistics.insert("whole".to_owned(), json!(reason));
        }
        result.message = Some(message);
        result
    }
}

/// A relation's name as a statement writes it.
fn written(relation: &Relation) -> ObjectName {
    ObjectName {
        schema: Some(relation.name.schema.clone()),
        name: relation.name.name.clone(),
    }
}
