//! A live database's catalog, in the canonical form.

use confiture_postgres::{Cluster, Session, introspect};
use confiture_schema::render;

const SHOP: &str = r#"
    CREATE SCHEMA shop;
    COMMENT ON SCHEMA shop IS 'what is sold';
    CREATE EXTENSION citext;
    CREATE TYPE shop.state AS ENUM ('draft', 'it''s out');
    CREATE DOMAIN shop.price AS numeric(10,2) DEFAULT 0 CHECK (VALUE >= 0);
    CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = shop AS 'BEGIN RETURN NEW; END';
    CREATE FUNCTION shop.found(word text, VARIADIC more int[]) RETURNS TABLE (id bigint, "Name" text) LANGUAGE sql STABLE STRICT
      AS 'SELECT 1::bigint, word';
    CREATE TABLE shop.maker (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email citext NOT NULL UNIQUE);
    CREATE TABLE shop.item (
      id serial PRIMARY KEY,
      maker_id bigint NOT NULL REFERENCES shop.maker ON DELETE CASCADE,
      state shop.state NOT NULL DEFAULT 'draft',
      price shop.price,
      name varchar(80) NOT NULL DEFAULT 'none' CHECK (name IN ('a', 'b') OR length(name) BETWEEN 3 AND 80),
      made timestamptz(3) DEFAULT now() + '5 minutes',
      tags text[] DEFAULT '{}',
      label text GENERATED ALWAYS AS (name || '!') STORED
    ) WITH (fillfactor = 70);
    ALTER TABLE shop.item ADD CONSTRAINT later CHECK (made > '2020-01-01') NOT VALID;
    CREATE INDEX item_name ON shop.item (lower(name) text_pattern_ops, made DESC) INCLUDE (price) WHERE state = 'draft';
    COMMENT ON COLUMN shop.item.name IS E'two\nlines';
    CREATE TRIGGER touched BEFORE UPDATE OF name, price ON shop.item FOR EACH ROW
      WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION shop.touch();
    ALTER TABLE shop.item ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON shop.item FOR SELECT USING (maker_id IN (SELECT id FROM shop.maker));
    CREATE VIEW shop.listed AS SELECT i.id, m.email FROM shop.item i JOIN shop.maker m ON m.id = i.maker_id;
    CREATE TABLE shop.sale (at date NOT NULL, item int) PARTITION BY RANGE (at);
    CREATE TABLE shop.sale_2020 PARTITION OF shop.sale FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE INDEX ON shop.sale (item);
    CREATE STATISTICS shop.related ON name, price FROM shop.item;
"#;

fn session(sql: &str) -> (confiture_postgres::Database, Session) {
    let database = Cluster::shared(None)
        .expect("a server")
        .create_database("introspect")
        .expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    session.batch(sql).expect("the statements");
    (database, session)
}

#[test]
fn the_canonical_text() {
    let (_database, mut session) = session(SHOP);
    let catalog = introspect(&mut session).expect("a catalog");
    insta::assert_snapshot!(render::text(&catalog));
}

#[test]
fn the_canonical_json() {
    let (_database, mut session) = session(SHOP);
    let catalog = introspect(&mut session).expect("a catalog");
    insta::assert_snapshot!(serde_json::to_string_pretty(&render::json(&catalog)).expect("JSON"));
}

#[test]
fn the_canonical_sql() {
    let (_database, mut session) = session(SHOP);
    let catalog = introspect(&mut session).expect("a catalog");
    insta::assert_snapshot!(render::sql(&catalog));
}

#[test]
fn an_open_transaction_is_seen_and_left_as_it_was() {
    let (_database, mut session) = session("CREATE TABLE before (id int)");
    session
        .batch("BEGIN; SET LOCAL search_path = pg_catalog; CREATE TABLE public.within (id int)")
        .expect("a transaction");
    let within = introspect(&mut session).expect("a catalog");
    assert!(render::text(&within).contains("table public.within"));
    let path = session.text_rows("SHOW search_path").expect("a setting");
    assert_eq!(path[0][0].as_deref(), Some("pg_catalog"));
    session.batch("ROLLBACK").expect("the transaction is still there");
    let after = introspect(&mut session).expect("a catalog");
    assert!(!render::text(&after).contains("public.within"));
    let path = session.text_rows("SHOW search_path").expect("a setting");
    assert_eq!(path[0][0].as_deref(), Some("\"$user\", public"));
}

#[test]
fn a_failed_transaction_is_an_error() {
    let (_database, mut session) = session("BEGIN");
    session.batch("SELECT 1 / 0").expect_err("a division by zero");
    let error = introspect(&mut session).expect_err("an aborted transaction");
    assert_eq!(error.sqlstate(), Some("25P02"));
}

#[test]
fn the_difference_of_two_databases() {
    let (_one, mut left) =
        session("CREATE TABLE t (id int PRIMARY KEY, a text DEFAULT 'x'); CREATE VIEW v AS SELECT id FROM t");
    let (_two, mut right) = session(
        "CREATE TABLE t (id bigint PRIMARY KEY, a text DEFAULT 'y' NOT NULL, b int); \
         CREATE TABLE v (id int); CREATE INDEX t_a ON t (a) WHERE a <> ''",
    );
    let left = introspect(&mut left).expect("a catalog");
    let right = introspect(&mut right).expect("a catalog");
    let differences: Vec<String> = render::diff(&left, &right)
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(differences.join("\n"));
    assert!(render::diff(&left, &left).is_empty());
}
