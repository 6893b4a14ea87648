//! Which scripts are reported. The others stay: they are the history that the catalog is made of.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use confiture_lint::Finding;
use confiture_project::{Project, Script, Workspace};

/// Keeps selected only what stands in one of these files, absolute paths; projects with nothing left go.
pub(super) fn keep_files(workspace: &mut Workspace, files: &[PathBuf]) {
    let wanted: HashSet<PathBuf> = files.iter().map(|file| canonical(file)).collect();
    for script in workspace.projects.iter_mut().flat_map(|p| &mut p.scripts) {
        script.selected &= stands_in(script, &wanted);
    }
    workspace
        .projects
        .retain(|project| project.scripts.iter().any(|script| script.selected));
}

fn stands_in(script: &Script, wanted: &HashSet<PathBuf>) -> bool {
    let included = script.segments.iter().map(|segment| &segment.source.file);
    std::iter::once(&script.source.file)
        .chain(included)
        .any(|file| wanted.contains(&canonical(file)))
}

/// The path without links; as it is where it can't be resolved.
fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Whether a finding is about a schema of the database, or stands in a folder of that name.
pub(super) fn is_in_schema(project: &Project, finding: &Finding, schema: &str) -> bool {
    if finding
        .subject
        .relation
        .as_ref()
        .is_some_and(|relation| relation.schema.as_str() == schema)
    {
        return true;
    }
    let Some(script) = project.scripts.get(finding.place.script) else {
        return false;
    };
    let folders = script.source.path.parent().into_iter().flat_map(Path::components);
    folders
        .into_iter()
        .any(|folder| folder.as_os_str().to_string_lossy() == schema)
}
