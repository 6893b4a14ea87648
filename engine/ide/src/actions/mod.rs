//! What can be done about a place: cures of findings, safe ways, ways back, what is missing.
//!
//! Start reading at [`actions`]; each sort of action has a module. Whatever costs more than a look at one statement is
//! offered as [`ActionEffect::Later`] and made by [`resolve`].

mod all;
mod batches;
mod down;
mod fixes;
mod generate;
mod here;
mod place;
mod safe_way;
mod sql;
mod suppress;
mod undo;

use std::ops::Range;
use std::path::Path;

use confiture_lint::Finding;
use serde::{Deserialize, Serialize};

use crate::{Edits, World};

pub use all::fix_all;

/// Something that can be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// What it does, as an imperative.
    pub title: String,
    /// What sort of thing it is.
    pub kind: ActionKind,
    /// The findings that it cures.
    pub cures: Vec<Finding>,
    /// Whether it is what most would do.
    pub is_preferred: bool,
    /// What it does.
    pub effect: ActionEffect,
}

/// What sort of thing an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// Cures a finding.
    QuickFix,
    /// Says something otherwise.
    Rewrite,
    /// Writes something that is missing: an index, a comment, a down migration.
    Generate,
    /// Cures all findings of a rule, or of a file, that can be cured safely.
    FixAll,
    /// Shows something.
    Show,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionEffect {
    /// Changes files.
    Edit(Edits),
    /// Changes files; how, [`resolve`] tells, for it costs more than a list of actions may.
    Later(Later),
    /// Opens a page.
    Open(String),
}

/// An action whose edits are made when somebody wants them. It can be kept as data and belongs to the world that offered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Later {
    /// Cures what can be cured safely in the file; of one rule where it is named.
    FixAll {
        /// The rule.
        rule: Option<String>,
    },
    /// Writes what undoes a migration.
    WriteDown {
        /// A byte of the file that belongs to the migration.
        offset: usize,
    },
}

/// What can be done about a part of a file, in bytes. `now` is the time as `YYYYMMDDhhmmss`, UTC, for tools that name
/// migrations by it.
pub fn actions(world: &World, file: &Path, range: Range<usize>, now: u64) -> Vec<Action> {
    let asked = Asked {
        world,
        file,
        range,
        now,
    };
    let mut found = fixes::cures(&asked);
    if let Some(here) = here::Here::of(&asked) {
        let more = safe_way::rewrites(&here, &found)
            .into_iter()
            .chain(batches::rewrite(&here))
            .chain(down::offer(&here, &found))
            .chain(generate::missing(&here, &found));
        for action in more.collect::<Vec<_>>() {
            if found.iter().all(|known| known.effect != action.effect) {
                found.push(action);
            }
        }
    }
    found.extend(fixes::fix_all_offers(&asked));
    found.extend(suppress::offers(&asked));
    found
}

/// The edits of an action that was offered for a file of this world; `None` where there is nothing to do after all.
pub fn resolve(world: &World, file: &Path, later: &Later, now: u64) -> Option<Edits> {
    match later {
        Later::FixAll { rule } => fix_all(world, file, rule.as_deref()),
        Later::WriteDown { offset } => {
            let asked = Asked {
                world,
                file,
                range: *offset..*offset,
                now,
            };
            down::write(&here::Here::of(&asked)?)
        }
    }
}

/// What is asked.
struct Asked<'w> {
    world: &'w World,
    file: &'w Path,
    range: Range<usize>,
    now: u64,
}

impl Asked<'_> {
    /// Whether a range of the file is asked about; one that ends or begins there is.
    fn touches(&self, range: &Range<usize>) -> bool {
        range.start <= self.range.end && self.range.start <= range.end
    }
}
