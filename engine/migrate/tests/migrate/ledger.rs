//! The ledger.

use std::sync::{Arc, Barrier};

use confiture_migrate::history::Migration;
use confiture_migrate::ledger::{Completion, FailureRecord, Recorded, RunInfo, StepRecord, Way};
use confiture_migrate::{ErrorKind, Ledger, LedgerNames};
use confiture_postgres::{Cluster, Session, SqlError};
use confiture_syntax::Name;

use crate::support::Fixture;

fn two() -> Fixture {
    Fixture::new(&[
        ("migrations/001_a.up.sql", "CREATE TABLE a ();"),
        ("migrations/001_a.down.sql", "DROP TABLE a;"),
        ("migrations/002_b.up.sql", "CREATE TABLE b ();"),
    ])
}

fn run_info() -> RunInfo {
    RunInfo {
        command: "up".to_owned(),
        environment: Some("staging".to_owned()),
        applied_by: "ann@desk".to_owned(),
        git_commit: Some("c0ffee".to_owned()),
        tool_version: "0.1.0".to_owned(),
        plan_hash: "p".to_owned(),
    }
}

fn step(number: usize, what: &str) -> StepRecord {
    StepRecord {
        step: number,
        kind: "statement".to_owned(),
        what: what.to_owned(),
        status: "done".to_owned(),
        rows: Some(3),
        duration_ms: 1.5,
        statistics: serde_json::json!({"seen": what}),
        message: None,
    }
}

fn completion<'a>(migration: &'a Migration, way: Way, steps: &'a [StepRecord]) -> Completion<'a> {
    Completion {
        run: 1,
        attempt: None,
        migration,
        way,
        steps,
        step_count: 2,
        rows: 7,
        duration_ms: 12.4,
        applied_by: "ann@desk",
        plan_hash: "h",
    }
}

fn failure(migration: &Migration, attempt: Option<i64>) -> FailureRecord<'_> {
    FailureRecord {
        run: 1,
        attempt,
        migration,
        way: Way::Up,
        step_count: 2,
        duration_ms: 3.0,
        code: "statement-failed",
        error: "no such thing",
        sqlstate: Some("42P01"),
        plan_hash: "h",
    }
}

fn slugs(recorded: &Recorded) -> Vec<&str> {
    recorded
        .applied
        .iter()
        .map(|applied| applied.slug.as_str())
        .collect()
}

/// A ledger that is ready, with a run in it.
fn prepared(fixture: &Fixture) -> (Ledger, Session) {
    let (ledger, mut session) = (fixture.ledger(), fixture.session());
    ledger.prepare(&mut session).unwrap();
    assert_eq!(ledger.begin_run(&mut session, &run_info()).unwrap(), 1);
    (ledger, session)
}

#[test]
fn looking_creates_nothing() {
    let fixture = Fixture::new(&[("migrations/001_a.up.sql", "CREATE TABLE a ();")]);
    let mut session = fixture.session();
    let recorded = fixture.ledger().read(&mut session).unwrap();
    assert!(!recorded.exists && recorded.applied.is_empty());
    let tables = session.text_rows("SELECT oid::regclass FROM pg_class WHERE relname ~ 'confiture'");
    assert_eq!(tables.unwrap(), Vec::<Vec<Option<String>>>::new());
}

