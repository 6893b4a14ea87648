//! What is said under the cursor.

use confiture_ide::FilePosition;
use confiture_ide::hover::hover;

use crate::support::Fixture;

/// The hover at `$0`, its range marked, addresses of files left out.
fn said(text: &str) -> String {
    said_in(&Fixture::new(text))
}

fn said_in(fixture: &Fixture) -> String {
    let cursor = fixture.cursor();
    let Some(hover) = hover(&fixture.world, cursor) else {
        return "nothing".to_owned();
    };
    let about = fixture.slice(&cursor.file, hover.range);
    let folder = fixture.path("");
    let folder = folder.display().to_string();
    let markdown = hover.markdown.replace(folder.trim_end_matches('/'), "");
    format!("{about}\n=====\n{markdown}")
}

/// Two tables in use, and a migration behind them.
fn shop(migration: &str) -> String {
    format!(
        "//- migrations/001_shop.up.sql
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
COMMENT ON TABLE customers IS 'Who *buys*';
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint,
    total int DEFAULT 0,
    note text CHECK (note <> '')
);
CREATE INDEX orders_total_idx ON orders (total);
//- migrations/002_change.up.sql
{migration}
"
    )
}

macro_rules! hovers {
    ($($name:ident: $text:expr;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(said(&shop($text)));
        })*
    };
}

hovers! {
    an_index_build_keeps_writes_waiting: "CREATE IN$0DEX ON orders (customer_id);";
    a_concurrent_index_build: "CREATE$0 INDEX CONCURRENTLY orders_c ON orders (customer_id);";
    a_change_of_type_rewrites: "$0ALTER TABLE orders ALTER COLUMN total TYPE bigint;";
    a_foreign_key_reaches_the_other_table: "ALTER TABLE$0 orders ADD FOREIGN KEY (customer_id) REFERENCES customers;";
    set_not_null_reads_the_table: "ALTER$0 TABLE orders ALTER customer_id SET NOT NULL;";
    a_dropped_table_is_gone: "DR$0OP TABLE customers CASCADE;";
    a_dropped_column: "ALTE$0R TABLE orders DROP COLUMN note;";
    what_harms_nobody_is_a_line: "SEL$0ECT 1;";
    what_is_new_harms_nobody: "CREATE TAB$0LE fresh (id int);";
    an_update_of_every_row: "UPD$0ATE orders SET total = 1;";
    what_is_not_known_is_said: "D$0O $$ BEGIN EXECUTE 'drop table ' || current_user; END $$;";
    a_statement_in_a_block: "DO $$ BEGIN ALT$0ER TABLE orders ADD x int; END $$;";
    a_statement_in_a_function: "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN TRUNC$0ATE orders; END $$;";
    vacuum_full: "VAC$0UUM FULL orders;";
    a_rename_breaks_programs: "AL$0TER TABLE orders RENAME COLUMN total TO amount;";
    a_default_that_differs_by_row: "ALTER$0 TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();";
    a_constraint_of_eighteen: "ALTER$0 TABLE orders ADD CONSTRAINT n NOT NULL customer_id NOT VALID;";
    a_column_of_eighteen: "ALTER TABL$0E orders ADD COLUMN g int GENERATED ALWAYS AS (total + 1) VIRTUAL;";
    another_version_locks_the_sequence_too: "ALTER$0 TABLE orders SET UNLOGGED;";
    broken_sql: "ALTER TAB$0LE orders ADD COLUM;";
    the_word_concurrently: "CREATE INDEX CONCURR$0ENTLY i ON orders (total);";
    the_words_not_valid: "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VAL$0ID;";
    a_phrase_is_read_as_one: "CREATE TABLE n (id bigint GENERATED ALWAYS AS IDE$0NTITY);";
    a_built_in_type: "CREATE TABLE n (at timestamp with ti$0me zone);";
    a_built_in_function: "ALTER TABLE orders ADD at timestamptz DEFAULT no$0w();";
    a_volatile_function: "SELECT gen_random$0_uuid();";
    a_function_without_a_description: "SELECT pg_get_rule$0def(1);";
    a_setting: "SET lock_time$0out = '5s';";
    a_comment_says_nothing: "-- ALTER T$0ABLE\nSELECT 1;";
    a_comment_inside_a_statement: "SELECT /* ALTER T$0ABLE */ 1;";
    an_open_transaction: "BEGIN;\nCREA$0TE INDEX CONCURRENTLY i ON orders (total);\nCOMMIT;";
}

