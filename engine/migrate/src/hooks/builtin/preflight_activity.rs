//! Whether anybody is in the way.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use confiture_postgres::Session;
use serde_json::{Value, json};

use crate::event::Blocker;
use crate::hooks::support::names::{Wanted, find_all, shown};
use crate::hooks::support::{go_on, progress};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName};

pub(super) static TYPE: HookType = HookType {
    name: "preflight_activity",
    summary: "Fails while long queries, open transactions or lagging standbys are in the way",
    docs: "\
Looks at the other sessions of the database before anything is changed: a migration that waits for a long query's lock makes
everybody behind it wait too. What is in the way is named with process id, role, application and age, and fails the hook; let
`on_failure: warn` only tell of it.

| setting | meaning | default |
|---|---|---|
| `max_query` | a query may be that old | `60s` |
| `max_transaction` | a transaction may be that old | `5min` |
| `max_idle_in_transaction` | a transaction may be idle for that long | `30s` |
| `max_replication_lag` | a standby may replay that late | not asked |
| `tables` | only sessions count that hold a lock on one of these tables | all sessions |
| `ignore_users`, `ignore_applications` | sessions of these roles and applications don't count | none |
| `wait` | it waits that long for the way to be free | `0s` |

A role that is neither superuser nor in `pg_read_all_stats` can't see what others run; how many sessions are hidden is said. Its
statistics are `sessions`, `hidden`, `lag_ms`, `waited_ms`.

```yaml
hooks:
  before_validation:
    - type: preflight_activity
      config:
        max_query: 30s
        wait: 2min
```",
    read,
};

/// How long is paused between two looks.
const PAUSE: Duration = Duration::from_millis(250);

/// The configured hook.
#[derive(Debug)]
struct PreflightActivity {
    max_query: Duration,
    max_transaction: Duration,
    max_idle: Duration,
    max_lag: Option<Duration>,
    tables: Vec<ObjectName>,
    ignore_users: Vec<String>,
    ignore_applications: Vec<String>,
    wait: Duration,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    let mut time = |key: &str, seconds: u64| config.duration(key).unwrap_or(Duration::from_secs(seconds));
    let (max_query, max_transaction) = (time("max_query", 60), time("max_transaction", 300));
    let (max_idle, wait) = (time("max_idle_in_transaction", 30), time("wait", 0));
    Some(Arc::new(PreflightActivity {
        max_query,
        max_transaction,
        max_idle,
        max_lag: config.duration("max_replication_lag"),
        tables: config.objects("tables"),
        ignore_users: config.texts("ignore_users"),
        ignore_applications: config.texts("ignore_applications"),
        wait,
    }))
}

/// One look at the server.
#[derive(Debug, Default)]
struct Look {
    /// Other sessions of the database.
    sessions: usize,
    /// Sessions of which the role may not know what they do.
    hidden: usize,
    /// The latest standby's lag.
    lag_ms: Option<i64>,
    /// What is in the way.
    objections: Vec<String>,
}

impl Hook for PreflightActivity {
    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        let tables = match self.tables.as_slice() {
            [] => Vec::new(),
            names => find_all(scope.session, names, Wanted::Rows)?,
        };
        let oids: Vec<u32> = tables.iter().map(|table| table.oid).collect();
        let mut look = self.look(scope.session, &oids)?;
        while !look.objections.is_empty() && begun.elapsed() < self.wait {
            go_on(scope.interrupt, scope.deadline)?;
            let what = format!("waiting for others: {}", look.objections.join("; "));
            progress(
                scope,
                &what,
                look.objections.len() as u64,
                None,
                "sessions",
                begun,
            );
            thread::sleep(PAUSE);
            look = self.look(scope.session, &oids)?;
        }
        if !look.objections.is_empty() {
            return Err(
                HookError::new(format!("the way is not free: {}", look.objections.join("; ")))
                    .help("Wait for them or end them with pg_terminate_backend(pid), then migrate again")
                    .passing(),
            );
        }
        let mut result = HookResult::default();
        if look.hidden > 0 {
            result.message = Some(format!(
                "{} of {} other sessions can't be looked into by this role",
                look.hidden, look.sessions
            ));
        }
        let waited = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let statistics = [
            ("sessions", json!(look.sessions)),
            ("hidden", json!(look.hidden)),
            ("lag_ms", look.lag_ms.map_or(Value::Null, Value::from)),
            ("waited_ms", json!(waited)),
        ];
        result
            .statistics
            .extend(statistics.map(|(key, value)| (key.to_owned(), value)));
        Ok(result)
    }

    fn describe(&self) -> String {
        let of = match self.tables.as_slice() {
            [] => String::new(),
            tables => format!(" with locks on {}", shown(tables)),
        };
        format!("fails while long queries or open transactions{of} are in the way")
    }
}

