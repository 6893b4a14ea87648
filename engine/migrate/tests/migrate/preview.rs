//! What a run would send.

use confiture_migrate::ledger::Way;
use confiture_migrate::{Plan, Preview, safety};
use confiture_risk::PgVersion;

use crate::support::Fixture;

/// The preview of all migrations of a fixture, judged on its database.
fn preview(fixture: &Fixture, way: Way) -> String {
    let history = fixture.history();
    let plan = Plan {
        migrations: match way {
            Way::Up => history.migrations.clone(),
            Way::Down => history.migrations.iter().rev().cloned().collect(),
        },
        ..Plan::default()
    };
    let mut session = fixture.session();
    let judgement =
        safety::judge_way(&mut session, &fixture.project(), &plan, way, &fixture.settings).unwrap();
    let version = PgVersion::new(15).unwrap();
    let preview = Preview::of(&history, &plan, way, &fixture.settings, version, Some(&judgement)).unwrap();
    preview
        .to_string()
        .replace(&format!("{}/", fixture.folder().display()), "")
}

fn fixture() -> Fixture {
    let fixture = Fixture::new(&[
        (
            "migrations/001_orders.up.sql",
            "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\nALTER TABLE customers ADD COLUMN vip boolean",
        ),
        (
            "migrations/001_orders.down.sql",
            "DROP TABLE orders; ALTER TABLE customers DROP COLUMN vip;",
        ),
        (
            "migrations/002_index.up.sql",
            "UPDATE customers SET name = 'x' WHERE id = 1;\nCREATE INDEX CONCURRENTLY customers_name ON customers (name);",
        ),
        (
            "migrations/002_index.down.sql",
            "DROP INDEX CONCURRENTLY customers_name;",
        ),
    ]);
    fixture.sql("CREATE TABLE customers (id bigint PRIMARY KEY, name text); INSERT INTO customers VALUES (1, 'a'); ANALYZE customers");
    fixture
}

#[test]
fn forward() {
    insta::assert_snapshot!(preview(&fixture(), Way::Up));
}

#[test]
fn back() {
    let fixture = fixture();
    fixture.sql("ALTER TABLE customers ADD COLUMN vip boolean; CREATE INDEX customers_name ON customers (name); CREATE TABLE orders (id bigint)");
    insta::assert_snapshot!(preview(&fixture, Way::Down));
}

#[test]
fn hooks_are_comments() {
    let fixture = Fixture::new(&[
        ("confiture.yaml", "{}"),
        (
            "confiture-migrations/001_orders.yaml",
            "ddl: |\n  CREATE TABLE orders (id bigint PRIMARY KEY);\nhooks:\n  after_ddl:\n    - type: sql\n      name: seed\n      config:\n        sql: |\n          INSERT INTO orders VALUES (1);\n          DROP TABLE other;\n",
        ),
    ]);
    let text = preview(&fixture, Way::Up);
    let executed: Vec<&str> = text.lines().filter(|line| !line.starts_with("--")).collect();
    assert!(
        !executed
            .iter()
            .any(|line| line.contains("INSERT") || line.contains("DROP")),
        "{text}"
    );
    assert!(text.contains("-- hook after_ddl seed: "), "{text}");
}

#[test]
fn one_transaction_for_all() {
    let mut fixture = Fixture::new(&[
        ("migrations/001_a.up.sql", "CREATE TABLE a ();"),
        ("migrations/002_b.up.sql", "CREATE TABLE b ();"),
    ]);
    fixture.settings.single_transaction = true;
    let text = preview(&fixture, Way::Up);
    assert_eq!(text.matches("BEGIN;").count(), 1, "{text}");
    assert!(text.ends_with("COMMIT;\n"), "{text}");
}
