//! What each word is.

use std::fmt::Write as _;
use std::path::Path;

use confiture_ide::tokens::{Token, TokenKind, tokens};
use proptest::prelude::*;

use crate::support::Fixture;

fn shown(fixture: &Fixture, file: &Path) -> String {
    let text = fixture.world.text(file).expect("a file of the project");
    let all = tokens(&fixture.world, file, 0..text.len());
    assert_in_order(&text, &all);
    let mut shown = String::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let _ = write!(shown, "{line}");
        let own = all
            .iter()
            .filter(|t| at <= t.range.start && t.range.start < at + line.len());
        let words: Vec<String> = own
            .filter(|token| token.kind != TokenKind::Keyword && token.kind != TokenKind::Operator)
            .map(|token| describe(&text, token))
            .collect();
        let _ = writeln!(shown, "    > {}", words.join("  "));
        at += line.len();
    }
    shown
}

fn describe(text: &str, token: &Token) -> String {
    let mut shown = format!("{}={:?}", &text[token.range.clone()], token.kind);
    for (is, mark) in [
        (token.is_definition, "+def"),
        (token.is_builtin, "+builtin"),
        (token.is_destructive, "+destructive"),
    ] {
        if is {
            shown.push_str(mark);
        }
    }
    shown
}

fn assert_in_order(text: &str, tokens: &[Token]) {
    for pair in tokens.windows(2) {
        assert!(pair[0].range.end <= pair[1].range.start, "{pair:?}");
    }
    for token in tokens {
        let own = text.get(token.range.clone()).expect("whole characters");
        assert!(!own.is_empty() && !own.contains('\n'), "{own:?}");
    }
}

#[test]
fn words_are_what_the_catalog_knows_them_as() {
    let fixture = Fixture::new(
        "-- A comment
\\set ON_ERROR_STOP on
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'ok');
CREATE TABLE app.users (id bigint PRIMARY KEY, name text NOT NULL DEFAULT 'x', mood app.mood);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY,
    total numeric(10,2) CONSTRAINT positive CHECK (total > 0 AND name <> ''),
    user_id bigint REFERENCES app.users (id),
    at timestamp with time zone DEFAULT now()
);
CREATE VIEW recent AS
    WITH few AS (SELECT * FROM orders LIMIT 10)
    SELECT few.id, lower(u.name) AS who, app.add(1, $1), 'a
b' AS c
    FROM few JOIN app.users AS u ON u.id = few.user_id;
SELECT total FROM recent r WHERE r.total IS NULL AND gone;
CREATE FUNCTION app.add(a int, b int DEFAULT 1) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    found_rows int := 0;
BEGIN
    -- why
    SELECT count(*) INTO found_rows FROM orders o WHERE o.id = a;
    IF found_rows > 1 THEN
        PERFORM pg_catalog.pg_sleep(1);
        DELETE FROM orders;
    END IF;
    RETURN a + b;
END
$$;
DELETE FROM orders WHERE id = 1;
DELETE FROM app.users;
TRUNCATE orders;
ALTER TABLE orders DROP COLUMN total, ADD COLUMN note varchar(20);
ALTER TYPE app.mood ADD VALUE 'great';
DROP VIEW recent;
DROP TABLE IF EXISTS app.users CASCADE;
COPY orders (id) FROM stdin;
-- 1
\\.
/* two
   lines */
",
    );
    insta::assert_snapshot!(shown(&fixture, &fixture.path("migrations/001_first.up.sql")));
}

#[test]
fn broken_statements_have_their_words() {
    let fixture = Fixture::new(
        "CREATE TABLE t (a int, b
;
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    IF true THEN
        SELECT 1 FROM
$$
;
SELECT a FROM WHERE b = 'x';
",
    );
    insta::assert_snapshot!(shown(&fixture, &fixture.path("migrations/001_first.up.sql")));
}

#[test]
fn words_in_yaml_stand_in_the_file() {
    let fixture = Fixture::new(
        "//- confiture-migrations/001_b.yaml
migration:
  name: 001_b
  ddl: |
    CREATE TABLE c (
      id int DEFAULT 'a
      b' -- c
    );
  rollback:
    ddl: >
      DROP TABLE
      c;
",
    );
    insta::assert_snapshot!(shown(&fixture, &fixture.path("confiture-migrations/001_b.yaml")));
}

#[test]
fn a_part_of_a_file_has_the_words_that_it_has_in_the_whole() {
    let text = "CREATE TABLE t (id int);\n-- why\nCREATE VIEW v AS SELECT id FROM t;\nDROP VIEW v;\n";
    let fixture = Fixture::new(text);
    let file = fixture.path("migrations/001_first.up.sql");
    let all = tokens(&fixture.world, &file, 0..text.len());
    for start in 0..text.len() {
        for end in start + 1..=text.len() {
            let part = tokens(&fixture.world, &file, start..end);
            let wanted = all.iter().filter(|t| t.range.start < end && start < t.range.end);
            assert!(part.iter().eq(wanted), "{start}..{end}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_words_in_order(
        words in proptest::collection::vec(
            prop_oneof![
                Just("BEGIN"), Just("END"), Just("IF"), Just(";"), Just("("), Just(")"), Just("$$"), Just("'"),
                Just("\n"), Just("-- é\r\n"), Just("/*"), Just("*/"), Just("\\d x"), Just(":v"), Just("\"q\ny\""),
                Just("CREATE FUNCTION f(a int) RETURNS int AS"), Just("LANGUAGE plpgsql"), Just("DO"), Just("😀"),
                Just("SELECT a.b"), Just("CREATE TABLE t (a int)"), Just("DROP TABLE t"), Just("U&'x' UESCAPE '!'"),
                Just("COPY t FROM stdin;\n"), Just("\\."), Just("PERFORM f(a)"), Just("'x'\n'y'"),
            ],
            0..25,
        ),
        range in (0usize..150, 0usize..150),
    ) {
        let fixture = Fixture::new(&words.join(" "));
        let file = fixture.path("migrations/001_first.up.sql");
        let Some(text) = fixture.world.text(&file) else { return Ok(()) };
        assert_in_order(&text, &tokens(&fixture.world, &file, range.0..range.1));
        assert_in_order(&text, &tokens(&fixture.world, &file, 0..usize::MAX));
    }
}
