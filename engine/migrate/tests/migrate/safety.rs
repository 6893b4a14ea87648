//! What may not run, judged on real servers.

use confiture_migrate::ledger::Way;
use confiture_migrate::safety::{self, Judgement};
use confiture_migrate::{ErrorKind, MigrateError, Plan};
use confiture_risk::Level;

use crate::support::Fixture;

/// The migrations of a fixture with these slugs, judged.
fn judged_way(fixture: &Fixture, slugs: &[&str], way: Way) -> Result<Judgement, MigrateError> {
    let history = fixture.history();
    let wanted = |slug: &&str| history.find(slug).unwrap().clone();
    let plan = Plan {
        migrations: slugs.iter().map(wanted).collect(),
        ..Plan::default()
    };
    safety::judge_way(
        &mut fixture.session(),
        &fixture.project(),
        &plan,
        way,
        &fixture.settings,
    )
}

fn judged(fixture: &Fixture, slugs: &[&str]) -> Judgement {
    judged_way(fixture, slugs, Way::Up).unwrap()
}

/// One migration on a database.
fn one(before: &str, sql: &str) -> (Fixture, Judgement) {
    let fixture = Fixture::new(&[("migrations/001_it.up.sql", sql)]);
    fixture.sql(before);
    let judgement = judged(&fixture, &["001_it"]);
    (fixture, judgement)
}

/// The names of what stops it.
fn stops(judgement: &Judgement) -> Vec<&str> {
    judgement
        .stopping()
        .map(|objection| objection.rule.as_str())
        .collect()
}

/// The names of rules that found something.
fn told(judgement: &Judgement) -> Vec<&str> {
    judgement.findings.iter().map(|finding| &*finding.rule).collect()
}

const FILLED: &str = "CREATE TABLE t (a int, b int); INSERT INTO t SELECT i, i FROM generate_series(1, 9) i";
const EMPTY: &str = "CREATE TABLE t (a int, b int)";

#[test]
fn a_column_with_values_is_not_dropped() {
    let (_fixture, judgement) = one(FILLED, "ALTER TABLE t DROP COLUMN b;");
    assert_eq!(stops(&judgement), ["risk-data-loss"]);
    let error = judgement.refuse().unwrap_err();
    assert_eq!((error.kind(), error.kind().exit_status()), (ErrorKind::Unsafe, 5));
    assert_eq!(
        error.message(),
        "risk-data-loss: column b of public.t is dropped with its values"
    );
    assert_eq!(error.migration(), Some("001_it"));
    let place = error.place().unwrap();
    assert_eq!(&place.text[place.range.clone()], "DROP COLUMN b");
    let advice = error.advice();
    assert!(advice[0].contains("stop using it first"), "{advice:?}");
    assert!(advice[1].contains("`--allow risk-data-loss`"), "{advice:?}");
    // The rule about the same doesn't say it again.
    assert!(!told(&judgement).contains(&"data-loss"));
}

#[test]
fn nothing_is_lost_with_an_empty_table() {
    for sql in [
        "ALTER TABLE t DROP COLUMN b;",
        "DROP TABLE t;",
        "TRUNCATE t;",
        "DELETE FROM t;",
        "ALTER TABLE t ALTER COLUMN b TYPE bigint;",
        "DROP SCHEMA public CASCADE;",
    ] {
        let (_fixture, judgement) = one(EMPTY, sql);
        assert_eq!(judgement.objections, [], "{sql}");
        judgement.refuse().unwrap();
        let (_fixture, judgement) = one(FILLED, sql);
        assert_eq!(judgement.stopping().count(), 1, "{sql}");
    }
}

#[test]
fn a_table_with_rows_is_not_dropped_or_rewritten() {
    let (_fixture, judgement) = one(FILLED, "DROP TABLE t;");
    assert_eq!(stops(&judgement), ["risk-data-loss"]);
    let (_fixture, judgement) = one(FILLED, "ALTER TABLE t ALTER COLUMN b TYPE bigint;");
    assert_eq!(stops(&judgement), ["risk-locking"]);
    let objection = &judgement.objections[0];
    assert!(
        objection.help.as_ref().unwrap().contains("ADD COLUMN"),
        "{objection:?}"
    );
}

