//! Transactions, savepoints, scripts, search_path.

use confiture_schema::apply::TransactionWrap;
use confiture_schema::catalog::QualName;
use confiture_schema::change::ObjectRef;

use crate::{Run, qualified, run};

fn reference(name: &str) -> ObjectRef {
    let (schema, name) = match name.split_once('.') {
        Some((schema, name)) => (Some(schema.into()), name),
        None => (None, name),
    };
    ObjectRef {
        schema,
        name: name.into(),
        range: Default::default(),
    }
}

fn resolved(run: &Run, name: &str) -> Option<String> {
    run.state
        .resolve_relation(&reference(name))
        .map(|q: QualName| q.to_string())
}

#[test]
fn rollback_goes_back_to_begin() {
    let mut run =
        run("CREATE TABLE t (a int); BEGIN; DROP TABLE t; CREATE TABLE u (a int); SET search_path = x;");
    assert!(run.state.session.transaction.open);
    assert!(
        run.state
            .session
            .transaction
            .created
            .contains_key(&qualified("u"))
    );
    run.sql("ROLLBACK;");
    assert!(run.exists("t") && !run.exists("u"));
    assert!(!run.state.session.transaction.open);
    assert_eq!(run.state.session.search_path.len(), 1);
}

#[test]
fn savepoints_keep_what_came_before() {
    let mut run =
        run("BEGIN; CREATE TABLE a (); SAVEPOINT s; CREATE TABLE b (); SAVEPOINT s; CREATE TABLE c ();");
    run.sql("ROLLBACK TO s;");
    assert!(run.exists("b") && !run.exists("c"));
    run.sql("RELEASE s; ROLLBACK TO s; CREATE TABLE d (); COMMIT;");
    assert!(run.exists("a") && !run.exists("b") && run.exists("d"));
}

#[test]
fn local_settings_end_with_the_transaction() {
    let mut run = run("CREATE SCHEMA s; SET LOCAL search_path = s; CREATE TABLE outside ();
                       BEGIN; SET LOCAL search_path = s; SET LOCAL lock_timeout = '5s'; CREATE TABLE inside ();");
    assert!(run.exists("outside") && run.exists("s.inside"));
    assert_eq!(
        run.state
            .session
            .parameters
            .get(&confiture_syntax::Name::new("lock_timeout"))
            .map(|v| v.to_string()),
        Some("5s".into())
    );
    run.sql("COMMIT; CREATE TABLE after ();");
    assert!(run.exists("after"));
    assert!(run.state.session.parameters.is_empty());
    run.sql("BEGIN; SET LOCAL search_path = public; SET search_path = s; COMMIT; CREATE TABLE kept ();");
    assert!(run.exists("s.kept"));
}

#[test]
fn scripts_know_what_they_created() {
    let mut run = run("CREATE TABLE old ();");
    run.state.begin_script(TransactionWrap::Wrapped);
    run.sql("CREATE TABLE new (); ALTER TABLE new RENAME TO newer;");
    let transaction = &run.state.session.transaction;
    assert!(transaction.open && transaction.created.contains_key(&qualified("newer")));
    assert!(!transaction.created.contains_key(&qualified("old")));
    run.state.end_script();
    assert!(run.exists("newer") && run.state.session.transaction.created.is_empty());
    run.state.begin_script(TransactionWrap::Autocommit);
    run.sql("CREATE TABLE one (); BEGIN; CREATE TABLE two ();");
    let transaction = &run.state.session.transaction;
    assert!(!transaction.created.contains_key(&qualified("one")));
    assert!(transaction.created_in_script.contains_key(&qualified("one")));
    run.sql("COMMIT;");
    assert!(
        run.state
            .session
            .transaction
            .created
            .contains_key(&qualified("two"))
    );
}

#[test]
fn new_labels_are_known_until_commit() {
    let mut run = run("CREATE TYPE e AS ENUM ('a', 'c'); BEGIN; ALTER TYPE e ADD VALUE 'b' BEFORE 'c';");
    assert!(
        run.state
            .session
            .transaction
            .new_enum_labels
            .contains_key(&(qualified("e"), "b".into()))
    );
    run.sql("COMMIT;");
    assert!(run.state.session.transaction.new_enum_labels.is_empty());
}

#[test]
fn names_are_looked_up_along_the_path() {
    let mut run = run("CREATE SCHEMA s; CREATE TABLE t (); CREATE TABLE s.t (); CREATE TABLE s.u ();");
    assert_eq!(resolved(&run, "t").as_deref(), Some("public.t"));
    assert_eq!(resolved(&run, "u"), None);
    run.sql("SET search_path = nowhere, s, public;");
    assert_eq!(resolved(&run, "t").as_deref(), Some("s.t"));
    assert_eq!(run.state.resolve_new(&reference("x")).to_string(), "s.x");
    assert_eq!(run.state.qualify(&reference("unknown")).to_string(), "s.unknown");
    run.sql("CREATE TEMP TABLE t ();");
    assert_eq!(resolved(&run, "t").as_deref(), Some("pg_temp.t"));
    run.sql("SELECT set_config('search_path', '', false);");
    assert_eq!(resolved(&run, "u"), None);
    run.sql("RESET search_path;");
    assert_eq!(run.state.session.search_path.len(), 1);
}

#[test]
fn elements_of_a_schema_see_it_first() {
    let run = run(
        "CREATE TABLE p (id int); CREATE SCHEMA s CREATE TABLE p (id int PRIMARY KEY)
                   CREATE TABLE c (p int REFERENCES p) CREATE VIEW v AS SELECT id FROM p;",
    );
    assert_eq!(run.state.catalog.views_of(&qualified("s.p")), [qualified("s.v")]);
    assert_eq!(run.state.catalog.foreign_keys_to(&qualified("s.p")).len(), 1);
}
