//! The texts that the client has open: one rope each, edited in the order in which edits arrive.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use dashmap::DashMap;
use ropey::Rope;
use tower_lsp_server::ls_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use crate::position::{Encoding, Lines};

/// The open documents by path.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    open: DashMap<PathBuf, Document>,
}

/// One open document.
#[derive(Debug)]
struct Document {
    uri: Uri,
    is_sql: bool,
    version: i32,
    text: Rope,
    change: Change,
}

/// How a text differs from the one that was taken last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Not at all.
    None,
    /// In one stretch.
    Stretch(Stretch),
    /// Anywhere.
    Whole,
}

/// A stretch of a text that took the place of another; what lies around it is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// The first byte.
    pub(crate) start: usize,
    /// Behind its last byte, before.
    pub(crate) old_end: usize,
    /// Behind its last byte, now.
    pub(crate) new_end: usize,
}

/// A document as it was at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    /// As the client calls it.
    pub(crate) uri: Uri,
    /// Whether the client says, or its name, that it is SQL.
    pub(crate) is_sql: bool,
    /// The client's number of this text.
    pub(crate) version: i32,
    pub(crate) text: Rope,
}

impl Documents {
    /// A document was opened, perhaps once more.
    pub(crate) fn open(&self, item: TextDocumentItem) -> PathBuf {
        let path = path_of(&item.uri, Some(&item.language_id));
        let document = Document {
            is_sql: is_sql(&item.language_id, &path),
            uri: item.uri,
            version: item.version,
            text: Rope::from_str(&item.text),
            change: Change::Whole,
        };
        self.open.insert(path.clone(), document);
        path
    }

    /// A document was edited. `false` where it isn't open.
    pub(crate) fn change(
        &self,
        path: &Path,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let Some(mut document) = self.open.get_mut(path) else {
            return false;
        };
        for change in changes {
            document.edit(change, encoding);
        }
        document.version = version;
        true
    }

    /// A document was closed. `false` where it wasn't open.
    pub(crate) fn close(&self, path: &Path) -> bool {
        self.open.remove(path).is_some()
    }

    /// The version of an open document.
    pub(crate) fn version(&self, path: &Path) -> Option<i32> {
        self.open.get(path).map(|document| document.version)
    }

    /// The path under which a document is known.
    pub(crate) fn path(&self, uri: &Uri) -> PathBuf {
        if is_file(uri) {
            return path_of(uri, None);
        }
        let known = self.open.iter().find(|entry| entry.value().uri == *uri);
        known.map_or_else(|| path_of(uri, None), |entry| entry.key().clone())
    }

    /// A document and how it changed since this was asked last.
    pub(crate) fn take(&self, path: &Path) -> Option<(Opened, Change)> {
        let mut document = self.open.get_mut(path)?;
        let change = std::mem::replace(&mut document.change, Change::None);
        let opened = Opened {
            uri: document.uri.clone(),
            is_sql: document.is_sql,
            version: document.version,
            text: document.text.clone(),
        };
        Some((opened, change))
    }
}

impl Document {
    fn edit(&mut self, change: TextDocumentContentChangeEvent, encoding: Encoding) {
        let Some(range) = change.range else {
            self.text = Rope::from_str(&change.text);
            self.change = Change::Whole;
            return;
        };
        let lines = Lines::new(self.text.clone(), encoding);
        let (a, b) = (lines.char_at(range.start), lines.char_at(range.end));
        drop(lines);
        let (first, last) = (a.min(b), a.max(b));
        let start = self.text.char_to_byte(first);
        let replaced = Stretch {
            start,
            old_end: self.text.char_to_byte(last),
            new_end: start + change.text.len(),
        };
        self.text.remove(first..last);
        self.text.insert(first, &change.text);
        self.change = self.change.then(replaced);
    }
}

impl Change {
    /// This change, then another.
    fn then(self, next: Stretch) -> Change {
        match self {
            Change::None => Change::Stretch(next),
            Change::Whole => Change::Whole,
            Change::Stretch(first) => {
                // Both as one stretch of the text between them.
                let end = first.new_end.max(next.old_end);
                Change::Stretch(Stretch {
                    start: first.start.min(next.start),
                    old_end: first.old_end + (end - first.new_end),
                    new_end: next.new_end + (end - next.old_end),
                })
            }
        }
    }
}

