//! What opens and closes in a text: parentheses, blocks of PL/pgSQL, CASE, constants.
//!
//! It works on tokens alone, so half-written text has its shape too. What never closes is left out.

use std::iter::{Filter, Peekable};
use std::ops::Range;

use confiture_syntax::lexer::{Dialect, Lexer, Token, TokenKind};

/// Whose words open blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// A statement: CASE, and BEGIN ATOMIC.
    Sql,
    /// The body of a function or of DO: BEGIN, IF, LOOP and CASE.
    Body,
}

/// Something that opens and closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// From its first byte to behind its last.
    pub(super) range: Range<usize>,
    /// What is between.
    pub(super) inside: Range<usize>,
    /// What it is.
    pub(super) kind: BlockKind,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    /// `(…)`, `[…]`.
    Brackets,
    /// `BEGIN … END`, `IF … END IF`, `… LOOP … END LOOP`, `CASE … END`.
    Words,
    /// `$$…$$`, which may be a body.
    Dollars,
    /// Another constant.
    Text,
    /// A comment; `inside` is all of it.
    Comment,
}

/// The blocks of a text, those within bodies too, in the order in which they close. `reads_bodies` tells whether what is
/// between dollars is SQL or PL/pgSQL.
pub(super) fn blocks(text: &str, dialect: Dialect, reads_bodies: bool) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open = vec![(0..text.len(), dialect, Words::Sql)];
    while let Some((range, dialect, words)) = open.pop() {
        let Some(own) = text.get(range.clone()) else {
            continue;
        };
        let first = found.len();
        Scan::new(own, dialect, words).run(range.start, &mut found);
        if reads_bodies {
            let bodies = found.iter().skip(first);
            let bodies = bodies.filter(|block| block.kind == BlockKind::Dollars);
            open.extend(bodies.map(|block| (block.inside.clone(), Dialect::Server, Words::Body)));
        }
    }
    found
}

