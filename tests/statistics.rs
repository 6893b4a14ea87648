//! The query of docs/reference/statistics.md makes a statistics file on a real server.
//!
//! `CONFITURE_TEST_MAJORS` (`13,18`) names the servers' versions; without it the newest that the machine has is used.

use std::fs;
use std::path::Path;

use confiture_ide::statistics::Statistics;
use confiture_postgres::{Cluster, Session};

const SETUP: &str = "
CREATE TABLE orders (id int PRIMARY KEY, note text);
CREATE INDEX orders_note ON orders (note);
INSERT INTO orders SELECT g, repeat('x', 100) FROM generate_series(1, 10000) g;
CREATE SCHEMA \"Odd\";
CREATE TABLE \"Odd\".\"Name\" (id int);
CREATE TABLE events (at date) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events DEFAULT;
CREATE MATERIALIZED VIEW notes AS SELECT note FROM orders;
ANALYZE;
";

#[test]
fn the_query_of_the_book_makes_a_file() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/statistics.md");
    let page = fs::read_to_string(page).expect("the page");
    let (_, rest) = page.split_once("```sql\n").expect("a query");
    let (query, _) = rest.split_once("```").expect("its end");
    let majors = std::env::var("CONFITURE_TEST_MAJORS").unwrap_or_default();
    let majors: Vec<Option<u32>> = match majors.is_empty() {
        true => vec![None],
        false => majors
            .split(',')
            .map(|major| Some(major.trim().parse().expect("a major version")))
            .collect(),
    };
    for major in majors {
        let cluster = Cluster::shared(major).expect("a server");
        let database = cluster.create_database("statistics").expect("a database");
        let mut session = Session::open(database.target()).expect("a session");
        session.batch(SETUP).expect("tables");
        let rows = session.text_rows(query).expect("an answer");
        let text = rows[0][0].as_deref().expect("one text");
        let statistics = Statistics::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(statistics.server_version, Some(cluster.major()));
        let orders = &statistics.tables["public.orders"];
        assert_eq!(orders.rows, 10_000);
        assert!(
            orders.bytes > 1_000_000 && orders.indexes["orders_note"] > 0,
            "{orders:?}"
        );
        let names: Vec<&String> = statistics.tables.keys().collect();
        assert_eq!(
            names,
            ["Odd.Name", "public.events_1", "public.notes", "public.orders"]
        );
    }
}
