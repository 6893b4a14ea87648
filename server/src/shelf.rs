//! The diagnostics of every file as the client last could have them, kept up at the cost of what an edit changed.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confiture_ide::World;
use tower_lsp_server::ls_types::Diagnostic;

use crate::handlers::diagnostics;
use crate::snapshot::{Snapshot, View};

/// Diagnostics by file.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    last: Option<Arc<Snapshot>>,
    files: HashMap<PathBuf, Entry>,
    /// How many entries were ever made.
    count: u64,
}

/// What is wrong with one file.
#[derive(Debug)]
struct Entry {
    diagnostics: Arc<Vec<Diagnostic>>,
    /// Another for each change.
    id: u64,
    /// The other files that its diagnostics point to.
    related: BTreeSet<PathBuf>,
}

impl Shelf {
    /// Takes the shelf on to another picture. The files whose diagnostics are others now.
    pub(crate) fn update(&mut self, view: &View) -> BTreeSet<PathBuf> {
        let last = self.last.replace(Arc::clone(&view.snapshot));
        match last {
            Some(last) if last.generation == view.snapshot.generation => BTreeSet::new(),
            Some(last) => match view.snapshot.edited_since(&last) {
                Some(edited) => self.follow(view, &last, &edited),
                None => self.refill(view),
            },
            None => self.refill(view),
        }
    }

    /// What is wrong with a file, and a name for it: the same as long as it is the same, and no other server's.
    pub(crate) fn of(&self, path: &Path) -> (Arc<Vec<Diagnostic>>, String) {
        let entry = self.files.get(path);
        let id = entry.map_or(0, |entry| entry.id);
        let diagnostics = entry.map_or_else(Arc::default, |entry| Arc::clone(&entry.diagnostics));
        (diagnostics, format!("{}-{id}", std::process::id()))
    }

    /// The files in which anything is wrong.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.keys()
    }

    /// Reads all diagnostics anew.
    fn refill(&mut self, view: &View) -> BTreeSet<PathBuf> {
        let mut found = diagnostics::of_all(view);
        let known: Vec<PathBuf> = self.files.keys().cloned().collect();
        known.into_iter().for_each(|path| {
            found.entry(path).or_default();
        });
        let changed = found.into_iter().filter_map(|(path, diagnostics)| {
            let is_other = self.put(view, &path, diagnostics);
            is_other.then_some(path)
        });
        changed.collect()
    }

    /// Reads the diagnostics of those files anew that an edit can have changed.
    fn follow(&mut self, view: &View, last: &Snapshot, edited: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
        let mut files = BTreeSet::new();
        for path in edited {
            files.extend(view.world().found_otherwise(&last.world, path));
            match Moved::of(&last.world, view, path) {
                Some(moved) => {
                    let points_there = |entry: &Entry| entry.related.contains(path);
                    let stirred = |entry: &Entry| {
                        let related = entry
                            .diagnostics
                            .iter()
                            .flat_map(|one| one.related_information.iter().flatten());
                        related.into_iter().any(|one| {
                            moved.touches(one.location.range.start.line, one.location.range.end.line)
                        })
                    };
                    let pointing = self
                        .files
                        .iter()
                        .filter(|(_, entry)| points_there(entry) && stirred(entry));
                    let pointing: Vec<PathBuf> = pointing.map(|(other, _)| other.clone()).collect();
                    if !moved.stirs(view.world(), &last.world, path) {
                        files.remove(path);
                    }
                    files.extend(pointing);
                }
                None => {
                    files.insert(path.clone());
                }
            }
        }
        files.retain(|path| {
            let lines = view.lines(path);
            let found = lines.map(|lines| diagnostics::of_file(view, path, &lines));
            self.put(view, path, found.unwrap_or_default())
        });
        files
    }

    /// Whether the diagnostics are others than before.
    fn put(&mut self, view: &View, path: &Path, diagnostics: Vec<Diagnostic>) -> bool {
        let known = self.files.get(path);
        if known.map_or(diagnostics.is_empty(), |known| *known.diagnostics == diagnostics) {
            return false;
        }
        if diagnostics.is_empty() {
            self.files.remove(path);
            return true;
        }
        self.count += 1;
        let related = diagnostics
            .iter()
            .flat_map(|one| one.related_information.iter().flatten());
        let related: BTreeSet<_> = related.map(|one| &one.location.uri).collect();
        let entry = Entry {
            related: related.into_iter().map(|uri| view.path(uri)).collect(),
            diagnostics: Arc::new(diagnostics),
            id: self.count,
        };
        self.files.insert(path.to_path_buf(), entry);
        true
    }
}

