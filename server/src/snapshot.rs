//! What is known at one moment, and how an answer reads it.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confiture_ide::{FilePosition, Span, World};
use ropey::Rope;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{self, Location, Position, Uri};

use crate::abilities::Abilities;
use crate::documents::Opened;
use crate::position::Lines;
use crate::settings::Settings;

/// What is known at one moment. It never changes.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    /// Events up to this number are in it.
    pub(crate) epoch: u64,
    /// How often projects were opened or edited before it.
    pub(crate) generation: u64,
    /// The latest edits of single files, each with the generation that it made.
    pub(crate) edits: Arc<VecDeque<(u64, PathBuf)>>,
    /// How often something else than an open document has changed.
    pub(crate) stirrings: u64,
    pub(crate) world: World,
    /// The open documents, with the texts that the world has of them.
    pub(crate) opened: Arc<HashMap<PathBuf, Opened>>,
    pub(crate) settings: Arc<Settings>,
}

impl Snapshot {
    /// The files that were edited since an earlier picture; `None` where more happened, or so much that it is forgotten.
    pub(crate) fn edited_since(&self, earlier: &Snapshot) -> Option<BTreeSet<PathBuf>> {
        let since = self
            .edits
            .iter()
            .filter(|(generation, _)| *generation > earlier.generation);
        let count = u64::try_from(since.clone().count()).ok()?;
        // Every generation that was made by an edit is in the list.
        (earlier.generation + count == self.generation).then(|| since.map(|(_, path)| path.clone()).collect())
    }
}

/// A snapshot as one answer reads it.
pub(crate) struct View {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) abilities: Arc<Abilities>,
    /// Texts that places were asked of.
    lines: RefCell<HashMap<PathBuf, Lines>>,
}

/// The document that a question is about.
pub(crate) struct Doc {
    pub(crate) path: PathBuf,
    pub(crate) lines: Lines,
}

impl View {
    pub(crate) fn new(snapshot: Arc<Snapshot>, abilities: Arc<Abilities>) -> View {
        View {
            snapshot,
            abilities,
            lines: RefCell::default(),
        }
    }

    pub(crate) fn world(&self) -> &World {
        &self.snapshot.world
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.snapshot.settings
    }

    /// A file's text in one piece.
    pub(crate) fn text(&self, path: &Path) -> Option<Arc<str>> {
        let known = self.world().text(path);
        known.or_else(|| Some(self.snapshot.opened.get(path)?.text()))
    }

    /// A file's text, for its places.
    pub(crate) fn lines(&self, path: &Path) -> Option<Lines> {
        if let Some(known) = self.lines.borrow().get(path) {
            return Some(known.clone());
        }
        let rope = match self.snapshot.opened.get(path) {
            Some(opened) => opened.text.clone(),
            None => Rope::from_str(&self.world().text(path)?),
        };
        let lines = Lines::new(rope, self.abilities.encoding);
        self.lines.borrow_mut().insert(path.to_path_buf(), lines.clone());
        Some(lines)
    }

    /// A document, by path.
    pub(crate) fn doc(&self, path: PathBuf) -> Result<Doc> {
        let lines = self.lines(&path);
        let unknown = || Error::invalid_params(format!("unknown document: {}", path.display()));
        let lines = lines.ok_or_else(unknown)?;
        Ok(Doc { path, lines })
    }

    /// As the client calls a file.
    pub(crate) fn uri(&self, path: &Path) -> Option<Uri> {
        match self.snapshot.opened.get(path) {
            Some(opened) => Some(opened.uri.clone()),
            None => Uri::from_file_path(path),
        }
    }

    /// The path of an address that was made from one.
    pub(crate) fn path(&self, uri: &Uri) -> PathBuf {
        let opened = self.snapshot.opened.iter().find(|(_, opened)| opened.uri == *uri);
        let path = opened.map(|(path, _)| path.clone());
        path.or_else(|| Some(uri.to_file_path()?.into_owned()))
            .unwrap_or_default()
    }

    /// The client's number of a file's text, where it is open.
    pub(crate) fn version(&self, path: &Path) -> Option<i32> {
        Some(self.snapshot.opened.get(path)?.version)
    }

    /// A span as the protocol has it. A place at the beginning where the file can't be read.
    pub(crate) fn location(&self, span: &Span) -> Option<Location> {
        let uri = self.uri(&span.file)?;
        let range = self
            .lines(&span.file)
            .map(|lines| lines.range(span.range.clone()))
            .unwrap_or_default();
        Some(Location { uri, range })
    }
}

impl Doc {
    /// A place in it. A character behind the line's end is that end, as the protocol says; a line that isn't there is an
    /// error.
    pub(crate) fn at(&self, position: Position) -> Result<FilePosition> {
        let count = self.lines.count();
        if position.line as usize >= count {
            let message = format!("there is no line {}: the document has {count}", position.line);
            return Err(Error::invalid_params(message));
        }
        Ok(FilePosition {
            file: self.path.clone(),
            offset: self.lines.offset(position),
        })
    }

    /// The bytes of a range in it.
    pub(crate) fn bytes(&self, range: ls_types::Range) -> Range<usize> {
        self.lines.bytes(range)
    }

    /// The range of some bytes of it.
    pub(crate) fn range(&self, bytes: Range<usize>) -> ls_types::Range {
        self.lines.range(bytes)
    }
}
