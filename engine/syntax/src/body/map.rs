//! From the text of a nested statement to the outer statement's.

use crate::range::TextRange;

/// Where a nested text comes from in the outer one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceMap {
    /// Offsets `(nested, outer)` at which a stretch of equal bytes begins, in order of both.
    stretches: Box<[(u32, u32)]>,
    /// Length of the nested text, and its end in the outer one.
    end: (u32, u32),
}

impl SourceMap {
    /// A text of `length` bytes that lies in the outer one as it is, from `start` on.
    pub(super) fn straight(length: u32, start: u32) -> SourceMap {
        SourceMap {
            stretches: [(0, start)].into(),
            end: (length, start + length),
        }
    }

    pub(super) fn new(stretches: impl IntoIterator<Item = (u32, u32)>, length: u32, end: u32) -> SourceMap {
        SourceMap {
            stretches: stretches.into_iter().collect(),
            end: (length, end),
        }
    }

    /// Where a range of the nested text is in the outer one.
    pub fn to_outer(&self, range: TextRange) -> TextRange {
        let start = self.offset(range.start);
        if range.is_empty() {
            return TextRange::empty(start);
        }
        TextRange::new(start, self.end_offset(range.end))
    }

    fn offset(&self, nested: u32) -> u32 {
        if nested >= self.end.0 {
            return self.end.1;
        }
        let after = self.stretches.partition_point(|(start, _)| *start <= nested);
        let Some((start, outer)) = after.checked_sub(1).and_then(|index| self.stretches.get(index)) else {
            return self.end.1;
        };
        // What was put into the nested text lies before the next stretch.
        let limit = self.stretches.get(after).map_or(self.end.1, |(_, outer)| *outer);
        (outer + (nested - start)).min(limit)
    }

    /// Behind the byte before `nested`, not before the byte at it: an escape may lie between.
    fn end_offset(&self, nested: u32) -> u32 {
        if nested == 0 || nested >= self.end.0 {
            self.offset(nested)
        } else {
            (self.offset(nested - 1) + 1).min(self.end.1)
        }
    }

    /// The map of a part of the nested text with `prefix` bytes put before it.
    pub(super) fn part(&self, range: TextRange, prefix: u32) -> SourceMap {
        let start = self.offset(range.start);
        let mut stretches = vec![(0, start)];
        if prefix > 0 {
            stretches.push((prefix, start));
        }
        let inside = self
            .stretches
            .iter()
            .filter(|(nested, _)| range.start < *nested && *nested < range.end);
        stretches.extend(inside.map(|(nested, outer)| (nested - range.start + prefix, *outer)));
        SourceMap {
            stretches: stretches.into(),
            end: (range.len() + prefix, self.end_offset(range.end)),
        }
    }

    /// The map of this nested text into the text that `outer` maps this map's outer text to.
    pub(super) fn through(&self, outer: &SourceMap) -> SourceMap {
        outer.cut(&self.stretches, self.end)
    }

    /// The map of a text cut out of this map's nested text: stretches `(cut, nested)`, and the ends of both.
    pub(super) fn cut(&self, cuts: &[(u32, u32)], end: (u32, u32)) -> SourceMap {
        let mut stretches = Vec::new();
        for (index, (cut, nested)) in cuts.iter().enumerate() {
            let next = cuts.get(index + 1).map_or(end.0, |(cut, _)| *cut);
            let part = self.part(TextRange::new(*nested, nested + (next - cut)), 0);
            stretches.extend(part.stretches.iter().map(|(at, outer)| (at + cut, *outer)));
        }
        SourceMap {
            stretches: stretches.into(),
            end: (end.0, self.end_offset(end.1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_texts_with_escapes_keep_their_places() {
        // 'a''b' at 10: value a'b.
        let map = SourceMap::new([(0, 11), (2, 14)], 3, 15);
        assert_eq!(map.to_outer(TextRange::new(0, 3)), TextRange::new(11, 15));
        assert_eq!(map.to_outer(TextRange::new(2, 3)), TextRange::new(14, 15));
        let part = map.part(TextRange::new(1, 3), 7);
        assert_eq!(part.to_outer(TextRange::new(8, 9)), TextRange::new(14, 15));
        assert_eq!(part.to_outer(TextRange::new(0, 1)).start, 12);
    }

    #[test]
    fn maps_go_through_each_other() {
        let outer = SourceMap::new([(0, 101), (6, 108)], 20, 121);
        let inner = SourceMap::new([(0, 5), (2, 8)], 4, 10);
        let both = inner.through(&outer);
        assert_eq!(both.to_outer(TextRange::new(0, 1)), TextRange::new(106, 107));
        assert_eq!(both.to_outer(TextRange::new(1, 2)), TextRange::new(108, 109));
        assert_eq!(both.to_outer(TextRange::new(2, 4)), TextRange::new(110, 112));
    }
}
