//! From a statement's syntax tree to its changes.

use confiture_syntax::Syntax;

use crate::change::Change;

/// Reads what a statement asks for. Never fails: what isn't understood is [`Change::Unknown`].
pub fn changes(syntax: &Syntax) -> Vec<Change> {
    let _ = syntax;
    Vec::new()
}
