//! Tables of contents.

use std::fmt::Write as _;

use confiture_ide::symbols::{DocumentSymbol, document_symbols, workspace_symbols};

use proptest::prelude::*;

use crate::support::Fixture;

/// An outline: kind, name, detail, the lines that it takes and the text of its name.
fn outline(fixture: &Fixture, file: &str) -> String {
    let path = fixture.path(file);
    let text = fixture.world.text(&path).expect("a file of the project");
    let mut shown = String::new();
    let mut open: Vec<(usize, DocumentSymbol)> = document_symbols(&fixture.world, &path)
        .into_iter()
        .rev()
        .map(|symbol| (0, symbol))
        .collect();
    while let Some((depth, symbol)) = open.pop() {
        let line = |offset: usize| text[..offset].matches('\n').count() + 1;
        let own = &text[symbol.selection.clone()];
        assert!(symbol.range.start <= symbol.selection.start && symbol.selection.end <= symbol.range.end);
        for child in &symbol.children {
            assert!(
                symbol.range.start <= child.range.start && child.range.end <= symbol.range.end,
                "{child:?} sticks out of {symbol:?}"
            );
        }
        let _ = writeln!(
            shown,
            "{:indent$}{:?} {:?} {:?} {}-{} {own:?}",
            "",
            symbol.kind,
            symbol.name,
            symbol.detail,
            line(symbol.range.start),
            line(symbol.range.end),
            indent = depth * 2
        );
        open.extend(symbol.children.into_iter().rev().map(|child| (depth + 1, child)));
    }
    shown
}

