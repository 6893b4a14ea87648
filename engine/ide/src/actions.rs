//! What can be done about a place: cures of findings, safe ways, ways back, what is missing.

use std::ops::Range;
use std::path::Path;

use confiture_lint::Finding;

use crate::{Edits, World};

/// Something that can be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// What it does, as an imperative.
    pub title: String,
    /// What sort of thing it is.
    pub kind: ActionKind,
    /// The findings that it cures.
    pub cures: Vec<Finding>,
    /// Whether it is what most would do.
    pub is_preferred: bool,
    /// What it does.
    pub effect: ActionEffect,
}

/// What sort of thing an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// Cures a finding.
    QuickFix,
    /// Says something otherwise.
    Rewrite,
    /// Writes something that is missing: an index, a comment, a down migration.
    Generate,
    /// Cures all findings of a rule, or of a file, that can be cured safely.
    FixAll,
    /// Shows something.
    Show,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionEffect {
    /// Changes files.
    Edit(Edits),
    /// Opens a page.
    Open(String),
}

/// What can be done about a part of a file.
pub fn actions(world: &World, file: &Path, range: Range<usize>) -> Vec<Action> {
    let _ = (world.stretches(file), range);
    Vec::new()
}

/// The edits that cure all findings of a file that can be cured safely; of one rule where it is named. `None` where there
/// are none.
pub fn fix_all(world: &World, file: &Path, rule: Option<&str>) -> Option<Edits> {
    let _ = (world.stretches(file), rule);
    None
}
