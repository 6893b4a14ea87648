//! Carrying plans out.

use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use confiture_migrate::event::Left;
use confiture_migrate::ledger::Way;
use confiture_migrate::{Choice, ErrorKind, Event, Interrupt, Observer};
use confiture_postgres::Session;

use crate::support::{Fixture, Told};

/// Slugs that the ledger has, in the order in which they were applied.
fn applied(fixture: &Fixture) -> Vec<String> {
    let recorded = fixture.ledger().read(&mut fixture.session()).unwrap();
    recorded.applied.into_iter().map(|applied| applied.slug).collect()
}

/// Applies everything; a failure fails the test.
fn up(fixture: &Fixture) -> Vec<String> {
    let outcome = fixture.up().unwrap();
    assert!(outcome.failure.is_none(), "{:?}", outcome.failure);
    outcome.applied
}

/// The failure of an `up` that is expected to have one.
fn failed_up(fixture: &Fixture) -> confiture_migrate::MigrateError {
    fixture.up().unwrap().failure.expect("a failure")
}

/// Acts on events, then remembers them.
struct Acting<'a> {
    told: Told,
    act: Box<dyn Fn(&Event) + Send + Sync + 'a>,
}

impl<'a> Acting<'a> {
    fn on(act: impl Fn(&Event) + Send + Sync + 'a) -> Acting<'a> {
        Acting {
            told: Told::default(),
            act: Box::new(act),
        }
    }
}

impl Observer for Acting<'_> {
    fn tell(&self, event: &Event) {
        (self.act)(event);
        self.told.tell(event);
    }
}

#[test]
fn a_migration_and_its_row_are_there_together() {
    let fixture = Fixture::new(&[
        (
            "migrations/001_a.up.sql",
            "CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1), (2);",
        ),
        ("migrations/002_b.up.sql", "CREATE TABLE b (id int REFERENCES a);"),
    ]);
    assert_eq!(up(&fixture), ["001_a", "002_b"]);
    assert_eq!(applied(&fixture), ["001_a", "002_b"]);
    assert_eq!(fixture.rows("SELECT count(*) FROM a"), ["2"]);
    assert_eq!(up(&fixture), Vec::<String>::new());
    let rows = fixture.told.events().into_iter().find_map(|event| match event {
        Event::MigrationFinished { migration, rows, .. } if migration == "001_a" => Some(rows),
        _ => None,
    });
    assert_eq!(rows, Some(2));
}

#[test]
fn a_failure_leaves_nothing_and_names_the_place() {
    let fixture = Fixture::new(&[
        ("migrations/001_a.up.sql", "CREATE TABLE a (id int);"),
        (
            "migrations/002_b.up.sql",
            "CREATE TABLE b (id int);\n\nINSERT INTO b VALUES ('é', 1, nothing);\n",
        ),
        ("migrations/003_c.up.sql", "CREATE TABLE c (id int);"),
    ]);
    let error = failed_up(&fixture);
    assert_eq!(error.kind(), ErrorKind::Statement);
    assert_eq!(error.sqlstate(), Some("42703"));
    assert_eq!(error.migration(), Some("002_b"));
    let place = error.place().unwrap();
    assert_eq!(&place.text[place.range.clone()], "nothing");
    assert_eq!(applied(&fixture), ["001_a"]);
    assert_eq!(fixture.rows("SELECT to_regclass('b'), to_regclass('c')"), ["∅|∅"]);
    let left = fixture.told.events().into_iter().find_map(|event| match event {
        Event::MigrationFailed { left, .. } => Some(left),
        _ => None,
    });
    assert_eq!(left, Some(Left::Nothing));

    fixture.write("migrations/002_b.up.sql", "CREATE TABLE b (id int);");
    assert_eq!(up(&fixture), ["002_b", "003_c"]);
}

#[test]
fn deferred_constraints_fail_at_commit_and_leave_nothing() {
    let fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "CREATE TABLE a (id int PRIMARY KEY, a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO a VALUES (1, 2);",
    )]);
    let error = failed_up(&fixture);
    assert_eq!(error.sqlstate(), Some("23503"));
    assert_eq!(fixture.rows("SELECT to_regclass('a')"), ["∅"]);
    assert_eq!(applied(&fixture), Vec::<String>::new());
}