#[test]
fn what_is_written_is_read() {
    let fixture = two();
    let (ledger, mut session) = prepared(&fixture);
    let history = fixture.history();
    let (a, b) = (&history.migrations[0], &history.migrations[1]);
    let steps = [step(1, "CREATE TABLE a"), step(2, "analyze")];
    ledger
        .complete(&mut session, &completion(a, Way::Up, &steps))
        .unwrap();
    ledger
        .complete(&mut session, &completion(b, Way::Up, &[]))
        .unwrap();
    ledger.end_run(&mut session, 1, true).unwrap();

    let recorded = fixture.ledger().read(&mut session).unwrap();
    assert_eq!(slugs(&recorded), ["001_a", "002_b"]);
    let applied = &recorded.applied[0];
    assert_eq!((applied.version.as_str(), applied.name.as_str()), ("001", "a"));
    assert_eq!(applied.checksum.as_deref(), Some(a.checksum.as_str()));
    assert_eq!(applied.execution_time_ms, Some(12));
    assert_eq!(applied.applied_by.as_deref(), Some("ann@desk"));
    applied.applied_at.parse::<jiff::Timestamp>().unwrap();
    assert!(recorded.unfinished.is_empty() && recorded.failed.is_empty());

    assert_eq!(
        fixture.rows(
            "SELECT attempt, step, kind, what, status, rows, duration_ms, statistics FROM confiture.step"
        ),
        [
            r#"1|1|statement|CREATE TABLE a|done|3|1.5|{"seen": "CREATE TABLE a"}"#,
            r#"1|2|statement|analyze|done|3|1.5|{"seen": "analyze"}"#
        ]
    );
    assert_eq!(
        fixture.rows(
            "SELECT run, slug, version, way, status, plan_hash, steps, steps_done, in_doubt, rows, \
             started_at < finished_at FROM confiture.attempt WHERE id = 1"
        ),
        ["1|001_a|001|up|applied|h|2|2|f|7|t"]
    );
    assert_eq!(
        fixture.rows(
            "SELECT command, environment, applied_by, host, git_commit, tool_version, succeeded, \
             finished_at >= started_at FROM confiture.run"
        ),
        ["up|staging|ann@desk|desk|c0ffee|0.1.0|t|t"]
    );
}

#[test]
fn reverting_keeps_the_history() {
    let fixture = two();
    let (ledger, mut session) = prepared(&fixture);
    let history = fixture.history();
    let a = &history.migrations[0];
    ledger
        .complete(&mut session, &completion(a, Way::Up, &[]))
        .unwrap();
    ledger
        .complete(&mut session, &completion(a, Way::Down, &[]))
        .unwrap();
    assert_eq!(slugs(&ledger.read(&mut session).unwrap()), Vec::<&str>::new());
    assert_eq!(
        fixture.rows("SELECT way, status FROM confiture.attempt ORDER BY id"),
        ["up|applied", "down|reverted"]
    );
    let again = ledger
        .complete(&mut session, &completion(a, Way::Down, &[]))
        .unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Ledger);
    assert_eq!(
        again.message(),
        "the ledger does not have 001_a as applied any more"
    );
}

#[test]
fn nothing_is_applied_twice() {
    let fixture = two();
    let (ledger, mut session) = prepared(&fixture);
    let history = fixture.history();
    let a = &history.migrations[0];
    ledger
        .complete(&mut session, &completion(a, Way::Up, &[]))
        .unwrap();
    session.batch("BEGIN").unwrap();
    let again = ledger
        .complete(&mut session, &completion(a, Way::Up, &[]))
        .unwrap_err();
    session.batch("ROLLBACK").unwrap();
    assert_eq!(
        (again.kind(), again.sqlstate()),
        (ErrorKind::Ledger, Some("23505"))
    );
    assert_eq!(again.migration(), Some("001_a"));
    assert_eq!(fixture.rows("SELECT count(*) FROM confiture.attempt"), ["1"]);
}

