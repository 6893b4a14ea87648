//! Whether a database stands where a migration can be tried.

use super::Standing;
use super::standing::Held;
use crate::error::{ErrorKind, MigrateError, Result};
use crate::history::{History, Migration};
use crate::ledger::{Recorded, Way};
use crate::settings::Settings;

/// Looks whether a migration can be tried on a database: those before it are applied there, and it itself isn't; for the way
/// back, it is. For which environments it is meant doesn't count.
///
/// # Errors
/// [`ErrorKind::Unfinished`], [`ErrorKind::OutOfOrder`], or [`ErrorKind::Unsafe`] where it is applied already (or not, for the
/// way back).
pub fn trial(
    history: &History,
    recorded: &Recorded,
    settings: &Settings,
    migration: &Migration,
    way: Way,
) -> Result<()> {
    let held = Held::new(history, recorded, settings);
    let Some(position) = history.position(&migration.slug) else {
        return Ok(());
    };
    let slug = &migration.slug;
    // Without it the command would be about the database that commands take by default, which may be production.
    let there = settings.environment.as_ref();
    let there = there.map(|name| format!(" --env {name}")).unwrap_or_default();
    let error = |kind: ErrorKind, message: String| MigrateError::new(kind, message).of_migration(slug);
    match (held.standing(position), way) {
        (Standing::Unfinished(unfinished), _) if unfinished.left_something() => {
            let message = format!("{slug} is half done on this database, so it can't be tried there");
            Err(error(ErrorKind::Unfinished, message)
                .help(format!("finish it first: `confiture migrate up{there}`")))
        }
        (Standing::Applied(_) | Standing::Changed(_), Way::Up) => {
            let message = format!("{slug} is applied to this database already, so it can't be tried there");
            Err(error(ErrorKind::Unsafe, message).help(format!(
                "try it on another one, or revert it first: `confiture migrate down{there}`"
            )))
        }
        (Standing::Applied(_) | Standing::Changed(_), Way::Down) => Ok(()),
        (_, Way::Down) => {
            let message =
                format!("{slug} is not applied to this database, so its way back can't be tried there");
            Err(error(ErrorKind::Unsafe, message)
                .help(format!("apply it first: `confiture migrate up{there}`")))
        }
        (_, Way::Up) => match last_pending_before(&held, position) {
            None => Ok(()),
            Some(last) => {
                let message = format!("migrations before {slug} are not applied to this database yet");
                let help = format!(
                    "apply them first: `confiture migrate up --target {}{there}`",
                    last.version
                );
                Err(error(ErrorKind::OutOfOrder, message).help(help))
            }
        },
    }
}

/// The last versioned migration before a place in the history that is yet to be applied.
fn last_pending_before<'a>(held: &Held<'a>, position: usize) -> Option<&'a Migration> {
    let before = held.history.migrations.iter().enumerate().take(position);
    let is_pending = |(position, migration): &(usize, &Migration)| {
        let is_open = matches!(
            held.standing(*position),
            Standing::Pending | Standing::OutOfOrder | Standing::Unfinished(_)
        );
        !migration.repeatable && is_open
    };
    before.rev().find(is_pending).map(|(_, migration)| migration)
}
