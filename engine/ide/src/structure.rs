//! The shape of a text: what can be folded, and what a selection grows to.

use std::ops::Range;
use std::path::Path;

use crate::World;

/// What a fold hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoldKind {
    /// A statement or a part of one.
    Code,
    /// Comments.
    Comment,
    /// What somebody marked with `-- #region`.
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

/// What can be folded in a file, by place.
pub fn folds(world: &World, file: &Path) -> Vec<Fold> {
    let _ = world.stretches(file);
    Vec::new()
}

/// What a selection at a byte grows to, from the smallest part to the whole file.
pub fn selection(world: &World, file: &Path, offset: usize) -> Vec<Range<usize>> {
    let _ = (world.stretches(file), offset);
    Vec::new()
}
