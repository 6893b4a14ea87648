//! The queries under `queries/` fit the grammar, capture what they say by names that editors know, and the language server
//! reads them as tree-sitter does.

use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::Path;

use confiture_ide::World;
use confiture_ide::tokens::{self, TokenKind};
use confiture_project::OpenOptions;
use tree_sitter::{Language, Node, Parser, Query, QueryCursor, StreamingIterator as _, Tree};

const SQL: &str = include_str!("fixtures/queries.sql");

/// Captures of nvim-treesitter that `highlights.scm` may use, and scopes under them, which fall back to them.
const HIGHLIGHTS: &[&str] = &[
    "boolean",
    "comment",
    "constant",
    "constant.builtin",
    "function",
    "function.call",
    "keyword",
    "module",
    "number",
    "number.float",
    "operator",
    "property",
    "punctuation.bracket",
    "punctuation.delimiter",
    "string",
    "string.special",
    "type",
    "type.builtin",
    "type.relation",
    "variable",
    "variable.member",
    "variable.parameter",
];

/// What Helix reads in `tags.scm`.
const TAGS: &[&str] = &[
    "name",
    "definition.class",
    "definition.constant",
    "definition.function",
    "definition.interface",
    "definition.module",
    "definition.type",
];

const INJECTIONS: &[&str] = &["injection.content", "injection.language"];

fn language() -> Language {
    tree_sitter_postgres::LANGUAGE.into()
}

fn text(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../queries")
        .join(name);
    fs::read_to_string(&file).expect(name)
}

