//! What stands above a migration: how risky it is, what it touches, and what can be done with it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use confiture_lint::context::ScriptInfo;
use confiture_lint::{Live, Statement};
use confiture_project::Direction;
use confiture_risk::{Level, LockMode, foresee};
use confiture_schema::apply::State;
use confiture_schema::catalog::QualName;
use confiture_syntax::LineIndex;

use crate::hover::risk;
use crate::impact::{Subject, each_statement};
use crate::parts;
use crate::statistics::Estimate;
use crate::words::{code, first_line, listed, short};
use crate::{Stretch, World};

/// Relations that a line names.
const MOST_RELATIONS: usize = 3;
/// Statements that a line sums up: it is asked for after every edit.
const MOST_JUDGED: usize = 1_000;
/// Statements that a preview shows one by one.
const MOST_STATEMENTS: usize = 200;

/// A line above a place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The bytes of the file that it is about.
    pub range: Range<usize>,
    /// What it says.
    pub title: String,
    /// What a click does; nothing where it only says something.
    pub command: Option<LensCommand>,
}

/// What a click on a lens does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LensCommand {
    /// Shows what a migration would do, statement by statement.
    Preview(PathBuf),
    /// Runs a migration on a database and takes it back.
    DryRun(PathBuf),
}

/// The lenses of a file, ascending.
pub fn lenses(world: &World, file: &Path) -> Vec<Lens> {
    let mut lenses = Vec::new();
    for stretch in migrations(world, file) {
        let Some(range) = first_statement(world, stretch) else {
            continue;
        };
        let commands = [
            ("Preview", LensCommand::Preview(file.to_path_buf())),
            ("Dry run", LensCommand::DryRun(file.to_path_buf())),
        ];
        lenses.push(Lens {
            range: range.clone(),
            title: summary(world, stretch),
            command: None,
        });
        lenses.extend(commands.map(|(title, command)| Lens {
            range: range.clone(),
            title: title.to_owned(),
            command: Some(command),
        }));
    }
    lenses
}

/// What a migration would do, statement by statement, as Markdown; `None` where the file is no migration of a project.
pub fn preview(world: &World, file: &Path) -> Option<String> {
    let found = migrations(world, file);
    let source = &world.segment(*found.first()?)?.source;
    let mut pages = vec![format!("# {}", code(&source.path.display().to_string()))];
    for stretch in found {
        pages.push(one_preview(world, stretch)?);
    }
    Some(pages.join("\n\n"))
}

/// The first stretch in a file of each migration that stands there, by place.
fn migrations(world: &World, file: &Path) -> Vec<Stretch> {
    let mut seen = BTreeSet::new();
    let parts = parts::of(world, file).into_iter().map(|part| part.stretch);
    let is_own = |stretch: &Stretch| {
        world.script(*stretch).is_some_and(|script| {
            let direction = matches!(
                script.direction,
                Direction::Up | Direction::Down | Direction::Repeatable
            );
            // An included file belongs to the scripts that include it.
            script.layout.is_migrations() && direction && script.source.file == file
        })
    };
    parts
        .filter(is_own)
        .filter(|stretch| seen.insert((stretch.project, stretch.script)))
        .collect()
}

/// The bytes of the file that a migration's first statement takes there.
fn first_statement(world: &World, stretch: Stretch) -> Option<Range<usize>> {
    let (_, statement) = world.statements(stretch).next()?;
    Some(world.span(stretch.project, statement.place())?.range)
}

/// What the statements of a migration do together.
struct Sum {
    worst: Level,
    /// The strongest lock, and the relations that it is on, in the order in which they are met.
    lock: Option<(LockMode, Vec<QualName>)>,
    time: Option<Estimate>,
}

