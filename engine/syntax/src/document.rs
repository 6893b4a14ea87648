//! A text that is edited.
//!
//! An edit splits again from the last piece that can't have seen the edited place, stops where the new pieces meet the old ones
//! again, and parses only texts that the document didn't have. The result is the same as that of a new document, which the tests
//! show.

mod cache;

use crate::range::{TextRange, clamp};
use crate::split::{Cut, Piece, PieceKind, Splitter, State};
use crate::syntax::{Syntax, SyntaxEdit};
use cache::Cache;
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
    /// The statements that were made anew, as indices into [`Document::statements`]. Those behind them have only moved.
    pub changed: std::ops::Range<usize>,
    /// How many statements were there before in place of those.
    pub removed: usize,
    /// Among the new statements, those whose text was new and had to be parsed.
    pub reparsed: Vec<usize>,
}

/// A text with its statements.
#[derive(Debug, Clone)]
pub struct Document {
    rope: Rope,
    statements: Vec<Statement>,
    /// For each statement, what is needed to split again from behind it.
    ends: Vec<PieceEnd>,
    cache: Cache,
}

/// See [`Cut`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PieceEnd {
    examined: u32,
    after: State,
}

/// The least stretch that is read when splitting again, in bytes.
const WINDOW_BYTES: usize = 4096;

impl Document {
    /// Splits and parses `text`. What lies beyond 4 GiB is ignored.
    pub fn new(text: &str) -> Document {
        let mut document = Document {
            rope: Rope::from_str(text),
            statements: Vec::new(),
            ends: Vec::new(),
            cache: Cache::default(),
        };
        for cut in Splitter::new(text, 0, State::default()) {
            let syntax = document.syntax_of(cut.piece, cut.piece.range.slice(text), None).0;
            document.push(cut, 0, syntax);
        }
        document
    }