impl Opened {
    /// The text in one piece.
    pub(crate) fn text(&self) -> Arc<str> {
        String::from(&self.text).into()
    }
}

/// Whether a document's address is that of a file.
fn is_file(uri: &Uri) -> bool {
    uri.scheme().as_str().eq_ignore_ascii_case("file")
}

/// The path of a file; a path where no file is for anything else, such as a buffer that was never saved.
fn path_of(uri: &Uri, language: Option<&str>) -> PathBuf {
    let path = is_file(uri).then(|| uri.to_file_path()).flatten();
    path.map_or_else(|| made_up(uri, language), |path| plain(&path))
}

/// A folder of its own for each, so that two buffers are not one history.
fn made_up(uri: &Uri, language: Option<&str>) -> PathBuf {
    let readable = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' => character,
        _ => '_',
    };
    let text = uri.as_str();
    let folder: String = text.chars().map(readable).collect();
    let name = text.rsplit(['/', ':']).next().unwrap_or_default();
    let mut name: String = name.chars().map(readable).collect();
    match language {
        Some("yaml") if !name.ends_with(".yaml") && !name.ends_with(".yml") => name.push_str(".yaml"),
        Some("yaml") => {}
        _ if !name.ends_with(".sql") => name.push_str(".sql"),
        _ => {}
    }
    std::env::temp_dir()
        .join("confiture-unsaved")
        .join(folder)
        .join(name)
}

/// A path without `.` and `..`, as the engine has them.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

fn is_sql(language: &str, path: &Path) -> bool {
    const LANGUAGES: [&str; 6] = ["sql", "postgres", "postgresql", "pgsql", "psql", "plpgsql"];
    const ENDINGS: [&str; 3] = ["sql", "pgsql", "psql"];
    let ending = path.extension().and_then(|ending| ending.to_str());
    LANGUAGES.contains(&language) || ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tower_lsp_server::ls_types::{Position, Range};

    use super::*;

    fn document(text: &str) -> Document {
        Document {
            uri: "untitled:a".parse().expect("an address"),
            is_sql: true,
            version: 0,
            text: Rope::from_str(text),
            change: Change::None,
        }
    }

    fn edit(range: Option<(u32, u32, u32, u32)>, text: &str) -> TextDocumentContentChangeEvent {
        let range = range.map(|(a, b, c, d)| Range::new(Position::new(a, b), Position::new(c, d)));
        TextDocumentContentChangeEvent {
            range,
            range_length: None,
            text: text.to_owned(),
        }
    }

    #[test]
    fn buffers_that_were_never_saved_get_paths_of_their_own() {
        let a: Uri = "untitled:Untitled-1".parse().expect("an address");
        let b: Uri = "untitled:Untitled-2".parse().expect("an address");
        let (a, b) = (path_of(&a, Some("sql")), path_of(&b, Some("sql")));
        assert_ne!(a.parent(), b.parent());
        assert!(a.ends_with("Untitled-1.sql"), "{}", a.display());
    }

    #[test]
    fn paths_are_decoded_and_made_plain() {
        let uri: Uri = "file:///a/b%20c/../d.sql".parse().expect("an address");
        assert_eq!(path_of(&uri, None), Path::new("/a/d.sql"));
    }

    proptest! {
        /// What changed is one stretch, and the rest of the text is what it was.
        #[test]
        fn many_edits_are_one_stretch(
            text in "[ab😀\r\n]{0,20}",
            edits in prop::collection::vec(((0u32..4, 0u32..6, 0u32..4, 0u32..6), "[xé\n]{0,3}"), 1..6),
        ) {
            let mut document = document(&text);
            for (range, new) in &edits {
                document.edit(edit(Some(*range), new), Encoding::Utf16);
            }
            let now = String::from(&document.text);
            let Change::Stretch(stretch) = document.change else {
                return Err(TestCaseError::fail("a stretch"));
            };
            let mut replayed = text;
            replayed.replace_range(
                stretch.start..stretch.old_end,
                now.get(stretch.start..stretch.new_end).expect("whole characters"),
            );
            prop_assert_eq!(replayed, now);
        }
    }
}
