//! What psql remembers while it reads a statement: parentheses, the body of a SQL-standard function, COPY.

use super::resync::Inside;
use crate::lexer::TokenKind;

#[derive(Debug, Default)]
pub(super) struct Tracker {
    parentheses: u32,
    /// Open BEGIN and CASE of a SQL-standard function body.
    begins: u32,
    /// First letters of the first four words, where they are among those that start CREATE [OR REPLACE] FUNCTION | PROCEDURE.
    first_words: [u8; 4],
    words: u32,
    copy: Copy,
}

/// How much of `COPY … FROM STDIN` has been seen.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Copy {
    #[default]
    Start,
    Other,
    Target,
    From,
    FromStdin,
}

impl Tracker {
    /// Reads one token that is neither trivia nor `;`.
    pub(super) fn token(&mut self, kind: TokenKind, text: &str) {
        match kind {
            TokenKind::LeftParen => {
                self.parentheses += 1;
                self.other();
            }
            TokenKind::RightParen => self.parentheses = self.parentheses.saturating_sub(1),
            TokenKind::Ident => {
                self.copy_word(text);
                self.body_word(text);
            }
            _ => self.other(),
        }
    }

    /// Reads one token that means nothing here.
    pub(super) fn other(&mut self) {
        self.copy = match self.copy {
            Copy::Start => Copy::Other,
            Copy::From => Copy::Target,
            copy => copy,
        };
    }

    /// The statement was ended by `\;` but not sent.
    pub(super) fn start_next_statement(&mut self) {
        self.words = 0;
        if self.copy != Copy::FromStdin {
            self.copy = Copy::Start;
        }
    }

    /// True where a `;` ends the statement.
    pub(super) fn is_closed(&self) -> bool {
        self.parentheses == 0 && self.begins == 0
    }

    pub(super) fn inside(&self) -> Inside {
        if self.parentheses == 0 {
            Inside::Body
        } else {
            Inside::Parentheses
        }
    }

    pub(super) fn is_copy_from_stdin(&self) -> bool {
        self.copy == Copy::FromStdin
    }

    fn copy_word(&mut self, word: &str) {
        self.copy = match self.copy {
            Copy::Start if word.eq_ignore_ascii_case("copy") => Copy::Target,
            Copy::Start => Copy::Other,
            Copy::Target if self.parentheses == 0 && word.eq_ignore_ascii_case("from") => Copy::From,
            // PostgreSQL takes STDOUT here too.
            Copy::From if word.eq_ignore_ascii_case("stdin") || word.eq_ignore_ascii_case("stdout") => {
                Copy::FromStdin
            }
            Copy::From => Copy::Target,
            copy => copy,
        };
    }

    /// psql's own heuristic, word for word: it must cut where psql cuts.
    fn body_word(&mut self, word: &str) {
        const STARTERS: [&str; 5] = ["create", "function", "procedure", "or", "replace"];
        if self.words == 0 {
            self.first_words = [0; 4];
        }
        let slot = self.first_words.get_mut(self.words as usize);
        if let Some(slot) = slot
            && STARTERS.iter().any(|starter| word.eq_ignore_ascii_case(starter))
        {
            *slot = word.as_bytes()[0].to_ascii_lowercase();
        }
        self.words = self.words.saturating_add(1);
        if !self.creates_routine() || self.parentheses > 0 {
            return;
        }
        if word.eq_ignore_ascii_case("begin") {
            self.begins += 1;
        } else if word.eq_ignore_ascii_case("case") && self.begins > 0 {
            // CASE ends with END too.
            self.begins += 1;
        } else if word.eq_ignore_ascii_case("end") {
            self.begins = self.begins.saturating_sub(1);
        }
    }

    fn creates_routine(&self) -> bool {
        matches!(
            self.first_words,
            [b'c', b'f' | b'p', ..] | [b'c', b'o', b'r', b'f' | b'p']
        )
    }
}
