//! The pieces of a text that is edited, without their trees.

use crate::range::{TextRange, clamp};
use crate::split::{Cut, Piece, Splitter, State};

/// Where the statements of a text are; an edit splits only what it can have touched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pieces {
    cuts: Vec<Cut>,
}

/// A replacement of bytes, as offsets before and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// Where it starts.
    pub start: u32,
    /// Where what it replaced ended in the old text.
    pub old_end: u32,
    /// Where what it put there ends in the new text.
    pub new_end: u32,
}

/// Which pieces an edit made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recut {
    /// Among the pieces now. Those behind them have only moved.
    pub changed: std::ops::Range<usize>,
    /// How many were there before in place of those.
    pub removed: usize,
}

impl Replaced {
    /// The smallest replacement that makes one text of another, on character boundaries of both; `None` where they are equal.
    pub fn between(old: &str, new: &str) -> Option<Replaced> {
        if old == new {
            return None;
        }
        let (a, b) = (old.as_bytes(), new.as_bytes());
        let shorter = a.len().min(b.len());
        let mut start = common(a.chunks(CHUNK), b.chunks(CHUNK), shorter, |x, y| {
            x.iter().zip(y).take_while(|(x, y)| x == y).count()
        });
        while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
            start -= 1;
        }
        let room = shorter - start;
        let mut behind = common(a.rchunks(CHUNK), b.rchunks(CHUNK), room, |x, y| {
            x.iter()
                .rev()
                .zip(y.iter().rev())
                .take_while(|(x, y)| x == y)
                .count()
        });
        while !old.is_char_boundary(a.len() - behind) || !new.is_char_boundary(b.len() - behind) {
            behind -= 1;
        }
        Some(Replaced {
            start: clamp(start),
            old_end: clamp(a.len() - behind),
            new_end: clamp(b.len() - behind),
        })
    }

    /// Where an old offset behind what was replaced is now.
    fn shifted(self, offset: u32) -> Option<u32> {
        let behind = offset.checked_sub(self.old_end)?;
        Some(behind.saturating_add(self.new_end))
    }
}

/// Bytes that are compared at once.
const CHUNK: usize = 4096;

/// How many bytes two texts share from one end, at most `most`; `alike` counts those of two chunks that differ.
fn common<'t>(
    a: impl Iterator<Item = &'t [u8]>,
    b: impl Iterator<Item = &'t [u8]>,
    most: usize,
    alike: impl Fn(&[u8], &[u8]) -> usize,
) -> usize {
    let mut count = 0;
    for (x, y) in a.zip(b) {
        if x != y {
            count += alike(x, y);
            break;
        }
        count += x.len();
    }
    count.min(most)
}

impl Pieces {
    /// Of a text.
    pub fn new(text: &str) -> Pieces {
        Pieces {
            cuts: Splitter::new(text, 0, State::default()).collect(),
        }
    }

    /// The pieces in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Piece> + ExactSizeIterator + '_ {
        self.cuts.iter().map(|cut| cut.piece)
    }

    /// The pieces of a text that an edit made of the one that these are the pieces of.
    pub fn edited(&self, text: &str, edit: Replaced) -> (Pieces, Recut) {
        let is_kept = |cut: &&Cut| cut.examined <= edit.start;
        let kept = self.cuts.iter().take_while(is_kept).count();
        let (at, state) = kept
            .checked_sub(1)
            .and_then(|last| self.cuts.get(last))
            .map_or((0, State::default()), |cut| {
                (cut.piece.range.end as usize, cut.after)
            });
        let mut cuts = Vec::with_capacity(self.cuts.len() + 2);
        cuts.extend_from_slice(self.cuts.get(..kept).unwrap_or_default());
        let mut old = kept;
        let mut rejoined = self.cuts.len();
        for cut in Splitter::new(text, at, state) {
            let end = cut.piece.range.end;
            cuts.push(cut);
            let is_before = |cut: &Cut| edit.shifted(cut.piece.range.end) < Some(end);
            while self.cuts.get(old).is_some_and(is_before) {
                old += 1;
            }
            let meets =
                |known: &&Cut| edit.shifted(known.piece.range.end) == Some(end) && known.after == cut.after;
            if self.cuts.get(old).filter(meets).is_some() {
                rejoined = old + 1;
                break;
            }
        }
        let changed = kept..cuts.len();
        cuts.extend(
            self.cuts
                .get(rejoined..)
                .unwrap_or_default()
                .iter()
                .map(|cut| moved(*cut, edit)),
        );
        let recut = Recut {
            changed,
            removed: rejoined - kept,
        };
        (Pieces { cuts }, recut)
    }
}

/// A piece behind an edit.
fn moved(mut cut: Cut, edit: Replaced) -> Cut {
    let shifted = |offset| edit.shifted(offset).unwrap_or(offset);
    cut.piece.range = TextRange::new(shifted(cut.piece.range.start), shifted(cut.piece.range.end));
    if cut.examined != u32::MAX {
        cut.examined = shifted(cut.examined);
    }
    cut
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "SELECT 1;",
            "a",
            ";",
            "'",
            "\"",
            "(",
            ")",
            "$$",
            "$x$",
            "--",
            "\n",
            "/*",
            "*/",
            "é日",
            "\\g\n",
            "\\i x\n",
            "COPY t FROM stdin;\n1\n\\.\n",
            "BEGIN ATOMIC",
            "END",
            "CREATE TABLE t (a int);\n",
            " ",
            "E'\\'",
            "\u{feff}",
        ]);
        prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_edit_gives_what_the_new_text_has(old in text(), put in text(), from in 0usize..200, length in 0usize..40) {
            let start = old.floor_char_boundary(from.min(old.len()));
            let end = old.floor_char_boundary((start + length).min(old.len())).max(start);
            let new = format!("{}{put}{}", &old[..start], &old[end..]);
            let wide = Replaced { start: start as u32, old_end: end as u32, new_end: (start + put.len()) as u32 };
            let before = Pieces::new(&old);
            let whole = Pieces::new(&new);
            for edit in [Some(wide), Replaced::between(&old, &new)].into_iter().flatten() {
                let (after, recut) = before.edited(&new, edit);
                prop_assert_eq!(&after, &whole);
                prop_assert_eq!(after.iter().len() + recut.removed, before.iter().len() + recut.changed.len());
            }
            prop_assert_eq!(Replaced::between(&old, &new).is_none(), old == new);
        }
    }
}
