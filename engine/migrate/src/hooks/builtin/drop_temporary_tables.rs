//! What was only needed on the way goes.

use std::sync::Arc;

use serde_json::json;

use crate::hooks::support::marks;
use crate::hooks::support::names::{Relation, Wanted, find, shown};
use crate::hooks::support::{count, go_on};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName};

pub(super) static TYPE: HookType = HookType {
    name: "drop_temporary_tables",
    summary: "Drops temporary tables, and tables that are named",
    docs: "\
Drops every temporary table of the session: the server knows them as such, and the migration or its hooks have made them. Permanent
tables are never guessed: those that `tables` names are dropped where they exist, and of those that `patterns` fit only the copies
that `backup_table` made. Nothing is dropped by CASCADE: what depends on a table keeps it, and the server's message says what.

| setting | meaning | default |
|---|---|---|
| `tables` | further tables by name; one that doesn't exist is no error | none |
| `patterns` | names of copies that `backup_table` made, with `*` and `?` | none |
| `keep_logs` | temporary tables stay whose names have `log` or `logs` as a word between underscores; what the ledger keeps of the run stays in any case | `true` |

Its statistics are `dropped` and `kept`.

```yaml
hooks:
  cleanup:
    - type: drop_temporary_tables
      config:
        tables: [staging_orders]
```",
    read,
};

/// What happens to temporary tables that are logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Logs {
    Keep,
    Drop,
}

/// The configured hook.
#[derive(Debug)]
struct DropTemporaryTables {
    tables: Vec<ObjectName>,
    patterns: Vec<String>,
    logs: Logs,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    Some(Arc::new(DropTemporaryTables {
        tables: config.objects("tables"),
        patterns: config.texts("patterns"),
        logs: if config.bool("keep_logs", true) {
            Logs::Keep
        } else {
            Logs::Drop
        },
    }))
}

impl Hook for DropTemporaryTables {
    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let (mut drops, kept) = self.temporary(scope)?;
        for name in &self.tables {
            let exists = scope
                .session
                .query_one("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[&name.quoted()])?;
            if exists.get(0) {
                drops.push(find(scope.session, name, Wanted::Table)?);
            }
        }
        if !self.patterns.is_empty() {
            let copies = marks::all(scope.session)?.into_iter().map(|(copy, _)| copy);
            let fits = |copy: &Relation| {
                let name = copy.name.name.as_str();
                self.patterns.iter().any(|pattern| fits(pattern, name))
            };
            drops.extend(copies.filter(fits));
        }
        drops.sort_by(|a, b| a.name.cmp(&b.name));
        drops.dedup();
        let mut dropped = Vec::new();
        for table in &drops {
            go_on(scope.interrupt, scope.deadline)?;
            scope.session.batch(&format!("DROP TABLE {}", table.quoted()))?;
            dropped.push(table.name.name.to_string());
        }
        let mut result = HookResult {
            message: Some(format!("{} dropped", count(dropped.len(), "table"))),
            ..HookResult::default()
        };
        result.statistics.insert("dropped".to_owned(), json!(dropped));
        result.statistics.insert("kept".to_owned(), json!(kept));
        Ok(result)
    }

    fn describe(&self) -> String {
        let mut text = "drops temporary tables".to_owned();
        if !self.tables.is_empty() {
            text += &format!(", and {}", shown(&self.tables));
        }
        if !self.patterns.is_empty() {
            text += &format!(", and copies called {}", self.patterns.join(", "));
        }
        text
    }
}

impl DropTemporaryTables {
    /// The session's temporary tables: those to be dropped, and the names of those that stay.
    fn temporary(&self, scope: &mut HookScope<'_>) -> Result<(Vec<Relation>, Vec<String>), HookError> {
        let rows = scope.session.query(
            "SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relnamespace = pg_catalog.pg_my_temp_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition",
            &[],
        )?;
        let (mut drops, mut kept) = (Vec::new(), Vec::new());
        for table in rows.iter().map(Relation::of_row) {
            let name = table.name.name.as_str();
            let is_log = name.split('_').any(|word| matches!(word, "log" | "logs"));
            if is_log && self.logs == Logs::Keep {
                kept.push(name.to_owned());
            } else {
                drops.push(table);
            }
        }
        Ok((drops, kept))
    }
}

/// Whether a pattern with `*` and `?` fits a name.
fn fits(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut read) = (0, 0);
    // Where to go on when what follows the last star doesn't fit: one character later.
    let mut star: Option<(usize, usize)> = None;
    while let Some(c) = name.get(read) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at + 1, read));
                at += 1;
            }
            Some(p) if p == c || *p == '?' => {
                at += 1;
                read += 1;
            }
            _ => match star {
                Some((after, from)) => {
                    (at, read) = (after, from + 1);
                    star = Some((after, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns() {
        assert!(fits("*", "") && fits("a*", "abc") && fits("*_backup_*", "t_backup_2") && fits("a?c", "abc"));
        assert!(fits("*a*b", "xaab") && fits("a**", "a"));
        assert!(!fits("a", "ab") && !fits("a?c", "ac") && !fits("*b", "abc") && !fits("", "a"));
    }
}
