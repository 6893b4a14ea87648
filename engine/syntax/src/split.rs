//! Text to statements, exactly where psql cuts.
//!
//! psql ends a statement at a `;` outside quotes, comments and parentheses, outside the `BEGIN … END` of a SQL-standard function
//! body, or at a command such as `\g`. Text that psql could never finish (a parenthesis, quote or comment that is open at the end
//! of the file) is cut where the next statement plainly begins, so that one mistake doesn't hide the rest; see `resync`.

mod meta;
mod resync;
mod track;

use crate::lexer::{Dialect, Lexer, Token, TokenKind};
use crate::range::{TextRange, clamp};
use meta::{MetaEffect, read_meta_command};
use track::Tracker;

/// What a piece of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PieceKind {
    /// A statement for the server.
    Sql,
    /// A command of psql's own, from its backslash to its last argument.
    MetaCommand,
    /// The data lines behind `COPY … FROM stdin`, the closing `\.` included.
    CopyData,
}

/// One piece of a file. Whitespace and comments between pieces, and lone semicolons, belong to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Piece {
    /// From the first token through the terminating `;`, if there is one.
    pub range: TextRange,
    /// What it is.
    pub kind: PieceKind,
    /// True when the piece has its end: the `;` (or a command such as `\g`) of a statement, the `\.` of data. Meta-commands always
    /// have theirs.
    pub terminated: bool,
}

/// The pieces of `text` in order.
pub fn split(text: &str) -> Vec<Piece> {
    Splitter::new(text, 0, State::default())
        .map(|cut| cut.piece)
        .collect()
}

/// The end of the psql command whose backslash is at `start`.
pub(crate) fn meta_command_end(text: &str, start: usize) -> usize {
    read_meta_command(text, start).end
}

/// What the splitter remembers from one piece to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct State {
    /// COPY statements whose data starts on the next line.
    pending_copies: u8,
    /// How often something open at the end of the text was cut.
    failures: u8,
}

/// A piece with what is needed to split again from behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) piece: Piece,
    /// The piece depends on no byte from here on; `u32::MAX` when it depends on where the text ends.
    pub(crate) examined: u32,
    /// The state behind the piece.
    pub(crate) after: State,
}

/// Splits from an offset that is the end of a piece (or 0).
pub(crate) struct Splitter<'t> {
    text: &'t str,
    at: usize,
    state: State,
}

/// Beyond this many cuts of unclosed text, a file is read without looking ahead, which keeps the whole linear.
const MAX_FAILURES: u8 = 32;

/// A parenthesis that is still open after this many places where a new statement seems to begin was never closed.
const MAX_CANDIDATES: u32 = 16;

