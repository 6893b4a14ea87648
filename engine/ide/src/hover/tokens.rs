//! The words of a statement, and the one under the cursor.

use std::ops::Range;

use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};

/// A token that isn't whitespace or a comment.
#[derive(Debug, Clone)]
pub(super) struct Word<'t> {
    pub(super) kind: TokenKind,
    /// Bytes of the statement's text.
    pub(super) range: Range<usize>,
    pub(super) text: &'t str,
}

/// The tokens of a statement, or of the body inside it that holds the cursor.
pub(super) struct Tokens<'t> {
    words: Vec<Word<'t>>,
}

impl<'t> Tokens<'t> {
    /// Of a stretch of a statement's text.
    pub(super) fn of(text: &'t str, range: Range<usize>) -> Tokens<'t> {
        let from = text.floor_char_boundary(range.start.min(text.len()));
        let lexer = Lexer::starting_at(text, from, Dialect::Psql);
        let words = lexer
            .take_while(|token| (token.range.start as usize) < range.end)
            .filter(|token| !token.kind.is_trivia())
            .map(|token| Word {
                kind: token.kind,
                range: token.range.as_usize(),
                text: token.range.slice(text),
            });
        Tokens {
            words: words.collect(),
        }
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &Word<'t>> {
        self.words.iter()
    }

    pub(super) fn get(&self, index: usize) -> Option<Word<'t>> {
        self.words.get(index).cloned()
    }

    /// The number of the word that holds an offset; of two that touch there, the one that begins, unless it is no word.
    pub(super) fn at(&self, offset: usize) -> Option<usize> {
        let after = self.words.partition_point(|word| word.range.end <= offset);
        let holds = |index: &usize| {
            let word = self.words.get(*index);
            word.is_some_and(|word| word.range.start <= offset && offset <= word.range.end)
        };
        let is_name = |index: &usize| {
            let kind = self.words.get(*index).map(|word| word.kind);
            matches!(kind, Some(TokenKind::Ident | TokenKind::QuotedIdent))
        };
        let before = after.checked_sub(1).filter(holds);
        let here = Some(after).filter(holds);
        here.filter(is_name)
            .or(before.filter(is_name))
            .or(here)
            .or(before)
    }

    /// Whether a word is the last part of a qualified name.
    pub(super) fn is_after_dot(&self, index: usize) -> bool {
        let before = index.checked_sub(1).and_then(|before| self.words.get(before));
        before.is_some_and(|word| word.kind == TokenKind::Dot)
    }

    pub(super) fn is_after_pg_catalog(&self, index: usize) -> bool {
        let schema = index.checked_sub(2).and_then(|before| self.words.get(before));
        schema.is_some_and(|word| word.text.eq_ignore_ascii_case("pg_catalog"))
    }

    /// Whether the statement names parameters of the session, or of a role, function or database.
    pub(super) fn sets_parameters(&self) -> bool {
        let is = |word: &Word<'_>, known: &[&str]| known.iter().any(|k| word.text.eq_ignore_ascii_case(k));
        let first = self
            .words
            .first()
            .is_some_and(|word| is(word, &["set", "reset", "show"]));
        first || self.words.iter().any(|word| is(word, &["set", "reset"]))
    }
}

/// What an offset of a text stands in, quotes and comments seen.
pub(super) fn token_kind(text: &str, offset: usize) -> Option<(TokenKind, Range<usize>)> {
    let holds = |token: &confiture_syntax::lexer::Token| {
        (token.range.start as usize) <= offset && offset < token.range.end as usize
    };
    let token = Lexer::new(text, Dialect::Psql).find(holds)?;
    Some((token.kind, token.range.as_usize()))
}
