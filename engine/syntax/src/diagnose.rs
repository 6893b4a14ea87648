//! Where and why a statement is broken, as PostgreSQL would say it.

mod lookahead;

use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::keywords::category;
use crate::kind;
use crate::lexer::{Dialect, Lexer, Token, TokenKind, is_ident};
use crate::parser;
use crate::prepare::Prepared;
use crate::range::TextRange;
use crate::tree::{self, Kind};
use tree_sitter::Tree;

/// A broken statement longer than this is not traced; its error is where the tree's is.
const MAX_TRACED_BYTES: usize = 1 << 20;

/// PostgreSQL's scanner never takes a keyword for an identifier or SQL's own operators for an arbitrary one; the grammar's does
/// where nothing else fits. True for such a token.
pub(crate) fn is_misread(kind: Kind, token: &str) -> bool {
    (kind == kind::identifier && is_keyword(token)) || (kind == kind::operator && is_sql_operator(token))
}

fn is_sql_operator(text: &str) -> bool {
    matches!(
        text,
        "+" | "-" | "*" | "/" | "%" | "^" | "<" | ">" | "=" | "<=" | ">=" | "<>" | "=>"
    )
}

fn is_keyword(word: &str) -> bool {
    if word.len() < 2 || word.len() > 17 {
        return false;
    }
    let mut lower = [0u8; 17];
    let lower = &mut lower[..word.len()];
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).is_ok_and(|lower| category(lower).is_some())
}

/// The error of a statement that is broken.
pub(crate) fn diagnose(text: &str, dialect: Dialect, prepared: &Prepared<'_>, tree: &Tree) -> SyntaxError {
    let lexical = first_lexical_error(text, dialect);
    let failure = grammatical_failure(prepared, tree).map(|offset| prepared.shifts.to_source(offset as u32));
    let failed = failure
        .map(|offset| lookahead::named_token(text, dialect, prepared, token_at(text, dialect, offset)));
    let error = match (lexical, failed) {
        (Some(lexical), Some(failed)) if failed.range.start < lexical.range.start => at_token(text, failed),
        (Some(lexical), _) => lexical,
        (None, failed) => at_token(text, failed.unwrap_or_else(|| token_at(text, dialect, 0))),
    };
    let beyond_us = prepared.has_variables || prepared.has_commands;
    if beyond_us {
        let what = if prepared.has_variables {
            "psql variables"
        } else {
            "psql commands"
        };
        let message = format!("statement with {what} not understood: {}", error.message);
        return SyntaxError {
            kind: SyntaxErrorKind::NotUnderstood,
            message,
            ..error
        };
    }
    error
}

/// The end of the last token that could be taken, in the prepared text.
fn grammatical_failure(prepared: &Prepared<'_>, tree: &Tree) -> Option<usize> {
    let traced = if prepared.text.len() <= MAX_TRACED_BYTES {
        parser::first_failure(&prepared.text)
    } else {
        first_error(tree)
    };
    let misread = tree::items(&prepared.text, tree, &prepared.shifts).misread;
    match (traced, misread) {
        (Some(traced), Some(misread)) => Some(traced.min(misread)),
        (traced, misread) => traced.or(misread),
    }
}

fn first_error(tree: &Tree) -> Option<usize> {
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            return Some(node.start_byte());
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return None;
            }
        }
    }
}

/// The first token at or behind `offset` that isn't trivia; an empty one at the end when there is none.
fn token_at(text: &str, dialect: Dialect, offset: u32) -> Token {
    let end = Token {
        kind: TokenKind::Other,
        range: TextRange::empty(text.len() as u32),
        terminated: true,
        continued: false,
    };
    Lexer::starting_at(text, offset as usize, dialect)
        .find(|token| !token.kind.is_trivia())
        .unwrap_or(end)
}

fn at_token(text: &str, token: Token) -> SyntaxError {
    let message = if token.range.is_empty() {
        "syntax error at end of input".to_owned()
    } else {
        near("syntax error", token.range.slice(text))
    };
    SyntaxError {
        range: token.range,
        message,
        kind: SyntaxErrorKind::Syntax,
    }
}

fn near(what: &str, text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.lines().next().unwrap_or("");
    if line.len() == text.len() && text.len() <= LONGEST {
        return format!("{what} at or near \"{text}\"");
    }
    format!(
        "{what} at or near \"{}…\"",
        &line[..line.floor_char_boundary(LONGEST.min(line.len()))]
    )
}

/// True when PostgreSQL's scanner would refuse the text.
pub(crate) fn has_lexical_error(text: &str, dialect: Dialect) -> bool {
    first_lexical_error(text, dialect).is_some()
}

fn first_lexical_error(text: &str, dialect: Dialect) -> Option<SyntaxError> {
    Lexer::new(text, dialect).find_map(|token| lexical_error(text, token))
}

/// True when PostgreSQL's scanner would refuse the token.
pub(crate) fn is_lexical_error(text: &str, token: Token) -> bool {
    lexical_fault(text, token).is_some()
}

fn lexical_fault(text: &str, token: Token) -> Option<&'static str> {
    if !token.terminated {
        return Some(unterminated(token.kind));
    }
    let source = || token.range.slice(text);
    let has_junk = || {
        let next = text.as_bytes().get(token.range.end as usize);
        next.is_some_and(|byte| is_ident(*byte))
    };
    match token.kind {
        TokenKind::QuotedIdent if source() == "\"\"" => Some("zero-length delimited identifier"),
        TokenKind::UnicodeIdent if source()[2..] == *"\"\"" => Some("zero-length delimited identifier"),
        TokenKind::Number if has_junk() => Some("trailing junk after numeric literal"),
        TokenKind::Param if has_junk() => Some("trailing junk after parameter"),
        _ => None,
    }
}

fn lexical_error(text: &str, token: Token) -> Option<SyntaxError> {
    let what = lexical_fault(text, token)?;
    let junk = if what.starts_with("trailing") {
        text[token.range.end as usize..]
            .bytes()
            .take_while(|byte| is_ident(*byte))
            .count()
    } else {
        0
    };
    let range = TextRange::new(token.range.start, token.range.end + junk as u32);
    let range = if token.terminated {
        range
    } else {
        TextRange::new(range.start, first_line_end(text, range))
    };
    Some(SyntaxError {
        range,
        message: near(
            what,
            TextRange::new(token.range.start, token.range.end + junk as u32).slice(text),
        ),
        kind: SyntaxErrorKind::Syntax,
    })
}

fn first_line_end(text: &str, range: TextRange) -> u32 {
    crate::lexer::line_end(text.as_bytes(), range.start as usize) as u32
}

fn unterminated(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::QuotedIdent | TokenKind::UnicodeIdent => "unterminated quoted identifier",
        TokenKind::BlockComment => "unterminated /* comment",
        TokenKind::BitString => "unterminated bit string literal",
        TokenKind::HexString => "unterminated hexadecimal string literal",
        TokenKind::DollarString => "unterminated dollar-quoted string",
        _ => "unterminated quoted string",
    }
}
