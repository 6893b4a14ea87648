//! Trees of statements that differ in names and constants only.
//!
//! The grammar sees tokens, not texts: a name is a name, a number a number. So two statements with the same keywords,
//! operators and marks, and with names and constants at the same places, have the same tree but for its offsets. Files
//! of data, of comments, of grants, of generated tables hold little else. The tree of a shape that came twice is kept,
//! with tokens in place of offsets; what comes with that shape again isn't parsed.
//!
//! What the grammar's scanner might cut otherwise than [`Lexer`] has no shape: see [`Draft::finish`].

use crate::keywords::KEYWORDS;
use crate::kind::NAMED;
use crate::lexer::{Dialect, Lexer, Token, TokenKind, is_operator};
use crate::prepare::Shifts;
use crate::range::TextRange;
use crate::tree::{Fault, Item};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A text of more tokens has no shape: it seldom shares one.
const MAX_TOKENS: usize = 1024;

/// So many shapes, and nodes in them, are kept by each thread.
const MAX_SHAPES: usize = 4096;
const MAX_ITEMS: usize = 256 << 10;

/// A text's tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outline {
    /// What tells its tree: a code for each token.
    key: Vec<u16>,
    /// Where its tokens are in the source.
    tokens: Vec<TextRange>,
}

/// The codes of tokens that stand for many texts. Marks have their characters, below `FIRST_WORD`.
mod code {
    pub(super) const NAME: u16 = 0x80;
    pub(super) const QUOTED_NAME: u16 = 0x81;
    pub(super) const INTEGER: u16 = 0x82;
    pub(super) const DECIMAL: u16 = 0x83;
    pub(super) const STRING: u16 = 0x84;
    pub(super) const ESCAPE_STRING: u16 = 0x85;
    pub(super) const BIT_STRING: u16 = 0x86;
    pub(super) const HEX_STRING: u16 = 0x87;
    pub(super) const DOLLAR_STRING: u16 = 0x88;
    pub(super) const PARAMETER: u16 = 0x89;
    pub(super) const LINE_COMMENT: u16 = 0x8a;
    pub(super) const BLOCK_COMMENT: u16 = 0x8b;
    pub(super) const CAST: u16 = 0x8c;
    pub(super) const ASSIGN: u16 = 0x8d;
    pub(super) const DOTS: u16 = 0x8e;
    /// The codes of an operator's characters follow.
    pub(super) const OPERATOR: u16 = 0x8f;
    /// What isn't a token: whitespace at the end.
    pub(super) const BLANK: u16 = 0x90;
    pub(super) const FIRST_WORD: u16 = 0x100;
    /// Whitespace comes before the token.
    pub(super) const APART: u16 = 0x8000;
}

/// Collects a text's tokens.
pub(crate) struct Draft {
    outline: Outline,
    /// [`code::APART`] behind whitespace.
    apart: u16,
    /// No token so far keeps the text from having a shape.
    fits: bool,
}

impl Draft {
    pub(crate) fn new(text: &str) -> Draft {
        let room = (text.len() / 4).min(MAX_TOKENS) + 2;
        Draft {
            outline: Outline {
                key: Vec::with_capacity(room),
                tokens: Vec::with_capacity(room),
            },
            apart: 0,
            fits: true,
        }
    }

    /// Adds the next token of a text, which is at that place in the source.
    pub(crate) fn push(&mut self, token: Token, text: &str, source: TextRange) {
        if token.kind == TokenKind::Whitespace {
            self.apart = code::APART;
            return;
        }
        if !self.fits {
            return;
        }
        let token_text = text.get(token.range.as_usize()).unwrap_or_default();
        let Some(code) = code_of(token, token_text).filter(|_| self.outline.tokens.len() < MAX_TOKENS) else {
            self.fits = false;
            return;
        };
        self.outline.key.push(code | self.apart);
        if token.kind == TokenKind::Operator {
            self.outline.key.extend(token_text.bytes().map(u16::from));
        }
        self.outline.tokens.push(source);
        self.apart = 0;
    }