hovers! {
    a_table_as_of_this_statement: "ALTER TABLE ord$0ers ADD COLUMN later int;";
    a_table_where_it_is_made: "CREATE TABLE fre$0sh (id int, CONSTRAINT positive CHECK (id > 0));";
    a_table_with_its_comment: "SELECT * FROM custom$0ers;";
    a_column: "UPDATE orders SET tot$0al = 1 WHERE id = 1;";
    a_column_of_a_key: "CREATE INDEX i ON customers (i$0d);";
    a_column_that_is_added: "ALTER TABLE orders ADD COLUMN lat$0er int NOT NULL DEFAULT 1;";
    an_index: "DROP INDEX orders_tot$0al_idx;";
    a_constraint: "ALTER TABLE orders DROP CONSTRAINT orders_note_ch$0eck;";
    a_constraint_that_is_not_valid: "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT $0c;";
    an_alias: "SELECT o$0.total FROM orders o;";
    a_table_that_nobody_made: "DROP TABLE missi$0ng;";
    an_enum_and_its_values: "CREATE TYPE mood AS ENUM ('sad', 'happy');\nALTER TABLE orders ADD COLUMN m mo$0od;";
    a_domain: "CREATE DOMAIN positive AS int CHECK (VALUE > 0);\nCREATE TABLE d (p posi$0tive);";
    a_function: "CREATE FUNCTION double(n int, times int DEFAULT 2) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT n * times $$;\nSELECT dou$0ble(1);";
    a_function_of_its_owner: "CREATE FUNCTION peek() RETURNS TABLE (a int, b text) LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN END $$;\nSELECT * FROM pe$0ek();";
    a_view: "CREATE VIEW large AS SELECT id, total FROM orders WHERE total > 100;\nSELECT * FROM lar$0ge;";
    a_trigger: "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\nCREATE TRIGGER tou$0ch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION t();";
    a_policy: "CREATE POLICY own_r$0ows ON orders USING (customer_id = 1);";
    a_sequence: "CREATE SEQUENCE numbers START 10;\nALTER SEQUENCE num$0bers INCREMENT 2;";
    a_partitioned_table: "CREATE TABLE events (at date) PARTITION BY RANGE (at);\nCREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');\nDROP TABLE eve$0nts;";
    a_name_in_a_function: "CREATE FUNCTION g() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM ord$0ers $$;";
    an_argument_of_a_function: "CREATE FUNCTION h(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN n$0 + 1; END $$;";
    what_a_function_writes_later_is_in_use: "CREATE TABLE fresh (id int);\nCREATE FUNCTION h() RETURNS void LANGUAGE plpgsql AS $$ BEGIN TRUNC$0ATE fresh; END $$;";
    the_end_of_a_block: "CREATE FUNCTION h() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; EN$0D $$;";
    an_alias_of_a_table_that_nobody_made: "SELECT m$0.x FROM missing m;";
    where_it_was_changed_last: "ALTER TABLE orders ADD COLUMN x int;\nALTER TABLE orders ALTER COLUMN total SET DEFAULT 1;\nSELECT tot$0al FROM orders;";
    a_schema: "CREATE SCHEMA app;\nCREATE TABLE a$0pp.t (id int);";
}

#[test]
fn a_comment_to_the_linter_explains_its_rules() {
    let shown = said("-- confiture: ignore drop-casc$0ade: it is empty\nDROP TABLE t;\n");
    assert!(shown.starts_with("drop-cascade\n=====\n# "), "{shown}");
    assert_eq!(
        said("-- confiture: ign$0ore drop-cascade: it is empty\nDROP TABLE t;\n"),
        "nothing"
    );
}

#[test]
fn a_column_added_later_is_not_there_yet() {
    let text = "//- migrations/001_a.up.sql
CREATE TABLE t (id int);
SELECT id FROM t$0;
//- migrations/002_b.up.sql
ALTER TABLE t ADD COLUMN later int;
";
    let shown = said(text);
    assert!(shown.contains("id integer"), "{shown}");
    assert!(!shown.contains("later"), "{shown}");
}

