//! Edits of SQL as edits of the files that hold it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use confiture_project::{Project, Segment, SourceFile};

use super::plan::Choice;
use super::{FileChange, Linted, Overlays};
use crate::Edit;
use crate::analysis::segment;

/// One replacement in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdit {
    /// What is replaced, in bytes of the file; empty for an insertion.
    pub range: Range<usize>,
    /// With what, in the file's line ends and indentation.
    pub text: Arc<str>,
}

impl FileEdit {
    /// The same in the stretch of SQL itself.
    pub fn of(edit: &Edit) -> FileEdit {
        FileEdit {
            range: edit.place.range.start as usize..edit.place.range.end as usize,
            text: edit.text.as_str().into(),
        }
    }

    /// The order in which edits are made: an insertion stands before what is replaced at its place.
    fn order(&self) -> (usize, usize) {
        (self.range.start, self.range.end)
    }
}

/// An edit of a script as an edit of its file. `None` where the place is none, or inside of what the file spells in
/// another way. Whether the file then says what is meant is for the verification to see: YAML has many ways.
pub fn file_edit(project: &Project, edit: &Edit) -> Option<(Arc<SourceFile>, FileEdit)> {
    let segment = segment(project.scripts.get(edit.place.script)?, edit.place.segment)?;
    let file: &str = &segment.source.text;
    let wanted = edit.place.range.start as usize..edit.place.range.end as usize;
    segment.text.get(wanted.clone())?;
    let range = range_in_file(segment, wanted.clone());
    file.get(range.clone())?;
    let mut line_end = String::from(line_end(file, range.start));
    if !segment.map.is_contiguous() {
        line_end.push_str(indentation(segment, wanted.start)?);
    }
    // A text that has the file's own line ends already keeps them.
    let text = edit.text.replace("\r\n", "\n").replace('\n', &line_end);
    Some((
        Arc::clone(&segment.source),
        FileEdit {
            range,
            text: text.into(),
        },
    ))
}

/// The bytes of the file that a stretch of SQL comes from. Where whole lines are meant, the indentation of the first
/// goes and that of the line behind the last stays.
fn range_in_file(segment: &Segment, range: Range<usize>) -> Range<usize> {
    let ends_line = !range.is_empty() && segment.text[..range.end].ends_with('\n');
    if ends_line && !segment.map.is_contiguous() && range.end < segment.text.len() {
        return segment.map.to_file(range.start)..segment.map.to_file(range.end);
    }
    segment.map.range_to_file(range)
}

/// How lines end near a place.
fn line_end(file: &str, at: usize) -> &'static str {
    let newline = file[..at].rfind('\n').or_else(|| file.find('\n'));
    match newline {
        Some(at) if file[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// What stands in the file before the line of SQL that holds `offset`: the indentation of a YAML block. `None` where
/// something else stands there.
fn indentation(segment: &Segment, offset: usize) -> Option<&str> {
    let line = segment.text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let at = segment.map.to_file(line);
    let before = segment.source.text.get(..at)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let indentation = &before[start..];
    indentation
        .bytes()
        .all(|byte| byte == b' ')
        .then_some(indentation)
}

/// What stretches of SQL that their files spell in another way (YAML) say when some fixes are applied, by project,
/// script and segment.
pub(super) fn meant<'c>(
    linted: &[Linted],
    choices: impl Iterator<Item = &'c Choice>,
) -> BTreeMap<(usize, usize, usize), String> {
    let mut edits: BTreeMap<(usize, usize, usize), Vec<FileEdit>> = BTreeMap::new();
    for placed in choices.flat_map(|choice| &choice.edits) {
        let place = placed.edit.place;
        let key = (placed.project, place.script, place.segment);
        edits.entry(key).or_default().push(FileEdit::of(&placed.edit));
    }
    let text = |(key, edits): (_, Vec<FileEdit>)| {
        let stretch = stretch(linted, key).filter(|segment| !segment.map.is_contiguous())?;
        Some((key, edited(&stretch.text, edits.iter().collect())))
    };
    edits.into_iter().filter_map(text).collect()
}

/// A stretch of SQL by project, script and segment.
pub(super) fn stretch(linted: &[Linted], (project, script, at): (usize, usize, usize)) -> Option<&Segment> {
    segment(linted.get(project)?.project.scripts.get(script)?, at)
}

/// What the files say when some fixes are applied, laid over what they say now.
pub(super) fn apply<'c>(overlays: &Overlays, choices: impl Iterator<Item = &'c Choice>) -> Overlays {
    let mut files: BTreeMap<PathBuf, (Arc<SourceFile>, Vec<&FileEdit>)> = BTreeMap::new();
    let mut overlays = overlays.clone();
    for choice in choices {
        for placed in &choice.edits {
            let entry = files.entry(placed.source.file.clone());
            let (_, edits) = entry.or_insert_with(|| (Arc::clone(&placed.source), Vec::new()));
            edits.push(&placed.in_file);
        }
        for (_, new) in &choice.creates {
            overlays.insert(new.path.clone(), new.text.as_str().into());
        }
    }
    for (file, (source, edits)) in files {
        overlays.insert(file, edited(&source.text, edits).into());
    }
    overlays
}

/// A text with edits made, each at the place that it had before any. Equal ones are made once; insertions at one place
/// stand in the order given.
pub fn edited(text: &str, mut edits: Vec<&FileEdit>) -> String {
    edits.sort_by_key(|edit| edit.order());
    let mut out = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    let mut made: Vec<&FileEdit> = Vec::new();
    for edit in edits {
        if made.last().is_some_and(|last| last.order() != edit.order()) {
            made.clear();
        }
        let range = edit.range.clone();
        if made.contains(&edit) || range.start < at || text.get(range.clone()).is_none() {
            continue;
        }
        out.push_str(&text[at..range.start]);
        out.push_str(&edit.text);
        at = range.end;
        made.push(edit);
    }
    out.push_str(&text[at..]);
    out
}

/// The files of a fix as they are before it.
pub(super) fn before(choice: &Choice) -> Vec<FileChange> {
    let edited = choice.edits.iter().map(|placed| FileChange {
        path: placed.source.path.clone(),
        file: placed.source.file.clone(),
        old: Some(Arc::clone(&placed.source.text)),
        new: Arc::clone(&placed.source.text),
    });
    let created = choice.creates.iter().map(|(shown, new)| FileChange {
        path: shown.clone(),
        file: new.path.clone(),
        old: None,
        new: new.text.as_str().into(),
    });
    edited.chain(created).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_outside_of_edits_is_lost(
            parts in prop::collection::vec(("\\PC{0,5}", "\\PC{0,3}", prop::option::of("[xyz]{0,3}")), 0..8),
            shuffle in any::<prop::sample::Index>(),
        ) {
            // The text is made of what stays and what may be replaced, in turn.
            let mut text = String::new();
            let mut wanted = String::new();
            let mut edits = Vec::new();
            for (kept, old, new) in &parts {
                text.push_str(kept);
                wanted.push_str(kept);
                let start = text.len();
                text.push_str(old);
                wanted.push_str(new.as_ref().unwrap_or(old));
                if let Some(new) = new {
                    let range = start..text.len();
                    // Two insertions at one place that are equal are made once.
                    prop_assume!(!range.is_empty() || !kept.is_empty() || edits.is_empty());
                    edits.push(FileEdit { range, text: new.as_str().into() });
                }
            }
            if !edits.is_empty() {
                let middle = shuffle.index(edits.len());
                edits.rotate_left(middle);
            }
            prop_assert_eq!(edited(&text, edits.iter().collect()), wanted);
        }
    }
}
