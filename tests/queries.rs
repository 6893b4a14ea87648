//! The queries under `queries/` fit the grammar and capture what they say.

use std::fs;
use std::path::Path;

use tree_sitter::{Language, Parser, Query, QueryCursor, StreamingIterator as _};

const SQL: &str = "\
-- a comment
CREATE TABLE public.orders (id bigint PRIMARY KEY, note text DEFAULT 'x');
CREATE INDEX orders_note_idx ON orders (note);
CREATE INDEX IF NOT EXISTS orders_id_idx ON orders (id);
CREATE VIEW v AS SELECT now();
CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE SCHEMA app;
";

fn language() -> Language {
    tree_sitter_postgres::LANGUAGE.into()
}

fn query(name: &str) -> Query {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../queries")
        .join(name);
    let text = fs::read_to_string(&file).expect(name);
    Query::new(&language(), &text).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// What a query captures in the example: (capture, text).
fn captures(name: &str) -> Vec<(String, String)> {
    let query = query(name);
    let mut parser = Parser::new();
    parser
        .set_language(&language())
        .expect("the grammar fits the library");
    let tree = parser.parse(SQL, None).expect("a tree");
    assert!(!tree.root_node().has_error());
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&query, tree.root_node(), SQL.as_bytes());
    let mut found = Vec::new();
    while let Some(one) = matches.next() {
        for capture in one.captures() {
            let name = query.capture_names()[capture.index as usize].to_owned();
            found.push((name, SQL[capture.node.byte_range()].to_owned()));
        }
    }
    found
}

fn assert_captured(found: &[(String, String)], capture: &str, text: &str) {
    assert!(
        found.iter().any(|(c, t)| c == capture && t == text),
        "nothing captures {text:?} as @{capture}: {found:?}"
    );
}

#[test]
fn highlights() {
    let found = captures("highlights.scm");
    for (capture, text) in [
        ("comment", "-- a comment"),
        ("keyword", "CREATE"),
        ("string", "'x'"),
        ("type.relation", "public.orders"),
        ("variable.member", "id"),
        ("function.call", "now"),
        ("string", "$$ SELECT 1 $$"),
    ] {
        assert_captured(&found, capture, text);
    }
}

#[test]
fn symbols() {
    let found = captures("symbols.scm");
    for name in [
        "public.orders",
        "orders_note_idx",
        "orders_id_idx",
        "v",
        "f",
        "mood",
        "app",
    ] {
        assert_captured(&found, "name", name);
    }
}

#[test]
fn folds_and_injections() {
    assert_captured(
        &captures("folds.scm"),
        "fold",
        "id bigint PRIMARY KEY, note text DEFAULT 'x'",
    );
    assert_captured(&captures("injections.scm"), "injection.content", "$$ SELECT 1 $$");
}
