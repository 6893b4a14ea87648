//! What the branch that releases are made from holds, for rules about files that others have run already.

use std::path::Path;

use confiture_project::Project;
use confiture_project::git::Repository;

use crate::{Released, RuleSet, Severity};

/// The rule that asks; without it nobody looks.
const ASKS: &str = "edited-migration";

/// Whether a rule asks.
pub fn is_asked(rules: &RuleSet) -> bool {
    let mut asking = rules.rules().iter().filter(|rule| rule.rule.name == ASKS);
    asking.any(|rule| rule.severity != Severity::Off)
}

/// The texts of a project's migrations on the release branch; `None` where there is no git or no branch.
pub fn texts(project: &Project) -> Option<Released> {
    if !project.layout.is_migrations() {
        return None;
    }
    let folder: &Path = if project.root.is_dir() {
        &project.root
    } else {
        project.root.parent()?
    };
    let repository = Repository::discover(folder).ok()?;
    let configured = project.config.linting.protected_branch.clone();
    let branch = configured.or_else(|| repository.release_branch())?;
    let selected = project.scripts.iter().filter(|script| script.selected);
    let files: Vec<_> = selected.map(|script| script.source.file.clone()).collect();
    repository.texts_at(&branch, &files).ok()
}