    /// `None` where the grammar's scanner may cut a token elsewhere, or the tree may depend on more than the tokens' kinds.
    pub(crate) fn finish(mut self, text: &str) -> Option<Outline> {
        // The grammar's scanner takes a zero byte for the end.
        if !self.fits || memchr::memchr(0, text.as_bytes()).is_some() {
            return None;
        }
        if self.apart != 0 {
            self.outline.key.push(code::BLANK);
        }
        Some(self.outline)
    }
}

impl Outline {
    /// The tokens of a text for the grammar, which was made of a source.
    pub(crate) fn of(prepared: &str, shifts: &Shifts) -> Option<Outline> {
        let mut draft = Draft::new(prepared);
        for token in Lexer::new(prepared, Dialect::Server) {
            draft.push(token, prepared, shifts.range_to_source(token.range));
            if !draft.fits {
                return None;
            }
        }
        draft.finish(prepared)
    }

    /// The nodes of this text, where its shape is known.
    pub(crate) fn recall(&self) -> Option<Vec<Item>> {
        SHAPES.with_borrow(|shapes| {
            let items = shapes.known.get(self.key.as_slice())?.as_ref()?;
            items.iter().map(|item| self.placed(item)).collect()
        })
    }

    /// Keeps the nodes of this text for others of its shape, from the second on.
    pub(crate) fn remember(&self, items: &[Item]) {
        SHAPES.with_borrow_mut(|shapes| {
            if shapes.known.len() >= MAX_SHAPES || shapes.items >= MAX_ITEMS {
                *shapes = Shapes::default();
            }
            match shapes.known.get_mut(self.key.as_slice()) {
                None => {
                    shapes.known.insert(self.key.as_slice().into(), None);
                }
                Some(kept @ None) => {
                    *kept = counted(&self.tokens, items);
                    shapes.items += kept.as_ref().map_or(0, |items| items.len());
                }
                Some(Some(_)) => {}
            }
        });
    }

    fn placed(&self, item: &Item) -> Option<Item> {
        let first = self.tokens.get(item.range.start as usize)?;
        let last = self.tokens.get(item.range.end as usize)?;
        Some(Item {
            range: TextRange::new(first.start, last.end),
            ..*item
        })
    }
}

#[derive(Default)]
struct Shapes {
    /// Nodes by shape, their ranges the numbers of their first and last token. `None` for a shape that came once.
    known: HashMap<Box<[u16]>, Option<Box<[Item]>>>,
    /// How many nodes there are.
    items: usize,
}

thread_local! {
    static SHAPES: RefCell<Shapes> = RefCell::default();
}

/// The nodes with tokens in place of offsets. `None` unless each token is one leaf, each leaf one token.
fn counted(tokens: &[TextRange], items: &[Item]) -> Option<Box<[Item]>> {
    let mut counted = Vec::with_capacity(items.len());
    let mut leaves = 0;
    for (at, item) in items.iter().enumerate() {
        let start = leaves;
        if item.after as usize == at + 1 {
            if tokens.get(leaves) != Some(&item.range) {
                return None;
            }
            leaves += 1;
        }
        // A node begins with its first leaf, which is the next.
        let last = last_token(tokens, start, item.range.end)?;
        let begins = tokens.get(start)?.start == item.range.start;
        if !begins || item.fault != Fault::None {
            return None;
        }
        counted.push(Item {
            range: TextRange::new(start as u32, last as u32),
            ..*item
        });
    }
    (leaves == tokens.len()).then(|| counted.into())
}

/// The token, from the `first` on, that ends there.
fn last_token(tokens: &[TextRange], first: usize, end: u32) -> Option<usize> {
    let place = tokens.get(first..)?.binary_search_by_key(&end, |token| token.end);
    place.ok().map(|place| first + place)
}

