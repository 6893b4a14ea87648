//! Queries that may only read.

use std::time::Duration;

use confiture_postgres::{Cluster, Table};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_query_gives_names_and_texts_and_changes_nothing() {
    let cluster = Cluster::shared(None).expect("a private server");
    let database = cluster.create_database("readonly").expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    session
        .batch("CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
        .expect("a table");
    let table = session
        .read_only("SELECT id AS object, NULL::text AS message FROM t", SECOND)
        .expect("rows");
    assert_eq!(
        table,
        Table {
            columns: vec!["object".to_owned(), "message".to_owned()],
            rows: vec![vec![Some("1".to_owned()), None]],
        }
    );
    let empty = session
        .read_only("SELECT id FROM t WHERE false", SECOND)
        .expect("no rows");
    assert_eq!((empty.columns.len(), empty.rows.len()), (1, 0));
    for (refused, state) in [
        ("DELETE FROM t", "25006"),
        ("SELECT 1; COMMIT; DELETE FROM t", "42601"),
        (
            "WITH gone AS (DELETE FROM t RETURNING id) SELECT id FROM gone",
            "25006",
        ),
        ("SELECT pg_sleep(60)", "57014"),
    ] {
        let error = session.read_only(refused, SECOND).expect_err(refused);
        assert_eq!(error.sqlstate(), Some(state), "{refused}");
    }
    let count = session
        .read_only("SELECT count(*) FROM t", SECOND)
        .expect("a count");
    assert_eq!(count.rows, [[Some("1".to_owned())]]);
}
