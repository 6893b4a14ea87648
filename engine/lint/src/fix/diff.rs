//! Changes as people read them.

use similar::{ChangeTag, TextDiff};

use super::{FileChange, FileEdit};

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

/// What has to be replaced in a text to make another of it, line by line: ascending, none overlapping.
pub fn replacements(old: &str, new: &str) -> Vec<FileEdit> {
    let mut edits = Vec::new();
    let mut at = 0;
    let mut open: Option<(usize, String)> = None;
    let mut close = |open: &mut Option<(usize, String)>, at: usize| {
        if let Some((start, text)) = open.take() {
            edits.push(FileEdit {
                range: start..at,
                text: text.into(),
            });
        }
    };
    for change in TextDiff::from_lines(old, new).iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => close(&mut open, at),
            ChangeTag::Delete => {
                open.get_or_insert_with(|| (at, String::new()));
            }
            ChangeTag::Insert => {
                let (_, text) = open.get_or_insert_with(|| (at, String::new()));
                text.push_str(change.value());
            }
        }
        if change.tag() != ChangeTag::Insert {
            at += change.value().len();
        }
    }
    close(&mut open, at);
    edits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fix::edited;

    proptest! {
        #[test]
        fn replacements_make_the_other_text(old in "([ab]{0,2}\\r?\\n){0,6}[abé]?", new in "([ab]{0,2}\\r?\\n){0,6}[abé]?") {
            let edits = replacements(&old, &new);
            prop_assert_eq!(edited(&old, edits.iter().collect()), new);
        }
    }
}
