//! What stands above a migration: how risky it is, what it touches, and what can be done with it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::World;

/// A line above a place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The bytes of the file that it is about.
    pub range: Range<usize>,
    /// What it says.
    pub title: String,
    /// What a click does; nothing where it only says something.
    pub command: Option<LensCommand>,
}

/// What a click on a lens does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LensCommand {
    /// Shows what a migration would do, statement by statement.
    Preview(PathBuf),
    /// Runs a migration on a database and takes it back.
    DryRun(PathBuf),
}

/// The lenses of a file, ascending.
pub fn lenses(world: &World, file: &Path) -> Vec<Lens> {
    let _ = world.stretches(file);
    Vec::new()
}

/// What a migration would do, statement by statement, as Markdown; `None` where the file is no migration of a project.
pub fn preview(world: &World, file: &Path) -> Option<String> {
    let _ = world.stretches(file).first()?;
    None
}