fn query(name: &str) -> Query {
    Query::new(&language(), &text(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn tree(sql: &str) -> Tree {
    let mut parser = Parser::new();
    parser
        .set_language(&language())
        .expect("the grammar fits the library");
    let tree = parser.parse(sql, None).expect("a tree");
    assert!(!tree.root_node().has_error(), "{sql}");
    tree
}

/// A capture: where, of which pattern, under which name.
struct Captured {
    range: Range<usize>,
    pattern: usize,
    name: String,
}

fn captures(name: &str, sql: &str) -> Vec<Captured> {
    let query = query(name);
    let tree = tree(sql);
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&query, tree.root_node(), sql.as_bytes());
    let mut found = Vec::new();
    while let Some(one) = matches.next() {
        for capture in one.captures() {
            found.push(Captured {
                range: capture.node.byte_range(),
                pattern: one.pattern_index,
                name: query.capture_names()[capture.index as usize].to_owned(),
            });
        }
    }
    found.sort_by_key(|capture| (capture.range.start, capture.range.end, capture.pattern));
    found
}

/// Each capture on a line: name, line of the text, first and last words.
fn shown(name: &str) -> String {
    let mut shown = String::new();
    for capture in captures(name, SQL) {
        let own = &SQL[capture.range.clone()];
        let line = SQL[..capture.range.start].matches('\n').count() + 1;
        let _ = writeln!(shown, "{line} @{} {:?}", capture.name, clipped(own));
    }
    shown
}

fn clipped(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// The capture of each token that editors show: of the smallest node, of several patterns the last.
fn highlighted() -> Vec<(Range<usize>, String)> {
    let captures = captures("highlights.scm", SQL);
    let tree = tree(SQL);
    let mut open: Vec<Node<'_>> = vec![tree.root_node()];
    let mut found = Vec::new();
    while let Some(node) = open.pop() {
        let children: Vec<Node<'_>> = node.children(&mut node.walk()).collect();
        if children.is_empty() && !node.byte_range().is_empty() {
            let token = node.byte_range();
            let over = captures
                .iter()
                .filter(|c| c.range.start <= token.start && token.end <= c.range.end);
            let best = over.min_by_key(|c| (c.range.len(), std::cmp::Reverse(c.pattern)));
            let best = best.unwrap_or_else(|| panic!("nothing captures {:?}", &SQL[token.clone()]));
            assert_eq!(best.range, token, "@{} is of more than one token", best.name);
            found.push((token, best.name.clone()));
        }
        open.extend(children.into_iter().rev());
    }
    found
}

#[test]
fn captures_have_names_that_editors_know() {
    for (file, known) in [
        ("highlights.scm", HIGHLIGHTS),
        ("symbols.scm", TAGS),
        ("folds.scm", &["fold"]),
        ("injections.scm", INJECTIONS),
    ] {
        let query = query(file);
        for name in query.capture_names() {
            assert!(known.contains(name), "{file}: @{name}");
        }
    }
}

#[test]
fn every_keyword_of_the_grammar_is_highlighted() {
    let language = language();
    let highlights = text("highlights.scm");
    for id in 0..language.node_kind_count() {
        let name = language.node_kind_for_id(id as u16).unwrap_or_default();
        if language.node_kind_is_named(id as u16) && name.starts_with("kw_") {
            assert!(highlights.contains(&format!("({name})")), "{name}");
        }
    }
}

#[test]
fn highlights() {
    let mut shown = String::new();
    let mut line = usize::MAX;
    for (range, name) in highlighted() {
        if name == "keyword" || name.starts_with("punctuation") {
            continue;
        }
        let own = SQL[..range.start].matches('\n').count() + 1;
        if own != line {
            line = own;
            let _ = write!(shown, "\n{line}:");
        }
        let _ = write!(shown, " {}@{name}", clipped(&SQL[range]));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn symbols() {
    insta::assert_snapshot!(shown("symbols.scm"));
}

#[test]
fn folds() {
    let lines: String = captures("folds.scm", SQL)
        .iter()
        .filter(|capture| SQL[capture.range.clone()].contains('\n'))
        .map(|capture| format!("{:?}\n", clipped(&SQL[capture.range.clone()])))
        .collect();
    insta::assert_snapshot!(lines);
}

#[test]
fn injections() {
    insta::assert_snapshot!(shown("injections.scm"));
    let query = query("injections.scm");
    for pattern in 0..query.pattern_count() {
        for property in query.property_settings(pattern) {
            assert_eq!(&*property.key, "injection.language");
            assert_eq!(property.value.as_deref(), Some("plpgsql"));
        }
    }
}

#[test]
fn bodies_are_found_among_many_options() {
    let options = [
        "IMMUTABLE",
        "STRICT",
        "COST 1",
        "ROWS 1",
        "PARALLEL SAFE",
        "LEAKPROOF",
    ];
    for count in 0..=options.len() {
        let between = options[..count].join(" ");
        for sql in [
            format!("CREATE FUNCTION f() RETURNS int LANGUAGE sql {between} AS $$ SELECT 1 $$;"),
            format!("CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ {between} LANGUAGE sql;"),
        ] {
            let found: Vec<String> = captures("injections.scm", &sql)
                .into_iter()
                .map(|capture| format!("{} {}", capture.name, &sql[capture.range]))
                .collect();
            assert_eq!(found.len(), 2, "{sql}: {found:?}");
            assert!(found.contains(&"injection.language sql".to_owned()), "{found:?}");
            assert!(
                found.contains(&"injection.content $$ SELECT 1 $$".to_owned()),
                "{found:?}"
            );
        }
    }
}

/// What tells apart words that look alike: whose reading of the grammar differs, differs here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Keyword,
    Constant,
    Number,
    Comment,
    Operator,
    Schema,
    Relation,
    Type,
    Function,
    /// A column, variable, parameter, constraint: which of them the catalog knows better.
    Name,
}

fn sort_of_capture(capture: &str) -> Option<Sort> {
    Some(match capture {
        "boolean" | "constant.builtin" | "keyword" => Sort::Keyword,
        "comment" => Sort::Comment,
        "constant" | "string" | "string.special" => Sort::Constant,
        "function" | "function.call" => Sort::Function,
        "module" => Sort::Schema,
        "number" | "number.float" => Sort::Number,
        "operator" => Sort::Operator,
        "type" | "type.builtin" => Sort::Type,
        "type.relation" => Sort::Relation,
        "punctuation.bracket" | "punctuation.delimiter" => return None,
        _ => Sort::Name,
    })
}

fn sort_of_token(kind: TokenKind) -> Sort {
    match kind {
        TokenKind::Keyword => Sort::Keyword,
        TokenKind::String | TokenKind::EnumLabel => Sort::Constant,
        TokenKind::Number => Sort::Number,
        TokenKind::Comment => Sort::Comment,
        TokenKind::Operator => Sort::Operator,
        TokenKind::Schema => Sort::Schema,
        TokenKind::Table | TokenKind::View => Sort::Relation,
        TokenKind::Type => Sort::Type,
        TokenKind::Function => Sort::Function,
        TokenKind::Column | TokenKind::Parameter | TokenKind::Variable | TokenKind::Macro => Sort::Name,
    }
}

#[test]
fn the_language_server_reads_the_highlights_as_editors_do() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    let file = folder.path().join("all.sql");
    fs::write(&file, SQL).expect("a file");
    let options = OpenOptions {
        cwd: folder.path().to_path_buf(),
        ..OpenOptions::default()
    };
    let world = World::open(&[folder.path()], &options);
    let served = tokens::tokens(&world, &file, 0..SQL.len());
    let mut differences = String::new();
    for (range, capture) in highlighted() {
        // The server looks into bodies, which editors give to another grammar.
        if SQL[range.clone()].starts_with('$') && capture == "string" {
            continue;
        }
        let token = served.iter().find(|token| token.range.start == range.start);
        let (wanted, is) = (
            sort_of_capture(&capture),
            token.map(|token| sort_of_token(token.kind)),
        );
        // `SET search_path = app`: a word for the grammar, a schema for who knows the parameter.
        let is_better_known = wanted == Some(Sort::Name) && is == Some(Sort::Schema);
        if wanted != is && !is_better_known {
            let line = SQL[..range.start].matches('\n').count() + 1;
            let _ = writeln!(differences, "{line} {:?}: @{capture}, {is:?}", &SQL[range]);
        }
    }
    assert_eq!(differences, "");
}
