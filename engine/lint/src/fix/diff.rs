//! Changes as people read them.

use similar::TextDiff;

use super::FileChange;

/// A unified diff of some files, as `patch` and git take it.
pub fn diff(files: &[FileChange]) -> String {
    files.iter().map(file).collect()
}

fn file(change: &FileChange) -> String {
    let path = change.path.to_string_lossy().replace('\\', "/");
    let old_name = match change.old {
        Some(_) => format!("a/{path}"),
        None => "/dev/null".to_owned(),
    };
    let old = change.old.as_deref().unwrap_or_default();
    TextDiff::from_lines(old, &change.new)
        .unified_diff()
        .context_radius(3)
        .header(&old_name, &format!("b/{path}"))
        .to_string()
}
