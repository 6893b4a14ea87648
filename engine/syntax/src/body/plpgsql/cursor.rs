//! The tokens of a body, read forwards.

use crate::lexer::{Dialect, Lexer, Token, TokenKind};
use crate::range::TextRange;

pub(super) struct Cursor<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Cursor<'t> {
        let tokens = Lexer::new(text, Dialect::Server)
            .filter(|token| !token.kind.is_trivia())
            .collect();
        Cursor { text, tokens, at: 0 }
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    pub(super) fn token(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    pub(super) fn slice(&self, token: Token) -> &'t str {
        token.range.slice(self.text)
    }

    fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        self.token(ahead).is_some_and(|token| {
            token.kind == TokenKind::Ident && self.slice(token).eq_ignore_ascii_case(word)
        })
    }

    fn is_operator_at(&self, ahead: usize, operator: &str) -> bool {
        self.token(ahead)
            .is_some_and(|token| token.kind == TokenKind::Operator && self.slice(token) == operator)
    }

    fn kind_at(&self, ahead: usize) -> Option<TokenKind> {
        self.token(ahead).map(|token| token.kind)
    }

    /// The word that comes next, in lower case.
    pub(super) fn word(&self) -> Option<String> {
        let token = self.token(0)?;
        (token.kind == TokenKind::Ident).then(|| self.slice(token).to_ascii_lowercase())
    }

    /// The same, or nothing particular for any other token. `None` at the end.
    pub(super) fn word_or_other(&self) -> Option<String> {
        self.token(0)?;
        Some(self.word().unwrap_or_default())
    }

    pub(super) fn is_label(&self) -> bool {
        self.is_operator_at(0, "<<")
    }

    /// `#variable_conflict use_column` and the like, before the first block.
    pub(super) fn skip_options(&mut self) {
        while self.is_operator_at(0, "#") {
            self.at = (self.at + 3).min(self.tokens.len());
        }
    }

    /// `<<label>>`
    pub(super) fn skip_label(&mut self) -> bool {
        let is_label = self.is_label();
        if is_label {
            self.at = (self.at + 3).min(self.tokens.len());
        }
        is_label
    }

    /// `x :=`, `x.y =`, `x[1] :=` come next.
    pub(super) fn is_assignment(&self) -> bool {
        let mut ahead = 1;
        let mut depth = 0u32;
        loop {
            match self.kind_at(ahead) {
                Some(TokenKind::LeftBracket) => depth += 1,
                Some(TokenKind::RightBracket) if depth > 0 => depth -= 1,
                Some(TokenKind::Semicolon) | None => return false,
                _ if depth > 0 => {}
                Some(TokenKind::Assign) => return true,
                Some(TokenKind::Operator) => return self.is_operator_at(ahead, "="),
                Some(TokenKind::Dot) => ahead += 1,
                _ => return false,
            }
            ahead += 1;
        }
    }

    /// Moves to the `:=` or `=` of an assignment.
    pub(super) fn skip_to_assignment(&mut self) {
        let mut depth = 0u32;
        while let Some(kind) = self.kind_at(0) {
            match kind {
                TokenKind::LeftBracket => depth += 1,
                TokenKind::RightBracket => depth = depth.saturating_sub(1),
                TokenKind::Assign | TokenKind::Operator if depth == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Moves behind the next semicolon outside parentheses.
    pub(super) fn skip_statement(&mut self) {
        self.seek(|_, _| false);
        self.at += 1;
    }

    /// Moves to the first of `words` before the semicolon; false and to the semicolon when there is none.
    pub(super) fn skip_to_words(&mut self, words: &[&str]) -> bool {
        self.seek(|cursor, ahead| words.iter().any(|word| cursor.is_word_at(ahead, word)))
    }

    /// Moves behind the first comma before USING and the semicolon, if there is one.
    pub(super) fn skip_to_comma(&mut self) -> bool {
        let found = self.seek(|cursor, ahead| {
            cursor.kind_at(ahead) == Some(TokenKind::Comma) || cursor.is_word_at(ahead, "using")
        });
        let is_comma = found && self.kind_at(0) == Some(TokenKind::Comma);
        if is_comma {
            self.at += 1;
        }
        is_comma
    }

    /// Moves to the first token outside parentheses that `found` accepts, or to the semicolon.
    fn seek(&mut self, found: impl Fn(&Cursor<'t>, usize) -> bool) -> bool {
        let mut depth = 0u32;
        while let Some(kind) = self.kind_at(0) {
            match kind {
                TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
                TokenKind::RightParen | TokenKind::RightBracket => depth = depth.saturating_sub(1),
                TokenKind::Semicolon if depth == 0 => return false,
                _ if depth == 0 && found(self, 0) => return true,
                _ => {}
            }
            self.at += 1;
        }
        false
    }

    /// The tokens up to one of `words` or the semicolon; `None` when there are none.
    pub(super) fn take_until(&mut self, words: &[&str]) -> Option<TextRange> {
        let first = self.token(0)?;
        let start = self.at;
        self.skip_to_words(words);
        let last = self.at.checked_sub(1).filter(|last| *last >= start)?;
        Some(first.range.cover(self.tokens[last].range))
    }

    pub(super) fn has_word_since(&self, start: usize, word: &str) -> bool {
        let read = &self.tokens[start..self.at.min(self.tokens.len())];
        read.iter()
            .any(|token| token.kind == TokenKind::Ident && self.slice(*token).eq_ignore_ascii_case(word))
    }

    /// Behind FOR … IN: a range of numbers, or a cursor's name.
    pub(super) fn is_range_or_cursor(&self) -> bool {
        let starts_query = [
            "select", "with", "values", "table", "insert", "update", "delete", "merge", "explain", "show",
            "fetch",
        ]
        .iter()
        .any(|word| self.is_word_at(0, word));
        if starts_query || self.is_word_at(0, "reverse") {
            return !starts_query;
        }
        let mut ahead = 0;
        while let Some(kind) = self.kind_at(ahead) {
            match kind {
                TokenKind::DotDot => return true,
                TokenKind::Semicolon => break,
                _ if self.is_word_at(ahead, "loop") => break,
                _ => ahead += 1,
            }
        }
        self.kind_at(0) != Some(TokenKind::LeftParen)
    }

    /// In a declaration: moves behind `CURSOR [(…)] FOR | IS`.
    pub(super) fn skip_to_cursor_query(&mut self) -> bool {
        let is_cursor = self.is_word_at(1, "cursor")
            || (self.is_word_at(1, "scroll") && self.is_word_at(2, "cursor"))
            || (self.is_word_at(1, "no") && self.is_word_at(2, "scroll") && self.is_word_at(3, "cursor"));
        if is_cursor && self.skip_to_words(&["for", "is"]) {
            self.at += 1;
            return true;
        }
        false
    }

    /// In a declaration: moves behind `:=`, `=` or DEFAULT.
    pub(super) fn skip_to_default(&mut self) -> bool {
        let found = self.seek(|cursor, ahead| {
            cursor.kind_at(ahead) == Some(TokenKind::Assign)
                || cursor.is_operator_at(ahead, "=")
                || cursor.is_word_at(ahead, "default")
        });
        if found {
            self.at += 1;
        }
        found
    }
}
