//! verify_consistency, test_application_queries, preflight_activity.

use std::thread;

use crate::builtin_trial::{Trial, statistic};

const ORDERS: &str = "CREATE TABLE orders (id int PRIMARY KEY, customer int, total numeric); \
    INSERT INTO orders SELECT g, g % 10, g FROM generate_series(1, 100) g; INSERT INTO orders VALUES (0, NULL, 1); \
    CREATE TABLE model (customer int PRIMARY KEY, total numeric); \
    INSERT INTO model SELECT customer, sum(total) FROM orders WHERE customer IS NOT NULL GROUP BY customer";

#[test]
fn what_agrees_holds() {
    let mut trial = Trial::new(ORDERS);
    let result = trial
        .run(
            "type: verify_consistency
config:
  source_target_joins:
    - {source: orders, target: model, join_key: customer, expected_ratio: 1.0}
  validation_queries:
    - name: counts
      query: |
        SELECT count(DISTINCT customer) AS w, count(*) AS r FROM orders
        UNION ALL
        SELECT NULL, count(*) FROM model
      expected_ratio: 1.0
  checks:
    - name: row_count
      query: SELECT count(DISTINCT customer) AS expected FROM orders UNION ALL SELECT count(*) FROM model
      tolerance_percent: 0.0
    - name: totals
      query: |
        SELECT sum(abs(c.t - m.total)) AS total_variance, max(abs(c.t - m.total)) AS max_variance
        FROM (SELECT customer, sum(total) AS t FROM orders GROUP BY customer) c JOIN model m USING (customer)
      tolerance_percent: 0.01",
        )
        .unwrap();
    assert_eq!(result.message.as_deref(), Some("4 comparisons hold"));
    assert_eq!(
        statistic(&result, "/comparisons/0"),
        r#"{"name":"orders with model","expected":10,"actual":10,"holds":true}"#
    );
}

#[test]
fn what_differs_is_shown_with_both_values() {
    let mut trial = Trial::new(&format!(
        "{ORDERS}; DELETE FROM model WHERE customer = 3; INSERT INTO model VALUES (77, 1)"
    ));
    let error = trial.error(
        "type: verify_consistency
config:
  source_target_joins:
    - {source: orders, target: model, join_key: customer}
    - {source: orders, target: model, join_key: customer, expected_ratio: 0.9, extra: allow}
  checks:
    - {name: totals, query: 'SELECT sum(total) FROM orders UNION ALL SELECT sum(total) FROM model', tolerance_percent: 1.0}
    - {name: flag, query: SELECT false}
    - {name: spread, query: SELECT 3 AS total_variance, tolerance_percent: 1, of: SELECT 1000}
    - {name: spread2, query: SELECT 11 AS total_variance, tolerance_percent: 1, of: '1000'}",
    );
    insta::assert_snapshot!(error);
}

#[test]
fn comparisons_can_not_write_and_are_named_when_they_fail() {
    let mut trial = Trial::new(ORDERS);
    let check = |query: &str| {
        format!("type: verify_consistency\nconfig: {{checks: [{{name: c, query: \"{query}\"}}]}}")
    };
    assert!(
        trial
            .error(&check("DELETE FROM model RETURNING 1, 1"))
            .contains("[25006]")
    );
    assert_eq!(trial.value("SELECT count(*) FROM model"), "10");
    assert_eq!(
        trial.error(&check("SELECT nothing")),
        "c: column \"nothing\" does not exist [42703]"
    );
    assert!(
        trial
            .error(&check("SELECT 1"))
            .contains("c: the query gives 1 value, which can't be compared")
    );
    let error = trial.error("type: verify_consistency\nconfig: {source_target_joins: {source: orders, target: model, join_key: nobody}}");
    assert!(
        error.starts_with("orders can't be compared with model: column \"nobody\""),
        "{error}"
    );
    let problems =
        trial.problems("type: verify_consistency\nconfig: {checks: [{name: c, query: SELECT 1; SELECT 2}]}");
    assert!(problems[0].contains("must be one statement"), "{problems:?}");
    assert_eq!(trial.problems("type: verify_consistency").len(), 1);
}