#[test]
fn repeatable_migrations_are_renewed() {
    let fixture = Fixture::new(&[
        ("db/migration/V1__a.sql", "CREATE TABLE a ();"),
        (
            "db/migration/R__view.sql",
            "CREATE OR REPLACE VIEW v AS SELECT 1;",
        ),
    ]);
    let (ledger, mut session) = prepared(&fixture);
    let history = fixture.history();
    let view = history
        .migrations
        .iter()
        .find(|migration| migration.repeatable)
        .unwrap();
    ledger
        .complete(&mut session, &completion(view, Way::Up, &[]))
        .unwrap();
    fixture.write(
        "db/migration/R__view.sql",
        "CREATE OR REPLACE VIEW v AS SELECT 2;",
    );
    let history = fixture.history();
    let view = history
        .migrations
        .iter()
        .find(|migration| migration.repeatable)
        .unwrap();
    ledger
        .complete(&mut session, &completion(view, Way::Up, &[]))
        .unwrap();
    let recorded = ledger.read(&mut session).unwrap();
    assert_eq!(recorded.applied.len(), 1);
    assert_eq!(
        recorded.applied[0].checksum.as_deref(),
        Some(view.checksum.as_str())
    );
}

#[test]
fn an_attempt_goes_on_where_it_stopped() {
    let fixture = two();
    let (ledger, mut session) = prepared(&fixture);
    let history = fixture.history();
    let a = &history.migrations[0];
    let attempt = ledger.begin_attempt(&mut session, 1, a, Way::Up, "h", 3).unwrap();
    let nothing_yet = ledger.read(&mut session).unwrap();
    assert!(
        nothing_yet.unfinished.is_empty(),
        "nothing of it is in the database"
    );
    assert_eq!(nothing_yet.failed["001_a"].attempt, attempt);

    ledger
        .progress(&mut session, attempt, 1, &[step(1, "one")])
        .unwrap();
    ledger.begin_alone(&mut session, attempt).unwrap();
    let recorded = ledger.read(&mut session).unwrap();
    let unfinished = &recorded.unfinished["001_a"];
    assert_eq!(
        (unfinished.attempt, unfinished.steps_done, unfinished.steps),
        (attempt, 1, 3)
    );
    assert!(unfinished.in_doubt && unfinished.direction == Way::Up && unfinished.error.is_none());
    assert_eq!(
        (unfinished.checksum.as_str(), unfinished.plan_hash.as_str()),
        (a.checksum.as_str(), "h")
    );

    ledger.fail(&mut session, &failure(a, Some(attempt))).unwrap();
    let recorded = ledger.read(&mut session).unwrap();
    assert_eq!(
        recorded.unfinished["001_a"].error.as_deref(),
        Some("no such thing")
    );
    assert_eq!(
        fixture.rows("SELECT status, sqlstate FROM confiture.attempt"),
        ["partial|42P01"]
    );

    ledger.begin_alone(&mut session, attempt).unwrap();
    ledger
        .progress(&mut session, attempt, 2, &[step(2, "two")])
        .unwrap();
    let done = Completion {
        attempt: Some(attempt),
        ..completion(a, Way::Up, &[])
    };
    ledger.complete(&mut session, &done).unwrap();
    let recorded = ledger.read(&mut session).unwrap();
    assert!(recorded.unfinished.is_empty() && recorded.failed.is_empty());
    assert_eq!(slugs(&recorded), ["001_a"]);
    assert_eq!(
        fixture.rows("SELECT status, error, in_doubt FROM confiture.attempt"),
        ["applied|∅|f"]
    );
    assert_eq!(
        fixture.rows("SELECT step FROM confiture.step ORDER BY step"),
        ["1", "2"]
    );
}

#[test]
fn what_was_set_right_by_hand_is_not_half_done() {
    let fixture = two();
    let (ledger, mut session) = prepared(&fixture);
    let history = fixture.history();
    let (a, b) = (&history.migrations[0], &history.migrations[1]);
    ledger
        .complete(&mut session, &completion(a, Way::Up, &[]))
        .unwrap();
    for (migration, way) in [(a, Way::Down), (b, Way::Up)] {
        let attempt = ledger
            .begin_attempt(&mut session, 1, migration, way, "h", 3)
            .unwrap();
        ledger.progress(&mut session, attempt, 1, &[]).unwrap();
    }
    let unfinished = ledger.read(&mut session).unwrap().unfinished;
    assert_eq!(unfinished.keys().collect::<Vec<_>>(), ["001_a", "002_b"]);
    // As the original does it.
    fixture.sql(
        "DELETE FROM tb_confiture WHERE version = '001'; \
         INSERT INTO tb_confiture (slug, version, name) VALUES ('b_20260101_000000', '002', 'b')",
    );
    let recorded = ledger.read(&mut session).unwrap();
    assert!(recorded.unfinished.is_empty(), "{:?}", recorded.unfinished);
}

