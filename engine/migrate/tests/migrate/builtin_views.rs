//! rebuild_index, refresh_materialized_views, rebuild_read_models.

use crate::builtin_trial::{Trial, statistic};

#[test]
fn indexes_are_rebuilt_in_the_transaction_or_beside_it() {
    let mut trial = Trial::new(
        "CREATE TABLE a (id int); CREATE INDEX a_id ON a (id); INSERT INTO a SELECT generate_series(1, 5000); DELETE FROM a WHERE id > 10",
    );
    for concurrent in ["true", "false"] {
        let before = trial.value("SELECT relfilenode FROM pg_class WHERE relname = 'a_id'");
        let result = trial
            .run(&format!(
                "type: rebuild_index\nconfig: {{indexes: [a_id], concurrent: {concurrent}}}"
            ))
            .unwrap();
        assert_ne!(
            trial.value("SELECT relfilenode FROM pg_class WHERE relname = 'a_id'"),
            before
        );
        assert_eq!(statistic(&result, "/cured"), "[]");
        assert_ne!(statistic(&result, "/indexes/public.a_id/bytes_after"), "∅");
    }
    assert_eq!(
        trial.error("type: rebuild_index\nconfig: {indexes: a_ids}"),
        "index `a_ids` does not exist | Did you mean `a_id`?"
    );
    assert_eq!(
        trial.error("type: rebuild_index\nconfig: {indexes: a}"),
        "`a` is a table, not an index"
    );
    assert_eq!(trial.problems("type: rebuild_index").len(), 1);
}

#[test]
fn leftovers_of_an_interrupted_rebuild_go() {
    let mut trial =
        Trial::new("CREATE TABLE a (id int); CREATE INDEX a_id ON a (id); CREATE INDEX b_id_ccnew ON a (id)");
    // What REINDEX CONCURRENTLY leaves when it is interrupted: an invalid twin.
    trial.fixture.sql(
        "CREATE INDEX a_id_ccnew ON a (id); CREATE INDEX a_id_ccnew1 ON a (id); CREATE INDEX a_id_ccold ON a (id); \
         UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('a_id_ccnew'::regclass, 'a_id_ccnew1'::regclass, 'b_id_ccnew'::regclass)",
    );
    let result = trial
        .run("type: rebuild_index\nconfig: {indexes: a_id, concurrent: true}")
        .unwrap();
    assert_eq!(
        result.statistics["cured"].as_array().unwrap().len(),
        2,
        "{result:?}"
    );
    assert_eq!(
        trial.value("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace"),
        "a_id a_id_ccold b_id_ccnew",
        "a valid index and another's leftover are nobody's to drop"
    );
}

#[test]
fn an_index_that_can_not_be_rebuilt_leaves_nothing_behind() {
    let mut trial = Trial::new(
        "CREATE TABLE a (id int); CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1/$1'; \
         CREATE INDEX a_f ON a (f(id))",
    );
    // Disabled for the insert only.
    trial.fixture.sql("INSERT INTO a VALUES (1)");
    trial
        .fixture
        .sql("CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1/($1 - 1)'");
    let error = trial.error("type: rebuild_index\nconfig: {indexes: a_f, concurrent: true}");
    assert!(error.contains("[22012]"), "{error}");
    assert_eq!(
        trial.value("SELECT count(*) FROM pg_index i WHERE i.indrelid = 'a'::regclass"),
        "1"
    );
}

#[test]
fn a_partitioned_index_says_what_it_needs() {
    let mut trial = Trial::new(
        "CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE INDEX p_id ON p (id)",
    );
    let error = trial.error("type: rebuild_index\nconfig: {indexes: p_id}");
    if trial.fixture.session().major() < 14 {
        assert!(
            error.contains("[0A000]") && error.contains("its partitions"),
            "{error}"
        );
        return;
    }
    assert!(
        error.contains("[25001]") && error.contains("concurrent: true"),
        "{error}"
    );
    trial
        .run("type: rebuild_index\nconfig: {indexes: p_id, concurrent: true}")
        .unwrap();
}

const VIEWS: &str = "CREATE TABLE a (id int); INSERT INTO a VALUES (1); \
    CREATE MATERIALIZED VIEW z_base AS SELECT id FROM a; CREATE UNIQUE INDEX ON z_base (id); \
    CREATE VIEW m_between AS SELECT id FROM z_base; \
    CREATE MATERIALIZED VIEW a_top AS SELECT id FROM m_between; \
    CREATE MATERIALIZED VIEW b_empty AS SELECT id FROM a WITH NO DATA; INSERT INTO a VALUES (2)";

#[test]
fn views_are_refreshed_those_first_that_others_read() {
    let mut trial = Trial::new(VIEWS);
    let result = trial.run("type: refresh_materialized_views").unwrap();
    let order: Vec<&String> = result.statistics["refreshed"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(order, ["public.b_empty", "public.z_base", "public.a_top"]);
    assert_eq!(
        statistic(&result, "/refreshed/public.z_base/concurrently"),
        "true"
    );
    assert_eq!(
        statistic(&result, "/refreshed/public.a_top/concurrently"),
        "false"
    );
    assert_eq!(trial.value("SELECT count(*) FROM a_top"), "2");

    let error = trial.error("type: refresh_materialized_views\nconfig: {views: a_top, concurrently: true}");
    assert!(
        error.starts_with("public.a_top can't be refreshed concurrently: it has no unique index"),
        "{error}"
    );
    let declaration =
        "type: refresh_materialized_views\nconfig: {exclude: [a_top, b_empty], concurrently: false}";
    let result = trial.run(declaration).unwrap();
    assert_eq!(
        statistic(&result, "/refreshed/public.z_base/concurrently"),
        "false"
    );
    assert_eq!(result.message.as_deref(), Some("1 materialized view refreshed"));
}

#[test]
fn read_models_are_rebuilt() {
    let mut trial = Trial::new(&format!(
        "{VIEWS}; CREATE TABLE r (id int); INSERT INTO r VALUES (9)"
    ));
    let declaration = "type: rebuild_read_models\nconfig:\n  tables: r\n  sql: |\n    INSERT INTO r SELECT id FROM a;\n    SELECT 1;\n  views: [a_top, m_between, z_base]";
    let result = trial.run(declaration).unwrap();
    assert_eq!(
        (result.rows, trial.value("SELECT sum(id) FROM r")),
        (Some(2), "3".to_owned())
    );
    assert_eq!(
        statistic(&result, "/views"),
        r#"["public.z_base","public.m_between","public.a_top"]"#
    );
    assert_eq!(statistic(&result, "/emptied"), r#"{"public.r":1}"#);

    let error = trial.error("type: rebuild_read_models\nconfig: {sql: SELECT 1 AS id INTO r}");
    assert!(
        error.contains("[42P07]") && error.contains("can run once only"),
        "{error}"
    );
    assert_eq!(
        trial.value("SELECT count(*) FROM r"),
        "2",
        "a failure takes everything back"
    );
    let problems = trial.problems("type: rebuild_read_models\nconfig: {tables: r}");
    assert!(problems[0].contains("needs `sql` or `views`"), "{problems:?}");
}

#[test]
fn action_is_the_sql_of_a_hook() {
    let mut trial = Trial::new("CREATE TABLE r (id int)");
    let result = trial
        .run("type: rebuild_read_models\naction: |\n  INSERT INTO r VALUES (1)")
        .unwrap();
    assert_eq!(result.rows, Some(1));
}
