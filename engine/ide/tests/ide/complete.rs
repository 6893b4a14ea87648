//! What could be typed, in each context; and the call that a place is in.

use confiture_ide::complete::{CompletionKind, Completions, Insert, completions, signature_help};
use confiture_ide::snippets::{SNIPPETS, SnippetPlace};

use crate::support::Fixture;

/// What exists before the file that is typed in.
const SHOP: &str = "\
//- migrations/001_shop.up.sql
CREATE SCHEMA app;
CREATE TYPE order_state AS ENUM ('pending', 'paid', 'shipped');
CREATE TYPE app.address AS (street text, city text);
CREATE DOMAIN email AS text CONSTRAINT email_check CHECK (VALUE LIKE '%@%');
CREATE EXTENSION citext;
CREATE ROLE reporting;
CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    \"Full Name\" text NOT NULL,
    mail email UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL CONSTRAINT orders_customer_fk REFERENCES customers (id),
    state order_state NOT NULL DEFAULT 'pending',
    total numeric(10,2),
    is_gift boolean NOT NULL DEFAULT false
);
ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0) NOT VALID;
CREATE INDEX orders_customer_idx ON orders (customer_id);
CREATE TABLE app.events (id uuid PRIMARY KEY, at timestamptz NOT NULL, \"order\" bigint);
CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE parts_2024 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE SEQUENCE invoice_numbers;
CREATE VIEW paid_orders AS SELECT id, total FROM orders WHERE state = 'paid';
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
CREATE FUNCTION add_tax(amount numeric, rate numeric DEFAULT 0.2) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT amount * (1 + rate)';
CREATE FUNCTION add_tax(amount numeric, country text, OUT net numeric, OUT gross numeric) LANGUAGE sql AS 'SELECT amount, amount';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE PROCEDURE tidy(days int) LANGUAGE sql AS 'SELECT 1';
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY own_orders ON orders USING (customer_id = 1);
//- migrations/002_next.up.sql
";

fn typed(sql: &str) -> Fixture {
    Fixture::new(&format!("{SHOP}{sql}\n"))
}

fn asked(sql: &str) -> (Fixture, Completions) {
    let fixture = typed(sql);
    let found = completions(&fixture.world, fixture.cursor());
    (fixture, found)
}

/// The labels in their order.
fn labels(sql: &str) -> Vec<String> {
    let (_, found) = asked(sql);
    assert!(found.items.is_sorted_by(|a, b| a.sort < b.sort), "{sql}");
    found.items.into_iter().map(|item| item.label).collect()
}

/// The first choices as people see them.
fn shown(sql: &str) -> String {
    let (_, found) = asked(sql);
    let items = found.items.iter().take(5).map(|item| {
        let insert = match &item.insert {
            Insert::Text(text) if *text == item.label => String::new(),
            Insert::Text(text) => format!(" => {text}"),
            Insert::Snippet(text) => format!(" => {text:?}"),
        };
        let detail = item.detail.as_ref().map(|detail| format!("  -- {detail}"));
        let kind = format!("{:?}", item.kind).to_lowercase();
        format!(
            "    {kind:<11} {}{insert}{}",
            item.label,
            detail.unwrap_or_default()
        )
    });
    let items: Vec<String> = items.collect();
    format!("{sql}\n{}\n", items.join("\n"))
}

fn all_shown(all: &[&str]) -> String {
    all.iter().map(|sql| shown(sql)).collect::<Vec<_>>().join("\n")
}

#[test]
fn statements_begin_with_commands_and_patterns() {
    insta::assert_snapshot!(all_shown(&[
        "$0",
        "cr$0",
        "CREATE $0",
        "CREATE OR REPLACE $0",
        "ALTER $0",
        "DROP $0",
        "COMMENT ON $0",
        "SELECT 1; al$0",
        "foreign$0",
    ]));
}

#[test]
fn relations_are_of_the_kind_that_fits() {
    insta::assert_snapshot!(all_shown(&[
        "SELECT * FROM $0",
        "SELECT * FROM app.$0",
        "SELECT * FROM ev$0",
        "INSERT INTO o$0",
        "UPDATE $0",
        "DELETE FROM $0",
        "ALTER TABLE $0",
        "ALTER TABLE IF EXISTS ONLY cu$0",
        "DROP VIEW $0",
        "DROP TABLE IF EXISTS orders, $0",
        "DROP MATERIALIZED VIEW $0",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY $0",
        "ALTER SEQUENCE $0",
        "CREATE TABLE t (a bigint REFERENCES $0)",
        "CREATE INDEX CONCURRENTLY ON $0",
        "CREATE TABLE parts_2025 PARTITION OF $0",
        "ALTER TABLE parts DETACH PARTITION $0",
        "TRUNCATE $0",
        "LOCK TABLE $0",
        "GRANT SELECT ON $0",
        "COMMENT ON TABLE $0",
    ]));
}

#[test]
fn columns_are_those_of_the_tables_in_scope() {
    insta::assert_snapshot!(all_shown(&[
        "SELECT $0 FROM orders",
        "SELECT o.$0 FROM orders o",
        "SELECT $0 FROM orders o JOIN customers c ON true",
        "SELECT * FROM orders WHERE $0",
        "SELECT * FROM orders o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.id = $0)",
        "WITH x AS (SELECT id AS order_id, total FROM orders) SELECT $0 FROM x",
        "SELECT $0 FROM (SELECT o.*, 1 AS extra FROM orders o) AS sub",
        "SELECT * FROM orders ORDER BY $0",
        "UPDATE orders SET $0",
        "UPDATE orders SET state = 'paid', $0",
        "INSERT INTO orders ($0)",
        "INSERT INTO orders (customer_id, $0) VALUES (1)",
        "INSERT INTO orders (id) VALUES (1) ON CONFLICT ($0)",
        "INSERT INTO orders (id) VALUES (1) RETURNING $0",
        "CREATE INDEX ON orders ($0)",
        "CREATE TABLE t (a bigint, b text, PRIMARY KEY ($0))",
        "CREATE TABLE t (a bigint, b text, CHECK ($0))",
        "ALTER TABLE orders ADD FOREIGN KEY ($0) REFERENCES customers",
        "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers ($0)",
        "ALTER TABLE orders DROP COLUMN $0",
        "ALTER TABLE orders ALTER COLUMN t$0",
        "ALTER TABLE orders RENAME COLUMN $0",
        "COMMENT ON COLUMN $0",
        "COMMENT ON COLUMN customers.$0",
        "COMMENT ON COLUMN app.events.$0",
        "SELECT Full$0 FROM customers",
        "SELECT \"Fu$0 FROM customers",
        "MERGE INTO orders o USING customers c ON o.$0",
    ]));
}

#[test]
fn joins_follow_foreign_keys() {
    insta::assert_snapshot!(all_shown(&[
        "SELECT * FROM orders o JOIN $0",
        "SELECT * FROM orders o JOIN customers c ON $0",
        "SELECT * FROM customers JOIN orders o ON $0",
        "SELECT * FROM orders o JOIN customers c USING ($0)",
        "SELECT * FROM orders o $0",
    ]));
}

#[test]
fn types_fit_their_place() {
    insta::assert_snapshot!(all_shown(&[
        "CREATE TABLE t (a $0)",
        "CREATE TABLE t (a ser$0)",
        "CREATE TABLE t (a app.$0)",
        "ALTER TABLE orders ADD COLUMN x em$0",
        "ALTER TABLE orders ALTER COLUMN total TYPE $0",
        "SELECT total::$0 FROM orders",
        "SELECT CAST(total AS $0) FROM orders",
        "CREATE FUNCTION f(a $0)",
        "CREATE FUNCTION f() RETURNS $0",
        "ALTER TYPE $0",
        "DROP DOMAIN $0",
    ]));
}

#[test]
fn functions_come_with_their_signatures() {
    insta::assert_snapshot!(all_shown(&[
        "SELECT add_$0",
        "SELECT date_t$0",
        "SELECT now$0",
        "DROP FUNCTION $0",
        "CALL $0",
        "CREATE TRIGGER x BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION $0",
        "SELECT anyarray_s$0",
        "SELECT lower$0(mail) FROM customers",
    ]));
}

#[test]
fn what_belongs_to_a_table_is_offered_for_it() {
    insta::assert_snapshot!(all_shown(&[
        "ALTER TABLE orders DROP CONSTRAINT $0",
        "ALTER TABLE orders VALIDATE CONSTRAINT $0",
        "ALTER TABLE orders RENAME CONSTRAINT $0",
        "DROP INDEX $0",
        "DROP INDEX CONCURRENTLY IF EXISTS $0",
        "REINDEX INDEX CONCURRENTLY $0",
        "ALTER INDEX $0",
        "CLUSTER orders USING $0",
        "DROP TRIGGER $0",
        "DROP TRIGGER $0 ON customers",
        "DROP POLICY $0 ON orders",
        "ALTER TABLE orders DISABLE TRIGGER $0",
        "ALTER DOMAIN email DROP CONSTRAINT $0",
        "ALTER TYPE app.address DROP ATTRIBUTE $0",
        "DROP EXTENSION $0",
        "CREATE EXTENSION IF NOT EXISTS pg$0",
        "GRANT SELECT ON orders TO $0",
        "SET $0",
        "SET lock_timeout = $0",
        "SET search_path = $0",
        "CREATE INDEX i ON orders USING $0",
    ]));
}

#[test]
fn keywords_follow_keywords() {
    insta::assert_snapshot!(all_shown(&[
        "ALTER TABLE orders $0",
        "alter table orders $0",
        "ALTER TABLE orders ADD $0",
        "ALTER TABLE orders ALTER COLUMN total $0",
        "ALTER TABLE orders ALTER COLUMN total SET $0",
        "CREATE TABLE t (a bigint $0)",
        "CREATE TABLE t (a bigint REFERENCES orders (id) ON $0)",
        "CREATE INDEX $0",
        "SELECT * FROM orders $0",
        "SELECT * FROM orders WHERE total $0",
        "SELECT * FROM orders WHERE total IS $0",
        "SELECT id $0",
        "SELECT count(*) $0",
        "SELECT * FROM orders WHERE total > 1 or$0",
        "ALTER TABLE orders ADD CONSTRAINT x CHECK (total > 1) $0",
        "INSERT INTO orders (id) $0",
        "INSERT INTO orders $0",
        "DROP TABLE orders $0",
        "BEGIN; COMMIT; RO$0",
    ]));
}

#[test]
fn values_are_those_of_the_column() {
    insta::assert_snapshot!(all_shown(&[
        "SELECT * FROM orders WHERE state = '$0'",
        "SELECT * FROM orders WHERE state = $0",
        "SELECT * FROM orders o WHERE o.state IN ('paid', 'p$0",
        "UPDATE orders SET state = '$0' WHERE id = 1",
        "INSERT INTO orders (customer_id, state) VALUES (1, '$0')",
        "INSERT INTO orders (customer_id, state) VALUES (1, 'paid'), (2, $0)",
        "SELECT '$0'::order_state",
        "ALTER TABLE orders ALTER COLUMN state SET DEFAULT '$0'",
        "CREATE TABLE t (s order_state DEFAULT '$0')",
        "CREATE TABLE t (s order_state, CHECK (s <> '$0'))",
        "CREATE TABLE t (s timestamptz DEFAULT $0)",
        "ALTER TABLE orders ADD COLUMN x uuid DEFAULT $0",
        "ALTER TYPE order_state RENAME VALUE '$0'",
        "ALTER TYPE order_state ADD VALUE 'lost' AFTER '$0'",
        "SELECT nextval('$0')",
        "SELECT * FROM orders WHERE is_gift = $0",
    ]));
}

#[test]
fn bodies_of_functions_are_sql_with_variables() {
    insta::assert_snapshot!(all_shown(&[
        "CREATE FUNCTION f(wanted bigint) RETURNS void LANGUAGE plpgsql AS $$\nDECLARE\n  found_total numeric := 0;\nBEGIN\n  SELECT $0 FROM orders;\nEND $$;",
        "CREATE FUNCTION f(wanted bigint) RETURNS void LANGUAGE plpgsql AS $$\nDECLARE\n  found_total numeric := 0;\nBEGIN\n  IF $0 THEN\nEND $$;",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n  $0\nEND $$;",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n  IF true THEN\n    pe$0\n  END IF;\nEND $$;",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nDECLARE\n  x $0;\nBEGIN\nEND $$;",
        "CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  NEW.$0\nEND $$;",
        "CREATE FUNCTION f() RETURNS bigint AS $$ SELECT $0 FROM orders $$ LANGUAGE sql;",
        "DO $$ BEGIN UPDATE orders SET $0; END $$;",
        "DO $$ BEGIN EXECUTE 'ALTER TABLE o$0'; END $$;",
        "CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT $0 FROM orders; END;",
    ]));
}

#[test]
fn comments_offer_rules_and_strings_nothing() {
    assert_eq!(labels("SELECT 'it $0'"), Vec::<String>::new());
    assert_eq!(labels("-- hello $0"), Vec::<String>::new());
    assert_eq!(labels("/* SELECT $0 */"), Vec::<String>::new());
    insta::assert_snapshot!(all_shown(&[
        "-- conf$0",
        "-- confiture: $0",
        "-- confiture: ignore $0\nDROP TABLE orders;",
        "-- confiture: ignore drop-table, drop-c$0",
        "-- confiture: ignore drop-table: because $0",
        "DROP TABLE orders; -- confiture: ignore $0",
    ]));
}

#[test]
fn half_written_statements_have_their_place_among_others() {
    insta::assert_snapshot!(all_shown(&[
        "SELECT * FROM $0\nCREATE TABLE later (id int);",
        "SELECT id, $0\nFROM orders\nWHERE id = 1;",
        "ALTER TABLE orders\n  ADD COLUMN a int,\n  $0",
        "CREATE TABLE t (\n  id bigint,\n  customer_id bigint REFERENCES customers ($0\n);\nSELECT 1;",
        "SELECT * FROM orders o, $0 WHERE o.id = 1",
        "CREATE VIEW v AS SELECT $0 FROM customers",
        "EXPLAIN ANALYZE SELECT $0 FROM customers",
        "SELECT * FROM orders WHERE customer_id IN (SELECT $0 FROM customers)",
        "SELECT * FROM orders WHERE total > (SELECT avg(total) FROM orders x WHERE x.$0)",
        "SELECT CASE WHEN state = '$0' THEN 1 END FROM orders",
        "SELECT sum($0) FROM orders",
        "SELECT id FROM orders GROUP BY $0",
        "SELECT id FROM orders UNION SELECT $0 FROM customers",
        "INSERT INTO orders (customer_id) SELECT $0 FROM customers",
        "UPDATE orders o SET total = $0 FROM customers c WHERE c.id = o.customer_id",
        "DELETE FROM orders USING customers c WHERE c.$0",
        "WITH x AS (SELECT 1 AS one) SELECT * FROM $0",
        "CREATE TRIGGER x BEFORE UPDATE OF $0 ON orders",
        "CREATE POLICY x ON orders USING ($0)",
        "ALTER TABLE orders ADD CONSTRAINT x FOREIGN KEY (customer_id) REFERENCES $0",
        "COPY orders ($0) FROM STDIN",
        "SELECT 'it''s', $0 FROM orders",
        "CREATE INDEX ON orders (lower($0))",
        "CREATE INDEX ON orders (id) WHERE $0",
        "SELECT * FROM orders JOIN app.events ON events.$0",
        "SELECT 1\n$0",
    ]));
}

#[test]
fn a_choice_takes_the_place_of_the_word() {
    for (sql, replaced) in [
        ("SELECT * FROM or$0ders", "orders"),
        ("SELECT * FROM $0orders", ""),
        ("SELECT * FROM app.ev$0", "ev"),
        ("SELECT \"Fu$0 FROM customers", "\"Fu"),
        ("SELECT \"Fu$0\" FROM customers", "\"Fu\""),
        ("SELECT * FROM orders WHERE state = 'pa$0'", "pa"),
        ("SELECT * FROM orders WHERE state = 'p$0ending'", "pending"),
        ("-- confiture: ignore drop-table, drop-c$0", "drop-c"),
    ] {
        let (fixture, found) = asked(sql);
        let own = fixture.slice(&fixture.cursor().file, found.replaces);
        assert_eq!(own, replaced, "{sql}");
    }
}

#[test]
fn names_are_quoted_where_they_must_be() {
    let (_, found) = asked("SELECT $0 FROM app.events");
    let inserts: Vec<&Insert> = found.items.iter().take(3).map(|item| &item.insert).collect();
    let text = |text: &str| Insert::Text(text.to_owned());
    assert_eq!(inserts, [&text("id"), &text("at"), &text("\"order\"")]);
}

#[test]
fn the_catalog_is_that_of_the_statement() {
    let before = labels("SELECT * FROM late$0; CREATE TABLE latecomers (id int);");
    assert!(!before.contains(&"latecomers".to_owned()), "{before:?}");
    let after = labels("CREATE TABLE latecomers (id int); SELECT * FROM late$0");
    assert_eq!(after[0], "latecomers");
    assert!(!labels("DROP TABLE paid_orders; DROP TABLE $0").contains(&"paid_orders".to_owned()));
    assert!(!labels("DROP TABLE parts; SELECT * FROM par$0").contains(&"parts".to_owned()));
}

#[test]
fn sql_in_yaml_is_completed_at_its_place() {
    let fixture = Fixture::new(
        "//- confiture-migrations/001_a.yaml\nmigration:\n  name: a\n  ddl: |\n    CREATE TABLE things (id int);\n    ALTER TABLE thi$0\n",
    );
    let found = completions(&fixture.world, fixture.cursor());
    assert_eq!(found.items[0].label, "things");
    assert_eq!(fixture.slice(&fixture.cursor().file, found.replaces), "thi");
}

#[test]
fn keys_of_migrations_in_yaml_are_completed_and_explained() {
    let text = "//- confiture-migrations/001_a.yaml\nmigration:\n  name: a\n  ddl: |\n    CREATE TABLE things (id int);\n  trans$0action: true\n";
    let fixture = Fixture::new(text);
    let found = completions(&fixture.world, fixture.cursor());
    assert_eq!(found.items[0].label, "transaction");
    assert_eq!(
        fixture.slice(&fixture.cursor().file, found.replaces),
        "transaction"
    );
    let hover = confiture_ide::hover::hover(&fixture.world, fixture.cursor()).expect("a hover");
    assert!(hover.markdown.contains("one transaction"), "{}", hover.markdown);
}

#[test]
fn long_lists_are_cut() {
    let tables: String = (0..300)
        .map(|n| format!("CREATE TABLE t{n} (id int);\n"))
        .collect();
    let fixture = Fixture::new(&format!("{tables}SELECT * FROM $0"));
    let found = completions(&fixture.world, fixture.cursor());
    assert_eq!(found.items.len(), 200);
    assert!(found.is_incomplete);
    let fixture = Fixture::new(&format!("{tables}SELECT * FROM t299$0"));
    let found = completions(&fixture.world, fixture.cursor());
    assert_eq!(found.items[0].label, "t299");
    assert!(!found.is_incomplete);
}

fn helped(sql: &str) -> String {
    let fixture = typed(sql);
    let Some(help) = signature_help(&fixture.world, fixture.cursor()) else {
        return format!("{sql}\n    nothing\n");
    };
    let signatures = help.signatures.iter().enumerate().map(|(at, signature)| {
        let mut label = signature.label.clone();
        if at == help.active
            && let Some(range) = signature.arguments.get(help.argument)
        {
            label.insert(range.end, '»');
            label.insert(range.start, '«');
        }
        format!("  {} {label}", if at == help.active { '*' } else { ' ' })
    });
    format!("{sql}\n{}\n", signatures.collect::<Vec<_>>().join("\n"))
}

#[test]
fn calls_show_what_they_take() {
    let all = [
        "SELECT add_tax($0)",
        "SELECT add_tax(1, $0)",
        "SELECT add_tax(total, r$0 FROM orders",
        "SELECT add_tax(country => $0)",
        "SELECT date_trunc('day', $0)",
        "SELECT coalesce(1, 2, 3, $0)",
        "SELECT add_tax(round(1, $0), 2)",
        "SELECT add_tax((1 + 2) * ($0",
        "SELECT lower('a$0')",
        "CALL tidy($0)",
        "SELECT public.add_tax($0)",
        "INSERT INTO orders VALUES (1, $0)",
        "INSERT INTO orders (state, customer_id) VALUES ('paid', 1), ($0)",
        "CREATE TABLE t (a $0)",
        "SELECT * FROM orders WHERE id IN ($0)",
        "SELECT lower((SELECT $0))",
        "SELECT 1 $0",
    ];
    insta::assert_snapshot!(all.map(helped).join("\n"));
}

#[test]
fn patterns_are_sql_and_those_for_migrations_are_safe() {
    let setup = "CREATE TABLE customers (id bigint PRIMARY KEY);\n\
                 CREATE TYPE order_status AS ENUM ('new');\n\
                 CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, number bigint UNIQUE, total numeric, \
                 note text, tenant_id bigint);\n";
    let mut wrong = Vec::new();
    for snippet in SNIPPETS {
        let sql = snippet.filled();
        assert!(!sql.contains("${"), "{sql}");
        let needs = needs(snippet.prefix);
        let next = match snippet.place {
            SnippetPlace::Rollback => format!("//- db/002_b.down.sql\n{sql}"),
            SnippetPlace::Alone => {
                let lines = sql
                    .lines()
                    .map(|line| format!("    {line}\n"))
                    .collect::<String>();
                format!(
                    "//- db/002_b.yaml\nmigration:\n  name: b\n  transaction: false\n  ddl: |\n{lines}  rollback: SELECT 1\n"
                )
            }
            _ => format!("//- db/002_b.up.sql\n{sql}"),
        };
        let fixture = Fixture::new(&format!("//- db/001_a.up.sql\n{setup}{needs}\n{next}"));
        let live = &fixture.world.projects()[0];
        let is_own = |script: usize| {
            let path = live.project().scripts[script].source.path.display().to_string();
            path.contains("002_b")
        };
        let own = (0..live.project().scripts.len()).filter(|script| is_own(*script));
        for statement in own.flat_map(|script| live.statements(script)) {
            assert_eq!(statement.errors(), [], "{}: {}", snippet.prefix, statement.text());
        }
        let findings = live
            .report()
            .findings
            .iter()
            .filter(|finding| is_own(finding.place.script));
        if matches!(snippet.place, SnippetPlace::Migration | SnippetPlace::Alone) {
            // A pattern says nothing of the way back, but for the patterns of that.
            let findings = findings.filter(|finding| &*finding.rule != "missing-down");
            wrong.extend(
                findings.map(|finding| format!("{}: {}: {}", snippet.prefix, finding.rule, finding.message)),
            );
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// What exists before a pattern is used, beside the tables.
fn needs(prefix: &str) -> &'static str {
    match prefix {
        "not_null_2_set" => {
            "ALTER TABLE orders ADD CONSTRAINT orders_note_not_null CHECK (note IS NOT NULL);\n"
        }
        "validate_constraint" | "down_constraint" => {
            "ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;\n"
        }
        "unique_using_index" => "CREATE UNIQUE INDEX orders_number_idx ON orders (number);\n",
        "rename_2_contract" => {
            "CREATE FUNCTION orders_keep_remark() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n\
             CREATE TRIGGER orders_keep_remark BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_keep_remark();\n"
        }
        "foreign_key_not_valid" => "CREATE INDEX orders_customer_id_idx ON orders (customer_id);\n",
        "down_table" => "CREATE TABLE products (id bigint PRIMARY KEY);\n",
        "down_index" => "CREATE INDEX orders_customer_id_idx ON orders (customer_id);\n",
        _ => "",
    }
}

#[test]
fn patterns_are_offered_where_statements_begin() {
    let (_, found) = asked("index_c$0");
    let first = &found.items[0];
    assert_eq!(
        (first.label.as_str(), first.kind),
        ("index_concurrently", CompletionKind::Snippet)
    );
    assert!(matches!(&first.insert, Insert::Snippet(text) if text.contains("${1:")));
}

/// Statements that are cut and mixed by the property test.
const PIECES: &[&str] = &[
    "SELECT o.id, c.\"Full Name\" FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.state IN ('paid', 'it''s');",
    "INSERT INTO orders (customer_id, state) VALUES (1, 'paid'), (2, DEFAULT) ON CONFLICT (id) DO UPDATE SET state = excluded.state;",
    "WITH x AS (SELECT 1 AS é), y (a, b) AS (VALUES (1, 2)) SELECT * FROM x, y WHERE a = (SELECT max(é) FROM x);",
    "CREATE TABLE t (a int DEFAULT 1, b order_state DEFAULT 'paid', CHECK (b <> 'paid'), FOREIGN KEY (a) REFERENCES orders (id));",
    "ALTER TABLE orders ADD COLUMN x text COLLATE \"C\", ALTER COLUMN total TYPE numeric(12,2) USING total::numeric;",
    "CREATE FUNCTION f(a int, b text DEFAULT 'x') RETURNS trigger LANGUAGE plpgsql AS $f$ DECLARE v int := 1; BEGIN IF NEW.id > v THEN EXECUTE 'SELECT 1'; END IF; RETURN NEW; END $f$;",
    "CREATE POLICY p ON orders USING (customer_id = current_setting('a.b')::bigint);",
    "COMMENT ON COLUMN app.events.at IS $$when$$; -- confiture: ignore drop-table, x: why",
    "DO $$ BEGIN FOR r IN SELECT * FROM orders LOOP CALL tidy(r.id); END LOOP; END $$;",
    "MERGE INTO orders o USING customers c ON o.customer_id = c.id WHEN MATCHED THEN UPDATE SET total = 1;",
    "GRANT SELECT ON orders TO reporting; SET search_path = app, public; /* 🦀 */",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 32, ..Default::default() })]

    #[test]
    fn no_place_in_a_mangled_text_panics(
        picked in proptest::collection::vec(0..PIECES.len(), 1..4),
        cuts in proptest::collection::vec((0.0..1.0f64, 0..12usize, "[ a-z.,;:()'\"$é🦀\\-]{0,6}"), 0..4),
    ) {
        let mut text: Vec<char> = picked.iter().flat_map(|at| PIECES[*at].chars().chain(['\n'])).collect();
        for (place, length, insert) in cuts {
            let at = (text.len() as f64 * place) as usize;
            let end = (at + length).min(text.len());
            text.splice(at..end, insert.chars());
        }
        let text: String = text.into_iter().filter(|c| *c != '\0').collect();
        let fixture = Fixture::new(&format!("{SHOP}{}", text.replace("$0", "$ 0")));
        let file = fixture.path("migrations/002_next.up.sql");
        let Some(text) = fixture.world.text(&file) else { return Ok(()) };
        for offset in (0..text.len() + 3).step_by(5) {
            let at = confiture_ide::FilePosition { file: file.clone(), offset };
            let found = completions(&fixture.world, &at);
            proptest::prop_assert!(found.items.len() <= 200);
            proptest::prop_assert!(found.replaces.start <= offset);
            if offset <= text.len() {
                proptest::prop_assert!(text.get(found.replaces.clone()).is_some(), "{:?} {offset}", found.replaces);
            }
            signature_help(&fixture.world, &at);
        }
    }
}
