//! Hooks at work: skipped, tried again, taken back, warned of, with what they found passed on.

use std::time::Duration;

use confiture_migrate::{ErrorKind, Event, MigrateError};

use crate::support::Fixture;

/// A migration that creates a table, with hooks.
fn migration(hooks: &str) -> Fixture {
    let text = format!("migration:\n  ddl: CREATE TABLE t (id int)\n  hooks:\n{hooks}");
    Fixture::new(&[("confiture-migrations/001_t.yaml", &text)])
}

fn failure(fixture: &Fixture) -> MigrateError {
    match fixture.up() {
        Ok(outcome) => outcome.failure.expect("a failure"),
        Err(error) => error,
    }
}

/// The hooks' events, one a line.
fn told(fixture: &Fixture) -> String {
    let line = |event: Event| match event {
        Event::HookFinished {
            phase,
            hook,
            status,
            rows,
            message,
            ..
        } => Some(format!(
            "{phase} {hook}: {status:?} {rows:?} {}",
            message.unwrap_or_default()
        )),
        Event::HookSkipped {
            phase, hook, reason, ..
        } => Some(format!("{phase} {hook}: skipped, {reason}")),
        Event::Retrying {
            attempt, of, reason, ..
        } => Some(format!("attempt {attempt} of {of}: {reason}")),
        _ => None,
    };
    let lines: Vec<String> = fixture.told.events().into_iter().filter_map(line).collect();
    lines.join("\n")
}