/// A session that may be in the way, with ages in ms.
struct Seen {
    blocker: Blocker,
    query_ms: Option<i64>,
    transaction_ms: Option<i64>,
    state_ms: Option<i64>,
}

impl PreflightActivity {
    fn look(&self, session: &mut Session, tables: &[u32]) -> Result<Look, HookError> {
        // A transaction sees the same activity all along unless it says that it wants to look again.
        session.batch("SELECT pg_catalog.pg_stat_clear_snapshot()")?;
        let seen = self.sessions(session, tables)?;
        let mut look = Look {
            sessions: seen.len(),
            hidden: seen.iter().filter(|one| one.blocker.state.is_none()).count(),
            ..Look::default()
        };
        look.objections
            .extend(seen.iter().filter_map(|one| self.objection(one)));
        if let Some(max) = self.max_lag {
            look.lag_ms = lag(session)?;
            if let Some(lag) = look
                .lag_ms
                .filter(|lag| u128::from(lag.unsigned_abs()) > max.as_millis())
            {
                look.objections.push(format!(
                    "a standby replays {lag} ms late, {} ms are allowed",
                    max.as_millis()
                ));
            }
        }
        Ok(look)
    }

    fn sessions(&self, session: &mut Session, tables: &[u32]) -> Result<Vec<Seen>, HookError> {
        let rows = session.query(
            "SELECT a.pid, a.usename::text, a.application_name, a.client_addr::text, a.state, \
             pg_catalog.left(pg_catalog.regexp_replace(a.query, '\\s+', ' ', 'g'), 80), \
             (extract(epoch FROM pg_catalog.clock_timestamp() - a.query_start) * 1000)::int8, \
             (extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start) * 1000)::int8, \
             (extract(epoch FROM pg_catalog.clock_timestamp() - a.state_change) * 1000)::int8 \
             FROM pg_catalog.pg_stat_activity a WHERE a.datname = pg_catalog.current_database() \
             AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type = 'client backend' \
             AND coalesce(a.usename::text, '') <> ALL ($1) AND coalesce(a.application_name, '') <> ALL ($2) \
             AND (pg_catalog.cardinality($3::oid[]) = 0 OR EXISTS (SELECT FROM pg_catalog.pg_locks l \
             WHERE l.pid = a.pid AND l.granted AND l.relation = ANY ($3))) ORDER BY a.xact_start NULLS LAST, a.pid",
            &[&self.ignore_users, &self.ignore_applications, &tables],
        )?;
        let read = |row: &confiture_postgres::Row| {
            let transaction_ms: Option<i64> = row.get(7);
            Seen {
                blocker: Blocker {
                    pid: row.get(0),
                    user: row.get(1),
                    application: row.get::<_, Option<String>>(2).filter(|name| !name.is_empty()),
                    client: row.get(3),
                    state: row.get(4),
                    query: row.get(5),
                    age_ms: transaction_ms.and_then(|ms| u64::try_from(ms).ok()),
                },
                query_ms: row.get(6),
                transaction_ms,
                state_ms: row.get(8),
            }
        };
        Ok(rows.iter().map(read).collect())
    }

    /// Why a session is in the way; nothing where it isn't.
    fn objection(&self, seen: &Seen) -> Option<String> {
        let state = seen.blocker.state.as_deref()?;
        let over = |age: Option<i64>, limit: Duration| {
            age.filter(|age| *age >= 0 && u128::from(age.unsigned_abs()) > limit.as_millis())
        };
        let is_idle = state.starts_with("idle in transaction");
        let (what, age) = if is_idle && let Some(age) = over(seen.state_ms, self.max_idle) {
            ("is idle in a transaction", age)
        } else if state == "active"
            && let Some(age) = over(seen.query_ms, self.max_query)
        {
            ("has been running a query", age)
        } else if let Some(age) = over(seen.transaction_ms, self.max_transaction) {
            ("has a transaction open", age)
        } else {
            return None;
        };
        let blocker = &seen.blocker;
        let user = blocker.user.as_deref().unwrap_or("?");
        let application = blocker
            .application
            .as_deref()
            .map(|name| format!(", {name}"))
            .unwrap_or_default();
        let query = blocker.query.as_deref().unwrap_or_default();
        Some(format!(
            "process {} ({user}{application}) {what} for {}: {query}",
            blocker.pid,
            shown_age(age)
        ))
    }
}

/// How late the latest standby replays, in ms; nothing where there is none.
fn lag(session: &mut Session) -> Result<Option<i64>, HookError> {
    let row = session.query_one(
        "SELECT (extract(epoch FROM max(replay_lag)) * 1000)::int8 FROM pg_catalog.pg_stat_replication",
        &[],
    )?;
    Ok(row.get(0))
}

fn shown_age(ms: i64) -> String {
    if ms < 10_000 {
        format!("{ms} ms")
    } else {
        format!("{} s", ms / 1000)
    }
}
