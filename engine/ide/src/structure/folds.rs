//! What can be folded.

use std::ops::Range;
use std::path::Path;

use confiture_lint::Statement;
use confiture_project::Layout;
use confiture_schema::change::Change;
use confiture_syntax::LineIndex;
use confiture_syntax::lexer::Dialect;

use super::blocks::{BlockKind, blocks};
use super::{Fold, FoldKind};
use crate::World;
use crate::parts::{self, Part};

/// What can be folded in a file, by place; each begins and ends on other lines than every other one.
pub fn folds(world: &World, file: &Path) -> Vec<Fold> {
    let Some(text) = world.text(file) else {
        return Vec::new();
    };
    let mut folds = Folds {
        lines: LineIndex::new(&text),
        text: &text,
        found: Vec::new(),
        comments: Vec::new(),
    };
    for part in parts::of(world, file) {
        folds.section(world, &part);
        folds.part(world, &part);
    }
    folds.regions();
    folds.comment_blocks();
    folds.finish()
}

/// Whether what stands between dollars in a statement is SQL or PL/pgSQL.
pub(super) fn reads_bodies(statement: &Statement) -> bool {
    let mut languages = statement.changes().iter().filter_map(|change| match change {
        Change::CreateFunction(create) => Some(&create.language),
        Change::Do(block) => Some(&block.language),
        _ => None,
    });
    languages.all(|language| matches!(language.as_str(), "sql" | "plpgsql"))
}

/// The stretches of a part's text between its statements, comments and psql's commands without the data of COPY, of those
/// that touch a range of that text.
pub(crate) fn gaps(world: &World, part: &Part<'_>, within: &Range<usize>) -> Vec<Range<usize>> {
    let text: &str = &part.segment.text;
    let (_, own) = world.run(part.stretch);
    let first = own.partition_point(|statement| (statement.place().range.end as usize) < within.start);
    let mut at = first
        .checked_sub(1)
        .and_then(|last| own.get(last))
        .map_or(0, |last| behind(last, text));
    let mut gaps = Vec::new();
    for statement in own.get(first..).unwrap_or_default() {
        let range = statement.place().range.as_usize();
        gaps.push(at..range.start.max(at));
        at = behind(statement, text);
        if range.start >= within.end {
            break;
        }
    }
    gaps.push(at..text.len());
    gaps.retain(|gap| !gap.is_empty() && gap.start <= within.end && within.start <= gap.end);
    gaps
}

/// Where a statement ends, and the data behind it.
fn behind(statement: &Statement, text: &str) -> usize {
    let end = statement.place().range.end as usize;
    if statement.changes().iter().any(reads_data) {
        return end + data_length(text.get(end..).unwrap_or_default());
    }
    end
}

fn reads_data(change: &Change) -> bool {
    matches!(change, Change::Copy(copy) if copy.from)
}

/// How long the data of a COPY is, which a line `\.` ends.
fn data_length(rest: &str) -> usize {
    let mut length = 0;
    for line in rest.split_inclusive('\n') {
        length += line.len();
        if line.trim_end() == "\\." {
            return length;
        }
    }
    0
}

struct Folds<'t> {
    text: &'t str,
    lines: LineIndex,
    found: Vec<Fold>,
    /// Where comments stand in the file, in order.
    comments: Vec<Range<usize>>,
}

