//! A tree from a shape is the tree that parsing gives.

use super::{MAX_TOKENS, Outline, counted};
use crate::lexer::{Dialect, Lexer, TokenKind};
use crate::parser;
use crate::prepare::{Variables, prepare};
use crate::range::TextRange;
use crate::split::{PieceKind, split};
use crate::tree::{self, Item};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A statement's outline, and its nodes where it is whole.
fn parsed(text: &str) -> Option<(Outline, Vec<Item>)> {
    let prepared = prepare(text, Dialect::Psql, Variables::Keep, &[]);
    if prepared.has_lexical_error {
        return None;
    }
    let outline = Outline::of(&prepared.text, &prepared.shifts)?;
    let tree = parser::parse(&prepared.text)?;
    let read = tree::items(&prepared.text, &tree, &prepared.shifts);
    (!tree.root_node().has_error() && read.misread.is_none()).then_some((outline, read.items))
}

/// Says the same with other names, constants, comments and blanks, and keywords in another case.
fn varied(text: &str) -> String {
    let mut out = String::new();
    for token in Lexer::new(text, Dialect::Server) {
        let source = token.range.slice(text);
        match token.kind {
            TokenKind::Ident if super::word_code(source) == Some(super::code::NAME) => {
                out.push_str(
                    [
                        "zz$9",
                        "b",
                        "e",
                        "_",
                        "Xyzzy",
                        "a_name_that_is_longer_than_any_keyword",
                    ][source.len() % 6],
                );
            }
            TokenKind::Ident => out.push_str(&source.to_ascii_uppercase()),
            TokenKind::QuotedIdent => out.push_str("\"né; \"\" (\""),
            TokenKind::String if !token.continued => out.push_str("'it''s -- é /* \\'"),
            TokenKind::DollarString => out.push_str("$x1$ ' $$ \" $x1$"),
            TokenKind::Number if source.bytes().all(|byte| byte.is_ascii_digit()) => {
                out.push_str("0123456789012345")
            }
            TokenKind::Number if source.contains('.') && !source.contains(['e', 'E', '_']) => {
                out.push_str("6.02")
            }
            TokenKind::Param => out.push_str("$65535"),
            TokenKind::LineComment => out.push_str("--- é $$ ' \""),
            TokenKind::BlockComment => out.push_str("/*+ ' ** \n -- */"),
            TokenKind::Whitespace if source.contains(['\n', '\r']) => out.push_str("\n \r\n\t"),
            TokenKind::Whitespace => out.push_str("   "),
            _ => out.push_str(source),
        }
    }
    out
}

/// What a statement's shape says of the tree of its variant, and what parsing says. `None` where they have no shape in common.
fn foretold(text: &str) -> Option<(Vec<Item>, Vec<Item>)> {
    let (outline, items) = parsed(text)?;
    let counted = counted(&outline.tokens, &items)?;
    let other = varied(text);
    let prepared = prepare(&other, Dialect::Psql, Variables::Keep, &[]);
    let same = Outline::of(&prepared.text, &prepared.shifts)?;
    if same.key != outline.key {
        return None;
    }
    let told = counted
        .iter()
        .map(|item| same.placed(item))
        .collect::<Option<Vec<_>>>()?;
    let (_, found) =
        parsed(&other).unwrap_or_else(|| panic!("{text}\nhas a variant that isn't whole:\n{other}"));
    Some((told, found))
}