    /// Replaces the bytes of `range` with `new_text`. Bounds beyond the text or inside a character move back to the nearest
    /// boundary.
    pub fn edit(&mut self, range: TextRange, new_text: &str) -> EditSummary {
        let edit = self.replace(range, new_text);
        let kept = self
            .ends
            .iter()
            .take_while(|end| end.examined <= edit.start)
            .count();
        let resplit = self.split_again(kept, edit);
        let removed_until = resplit.rejoins;
        let old = match kept..removed_until {
            only if only.len() == 1 => Some(self.statements[only.start].clone()),
            _ => None,
        };
        let tail = self.take_tail(removed_until, edit);
        let removed = self.statements.len() - kept;
        self.statements.truncate(kept);
        self.ends.truncate(kept);
        let mut reparsed = Vec::new();
        for cut in resplit.cuts {
            let text = resplit.window.get(cut.piece.range.as_usize()).unwrap_or("");
            let edited = old
                .as_ref()
                .and_then(|old| edit.within(old, cut.piece, resplit.offset));
            let (syntax, is_new) = self.syntax_of(cut.piece, text, edited);
            if is_new {
                reparsed.push(self.statements.len());
            }
            self.push(cut, resplit.offset, syntax);
        }
        let changed = kept..self.statements.len();
        self.statements.extend(tail.0);
        self.ends.extend(tail.1);
        self.cache.shrink(&self.statements);
        EditSummary {
            changed,
            removed,
            reparsed,
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

    fn replace(&mut self, range: TextRange, new_text: &str) -> Edit {
        let length = self.rope.len_bytes();
        let end = self.rope.byte_to_char((range.end as usize).min(length));
        let start = self
            .rope
            .byte_to_char((range.start as usize).min(length))
            .min(end);
        let edit = Edit {
            start: clamp(self.rope.char_to_byte(start)),
            old_end: clamp(self.rope.char_to_byte(end)),
            new_length: clamp(new_text.len()),
        };
        self.rope.remove(start..end);
        self.rope.insert(start, new_text);
        edit
    }

    /// Splits the text behind the first `kept` statements until the pieces are the old ones again.
    fn split_again(&self, kept: usize, edit: Edit) -> Resplit {
        let before = kept.checked_sub(1);
        let offset = before.map_or(0, |last| self.statements[last].range.end);
        let mut state = before.map_or(State::default(), |last| self.ends[last].after);
        let mut length =
            (edit.start - offset.min(edit.start)) as usize + edit.new_length as usize + WINDOW_BYTES;
        let mut resplit = Resplit {
            offset,
            window: String::new(),
            cuts: Vec::new(),
            rejoins: self.statements.len(),
        };
        let mut at = 0;
        let mut old = kept;
        loop {
            let is_complete = self.read_window(&mut resplit.window, offset as usize, length);
            let mut splitter = Splitter::new(&resplit.window, at, state).resumed(offset > 0);
            loop {
                let Some(cut) = splitter.next() else {
                    if is_complete {
                        return resplit;
                    }
                    break;
                };
                if !is_complete && cut.examined as usize >= resplit.window.len() {
                    break;
                }
                at = cut.piece.range.end as usize;
                state = cut.after;
                resplit.cuts.push(cut);
                let end = cut.piece.range.end + offset;
                while old < self.statements.len() && edit.moved(self.statements[old].range.end) < Some(end) {
                    old += 1;
                }
                let meets = old < self.statements.len()
                    && edit.moved(self.statements[old].range.end) == Some(end)
                    && self.ends[old].after == cut.after;
                if meets {
                    resplit.rejoins = old + 1;
                    return resplit;
                }
            }
            length *= 2;
        }
    }

    /// Reads `length` bytes from `offset`, or a few less so that no character is cut. True when the text ends there.
    fn read_window(&self, window: &mut String, offset: usize, length: usize) -> bool {
        let total = self.rope.len_bytes();
        let wanted = offset.saturating_add(length).min(total);
        let end = if wanted == total {
            total
        } else {
            self.rope.char_to_byte(self.rope.byte_to_char(wanted))
        };
        window.clear();
        self.rope
            .byte_slice(offset..end)
            .chunks()
            .for_each(|chunk| window.push_str(chunk));
        end == total
    }

    /// Takes the statements from `first` on, moved as the edit moves them.
    fn take_tail(&mut self, first: usize, edit: Edit) -> (Vec<Statement>, Vec<PieceEnd>) {
        let mut statements = self.statements.split_off(first);
        let mut ends = self.ends.split_off(first);
        for statement in &mut statements {
            let range = statement.range;
            statement.range = TextRange::new(edit.moved_by(range.start), edit.moved_by(range.end));
        }
        for end in ends.iter_mut().filter(|end| end.examined != u32::MAX) {
            end.examined = edit.moved_by(end.examined);
        }
        (statements, ends)
    }

    /// The tree of a piece, and whether it had to be parsed.
    fn syntax_of(&mut self, piece: Piece, text: &str, edited: Option<SyntaxEdit>) -> (Syntax, bool) {
        match piece.kind {
            PieceKind::Sql => self.cache.get_or_parse(text, edited),
            PieceKind::MetaCommand | PieceKind::CopyData => (self.cache.nothing(), false),
        }
    }

    fn push(&mut self, cut: Cut, offset: u32, syntax: Syntax) {
        let Cut {
            piece,
            examined,
            after,
        } = cut;
        self.statements.push(Statement {
            range: piece.range.offset(offset),
            kind: piece.kind,
            terminated: piece.terminated,
            syntax,
        });
        self.ends.push(PieceEnd {
            examined: examined.saturating_add(offset),
            after,
        });
    }
}

impl std::fmt::Display for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.rope.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}

/// The pieces of a stretch that was split again.
struct Resplit {
    /// Where the window starts in the document; the cuts count from there.
    offset: u32,
    window: String,
    cuts: Vec<Cut>,
    /// The first old statement that stays behind the new ones.
    rejoins: usize,
}

/// A replacement of `start..old_end` by `new_length` bytes.
#[derive(Debug, Clone, Copy)]
struct Edit {
    start: u32,
    old_end: u32,
    new_length: u32,
}

impl Edit {
    /// Where an old offset behind the replaced text is now; `None` for one before its end.
    fn moved(self, offset: u32) -> Option<u32> {
        (offset >= self.old_end).then(|| self.moved_by(offset))
    }

    fn moved_by(self, offset: u32) -> u32 {
        (offset + self.start + self.new_length).saturating_sub(self.old_end)
    }

    /// The edit of the one statement that changed, in its own text, when it lies inside that statement and the new piece is what
    /// became of it.
    fn within(self, old: &Statement, piece: Piece, offset: u32) -> Option<SyntaxEdit> {
        let starts_alike = piece.range.start + offset == old.range.start;
        let is_inside = old.range.start <= self.start && self.old_end <= old.range.end;
        let ends_alike = self.moved(old.range.end) == Some(piece.range.end + offset);
        (starts_alike && is_inside && ends_alike && old.kind == PieceKind::Sql).then(|| SyntaxEdit {
            old: old.syntax.clone(),
            start: self.start - old.range.start,
            old_end: self.old_end - old.range.start,
            new_end: self.start + self.new_length - old.range.start,
        })
    }
}

#[cfg(test)]
mod tests;