/// `high risk · ACCESS EXCLUSIVE on orders, customers · 3 statements`.
fn summary(world: &World, stretch: Stretch) -> String {
    let mut sum = Sum {
        worst: Level::None,
        lock: None,
        time: None,
    };
    let mut seen = BTreeSet::new();
    let mut path = State::fresh();
    each(world, stretch, MOST_JUDGED, |live, _, _, subject| {
        let outlook = foresee(subject.changes, subject.before, live.version());
        sum.worst = sum.worst.max(outlook.assessment.worst());
        if let Some(time) = subject.time(&outlook.effect) {
            sum.time = Some(sum.time.map_or(time, |known| known + time));
        }
        if let Some((mode, relations)) = subject.strongest(&outlook.effect) {
            let known = sum.lock.as_ref().map(|(mode, _)| *mode);
            if known.is_none_or(|known| mode > known) {
                sum.lock = Some((mode, Vec::new()));
                seen.clear();
                path.session = subject.before.session.clone();
            }
            if let Some((held, all)) = &mut sum.lock
                && *held == mode
            {
                all.extend(
                    relations
                        .into_iter()
                        .filter(|relation| seen.insert((*relation).clone()))
                        .cloned(),
                );
            }
        }
    });
    let level = match sum.worst {
        Level::None => "no risk".to_owned(),
        level => format!("{level} risk"),
    };
    let locks = sum
        .lock
        .map_or("no lock on what is in use".to_owned(), |(mode, relations)| {
            let names: Vec<String> = relations.iter().map(|relation| short(relation, &path)).collect();
            format!("{mode} on {}", listed(&names, MOST_RELATIONS))
        });
    let statements = match count(world, stretch) {
        1 => "1 statement".to_owned(),
        count if count > MOST_JUDGED => {
            format!("{count} statements, of which the first {MOST_JUDGED} are judged")
        }
        count => format!("{count} statements"),
    };
    let time = sum.time.map(|time| format!(" · {time}")).unwrap_or_default();
    format!("{level} · {locks} · {statements}{time}")
}

/// How many statements a migration has.
fn count(world: &World, stretch: Stretch) -> usize {
    world
        .project(stretch)
        .map_or(0, |live| live.statements(stretch.script).len())
}

/// Goes through so many statements of a migration.
fn each(
    world: &World,
    stretch: Stretch,
    most: usize,
    mut visit: impl FnMut(&Live, usize, &Statement, Subject<'_>),
) {
    let (Some(live), Some(script)) = (world.project(stretch), world.script(stretch)) else {
        return;
    };
    let info = ScriptInfo::new(stretch.script, script);
    each_statement(live, stretch.script, 0..most, |step| {
        let subject = Subject {
            script: info,
            text: step.statement.text(),
            changes: step.statement.changes(),
            before: step.before,
            statistics: world.statistics(),
        };
        visit(live, step.number, step.statement, subject);
    });
}

fn one_preview(world: &World, stretch: Stretch) -> Option<String> {
    let script = world.script(stretch)?;
    let direction = match script.direction {
        Direction::Down => "Back",
        _ => "Forward",
    };
    let mut pages = vec![format!("## {direction}: {}", summary(world, stretch))];
    let mut lines: Option<(PathBuf, LineIndex)> = None;
    each(
        world,
        stretch,
        MOST_STATEMENTS,
        |live, number, statement, subject| {
            let line = line(live, statement, &mut lines)
                .map(|line| format!(", line {line}"))
                .unwrap_or_default();
            let head = code(&first_line(statement.text(), 90));
            let said = risk::hover(&subject, live.version());
            pages.push(format!("### {}{line}\n\n{head}\n\n{said}", number + 1));
        },
    );
    let left_out = count(world, stretch).saturating_sub(MOST_STATEMENTS);
    if left_out > 0 {
        pages.push(format!("And {left_out} statements more."));
    }
    Some(pages.join("\n\n"))
}

/// The line that a statement begins in; the lines of the last file asked for are kept.
fn line(live: &Live, statement: &Statement, known: &mut Option<(PathBuf, LineIndex)>) -> Option<u32> {
    let (source, range) = confiture_lint::file_range(live.project(), statement.place())?;
    if known.as_ref().is_none_or(|(file, _)| *file != source.file) {
        *known = Some((source.file.clone(), LineIndex::new(&source.text)));
    }
    let (_, lines) = known.as_ref()?;
    let position = lines.position(&source.text, u32::try_from(range.start).ok()?);
    Some(position.line)
}