impl Folds<'_> {
    fn line(&self, offset: usize) -> u32 {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        self.lines.position(self.text, offset).line
    }

    fn push(&mut self, range: Range<usize>, kind: FoldKind) {
        self.found.push(Fold { range, kind });
    }

    /// A script that shares its file with others, or that stands in YAML.
    fn section(&mut self, world: &World, part: &Part<'_>) {
        let is_annotated = world
            .script(part.stretch)
            .is_some_and(|script| matches!(script.layout, Layout::Goose | Layout::Dbmate));
        let own = self.text.get(part.range.clone()).unwrap_or_default();
        let end = part.range.start + own.trim_end().len();
        if is_annotated && part.range != (0..self.text.len()) {
            self.push(part.range.start..end, FoldKind::Region);
        } else if is_yaml(&part.segment.source.file) {
            self.push(self.key_of(part.range.start)..end, FoldKind::Code);
        }
    }

    /// Where the line of the key begins whose block of text begins there; for text behind its key the text itself.
    fn key_of(&self, start: usize) -> usize {
        let before = self.text.get(..start).unwrap_or_default();
        let above = before.trim_end_matches([' ', '\t']);
        if !above.ends_with('\n') {
            return start;
        }
        let key = above.trim_end();
        key.rfind('\n').map_or(0, |end| end + 1)
    }

    fn part(&mut self, world: &World, part: &Part<'_>) {
        let map = &part.segment.map;
        let mut places: Vec<(usize, Fold)> = Vec::new();
        for gap in gaps(world, part, &(0..part.segment.text.len())) {
            let own = part.segment.text.get(gap.clone()).unwrap_or_default();
            let comments = blocks(own, Dialect::Psql, false).into_iter();
            let comments = comments.filter(|block| block.kind == BlockKind::Comment);
            places.extend(comments.map(|block| {
                let range = gap.start + block.range.start..gap.start + block.range.end;
                comment(range)
            }));
        }
        for (_, statement) in world.statements(part.stretch) {
            let whole = statement.place().range.as_usize();
            places.push(code(whole.clone()));
            for block in blocks(statement.text(), Dialect::Psql, reads_bodies(statement)) {
                let range = whole.start + block.range.start..whole.start + block.range.end;
                places.push(match block.kind {
                    BlockKind::Comment => comment(range),
                    _ => code(range),
                });
            }
        }
        places.sort_by_key(|(start, _)| *start);
        for (_, fold) in places {
            let range = map.range_to_file(fold.range);
            match fold.kind {
                // The line that begins a script is no comment on what follows.
                FoldKind::Comment if self.begins_section(&range) => {}
                FoldKind::Comment => self.comments.push(range),
                kind => self.push(range, kind),
            }
        }
    }

    fn begins_section(&self, range: &Range<usize>) -> bool {
        let last = self.found.iter().rfind(|fold| fold.kind == FoldKind::Region);
        last.is_some_and(|section| section.range.start == range.start)
    }

    /// `-- #region` to `-- #endregion`.
    fn regions(&mut self) {
        let mut open = Vec::new();
        for range in std::mem::take(&mut self.comments) {
            let own = self.text.get(range.clone()).unwrap_or_default();
            let words = own.trim_start_matches('-').trim_start();
            if !own.starts_with("--") {
                self.comments.push(range);
            } else if words.starts_with("#region") {
                open.push(range.start);
            } else if words.starts_with("#endregion") {
                if let Some(start) = open.pop() {
                    self.push(start..range.end, FoldKind::Region);
                }
            } else {
                self.comments.push(range);
            }
        }
    }

    /// Comments of several lines, and of one line each that follow each other.
    fn comment_blocks(&mut self) {
        let mut run: Option<Range<usize>> = None;
        for range in std::mem::take(&mut self.comments) {
            let own = self.text.get(range.clone()).unwrap_or_default();
            if !own.starts_with("--") || !self.is_alone(&range) {
                self.push(range, FoldKind::Comment);
                continue;
            }
            match &mut run {
                Some(run) if self.line_after(run.end) == self.line(range.start) => run.end = range.end,
                _ => {
                    let done = run.replace(range);
                    done.into_iter()
                        .for_each(|done| self.push(done, FoldKind::Comment));
                }
            }
        }
        run.into_iter().for_each(|run| self.push(run, FoldKind::Comment));
    }

    fn line_after(&self, offset: usize) -> u32 {
        self.line(offset).saturating_add(1)
    }

    /// Nothing stands before it on its line.
    fn is_alone(&self, range: &Range<usize>) -> bool {
        let before = self.text.get(..range.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.trim().is_empty()
    }

    /// In order, without those that hide no line or the same lines as another.
    fn finish(mut self) -> Vec<Fold> {
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_key(|fold| (fold.range.start, std::cmp::Reverse(fold.range.end)));
        let mut seen = std::collections::HashSet::new();
        found.retain(|fold| {
            let (first, last) = (self.line(fold.range.start), self.line(fold.range.end));
            first < last && seen.insert((first, last))
        });
        found
    }
}

fn comment(range: Range<usize>) -> (usize, Fold) {
    let kind = FoldKind::Comment;
    (range.start, Fold { range, kind })
}

fn code(range: Range<usize>) -> (usize, Fold) {
    let kind = FoldKind::Code;
    (range.start, Fold { range, kind })
}

fn is_yaml(file: &Path) -> bool {
    file.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}
