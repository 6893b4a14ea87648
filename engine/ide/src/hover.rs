//! What is under the cursor: what a statement does to a running database, what a name means at this point of history, what
//! a keyword or a built-in is.

use std::ops::Range;

use crate::{FilePosition, World};

/// An answer to a hover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What is said, as Markdown.
    pub markdown: String,
    /// The bytes of the file that it is about.
    pub range: Range<usize>,
}

/// What can be said of a place.
pub fn hover(world: &World, at: &FilePosition) -> Option<Hover> {
    let _ = world.at(at)?;
    None
}