#[test]
fn an_index_on_a_filled_table_is_told() {
    let sql = "CREATE INDEX t_b ON t (b);";
    let (fixture, judgement) = one(FILLED, sql);
    assert_eq!(stops(&judgement), [] as [&str; 0]);
    assert!(told(&judgement).contains(&"require-concurrent-index"));
    let finding = &judgement.findings[0];
    assert!(judgement.place(finding).unwrap().path.ends_with("001_it.up.sql"));
    fixture.sql("DELETE FROM t");
    assert!(!told(&judged(&fixture, &["001_it"])).contains(&"require-concurrent-index"));
}

#[test]
fn what_is_configured_as_an_error_stops() {
    let (fixture, _) = one(
        FILLED,
        "CREATE INDEX t_b ON t (b);\nALTER TABLE t ADD COLUMN c int NOT NULL;",
    );
    fixture.write(
        "confiture.yaml",
        "linting:\n  rules:\n    require-concurrent-index: error\n    required-column: error\n    prefer-bigint: error\n",
    );
    let judgement = judged(&fixture, &["001_it"]);
    assert_eq!(stops(&judgement), ["require-concurrent-index", "required-column"]);
    let error = judgement.refuse().unwrap_err();
    assert!(
        error.message().starts_with("2 statements may not run:\n"),
        "{error}"
    );
    assert!(
        error.message().contains("001_it.up.sql:2: required-column: "),
        "{error}"
    );
    // Nobody inserts into an empty table, as far as anybody knows.
    fixture.sql("DELETE FROM t");
    judged(&fixture, &["001_it"]).refuse().unwrap();
}

#[test]
fn what_is_allowed_by_name_runs() {
    let mut fixture = Fixture::new(&[("migrations/001_it.up.sql", "DROP TABLE t;")]);
    fixture.sql(FILLED);
    fixture.settings.allow = vec!["risk-locking".to_owned()];
    assert_eq!(stops(&judged(&fixture, &["001_it"])), ["risk-data-loss"]);
    fixture.settings.allow.push("risk-data-loss".to_owned());
    let judgement = judged(&fixture, &["001_it"]);
    judgement.refuse().unwrap();
    assert_eq!(judgement.objections.len(), 1, "it is told all the same");
}

#[test]
fn an_unknown_name_is_not_allowed() {
    let mut fixture = Fixture::new(&[("migrations/001_it.up.sql", "SELECT 1;")]);
    for (name, help) in [
        ("risk-dataloss", "did you mean `risk-data-loss`?"),
        (
            "requires-concurrent-index",
            "did you mean `require-concurrent-index`?",
        ),
        ("all", "allow a rule that `confiture rules` lists"),
    ] {
        fixture.settings.allow = vec![name.to_owned()];
        let error = judged_way(&fixture, &[], Way::Up).unwrap_err();
        assert_eq!(
            (error.kind().code(), error.kind().exit_status()),
            ("unknown-rule", 2)
        );
        assert!(error.advice()[0].starts_with(help), "{error:?}");
    }
}

#[test]
fn comments_that_silence_a_rule_are_heard() {
    let comment = "-- confiture: ignore data-loss: moved elsewhere\n";
    let (fixture, judgement) = one(FILLED, &format!("{comment}DROP TABLE t;"));
    judgement.refuse().unwrap();
    assert_eq!(judgement.objections.len(), 1, "it is told all the same");
    // One about another rule decides nothing.
    fixture.write(
        "migrations/001_it.up.sql",
        "-- confiture: ignore prefer-text: really\nDROP TABLE t;",
    );
    assert_eq!(stops(&judged(&fixture, &["001_it"])), ["risk-data-loss"]);
}

