//! What each word is: for highlighting by meaning.

mod highlights;
mod statement;

use std::ops::Range;
use std::path::Path;

use crate::World;
use crate::parts::{self, Part};
use crate::structure::gaps;
use statement::Word;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum TokenKind {
    Keyword,
    String,
    Number,
    Comment,
    Operator,
    Schema,
    Table,
    View,
    Column,
    Type,
    EnumLabel,
    Function,
    Parameter,
    Variable,
    /// psql's own commands.
    Macro,
}

impl TokenKind {
    /// All of them, in the order of the protocol's legend.
    pub const ALL: [TokenKind; 15] = [
        TokenKind::Keyword,
        TokenKind::String,
        TokenKind::Number,
        TokenKind::Comment,
        TokenKind::Operator,
        TokenKind::Schema,
        TokenKind::Table,
        TokenKind::View,
        TokenKind::Column,
        TokenKind::Type,
        TokenKind::EnumLabel,
        TokenKind::Function,
        TokenKind::Parameter,
        TokenKind::Variable,
        TokenKind::Macro,
    ];
}

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The bytes of the file.
    pub range: Range<usize>,
    /// What it is.
    pub kind: TokenKind,
    /// It comes into being here.
    pub is_definition: bool,
    /// PostgreSQL brings it along.
    pub is_builtin: bool,
    /// It goes, or rows in it are lost.
    pub is_destructive: bool,
}

/// The words of a part of a file, by place; none overlap, none spans lines.
///
/// What is a keyword, a type or a column is what the grammar says, by the rules of `queries/highlights.scm`; which names are
/// views, of the catalog or of PostgreSQL's own is what exists when all migrations are through, so that a few lines in the
/// middle of a long history cost no more than these lines.
pub fn tokens(world: &World, file: &Path, range: Range<usize>) -> Vec<Token> {
    let Some(text) = world.text(file) else {
        return Vec::new();
    };
    let mut tokens = Vec::new();
    for part in parts::of(world, file) {
        if part.range.start < range.end && range.start < part.range.end {
            let mut lines = Lines {
                text: &text,
                part: &part,
                tokens: &mut tokens,
            };
            lines.add(world, &range);
        }
    }
    tokens.retain(|token| token.range.start < range.end && range.start < token.range.end);
    tokens.sort_by_key(|token| token.range.start);
    let mut end = 0;
    tokens.retain(|token| {
        let is_free = token.range.start >= end;
        if is_free {
            end = token.range.end;
        }
        is_free
    });
    tokens
}

/// Puts words of a stretch into the lines of its file.
struct Lines<'t> {
    text: &'t str,
    part: &'t Part<'t>,
    tokens: &'t mut Vec<Token>,
}

impl Lines<'_> {
    /// Adds what touches a range of the file.
    fn add(&mut self, world: &World, range: &Range<usize>) {
        let part = self.part;
        let Some(live) = world.project(part.stretch) else {
            return;
        };
        let within = text_range(part, range);
        for gap in gaps(world, part, &within) {
            let own = part.segment.text.get(gap.clone()).unwrap_or_default();
            for word in statement::between(own) {
                self.word(gap.start, word);
            }
        }
        let (_, own) = world.run(part.stretch);
        let first = own.partition_point(|statement| (statement.place().range.end as usize) <= within.start);
        let touched = own.get(first..).unwrap_or_default().iter();
        let touched = touched.take_while(|statement| (statement.place().range.start as usize) < within.end);
        let earlier = live.before(part.stretch.script, 0);
        for statement in touched {
            let start = statement.place().range.start as usize;
            for word in statement::words(statement, live.newest(), &earlier) {
                self.word(start, word);
            }
        }
    }

    /// A word of a text that begins at `start` of the stretch's, a token for each line.
    fn word(&mut self, start: usize, word: Word) {
        let map = &self.part.segment.map;
        let range = map.range_to_file(start + word.range.start..start + word.range.end);
        let Some(own) = self.text.get(range.clone()) else {
            return;
        };
        let mut at = range.start;
        for line in own.split_inclusive('\n') {
            // In YAML the lines that follow are indented.
            let is_first = at == range.start;
            let shown = line.trim_end_matches(['\r', '\n']);
            let blank = match is_first || map.is_contiguous() {
                true => 0,
                false => shown.len() - shown.trim_start().len(),
            };
            if blank < shown.len() {
                self.tokens.push(Token {
                    range: at + blank..at + shown.len(),
                    kind: word.kind,
                    is_definition: word.is_definition,
                    is_builtin: word.is_builtin,
                    is_destructive: word.is_destructive,
                });
            }
            at += line.len();
        }
    }
}

/// What a range of the file is of a part's text; all of it where its lines stand there otherwise.
fn text_range(part: &Part<'_>, range: &Range<usize>) -> Range<usize> {
    let length = part.segment.text.len();
    if !part.segment.map.is_contiguous() {
        return 0..length;
    }
    let start = range.start.saturating_sub(part.range.start).min(length);
    start..range.end.saturating_sub(part.range.start).clamp(start, length)
}