#[test]
fn a_new_attempt_replaces_an_earlier_one() {
    let fixture = two();
    let (ledger, mut session) = prepared(&fixture);
    let history = fixture.history();
    let a = &history.migrations[0];
    let first = ledger.begin_attempt(&mut session, 1, a, Way::Up, "h", 3).unwrap();
    ledger.progress(&mut session, first, 2, &[]).unwrap();
    let second = ledger.begin_attempt(&mut session, 1, a, Way::Up, "i", 4).unwrap();
    assert_ne!(first, second);
    assert!(ledger.read(&mut session).unwrap().unfinished.is_empty());
    assert_eq!(
        fixture.rows("SELECT status, steps_done FROM confiture.attempt ORDER BY id"),
        ["abandoned|2", "applying|0"]
    );
}

#[test]
fn a_failure_that_left_nothing_is_remembered() {
    let fixture = two();
    let (ledger, mut session) = prepared(&fixture);
    let history = fixture.history();
    ledger
        .fail(&mut session, &failure(&history.migrations[0], None))
        .unwrap();
    let recorded = ledger.read(&mut session).unwrap();
    assert!(recorded.unfinished.is_empty());
    assert_eq!(recorded.failed["001_a"].error.as_deref(), Some("no such thing"));
    assert_eq!(
        fixture.rows("SELECT status, code FROM confiture.attempt"),
        ["failed|statement-failed"]
    );
    ledger
        .complete(&mut session, &completion(&history.migrations[0], Way::Up, &[]))
        .unwrap();
    assert!(ledger.read(&mut session).unwrap().failed.is_empty());
}

#[test]
fn what_is_written_follows_the_transaction() {
    let fixture = two();
    let (ledger, mut session) = prepared(&fixture);
    let history = fixture.history();
    session.batch("BEGIN").unwrap();
    ledger
        .complete(
            &mut session,
            &completion(&history.migrations[0], Way::Up, &[step(1, "x")]),
        )
        .unwrap();
    session.batch("ROLLBACK").unwrap();
    assert_eq!(fixture.rows("SELECT count(*) FROM tb_confiture"), ["0"]);
    assert_eq!(fixture.rows("SELECT count(*) FROM confiture.attempt"), ["0"]);
}

#[test]
fn a_migration_may_leave_any_session_behind() {
    let fixture = two();
    let (ledger, mut session) = prepared(&fixture);
    let history = fixture.history();
    ledger
        .complete(&mut session, &completion(&history.migrations[0], Way::Up, &[]))
        .unwrap();
    // As pg_dump's output begins; and what takes prepared statements away.
    session
        .batch("SELECT set_config('search_path', '', false); DEALLOCATE ALL")
        .unwrap();
    ledger
        .complete(&mut session, &completion(&history.migrations[1], Way::Up, &[]))
        .unwrap();
    session.batch("DISCARD ALL").unwrap();
    ledger.end_run(&mut session, 1, true).unwrap();
    assert_eq!(slugs(&ledger.read(&mut session).unwrap()), ["001_a", "002_b"]);
}

