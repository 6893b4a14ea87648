//! The names in statements and what they mean.

use std::fmt::Write as _;

use confiture_ide::names::{Access, Hindsight, Symbol, occurrences_with};
use confiture_lint::Live;

use crate::support::Fixture;

/// Every name of every statement, a line each: text, what is done, what it is.
fn listed(text: &str) -> String {
    let fixture = Fixture::new(text);
    let mut shown = String::new();
    for live in fixture.world.projects() {
        let later = Hindsight::new(live.newest());
        for script in 0..live.project().scripts.len() {
            list(live, script, &later, &mut shown);
        }
    }
    shown
}

fn list(live: &Live, script: usize, later: &Hindsight, shown: &mut String) {
    for (number, statement) in live.statements(script).iter().enumerate() {
        let text = statement.text();
        let _ = writeln!(shown, "{}", text.lines().next().unwrap_or_default());
        for found in occurrences_with(statement, &live.before(script, number), later) {
            let own = &text[found.range.clone()];
            let known = if found.is_known { "" } else { " ?" };
            let _ = writeln!(
                shown,
                "    {own:<14} {:<7} {}{known}",
                word(found.access),
                symbol(&found.symbol)
            );
        }
    }
}

fn word(access: Access) -> &'static str {
    match access {
        Access::Defines => "defines",
        Access::Alters => "alters",
        Access::Drops => "drops",
        Access::Writes => "writes",
        Access::Reads => "reads",
    }
}

fn symbol(symbol: &Symbol) -> String {
    match symbol {
        Symbol::Schema(name) => format!("schema {name}"),
        Symbol::Relation(name) => format!("relation {name}"),
        Symbol::Column(of, name) => format!("column {of}.{name}"),
        Symbol::Constraint(of, name) => format!("constraint {of}.{name}"),
        Symbol::Index(name) => format!("index {name}"),
        Symbol::Trigger(of, name) => format!("trigger {of}.{name}"),
        Symbol::Policy(of, name) => format!("policy {of}.{name}"),
        Symbol::Type(name) => format!("type {name}"),
        Symbol::EnumLabel(of, label) => format!("label {of}.{label}"),
        Symbol::Function(name) => format!("function {name}"),
        Symbol::Extension(name) => format!("extension {name}"),
        Symbol::Role(name) => format!("role {name}"),
        Symbol::Local(name, at) => format!("local {name}@{at}"),
    }
}

/// Identifiers never overlap, lie on characters, and fold to their symbol's name.
fn check(live: &Live) -> usize {
    let later = Hindsight::new(live.newest());
    let mut count = 0;
    for script in 0..live.project().scripts.len() {
        for (number, statement) in live.statements(script).iter().enumerate() {
            let text = statement.text();
            let mut end = 0;
            for found in occurrences_with(statement, &live.before(script, number), &later) {
                let own = text.get(found.range.clone()).expect("a range of characters");
                assert!(found.range.start >= end, "{own} overlaps in {text}");
                end = found.range.end;
                match &found.symbol {
                    Symbol::EnumLabel(_, label) => {
                        assert_eq!(
                            confiture_syntax::string_value(own).as_ref(),
                            Some(label),
                            "{text}"
                        );
                    }
                    other => assert_eq!(other.name(), Some(&confiture_syntax::Name::fold(own)), "{text}"),
                }
                count += 1;
            }
        }
    }
    count
}

#[test]
fn names_are_where_they_are_written() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/catalog");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("fixtures") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|e| e == "sql") {
            let text = std::fs::read_to_string(&path).expect("text");
            let fixture = Fixture::new(&text);
            let count: usize = fixture.world.projects().iter().map(check).sum();
            assert!(count > 0, "{}", path.display());
            files += 1;
        }
    }
    assert!(files > 30);
}