/// Where a text differs from an earlier one, in lines.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Moved {
    /// The bytes of the lines that differ, before and now.
    before: Range<usize>,
    now: Range<usize>,
    /// Their numbers: the same before and now.
    lines: Range<u32>,
}

impl Moved {
    /// `None` where lines came or went, so that all that follows has moved.
    fn of(earlier: &World, view: &View, path: &Path) -> Option<Moved> {
        let (old, new) = (earlier.text(path)?, view.world().text(path)?);
        let (start, old_end, new_end) = difference(&old, &new);
        let now = view.lines(path)?;
        let (first, last) = (now.line_of(start), now.line_of(new_end));
        let breaks = |text: &str| text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
        // A break beside the edit may become part of another: `\r` before a `\n` that came.
        let around = |text: &str, end: usize| {
            let start = text.floor_char_boundary(start.saturating_sub(1));
            let end = text.ceil_char_boundary((end + 1).min(text.len()));
            text.get(start..end).map(breaks)
        };
        let (had, has) = (
            old.get(start..old_end).map(breaks),
            new.get(start..new_end).map(breaks),
        );
        if had != Some(0) || has != Some(0) || around(&old, old_end) != around(&new, new_end) {
            return None;
        }
        let whole = now.line_bytes(first).start..now.line_bytes(last).end;
        let shift = old_end as isize - new_end as isize;
        Some(Moved {
            before: whole.start..whole.end.checked_add_signed(shift)?,
            now: whole,
            lines: u32::try_from(first).ok()?..u32::try_from(last + 1).ok()?,
        })
    }

    /// Whether lines of which some stand in this range are among those that differ.
    fn touches(&self, first: u32, last: u32) -> bool {
        first < self.lines.end && self.lines.start <= last
    }

    /// Whether anything was found, or is, on lines that differ, or is another.
    fn stirs(&self, now: &World, earlier: &World, path: &Path) -> bool {
        now.stretches(path).iter().any(|stretch| {
            let (Some(live), Some(before)) = (now.project(*stretch), earlier.project(*stretch)) else {
                return true;
            };
            let on = |world: &World, live: &confiture_lint::Live, lines: &Range<usize>| {
                live.places(stretch.script).any(|place| {
                    let span = world.span(stretch.project, place);
                    span.is_none_or(|span| {
                        span.file == path && span.range.start <= lines.end && lines.start <= span.range.end
                    })
                })
            };
            !live.shares_findings(before, stretch.script)
                || on(now, live, &self.now)
                || on(earlier, before, &self.before)
        })
    }
}

/// The bytes in which two texts differ: from the first, to those ends.
fn difference(old: &str, new: &str) -> (usize, usize, usize) {
    const STEP: usize = 4096;
    let (old, new) = (old.as_bytes(), new.as_bytes());
    let most = old.len().min(new.len());
    let mut start = 0;
    while start + STEP <= most && old.get(start..start + STEP) == new.get(start..start + STEP) {
        start += STEP;
    }
    while start < most && old.get(start) == new.get(start) {
        start += 1;
    }
    let most = most - start;
    let mut end = 0;
    while end + STEP <= most
        && old.get(old.len() - end - STEP..old.len() - end)
            == new.get(new.len() - end - STEP..new.len() - end)
    {
        end += STEP;
    }
    while end < most && old.get(old.len() - end - 1) == new.get(new.len() - end - 1) {
        end += 1;
    }
    (start, old.len() - end, new.len() - end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_lies_around_a_difference_is_the_same(
            head in "[a\n]{0,3}", old in "[ab]{0,5}", new in "[ab]{0,5}", tail in "[b\n]{0,3}", much in 0usize..3,
        ) {
            let much = "x".repeat(much * 5000);
            let old = format!("{much}{head}{old}{tail}{much}");
            let new = format!("{much}{head}{new}{tail}{much}");
            let (start, old_end, new_end) = difference(&old, &new);
            prop_assert_eq!(&old[..start], &new[..start]);
            prop_assert_eq!(&old[old_end..], &new[new_end..]);
            prop_assert!(start <= old_end && start <= new_end);
        }
    }
}
