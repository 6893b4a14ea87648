//! What `up` will do.

use super::refusal;
use super::standing::Held;
use super::{Choice, Plan, Standing};
use crate::error::Result;
use crate::history::{History, Migration};
use crate::ledger::{Recorded, Unfinished, Way};
use crate::settings::Settings;

/// What `up` will do. What an earlier run left unfinished comes first.
///
/// A migration that is asked for by name ([`Choice::Only`]) may be older than others that are applied: that is a choice.
/// What is asked for and applied already is among those left out, with the reason.
///
/// # Errors
/// [`crate::ErrorKind::Changed`], [`crate::ErrorKind::Missing`], [`crate::ErrorKind::OutOfOrder`] (unless the settings allow
/// it), [`crate::ErrorKind::Unfinished`], [`crate::ErrorKind::UnknownMigration`].
pub fn up(history: &History, recorded: &Recorded, choice: &Choice, settings: &Settings) -> Result<Plan> {
    let held = Held::new(history, recorded, settings);
    let last = match choice {
        Choice::Target(wanted) | Choice::Only(wanted) => Some(position_of(history, wanted)?),
        Choice::Default | Choice::Steps(_) | Choice::All => None,
    };
    let unfinished = to_finish(&held)?;
    refuse_what_does_not_fit(&held)?;
    let mut plan = Plan::default();
    match (choice, last) {
        (Choice::Only(_), Some(only)) => choose_one(&held, only, &unfinished, &mut plan)?,
        _ => choose_all(&held, last, unfinished, &mut plan)?,
    }
    if let Choice::Steps(steps) = choice {
        plan.migrations.truncate(*steps);
    }
    Ok(plan)
}

fn position_of(history: &History, wanted: &str) -> Result<usize> {
    let slug = &history.find(wanted)?.slug;
    Ok(history.position(slug).unwrap_or_default())
}

/// What was begun and can be taken up, by place in the history.
fn to_finish(held: &Held<'_>) -> Result<Vec<usize>> {
    let mut positions = Vec::new();
    for unfinished in held.recorded.unfinished.values() {
        if unfinished.direction == Way::Down {
            return Err(refusal::half_reverted(unfinished));
        }
        let Some(position) = held.history.position(&unfinished.slug) else {
            return Err(refusal::unfinished_without_file(unfinished));
        };
        if let Some(migration) = held.history.migrations.get(position) {
            refuse_if_edited(migration, unfinished)?;
        }
        positions.push(position);
    }
    positions.sort_unstable();
    Ok(positions)
}

fn refuse_if_edited(migration: &Migration, unfinished: &Unfinished) -> Result<()> {
    match migration.checksum == unfinished.checksum {
        true => Ok(()),
        false => Err(refusal::unfinished_and_edited(migration, unfinished)),
    }
}

/// Changed files, and missing ones: nothing runs on top of them.
fn refuse_what_does_not_fit(held: &Held<'_>) -> Result<()> {
    let changed: Vec<_> = (0..held.history.migrations.len())
        .filter_map(|position| match held.standing(position) {
            Standing::Changed(applied) => held.history.migrations.get(position).map(|m| (m, applied)),
            _ => None,
        })
        .collect();
    if !changed.is_empty() {
        return Err(refusal::changed(&changed));
    }
    let missing: Vec<_> = held
        .without_file
        .iter()
        .filter(|applied| !super::is_baseline(applied))
        .copied()
        .collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(refusal::missing(&missing, held)),
    }
}

/// The one that is asked for.
fn choose_one(held: &Held<'_>, only: usize, unfinished: &[usize], plan: &mut Plan) -> Result<()> {
    if let Some(other) = unfinished.iter().find(|position| **position != only) {
        return Err(refusal::finish_first(held, *other));
    }
    let Some(migration) = held.history.migrations.get(only) else {
        return Ok(());
    };
    match left_out(held, only) {
        Some(reason) => plan.skipped.push((migration.slug.clone(), reason)),
        None => plan.migrations.push(migration.clone()),
    }
    for (position, older) in held.history.migrations.iter().enumerate().take(only) {
        if !older.repeatable && matches!(held.standing(position), Standing::Pending) {
            let reason = "it was not asked for, and will be out of order then".to_owned();
            plan.skipped.push((older.slug.clone(), reason));
        }
    }
    Ok(())
}

/// All that are pending, up to and with the last; unfinished ones come first.
fn choose_all(held: &Held<'_>, last: Option<usize>, unfinished: Vec<usize>, plan: &mut Plan) -> Result<()> {
    let is_asked_for = |position: usize| last.is_none_or(|last| position <= last);
    if let Some(beyond) = unfinished.iter().find(|position| !is_asked_for(**position)) {
        return Err(refusal::finish_first(held, *beyond));
    }
    plan.migrations.extend(
        unfinished
            .iter()
            .filter_map(|position| held.history.migrations.get(*position))
            .cloned(),
    );
    let mut out_of_order = Vec::new();
    for (position, migration) in held.history.migrations.iter().enumerate() {
        if unfinished.contains(&position) || !is_asked_for(position) {
            continue;
        }
        match held.standing(position) {
            Standing::Pending | Standing::Outdated(_) | Standing::Unfinished(_) => {
                plan.migrations.push(migration.clone())
            }
            Standing::OutOfOrder if held.settings.out_of_order => plan.migrations.push(migration.clone()),
            Standing::OutOfOrder => out_of_order.push(migration),
            Standing::Elsewhere => plan
                .skipped
                .push((migration.slug.clone(), elsewhere(held, migration))),
            Standing::Applied(_) | Standing::Changed(_) | Standing::Missing(_) => {
                let reason = left_out(held, position).filter(|_| last == Some(position));
                plan.skipped
                    .extend(reason.map(|reason| (migration.slug.clone(), reason)));
            }
        }
    }
    match out_of_order.is_empty() {
        true => Ok(()),
        false => Err(refusal::out_of_order(&out_of_order, held)),
    }
}

/// Why a migration that was asked for doesn't run.
fn left_out(held: &Held<'_>, position: usize) -> Option<String> {
    match held.standing(position) {
        Standing::Applied(applied) => Some(format!("it is applied already, since {}", applied.applied_at)),
        Standing::Elsewhere => held
            .history
            .migrations
            .get(position)
            .map(|migration| elsewhere(held, migration)),
        _ => None,
    }
}

fn elsewhere(held: &Held<'_>, migration: &Migration) -> String {
    let environments = migration.up.script.applies_to.join(", ");
    match &held.settings.environment {
        Some(environment) => format!("it is for {environments}, and this is {environment}"),
        None => format!("it is for {environments}, and no environment is named"),
    }
}
