//! What a selection grows to.

use std::ops::Range;
use std::path::Path;

use confiture_lint::Statement;
use confiture_syntax::lexer::{Dialect, Lexer, Token, TokenKind};
use confiture_syntax::{Nested, Node, Syntax, kind};

use super::blocks::{self, BlockKind};
use super::folds::{gaps, reads_bodies};
use crate::parts::{self, Part};
use crate::{FilePosition, World};

/// What a selection at a byte grows to, from the smallest part to the whole file: the word, what the grammar makes of it
/// and of what is around it, brackets and blocks, the statement, the script, the file. Each holds the one before. Empty for
/// a file that isn't known.
pub fn selection(world: &World, file: &Path, offset: usize) -> Vec<Range<usize>> {
    let Some(text) = world.text(file) else {
        return Vec::new();
    };
    let offset = text.floor_char_boundary(offset.min(text.len()));
    let mut ranges = within_part(world, file, offset);
    ranges.push(0..text.len());
    nested(ranges)
}

/// From the smallest on, each of which holds the one before.
fn nested(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(Range::len);
    let mut grown: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        let holds =
            |last: &Range<usize>| range.start <= last.start && last.end <= range.end && *last != range;
        if !range.is_empty() && grown.last().is_none_or(holds) {
            grown.push(range);
        }
    }
    grown
}

/// The ranges of the file around an offset within the stretch of SQL that is there.
fn within_part(world: &World, file: &Path, offset: usize) -> Vec<Range<usize>> {
    let position = FilePosition {
        file: file.to_path_buf(),
        offset,
    };
    let Some(cursor) = world.at(&position) else {
        return Vec::new();
    };
    let parts = parts::of(world, file);
    let Some(part) = parts.iter().find(|part| part.stretch == cursor.stretch) else {
        return Vec::new();
    };
    let ranges = match cursor.statement() {
        Some(statement) => within_statement(statement, cursor.offset),
        None => within_gap(world, part, cursor.offset),
    };
    let map = &part.segment.map;
    let mut ranges: Vec<Range<usize>> = ranges.into_iter().map(|range| map.range_to_file(range)).collect();
    let source = part.segment.source.text.get(part.range.clone());
    let length = source.map_or(0, |own| own.trim_end().len());
    ranges.push(part.range.start..part.range.start + length);
    ranges
}

/// Around an offset between statements: comments.
fn within_gap(world: &World, part: &Part<'_>, offset: usize) -> Vec<Range<usize>> {
    let text: &str = &part.segment.text;
    let gap = gaps(world, part, &(offset..offset))
        .into_iter()
        .find(|gap| gap.start <= offset && offset <= gap.end);
    let own = gap.as_ref().and_then(|gap| text.get(gap.clone()));
    let (Some(gap), Some(own)) = (gap, own) else {
        return Vec::new();
    };
    let Some(token) = token_at(Lexer::new(own, Dialect::Psql), own, offset - gap.start) else {
        return Vec::new();
    };
    let token = token.range.as_usize();
    let comment = gap.start + token.start..gap.start + token.end;
    word_at(text, offset).into_iter().chain([comment]).collect()
}

/// Around an offset of a stretch's text within a statement, in offsets of the stretch's text.
fn within_statement(statement: &Statement, offset: usize) -> Vec<Range<usize>> {
    let start = statement.place().range.start as usize;
    let text = statement.text();
    let at = offset.saturating_sub(start);
    let all_blocks = blocks::blocks(text, Dialect::Psql, reads_bodies(statement));
    let token = innermost_token(text, at, &all_blocks).unwrap_or(0..text.len());
    let mut ranges = vec![token.clone(), 0..text.len()];
    ranges.push(0..text.trim_end_matches(';').trim_end().len());
    for block in &all_blocks {
        ranges.push(block.range.clone());
        ranges.push(trimmed(text, block.inside.clone()));
    }
    ranges.extend(word_at(text, at).filter(|word| token.start <= word.start && word.end <= token.end));
    let syntax = statement.syntax();
    ranges.extend(around(&syntax, &token));
    for body in syntax.bodies() {
        for nested in &body.statements {
            ranges.extend(around_nested(nested, &token));
        }
    }
    let smallest = ranges
        .iter()
        .filter(|range| range.start <= at && at <= range.end && token_or_word(range, &token))
        .min_by_key(|range| range.len())
        .cloned()
        .unwrap_or(token);
    ranges.retain(|range| range.start <= smallest.start && smallest.end <= range.end);
    ranges
        .into_iter()
        .map(|range| start + range.start..start + range.end)
        .collect()
}

