//! What undoes a migration, written where its tool looks for it.

use std::path::PathBuf;

use confiture_lint::{Edit, NewFile, Place};
use confiture_project::{Direction, Layout, Script, goose_statements};
use confiture_syntax::TextRange;

use super::here::Here;
use super::{Action, ActionEffect, ActionKind, Later, place, undo};
use crate::Edits;

/// Where what undoes a migration belongs.
enum Target<'w> {
    /// A file of its own.
    File(PathBuf),
    /// A part of the migration's file that begins with a mark.
    Part(&'static str),
    /// A key of the migration's YAML file.
    Key,
    /// A script that is there and says nothing.
    Empty(&'w Script),
}

/// The offer to write it, where it is missing.
pub(super) fn offer(here: &Here<'_>, known: &[Action]) -> Option<Action> {
    let mut cured = known.iter().flat_map(|action| &action.cures);
    let is_offered = cured.any(|finding| finding.kind == "missing-down");
    let own = here.live().statements(here.cursor.stretch.script);
    let changes = own
        .iter()
        .any(|statement| undo::changes_schema(statement.changes()));
    if is_offered || !changes {
        return None;
    }
    target(here)?;
    let segment = here.world.segment(here.cursor.stretch)?;
    let start = here.statement.place().range.start as usize;
    Some(Action {
        title: "Write the script that undoes this migration".to_owned(),
        kind: ActionKind::Generate,
        cures: Vec::new(),
        is_preferred: false,
        effect: ActionEffect::Later(Later::WriteDown {
            offset: segment.map.to_file(start),
        }),
    })
}

fn target<'w>(here: &Here<'w>) -> Option<Target<'w>> {
    let script = here.script;
    if script.direction != Direction::Up {
        return None;
    }
    let project = here.project();
    let counterpart = project
        .scripts
        .iter()
        .position(|other| other.direction == Direction::Down && other.group == script.group);
    if let Some(at) = counterpart {
        let down = project.scripts.get(at)?;
        return here
            .live()
            .statements(at)
            .is_empty()
            .then_some(Target::Empty(down));
    }
    let file = &script.source.file;
    let name = file.file_name()?.to_str()?;
    let beside = |name: String| Some(Target::File(file.with_file_name(name)));
    match script.layout {
        Layout::Dbmate => Some(Target::Part("-- migrate:down")),
        Layout::Goose => Some(Target::Part("-- +goose Down")),
        Layout::Diesel if name == "up.sql" => beside("down.sql".to_owned()),
        Layout::Flyway => beside(format!("U{}", name.strip_prefix('V')?)),
        Layout::Confiture if !name.ends_with(".sql") => Some(Target::Key),
        Layout::Confiture | Layout::Sqlx | Layout::GolangMigrate => {
            beside(format!("{}.down.sql", name.strip_suffix(".up.sql")?))
        }
        _ => None,
    }
}

/// Writes it; `None` where it is there, or has no place.
pub(super) fn write(here: &Here<'_>) -> Option<Edits> {
    let target = target(here)?;
    let number = here.cursor.stretch.script;
    let own = here.live().statements(number).iter();
    let statements = own.map(|statement| (statement.text(), statement.changes()));
    let back = undo::way_back(statements, here.live().before(number, 0), here.live().version());
    if back.is_empty() {
        return None;
    }
    let mut text = back.join("\n") + "\n";
    if here.script.layout == Layout::Goose {
        text = goose_statements(&text);
    }
    match target {
        Target::File(path) => place::created(here.world, &[NewFile { path, text }]),
        Target::Part(mark) => Some(append(here, &format!("\n{mark}\n{text}"))),
        Target::Key => key(here, &text),
        Target::Empty(down) => fill(here, down, &text),
    }
}

/// At the end of the migration's file.
fn append(here: &Here<'_>, text: &str) -> Edits {
    let source = &here.script.source;
    let end = source.text.len();
    let separator = if source.text.ends_with('\n') { "" } else { "\n" };
    place::outside(source, end..end, format!("{separator}{text}"))
}

/// As `rollback` before the key `ddl`, where any indentation is right.
fn key(here: &Here<'_>, text: &str) -> Option<Edits> {
    let source = &here.script.source;
    let mut at = 0;
    let line = source.text.split_inclusive('\n').find(|line| {
        let is_key = line.trim_start().starts_with("ddl:");
        at += if is_key { 0 } else { line.len() };
        is_key
    })?;
    let indent = line.get(..line.len() - line.trim_start().len())?;
    let mut block = format!("{indent}rollback: |\n");
    for line in text.lines() {
        block.push_str(&format!("{indent}  {line}\n"));
    }
    Some(place::outside(source, at..at, block))
}

/// At the end of a script that says nothing.
fn fill(here: &Here<'_>, down: &Script, text: &str) -> Option<Edits> {
    let project = here.project();
    let script = project
        .scripts
        .iter()
        .position(|other| std::ptr::eq(other, down))?;
    let segment = down.segments.first()?;
    let end = segment.text.len();
    let separator = if segment.text.is_empty() || segment.text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let edit = Edit {
        place: Place {
            script,
            segment: 0,
            range: TextRange::from_usize(end, end),
        },
        text: format!("{separator}{text}"),
    };
    place::in_files(here.world, here.project_number(), &[edit])
}