#[test]
fn what_cannot_run_in_a_transaction_runs_alone() {
    let fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "CREATE TABLE a (id int);\nINSERT INTO a SELECT generate_series(1, 100);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n\
         ALTER TABLE a ADD COLUMN b text;\nVACUUM a;\n",
    )]);
    assert_eq!(up(&fixture), ["001_a"]);
    assert_eq!(
        fixture.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"),
        ["t"]
    );
    assert_eq!(applied(&fixture), ["001_a"]);
    let recorded = fixture.ledger().read(&mut fixture.session()).unwrap();
    assert!(recorded.unfinished.is_empty(), "{recorded:?}");
}

#[test]
fn a_procedure_that_commits_is_found_out_and_runs_alone() {
    let fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "CREATE TABLE a (id int);\n\
         CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..3 LOOP INSERT INTO a VALUES (i); COMMIT; END LOOP; END $$;\n\
         CALL fill();\nALTER TABLE a ADD PRIMARY KEY (id);",
    )]);
    assert_eq!(up(&fixture), ["001_a"]);
    assert_eq!(fixture.rows("SELECT count(*) FROM a"), ["3"]);
}

#[test]
fn a_lone_step_that_fails_is_cured_and_taken_up() {
    let fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (1);\nCREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\n\
         INSERT INTO a VALUES (7);",
    )]);
    let error = failed_up(&fixture);
    assert_eq!(error.sqlstate(), Some("23505"));
    assert_eq!(
        fixture.rows("SELECT to_regclass('a_id')"),
        ["∅"],
        "the invalid index is gone"
    );
    let recorded = fixture.ledger().read(&mut fixture.session()).unwrap();
    assert_eq!(recorded.unfinished["001_a"].steps_done, 2);

    fixture.sql("DELETE FROM a WHERE ctid = '(0,1)'");
    assert_eq!(up(&fixture), ["001_a"]);
    assert_eq!(fixture.rows("SELECT count(*) FROM a"), ["2"]);
    assert_eq!(
        fixture.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"),
        ["t"]
    );
}

#[test]
fn a_file_that_changed_while_it_was_half_done_is_not_taken_up() {
    let text = "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (1);\nCREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\n";
    let fixture = Fixture::new(&[("migrations/001_a.up.sql", text)]);
    failed_up(&fixture);
    fixture.write("migrations/001_a.up.sql", &text.replace("UNIQUE ", ""));
    let error = fixture.up().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unfinished, "{error}");
    fixture.write("migrations/001_a.up.sql", text);
    fixture.sql("TRUNCATE a");
    assert_eq!(up(&fixture), ["001_a"]);
}

#[test]
fn a_lone_step_that_left_nothing_may_be_mended() {
    let fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);",
    )]);
    fixture.sql("CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)");
    failed_up(&fixture);
    fixture.write(
        "migrations/001_a.up.sql",
        "CREATE INDEX CONCURRENTLY a_id ON a (id);",
    );
    assert_eq!(up(&fixture), ["001_a"]);
}

#[test]
fn an_invalid_index_of_the_name_is_cured_first() {
    let fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS a_id ON a (id);",
    )]);
    let mut session = fixture.session();
    session
        .batch("CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)")
        .unwrap();
    session
        .batch("CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id)")
        .unwrap_err();
    assert_eq!(up(&fixture), ["001_a"]);
    assert_eq!(
        fixture.rows("SELECT indisvalid, indisunique FROM pg_index WHERE indexrelid = 'a_id'::regclass"),
        ["t|f"]
    );
}

#[test]
fn transactions_of_the_script_are_kept() {
    let fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\nBEGIN ISOLATION LEVEL SERIALIZABLE;\n\
         INSERT INTO a SELECT 1 WHERE current_setting('transaction_isolation') = 'serializable';\nCOMMIT;\nROLLBACK;\n\
         VACUUM a;",
    )]);
    assert_eq!(up(&fixture), ["001_a"]);
    assert_eq!(fixture.rows("SELECT count(*) FROM a"), ["1"]);
}

#[test]
fn a_script_that_rolls_back_is_refused() {
    let fixture = Fixture::new(&[("migrations/001_a.up.sql", "CREATE TABLE a (id int);\nROLLBACK;")]);
    let error = fixture.up().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Files);
    assert_eq!(fixture.rows("SELECT to_regclass('a')"), ["∅"]);
}