#[test]
fn style_never_stops_a_run() {
    let sql = "CREATE TABLE \"BadName\" (\"Id\" money, x char(3));";
    let fixture = Fixture::new(&[
        ("migrations/001_it.up.sql", sql),
        (
            "confiture.yaml",
            "linting:\n  rules:\n    no-char: error\n    no-money: error\n    require-primary-key: error\n",
        ),
    ]);
    // What only the server has is no news either.
    fixture.sql("CREATE TABLE \"AsBad\" (\"Id\" money)");
    let judgement = judged(&fixture, &["001_it"]);
    judgement.refuse().unwrap();
    let told = told(&judgement);
    assert!(
        told.contains(&"no-money") && told.contains(&"require-primary-key"),
        "{told:?}"
    );
    assert!(
        judgement
            .findings
            .iter()
            .all(|f| judgement.place(f).unwrap().path.ends_with("001_it.up.sql")),
        "{told:?}"
    );
}

#[test]
fn what_the_plan_creates_holds_nothing_to_lose() {
    let fixture = Fixture::new(&[
        (
            "migrations/001_a.up.sql",
            "CREATE TABLE a (x int, y int); INSERT INTO a VALUES (1, 2);",
        ),
        (
            "migrations/002_b.up.sql",
            "ALTER TABLE a ALTER COLUMN y TYPE bigint; CREATE INDEX a_y ON a (y);",
        ),
        ("migrations/003_c.up.sql", "DROP TABLE a;"),
        ("migrations/004_d.up.sql", "CREATE TABLE a AS SELECT * FROM old;"),
        ("migrations/005_e.up.sql", "DROP TABLE a;"),
    ]);
    let judgement = judged(&fixture, &["001_a", "002_b", "003_c"]);
    assert_eq!(judgement.objections, []);
    assert!(!told(&judgement).contains(&"require-concurrent-index"));
    // Once it holds rows from elsewhere, they can be lost.
    fixture.sql("CREATE TABLE old (x int); INSERT INTO old VALUES (1)");
    assert_eq!(stops(&judged(&fixture, &["004_d", "005_e"])), ["risk-data-loss"]);
    fixture.sql("DELETE FROM old");
    assert_eq!(stops(&judged(&fixture, &["004_d", "005_e"])), [] as [&str; 0]);
}

#[test]
fn what_a_function_may_have_filled_is_not_empty() {
    let fixture = Fixture::new(&[
        ("migrations/001_a.up.sql", "CREATE TABLE a (x int);"),
        ("migrations/002_b.up.sql", "SELECT fill();"),
        ("migrations/003_c.up.sql", "DROP TABLE a;"),
    ]);
    fixture.sql(
        "CREATE TABLE old (x int); INSERT INTO old VALUES (1);
         CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS 'INSERT INTO old SELECT * FROM old'",
    );
    let all = ["001_a", "002_b", "003_c"];
    assert_eq!(stops(&judged(&fixture, &all)), ["risk-data-loss"]);
    // Where no table holds a row there is nothing that it could have been filled with.
    fixture.sql("TRUNCATE old");
    assert_eq!(stops(&judged(&fixture, &all)), [] as [&str; 0]);
}

#[test]
fn the_way_back_is_judged_alike() {
    let fixture = Fixture::new(&[
        ("migrations/001_it.up.sql", "CREATE TABLE t (a int);"),
        ("migrations/001_it.down.sql", "DROP TABLE t;"),
        ("migrations/002_it.up.sql", "CREATE TABLE u (a int);"),
        ("migrations/002_it.down.sql", "DROP TABLE u;"),
    ]);
    fixture.sql("CREATE TABLE t (a int); CREATE TABLE u (a int)");
    let down = || judged_way(&fixture, &["002_it", "001_it"], Way::Down).unwrap();
    assert_eq!(down().objections, []);
    fixture.sql("INSERT INTO t VALUES (1)");
    let judgement = down();
    assert_eq!(stops(&judgement), ["risk-data-loss"]);
    assert_eq!(judgement.objections[0].migration, "001_it");
    let order: Vec<&str> = judgement.statements.iter().map(|s| s.sql.as_str()).collect();
    assert_eq!(order, ["DROP TABLE u;", "DROP TABLE t;"]);
}

