//! The oldest and the newest server that are supported, whichever the other tests run on. `CONFITURE_TEST_MAJOR` runs all
//! of them on another one.

use std::io::Write as _;

use confiture_migrate::Choice;
use confiture_postgres::Cluster;
use confiture_postgres::cluster::{NEWEST_MAJOR, OLDEST_MAJOR};

use crate::support::Fixture;

/// What differs between versions: how steps that run alone are watched and cured, and what hooks ask the catalog.
const FILES: [(&str, &str); 3] = [
    (
        "confiture-migrations/001_orders.yaml",
        "migration:
  ddl: |
    CREATE TABLE orders (id bigint PRIMARY KEY, total int);
    INSERT INTO orders SELECT n, n FROM generate_series(1, 1000) n;
  hooks:
    after_ddl:
      - type: analyze_statistics
        config: {tables: [orders]}
      - type: capture_statistics
        name: seen
        config: {tables: [orders]}
      - type: verify_consistency
        config: {checks: [{name: totals, query: SELECT bool_and(total IS NOT NULL) FROM orders}]}
  rollback: DROP TABLE orders
",
    ),
    (
        "confiture-migrations/002_index.yaml",
        "migration:
  ddl: |
    CREATE INDEX CONCURRENTLY orders_total ON orders (total);
    ALTER TABLE orders ADD COLUMN net int;
  hooks:
    after_ddl:
      - type: backfill_read_model
        config: {backfill_query: UPDATE orders SET net = total * 2, batch_size: 300}
    cleanup:
      - type: rebuild_index
        config: {indexes: orders_total, concurrent: true}
  rollback: |
    DROP INDEX CONCURRENTLY orders_total;
    ALTER TABLE orders DROP COLUMN net;
",
    ),
    (
        "confiture-migrations/003_vacuum.yaml",
        "migration:\n  ddl: VACUUM orders\n  rollback: SELECT 1\n",
    ),
];

fn there_and_back(cluster: &Cluster) {
    let mut fixture = Fixture::on(cluster, &FILES);
    let done = fixture.up().unwrap();
    assert!(done.failure.is_none(), "{:?}", done.failure);
    assert_eq!(done.applied, ["001_orders", "002_index", "003_vacuum"]);
    assert_eq!(
        fixture.rows("SELECT count(*), sum(net) FROM orders"),
        ["1000|1001000"]
    );
    let valid = "SELECT bool_and(indisvalid), count(*) FROM pg_index WHERE indrelid = 'orders'::regclass";
    assert_eq!(fixture.rows(valid), ["t|2"]);
    fixture.settings.allow = vec!["risk-data-loss".to_owned()];
    let undone = fixture.down(&Choice::All).unwrap();
    assert!(undone.failure.is_none(), "{:?}", undone.failure);
    assert_eq!(undone.reverted, ["003_vacuum", "002_index", "001_orders"]);
    assert_eq!(fixture.rows("SELECT to_regclass('orders') IS NULL"), ["t"]);
    assert_eq!(fixture.rows("SELECT count(*) FROM tb_confiture"), ["0"]);
}

/// A server of that version is brought where the machine has none; where it can't be, that is said.
fn on(major: u32) {
    match Cluster::shared(Some(major)) {
        Ok(cluster) => there_and_back(cluster),
        Err(reason) => {
            // Also where the test's output is kept back.
            let mut err = std::io::stderr();
            writeln!(err, "NOT TESTED: migrations on PostgreSQL {major}: {reason}").unwrap();
        }
    }
}

#[test]
fn the_oldest_server() {
    on(OLDEST_MAJOR);
}

#[test]
fn the_newest_server() {
    on(NEWEST_MAJOR);
}