#[test]
fn rows_of_copy_are_sent() {
    let fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "CREATE TABLE a (id int, b text);\nCOPY a FROM stdin;\n1\tx\\ty\n2\t\\N\n\\.\nINSERT INTO a VALUES (3, 'z');\n",
    )]);
    assert_eq!(up(&fixture), ["001_a"]);
    assert_eq!(
        fixture.rows("SELECT * FROM a ORDER BY id"),
        ["1|x\ty", "2|∅", "3|z"]
    );
}

#[test]
fn commands_of_psql_are_refused_at_their_place() {
    let fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "\\echo hello\nSELECT 1;\n\\connect other\n",
    )]);
    let error = fixture.up().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Files);
    assert!(error.message().contains("\\connect"), "{error}");
}

#[test]
fn what_a_migration_does_to_its_session_ends_with_it() {
    let fixture = Fixture::new(&[
        (
            "migrations/001_a.up.sql",
            "SET search_path = '';\nSET statement_timeout = '1h';\nCREATE TEMP TABLE scratch (id int);\nSET ROLE pg_monitor;",
        ),
        (
            "migrations/002_b.up.sql",
            "CREATE TABLE b AS SELECT current_user = session_user AS self, current_setting('search_path') AS path,\
             to_regclass('pg_temp.scratch') AS scratch;",
        ),
    ]);
    assert_eq!(up(&fixture), ["001_a", "002_b"]);
    assert_eq!(fixture.rows("SELECT * FROM b"), ["t|\"$user\", public|∅"]);
}

#[test]
fn a_migration_of_several_transactions_may_work_as_another_role() {
    let fixture = Fixture::new(&[]);
    let role = format!("\"{} owner\"", fixture.database().name());
    fixture.sql(&format!(
        "CREATE ROLE {role}; GRANT CREATE, USAGE ON SCHEMA public TO {role}"
    ));
    fixture.write(
        "migrations/001_a.up.sql",
        &format!(
            "SET ROLE {role};\nCREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (1);\n\
             CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\nCREATE TABLE b ();\nVACUUM a;"
        ),
    );
    assert_eq!(failed_up(&fixture).sqlstate(), Some("23505"));
    fixture.sql("DELETE FROM a");
    assert_eq!(up(&fixture), ["001_a"]);
    let owners =
        fixture.rows("SELECT DISTINCT relowner::regrole FROM pg_class WHERE relname IN ('a', 'a_id', 'b')");
    assert_eq!(owners, [role]);
}

#[test]
fn settings_hold_for_all_of_a_migration_also_when_it_is_taken_up() {
    let fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "CREATE SCHEMA s;\nSET search_path = s;\nCREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (1);\n\
         CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\nCREATE TABLE b (id int);",
    )]);
    failed_up(&fixture);
    fixture.sql("TRUNCATE s.a");
    assert_eq!(up(&fixture), ["001_a"]);
    assert_eq!(fixture.rows("SELECT to_regclass('s.b') IS NOT NULL"), ["t"]);
}

/// A session that holds a lock on a table until it is told to let go.
struct Holder(Mutex<Option<Session>>);

impl Holder {
    fn of(fixture: &Fixture, sql: &str) -> Holder {
        let mut session = fixture.session();
        session
            .batch(&format!("SET application_name = 'the holder'; BEGIN; {sql}"))
            .unwrap();
        Holder(Mutex::new(Some(session)))
    }

    fn let_go(&self) {
        if let Some(mut session) = self.0.lock().unwrap().take() {
            session.batch("ROLLBACK").unwrap();
            session.close();
        }
    }
}

#[test]
fn who_stands_in_the_way_is_named() {
    let mut fixture = Fixture::new(&[("migrations/001_a.up.sql", "ALTER TABLE a ADD COLUMN b int;")]);
    fixture.settings.lock_timeout = Duration::from_secs(2);
    fixture.settings.retries.attempts = 1;
    fixture.sql("CREATE TABLE a (id int)");
    let holder = Holder::of(&fixture, "SELECT * FROM a");
    let error = failed_up(&fixture);
    assert_eq!(error.kind(), ErrorKind::LockTimeout);
    let [blocker] = error.blockers() else {
        panic!("{:?}", error.blockers());
    };
    assert_eq!(blocker.application.as_deref(), Some("the holder"));
    assert_eq!(
        blocker.query.as_deref(),
        Some("SET application_name = 'the holder'; BEGIN; SELECT * FROM a")
    );
    assert_eq!(applied(&fixture), Vec::<String>::new());
    holder.let_go();
    assert_eq!(up(&fixture), ["001_a"]);
}

