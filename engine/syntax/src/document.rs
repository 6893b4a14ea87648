//! A text that is edited.

use crate::range::TextRange;
use crate::split::{PieceKind, split};
use crate::syntax::Syntax;
use ropey::Rope;

/// One statement of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Where it is in the document.
    pub range: TextRange,
    /// What it is; only [`PieceKind::Sql`] has a tree.
    pub kind: PieceKind,
    /// True when it has its `;`.
    pub terminated: bool,
    /// Its text and tree; equal texts share one. Empty for meta-commands and copied data.
    pub syntax: Syntax,
}

/// What an edit changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EditSummary {
    /// The statements that are new, as indices into [`Document::statements`].
    pub changed: std::ops::Range<usize>,
    /// How many statements were there before in place of those.
    pub removed: usize,
    /// Among the new statements, those whose text had to be parsed.
    pub reparsed: Vec<usize>,
}

/// A text with its statements.
#[derive(Debug, Clone)]
pub struct Document {
    rope: Rope,
    statements: Vec<Statement>,
}

impl Document {
    /// Splits and parses `text`.
    pub fn new(text: &str) -> Document {
        let statements = split(text)
            .into_iter()
            .map(|piece| Statement {
                range: piece.range,
                kind: piece.kind,
                terminated: piece.terminated,
                syntax: match piece.kind {
                    PieceKind::Sql => Syntax::parse(piece.range.slice(text)),
                    _ => Syntax::opaque(""),
                },
            })
            .collect();
        Document {
            rope: Rope::from_str(text),
            statements,
        }
    }

    /// Replaces the bytes of `range` with `new_text`. Bounds beyond the text or inside a character move back to the nearest
    /// boundary.
    pub fn edit(&mut self, range: TextRange, new_text: &str) -> EditSummary {
        let mut text = self.rope.to_string();
        let end = text.floor_char_boundary((range.end as usize).min(text.len()));
        let start = text.floor_char_boundary((range.start as usize).min(end));
        text.replace_range(start..end, new_text);
        let removed = self.statements.len();
        *self = Document::new(&text);
        EditSummary {
            changed: 0..self.statements.len(),
            removed,
            reparsed: (0..self.statements.len()).collect(),
        }
    }

    /// The text.
    pub fn text(&self) -> &Rope {
        &self.rope
    }

    /// The statements in order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

impl std::fmt::Display for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.rope.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}