#[test]
fn tables() {
    insta::assert_snapshot!(listed(
        r#"
CREATE SCHEMA app;
CREATE TYPE app.status AS ENUM ('open', 'shut');
CREATE TABLE app.customers (id bigint PRIMARY KEY, "Name" text NOT NULL, status app.status DEFAULT 'open');
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY,
    customer bigint CONSTRAINT orders_customer REFERENCES app.customers (id) ON DELETE CASCADE,
    total numeric CHECK (total >= 0),
    parent bigint,
    CONSTRAINT orders_pkey PRIMARY KEY (id),
    FOREIGN KEY (parent) REFERENCES orders (id),
    EXCLUDE USING gist (customer WITH =)
);
CREATE UNIQUE INDEX CONCURRENTLY orders_total ON orders (customer, lower(total::text)) INCLUDE (parent) WHERE total > 0;
ALTER TABLE orders ADD COLUMN note text, ADD CONSTRAINT note_short CHECK (length(note) < 100) NOT VALID;
ALTER TABLE ONLY orders VALIDATE CONSTRAINT note_short, ALTER COLUMN note SET NOT NULL, DROP COLUMN parent;
ALTER TABLE app.customers ALTER COLUMN status SET DEFAULT 'shut';
ALTER TABLE orders RENAME COLUMN total TO amount;
ALTER TABLE orders RENAME CONSTRAINT note_short TO note_length;
ALTER TABLE orders RENAME TO purchases;
ALTER INDEX orders_total RENAME TO purchases_total;
ALTER TABLE purchases SET SCHEMA app;
COMMENT ON COLUMN app.purchases.amount IS 'x';
COMMENT ON CONSTRAINT note_length ON app.purchases IS 'x';
COMMENT ON TABLE app.purchases IS 'x';
TRUNCATE app.purchases;
DROP INDEX IF EXISTS app.purchases_total;
DROP TABLE app.purchases, app.customers CASCADE;
DROP TYPE app.status;
DROP SCHEMA app;
"#
    ));
}

#[test]
fn queries() {
    insta::assert_snapshot!(listed(
        r#"
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE a (id int, x int, mood mood);
CREATE TABLE b (id int, a_id int, y text);
SELECT a.id, x, y AS why, z FROM a JOIN b ON b.a_id = a.id WHERE mood = 'sad' ORDER BY why;
SELECT t.id, s.total FROM a t, LATERAL (SELECT sum(a_id) AS total, y FROM b WHERE b.id = t.id GROUP BY y) s WHERE s.y IS NOT NULL;
WITH RECURSIVE r (n) AS (SELECT id FROM a UNION ALL SELECT n + 1 FROM r WHERE n < 9), q AS (SELECT x FROM a) SELECT r.n, q.x FROM r, q;
INSERT INTO a (id, mood) VALUES (1, 'ok') ON CONFLICT (id) DO UPDATE SET x = excluded.x, mood = 'sad' WHERE a.x > 1 RETURNING x;
INSERT INTO b SELECT id, x FROM a RETURNING a_id;
UPDATE a AS t SET x = b.id, mood = 'ok'::mood FROM b WHERE b.a_id = t.id AND t.x IN (SELECT a_id FROM b);
DELETE FROM b USING a WHERE a.id = a_id RETURNING b.*;
MERGE INTO a USING b s ON s.a_id = a.id WHEN MATCHED THEN UPDATE SET x = s.id WHEN NOT MATCHED THEN INSERT (id, x) VALUES (s.id, 1);
CREATE VIEW v AS SELECT a.id, x + 1 AS more, count(*) FROM a GROUP BY 1, 2 ORDER BY more;
SELECT v.more, v.id, missing FROM v;
CREATE MATERIALIZED VIEW m (one, two) AS SELECT id, y FROM b;
REFRESH MATERIALIZED VIEW m;
SELECT one, two, row_number() OVER w FROM m WINDOW w AS (PARTITION BY one);
SELECT a FROM a FOR UPDATE OF a;
SELECT id FROM a JOIN b USING (id);
SELECT id FROM a, b;
SELECT u.n, gs FROM unnest(ARRAY[1]) AS u (n), generate_series(1, 2) gs;
SELECT nextval('a'), 'a'::regclass, 'nothing'::regclass, setval('public.b'::regclass, 1);
COPY a (id, x) FROM STDIN;
"#
    ));
}

