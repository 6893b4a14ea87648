//! The cost of the fold stays linear in the project.

use std::time::Instant;

use confiture_schema::apply::State;
use confiture_schema::catalog::Origin;
use confiture_schema::change::Change;
use confiture_schema::read;
use confiture_syntax::Syntax;

/// Statements about that many tables, ten each.
fn statements(tables: usize) -> Vec<Vec<Change>> {
    let mut all = Vec::with_capacity(tables * 10);
    for i in 0..tables {
        let parent = i / 2;
        for sql in [
            format!(
                "CREATE TABLE t{i} (id bigserial PRIMARY KEY, a int NOT NULL, b text UNIQUE, c timestamptz DEFAULT now())"
            ),
            format!("CREATE INDEX ON t{i} (a, lower(b))"),
            format!("ALTER TABLE t{i} ADD COLUMN p bigint REFERENCES t{parent}, ADD CHECK (a > 0)"),
            format!("CREATE VIEW v{i} AS SELECT id, a FROM t{i}"),
            format!("COMMENT ON TABLE t{i} IS 'x'"),
            format!("ALTER TABLE t{i} RENAME COLUMN c TO d"),
            format!("CREATE FUNCTION f{i}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'"),
            format!("CREATE TRIGGER tr BEFORE INSERT ON t{i} FOR EACH ROW EXECUTE FUNCTION f{i}()"),
            format!("DROP VIEW v{i} CASCADE"),
            format!("CREATE TABLE x{i} (id int); DROP TABLE x{i} CASCADE"),
        ] {
            all.extend(sql.split("; ").map(|s| read::changes(&Syntax::parse(s))));
        }
    }
    all
}

#[test]
#[ignore = "a measurement"]
fn statements_by_the_thousand() {
    for tables in [500, 1000, 2000] {
        let statements = statements(tables);
        let mut state = State::fresh();
        let started = Instant::now();
        for (at, changes) in statements.iter().enumerate() {
            let origin = Origin {
                statement: at as u32,
                ..Origin::default()
            };
            let before = state.clone();
            state.apply_all(changes, origin);
            drop(before);
        }
        println!("{} statements: {:?}", statements.len(), started.elapsed());
    }
}
