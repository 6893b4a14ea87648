//! A copy of a table within the database.

use std::sync::Arc;
use std::time::Instant;

use confiture_postgres::Session;
use confiture_schema::catalog::QualName;
use confiture_syntax::{MAX_NAME_BYTES, Name};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::hooks::support::backups::is_older;
use crate::hooks::support::marks::{self, Mark};
use crate::hooks::support::names::{Relation, Wanted, find_all, shown};
use crate::hooks::support::queries::migration_name;
use crate::hooks::support::{count, go_on, progress};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName};

pub(super) static TYPE: HookType = HookType {
    name: "backup_table",
    summary: "Copies tables within the database, in the migration's transaction",
    docs: "\
`CREATE TABLE … AS TABLE …` for each table: rows without indexes, constraints and privileges, in the migration's transaction, so
that the copy is exactly what the migration found. The copy is called `TABLE_backup_TIME`, or what `suffix` says, and a comment on
it tells what it is a copy of, for which migration, and when. A table with row security that applies to the role is refused, as
rows would be missing from the copy.

| setting | meaning | default |
|---|---|---|
| `tables` | the tables | needed |
| `schema` | where the copies go | the table's schema |
| `suffix` | what follows the table's name | `backup_TIME` |
| `keep_backup_days` | older copies of these tables, made by this hook, are dropped | all are kept |

Its statistics are `copies` (name, rows, bytes by table) and `removed`.

```yaml
hooks:
  before_ddl:
    - type: backup_table
      config:
        tables: [w_orders]
        keep_backup_days: 30
```",
    read,
};

/// The configured hook.
#[derive(Debug)]
struct BackupTable {
    tables: Vec<ObjectName>,
    schema: Option<Name>,
    suffix: Option<Name>,
    keep_days: Option<u32>,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    config.needs("tables");
    let keep_days = config.whole("keep_backup_days", 1..=36_500);
    Some(Arc::new(BackupTable {
        tables: config.objects("tables"),
        schema: config.name("schema"),
        suffix: config.name("suffix"),
        keep_days: keep_days.and_then(|days| u32::try_from(days).ok()),
    }))
}

impl Hook for BackupTable {
    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        let now = Timestamp::now();
        let tables = find_all(scope.session, &self.tables, Wanted::Table)?;
        let mut copies = Map::new();
        let mut rows = 0;
        for (done, table) in tables.iter().enumerate() {
            go_on(scope.interrupt, scope.deadline)?;
            let what = format!("copying {}", table.name);
            progress(
                scope,
                &what,
                done as u64,
                Some(tables.len() as u64),
                "tables",
                begun,
            );
            let migration = migration_name(scope);
            let copy = self.copy_name(table, now);
            let copied = copy_table(scope.session, table, &copy)?;
            let mark = Mark {
                of: table.quoted(),
                migration,
                at: now.to_string(),
            };
            marks::set(scope.session, &copy, &mark)?;
            let size = scope.session.query_one(
                "SELECT pg_catalog.pg_total_relation_size($1::text::regclass)",
                &[&copy.quoted()],
            )?;
            let size: i64 = size.get(0);
            copies.insert(
                table.name.to_string(),
                json!({ "copy": copy.to_string(), "rows": copied, "bytes": size }),
            );
            rows += copied;
        }
        let removed = self.remove_old(scope.session, &tables, now)?;
        let mut result = HookResult {
            rows: Some(rows),
            message: Some(format!("{} copied", count(tables.len(), "table"))),
            ..HookResult::default()
        };
        result
            .statistics
            .insert("copies".to_owned(), Value::Object(copies));
        result.statistics.insert("removed".to_owned(), json!(removed));
        Ok(result)
    }

    fn describe(&self) -> String {
        format!("copies {} within the database", shown(&self.tables))
    }
}

impl BackupTable {
    /// What the copy is called: the table's part is cut so that the name stays what it says.
    fn copy_name(&self, table: &Relation, now: Timestamp) -> QualName {
        let suffix = match &self.suffix {
            Some(suffix) => format!("_{suffix}"),
            None => format!("_backup_{}", now.strftime("%Y%m%d_%H%M%S")),
        };
        let name = table.name.name.as_str();
        let room = MAX_NAME_BYTES.saturating_sub(suffix.len());
        let kept = name.get(..name.floor_char_boundary(room)).unwrap_or(name);
        let schema = self.schema.clone().unwrap_or_else(|| table.name.schema.clone());
        QualName::new(schema, Name::new(format!("{kept}{suffix}")))
    }

    /// Drops copies of these tables that are too old.
    fn remove_old(
        &self,
        session: &mut Session,
        tables: &[Relation],
        now: Timestamp,
    ) -> Result<Vec<String>, HookError> {
        let Some(days) = self.keep_days else {
            return Ok(Vec::new());
        };
        let mut removed = Vec::new();
        for (copy, mark) in marks::all(session)? {
            let is_one = tables.iter().any(|table| table.quoted() == mark.of);
            if is_one && is_older(&mark.at, now, days) {
                session.batch(&format!("DROP TABLE {}", copy.quoted()))?;
                removed.push(copy.name.to_string());
            }
        }
        Ok(removed)
    }
}

fn copy_table(session: &mut Session, table: &Relation, copy: &QualName) -> Result<u64, HookError> {
    let hidden = session.query_one("SELECT pg_catalog.row_security_active($1::oid)", &[&table.oid])?;
    if hidden.get(0) {
        return Err(HookError::new(format!(
            "row security hides rows of {} from this role, so the copy would miss them",
            table.name
        ))
        .help("Migrate as the table's owner or a role with BYPASSRLS"));
    }
    let (from, to) = (table.quoted(), copy.quoted());
    Ok(session.run(&format!("CREATE TABLE {to} AS TABLE {from}"))?)
}