#[test]
fn functions_and_the_rest() {
    insta::assert_snapshot!(listed(
        r#"
CREATE EXTENSION citext;
CREATE ROLE reader;
CREATE TABLE t (id int, owner text, changed timestamptz, name citext);
CREATE SEQUENCE s OWNED BY t.id;
CREATE FUNCTION total(p_id int, p_row t) RETURNS bigint LANGUAGE sql AS $$ SELECT id + p_id FROM t WHERE t.owner = p_row.owner $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := now();
    r t%ROWTYPE;
    o t.owner%TYPE;
BEGIN
    IF NEW.owner IS DISTINCT FROM OLD.owner THEN
        NEW.changed := v_now;
    END IF;
    SELECT * INTO r FROM t WHERE t.id = NEW.id;
    FOR i IN 1..3 LOOP
        PERFORM total(i, r);
    END LOOP;
    o := r.owner;
    UPDATE t SET owner = o WHERE id = total(1, NULL) + other();
    EXECUTE 'DELETE FROM t WHERE id = 1';
    RETURN NEW;
END $$;
CREATE TRIGGER touched BEFORE UPDATE OF owner, name ON t FOR EACH ROW WHEN (OLD.owner <> NEW.owner) EXECUTE FUNCTION touch();
CREATE POLICY mine ON t FOR SELECT TO reader USING (owner = current_user AND EXISTS (SELECT 1 FROM t x WHERE x.id = t.id));
ALTER POLICY mine ON t RENAME TO ours;
ALTER TABLE t ENABLE ROW LEVEL SECURITY, DISABLE TRIGGER touched, OWNER TO reader;
ALTER TRIGGER touched ON t RENAME TO touching;
GRANT SELECT (id, owner) ON t TO reader;
GRANT EXECUTE ON FUNCTION total(int, t) TO PUBLIC, reader;
COMMENT ON FUNCTION total IS 'x';
ALTER FUNCTION total(int, t) RENAME TO sum_up;
DROP FUNCTION sum_up(int, t), touch() CASCADE;
CREATE DOMAIN positive AS int CONSTRAINT more CHECK (VALUE > 0);
ALTER DOMAIN positive DROP CONSTRAINT more;
CREATE TYPE pair AS (a int, b positive);
ALTER TYPE pair RENAME ATTRIBUTE a TO c;
CREATE TYPE mood AS ENUM ('sad');
ALTER TYPE mood ADD VALUE 'ok' AFTER 'sad';
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
DO $$ DECLARE c int; BEGIN SELECT count(*) INTO c FROM t; IF c > 0 THEN DELETE FROM t WHERE id = c; END IF; END $$;
SET search_path TO app, public;
CALL nothing();
DROP POLICY ours ON t;
DROP TRIGGER touching ON t;
DROP ROLE reader;
DROP EXTENSION citext;
"#
    ));
}

