//! The diagnostics of every file as the client last could have them, kept up at the cost of what an edit changed.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confiture_ide::World;
use confiture_syntax::Replaced;
use tower_lsp_server::ls_types::{self as lsp, Diagnostic};

use crate::handlers::diagnostics;
use crate::position::Lines;
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
        let mut anew = BTreeSet::new();
        let mut changed = BTreeSet::new();
        for path in edited {
            let mut found = view.world().found_otherwise(&last.world, path);
            let moved = Moved::of(last, view, path);
            let is_same = finds_the_same(view.world(), &last.world, path);
            if let Some(moved) = moved.filter(|_| is_same) {
                found.remove(path);
                for (file, moves) in self.moves(view, path, &moved) {
                    match moves {
                        Some(moves) => {
                            self.shift(&file, moves);
                            changed.insert(file);
                        }
                        None => {
                            found.insert(file);
                        }
                    }
                }
            } else {
                let pointing = self
                    .files
                    .iter()
                    .filter(|(_, entry)| entry.related.contains(path));
                found.extend(pointing.map(|(file, _)| file.clone()));
            }
            anew.append(&mut found);
        }
        anew.retain(|path| {
            let lines = view.lines(path);
            let found = lines.map(|lines| diagnostics::of_file(view, path, &lines));
            self.put(view, path, found.unwrap_or_default())
        });
        changed.extend(anew);
        changed
    }

    /// Where places of diagnostics in a file that was edited are now, by the file that shows them; `None` where that
    /// can't be told.
    fn moves(&self, view: &View, path: &Path, moved: &Moved) -> Vec<(PathBuf, Option<Vec<Move>>)> {
        let concerned = self
            .files
            .iter()
            .filter(|(file, entry)| *file == path || entry.related.contains(path));
        let uri = view.uri(path);
        let moves = concerned.filter_map(|(file, entry)| {
            let mut moves = Vec::new();
            for (index, one) in entry.diagnostics.iter().enumerate() {
                let own = (file == path).then_some((None, one.range));
                let related = one.related_information.iter().flatten().enumerate();
                let related = related.filter(|(_, other)| Some(&other.location.uri) == uri.as_ref());
                let related = related.map(|(number, other)| (Some(number), other.location.range));
                for (related, range) in own.into_iter().chain(related) {
                    match moved.now(range) {
                        Some(now) if now == range => {}
                        Some(range) => moves.push(Move {
                            index,
                            related,
                            range,
                        }),
                        None => return Some((file.clone(), None)),
                    }
                }
            }
            (!moves.is_empty()).then(|| (file.clone(), Some(moves)))
        });
        moves.collect()
    }

    /// Gives places of diagnostics other ranges.
    fn shift(&mut self, file: &Path, moves: Vec<Move>) {
        let Some(entry) = self.files.get_mut(file) else {
            return;
        };
        self.count += 1;
        entry.id = self.count;
        let diagnostics = Arc::make_mut(&mut entry.diagnostics);
        for step in moves {
            let Some(one) = diagnostics.get_mut(step.index) else {
                continue;
            };
            match step.related {
                None => one.range = step.range,
                Some(number) => {
                    let others = one.related_information.as_mut();
                    if let Some(other) = others.and_then(|others| others.get_mut(number)) {
                        other.location.range = step.range;
                    }
                }
            }
        }
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

/// A place of a diagnostic that has another range now.
#[derive(Debug)]
struct Move {
    /// The diagnostic.
    index: usize,
    /// Which of its related places; none for its own.
    related: Option<usize>,
    range: lsp::Range,
}

/// How places move when a text is edited that keeps its lines.
struct Moved {
    before: Lines,
    now: Lines,
    /// The first byte that differs, and the ends of what differs, before and now.
    start: usize,
    old_end: usize,
    new_end: usize,
    /// The lines that differ.
    lines: Range<u32>,
}

impl Moved {
    /// `None` where lines came or went, so that all that follows has moved.
    fn of(last: &Snapshot, view: &View, path: &Path) -> Option<Moved> {
        let (old, new) = (last.world.text(path)?, view.world().text(path)?);
        let edit = Replaced::between(&old, &new)?;
        let (start, old_end, new_end) = (edit.start as usize, edit.old_end as usize, edit.new_end as usize);
        let breaks = |text: &str| text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
        // A break beside the edit may become part of another: `\r` before a `\n` that came.
        let around = |text: &str, end: usize| {
            let start = text.floor_char_boundary(start.saturating_sub(1));
            let end = text.ceil_char_boundary((end + 1).min(text.len()));
            text.get(start..end).map(breaks)
        };
        // The ends may lie within characters.
        let count = |text: &str, end: usize| {
            text.as_bytes()
                .get(start..end)
                .map(|bytes| bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count())
        };
        let keeps = count(&old, old_end) == Some(0) && count(&new, new_end) == Some(0);
        if !keeps || around(&old, old_end) != around(&new, new_end) {
            return None;
        }
        let encoding = view.abilities.encoding;
        let before = Lines::new(last.opened.get(path)?.text.clone(), encoding);
        let now = view.lines(path)?;
        let lines = now.position(start).line..now.position(new_end).line + 1;
        Some(Moved {
            before,
            now,
            start,
            old_end,
            new_end,
            lines,
        })
    }

    /// The range of what had a range before; `None` where it is part of what differs.
    fn now(&self, range: lsp::Range) -> Option<lsp::Range> {
        let end = self.position(range.end)?;
        Some(lsp::Range::new(self.position(range.start)?, end))
    }

    fn position(&self, position: lsp::Position) -> Option<lsp::Position> {
        if !self.lines.contains(&position.line) {
            return Some(position);
        }
        let offset = self.before.offset(position);
        // What begins or ends where something came or went may belong to either side.
        let offset = if offset < self.start || self.old_end == self.new_end {
            offset
        } else if offset > self.old_end {
            offset - self.old_end + self.new_end
        } else {
            return None;
        };
        Some(self.now.position(offset))
    }
}

/// Whether the scripts of a file find what they found, in the same places of the same statements.
fn finds_the_same(now: &World, earlier: &World, path: &Path) -> bool {
    now.stretches(path).iter().all(|stretch| {
        let lives = now.project(*stretch).zip(earlier.project(*stretch));
        lives.is_some_and(|(live, before)| live.shares_findings(before, stretch.script))
    })
}