#[test]
fn a_file_lists_what_its_statements_make() {
    let fixture = Fixture::new(
        "CREATE SCHEMA app CREATE TABLE app.t (id int);
CREATE TYPE mood AS ENUM (
    'sad', '');
CREATE TABLE app.orders (
    id bigint PRIMARY KEY,
    \"Total\" numeric(10, 2) NOT NULL CONSTRAINT positive CHECK (\"Total\" > 0),
    owner bigint,
    CONSTRAINT owner_fk FOREIGN KEY (owner) REFERENCES users (id),
    UNIQUE (owner)
);
CREATE UNIQUE INDEX CONCURRENTLY orders_total ON app.orders (lower(note), \"Total\" DESC);
CREATE INDEX ON app.orders (owner);
CREATE VIEW v AS WITH q AS (SELECT 1 AS one) SELECT id, \"Total\" AS total, now() FROM app.orders;
CREATE VIEW w (a, b) AS SELECT 1, 2;
CREATE MATERIALIZED VIEW m AS SELECT * FROM app.orders;
CREATE DOMAIN email AS text CONSTRAINT has_at CHECK (value LIKE '%@%');
CREATE TYPE address AS (street text, zip varchar(5));
CREATE FUNCTION add(a int, b int DEFAULT 1, OUT c int) RETURNS int LANGUAGE sql AS $$ SELECT a + b $$;
CREATE TRIGGER touch BEFORE UPDATE ON app.orders FOR EACH ROW EXECUTE FUNCTION touched();
CREATE POLICY own ON app.orders USING (true);
CREATE EXTENSION citext;
CREATE SEQUENCE s;
",
    );
    insta::assert_snapshot!(outline(&fixture, "migrations/001_first.up.sql"));
}

#[test]
fn a_file_names_what_its_other_statements_do() {
    let fixture = Fixture::new(
        "BEGIN;
ALTER TABLE orders ADD COLUMN total numeric NOT NULL DEFAULT 0, DROP COLUMN IF EXISTS old CASCADE, ADD CONSTRAINT x CHECK (total > 0) NOT VALID;
ALTER TABLE orders ADD PRIMARY KEY (id);
ALTER TABLE orders RENAME COLUMN a TO b;
ALTER TYPE mood ADD VALUE 'ok' BEFORE 'sad';
DROP TABLE IF EXISTS a, b CASCADE;
COMMENT ON COLUMN orders.total IS 'a long story';
INSERT INTO orders (id) VALUES (1);
UPDATE orders SET id = 2;
SELECT /* why */ pg_catalog.set_config('search_path', '', false), 'a constant that goes on and on and on and on';
DO $$ BEGIN PERFORM 1; END $$;
CREATE PUBLICATION p FOR ALL TABLES;
CREATE TABLE broken (;
COMMIT;
",
    );
    insta::assert_snapshot!(outline(&fixture, "migrations/001_first.up.sql"));
}

#[test]
fn scripts_of_one_file_are_sections() {
    let goose = Fixture::new(
        "//- migrations/001_a.sql
-- +goose Up
CREATE TABLE a (id int);
-- +goose Down
DROP TABLE a;
",
    );
    let yaml = Fixture::new(
        "//- confiture-migrations/001_b.yaml
migration:
  name: 001_b
  ddl:
    - CREATE TABLE b (id int);
    - |
      CREATE TABLE c (
        id int
      );
  hooks:
    after_ddl:
      - type: backfill
        config:
          backfill_query: UPDATE b SET id = 1;
  rollback:
    ddl: DROP TABLE b;
",
    );
    insta::assert_snapshot!(format!(
        "{}\n{}",
        outline(&goose, "migrations/001_a.sql"),
        outline(&yaml, "confiture-migrations/001_b.yaml")
    ));
}

fn found(fixture: &Fixture, typed: &str, limit: usize) -> String {
    let found = workspace_symbols(&fixture.world, typed, limit);
    let shown = found.iter().map(|symbol| {
        let container = symbol.container.as_deref().unwrap_or("-");
        let place = fixture.shown(&symbol.span);
        format!("{:?} {} in {container} at {place}\n", symbol.kind, symbol.name)
    });
    shown.collect()
}

#[test]
fn what_exists_is_found_by_its_name() {
    let fixture = Fixture::new(
        "//- migrations/001_a.up.sql
CREATE SCHEMA app;
CREATE TABLE orders (id bigint PRIMARY KEY, gone int, user_id bigint);
CREATE TABLE app.order_items (order_id bigint REFERENCES orders, \"Total\" int);
CREATE INDEX order_items_total ON app.order_items (\"Total\");
CREATE FUNCTION reorder() RETURNS void LANGUAGE sql AS '';
CREATE TABLE old_orders (id int);
//- migrations/002_b.up.sql
ALTER TABLE orders ADD COLUMN total numeric, DROP COLUMN gone;
DROP TABLE old_orders;
CREATE VIEW recent_orders AS SELECT id FROM orders;
",
    );
    let asked = ["order", "oi", "total", "items.t", "gone", "old_orders", "app."];
    let shown = asked.map(|typed| format!("{typed:?}\n{}", found(&fixture, typed, 20)));
    insta::assert_snapshot!(shown.join("\n"));
    assert_eq!(workspace_symbols(&fixture.world, "", 3).len(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_an_outline(
        words in proptest::collection::vec(
            prop_oneof![
                Just(";"), Just("("), Just(")"), Just("$$"), Just("'"), Just("\n"), Just("-- é\n"), Just("/*"), Just("*/"),
                Just("CREATE TABLE t (a int,"), Just("b text CONSTRAINT c CHECK (true))"), Just("CREATE TYPE e AS ENUM ('')"),
                Just("CREATE VIEW v AS"), Just("SELECT 1 AS \"😀\""), Just("ALTER TABLE t ADD COLUMN"), Just("x int"),
                Just("CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS"), Just("DO"), Just("\\d x"), Just(":v"),
                Just("CREATE SCHEMA s"), Just("COMMENT ON TABLE t IS"), Just("INSERT INTO t VALUES"), Just("\\;"),
                Just("-- +goose Up\n"), Just("-- +goose Down\n"),
            ],
            0..25,
        ),
    ) {
        let fixture = Fixture::new(&words.join(" "));
        // It checks that symbols hold their names and children.
        let file = "migrations/001_first.up.sql";
        if fixture.world.text(&fixture.path(file)).is_some() {
            outline(&fixture, file);
        }
    }
}