#[test]
fn queries_of_applications_are_tried() {
    let mut trial = Trial::new(ORDERS);
    trial.fixture.write(
        "q/a.sql",
        "-- name: by_customer :many\nSELECT * FROM model WHERE customer = $1;\nSELECT count(*) FROM model;",
    );
    let result = trial
        .run(
            "type: test_application_queries
config:
  query_file: q/a.sql
  test_queries:
    - name: top
      query: SELECT * FROM model ORDER BY total DESC LIMIT 3
      expected_columns: [customer, total]
      expected_types: {customer: integer, total: 'numeric(10,2)'}
      min_rows: 3
      max_rows: 3
    - name: lifetime
      query: SELECT SUM(total) FROM model WHERE customer = $1 AND $2::uuid IS NOT NULL
      test_params: ['3', \"550e8400-e29b-41d4-a716-446655440000\"]
      expected_return_type: numeric
      max_latency_ms: 60000
    - {name: writes_nothing, query: 'SELECT 1, now()', expected_types: [int4, timestamptz]}",
        )
        .unwrap();
    let names: Vec<&str> = result.statistics["queries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|query| query["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "top",
            "lifetime",
            "writes_nothing",
            "by_customer",
            "SELECT count(*) FROM model"
        ]
    );
    assert_eq!(statistic(&result, "/queries/0/rows"), "3");
    assert_eq!(statistic(&result, "/queries/3/rows"), "0");
}

#[test]
fn all_queries_that_do_not_work_are_named() {
    let mut trial = Trial::new(ORDERS);
    let error = trial.error(
        "type: test_application_queries
config:
  max_latency_ms: 60000
  test_queries:
    - {name: gone, query: SELECT lifetime FROM model}
    - {name: columns, query: SELECT total FROM model, expected_columns: [id, total]}
    - {name: type, query: SELECT customer FROM model, expected_return_type: uuid}
    - {name: no_type, query: SELECT customer FROM model, expected_return_type: moneys}
    - {name: two, query: 'SELECT 1, 2', expected_return_type: int}
    - {name: parameters, query: SELECT $1::int}
    - {name: parameter, query: SELECT $1::int, test_params: [x]}
    - {name: writes, query: DELETE FROM model}
    - {name: rows, query: SELECT FROM model, max_rows: 9}
    - {name: slow, query: SELECT pg_sleep(0.05), max_latency_ms: 1}
    - {name: good, query: SELECT 1}",
    );
    let error = error.replace(|c: char| c.is_ascii_digit(), "9");
    let (before, _) = error.split_once("it took").unwrap();
    insta::assert_snapshot!(before);
    assert_eq!(trial.value("SELECT count(*) FROM model"), "10");
    assert!(
        trial
            .error("type: test_application_queries\nconfig: {query_file: nowhere.sql}")
            .contains("nowhere.sql can't be read")
    );
}

#[test]
fn the_way_is_free_or_not() {
    let mut trial = Trial::new("CREATE TABLE a (id int); CREATE TABLE b (id int)");
    trial.run("type: preflight_activity").unwrap();
    let mut other = trial.fixture.session();
    other
        .batch("SET application_name = 'reports'; BEGIN; SELECT * FROM a")
        .unwrap();
    let strict = "max_idle_in_transaction: 0s, max_transaction: 0s";
    let error = trial.error(&format!("type: preflight_activity\nconfig: {{{strict}}}"));
    let expected = format!(
        "process {} (postgres, reports) is idle in a transaction",
        other.backend_pid()
    );
    assert!(
        error.contains(&expected) && error.contains("SELECT * FROM a"),
        "{error}"
    );
    trial
        .run(&format!(
            "type: preflight_activity\nconfig: {{{strict}, ignore_applications: reports}}"
        ))
        .unwrap();
    trial
        .run(&format!(
            "type: preflight_activity\nconfig: {{{strict}, tables: b}}"
        ))
        .unwrap();
    let error = trial.error(&format!(
        "type: preflight_activity\nconfig: {{{strict}, tables: a}}"
    ));
    assert!(error.contains("is idle"), "{error}");
    // It ends while the hook waits: the same look in one transaction must not be repeated.
    let interrupt = trial.interrupt.clone();
    let stop = thread::spawn(move || {
        other.batch("COMMIT").unwrap();
        drop((other, interrupt));
    });
    trial
        .run(&format!(
            "type: preflight_activity\nconfig: {{{strict}, wait: 60s, max_replication_lag: 1s}}"
        ))
        .unwrap();
    stop.join().unwrap();
}