#[test]
fn what_waited_too_long_is_tried_again() {
    let mut fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "CREATE TABLE c ();\nALTER TABLE a ADD COLUMN b int;",
    )]);
    fixture.settings.lock_timeout = Duration::from_millis(50);
    fixture.settings.retries.first_pause = Duration::from_millis(1);
    fixture.sql("CREATE TABLE a (id int)");
    let holder = Holder::of(&fixture, "SELECT * FROM a");
    let acting = Acting::on(|event| {
        if let Event::Retrying { attempt: 3, .. } = event {
            holder.let_go();
        }
    });
    let outcome = fixture
        .run_watched(Way::Up, &Choice::Default, &acting, &Interrupt::new())
        .unwrap();
    assert_eq!(outcome.applied, ["001_a"], "{:?}", outcome.failure);
}

#[test]
fn a_lone_step_is_tried_again_too() {
    let mut fixture = Fixture::new(&[("migrations/001_a.up.sql", "REINDEX INDEX CONCURRENTLY a_id;")]);
    fixture.write(
        "migrations/001_a.up.sql",
        "-- confiture: set lock_timeout = 50ms\nVACUUM FULL a;",
    );
    fixture.settings.retries.first_pause = Duration::from_millis(1);
    fixture.sql("CREATE TABLE a (id int)");
    let holder = Holder::of(&fixture, "SELECT * FROM a");
    let acting = Acting::on(|event| {
        if let Event::Retrying { .. } = event {
            holder.let_go();
        }
    });
    let outcome = fixture
        .run_watched(Way::Up, &Choice::Default, &acting, &Interrupt::new())
        .unwrap();
    assert_eq!(outcome.applied, ["001_a"], "{:?}", outcome.failure);
    assert!(
        acting
            .told
            .events()
            .iter()
            .any(|event| matches!(event, Event::Retrying { .. }))
    );
}

#[test]
fn blockers_are_waited_for_where_that_is_allowed() {
    let mut fixture = Fixture::new(&[("migrations/001_a.up.sql", "ALTER TABLE a ADD COLUMN b int;")]);
    fixture.settings.lock_timeout = Duration::from_secs(1);
    fixture.settings.retries.attempts = 2;
    fixture.settings.retries.first_pause = Duration::from_millis(1);
    fixture.settings.retries.wait_for_blockers = Some(Duration::from_secs(600));
    fixture.sql("CREATE TABLE a (id int)");
    let holder = Arc::new(Holder::of(&fixture, "SELECT * FROM a"));
    let acting = Acting::on(|event| {
        if let Event::Retrying { .. } = event {
            // It is let go only when nobody waits in the server's queue any more.
            let holder = Arc::clone(&holder);
            std::thread::spawn(move || holder.let_go());
        }
    });
    let outcome = fixture
        .run_watched(Way::Up, &Choice::Default, &acting, &Interrupt::new())
        .unwrap();
    assert_eq!(outcome.applied, ["001_a"], "{:?}", outcome.failure);
}

#[test]
fn a_request_to_stop_cancels_what_runs() {
    let fixture = Fixture::new(&[
        ("migrations/001_a.up.sql", "CREATE TABLE a (id int);"),
        (
            "migrations/002_b.up.sql",
            "CREATE TABLE b (id int);\nSELECT pg_sleep(3600);",
        ),
    ]);
    let interrupt = Interrupt::new();
    let acting = Acting::on(|event| {
        if let Event::StatementStarted { sql, .. } = event
            && sql.contains("pg_sleep")
        {
            interrupt.ask();
        }
    });
    let outcome = fixture
        .run_watched(Way::Up, &Choice::Default, &acting, &interrupt)
        .unwrap();
    assert_eq!(outcome.applied, ["001_a"]);
    assert_eq!(outcome.failure.unwrap().kind(), ErrorKind::Interrupted);
    assert_eq!(fixture.rows("SELECT to_regclass('b')"), ["∅"]);
    assert_eq!(applied(&fixture), ["001_a"]);
}