impl<'t> Splitter<'t> {
    pub(crate) fn new(text: &'t str, at: usize, state: State) -> Splitter<'t> {
        Splitter { text, at, state }
    }

    /// Skips what belongs to no piece. Gives the first token of the next piece, or where copied data starts.
    fn skip(&mut self) -> Option<Start> {
        if self.at == 0 && self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        let mut lexer = Lexer::starting_at(self.text, self.at, Dialect::Psql);
        while let Some(token) = lexer.next() {
            let text = token.range.slice(self.text);
            if self.state.pending_copies > 0
                && token.kind.is_trivia()
                && let Some(newline) = text.find('\n')
            {
                self.at = token.range.start as usize + newline + 1;
                return Some(Start::Data);
            }
            match token.kind {
                TokenKind::BlockComment if !token.terminated => return Some(Start::Token(token)),
                kind if kind.is_trivia() => {}
                TokenKind::Semicolon => {}
                TokenKind::Backslash if is_separator(self.text, token) => {
                    lexer.next();
                }
                _ => return Some(Start::Token(token)),
            }
            self.at = lexer.offset();
        }
        None
    }

    fn meta_command(&mut self, start: usize) -> Cut {
        let command = read_meta_command(self.text, start);
        if command.copies_from_stdin {
            self.state.pending_copies = self.state.pending_copies.saturating_add(1);
        }
        self.cut(
            PieceKind::MetaCommand,
            start,
            command.end,
            true,
            clamp(command.examined),
        )
    }

    fn data(&mut self) -> Option<Cut> {
        self.state.pending_copies -= 1;
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut line = start;
        while line < bytes.len() {
            let end = bytes[line..]
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(bytes.len(), |length| line + length);
            let content = bytes[line..end].strip_suffix(b"\r").unwrap_or(&bytes[line..end]);
            if content == b"\\." {
                // The line end decides that this is the last line: it has been looked at.
                return Some(self.cut(PieceKind::CopyData, start, line + 2, true, clamp(end + 1)));
            }
            line = end + 1;
        }
        if start >= bytes.len() {
            self.at = start;
            return None;
        }
        Some(self.cut(PieceKind::CopyData, start, bytes.len(), false, u32::MAX))
    }

    fn cut(&mut self, kind: PieceKind, start: usize, end: usize, terminated: bool, examined: u32) -> Cut {
        self.at = end;
        Cut {
            piece: Piece {
                range: TextRange::from_usize(start, end),
                kind,
                terminated,
            },
            examined,
            after: self.state,
        }
    }

    fn statement(&mut self, start: usize) -> Cut {
        if self.state.failures >= MAX_FAILURES {
            return self.statement_without_lookahead(start);
        }
        let mut scan = Scan::new(self.text, start, self.state.pending_copies > 0);
        match scan.run() {
            End::Semicolon(end) => {
                self.finish(start, end, true, scan.tracker.is_copy_from_stdin(), scan.examined)
            }
            End::Sent(end) => self.finish(start, end, true, scan.tracker.is_copy_from_stdin(), scan.examined),
            End::Dropped(end) => self.finish(start, end, false, false, scan.examined),
            End::Unclosed(end) => self.finish(start, end, true, false, scan.examined),
            End::Text if scan.is_open() => {
                self.state.failures += 1;
                let end = scan.resynchronize();
                self.finish(
                    start,
                    end.unwrap_or(scan.last_end),
                    end.is_some(),
                    false,
                    u32::MAX,
                )
            }
            End::Text => self.finish(start, scan.last_end, false, false, u32::MAX),
        }
    }

    /// Cuts at the first place that looks like the start of a new statement, whatever is open there.
    fn statement_without_lookahead(&mut self, start: usize) -> Cut {
        let limit = resync::find(self.text, start, resync::Inside::Parentheses);
        let visible = &self.text[..limit.unwrap_or(self.text.len())];
        let mut scan = Scan::new(visible, start, self.state.pending_copies > 0);
        let (end, terminated, copies) = match scan.run() {
            End::Semicolon(end) | End::Sent(end) => (end, true, scan.tracker.is_copy_from_stdin()),
            End::Dropped(end) | End::Unclosed(end) => (end, false, false),
            End::Text => (limit.unwrap_or(scan.last_end), limit.is_some(), false),
        };
        self.finish(start, end, terminated, copies, u32::MAX)
    }

    fn finish(&mut self, start: usize, end: usize, terminated: bool, copies: bool, examined: u32) -> Cut {
        if copies {
            self.state.pending_copies = self.state.pending_copies.saturating_add(1);
        }
        self.cut(PieceKind::Sql, start, end, terminated, examined)
    }
}

impl Iterator for Splitter<'_> {
    type Item = Cut;

    fn next(&mut self) -> Option<Cut> {
        match self.skip()? {
            Start::Data => self.data(),
            Start::Token(token)
                if token.kind == TokenKind::Backslash && !is_escaped_punctuation(self.text, token) =>
            {
                Some(self.meta_command(token.range.start as usize))
            }
            Start::Token(token) => Some(self.statement(token.range.start as usize)),
        }
    }
}

enum Start {
    Token(Token),
    Data,
}

/// How the scan of a statement ended; offsets are its end.
enum End {
    /// At its `;`.
    Semicolon(usize),
    /// At a command that sends it.
    Sent(usize),
    /// At a command that throws it away, or where copied data begins.
    Dropped(usize),
    /// Inside parentheses that are taken for unclosed.
    Unclosed(usize),
    /// At the end of the text.
    Text,
}

