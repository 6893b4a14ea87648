//! From offsets in a stretch of SQL to offsets in the file it came from.

use std::ops::Range;

/// One run of a [`SourceMap`]: `text_len` bytes of SQL that come from `file_len` bytes of the file.
///
/// Equal lengths mean that the bytes are the same; otherwise the run is one unit (an escape, a folded line break).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    text: usize,
    text_len: usize,
    file: usize,
    file_len: usize,
    verbatim: bool,
}

/// Maps byte offsets of an extracted text to byte offsets of the file that holds it, and back.
///
/// For most files this is a constant shift. For SQL inside a YAML scalar, indentation, escapes and folded lines make
/// it a list of runs, searched in logarithmic time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceMap {
    runs: Repr,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Repr {
    Shift { start: usize, len: usize },
    Runs { runs: Vec<Run>, text_len: usize },
}

impl SourceMap {
    /// The text is the stretch `range` of the file, unchanged.
    pub fn shift(range: Range<usize>) -> Self {
        Self {
            runs: Repr::Shift {
                start: range.start,
                len: range.len(),
            },
        }
    }

    /// Whether the text is one unchanged stretch of the file.
    pub fn is_contiguous(&self) -> bool {
        matches!(self.runs, Repr::Shift { .. })
    }

    /// The stretch of the file from the first byte to the last.
    pub fn file_range(&self) -> Range<usize> {
        match &self.runs {
            Repr::Shift { start, len } => *start..start + len,
            Repr::Runs { runs, .. } => match (runs.first(), runs.last()) {
                (Some(first), Some(last)) => first.file..last.file + last.file_len,
                _ => 0..0,
            },
        }
    }

    /// The offset in the file of the byte at `offset` of the text. An offset past the end gives the end.
    pub fn to_file(&self, offset: usize) -> usize {
        match &self.runs {
            Repr::Shift { start, len } => start + offset.min(*len),
            Repr::Runs { runs, .. } => {
                let at = runs.partition_point(|run| run.text + run.text_len <= offset);
                match runs.get(at) {
                    Some(run) if run.verbatim => run.file + offset.saturating_sub(run.text),
                    Some(run) => run.file,
                    None => self.file_range().end,
                }
            }
        }
    }

    /// The range in the file that a range of the text covers. The end is just behind the last byte covered, not where
    /// the next one begins, so that a range never takes in the indentation of the line after it.
    pub fn range_to_file(&self, range: Range<usize>) -> Range<usize> {
        let start = self.to_file(range.start);
        if range.end <= range.start {
            return start..start;
        }
        start..self.end_to_file(range.end).max(start)
    }

    fn end_to_file(&self, end: usize) -> usize {
        match &self.runs {
            Repr::Shift { start, len } => start + end.min(*len),
            Repr::Runs { runs, .. } => {
                let at = runs.partition_point(|run| run.text + run.text_len < end);
                match runs.get(at) {
                    Some(run) if run.verbatim => run.file + (end - run.text),
                    Some(run) => run.file + run.file_len,
                    None => self.file_range().end,
                }
            }
        }
    }

    /// The offset in the text of the byte at `offset` of the file; `None` where the file's byte is not part of the text
    /// (YAML indentation, keys, other statements' annotations).
    pub fn to_text(&self, offset: usize) -> Option<usize> {
        match &self.runs {
            Repr::Shift { start, len } => (offset >= *start && offset <= start + len).then(|| offset - start),
            Repr::Runs { runs, text_len } => {
                let at = runs.partition_point(|run| run.file + run.file_len <= offset);
                match runs.get(at) {
                    Some(run) if offset < run.file => None,
                    Some(run) if run.verbatim => Some(run.text + (offset - run.file)),
                    Some(run) => Some(run.text),
                    None => (offset == self.file_range().end && !runs.is_empty()).then_some(*text_len),
                }
            }
        }
    }
}

/// Builds a text and its [`SourceMap`] together.
#[derive(Debug, Default)]
pub(crate) struct MapBuilder {
    text: String,
    runs: Vec<Run>,
}

impl MapBuilder {
    /// Appends `piece`, which stands in the file at `file` just so.
    pub(crate) fn verbatim(&mut self, piece: &str, file: usize) {
        if piece.is_empty() {
            return;
        }
        if let Some(last) = self.runs.last_mut()
            && last.verbatim
            && last.file + last.file_len == file
        {
            last.text_len += piece.len();
            last.file_len += piece.len();
        } else {
            self.runs.push(Run {
                text: self.text.len(),
                text_len: piece.len(),
                file,
                file_len: piece.len(),
                verbatim: true,
            });
        }
        self.text.push_str(piece);
    }

    /// Appends `piece`, which the file spells differently, in `range`.
    pub(crate) fn replaced(&mut self, piece: &str, range: Range<usize>) {
        if piece.is_empty() {
            return;
        }
        self.runs.push(Run {
            text: self.text.len(),
            text_len: piece.len(),
            file: range.start,
            file_len: range.len(),
            verbatim: false,
        });
        self.text.push_str(piece);
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn finish(self) -> (String, SourceMap) {
        let text_len = self.text.len();
        (
            self.text,
            SourceMap {
                runs: Repr::Runs {
                    runs: self.runs,
                    text_len,
                },
            },
        )
    }
}
