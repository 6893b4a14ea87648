//! What stands between the words.

use std::fmt::Write;

use confiture_ide::inlay::inlay_hints;

use crate::support::Fixture;

/// A file with its hints in place, in angle brackets.
fn shown(fixture: &Fixture, path: &str) -> String {
    let file = fixture.path(path);
    let text = fixture.world.text(&file).expect("a file of the project");
    let mut shown = String::new();
    let mut at = 0;
    for hint in inlay_hints(&fixture.world, &file, 0..text.len()) {
        shown.push_str(text.get(at..hint.offset).expect("hints ascend, on characters"));
        let _ = write!(shown, "«{}»", hint.label);
        at = hint.offset;
    }
    shown + text.get(at..).expect("the rest")
}

/// A migration with its hints, behind one that makes two tables.
fn second(migration: &str) -> String {
    let fixture = Fixture::new(&format!(
        "//- migrations/001_a.up.sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total int);
//- migrations/002_b.up.sql
{migration}"
    ));
    shown(&fixture, "migrations/002_b.up.sql")
}

#[test]
fn locks_stand_at_the_end_of_statements_that_others_notice() {
    insta::assert_snapshot!(second(
        "ALTER TABLE orders ALTER COLUMN total TYPE bigint;
CREATE INDEX i ON orders (total);
CREATE INDEX CONCURRENTLY j ON orders (customer_id);
ALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (customer_id) REFERENCES customers (id);
ALTER TABLE orders ALTER customer_id SET NOT NULL;
SELECT * FROM orders;
INSERT INTO orders VALUES (1, 2, 3);
UPDATE orders SET total = 1;
CREATE TABLE fresh (id int);
ALTER TABLE fresh ADD COLUMN x int;
DROP TABLE orders, customers
"
    ));
}

#[test]
fn names_that_postgresql_makes_up_stand_behind_their_clause() {
    insta::assert_snapshot!(second(
        "CREATE TABLE lines (
    id serial PRIMARY KEY,
    nr bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint REFERENCES orders,
    code text UNIQUE CHECK (code <> '') CHECK (length(code) < 9),
    named text CONSTRAINT own UNIQUE,
    UNIQUE (order_id, code),
    FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE INDEX ON lines (order_id);
CREATE INDEX CONCURRENTLY ON lines (lower(code));
ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers, ADD COLUMN x int UNIQUE;
"
    ));
}

#[test]
fn data_for_tables_that_no_file_creates_has_no_hints() {
    let text =
        "INSERT INTO elsewhere VALUES (1);\nALTER TABLE elsewhere ADD COLUMN x int;\nSELECT outside();\n";
    assert_eq!(
        second(text),
        "INSERT INTO elsewhere VALUES (1);\nALTER TABLE elsewhere ADD COLUMN x int;«⟶ ACCESS EXCLUSIVE elsewhere»\nSELECT outside();«⟶ locks not known»\n"
    );
}

#[test]
fn only_what_is_asked_for_is_answered() {
    let fixture = Fixture::new("CREATE TABLE a (id int UNIQUE);\nCREATE TABLE b (id int UNIQUE);\n");
    let file = fixture.path("migrations/001_first.up.sql");
    let labels = |range| {
        let hints = inlay_hints(&fixture.world, &file, range);
        hints.into_iter().map(|hint| hint.label).collect::<Vec<_>>()
    };
    assert_eq!(labels(0..31), ["a_id_key"]);
    assert_eq!(labels(32..64), ["b_id_key"]);
    assert_eq!(labels(40..usize::MAX), ["b_id_key"]);
    assert!(labels(0..3).is_empty());
}

#[test]
fn a_tree_that_builds_a_database_locks_nothing_in_use() {
    let text = "//- confiture.yaml\nschema_dirs: [schema]\n//- db/schema/01_a.sql\nCREATE TABLE t (id int);\n//- db/schema/02_b.sql\nALTER TABLE t ADD COLUMN x int;\n";
    assert_eq!(
        shown(&Fixture::new(text), "db/schema/02_b.sql"),
        "ALTER TABLE t ADD COLUMN x int;\n"
    );
}

#[test]
fn sql_in_yaml_has_its_hints_in_the_yaml() {
    let fixture = Fixture::new(
        "//- confiture-migrations/001_a.yaml
name: a
ddl: |
  CREATE TABLE t (id bigint PRIMARY KEY, é text);
rollback: |
  DROP TABLE t;
//- confiture-migrations/002_b.yaml
name: b
ddl: |
  ALTER TABLE t
    ADD UNIQUE (é);
rollback: |
  ALTER TABLE t DROP CONSTRAINT t_é_key;
",
    );
    insta::assert_snapshot!(shown(&fixture, "confiture-migrations/002_b.yaml"));
}

/// Every eighth statement that the predictions are proved with.
#[test]
fn hints_of_the_statements_that_risk_is_proved_with() {
    let mut table = String::new();
    let mut files: Vec<_> = std::fs::read_dir("../../tests/fixtures/risk")
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a file");
        let (setup, cases) = text.split_once("-- case: ").expect("cases");
        let _ = writeln!(table, "## {}", file.file_stem().expect("a name").display());
        for case in cases.split("-- case: ").step_by(8) {
            let (_, sql) = case.split_once('\n').expect("a title");
            let fixture = Fixture::new(&format!(
                "//- migrations/001_a.up.sql\n{setup}\n//- migrations/002_b.up.sql\n{sql}"
            ));
            let _ = writeln!(table, "{}", shown(&fixture, "migrations/002_b.up.sql").trim_end());
        }
    }
    insta::assert_snapshot!(table);
}