#[test]
fn sizes_and_times_are_said_where_they_are_known() {
    let mut fixture = Fixture::new(&shop("ALT$0ER TABLE orders ALTER COLUMN total TYPE bigint;"));
    let statistics = r#"{
        "taken_at": "2026-11-20",
        "tables": {"public.orders": {"rows": 12000000, "bytes": 8400000000, "writes_per_second": 320}}
    }"#;
    let statistics = confiture_ide::statistics::Statistics::parse(statistics).expect("statistics");
    fixture.world = fixture
        .world
        .clone()
        .with_statistics(Some(std::sync::Arc::new(statistics)));
    insta::assert_snapshot!(said_in(&fixture));
}

#[test]
fn every_place_of_every_statement_gets_an_answer_or_none() {
    for text in std::fs::read_dir("../../tests/fixtures/risk").expect("a folder") {
        let text = std::fs::read_to_string(text.expect("an entry").path()).expect("a file");
        let fixture = Fixture::new(&format!("//- migrations/001_a.up.sql\n{text}"));
        let file = fixture.path("migrations/001_a.up.sql");
        let mut answers = 0;
        for offset in (0..text.len() + 2).step_by(7) {
            let at = FilePosition {
                file: file.clone(),
                offset,
            };
            if let Some(hover) = hover(&fixture.world, &at) {
                assert!(
                    hover.range.start <= offset && offset <= hover.range.end,
                    "{hover:?} at {offset}"
                );
                assert!(text.get(hover.range.clone()).is_some(), "{hover:?}");
                answers += 1;
            }
        }
        assert!(
            answers > text.len() / 70,
            "{answers} answers in {} bytes",
            text.len()
        );
    }
}

/// Pieces of SQL that are put together at random.
const PIECES: &[&str] = &[
    "CREATE TABLE ",
    "ALTER TABLE ",
    "t",
    "\"ü\"",
    " (id int PRIMARY KEY, é text)",
    " ADD COLUMN x",
    " int",
    " serial",
    " UNIQUE",
    " CHECK (x > 0)",
    "CREATE INDEX ",
    "CONCURRENTLY ",
    "ON ",
    "(x)",
    ";",
    "\n",
    " ",
    "'",
    "$$",
    "DO $$ BEGIN ",
    " END $$",
    "-- ",
    "/* ",
    "*/",
    "😀",
    "DROP TABLE ",
    " CASCADE",
    "CREATE FUNCTION f(n int) RETURNS int LANGUAGE sql AS ",
    "SELECT ",
    "now()",
    " FROM ",
    "COMMENT ON TABLE t IS ",
    "SET lock_timeout = ",
    "\\i x\n",
    ":v",
    ".",
    "confiture: ignore ",
    "INSERT INTO t VALUES (1, '",
    "`*_[x](y)",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_has_answers_on_characters(
        pieces in proptest::collection::vec(0..PIECES.len(), 0..40), offsets in proptest::collection::vec(0usize..400, 8),
    ) {
        let text: String = pieces.into_iter().filter_map(|piece| PIECES.get(piece)).copied().collect();
        let fixture = Fixture::new(&format!(
            "//- migrations/001_a.up.sql\nCREATE TABLE t (id int);\n//- migrations/002_b.up.sql\n{text}"
        ));
        let file = fixture.path("migrations/002_b.up.sql");
        for offset in offsets {
            let at = FilePosition { file: file.clone(), offset };
            if let Some(hover) = hover(&fixture.world, &at) {
                proptest::prop_assert!(text.get(hover.range.clone()).is_some(), "{hover:?}");
            }
        }
        for hint in confiture_ide::inlay::inlay_hints(&fixture.world, &file, 0..text.len()) {
            proptest::prop_assert!(text.is_char_boundary(hint.offset), "{hint:?}");
        }
        for lens in confiture_ide::lens::lenses(&fixture.world, &file) {
            proptest::prop_assert!(text.get(lens.range.clone()).is_some(), "{lens:?}");
        }
        confiture_ide::lens::preview(&fixture.world, &file);
    }
}
