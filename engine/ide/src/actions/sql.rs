//! Pieces of SQL text.

use std::sync::Arc;

use confiture_schema::change::Change;
use confiture_schema::read;
use confiture_syntax::Syntax;
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};
use confiture_syntax::split::{PieceKind, split};

/// Names longer than this are cut.
const LONGEST: usize = 50;

/// The statements of a text, each with what it asks for.
pub(super) fn statements(text: &str) -> Vec<(&str, Arc<[Change]>)> {
    split(text)
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::Sql)
        .map(|piece| {
            let own = piece.range.slice(text);
            (own, read::changes(&Syntax::parse(own)).into())
        })
        .collect()
}

/// A name for a migration: words in snake_case.
pub(super) fn slug(words: &[&str]) -> String {
    let mut out = String::new();
    for c in words.join(" ").chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    out.truncate(LONGEST);
    out.trim_end_matches('_').to_owned()
}

/// The beginning of a statement in one line, for a comment about it.
pub(super) fn beginning(text: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut length = 0;
    for token in Lexer::new(text, Dialect::Server).filter(|token| !token.kind.is_trivia()) {
        let word = token.range.slice(text).lines().next().unwrap_or_default();
        length += word.len() + 1;
        if token.kind == TokenKind::Semicolon || length > LONGEST {
            break;
        }
        words.push(word);
    }
    words
        .join(" ")
        .replace(" ,", ",")
        .replace("( ", "(")
        .replace(" )", ")")
        .replace(" . ", ".")
}

/// Whether a text has comments.
pub(super) fn has_comments(text: &str) -> bool {
    Lexer::new(text, Dialect::Psql)
        .any(|token| matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment))
}

/// Whether a text has an identifier of some names, however it is written.
pub(super) fn mentions(text: &str, names: &[String]) -> bool {
    // Most texts don't hold the letters at all.
    names.iter().any(|name| holds(text, name))
        && Lexer::new(text, Dialect::Psql)
            .filter(|token| matches!(token.kind, TokenKind::Ident | TokenKind::QuotedIdent))
            .any(|token| {
                let word = token.range.slice(text);
                let is = |name: &String| match token.kind {
                    TokenKind::Ident => word.eq_ignore_ascii_case(name),
                    _ => word.trim_matches('"').replace("\"\"", "\"") == *name,
                };
                names.iter().any(is)
            })
}

/// Whether a text has the letters of a word, whatever their case in ASCII.
fn holds(text: &str, word: &str) -> bool {
    let mut places = text.as_bytes().windows(word.len().max(1));
    places.any(|place| place.eq_ignore_ascii_case(word.as_bytes()))
}

/// What a statement says with what makes no difference taken out, to compare it with another: case, quotes that needn't be,
/// the default schema, `IF EXISTS`, `CONCURRENTLY` and their kin.
pub(super) fn essence(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let tokens = Lexer::new(text, Dialect::Server).filter(|token| !token.kind.is_trivia());
    for token in tokens {
        let word = token.range.slice(text);
        match token.kind {
            TokenKind::Semicolon => {}
            TokenKind::Ident => words.push(word.to_lowercase()),
            TokenKind::QuotedIdent => words.push(word.trim_matches('"').to_owned()),
            _ => words.push(word.to_owned()),
        }
    }
    let noise = ["if", "exists", "concurrently", "restrict", "column", "only"];
    let mut out: Vec<String> = Vec::new();
    for word in words {
        if word == "." && out.last().is_some_and(|last| last == "public") {
            out.pop();
        } else if !noise.contains(&word.as_str()) {
            out.push(word);
        }
    }
    out
}

/// Whether two statements in essence are the same, but for a clause at the end of one, such as USING or CASCADE.
pub(super) fn says_the_same(one: &[String], other: &[String]) -> bool {
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let rest = long.get(short.len()..).unwrap_or_default();
    short.len() > 2 && long.starts_with(short) && rest.first().is_none_or(|word| word != ",")
}

/// A text that waits for its locks a while and no longer.
pub(super) fn bounded(sql: &str) -> String {
    format!("SET lock_timeout = '5s';\n{sql}")
}