#[test]
fn rows_of_partitions_and_of_what_references_count() {
    let tables = "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
        CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
        CREATE TABLE r (a int PRIMARY KEY, p int REFERENCES p (a));";
    let (fixture, judgement) = one(tables, "TRUNCATE p CASCADE;");
    assert_eq!(judgement.objections, []);
    fixture.sql("INSERT INTO r VALUES (1, NULL)");
    let judgement = judged(&fixture, &["001_it"]);
    assert_eq!(
        judgement.objections[0].message,
        "all rows of public.r are gone: it references public.p"
    );
    fixture.sql("DELETE FROM r; INSERT INTO p VALUES (11)");
    assert_eq!(stops(&judged(&fixture, &["001_it"])), ["risk-data-loss"]);
    fixture.write("migrations/001_it.up.sql", "DROP TABLE p1;");
    assert_eq!(stops(&judged(&fixture, &["001_it"])), [] as [&str; 0]);
}

#[test]
fn what_cannot_be_looked_at_is_not_empty() {
    let (fixture, judgement) = one(EMPTY, "DROP TABLE t;");
    judgement.refuse().unwrap();
    let mut holder = fixture.session();
    holder
        .batch("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    assert_eq!(stops(&judged(&fixture, &["001_it"])), ["risk-data-loss"]);
    holder.batch("ROLLBACK").unwrap();
    judged(&fixture, &["001_it"]).refuse().unwrap();
}

#[test]
fn rows_that_a_policy_hides_count() {
    let (fixture, _) = one(FILLED, "DROP TABLE t;");
    let mut session = fixture.session();
    let database = fixture.database().name();
    let role = format!("{database}_limited");
    session
        .batch(&format!(
            "CREATE ROLE {role}; GRANT USAGE ON SCHEMA public TO {role}; ALTER TABLE t OWNER TO {role};
             ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;
             SET ROLE {role}"
        ))
        .unwrap();
    let rows = session.text_rows("SELECT count(*) FROM t").unwrap();
    assert_eq!(rows, [[Some("0".to_owned())]]);
    let history = fixture.history();
    let plan = Plan {
        migrations: history.migrations,
        ..Plan::default()
    };
    let judgement = safety::judge(&mut session, &fixture.project(), &plan, &fixture.settings).unwrap();
    assert_eq!(stops(&judgement), ["risk-data-loss"]);
    session
        .batch(&format!("RESET ROLE; ALTER TABLE t OWNER TO CURRENT_USER; REVOKE ALL ON SCHEMA public FROM {role}; DROP ROLE {role}"))
        .unwrap();
}

#[test]
fn statements_have_sizes_and_times() {
    let sql = "CREATE INDEX big_b ON big (b);\nSELECT 1;\nCREATE TABLE fresh (a int);";
    let before = "CREATE TABLE big AS SELECT i AS a, i AS b FROM generate_series(1, 20000) i; ANALYZE big";
    let (_fixture, judgement) = one(before, sql);
    let [index, select, create] = judgement.statements.as_slice() else {
        panic!("{:?}", judgement.statements);
    };
    assert_eq!(index.rows, Some(20_000));
    assert_eq!(index.estimate.unwrap().to_string(), "about a second at most");
    assert_eq!(index.risk.assessment.locking.level, Level::High);
    assert_eq!((select.rows, select.estimate), (None, None));
    assert_eq!((create.rows, create.estimate), (None, None));
    assert!(index.place.path.ends_with("001_it.up.sql"));
}

#[test]
fn statements_that_run_alone_are_no_reason_to_stop() {
    let (_fixture, judgement) = one(FILLED, "CREATE INDEX CONCURRENTLY t_b ON t (b);");
    assert_eq!(judgement.objections, []);
}

#[test]
fn names_are_looked_up_as_the_server_does() {
    let fixture = Fixture::new(&[("migrations/001_it.up.sql", "DROP TABLE t;")]);
    let database = fixture.database().name();
    fixture.sql(&format!(
        "CREATE SCHEMA app; CREATE TABLE app.t (a int); CREATE TABLE public.t (a int);
         INSERT INTO app.t VALUES (1); ALTER DATABASE {database} SET search_path = app, public"
    ));
    let judgement = judged(&fixture, &["001_it"]);
    assert_eq!(
        judgement.objections[0].message,
        "app.t is dropped with all its rows"
    );
}

#[test]
fn what_does_not_exist_holds_no_rows() {
    let fixture = Fixture::new(&[
        (
            "migrations/001_a.up.sql",
            "DO $$ BEGIN EXECUTE format('CREATE TABLE %I (a int)', 'ma' || 'de'); END $$;",
        ),
        (
            "migrations/002_b.up.sql",
            "ALTER TABLE made DROP COLUMN a; DROP TABLE made;",
        ),
    ]);
    let all = ["001_a", "002_b"];
    assert_eq!(judged(&fixture, &all).objections, []);
    // What the block computes may be anything once there are rows.
    fixture.sql("CREATE TABLE filled (a int); INSERT INTO filled VALUES (1)");
    assert_eq!(
        stops(&judged(&fixture, &all)),
        ["risk-data-loss", "risk-data-loss"]
    );
}

#[test]
fn what_takes_the_name_of_nothing_keeps_its_rows() {
    // `made` doesn't exist, as the first statement says, and later it is what had rows under another name.
    let sql = "DROP TABLE IF EXISTS made; ALTER TABLE t RENAME TO made; DROP TABLE made;";
    let (fixture, judgement) = one(FILLED, sql);
    assert_eq!(stops(&judgement), ["risk-data-loss"]);
    assert_eq!(
        judgement.objections[0].message,
        "public.made is dropped with all its rows"
    );
    // In a block too, be it said or computed.
    for first in [
        "ALTER TABLE t RENAME TO made",
        "EXECUTE format('ALTER TABLE t RENAME TO %I', 'ma' || 'de')",
    ] {
        let sql = format!("DO $$ BEGIN {first}; DROP TABLE made; END $$;");
        fixture.write("migrations/001_it.up.sql", &sql);
        assert_eq!(stops(&judged(&fixture, &["001_it"])), ["risk-data-loss"], "{sql}");
    }
    fixture.sql("DELETE FROM t");
    assert_eq!(judged(&fixture, &["001_it"]).objections, []);
}

#[test]
fn a_type_takes_only_its_own_columns_along() {
    let drop = "DROP TYPE IF EXISTS kind CASCADE; DROP DOMAIN IF EXISTS code CASCADE;";
    let (fixture, judgement) = one(FILLED, drop);
    assert_eq!(judgement.objections, [], "neither exists");
    fixture.sql(
        "CREATE TYPE kind AS (a int); CREATE DOMAIN code AS kind[];
         CREATE FUNCTION f(kind) RETURNS code LANGUAGE sql AS 'SELECT NULL::code';
         CREATE TABLE empty (k kind)",
    );
    let objections = |fixture: &Fixture| judged(fixture, &["001_it"]).objections;
    assert_eq!(objections(&fixture), [], "no column with values is of them");
    fixture.sql("ALTER TABLE t ADD COLUMN c code");
    let [objection] = objections(&fixture).try_into().unwrap();
    assert_eq!(
        objection.message, "all columns of type kind are dropped",
        "by way of the domain"
    );
    // What runs unseen may have made one.
    fixture.sql("ALTER TABLE t DROP COLUMN c");
    let sql = format!("DO $$ BEGIN EXECUTE 'ALTER TABLE t ' || 'ADD c code'; END $$; {drop}");
    fixture.write("migrations/001_it.up.sql", &sql);
    assert_eq!(objections(&fixture).len(), 2);
}