fn code_of(token: Token, text: &str) -> Option<u16> {
    if !token.terminated {
        return None;
    }
    Some(match token.kind {
        TokenKind::Ident => return word_code(text),
        TokenKind::QuotedIdent => code::QUOTED_NAME,
        TokenKind::Number => return number_code(text),
        TokenKind::String if !token.continued => code::STRING,
        TokenKind::EscapeString if !token.continued => code::ESCAPE_STRING,
        TokenKind::BitString if !token.continued => code::BIT_STRING,
        TokenKind::HexString if !token.continued => code::HEX_STRING,
        TokenKind::DollarString => code::DOLLAR_STRING,
        TokenKind::Param => code::PARAMETER,
        TokenKind::LineComment if is_comment_alone(text) => code::LINE_COMMENT,
        TokenKind::BlockComment if is_comment_alone(text) => code::BLOCK_COMMENT,
        TokenKind::Typecast => code::CAST,
        TokenKind::Assign => code::ASSIGN,
        TokenKind::DotDot => code::DOTS,
        TokenKind::Operator => code::OPERATOR,
        TokenKind::LeftParen
        | TokenKind::RightParen
        | TokenKind::LeftBracket
        | TokenKind::RightBracket
        | TokenKind::Comma
        | TokenKind::Semicolon
        | TokenKind::Colon
        | TokenKind::Dot => u16::from(*text.as_bytes().first()?),
        _ => return None,
    })
}

/// A comment that can't be taken for an operator too.
fn is_comment_alone(text: &str) -> bool {
    !text.bytes().all(is_operator)
}

/// Only the plainest numbers: the grammar and PostgreSQL differ on others.
fn number_code(text: &str) -> Option<u16> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(text) {
        return Some(code::INTEGER);
    }
    let (whole, fraction) = text.split_once('.')?;
    (digits(whole) && digits(fraction)).then_some(code::DECIMAL)
}

/// A keyword's own code, in whatever case, or that of all other names.
fn word_code(text: &str) -> Option<u16> {
    if !text.is_ascii() {
        return None;
    }
    let place = words().place(text.as_bytes());
    Some(place.map_or(code::NAME, |place| code::FIRST_WORD + place))
}

/// All words that the grammar or PostgreSQL reserves in any way.
struct Words {
    /// By hash: one more than a word's place, or 0. Words whose place is taken have the next that is free.
    table: Vec<u16>,
    words: Vec<&'static [u8]>,
}

/// Several times the number of words.
const TABLE_SIZE: usize = 1 << 12;

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        let known = KEYWORDS.iter().map(|(word, _)| *word);
        let grammars = NAMED.iter().filter_map(|name| name.strip_prefix("kw_"));
        let mut words: Vec<&[u8]> = known.chain(grammars).map(str::as_bytes).collect();
        words.sort_unstable();
        words.dedup();
        let mut table = vec![0; TABLE_SIZE];
        for (number, word) in (1u16..).zip(&words) {
            let mut at = slot(word);
            while table[at] != 0 {
                at = (at + 1) % TABLE_SIZE;
            }
            table[at] = number;
        }
        Words { table, words }
    })
}

/// Where a word in any case is looked for first.
fn slot(word: &[u8]) -> usize {
    let hash = word.iter().fold(0u32, |hash, byte| {
        (hash ^ u32::from(byte | 0x20)).wrapping_mul(0x0100_0193)
    });
    (hash ^ (hash >> 16)) as usize % TABLE_SIZE
}

impl Words {
    fn place(&self, word: &[u8]) -> Option<u16> {
        let mut at = slot(word);
        loop {
            let place = self.table.get(at)?.checked_sub(1)?;
            if self.words.get(usize::from(place))?.eq_ignore_ascii_case(word) {
                return Some(place);
            }
            at = (at + 1) % TABLE_SIZE;
        }
    }
}

#[cfg(test)]
mod tests;
