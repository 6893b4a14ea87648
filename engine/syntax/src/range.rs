//! Byte ranges.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A half-open range of bytes, `start..end`, in some text that the context names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct TextRange {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl TextRange {
    /// The range `start..end`; an `end` before `start` gives the empty range at `start`.
    pub fn new(start: u32, end: u32) -> TextRange {
        TextRange {
            start,
            end: end.max(start),
        }
    }

    /// The empty range at `offset`.
    pub fn empty(offset: u32) -> TextRange {
        TextRange {
            start: offset,
            end: offset,
        }
    }

    /// The range of `usize` offsets; what lies beyond 4 GiB is clamped.
    pub fn from_usize(start: usize, end: usize) -> TextRange {
        TextRange::new(clamp(start), clamp(end))
    }

    /// Length in bytes.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// True when no byte is covered.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// True when the byte at `offset` is covered.
    pub fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// True when `other` lies within this range.
    pub fn contains_range(self, other: TextRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// True when the two share at least one byte.
    pub fn intersects(self, other: TextRange) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The range moved `by` bytes towards the end.
    #[must_use]
    pub fn offset(self, by: u32) -> TextRange {
        TextRange {
            start: self.start.saturating_add(by),
            end: self.end.saturating_add(by),
        }
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn cover(self, other: TextRange) -> TextRange {
        TextRange {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The covered part of `text`; a bound beyond the text or inside a character moves back to the nearest boundary.
    pub fn slice(self, text: &str) -> &str {
        let end = text.floor_char_boundary((self.end as usize).min(text.len()));
        let start = text.floor_char_boundary((self.start as usize).min(end));
        &text[start..end]
    }

    /// As a range of `usize`, for indexing.
    pub fn as_usize(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl fmt::Debug for TextRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

pub(crate) fn clamp(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slicing_never_panics() {
        assert_eq!(TextRange::new(1, 3).slice("aéb"), "é");
        assert_eq!(TextRange::new(2, 9).slice("aéb"), "éb");
        assert_eq!(TextRange::new(7, 9).slice("ab"), "");
    }

    #[test]
    fn cover_and_contains() {
        let range = TextRange::new(2, 4).cover(TextRange::new(8, 9));
        assert_eq!(range, TextRange::new(2, 9));
        assert!(range.contains(2) && !range.contains(9));
    }
}
