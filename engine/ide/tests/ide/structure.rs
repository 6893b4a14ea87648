//! Folds and growing selections.

use std::fmt::Write as _;

use confiture_ide::structure::{folds, selection};
use proptest::prelude::*;

use crate::support::Fixture;

fn shown_folds(fixture: &Fixture, file: &str) -> String {
    let path = fixture.path(file);
    let text = fixture.world.text(&path).expect("a file of the project");
    let line = |offset: usize| text[..offset].matches('\n').count() + 1;
    let mut shown = String::new();
    for fold in folds(&fixture.world, &path) {
        let (first, last) = (line(fold.range.start), line(fold.range.end));
        let begins = text[fold.range.start..].lines().next().unwrap_or_default();
        let ends = text[..fold.range.end].lines().last().unwrap_or_default().trim();
        let _ = writeln!(shown, "{first}-{last} {:?} {begins:?} … {ends:?}", fold.kind);
    }
    shown
}

#[test]
fn what_spans_lines_can_be_folded() {
    let fixture = Fixture::new(
        "-- A comment
-- of two lines
/* and another
   of two */
CREATE TABLE t (
    id int, -- one
            -- two
    kind text CHECK (
        kind IN ('a', 'b')
    )
);
-- #region functions
CREATE FUNCTION f(
    a int
) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    found int;
BEGIN
    IF a > 1 THEN
        found := CASE
            WHEN a = 2 THEN 1
        END;
    ELSIF a < 0 THEN
        DROP TABLE IF EXISTS t;
    END IF;
    <<rows>>
    FOR found IN SELECT id FROM t
    LOOP
        IF found.end THEN
            EXECUTE $q$
                SELECT 1
            $q$;
        END IF;
    END LOOP;
    CASE a
        WHEN 1 THEN
            NULL;
    END CASE;
EXCEPTION
    WHEN others THEN
        RAISE;
END
$$;
-- #endregion
CREATE FUNCTION g() RETURNS int
BEGIN ATOMIC
    SELECT 1;
END;
SELECT CASE
    WHEN true THEN 1
    ELSE 2
END; SELECT
  2;
BEGIN;
CREATE FUNCTION py() RETURNS int LANGUAGE plpython3u AS $$
if x:
    loop(
      end)
$$;
SELECT (
  1;
COMMIT;
",
    );
    insta::assert_snapshot!(shown_folds(&fixture, "migrations/001_first.up.sql"));
}

#[test]
fn scripts_of_one_file_can_be_folded() {
    let goose = Fixture::new(
        "//- migrations/001_a.sql
-- +goose Up
-- why
CREATE TABLE a (id int);

-- +goose Down
-- why not
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
      -- two
      -- lines
      CREATE TABLE c (
        id int
      );
  rollback:
    ddl: |
      DROP TABLE b;
      DROP TABLE c;
",
    );
    insta::assert_snapshot!(format!(
        "{}\n{}",
        shown_folds(&goose, "migrations/001_a.sql"),
        shown_folds(&yaml, "confiture-migrations/001_b.yaml")
    ));
}

#[test]
fn data_of_copy_is_not_sql() {
    let fixture = Fixture::new("COPY t FROM stdin;\n-- 1\n-- 2\n$$\n\\.\n-- a\n-- b\nSELECT\n1;\n");
    insta::assert_snapshot!(shown_folds(&fixture, "migrations/001_first.up.sql"), @r#"
    6-7 Comment "-- a" … "-- b"
    8-9 Code "SELECT" … "1;"
    "#);
}

fn grown(text: &str) -> String {
    let fixture = Fixture::new(text);
    let cursor = fixture.cursor();
    let ranges = selection(&fixture.world, &cursor.file, cursor.offset);
    let shown = ranges
        .iter()
        .map(|range| format!("{:?}\n", fixture.slice(&cursor.file, range.clone())));
    shown.collect()
}

#[test]
fn a_selection_grows_from_the_word_to_the_file() {
    let places = [
        "-- x\nSELECT a, lower(b.$0name || 'x') FROM t WHERE c AND d;\nSELECT 1;\n",
        "CREATE TABLE t (a int, $0b text DEFAULT 'one two', c int);",
        "CREATE TABLE t (a int, b text DEFAULT 'one t$0wo', c int);",
        "SELECT 1;\n-- some wo$0rds\nSELECT 2;",
        "DO $$ BEGIN IF true THEN UPDATE t SET a = $01; END IF; END $$;",
        "CREATE TABLE t (a int, b te$0",
        "SELECT 1;$0\n",
        "\n$0\n",
    ];
    insta::assert_snapshot!(places.map(grown).join("\n"));
}

#[test]
fn a_selection_in_yaml_stays_in_its_script() {
    let text = "//- confiture-migrations/001_b.yaml
migration:
  name: 001_b
  ddl: |
    CREATE TABLE c (
      i$0d int
    );
";
    insta::assert_snapshot!(grown(text));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_a_shape(
        words in proptest::collection::vec(
            prop_oneof![
                Just("BEGIN"), Just("END"), Just("IF"), Just("LOOP"), Just("CASE"), Just("THEN"), Just(";"),
                Just("("), Just(")"), Just("$$"), Just("'"), Just("\n"), Just("-- é\n"), Just("/*"), Just("*/"),
                Just("CREATE FUNCTION f() RETURNS int AS"), Just("LANGUAGE plpgsql"), Just("DO"), Just("SELECT a.b"),
                Just("😀"), Just("-- #region\n"), Just("-- #endregion\n"), Just("COPY t FROM stdin;\n"), Just("\\."),
            ],
            0..25,
        ),
        offset in 0usize..200,
    ) {
        let fixture = Fixture::new(&words.join(" "));
        let file = fixture.path("migrations/001_first.up.sql");
        let Some(text) = fixture.world.text(&file) else { return Ok(()) };
        for fold in folds(&fixture.world, &file) {
            prop_assert!(text[fold.range].contains('\n'));
        }
        let grown = selection(&fixture.world, &file, offset);
        for pair in grown.windows(2) {
            prop_assert!(pair[1].start <= pair[0].start && pair[0].end <= pair[1].end && pair[0] != pair[1]);
        }
        prop_assert!(grown.iter().all(|range| text.get(range.clone()).is_some()));
        prop_assert!(text.is_empty() || grown.last() == Some(&(0..text.len())));
    }
}