#[test]
fn rows_of_triggers_and_paths_of_functions() {
    insta::assert_snapshot!(listed(
        r#"
CREATE SCHEMA app;
CREATE TABLE app.t (id int, seen timestamptz, only_t int);
CREATE TABLE u (id int, seen timestamptz);
CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.seen := now();
    INSERT INTO u (id) VALUES (NEW.id);
    RETURN NEW;
END $$;
CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.seen = now(); NEW.only_t := 1; RETURN NEW; END $$;
CREATE FUNCTION inside() RETURNS bigint LANGUAGE sql SET search_path = app, pg_temp AS 'SELECT count(id) FROM t WHERE later_one(only_t) > 0';
CREATE FUNCTION later_one(int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT id FROM app.t WHERE id = $1; END;
CREATE FUNCTION shadow(id int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE x int; y record;
BEGIN
    <<inner>>
    DECLARE x text := shadow.id::text;
    BEGIN
        SELECT id, seen INTO x, y FROM u WHERE u.id = shadow.id;
        FOR y IN SELECT * FROM u LOOP
            x := y.seen || CASE WHEN x IS NULL THEN 'a' ELSE x END;
        END LOOP;
    END;
    RETURN x;
EXCEPTION WHEN others THEN
    RAISE NOTICE 'x %', x USING hint = y.id;
END $$;
CREATE TRIGGER a BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION seen();
CREATE TRIGGER b BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION twice();
CREATE TRIGGER b BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION twice();
"#
    ));
}

#[test]
fn joins_and_unions_are_never_guessed() {
    insta::assert_snapshot!(listed(
        r#"
CREATE TABLE a (id int, x int);
CREATE TABLE b (id int, y int);
SELECT id, x, y, z FROM a NATURAL JOIN b;
SELECT id FROM a, b WHERE x = y AND id = 1;
SELECT x FROM a UNION SELECT y FROM b ORDER BY x;
SELECT s.x, s.n FROM (SELECT x, count(*) AS n FROM a GROUP BY x UNION ALL SELECT y, 1 FROM b) s;
SELECT x FROM a WHERE EXISTS (SELECT FROM b WHERE y = x AND unknown.z = a.id);
SELECT x, k FROM a, json_to_recordset('[]') AS r (k int) WHERE k > id;
SELECT renamed.one, renamed.x FROM a AS renamed (one);
CREATE VIEW v AS SELECT x FROM a UNION SELECT y AS other FROM b;
WITH moved AS (DELETE FROM a RETURNING id, x AS was) INSERT INTO b (id, y) SELECT id, was FROM moved;
SELECT (a).x, a.*, count(DISTINCT x) FILTER (WHERE id > 0) OVER (PARTITION BY x) FROM a;
SELECT 1 FROM pg_class c, information_schema.tables WHERE c.oid = 1 AND relname = table_name;
TABLE a;
EXPLAIN SELECT x FROM a;
"#
    ));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn broken_text_has_sound_names(cuts in proptest::collection::vec((0usize..4000, 0usize..30, 0usize..8), 1..5)) {
        let pieces = ["", ";", "$$", "'", "\"", "é", "(", "AS x "];
        let mut text = SAMPLE.to_owned();
        for (at, length, piece) in cuts {
            let from = text.floor_char_boundary(at % text.len());
            let to = text.floor_char_boundary((from + length).min(text.len()));
            text.replace_range(from..to, pieces[piece]);
        }
        let fixture = Fixture::new(&text.replace("$0", ""));
        for live in fixture.world.projects() {
            check(live);
        }
    }
}

const SAMPLE: &str = r#"
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE a (id int PRIMARY KEY, x int CHECK (x > 0), mood mood DEFAULT 'ok', FOREIGN KEY (x) REFERENCES a (id));
ALTER TABLE a ADD COLUMN "Y" text, RENAME COLUMN x TO z;
WITH RECURSIVE r (n) AS (SELECT id FROM a UNION ALL SELECT n + 1 FROM r) SELECT r.n, t."Y" FROM r JOIN a t USING (id) ORDER BY 1;
INSERT INTO a AS t (id, mood) VALUES (1, 'ok') ON CONFLICT (id) DO UPDATE SET x = excluded.x WHERE t.mood = 'sad' RETURNING id;
CREATE FUNCTION f(p a, OUT q int) RETURNS int LANGUAGE plpgsql AS $body$
DECLARE r a%ROWTYPE; v a.x%TYPE := 1; c CURSOR FOR SELECT id FROM a;
BEGIN
  IF p.id > v THEN SELECT * INTO r FROM a WHERE id = p.id; END IF;
  FOR i IN 1..3 LOOP PERFORM f(r); q := r.x + i; END LOOP;
  EXECUTE format('DELETE FROM a WHERE id = %s', v);
END $body$;
CREATE TRIGGER t BEFORE UPDATE OF id ON a FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION f();
GRANT SELECT (id), UPDATE ON a TO PUBLIC, reader;
COMMENT ON COLUMN a.id IS 'x';
DROP TABLE IF EXISTS a, public.b CASCADE;
"#;