#[test]
fn a_connection_that_is_lost_anywhere_is_made_up_for() {
    let text = "CREATE TABLE a (id int);\nINSERT INTO a SELECT generate_series(1, 50);\n\
                CREATE INDEX CONCURRENTLY a_id ON a (id);\nALTER TABLE a ADD COLUMN b int DEFAULT 3;\n\
                INSERT INTO a VALUES (51);\nREINDEX INDEX CONCURRENTLY a_id;\nVACUUM a;\nDROP INDEX CONCURRENTLY a_id;";
    for step in 1..=8 {
        let fixture = Fixture::new(&[("migrations/001_a.up.sql", text)]);
        let acting = Acting::on(|event| {
            if matches!(event, Event::StatementStarted { step: now, .. } if *now == step) {
                fixture.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
                );
            }
        });
        let outcome = fixture
            .run_watched(Way::Up, &Choice::Default, &acting, &Interrupt::new())
            .unwrap();
        let failure = outcome.failure.expect("the connection is lost");
        assert_eq!(
            failure.kind(),
            ErrorKind::ConnectionLost,
            "step {step}: {failure}"
        );
        assert_eq!(up(&fixture), ["001_a"], "step {step}");
        assert_eq!(
            fixture.rows("SELECT count(*), sum(b) FROM a"),
            ["51|153"],
            "step {step}"
        );
        assert_eq!(
            fixture.rows("SELECT count(*) FROM pg_index WHERE indrelid = 'a'::regclass"),
            ["0"],
            "step {step}"
        );
    }
}

#[test]
fn an_index_build_that_was_cut_off_is_done_again() {
    let fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "CREATE TABLE a (id int);\nINSERT INTO a SELECT generate_series(1, 50);\nCREATE INDEX CONCURRENTLY a_id ON a (id);",
    )]);
    fixture.sql("CREATE TABLE other (id int)");
    // An index build waits for every older transaction, so it stands still at a known place.
    let holder = Holder::of(
        &fixture,
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT * FROM other",
    );
    let acting = Acting::on(|event| {
        if let Event::Blocked { .. } = event {
            fixture.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND query LIKE 'CREATE INDEX%'",
            );
        }
    });
    let outcome = fixture
        .run_watched(Way::Up, &Choice::Default, &acting, &Interrupt::new())
        .unwrap();
    assert_eq!(
        outcome.failure.expect("the connection is lost").kind(),
        ErrorKind::ConnectionLost
    );
    assert_eq!(
        fixture.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"),
        ["f"]
    );
    holder.let_go();
    assert_eq!(up(&fixture), ["001_a"]);
    assert_eq!(
        fixture.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"),
        ["t"]
    );
}

#[test]
fn several_share_a_transaction_on_request() {
    let mut fixture = Fixture::new(&[
        ("migrations/001_a.up.sql", "CREATE TABLE a (id int);"),
        (
            "migrations/002_b.up.sql",
            "CREATE TABLE b (id int);\nSELECT nothing;",
        ),
    ]);
    fixture.settings.single_transaction = true;
    let error = failed_up(&fixture);
    assert_eq!(error.migration(), Some("002_b"));
    assert_eq!(applied(&fixture), Vec::<String>::new());
    assert_eq!(fixture.rows("SELECT to_regclass('a')"), ["∅"]);
    fixture.write("migrations/002_b.up.sql", "CREATE TABLE b (id int);");
    assert_eq!(up(&fixture), ["001_a", "002_b"]);

    fixture.write("migrations/003_c.up.sql", "CREATE INDEX CONCURRENTLY ON b (id);");
    let error = failed_up(&fixture);
    assert_eq!(error.kind(), ErrorKind::Unsafe);
}

