//! The shape of a text: what can be folded, and what a selection grows to.

mod blocks;
mod folds;
mod selection;

use std::ops::Range;

pub(crate) use blocks::unquoted;
pub use folds::folds;
pub(crate) use folds::gaps;
pub use selection::selection;

/// What a fold hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoldKind {
    /// A statement or a part of one.
    Code,
    /// Comments.
    Comment,
    /// What somebody marked with `-- #region`, and a script that shares its file with others.
    Region,
}

/// Something that can be folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// The bytes of the file, over more than one line.
    pub range: Range<usize>,
    /// What it hides.
    pub kind: FoldKind,
}
