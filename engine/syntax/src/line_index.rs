//! Byte offsets to lines and columns and back.

use crate::range::clamp;

/// A place as people count: from 1, columns in code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in code points, from 1.
    pub column: u32,
}

/// A place as the language server protocol counts: from 0, characters in UTF-16 code units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Utf16Position {
    /// Line, from 0.
    pub line: u32,
    /// UTF-16 code units before the place, in its line.
    pub character: u32,
}

/// Where the lines of a text start. Lines end with `\n`, `\r` or `\r\n`. The text itself is not kept: pass the same text to every
/// call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of `text`.
    pub fn new(text: &str) -> LineIndex {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends_line = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends_line {
                starts.push(clamp(at + 1));
            }
        }
        LineIndex { starts }
    }

    /// How many lines there are; at least one.
    pub fn line_count(&self) -> u32 {
        clamp(self.starts.len())
    }

    /// The bytes of a line (from 1) without its line end; empty beyond the last line.
    pub fn line<'t>(&self, text: &'t str, line: u32) -> &'t str {
        let Some(start) = (line as usize)
            .checked_sub(1)
            .and_then(|index| self.starts.get(index))
        else {
            return "";
        };
        let end = self
            .starts
            .get(line as usize)
            .map_or(text.len(), |next| *next as usize);
        text.get(*start as usize..end)
            .unwrap_or("")
            .trim_end_matches(['\n', '\r'])
    }

    /// The offset of a line's first byte; lines count from 1. `None` beyond the last line.
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.starts.get((line as usize).checked_sub(1)?).copied()
    }

    fn locate<'t>(&self, text: &'t str, offset: u32) -> (u32, &'t str) {
        let offset = text.floor_char_boundary((offset as usize).min(text.len()));
        let line = self.starts.partition_point(|start| *start as usize <= offset);
        let start = self.starts[line - 1] as usize;
        (clamp(line), &text[start.min(offset)..offset])
    }

    /// The position of a byte offset. One inside a character counts as its start, one beyond the text as its end.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let (line, before) = self.locate(text, offset);
        Position {
            line,
            column: clamp(before.chars().count()) + 1,
        }
    }

    /// The offset of a position; a column beyond the line's end is the end of the line, a line beyond the text its end.
    pub fn offset(&self, text: &str, position: Position) -> u32 {
        let Some(start) = self.line_start(position.line) else {
            return if position.line == 0 { 0 } else { clamp(text.len()) };
        };
        let line = self.line(text, position.line);
        let into = line
            .char_indices()
            .nth(position.column.saturating_sub(1) as usize)
            .map_or(line.len(), |(at, _)| at);
        start + clamp(into)
    }

    /// The position of a byte offset as the language server protocol counts by default.
    pub fn utf16(&self, text: &str, offset: u32) -> Utf16Position {
        let (line, before) = self.locate(text, offset);
        Utf16Position {
            line: line - 1,
            character: clamp(before.chars().map(char::len_utf16).sum()),
        }
    }

    /// The offset of such a position; one inside a surrogate pair is the character's start.
    pub fn offset_of_utf16(&self, text: &str, position: Utf16Position) -> u32 {
        let Some(start) = self.line_start(position.line.saturating_add(1)) else {
            return clamp(text.len());
        };
        let line = self.line(text, position.line + 1);
        let mut units = 0;
        for (at, character) in line.char_indices() {
            let next = units + character.len_utf16() as u32;
            if next > position.character {
                return start + clamp(at);
            }
            units = next;
        }
        start + clamp(line.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_three_ways() {
        let text = "a\nb\rc\r\nd";
        let index = LineIndex::new(text);
        assert_eq!(index.line_count(), 4);
        assert_eq!(index.position(text, 7), Position { line: 4, column: 1 });
        assert_eq!(index.line(text, 3), "c");
    }

    #[test]
    fn columns_are_code_points_or_utf16() {
        let text = "é𝄞x";
        let index = LineIndex::new(text);
        assert_eq!(index.position(text, 6), Position { line: 1, column: 3 });
        assert_eq!(
            index.utf16(text, 6),
            Utf16Position {
                line: 0,
                character: 3
            }
        );
        assert_eq!(
            index.offset_of_utf16(
                text,
                Utf16Position {
                    line: 0,
                    character: 2
                }
            ),
            2
        );
    }

    proptest::proptest! {
        #[test]
        fn there_and_back(text in "[a-zé𝄞\r\n]{0,40}") {
            let index = LineIndex::new(&text);
            for (offset, character) in text.char_indices() {
                if matches!(character, '\r' | '\n') { continue; }
                let offset = offset as u32;
                proptest::prop_assert_eq!(index.offset(&text, index.position(&text, offset)), offset);
                proptest::prop_assert_eq!(index.offset_of_utf16(&text, index.utf16(&text, offset)), offset);
            }
        }
    }
}
