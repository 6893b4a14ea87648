//! What `down` will do.

use super::refusal;
use super::standing::{Held, is_baseline};
use super::{Choice, Plan};
use crate::error::{ErrorKind, MigrateError, Result};
use crate::history::{History, Migration};
use crate::ledger::{Applied, Recorded, Way};
use crate::settings::Settings;

/// What `down` will do: the order is the ledger's, backwards. What an earlier run left half reverted comes first.
/// Repeatable migrations are never reverted.
///
/// # Errors
/// [`crate::ErrorKind::NoDown`], [`crate::ErrorKind::Missing`], [`crate::ErrorKind::Unfinished`],
/// [`crate::ErrorKind::UnknownMigration`], also for one that isn't applied.
pub fn down(history: &History, recorded: &Recorded, choice: &Choice, settings: &Settings) -> Result<Plan> {
    let held = Held::new(history, recorded, settings);
    if let Some(unfinished) = recorded
        .unfinished
        .values()
        .find(|unfinished| unfinished.direction == Way::Up)
    {
        return Err(refusal::half_applied(unfinished));
    }
    let mut newest_first: Vec<&Applied> = recorded.applied.iter().collect();
    newest_first.sort_by_key(|applied| std::cmp::Reverse(applied.number));
    let is_begun = |applied: &Applied| {
        held.file_of(applied)
            .is_some_and(|m| recorded.unfinished.contains_key(&m.slug))
    };
    // Stable: the others keep their order.
    newest_first.sort_by_key(|applied| !is_begun(applied));
    let begun = newest_first.iter().filter(|applied| is_begun(applied)).count();

    let mut plan = Plan::default();
    let chosen = choose(&held, &newest_first, choice, begun, &mut plan)?;
    for applied in chosen {
        plan.migrations.push(revertible(&held, applied)?.clone());
    }
    Ok(plan)
}

/// The rows of the ledger that are to be reverted.
fn choose<'a>(
    held: &Held<'a>,
    newest_first: &[&'a Applied],
    choice: &Choice,
    begun: usize,
    plan: &mut Plan,
) -> Result<Vec<&'a Applied>> {
    let most = match choice {
        Choice::Only(wanted) => {
            let applied = find(held, wanted, "reverted")?;
            return match newest_first
                .iter()
                .take(begun)
                .find(|other| other.number != applied.number)
            {
                Some(other) => Err(refusal::revert_first(other)),
                None => Ok(vec![applied]),
            };
        }
        Choice::Default => 1,
        Choice::Steps(steps) => *steps,
        Choice::All | Choice::Target(_) => usize::MAX,
    };
    let stop = match choice {
        Choice::Target(wanted) => Some(find(held, wanted, "a target")?.number),
        _ => None,
    };
    let mut chosen = Vec::new();
    for (index, applied) in newest_first.iter().enumerate() {
        let is_beyond = index >= begun && stop.is_some_and(|stop| applied.number <= stop);
        if chosen.len() >= most || is_beyond {
            break;
        }
        if held
            .file_of(applied)
            .is_some_and(|migration| migration.repeatable)
        {
            let reason = "repeatable migrations are not reverted".to_owned();
            plan.skipped.push((applied.slug.clone(), reason));
            continue;
        }
        if is_baseline(applied) && !matches!(choice, Choice::Default | Choice::Steps(_)) {
            let reason = "it was there before the first migration".to_owned();
            plan.skipped.push((applied.slug.clone(), reason));
            continue;
        }
        chosen.push(*applied);
    }
    Ok(chosen)
}

/// The row of the ledger that somebody means: `as_what` says for what.
fn find<'a>(held: &Held<'a>, wanted: &str, as_what: &str) -> Result<&'a Applied> {
    let by_ledger = || {
        let mut rows = held.recorded.applied.iter();
        rows.find(|row| row.slug == wanted || row.version == wanted || row.name == wanted)
    };
    let migration = match (held.history.find(wanted), by_ledger()) {
        (Ok(migration), _) => migration,
        (Err(_), Some(applied)) => return Ok(applied),
        (Err(error), None) => return Err(error),
    };
    let applied = held
        .history
        .position(&migration.slug)
        .and_then(|position| held.applied_at(position));
    applied.ok_or_else(|| {
        let message = format!("{} is not applied, so it can't be {as_what}", migration.slug);
        MigrateError::new(ErrorKind::UnknownMigration, message)
            .of_migration(&migration.slug)
            .help("`confiture migrate status` shows what is applied")
    })
}

/// The migration of a row, if its way back is known.
fn revertible<'a>(held: &Held<'a>, applied: &Applied) -> Result<&'a Migration> {
    match held.file_of(applied) {
        Some(migration) if migration.repeatable => Err(refusal::is_repeatable(migration)),
        Some(migration) if migration.down.is_some() => Ok(migration),
        Some(migration) => Err(refusal::no_down(migration)),
        None if is_baseline(applied) => Err(refusal::is_baseline(applied)),
        None => Err(refusal::missing(&[applied], held)),
    }
}

impl<'a> Held<'a> {
    /// The migration that a row of the ledger is about.
    fn file_of(&self, row: &Applied) -> Option<&'a Migration> {
        let position = self
            .applied
            .iter()
            .position(|applied| applied.is_some_and(|a| a.number == row.number))?;
        self.history.migrations.get(position)
    }
}
