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
    /// Whether it is another than was taken last.
    is_other: bool,
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
            is_other: true,
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

    /// A document, and whether its text is another than when this was asked last.
    pub(crate) fn take(&self, path: &Path) -> Option<(Opened, bool)> {
        let mut document = self.open.get_mut(path)?;
        let is_other = std::mem::take(&mut document.is_other);
        let opened = Opened {
            uri: document.uri.clone(),
            is_sql: document.is_sql,
            version: document.version,
            text: document.text.clone(),
        };
        Some((opened, is_other))
    }
}

impl Document {
    fn edit(&mut self, change: TextDocumentContentChangeEvent, encoding: Encoding) {
        self.is_other = true;
        let Some(range) = change.range else {
            self.text = Rope::from_str(&change.text);
            return;
        };
        let lines = Lines::new(self.text.clone(), encoding);
        let (a, b) = (lines.char_at(range.start), lines.char_at(range.end));
        drop(lines);
        let (first, last) = (a.min(b), a.max(b));
        self.text.remove(first..last);
        self.text.insert(first, &change.text);
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
    use super::*;

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
}