struct Scan<'t> {
    text: &'t str,
    start: usize,
    stop_at_newline: bool,
    tracker: Tracker,
    /// End of the last token that isn't trivia.
    last_end: usize,
    examined: u32,
    first_quote: Option<usize>,
    open_token: Option<Token>,
    first_candidate: Option<usize>,
    candidates: u32,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, start: usize, stop_at_newline: bool) -> Scan<'t> {
        Scan {
            text,
            start,
            stop_at_newline,
            tracker: Tracker::default(),
            last_end: start,
            examined: 0,
            first_quote: None,
            open_token: None,
            first_candidate: None,
            candidates: 0,
        }
    }

    fn run(&mut self) -> End {
        let mut lexer = Lexer::starting_at(self.text, self.start, Dialect::Psql);
        while let Some(token) = lexer.next() {
            self.examine(token.range.end);
            if !token.terminated {
                self.open_token = Some(token);
            }
            if token.kind.is_trivia() && token.terminated {
                if self.stop_at_newline && token.range.slice(self.text).contains('\n') {
                    return End::Dropped(self.last_end);
                }
                continue;
            }
            match token.kind {
                TokenKind::Semicolon if self.tracker.is_closed() => {
                    return End::Semicolon(token.range.end as usize);
                }
                TokenKind::Semicolon => {
                    if let Some(end) = self.weigh_candidate(token) {
                        return End::Unclosed(end);
                    }
                }
                TokenKind::Backslash if is_escaped_punctuation(self.text, token) => {
                    let escaped = lexer.next();
                    if escaped.is_some_and(|token| token.kind == TokenKind::Semicolon) {
                        self.tracker.start_next_statement();
                    }
                    self.last_end = lexer.offset();
                    continue;
                }
                TokenKind::Backslash => {
                    if let Some(end) = self.meta_command(token, &mut lexer) {
                        return end;
                    }
                    continue;
                }
                TokenKind::String | TokenKind::QuotedIdent | TokenKind::EscapeString => {
                    self.first_quote.get_or_insert(token.range.start as usize);
                    self.tracker.other();
                }
                kind => self.tracker.token(kind, token.range.slice(self.text)),
            }
            self.last_end = token.range.end as usize;
        }
        End::Text
    }

    fn examine(&mut self, end: u32) {
        self.examined = self.examined.max(end);
    }

    /// A command inside a statement is run by psql on its own; the statement goes on behind it, unless the command sends it.
    fn meta_command(&mut self, backslash: Token, lexer: &mut Lexer<'t>) -> Option<End> {
        if is_separator(self.text, backslash) {
            lexer.next();
            return None;
        }
        let command = read_meta_command(self.text, backslash.range.start as usize);
        self.examine(clamp(command.examined));
        *lexer = Lexer::starting_at(self.text, command.end, Dialect::Psql);
        match command.effect {
            MetaEffect::Sends => Some(End::Sent(self.last_end)),
            MetaEffect::Resets => Some(End::Dropped(self.last_end)),
            MetaEffect::Other => None,
        }
    }

    /// Whether a `;` inside parentheses or a body is followed by what looks like a new statement.
    fn weigh_candidate(&mut self, semicolon: Token) -> Option<usize> {
        let inside = self.tracker.inside();
        let end = semicolon.range.end as usize;
        let looked = resync::begins_statement(self.text, end, inside);
        self.examine(clamp(looked.examined));
        if !looked.begins {
            return None;
        }
        let first = *self.first_candidate.get_or_insert(end);
        self.candidates += 1;
        (inside == resync::Inside::Parentheses && self.candidates >= MAX_CANDIDATES).then_some(first)
    }

    fn is_open(&self) -> bool {
        self.open_token.is_some() || !self.tracker.is_closed()
    }

    /// Where to cut a statement that is open at the end of the text.
    fn resynchronize(&self) -> Option<usize> {
        let Some(open) = self.open_token else {
            return self.first_candidate;
        };
        let from = match open.kind {
            TokenKind::DollarString | TokenKind::BlockComment => open.range.start as usize,
            // Which of the quotes is the wrong one can't be known: the first may be.
            _ => self.first_quote.unwrap_or(open.range.start as usize),
        };
        let found = resync::find(self.text, from, resync::Inside::Parentheses);
        match (self.first_candidate, found) {
            (Some(candidate), Some(found)) => Some(candidate.min(found)),
            (candidate, found) => candidate.or(found),
        }
    }
}

/// `\;` and `\:` put the character into the statement.
fn is_escaped_punctuation(text: &str, backslash: Token) -> bool {
    matches!(
        text.as_bytes().get(backslash.range.end as usize),
        Some(b';' | b':')
    )
}

/// `\\` ends the arguments of a command.
fn is_separator(text: &str, backslash: Token) -> bool {
    text.as_bytes().get(backslash.range.end as usize) == Some(&b'\\')
}

#[cfg(test)]
mod tests;
