//! The stretches of SQL of a file, each byte of it once.

use std::ops::Range;
use std::path::Path;

use confiture_project::Segment;

use crate::{Stretch, World};

/// A stretch of SQL in a file.
#[derive(Debug, Clone)]
pub(crate) struct Part<'w> {
    /// Its indices.
    pub(crate) stretch: Stretch,
    /// Its text and place.
    pub(crate) segment: &'w Segment,
    /// The bytes of the file from its first to its last.
    pub(crate) range: Range<usize>,
}

/// The stretches of SQL in a file by place. One that several scripts include, or that several projects hold, is there once.
pub(crate) fn of<'w>(world: &'w World, file: &Path) -> Vec<Part<'w>> {
    let found = world.stretches(file).iter().filter_map(|&stretch| {
        let segment = world.segment(stretch)?;
        Some(Part {
            stretch,
            segment,
            range: segment.map.file_range(),
        })
    });
    let mut parts: Vec<Part<'w>> = found.collect();
    parts.sort_by_key(|part| (part.range.start, std::cmp::Reverse(part.range.end)));
    let mut end = 0;
    parts.retain(|part| {
        let is_new = part.range.start >= end && !part.range.is_empty();
        if is_new {
            end = part.range.end;
        }
        is_new
    });
    parts
}
