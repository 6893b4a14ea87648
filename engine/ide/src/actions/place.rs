//! Edits of SQL as edits of files: YAML's spelling, released files, new migrations.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use confiture_lint::fix::{self, edited, file_edit};
use confiture_lint::{Edit, Live, NewFile};
use confiture_project::{Draft, Layout, Project, RunsIn, Script, SourceFile, yaml_says};
use confiture_risk::assess;

use super::{sql, undo};
use crate::{Edits, FileEdit, Span, Stretch, World};

/// Edits of the SQL of a project as edits of its files. `None` where one can't be made: its place is gone, a file spells
/// the text in another way, two contradict each other, or others have run the file.
pub(super) fn in_files(world: &World, project: usize, edits: &[Edit]) -> Option<Edits> {
    let live = world.projects().get(project)?;
    let mut files: BTreeMap<PathBuf, (Arc<SourceFile>, Vec<fix::FileEdit>)> = BTreeMap::new();
    for edit in edits {
        if is_released(live, live.project().scripts.get(edit.place.script)?) {
            return None;
        }
        let (source, in_file) = file_edit(live.project(), edit)?;
        let entry = files.entry(source.file.clone());
        let (_, own) = entry.or_insert_with(|| (source, Vec::new()));
        if in_file.range.is_empty() || !own.contains(&in_file) {
            own.push(in_file);
        }
    }
    let mut out = Edits::default();
    for (file, (source, mut own)) in files {
        own.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let apart = own.windows(2).all(|pair| match pair {
            [first, second] => first.range.end <= second.range.start,
            _ => true,
        });
        let meant = meant(world, project, &source, edits);
        if !apart || !says(&source.text, &own, &meant) {
            return None;
        }
        out.edits.extend(own.into_iter().map(|edit| FileEdit {
            span: Span {
                file: file.clone(),
                range: edit.range,
            },
            text: edit.text.to_string(),
        }));
    }
    Some(out)
}

/// What the stretches of a file that are spelled in another way (YAML) are to say, each with a byte of the file that
/// belongs to it.
fn meant(world: &World, project: usize, source: &SourceFile, edits: &[Edit]) -> Vec<(usize, String)> {
    let mut of_stretch: BTreeMap<(usize, usize), Vec<fix::FileEdit>> = BTreeMap::new();
    for edit in edits {
        let own = of_stretch
            .entry((edit.place.script, edit.place.segment))
            .or_default();
        own.push(fix::FileEdit::of(edit));
    }
    let meant = of_stretch.into_iter().filter_map(|((script, segment), own)| {
        let stretch = Stretch {
            project,
            script,
            segment,
        };
        let segment = world.segment(stretch)?;
        let is_spelled = !segment.map.is_contiguous() && segment.source.file == source.file;
        is_spelled.then(|| {
            (
                segment.map.file_range().start,
                edited(&segment.text, own.iter().collect()),
            )
        })
    });
    meant.collect()
}

/// Whether an edited file says what is meant, where it is YAML.
fn says(text: &str, own: &[fix::FileEdit], meant: &[(usize, String)]) -> bool {
    if meant.is_empty() {
        return true;
    }
    let meant: Vec<(usize, &str)> = meant.iter().map(|(at, text)| (*at, text.as_str())).collect();
    yaml_says(text, &edited(text, own.iter().collect()), &meant)
}

/// Whether others may have run a script as it is or was: then another migration has to change what it did.
pub(super) fn is_released(live: &Live, script: &Script) -> bool {
    let runs_once = script.layout.is_migrations() || script.layout == Layout::Plain;
    runs_once
        && live
            .released()
            .is_some_and(|released| released.contains_key(&script.source.file))
}

/// The project that new migrations for another one belong to: itself where it has migrations, else one that stands beside
/// it, else itself, which begins to have some.
pub(super) fn of_migrations(world: &World, project: usize) -> Option<&Project> {
    let own = world.projects().get(project)?.project();
    if own.layout.is_migrations() {
        return Some(own);
    }
    let folder = own.root.parent().unwrap_or(&own.root);
    let mut others = world.projects().iter().map(Live::project);
    let beside = others.find(|other| {
        let is_near = match (&own.config.source, &other.config.source) {
            (Some(own), Some(other)) => own.file == other.file,
            _ => other.root.starts_with(folder),
        };
        other.layout.is_migrations() && is_near
    });
    Some(beside.unwrap_or(own))
}

/// New migrations behind all that a project has; `None` where there is a file already that one of them would be.
pub(super) fn drafted(world: &World, project: &Project, drafts: &[Draft], now: u64) -> Option<Edits> {
    let files = project.draft(drafts, now);
    let creates = files.into_iter().map(|file| NewFile {
        path: file.path,
        text: file.text,
    });
    created(world, &creates.collect::<Vec<_>>())
}

/// New files; `None` where one is there already.
pub(super) fn created(world: &World, files: &[NewFile]) -> Option<Edits> {
    let is_new = files.iter().all(|file| world.text(&file.path).is_none());
    is_new.then(|| Edits {
        edits: Vec::new(),
        creates: files
            .iter()
            .map(|file| (file.path.clone(), file.text.clone()))
            .collect(),
    })
}

/// Both, in the order that [`Edits`] asks for.
pub(super) fn together(mut first: Edits, second: Edits) -> Edits {
    first.edits.extend(second.edits);
    let key = |edit: &FileEdit| (edit.span.file.clone(), edit.span.range.start, edit.span.range.end);
    first.edits.sort_by_key(key);
    first.creates.extend(second.creates);
    first
}

/// An edit of a file outside of its SQL.
pub(super) fn outside(source: &SourceFile, range: Range<usize>, text: impl Into<String>) -> Edits {
    Edits {
        edits: vec![FileEdit {
            span: Span {
                file: source.file.clone(),
                range,
            },
            text: text.into(),
        }],
        creates: Vec::new(),
    }
}

/// A migration behind all others of a project that runs such SQL: what undoes it beside it, and its wait for locks bounded.
pub(super) fn migration(live: &Live, name: &str, up: &str, runs_in: RunsIn) -> Draft {
    let newest = live.newest();
    let statements = sql::statements(up);
    let waits = statements.iter().any(|(_, changes)| {
        let risk = assess(changes, newest, live.version());
        risk.effect.locks.values().any(|lock| lock.mode.blocks_writes())
    });
    Draft {
        name: name.to_owned(),
        up: match (waits, runs_in) {
            (true, RunsIn::Transaction) => sql::bounded(up),
            _ => up.to_owned(),
        },
        down: undo::down(up, newest, live.version()),
        runs_in,
    }
}