const SAMPLES: &[&str] = &[
    "CREATE TABLE s.t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \"Total\" numeric(19, 2) DEFAULT 0.5 /* c */);",
    "COMMENT ON COLUMN s.t.a IS 'it''s' -- why\n;",
    "INSERT INTO t (a, b) VALUES (1, 'x'), (-2, NULL), (3.5, E'\\n');",
    "ALTER TABLE ONLY t ADD CONSTRAINT c CHECK (a >= 0 AND b <> 'x' OR NOT c) NOT VALID;",
    "UPDATE t SET a = b + 1, c = lower(d) || 'x' WHERE e IN (SELECT f FROM g WHERE h = $1) RETURNING *;",
    "CREATE FUNCTION f(a int, b text DEFAULT 'x') RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$;",
    "SELECT count(*) OVER (PARTITION BY t.a ORDER BY b DESC) AS c FROM t AS u LEFT JOIN v USING (id) WHERE x::date = '1';",
    "GRANT SELECT, INSERT ON TABLE a, b TO c WITH GRANT OPTION;",
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t USING gin (lower(a) text_pattern_ops) WHERE (b IS NOT NULL);",
    "SELECT a, name, value, type FROM key WHERE a->>'b' = ANY (c) AND d = -1 AND e[1:2] = '{}';",
    "SET search_path = a, b;",
    "COMMIT;",
];

#[test]
fn shapes_tell_the_trees_of_samples() {
    for text in SAMPLES {
        let (told, found) = foretold(text).unwrap_or_else(|| panic!("{text} has no shape"));
        assert_eq!(told, found, "{text}");
    }
}

#[test]
fn a_shape_is_known_from_its_third_statement_on() {
    let nodes = |text: &str| Outline::of(text, &Default::default()).and_then(|outline| outline.recall());
    assert_eq!(nodes("SELECT a FROM b WHERE c = 'd'"), None);
    crate::Syntax::parse("SELECT a FROM b WHERE c = 'd'");
    assert_eq!(nodes("SELECT a FROM b WHERE c = 'e'"), None);
    crate::Syntax::parse("SELECT aa FROM bb WHERE cc = 'dd'");
    let third = "select x, FROM y WHERE z = ''";
    assert_eq!(nodes(third), None);
    let third = "select x FROM y WHERE longer = ''";
    assert_eq!(nodes(third), parsed(third).map(|(_, items)| items));
    let whole = crate::Syntax::parse(third);
    assert_eq!(whole.root().range(), TextRange::new(0, third.len() as u32));
}

#[test]
fn what_the_grammar_may_cut_elsewhere_has_no_shape() {
    for text in [
        "SELECT 1e5",
        "SELECT 1_000",
        "SELECT 1 --",
        "SELECT 1 /**/",
        "SELECT 'a' \0",
        "SELECT é",
        "SELECT \\",
    ] {
        assert!(Outline::of(text, &Default::default()).is_none(), "{text}");
    }
    let long = format!("SELECT 1{}", ", 1".repeat(MAX_TOKENS / 2));
    assert!(Outline::of(&long, &Default::default()).is_none());
}

fn sql_files(folder: PathBuf) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "sql") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Over all statements of the examples and fixtures, and of the published projects in `CONFITURE_CORPUS` where that is set.
#[test]
fn shapes_tell_the_trees_of_projects() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = sql_files(root.join("examples"));
    files.extend(sql_files(root.join("tests/fixtures")));
    files.extend(
        std::env::var_os("CONFITURE_CORPUS")
            .into_iter()
            .flat_map(|folder| sql_files(folder.into())),
    );
    let mut shapes: HashSet<Vec<u16>> = HashSet::new();
    let (mut told, mut untold) = (0, 0);
    for file in files {
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        for piece in split(&text)
            .into_iter()
            .filter(|piece| piece.kind == PieceKind::Sql)
        {
            let statement = piece.range.slice(&text);
            let prepared = prepare(statement, Dialect::Psql, Variables::Keep, &[]);
            match Outline::of(&prepared.text, &prepared.shifts) {
                Some(outline) if shapes.insert(outline.key.clone()) => {}
                _ => continue,
            }
            match foretold(statement) {
                Some((foretold, found)) => {
                    assert_eq!(foretold, found, "{statement}");
                    told += 1;
                }
                None => untold += 1,
            }
        }
    }
    println!("{told} shapes told the tree of a variant, {untold} were not asked");
    assert!(told > 20, "{told}");
}
