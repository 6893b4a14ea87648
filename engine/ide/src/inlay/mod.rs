//! What a reader would like to see between the words: the strongest lock of a statement, names that PostgreSQL infers.

mod inferred;

use std::ops::Range;
use std::path::Path;

use confiture_lint::Statement;
use confiture_lint::context::ScriptInfo;
use confiture_risk::effect::TransactionRule;
use confiture_risk::predict::predict;
use confiture_risk::{LockMode, PgVersion};
use confiture_schema::change::Change;

use crate::World;
use crate::hover::risk::in_detail;
use crate::impact::{Step, Subject, each_statement};
use crate::parts::{self, Part};
use crate::words::code;

/// Relations that a hint names.
const MOST: usize = 2;

/// A hint between the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlayHint {
    /// Behind which byte of the file it stands.
    pub offset: usize,
    /// What it says.
    pub label: String,
    /// More of it, as Markdown.
    pub tooltip: Option<String>,
    /// What it is about.
    pub kind: InlayKind,
}

/// What an inlay hint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InlayKind {
    /// A statement's strongest lock, at its end.
    Lock,
    /// The name of a constraint, an index or a sequence that the statement leaves to PostgreSQL.
    InferredName,
}

/// The hints in a part of a file, ascending.
pub fn inlay_hints(world: &World, file: &Path, range: Range<usize>) -> Vec<InlayHint> {
    let mut hints = Vec::new();
    for part in parts::of(world, file) {
        of_part(world, &part, &range, &mut hints);
    }
    hints.retain(|hint| range.start <= hint.offset && hint.offset <= range.end);
    hints.sort_by_key(|hint| hint.offset);
    hints
}

fn of_part(world: &World, part: &Part<'_>, range: &Range<usize>, hints: &mut Vec<InlayHint>) {
    let stretch = part.stretch;
    let (Some(live), Some(script)) = (world.project(stretch), world.script(stretch)) else {
        return;
    };
    if part.range.end < range.start || range.end < part.range.start {
        return;
    }
    let in_file = |statement: &Statement| part.segment.map.range_to_file(statement.place().range.as_usize());
    let touched = world.statements(stretch).filter(|(_, statement)| {
        let own = in_file(statement);
        own.start <= range.end && range.start <= own.end
    });
    let numbers: Vec<usize> = touched.map(|(number, _)| number).collect();
    let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else {
        return;
    };
    let info = ScriptInfo::new(stretch.script, script);
    each_statement(live, stretch.script, *first..*last + 1, |step| {
        if numbers.binary_search(&step.number).is_err() {
            return;
        }
        let statement = step.statement;
        let subject = Subject {
            script: info,
            text: statement.text(),
            changes: statement.changes(),
            before: step.before,
            statistics: world.statistics(),
        };
        let offset = |inside: usize| {
            let start = statement.place().range.start as usize;
            part.segment.map.range_to_file(start..start + inside).end
        };
        hints.extend(inferred_names(&step, &offset));
        if info.is_live() {
            hints.extend(lock(&subject, live.version(), offset(statement.text().len())));
        }
    });
}

/// The hint at a statement's end; `None` where nobody would notice its locks.
fn lock(subject: &Subject<'_>, version: PgVersion, offset: usize) -> Option<InlayHint> {
    let effect = &predict(subject.changes, subject.before, version);
    if effect.transaction == TransactionRule::Control {
        return None;
    }
    let strongest = subject.strongest(effect);
    let labour = subject.labour(effect);
    let is_noticed = |mode: LockMode| mode.blocks_writes() || (mode.blocks_ddl() && labour.is_some());
    let mut label = match strongest {
        Some((mode, relations)) if is_noticed(mode) => {
            format!("⟶ {mode} {}", subject.names(&relations, MOST))
        }
        _ if effect.open_ended && (effect.opaque || !only_moves_rows(subject.changes)) => {
            "⟶ locks not known".to_owned()
        }
        _ => return None,
    };
    if let Some(labour) = labour {
        label.push_str(&format!(", {labour}"));
    }
    if let Some(time) = subject.time(effect) {
        label.push_str(&format!(", {time}"));
    }
    Some(InlayHint {
        offset,
        label,
        tooltip: Some(in_detail(subject, effect)),
        kind: InlayKind::Lock,
    })
}

/// Whether a statement reads and writes rows and does nothing else: files full of data name many tables that no file creates.
fn only_moves_rows(changes: &[Change]) -> bool {
    changes
        .iter()
        .all(|change| matches!(change, Change::Query(_) | Change::Copy(_)))
}

/// The names that PostgreSQL gives what a statement leaves without one.
fn inferred_names(step: &Step<'_>, offset: &dyn Fn(usize) -> usize) -> Vec<InlayHint> {
    let found = inferred::names(step);
    let hint = |found: inferred::Inferred| InlayHint {
        offset: offset(found.offset),
        tooltip: Some(format!(
            "PostgreSQL calls this {} {}.",
            found.what,
            code(found.name.as_str())
        )),
        label: found.name.to_string(),
        kind: InlayKind::InferredName,
    };
    found.into_iter().map(hint).collect()
}
