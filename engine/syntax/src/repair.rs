//! Rewrites for valid statements that the grammar refuses. Tried only when a statement does not parse as it stands.

use crate::lexer::{Dialect, Lexer, Token, TokenKind};

/// One change to the text that the grammar is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repair {
    /// Put this character at every byte of the range.
    Fill { start: u32, end: u32, with: u8 },
    /// Put text before this offset.
    Insert { at: u32, text: &'static str },
    /// Put a minus sign at the end of the range and blanks before it.
    Sign { start: u32, end: u32 },
}

/// The changes that may help, in order.
pub(crate) fn repairs(text: &str, dialect: Dialect) -> Vec<Repair> {
    let tokens: Vec<Token> = Lexer::new(text, dialect)
        .filter(|token| !token.kind.is_trivia())
        .collect();
    let words = Words {
        text,
        tokens: &tokens,
    };
    (0..tokens.len()).filter_map(|at| repair_at(&words, at)).collect()
}

fn repair_at(words: &Words<'_>, at: usize) -> Option<Repair> {
    // `x = NOT y`, `x = ~ y`: behind a comparison the grammar knows no prefix operators but signs.
    if at > 0 && words.is_comparison(at - 1) && words.is_prefix(at) {
        return Some(words.sign(at));
    }
    if words.tokens[at].kind != TokenKind::Ident {
        return None;
    }
    // `WHEN MATCHED THEN` without a condition.
    if words.is(at, "then") && words.follows_matched(at) {
        return Some(Repair::Insert {
            at: words.tokens[at].range.start,
            text: "AND a ",
        });
    }
    // `ROWS FROM (…) WITH ORDINALITY`, `IS JSON OBJECT WITH UNIQUE`.
    if words.is(at, "with") && (words.is(at + 1, "ordinality") || words.is(at + 1, "unique")) {
        let last = if words.is(at + 1, "unique") && words.is(at + 2, "keys") {
            at + 2
        } else {
            at + 1
        };
        return Some(words.fill(at, last, b' '));
    }
    // An operator binds as `ESCAPE` does: tighter than LIKE.
    if words.is(at, "escape") && at > 0 {
        return Some(words.fill(at, at, b'~'));
    }
    None
}

struct Words<'t> {
    text: &'t str,
    tokens: &'t [Token],
}

impl Words<'_> {
    fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| {
            token.kind == TokenKind::Ident && token.range.slice(self.text).eq_ignore_ascii_case(word)
        })
    }

    fn follows_matched(&self, at: usize) -> bool {
        let by = at >= 3 && self.is(at - 2, "by") && self.is(at - 3, "matched");
        by || (at >= 1 && self.is(at - 1, "matched"))
    }

    fn is_comparison(&self, at: usize) -> bool {
        self.tokens[at].kind == TokenKind::Operator
            && matches!(
                self.tokens[at].range.slice(self.text),
                "=" | "<" | ">" | "<=" | ">=" | "<>" | "!="
            )
    }

    fn is_prefix(&self, at: usize) -> bool {
        let token = self.tokens[at];
        let is_operator = token.kind == TokenKind::Operator
            && token
                .range
                .slice(self.text)
                .bytes()
                .any(|byte| b"~@#&|?!".contains(&byte));
        is_operator || self.is(at, "not")
    }

    fn sign(&self, at: usize) -> Repair {
        Repair::Sign {
            start: self.tokens[at].range.start,
            end: self.tokens[at].range.end,
        }
    }

    fn fill(&self, first: usize, last: usize, with: u8) -> Repair {
        Repair::Fill {
            start: self.tokens[first].range.start,
            end: self.tokens[last].range.end,
            with,
        }
    }
}