fn token_or_word(range: &Range<usize>, token: &Range<usize>) -> bool {
    !range.is_empty() && token.start <= range.start && range.end <= token.end
}

/// The nodes of a tree that hold a range. Lists are nested by their elements; only whole ones count.
fn around(syntax: &Syntax, range: &Range<usize>) -> Vec<Range<usize>> {
    let holds = |node: &Node<'_>| {
        let own = node.range().as_usize();
        own.start <= range.start && range.end <= own.end && !own.is_empty()
    };
    let mut found = Vec::new();
    let mut open = Some(syntax.root());
    while let Some(node) = open {
        open = node.children().find(|child| holds(child));
        if let Some(child) = open
            && is_part(node, child)
        {
            found.push(child.range().as_usize());
        }
    }
    found
}

/// Whether people see a part in a node: lists are nested by their elements, and `.name` is nothing by itself.
fn is_part(parent: Node<'_>, node: Node<'_>) -> bool {
    let kind = node.kind();
    let is_rest = matches!(
        kind,
        kind::indirection | kind::indirection_el | kind::opt_indirection | kind::attrs
    );
    let is_start_of_list = kind == parent.kind() && kind.is_list();
    !is_rest && !is_start_of_list
}

/// A range without the blanks at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let Some(own) = text.get(range.clone()) else {
        return range;
    };
    let start = range.end - own.trim_start().len();
    start..(range.start + own.trim_end().len()).max(start)
}

/// The nodes of a statement of a body that hold a range of the outer text.
fn around_nested(nested: &Nested, range: &Range<usize>) -> Vec<Range<usize>> {
    let outer = |node: &Node<'_>| nested.to_outer(node.range()).as_usize();
    let holds = |node: &Node<'_>| {
        let own = outer(node);
        own.start <= range.start && range.end <= own.end && !own.is_empty()
    };
    let mut found = Vec::new();
    let mut open = Some(nested.syntax.root()).filter(|root| holds(root));
    while let Some(node) = open {
        open = node.children().find(|child| holds(child));
        if let Some(child) = open
            && is_part(node, child)
        {
            found.push(outer(&child));
        }
    }
    found
}

/// The token at an offset, that of a body where the offset is within one.
fn innermost_token(text: &str, at: usize, blocks: &[blocks::Block]) -> Option<Range<usize>> {
    let bodies = blocks.iter().filter(|block| {
        block.kind == BlockKind::Dollars && block.inside.start <= at && at <= block.inside.end
    });
    let body = bodies.min_by_key(|block| block.inside.len());
    let in_body = body.and_then(|body| {
        let own = text.get(body.inside.clone())?;
        let token = token_at(Lexer::new(own, Dialect::Server), own, at - body.inside.start)?;
        let range = token.range.as_usize();
        Some(body.inside.start + range.start..body.inside.start + range.end)
    });
    in_body.or_else(|| {
        Some(
            token_at(Lexer::new(text, Dialect::Psql), text, at)?
                .range
                .as_usize(),
        )
    })
}

/// The token that holds an offset; between two, a word goes before what is none, and the one behind before the one that
/// ends there.
fn token_at(tokens: Lexer<'_>, text: &str, at: usize) -> Option<Token> {
    let touching = tokens
        .skip_while(|token| (token.range.end as usize) < at)
        .take_while(|token| token.range.start as usize <= at);
    let is_word = |token: &Token| {
        let own = token.range.slice(text);
        own.chars()
            .next()
            .is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"')
    };
    let mut best: Option<Token> = None;
    for token in touching.filter(|token| token.kind != TokenKind::Whitespace) {
        if best.is_none_or(|best| is_word(&token) || !is_word(&best)) {
            best = Some(token);
        }
    }
    best
}

/// The letters and digits around an offset.
fn word_at(text: &str, at: usize) -> Option<Range<usize>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let before = text.get(..at)?;
    let start = before.trim_end_matches(is_word).len();
    let behind = text.get(at..)?;
    let end = at + behind.len() - behind.trim_start_matches(is_word).len();
    (start < end).then_some(start..end)
}
