//! Whatever statements come, in whatever order: the catalog stays consistent, and a refused one leaves it as it was.

use proptest::prelude::*;

use crate::Run;

/// Few names, so that statements meet.
fn table() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "c", "s.a", "s.b", "p", "p1", "p2"])
}

fn column() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["id", "x", "y", "z"])
}

fn index() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "i", "j", "a_pkey", "a_x_idx", "p_pkey", "p1_pkey", "b_x_key", "a_x_fkey", "chk",
    ])
}

fn statement() -> impl Strategy<Value = String> {
    let cascade = prop::sample::select(vec!["", " CASCADE"]);
    prop_oneof![
        (table(), column())
            .prop_map(|(t, c)| format!("CREATE TABLE {t} (id serial PRIMARY KEY, {c} int UNIQUE)")),
        (table(), table())
            .prop_map(|(t, r)| format!("CREATE TABLE {t} (id int, x int REFERENCES {r}, CHECK (x > id))")),
        (table(), table()).prop_map(|(t, r)| format!("CREATE TABLE {t} (z int) INHERITS ({r})")),
        (table(), table()).prop_map(|(t, r)| format!("CREATE TABLE {t} (LIKE {r} INCLUDING ALL)")),
        (table(), column())
            .prop_map(|(t, c)| format!("CREATE TABLE {t} (id int, x int, {c}2 int) PARTITION BY LIST (id)")),
        (table(), table()).prop_map(|(t, p)| format!(
            "CREATE TABLE {t} PARTITION OF {p} FOR VALUES IN (1) PARTITION BY LIST (id)"
        )),
        (table(), table()).prop_map(|(t, p)| format!("ALTER TABLE {p} ATTACH PARTITION {t} DEFAULT")),
        (table(), table()).prop_map(|(t, p)| format!("ALTER TABLE {p} DETACH PARTITION {t}")),
        (table(), table()).prop_map(|(t, p)| format!("ALTER TABLE {t} INHERIT {p}")),
        (table(), table()).prop_map(|(t, p)| format!("ALTER TABLE {t} NO INHERIT {p}")),
        (table(), table()).prop_map(|(v, t)| format!("CREATE OR REPLACE VIEW {v} AS SELECT * FROM {t}")),
        (table(), table())
            .prop_map(|(v, t)| format!("CREATE MATERIALIZED VIEW {v} AS SELECT id, x FROM {t}")),
        (table(), column()).prop_map(|(t, c)| format!(
            "ALTER TABLE {t} ADD COLUMN {c} int GENERATED ALWAYS AS IDENTITY CHECK ({c} > 0)"
        )),
        (table(), column(), table())
            .prop_map(|(t, c, r)| format!("ALTER TABLE {t} ADD COLUMN {c} int REFERENCES {r} UNIQUE")),
        (table(), column(), cascade.clone())
            .prop_map(|(t, c, b)| format!("ALTER TABLE {t} DROP COLUMN {c}{b}")),
        (table(), column(), column())
            .prop_map(|(t, c, d)| format!("ALTER TABLE {t} RENAME COLUMN {c} TO {d}")),
        (table(), index(), cascade.clone())
            .prop_map(|(t, i, b)| format!("ALTER TABLE {t} DROP CONSTRAINT {i}{b}")),
        (table(), index(), index())
            .prop_map(|(t, i, j)| format!("ALTER TABLE {t} RENAME CONSTRAINT {i} TO {j}")),
        (table(), index(), column())
            .prop_map(|(t, i, c)| format!("ALTER TABLE {t} ADD CONSTRAINT {i} UNIQUE ({c})")),
        (table(), column()).prop_map(|(t, c)| format!("ALTER TABLE {t} ADD PRIMARY KEY ({c})")),
        (table(), index(), column())
            .prop_map(|(t, i, c)| format!("ALTER TABLE {t} ADD CONSTRAINT {i} CHECK ({c} > 0)")),
        (table(), index()).prop_map(|(t, i)| format!("ALTER TABLE {t} ADD PRIMARY KEY USING INDEX {i}")),
        (table(), index()).prop_map(|(t, i)| format!("ALTER TABLE {t} REPLICA IDENTITY USING INDEX {i}")),
        (table(), column(), index()).prop_map(|(t, c, i)| format!("CREATE UNIQUE INDEX {i} ON {t} ({c})")),
        (table(), column(), column())
            .prop_map(|(t, c, d)| format!("CREATE INDEX ON {t} ({c}, ({c} + {d})) INCLUDE ({d})")),
        (table(), column(), index()).prop_map(|(t, c, i)| format!("CREATE INDEX {i} ON ONLY {t} ({c})")),
        (index(), index()).prop_map(|(i, j)| format!("ALTER INDEX {i} ATTACH PARTITION {j}")),
        (index(), index()).prop_map(|(i, j)| format!("ALTER INDEX {i} RENAME TO {j}")),
        (index(), cascade.clone()).prop_map(|(i, b)| format!("DROP INDEX {i}{b}")),
        (table(), table())
            .prop_map(|(t, n)| format!("ALTER TABLE {t} RENAME TO {}", n.trim_start_matches("s."))),
        (table(), prop::sample::select(vec!["s", "public"]))
            .prop_map(|(t, s)| format!("ALTER TABLE {t} SET SCHEMA {s}")),
        (table(), cascade.clone()).prop_map(|(t, b)| format!("DROP TABLE {t}{b}")),
        (table(), cascade.clone()).prop_map(|(t, b)| format!("DROP VIEW {t}{b}")),
        (table(), column()).prop_map(|(t, c)| format!("ALTER SEQUENCE {t}_id_seq OWNED BY {t}.{c}")),
        table().prop_map(|t| format!("DROP SEQUENCE {t}_id_seq CASCADE")),
        table().prop_map(|t| format!(
            "CREATE TRIGGER tr AFTER UPDATE OF x ON {t} FOR EACH ROW EXECUTE FUNCTION f()"
        )),
        cascade.prop_map(|b| format!("DROP SCHEMA s{b}")),
        Just("CREATE SCHEMA s".to_owned()),
        Just("ALTER SCHEMA s RENAME TO r".to_owned()),
        Just("ALTER SCHEMA r RENAME TO s".to_owned()),
        Just("CREATE DOMAIN d AS int CHECK (value > 0)".to_owned()),
        Just("DROP DOMAIN d CASCADE".to_owned()),
        Just("BEGIN".to_owned()),
        Just("COMMIT".to_owned()),
        Just("ROLLBACK".to_owned()),
        Just("SAVEPOINT sp".to_owned()),
        Just("ROLLBACK TO sp".to_owned()),
        Just("SET search_path = s, public".to_owned()),
        Just("RESET search_path".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_statements_leave_a_consistent_catalog(statements in prop::collection::vec(statement(), 1..60)) {
        let mut run = Run::fresh();
        run.noted("CREATE SCHEMA s; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'");
        for statement in &statements {
            // Checks the catalog too.
            run.noted(statement);
        }
    }
}
