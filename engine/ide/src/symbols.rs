//! Tables of contents: of a file, and of all projects.

use std::ops::Range;
use std::path::Path;

use crate::{Span, World};

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum SymbolKind {
    Schema,
    Table,
    View,
    Column,
    Constraint,
    Index,
    Sequence,
    Type,
    EnumLabel,
    Function,
    Trigger,
    Policy,
    Extension,
    /// A statement that makes nothing of its own: an ALTER, a DROP.
    Statement,
}

/// Something in a file's table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentSymbol {
    /// Its name.
    pub name: String,
    /// A few words beside it.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it, in bytes of the file.
    pub range: Range<usize>,
    /// Its name's place.
    pub selection: Range<usize>,
    /// What it has inside.
    pub children: Vec<DocumentSymbol>,
}

/// Something that exists in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceSymbol {
    /// Its name, qualified unless it is in `public`.
    pub name: String,
    /// What it belongs to: the table of an index.
    pub container: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// Where it was made.
    pub span: Span,
}

/// A file's table of contents.
pub fn document_symbols(world: &World, file: &Path) -> Vec<DocumentSymbol> {
    let _ = world.stretches(file);
    Vec::new()
}

/// What exists in the end and fits what was typed, the best first, at most `limit`.
pub fn workspace_symbols(world: &World, query: &str, limit: usize) -> Vec<WorkspaceSymbol> {
    let _ = (world.projects(), query, limit);
    Vec::new()
}