#[test]
fn checkpoints_are_kept_and_forgotten() {
    let fixture = two();
    let (ledger, mut session) = prepared(&fixture);
    let note = serde_json::json!({"at": 17, "text": "a\0b", "words": ["\\u0000"]});
    assert_eq!(ledger.checkpoint(&mut session, "001_a", "fill").unwrap(), None);
    ledger
        .set_checkpoint(&mut session, "001_a", "fill", Some(&note))
        .unwrap();
    ledger
        .set_checkpoint(&mut session, "001_a", "fill", Some(&note))
        .unwrap();
    let kept = ledger.checkpoint(&mut session, "001_a", "fill").unwrap().unwrap();
    assert_eq!(
        kept,
        serde_json::json!({"at": 17, "text": "a?b", "words": ["\\u0000"]})
    );
    assert_eq!(ledger.checkpoint(&mut session, "002_b", "fill").unwrap(), None);
    ledger
        .set_checkpoint(&mut session, "001_a", "fill", None)
        .unwrap();
    assert_eq!(ledger.checkpoint(&mut session, "001_a", "fill").unwrap(), None);
}

#[test]
fn many_prepare_at_once() {
    let fixture = two();
    let barrier = Arc::new(Barrier::new(6));
    let threads: Vec<_> = (0..6)
        .map(|_| {
            let (ledger, mut session, barrier) = (fixture.ledger(), fixture.session(), Arc::clone(&barrier));
            std::thread::spawn(move || {
                barrier.wait();
                ledger.prepare(&mut session)?;
                ledger.begin_run(&mut session, &run_info())
            })
        })
        .collect();
    let mut runs: Vec<i64> = threads
        .into_iter()
        .map(|thread| thread.join().unwrap().unwrap())
        .collect();
    runs.sort_unstable();
    assert_eq!(runs, [1, 2, 3, 4, 5, 6]);
    assert_eq!(
        fixture.rows("SELECT version FROM confiture.ledger_version"),
        ["1"]
    );
}

