//! The SQL inside functions and DO blocks, and where it is.

use confiture_syntax::{Body, Context, Language, Syntax, TextRange};
use std::fmt::Write;

fn body(text: &str) -> Body {
    let syntax = Syntax::parse(text);
    let mut bodies = syntax.bodies();
    assert_eq!(bodies.len(), 1, "{:?}", syntax.errors());
    bodies.remove(0)
}

/// Each nested statement with its context, and its source as found through its map.
fn picture(text: &str) -> String {
    let mut out = String::new();
    for nested in body(text).statements {
        let whole = nested.to_outer(TextRange::new(0, nested.syntax.text().len() as u32));
        let guarded = if nested.guarded { ", guarded" } else { "" };
        match nested.dynamic {
            Some(dynamic) => writeln!(
                out,
                "{:?}{guarded}: dynamic {}",
                nested.context,
                dynamic.range.slice(text)
            ),
            None => writeln!(
                out,
                "{:?}{guarded}: {} <- {}",
                nested.context,
                nested.syntax.text(),
                whole.slice(text)
            ),
        }
        .expect("a string");
    }
    out
}

#[test]
fn plpgsql_statements_have_their_context() {
    insta::assert_snapshot!(picture(
        "CREATE FUNCTION f() RETURNS SETOF t LANGUAGE plpgsql AS $$
#variable_conflict use_column
<<outer>>
DECLARE
  x int := (SELECT max(a) FROM t);
  c CURSOR (n int) FOR SELECT * FROM cursed WHERE a = n;
  y text;
BEGIN
  PERFORM g(x);
  SELECT a, b INTO STRICT x, y FROM t WHERE c = 1;
  INSERT INTO t (a) VALUES (1) RETURNING a INTO x;
  x := x + 1;
  y = (SELECT 'z');
  arr[1] := 2;
  IF EXISTS (SELECT 1 FROM u) THEN
    DELETE FROM u;
  ELSIF x > (SELECT 2) THEN
    NULL;
  ELSE
    CASE x WHEN 1 THEN UPDATE t SET a = 2; ELSE UPDATE t SET a = 3; END CASE;
  END IF;
  FOR r IN SELECT * FROM v LOOP
    UPDATE t SET a = r.a;
  END LOOP;
  FOR i IN REVERSE 10..1 LOOP EXECUTE 'DROP TABLE q'; END LOOP;
  WHILE x < 3 LOOP x := x + 1; END LOOP outer;
  BEGIN
    ALTER TABLE t ADD COLUMN d int;
  EXCEPTION WHEN duplicate_column THEN
    RAISE NOTICE 'there: %', (SELECT 5);
    TRUNCATE t;
  END;
  EXECUTE format('DROP TABLE %I', y);
  EXECUTE 'SELECT ' || x INTO y USING x;
  RETURN QUERY SELECT * FROM t;
  RETURN QUERY EXECUTE format('SELECT 100 %% 3') USING x;
  OPEN c FOR SELECT 1;
  COMMIT;
END outer;
$$"
    ));
}

#[test]
fn sql_bodies_are_split() {
    assert_eq!(
        picture("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT ''a;''; -- x;\nSELECT 2'"),
        "Straight: SELECT 'a;'; <- SELECT ''a;'';\nStraight: SELECT 2 <- SELECT 2\n"
    );
}

#[test]
fn standard_bodies_are_read_from_the_tree() {
    let text = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC INSERT INTO t VALUES (1); SELECT 2; END";
    assert_eq!(
        picture(text),
        "Straight: INSERT INTO t VALUES (1) <- INSERT INTO t VALUES (1)\nStraight: SELECT 2 <- SELECT 2\n"
    );
    assert_eq!(
        picture("CREATE FUNCTION f() RETURNS int RETURN (SELECT 1)"),
        "Straight: SELECT (SELECT 1) <- RETURN (SELECT 1)\n"
    );
}

#[test]
fn escapes_keep_places_through_two_levels() {
    let text = "DO 'BEGIN EXECUTE ''DROP TABLE \"a''''b\"; ALTER TABLE c ADD d int''; END'";
    let statements = body(text).statements;
    assert_eq!(statements.len(), 2);
    let alter = &statements[1];
    let node = alter.syntax.statement().expect("a statement");
    assert_eq!(
        alter.to_outer(node.range()).slice(text),
        "ALTER TABLE c ADD d int"
    );
    let drop = &statements[0];
    assert_eq!(drop.syntax.text(), "DROP TABLE \"a'b\";");
    assert_eq!(drop.to_outer(TextRange::new(11, 16)).slice(text), "\"a''''b\"");
}

#[test]
fn do_blocks_are_plpgsql_unless_they_say_otherwise() {
    assert_eq!(body("DO $$BEGIN SELECT 1; END$$").language, Language::PlPgSql);
    assert_eq!(
        body("DO LANGUAGE plpgsql $$BEGIN SELECT 1; END$$").statements[0].context,
        Context::Straight
    );
    assert!(Syntax::parse("DO LANGUAGE plperl $$ x $$").bodies().is_empty());
}

#[test]
fn errors_in_bodies_are_found_at_their_place() {
    let text = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS E'BEGIN\\nSELECT * FORM t;\\nEND'";
    let body = body(text);
    assert_eq!(body.errors.len(), 1);
    assert_eq!(body.errors[0].range.slice(text), "FORM");
    let dynamic = self::body("DO $$BEGIN EXECUTE 'SELECT FROM FROM'; END$$");
    assert!(
        dynamic.errors.is_empty(),
        "PostgreSQL looks at what EXECUTE runs only when it runs"
    );
    assert_eq!(dynamic.statements[0].syntax.errors().len(), 1);
}

#[test]
fn words_of_plpgsql_may_be_variables() {
    let text = "DO $$DECLARE open int; BEGIN open := 1; return := 2; SELECT 1 INTO open; END$$";
    assert_eq!(
        picture(text),
        "Straight: SELECT 1           <- SELECT 1 INTO open\n"
    );
}

#[test]
fn what_raise_and_ranges_hold_is_never_an_error() {
    let text = "DO $$BEGIN
RAISE EXCEPTION USING MESSAGE = (SELECT 'x'), HINT = 'y';
RAISE WARNING 'a % b', (SELECT 1) USING ERRCODE = 'P0001';
FOR i IN REVERSE (SELECT 10)..(SELECT 1) BY 2 LOOP CONTINUE WHEN i = (SELECT 3); END LOOP;
END$$";
    assert_eq!(body(text).errors, []);
    assert_eq!(body(text).statements.len(), 2);
}