#[test]
fn hooks_run_around_the_migration_and_pass_on_what_they_found() {
    let fixture = migration(
        "    before_ddl:
      - type: sql
        name: before
        config: {sql: \"SELECT to_regclass('t') IS NULL AS missing, 7 AS seven, 0.5 AS half, 'x' AS text, NULL AS none\"}
    after_ddl:
      - type: sql
        name: filled
        condition: stats.before.row.missing && stats.before.row.seven == 7 && rows == 0
        config: {sql: [\"INSERT INTO t SELECT generate_series(1, 3)\", \"DELETE FROM t WHERE id = 3\"]}
      - type: sql
        name: never
        condition: stats.filled.rows_changed != 4 || rows != 4
        action: INSERT INTO t VALUES (99)
    after_validation:
      - type: sql
        name: elsewhere
        environments: [production]
        action: INSERT INTO t VALUES (98)
",
    );
    fixture.up().unwrap();
    assert_eq!(fixture.rows("SELECT id FROM t ORDER BY id"), ["1", "2"]);
    insta::assert_snapshot!(told(&fixture));
}

#[test]
fn a_failing_hook_takes_the_migration_back_and_says_where() {
    let fixture = migration(
        "    after_ddl:
      - type: sql
        name: fill
        config:
          sql: |
            INSERT INTO t VALUES (1);
            INSERT INTO t
              SELECT id FROM nowhere;
",
    );
    let error = failure(&fixture);
    assert_eq!(error.kind(), ErrorKind::Hook);
    assert_eq!(
        error.message(),
        "the after_ddl hook `fill` (sql) failed: relation \"nowhere\" does not exist"
    );
    let place = error.place().unwrap();
    assert!(
        place.text[place.range.start..].starts_with("nowhere"),
        "{place:?}"
    );
    assert_eq!(error.sqlstate(), Some("42P01"));
    assert_eq!(fixture.rows("SELECT to_regclass('t')"), ["∅"]);
}

#[test]
fn a_hook_that_may_fail_takes_back_only_what_it_did_itself() {
    let fixture = migration(
        "    after_ddl:
      - type: sql
        name: kept
        action: INSERT INTO t VALUES (1)
      - type: sql
        name: lost
        on_failure: warn
        config: {sql: [INSERT INTO t VALUES (2), SELECT 1 / 0]}
      - type: sql
        name: after
        condition: \"!has(stats.lost)\"
        action: INSERT INTO t VALUES (3)
",
    );
    fixture.up().unwrap();
    assert_eq!(fixture.rows("SELECT id FROM t ORDER BY id"), ["1", "3"]);
    insta::assert_snapshot!(told(&fixture));
}

#[test]
fn what_a_query_gives_is_held_against_what_it_should_be() {
    let mut out = String::new();
    for config in [
        "{sql: 'SELECT 1 AS id UNION ALL SELECT 2', fail_if_rows: true, message: orphans}",
        "{sql: SELECT generate_series(1\\, 9) AS n, fail_if_rows: true}",
        "{sql: SELECT 1 WHERE false, expect_rows: 1}",
        "{sql: SELECT 1, expect_rows: {min: 2}}",
        "{sql: SELECT 1, expect_rows: {max: 0}}",
        "{sql: SELECT count(*) AS n FROM t, fail_if: 'value == 0', message: nothing was filled}",
        "{sql: SELECT NULL::int AS n, fail_if: row.n == null}",
        "{sql: SELECT 1 AS n, fail_if: row.m > 1}",
        "{sql: VACUUM}",
    ] {
        let fixture = migration(&format!(
            "    after_ddl:\n      - type: sql\n        config: {}\n",
            config.replace("\\,", ",").replace(
                "{sql: SELECT generate_series(1, 9) AS n,",
                "{sql: 'SELECT generate_series(1, 9) AS n',"
            )
        ));
        let error = failure(&fixture);
        out += &format!("{config}\n    {}\n    {:?}\n", error.message(), error.advice());
    }
    insta::assert_snapshot!(out);
}

#[test]
fn a_hook_that_takes_too_long_is_ended() {
    let fixture = migration(
        "    after_ddl:
      - type: sql
        name: slow
        timeout: 50ms
        action: SELECT pg_sleep(600)
",
    );
    let error = failure(&fixture);
    assert_eq!(
        error.message(),
        "the after_ddl hook `slow` (sql) failed: it took longer than its timeout of 50ms"
    );
    assert_eq!(fixture.rows("SELECT to_regclass('t')"), ["∅"]);
}

#[test]
fn the_timeout_that_held_before_holds_again() {
    let fixture = migration(
        "    after_ddl:
      - type: sql
        name: one
        timeout: 7s
        action: SELECT 1
    after_validation:
      - type: sql
        name: two
        timeout: 9min
        config: {sql: \"SELECT current_setting('statement_timeout') AS t\", fail_if: value != '9min'}
",
    );
    fixture.up().unwrap();
}

#[test]
fn what_passes_is_tried_again() {
    let fixture = migration(
        "    after_ddl:
      - type: sql
        name: locked
        retries: 3
        config:
          sql:
            - SET LOCAL lock_timeout = '20ms'
            - LOCK TABLE busy
",
    );
    fixture.sql("CREATE TABLE busy ()");
    let mut other = fixture.session();
    other.batch("BEGIN; LOCK TABLE busy").unwrap();
    let error = failure(&fixture);
    let expected = "the after_ddl hook `locked` (sql) failed: canceling statement due to lock timeout (after 4 attempts)";
    assert_eq!(error.message(), expected);
    other.batch("ROLLBACK").unwrap();
    fixture.up().unwrap();
}

#[test]
fn a_hook_that_ends_the_transaction_is_named() {
    let fixture = migration(
        "    after_ddl:
      - type: sql
        name: sneaky
        action: DO $$ BEGIN COMMIT; END $$
",
    );
    let error = failure(&fixture);
    assert_eq!(error.kind(), ErrorKind::Hook);
    assert!(
        error.message().contains("invalid transaction termination"),
        "{}",
        error.message()
    );
}

#[test]
fn hooks_on_error_see_the_error() {
    let fixture = Fixture::new(&[(
        "confiture-migrations/001_t.yaml",
        "migration:
  ddl: SELECT 1 / 0
  hooks:
    on_error:
      - type: sql
        condition: status == 'failed' && error.message.contains('zero') && phase == 'on_error'
        action: INSERT INTO seen VALUES (1)
",
    )]);
    fixture.sql("CREATE TABLE seen (id int)");
    let error = failure(&fixture);
    assert_eq!(error.kind(), ErrorKind::Statement);
    assert_eq!(
        fixture.rows("SELECT count(*) FROM seen"),
        ["1"],
        "{}",
        told(&fixture)
    );
}

#[test]
fn hooks_of_the_configuration_run_for_every_migration() {
    let fixture = Fixture::new(&[
        (
            "confiture.yaml",
            "environments:
  qa: {database_url: '${DATABASE_URL}', hooks: {after_ddl: [{type: sql, name: qa, action: INSERT INTO seen VALUES ('qa')}]}}
hooks:
  before_run: [{type: sql, name: begin, action: INSERT INTO seen VALUES ('before_run')}]
  after_migration: [{type: sql, name: each, action: INSERT INTO seen VALUES ('after_migration')}]
  after_run: [{type: sql, name: end, action: INSERT INTO seen VALUES ('after_run')}]
",
        ),
        ("confiture-migrations/001_a.yaml", "ddl: CREATE TABLE a ()\n"),
        ("confiture-migrations/002_b.yaml", "ddl: CREATE TABLE b ()\n"),
    ]);
    fixture.sql("CREATE TABLE seen (what text, n int GENERATED ALWAYS AS IDENTITY)");
    let mut fixture = fixture;
    fixture.settings.environment = Some("qa".to_owned());
    fixture.up().unwrap();
    assert_eq!(
        fixture.rows("SELECT what FROM seen ORDER BY n"),
        [
            "before_run",
            "qa",
            "after_migration",
            "qa",
            "after_migration",
            "after_run"
        ]
    );
}

/// How long a hook takes that does nothing.
#[test]
#[ignore = "measures"]
fn overhead() {
    const HOOKS: usize = 200;
    let hooks: String = (0..HOOKS)
        .map(|n| format!("      - {{type: sql, name: h{n}, action: SELECT}}\n"))
        .collect();
    let with = migration(&format!("    after_ddl:\n{hooks}"));
    let without = migration("    after_ddl: []\n");
    let took = |fixture: &Fixture| {
        let began = std::time::Instant::now();
        fixture.up().unwrap();
        began.elapsed()
    };
    let (with, without) = (took(&with), took(&without));
    let each = with.saturating_sub(without) / u32::try_from(HOOKS).unwrap();
    let bare = migration("    after_ddl: []\n");
    let mut session = bare.session();
    let began = std::time::Instant::now();
    for _ in 0..HOOKS {
        session.run("SELECT").unwrap();
    }
    let own = began.elapsed() / u32::try_from(HOOKS).unwrap();
    println!("a hook takes {each:?}, {own:?} of it its own statement");
    assert!(each < Duration::from_secs(1));
}