#[test]
fn the_schema_is_chosen_created_and_found() {
    let mut fixture = two();
    fixture.settings.ledger = LedgerNames {
        schema: Some(Name::new("Bord \"1\"")),
        table: Name::new("Héros"),
        details: Name::new("select"),
    };
    let (ledger, mut session) = prepared(&fixture);
    let history = fixture.history();
    ledger
        .complete(&mut session, &completion(&history.migrations[0], Way::Up, &[]))
        .unwrap();
    assert_eq!(
        fixture.rows(r#"SELECT slug FROM "Bord ""1"""."Héros""#),
        ["001_a"]
    );
    assert_eq!(slugs(&fixture.ledger().read(&mut session).unwrap()), ["001_a"]);
}

#[test]
fn the_search_path_decides_where_a_ledger_is_found() {
    let fixture = two();
    fixture.sql(
        "CREATE SCHEMA app; \
         CREATE TABLE app.tb_confiture (version text, applied_at timestamptz DEFAULT now()); \
         INSERT INTO app.tb_confiture VALUES ('001');",
    );
    let mut session = fixture.session();
    assert!(!fixture.ledger().read(&mut session).unwrap().exists);
    session.batch("SET search_path = app, public").unwrap();
    let ledger = fixture.ledger();
    assert_eq!(slugs(&ledger.read(&mut session).unwrap()), ["001_001"]);
    ledger.prepare(&mut session).unwrap();
    session.batch("SET search_path = public").unwrap();
    ledger.begin_run(&mut session, &run_info()).unwrap();
    let history = fixture.history();
    ledger
        .complete(&mut session, &completion(&history.migrations[1], Way::Up, &[]))
        .unwrap();
    assert_eq!(
        fixture.rows("SELECT version, slug, name FROM app.tb_confiture ORDER BY pk_confiture"),
        ["001|001_001|001", "002|002_b|b"]
    );
    assert_eq!(fixture.rows("SELECT to_regclass('public.tb_confiture')"), ["∅"]);
}

/// As the Python tool of the same name makes it, before and after it recorded who applied.
fn original(with_role: bool) -> String {
    let role = if with_role { ", applied_by TEXT" } else { "" };
    format!(
        "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"; \
         CREATE TABLE tb_confiture (id UUID PRIMARY KEY DEFAULT uuid_generate_v4(), \
         pk_confiture BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE, slug TEXT NOT NULL UNIQUE, \
         version VARCHAR(255) NOT NULL UNIQUE, name VARCHAR(255) NOT NULL, \
         applied_at TIMESTAMPTZ NOT NULL DEFAULT NOW(), execution_time_ms INTEGER, checksum VARCHAR(64){role}); \
         CREATE INDEX idx_tb_confiture_slug ON tb_confiture(slug); \
         INSERT INTO tb_confiture (slug, version, name, execution_time_ms, checksum) VALUES \
         ('a_20260101_101500', '001', 'a', 12, encode(sha256('CREATE TABLE a ();'), 'hex'))"
    )
}

#[test]
fn a_ledger_of_the_original_is_taken_as_it_is() {
    for with_role in [false, true] {
        let fixture = two();
        let uuid = fixture.rows("SELECT 1 FROM pg_available_extensions WHERE name = 'uuid-ossp'");
        let made = original(with_role);
        let made = match uuid.is_empty() {
            true => made
                .replace("CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\";", "")
                .replace("uuid_generate_v4", "gen_random_uuid"),
            false => made,
        };
        fixture.sql(&made);
        let history = fixture.history();
        let mut session = fixture.session();
        let before = fixture.ledger().read(&mut session).unwrap();
        assert_eq!(slugs(&before), ["a_20260101_101500"]);
        assert_eq!(before.applied[0].version, "001");
        assert_eq!(
            before.applied[0].checksum.as_deref(),
            Some(history.migrations[0].checksum.as_str())
        );
        assert_eq!(before.applied[0].applied_by, None);

        let (ledger, mut session) = prepared(&fixture);
        ledger
            .complete(&mut session, &completion(&history.migrations[1], Way::Up, &[]))
            .unwrap();
        assert_eq!(
            fixture.rows("SELECT pk_confiture, slug, version, name, applied_by FROM tb_confiture ORDER BY 1"),
            ["1|a_20260101_101500|001|a|∅", "2|002_b|002|b|ann@desk"]
        );
        ledger
            .complete(&mut session, &completion(&history.migrations[0], Way::Down, &[]))
            .unwrap();
        assert_eq!(fixture.rows("SELECT version FROM tb_confiture"), ["002"]);
    }
}

#[test]
fn what_is_no_ledger_is_said_to_be_none() {
    for (made, message) in [
        (
            "CREATE TABLE tb_confiture (x int)",
            "public.tb_confiture is not a ledger: it has no column `version`",
        ),
        (
            "CREATE VIEW tb_confiture AS SELECT 1",
            "public.tb_confiture is not a table, so it can't be the ledger",
        ),
    ] {
        let fixture = two();
        fixture.sql(made);
        let error = fixture.ledger().read(&mut fixture.session()).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Ledger, message));
        assert!(!error.advice().is_empty());
    }
}

#[test]
fn tables_of_others_are_not_taken_for_the_ledger_s() {
    let fixture = two();
    fixture.sql("CREATE SCHEMA confiture; CREATE TABLE confiture.run (distance int)");
    let error = fixture.ledger().prepare(&mut fixture.session()).unwrap_err();
    assert_eq!(
        (error.kind(), error.sqlstate()),
        (ErrorKind::Ledger, Some("42P07"))
    );
    assert_eq!(
        fixture.rows("SELECT to_regclass('tb_confiture')"),
        ["∅"],
        "all or nothing"
    );
}

#[test]
fn a_newer_ledger_is_left_alone() {
    let fixture = two();
    let (ledger, mut session) = prepared(&fixture);
    fixture.sql("INSERT INTO confiture.ledger_version VALUES (99)");
    let error = ledger.prepare(&mut session).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ledger);
    assert!(error.message().contains("form 99"), "{}", error.message());
}

