//! Bytes of a text and positions of the protocol: the one place where they are turned into each other.

use std::ops::Range;

use ropey::Rope;
use tower_lsp_server::ls_types::{self, Position, PositionEncodingKind};

/// What a position's `character` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: what every client understands.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The first that the client names and we know.
    pub(crate) fn negotiate(offered: Option<&[PositionEncodingKind]>) -> Encoding {
        let known = |kind: &PositionEncodingKind| match kind.as_str() {
            "utf-8" => Some(Encoding::Utf8),
            "utf-16" => Some(Encoding::Utf16),
            "utf-32" => Some(Encoding::Utf32),
            _ => None,
        };
        offered.into_iter().flatten().find_map(known).unwrap_or_default()
    }

    /// As the protocol spells it.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// How long a text is, counted this way.
    pub(crate) fn length(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => text.chars().count(),
        }
    }
}

/// A text whose places can be asked for. Lines end with `\n`, `\r\n` or `\r`. A clone costs a reference count.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    text: Rope,
    encoding: Encoding,
}

impl Lines {
    pub(crate) fn new(text: Rope, encoding: Encoding) -> Lines {
        Lines { text, encoding }
    }

    /// How many lines there are, at least one.
    pub(crate) fn count(&self) -> usize {
        self.text.len_lines()
    }

    /// The byte of a position. One behind a line's end is that end, one behind the last line the end of the text, one inside
    /// a character that character's start.
    pub(crate) fn offset(&self, position: Position) -> usize {
        self.text.char_to_byte(self.char_at(position))
    }

    /// The bytes of a range, whose ends may come in the wrong order.
    pub(crate) fn bytes(&self, range: ls_types::Range) -> Range<usize> {
        let (a, b) = (self.offset(range.start), self.offset(range.end));
        a.min(b)..a.max(b)
    }

    /// The index of the character at a position, for edits of the text.
    pub(crate) fn char_at(&self, position: Position) -> usize {
        let line = position.line as usize;
        if line >= self.text.len_lines() {
            return self.text.len_chars();
        }
        let start = self.text.line_to_char(line);
        let end = self.content_end(line);
        let character = position.character as usize;
        match self.encoding {
            Encoding::Utf32 => start.saturating_add(character).min(end),
            Encoding::Utf16 => {
                let last = self.text.char_to_utf16_cu(end);
                let wanted = self.text.char_to_utf16_cu(start).saturating_add(character);
                self.text.utf16_cu_to_char(wanted.min(last))
            }
            Encoding::Utf8 => {
                let last = self.text.char_to_byte(end);
                let wanted = self.text.char_to_byte(start).saturating_add(character);
                self.text.byte_to_char(wanted.min(last))
            }
        }
    }

    /// The position of a byte. One inside a character is that character's start, one behind the text its end.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let at = self.text.byte_to_char(offset.min(self.text.len_bytes()));
        let line = self.text.char_to_line(at);
        let start = self.text.line_to_char(line);
        // Between `\r` and `\n` there is no position.
        let at = at.min(self.content_end(line));
        let character = match self.encoding {
            Encoding::Utf32 => at - start,
            Encoding::Utf16 => self.text.char_to_utf16_cu(at) - self.text.char_to_utf16_cu(start),
            Encoding::Utf8 => self.text.char_to_byte(at) - self.text.char_to_byte(start),
        };
        Position::new(narrow(line), narrow(character))
    }

    /// The range of some bytes.
    pub(crate) fn range(&self, bytes: Range<usize>) -> ls_types::Range {
        ls_types::Range::new(
            self.position(bytes.start),
            self.position(bytes.end.max(bytes.start)),
        )
    }

    /// The character behind the last one of a line that isn't part of its end.
    fn content_end(&self, line: usize) -> usize {
        if line + 1 >= self.text.len_lines() {
            return self.text.len_chars();
        }
        let start = self.text.line_to_char(line);
        let next = self.text.line_to_char(line + 1);
        let ends = |at: usize, with: char| at > start && self.text.char(at - 1) == with;
        if ends(next, '\n') {
            return if ends(next - 1, '\r') { next - 2 } else { next - 1 };
        }
        if ends(next, '\r') { next - 1 } else { next }
    }
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn lines(text: &str, encoding: Encoding) -> Lines {
        Lines::new(Rope::from_str(text), encoding)
    }

    /// The lines of a text as (first byte, content), said as plainly as can be.
    fn naive_lines(text: &str) -> Vec<(usize, &str)> {
        let mut out = Vec::new();
        let mut start = 0;
        let mut at = 0;
        let bytes = text.as_bytes();
        while at < bytes.len() {
            let width = match bytes[at] {
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => 2,
                b'\r' | b'\n' => 1,
                _ => {
                    at += 1;
                    continue;
                }
            };
            out.push((start, &text[start..at]));
            at += width;
            start = at;
        }
        out.push((start, &text[start..]));
        out
    }

    fn naive_offset(text: &str, position: Position, encoding: Encoding) -> usize {
        let Some(&(start, line)) = naive_lines(text).get(position.line as usize) else {
            return text.len();
        };
        let mut units = 0;
        for (at, character) in line.char_indices() {
            units += encoding.length(character.encode_utf8(&mut [0; 4]));
            if units > position.character as usize {
                return start + at;
            }
        }
        start + line.len()
    }

    #[test]
    fn a_position_in_half_an_emoji_is_its_start() {
        let text = "a😀b";
        let inside = Position::new(0, 2);
        assert_eq!(lines(text, Encoding::Utf16).offset(inside), 1);
        assert_eq!(lines(text, Encoding::Utf8).offset(inside), 1);
        assert_eq!(lines(text, Encoding::Utf32).offset(inside), 5);
    }

    #[test]
    fn vertical_tabs_and_separators_end_no_line() {
        let text = "a\u{b}b\u{c}c\u{85}d\u{2028}e\u{2029}f";
        assert_eq!(lines(text, Encoding::Utf16).count(), 1);
    }

    #[test]
    fn the_first_encoding_that_is_known_is_taken() {
        let offered = ["utf-7", "utf-32", "utf-8"].map(|kind| PositionEncodingKind::from(kind.to_owned()));
        assert_eq!(Encoding::negotiate(Some(&offered)), Encoding::Utf32);
        assert_eq!(Encoding::negotiate(Some(&[])), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(None), Encoding::Utf16);
    }

    proptest! {
        #[test]
        fn offsets_are_what_a_plain_reading_says(
            text in "[a-cé😀ß\u{2028}\r\n]{0,30}",
            line in 0u32..12,
            character in prop_oneof![0u32..12, Just(u32::MAX)],
        ) {
            for encoding in ALL {
                let position = Position::new(line, character);
                prop_assert_eq!(
                    lines(&text, encoding).offset(position),
                    naive_offset(&text, position, encoding)
                );
            }
        }

        #[test]
        fn positions_lead_back(text in "[a-cé😀ß\u{2028}\r\n]{0,30}", offset in 0usize..80) {
            for encoding in ALL {
                let lines = lines(&text, encoding);
                let back = lines.offset(lines.position(offset));
                let floor = text.floor_char_boundary(offset);
                let between = text.get(..floor).is_some_and(|before| before.ends_with('\r'))
                    && text.get(floor..).is_some_and(|after| after.starts_with('\n'));
                prop_assert_eq!(back, if between { floor - 1 } else { floor });
            }
        }
    }
}
