//! Byte ranges of files into lines and columns: the one place where positions leave the engine.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use confiture_syntax::LineIndex;

use crate::contract::{Position, Range};

/// Line starts of the files of one run, each made once.
#[derive(Default)]
pub struct Sources {
    indexes: HashMap<PathBuf, LineIndex>,
}

impl Sources {
    /// The lines and columns of a byte range of a file with this text.
    pub fn range(&mut self, path: &Path, text: &str, range: &std::ops::Range<usize>) -> Range {
        if !self.indexes.contains_key(path) {
            self.indexes.insert(path.to_path_buf(), LineIndex::new(text));
        }
        let index = &self.indexes[path];
        let position = |offset: usize| {
            let p = index.position(text, u32::try_from(offset).unwrap_or(u32::MAX));
            Position {
                line: p.line,
                column: p.column,
            }
        };
        Range {
            start: position(range.start),
            end: position(range.end),
        }
    }
}