#[test]
fn a_read_only_server_is_named() {
    let fixture = two();
    let mut session = fixture.session();
    session.batch("SET default_transaction_read_only = on").unwrap();
    let error = fixture.ledger().prepare(&mut session).unwrap_err();
    assert_eq!(
        (error.kind(), error.sqlstate()),
        (ErrorKind::ReadOnlyServer, Some("25006"))
    );
    assert!(
        !fixture.ledger().read(&mut session).unwrap().exists,
        "it can be read all the same"
    );

    prepared(&fixture);
    let ledger = fixture.ledger();
    ledger.prepare(&mut session).unwrap();
    let error = ledger.begin_run(&mut session, &run_info()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnlyServer);
}

#[test]
fn missing_rights_come_with_what_grants_them() {
    let fixture = two();
    let role = format!("Ann's {}", fixture.rows("SELECT current_database()")[0]);
    let quoted = format!("\"{role}\"");
    fixture.sql(&format!(
        "REVOKE ALL ON SCHEMA public FROM PUBLIC; CREATE ROLE {quoted}"
    ));
    let mut session = fixture.session();
    session.batch(&format!("SET ROLE {quoted}")).unwrap();
    let error = fixture.ledger().prepare(&mut session).unwrap_err();
    assert_eq!(
        (error.kind(), error.sqlstate()),
        (ErrorKind::Ledger, Some("42501"))
    );
    // What the advice says helps.
    let grants = error.advice()[0].split_once(": ").unwrap().1.to_owned();
    fixture.sql(&grants);
    let prepared = fixture.ledger().prepare(&mut session);
    fixture.sql(&format!("DROP OWNED BY {quoted} CASCADE; DROP ROLE {quoted}"));
    prepared.unwrap();
}

#[test]
fn a_missing_schema_asks_for_another() {
    let fixture = two();
    fixture.sql("DROP SCHEMA public");
    let error = fixture.ledger().prepare(&mut fixture.session()).unwrap_err();
    assert_eq!(
        (error.kind(), error.sqlstate()),
        (ErrorKind::Ledger, Some("3F000"))
    );
    assert!(error.advice()[0].contains("`migrations: {schema: …}`"));
}

#[test]
fn a_ledger_that_is_gone_is_an_error() {
    let fixture = two();
    let error = fixture
        .ledger()
        .begin_run(&mut fixture.session(), &run_info())
        .unwrap_err();
    assert_eq!(error.message(), "this database has no ledger of migrations yet");
    let (ledger, mut session) = prepared(&fixture);
    session.batch("DROP SCHEMA confiture CASCADE").unwrap();
    let error = ledger.end_run(&mut session, 1, true).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ledger);
    assert!(error.advice()[0].contains("is gone"));
}

#[test]
fn any_encoding_will_do() -> Result<(), SqlError> {
    let fixture = two();
    let name = format!("latin_{}", fixture.rows("SELECT current_database()")[0]);
    let name = Name::new(&name).quoted();
    fixture.sql(&format!(
        "CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    ));
    let mut session = Session::open(
        &Cluster::shared(crate::support::major())
            .unwrap()
            .target(name.trim_matches('"')),
    )
    .unwrap();
    let ledger = fixture.ledger();
    ledger.prepare(&mut session).unwrap();
    let run = RunInfo {
        applied_by: "Ånn → …".to_owned(),
        ..run_info()
    };
    ledger.begin_run(&mut session, &run).unwrap();
    let history = fixture.history();
    let steps = [step(1, "CREATE TABLE 日本…")];
    ledger
        .complete(&mut session, &completion(&history.migrations[0], Way::Up, &steps))
        .unwrap();
    let what = session.text_rows("SELECT what FROM confiture.step")?;
    assert_eq!(what, [[Some("CREATE TABLE ??~".to_owned())]]);
    session.close();
    fixture.session().batch(&format!("DROP DATABASE {name}"))
}