/// A token's place without its quotes.
pub(crate) fn unquoted(token: Token, text: &str) -> Range<usize> {
    let range = token.range.as_usize();
    let own = token.range.slice(text);
    let (front, back) = match token.kind {
        TokenKind::DollarString => {
            let tag = own
                .get(1..)
                .and_then(|rest| rest.find('$'))
                .map_or(0, |at| at + 2);
            (tag, if token.terminated { tag } else { 0 })
        }
        kind if kind.is_string() => {
            let front = own.find('\'').map_or(0, |at| at + 1);
            (front, usize::from(token.terminated))
        }
        _ => (0, 0),
    };
    let start = (range.start + front).min(range.end);
    start..range.end.saturating_sub(back).max(start)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opener {
    Parenthesis,
    Bracket,
    Begin,
    If,
    Loop,
    Case,
}

impl Opener {
    fn is_word(self) -> bool {
        !matches!(self, Opener::Parenthesis | Opener::Bracket)
    }
}

/// The tokens that aren't blank.
type Told<'t> = Filter<Lexer<'t>, fn(&Token) -> bool>;

struct Scan<'t> {
    text: &'t str,
    words: Words,
    tokens: Peekable<Told<'t>>,
    /// What is open, with its place and that of its opening word.
    open: Vec<(Opener, usize, usize)>,
    /// Where the statement at hand begins, in a body.
    statement: usize,
    /// The next word begins a statement.
    at_start: bool,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, dialect: Dialect, words: Words) -> Scan<'t> {
        let is_told: fn(&Token) -> bool = |token| token.kind != TokenKind::Whitespace;
        Scan {
            text,
            words,
            tokens: Lexer::new(text, dialect).filter(is_told).peekable(),
            open: Vec::new(),
            statement: 0,
            at_start: true,
        }
    }

    /// Adds the blocks of this text, which begins at `offset` of the whole.
    fn run(mut self, offset: usize, found: &mut Vec<Block>) {
        let moved = |range: Range<usize>| range.start + offset..range.end + offset;
        while let Some(token) = self.tokens.next() {
            let block = self.token(token);
            found.extend(block.map(|block| Block {
                range: moved(block.range),
                inside: moved(block.inside),
                kind: block.kind,
            }));
        }
    }

    fn token(&mut self, token: Token) -> Option<Block> {
        let range = token.range.as_usize();
        let was_start = self.at_start;
        if matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment) {
            return Some(Block {
                inside: range.clone(),
                range,
                kind: BlockKind::Comment,
            });
        }
        if was_start {
            self.statement = range.start;
        }
        self.at_start = false;
        match token.kind {
            TokenKind::LeftParen => self.push(Opener::Parenthesis, range),
            TokenKind::LeftBracket => self.push(Opener::Bracket, range),
            TokenKind::RightParen => return self.close_bracket(Opener::Parenthesis, range),
            TokenKind::RightBracket => return self.close_bracket(Opener::Bracket, range),
            TokenKind::Semicolon => self.at_start = true,
            // The end of a label.
            TokenKind::Operator if token.range.slice(self.text) == ">>" => self.at_start = true,
            TokenKind::Dot => self.skip_name(),
            TokenKind::Ident => return self.word(token, was_start),
            kind if kind.is_string() => {
                let is_dollars = kind == TokenKind::DollarString;
                return Some(Block {
                    inside: unquoted(token, self.text),
                    range,
                    kind: if is_dollars {
                        BlockKind::Dollars
                    } else {
                        BlockKind::Text
                    },
                });
            }
            _ => {}
        }
        None
    }

    fn push(&mut self, opener: Opener, range: Range<usize>) {
        self.open.push((opener, range.start, range.end));
    }

    /// Whatever is open within brackets that close is over.
    fn close_bracket(&mut self, opener: Opener, range: Range<usize>) -> Option<Block> {
        let at = self.open.iter().rposition(|(open, _, _)| *open == opener)?;
        // A bracket does not close a block around it.
        if self
            .open
            .iter()
            .skip(at + 1)
            .any(|(open, _, _)| open.is_word() && self.words == Words::Body && *open != Opener::Case)
        {
            return None;
        }
        let (_, start, inside) = *self.open.get(at)?;
        self.open.truncate(at);
        Some(Block {
            range: start..range.end,
            inside: inside..range.start,
            kind: BlockKind::Brackets,
        })
    }

    /// What follows a dot is a name, whatever word it is.
    fn skip_name(&mut self) {
        let _ = self.tokens.next_if(|token| token.kind == TokenKind::Ident);
    }

    fn word(&mut self, token: Token, is_start: bool) -> Option<Block> {
        let range = token.range.as_usize();
        let word = token.range.slice(self.text);
        let is = |wanted: &str| word.eq_ignore_ascii_case(wanted);
        let is_body = self.words == Words::Body;
        if is("case") {
            self.push(Opener::Case, range);
        } else if is("end") {
            return self.end(range);
        } else if is("begin") && (is_start && is_body || self.next_is("atomic")) {
            self.push(Opener::Begin, range);
            self.at_start = true;
        } else if is_body && is_start && is("if") {
            self.push(Opener::If, range);
        } else if is_body && is("loop") {
            self.open.push((Opener::Loop, self.statement, range.end));
            self.at_start = true;
        } else if is_body && (is("then") || is("else") || is("declare")) {
            self.at_start = true;
        }
        None
    }

    fn next_is(&mut self, wanted: &str) -> bool {
        let text = self.text;
        self.tokens.peek().is_some_and(|token| {
            token.kind == TokenKind::Ident && token.range.slice(text).eq_ignore_ascii_case(wanted)
        })
    }

    /// END closes the last BEGIN or CASE; END IF, END LOOP and END CASE what they say.
    fn end(&mut self, range: Range<usize>) -> Option<Block> {
        let told = [("if", Opener::If), ("loop", Opener::Loop), ("case", Opener::Case)];
        let told = match self.words {
            Words::Body => told.into_iter().find(|(word, _)| self.next_is(word)),
            Words::Sql => None,
        };
        let mut end = range.end;
        if told.is_some() {
            end = self.tokens.next().map_or(end, |word| word.range.end as usize);
        }
        let closes = |opener: &Opener| match told {
            Some((_, told)) => *opener == told,
            None => matches!(opener, Opener::Begin | Opener::Case),
        };
        let at = self.open.iter().rposition(|(opener, _, _)| closes(opener))?;
        let (_, start, inside) = *self.open.get(at)?;
        self.open.truncate(at);
        Some(Block {
            range: start..end,
            inside: inside..range.start.max(inside),
            kind: BlockKind::Words,
        })
    }
}
