//! One file for both directions, its parts marked by comments: dbmate and goose.
//!
//! - dbmate: `pkg/dbmate/db.go`: files `^(\d+).*\.sql$` sorted by name; `pkg/dbmate/migration.go`: parts begin at
//!   `^--\s*migrate:up` and `^--\s*migrate:down`, `transaction:false` behind them turns the transaction off; nothing but
//!   comments may stand before the first. A part is sent as one simple query. Newer versions take several pairs.
//! - goose: versions are the number before the first `_`, in numeric order; `internal/sqlparser/parser.go`: the
//!   annotations are lines of their own that begin with `--`; `NO TRANSACTION` counts wherever it stands. Statements are
//!   sent one by one.

use std::ops::Range;
use std::sync::Arc;

use super::numbered::{duplicates, ignored};
use super::{Assembled, file_name};
use crate::order::{natural, numeric, split_digits};
use crate::{Direction, Layout, Problem, ProblemCode, Script, Segment, SourceFile, TransactionMode};

/// The layout whose annotations the text has.
pub(super) fn layout(text: &str) -> Option<Layout> {
    annotations(text).find_map(|found| match found.mark {
        Mark::Dbmate { .. } => Some(Layout::Dbmate),
        Mark::Goose(_) => Some(Layout::Goose),
        Mark::GooseNoTransaction => None,
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Dbmate { direction: Direction, transaction: bool },
    Goose(Direction),
    GooseNoTransaction,
}

struct Annotation {
    mark: Mark,
    line: Range<usize>,
}

fn annotations(text: &str) -> impl Iterator<Item = Annotation> + '_ {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        let body = line.trim_start_matches('\u{feff}').strip_prefix("--")?.trim();
        let mark = dbmate_mark(body).or_else(|| goose_mark(body))?;
        Some(Annotation {
            mark,
            line: start..at,
        })
    })
}

fn dbmate_mark(body: &str) -> Option<Mark> {
    let rest = body.strip_prefix("migrate:")?;
    let mut words = rest.split_whitespace();
    let direction = match words.next()? {
        "up" => Direction::Up,
        "down" => Direction::Down,
        _ => return None,
    };
    Some(Mark::Dbmate {
        direction,
        transaction: !words.any(|word| word == "transaction:false"),
    })
}

fn goose_mark(body: &str) -> Option<Mark> {
    let command = body.strip_prefix("+goose")?.trim();
    match command.to_ascii_lowercase().as_str() {
        "up" => Some(Mark::Goose(Direction::Up)),
        "down" => Some(Mark::Goose(Direction::Down)),
        "no transaction" => Some(Mark::GooseNoTransaction),
        _ => None,
    }
}

pub(super) fn assemble(layout: Layout, files: &[Arc<SourceFile>]) -> Assembled {
    let mut out = Assembled::default();
    let mut files: Vec<_> = files.iter().collect();
    files.sort_by(|a, b| {
        let (a, b) = (file_name(&a.file), file_name(&b.file));
        match layout {
            Layout::Dbmate => a.cmp(b),
            _ => numeric(split_digits(a).0, split_digits(b).0).then_with(|| natural(a, b)),
        }
    });
    for file in files {
        let (version, rest) = split_digits(file_name(&file.file));
        if version.is_empty() || (layout == Layout::Goose && !rest.starts_with('_')) {
            out.problems.push(ignored(file, layout));
            continue;
        }
        parts(file, layout, version, &mut out);
    }
    out.problems.extend(duplicates(&out.scripts));
    out
}

fn parts(file: &Arc<SourceFile>, layout: Layout, version: &str, out: &mut Assembled) {
    let found: Vec<_> = annotations(&file.text).collect();
    let goose_transaction = !found.iter().any(|found| found.mark == Mark::GooseNoTransaction);
    let starts: Vec<_> = found
        .iter()
        .filter_map(|found| match found.mark {
            Mark::Dbmate {
                direction,
                transaction,
            } if layout == Layout::Dbmate => Some((direction, transaction, found.line.start)),
            Mark::Goose(direction) if layout == Layout::Goose => {
                Some((direction, goose_transaction, found.line.start))
            }
            _ => None,
        })
        .collect();
    let mut push = |range: Range<usize>, direction, transaction| {
        let transaction = match (transaction, layout) {
            (true, _) => TransactionMode::PerScript,
            (false, Layout::Goose) => TransactionMode::Autocommit,
            (false, _) => TransactionMode::SingleImplicit,
        };
        out.scripts.push(Script {
            segments: vec![Segment::part(file, range)],
            hooks: Vec::new(),
            layout,
            direction,
            transaction,
            version: Some(version.to_owned()),
            group: file_name(&file.file).to_owned(),
            applies_to: Vec::new(),
            selected: false,
            source: Arc::clone(file),
        });
    };
    if starts.is_empty() {
        push(0..file.text.len(), Direction::Up, true);
    }
    for (at, (direction, transaction, start)) in starts.iter().enumerate() {
        let end = starts.get(at + 1).map_or(file.text.len(), |next| next.2);
        push(*start..end, *direction, *transaction);
    }
    let first = starts.first().map(|(_, _, start)| *start);
    out.problems.extend(misplaced(file, layout, first));
}

/// No annotation at all, or SQL before the first one.
fn misplaced(file: &Arc<SourceFile>, layout: Layout, first: Option<usize>) -> Option<Problem> {
    let up = if layout == Layout::Dbmate {
        "-- migrate:up"
    } else {
        "-- +goose Up"
    };
    let Some(first) = first else {
        let message = format!("no `{up}`: {layout} refuses the file; all of it was read as the up part");
        return Some(Problem::new(ProblemCode::BadAnnotation, &file.path, message));
    };
    let mut at = 0;
    for line in file.text[..first].split_inclusive('\n') {
        let text = line.trim().trim_start_matches('\u{feff}');
        if !text.is_empty() && !text.starts_with("--") {
            let message = format!("SQL before the first annotation: {layout} refuses the file");
            return Some(
                Problem::new(ProblemCode::BadAnnotation, &file.path, message)
                    .at(at..at + line.trim_end().len(), Arc::clone(&file.text))
                    .with_help(format!("move it behind `{up}`")),
            );
        }
        at += line.len();
    }
    None
}