#[test]
fn down_goes_back() {
    let fixture = Fixture::new(&[
        ("migrations/001_a.up.sql", "CREATE TABLE a (id int);"),
        ("migrations/001_a.down.sql", "DROP TABLE a;"),
        ("migrations/002_b.up.sql", "CREATE TABLE b (id int);"),
        ("migrations/002_b.down.sql", "DROP TABLE b;"),
    ]);
    up(&fixture);
    let outcome = fixture.down(&Choice::Default).unwrap();
    assert_eq!(outcome.reverted, ["002_b"]);
    assert_eq!(applied(&fixture), ["001_a"]);
    assert_eq!(fixture.rows("SELECT to_regclass('b')"), ["∅"]);
    assert_eq!(up(&fixture), ["002_b"]);
    assert_eq!(fixture.down(&Choice::All).unwrap().reverted, ["002_b", "001_a"]);
    assert_eq!(applied(&fixture), Vec::<String>::new());
}

#[test]
fn sixteen_runners_apply_each_migration_once() {
    let files: Vec<(String, String)> = (1..=12)
        .map(|n| {
            (
                format!("migrations/{n:03}_t.up.sql"),
                format!("CREATE TABLE t{n} (id int);\nINSERT INTO log VALUES ({n});"),
            )
        })
        .collect();
    let borrowed: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let mut fixture = Fixture::new(&borrowed);
    fixture.settings.wait_for_runner = Duration::from_secs(600);
    fixture.sql("CREATE TABLE log (n int)");
    let barrier = Barrier::new(16);
    let counts: Vec<usize> = std::thread::scope(|scope| {
        let runners: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    let outcome = fixture.up().unwrap();
                    assert!(outcome.failure.is_none(), "{:?}", outcome.failure);
                    outcome.applied.len()
                })
            })
            .collect();
        runners.into_iter().map(|runner| runner.join().unwrap()).collect()
    });
    assert_eq!(counts.iter().sum::<usize>(), 12);
    assert_eq!(
        fixture.rows("SELECT count(*), count(DISTINCT n) FROM log"),
        ["12|12"]
    );
    assert_eq!(applied(&fixture).len(), 12);
}

#[test]
fn who_holds_the_lock_is_named() {
    let mut fixture = Fixture::new(&[
        ("migrations/001_a.up.sql", "CREATE TABLE a (id int);"),
        ("migrations/002_b.up.sql", "CREATE TABLE b (id int);"),
    ]);
    fixture.settings.wait_for_runner = Duration::ZERO;
    let seen = Mutex::new(None);
    let acting = Acting::on(|event| {
        if let Event::StatementStarted { sql, .. } = event
            && sql.contains("TABLE a")
        {
            *seen.lock().unwrap() = Some(fixture.up().unwrap_err());
        }
    });
    fixture
        .run_watched(Way::Up, &Choice::Default, &acting, &Interrupt::new())
        .unwrap();
    let error = seen.lock().unwrap().take().expect("the second runner is refused");
    assert_eq!(error.kind(), ErrorKind::LockHeld);
    assert!(
        error.message().contains("process ") && error.message().contains("user postgres"),
        "{error}"
    );
    assert_eq!(applied(&fixture), ["001_a", "002_b"]);
}

#[test]
fn a_server_that_takes_no_writes_is_refused_at_once() {
    let fixture = Fixture::new(&[("migrations/001_a.up.sql", "CREATE TABLE a (id int);")]);
    let name = fixture.database().name().to_owned();
    fixture.sql(&format!(
        "ALTER DATABASE \"{name}\" SET default_transaction_read_only = on"
    ));
    let error = fixture.up().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnlyServer);
    assert!(
        error.message().contains("default_transaction_read_only"),
        "{error}"
    );
}

#[test]
fn locks_that_others_may_wait_for_are_told_of() {
    let fixture = Fixture::new(&[(
        "migrations/001_a.up.sql",
        "ALTER TABLE a ADD COLUMN b int;\nCREATE TABLE fresh (id int);\nDROP TABLE gone;\nSELECT pg_sleep(0.02);",
    )]);
    fixture.sql("CREATE TABLE a (id int); CREATE TABLE gone (id int)");
    up(&fixture);
    let locks = fixture.told.events().into_iter().find_map(|event| match event {
        Event::MigrationFinished { locks, .. } => Some(locks),
        _ => None,
    });
    let locks: Vec<_> = locks
        .unwrap()
        .into_iter()
        .map(|lock| format!("{} {}", lock.relation, lock.mode))
        .collect();
    assert_eq!(locks, ["a AccessExclusiveLock", "gone AccessExclusiveLock"]);
}
