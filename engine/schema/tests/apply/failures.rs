//! What PostgreSQL refuses changes nothing; what merely isn't known is noted.

use confiture_schema::apply::NoteKind::{AlreadyExists, Missing, Refused, Unknown};

use crate::run;

#[test]
fn what_exists_is_not_created_again() {
    let mut run = run("CREATE TABLE t (a int); CREATE INDEX i ON t (a); CREATE TYPE e AS ENUM ('x');");
    assert_eq!(run.kinds("CREATE TABLE t (b int);"), [AlreadyExists]);
    assert_eq!(run.kinds("CREATE TABLE i (b int);"), [AlreadyExists]);
    assert_eq!(run.kinds("CREATE TABLE e (b int);"), [AlreadyExists]);
    assert_eq!(run.kinds("CREATE VIEW t AS SELECT 1;"), [AlreadyExists]);
    assert_eq!(
        run.kinds("ALTER TABLE t ADD COLUMN b int, ADD COLUMN a int;"),
        [AlreadyExists]
    );
    assert!(
        run.relation("t").column(&"b".into()).is_none(),
        "no part of a statement takes effect"
    );
    run.sql("CREATE TABLE IF NOT EXISTS t (b int); ALTER TABLE t ADD COLUMN IF NOT EXISTS a int;");
}

#[test]
fn what_is_missing_is_not_changed() {
    let mut run = run("CREATE TABLE t (a int);");
    for sql in [
        "ALTER TABLE n ADD COLUMN a int;",
        "ALTER TABLE t DROP COLUMN n;",
        "DROP TABLE n;",
        "DROP TABLE t, n;",
        "CREATE INDEX ON n (a);",
        "CREATE INDEX ON t (n);",
        "COMMENT ON COLUMN t.n IS 'x';",
        "ALTER TABLE t RENAME n TO m;",
        "DROP FUNCTION n();",
        "ALTER TYPE n ADD VALUE 'x';",
        "ALTER SEQUENCE n RESTART;",
    ] {
        assert_eq!(run.kinds(sql), [Missing], "{sql}");
    }
    assert!(run.exists("t"));
    run.sql("ALTER TABLE IF EXISTS n ADD COLUMN a int; DROP TABLE IF EXISTS n; ALTER TABLE t DROP COLUMN IF EXISTS n;");
}

#[test]
fn what_is_depended_on_is_not_dropped_without_cascade() {
    let mut run = run(
        "CREATE TABLE t (a int PRIMARY KEY, b int); CREATE TABLE r (a int REFERENCES t);
                       CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v;",
    );
    for sql in [
        "DROP TABLE t;",
        "DROP VIEW v;",
        "ALTER TABLE t DROP CONSTRAINT t_pkey;",
        "DROP INDEX t_pkey;",
    ] {
        assert_eq!(run.kinds(sql), [Refused], "{sql}");
    }
    run.sql("DROP TABLE t CASCADE;");
    assert!(!run.exists("v") && !run.exists("w"));
    assert!(run.relation("r").constraints.is_empty());
}

#[test]
fn what_stands_elsewhere_is_noted_and_kept_by_name() {
    let mut run = run("");
    assert_eq!(
        run.kinds("CREATE TABLE t (u uuid REFERENCES auth.users);"),
        [Missing]
    );
    let users = crate::qualified("auth.users");
    assert_eq!(run.state.catalog.foreign_keys_to(&users).len(), 1);
    assert_eq!(
        run.kinds("CREATE TRIGGER tr AFTER INSERT ON t EXECUTE FUNCTION f();"),
        [Missing]
    );
    assert_eq!(run.relation("t").triggers.size(), 1);
}

#[test]
fn blocks_happen_and_their_doubts_are_forgiven() {
    let mut run = run("CREATE TYPE e AS ENUM ('x');");
    run.sql(
        "DO $$ BEGIN CREATE TYPE e AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_class) THEN CREATE TABLE t (a e); END IF; END $$;
         DO $$ BEGIN CREATE TABLE u (a int); EXECUTE 'CREATE INDEX ui ON u (a)'; END $$;",
    );
    assert!(run.exists("t"));
    assert_eq!(run.relation("u").indexes.size(), 1);
    assert_eq!(
        run.kinds("DO $$ DECLARE s text; BEGIN EXECUTE s; END $$;"),
        [Unknown]
    );
}
