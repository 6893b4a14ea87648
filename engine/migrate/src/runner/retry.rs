//! Trying again: bounded, with pauses that grow and differ, and without standing in anybody's queue meanwhile.

use std::time::{Duration, Instant};

use crate::error::{ErrorKind, MigrateError, Result};
use crate::event::{Blocker, Event, Observer};
use crate::interrupt::Interrupt;
use crate::pause;
use crate::settings::Retries;

/// How often it is looked whether somebody asks to stop, or blockers are gone.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Waits before the next attempt: for the pause, and where that is allowed until the blockers' sessions are through with
/// the transaction that they have open. `are_gone` asks the server.
pub(super) fn wait(
    retries: &Retries,
    attempt: u32,
    migration: &str,
    error: &MigrateError,
    observer: &dyn Observer,
    interrupt: &Interrupt,
    mut are_gone: impl FnMut(&[Blocker]) -> Result<bool>,
) -> Result<()> {
    let pause = pause::before(attempt, retries.first_pause, retries.longest_pause);
    observer.tell(&Event::Retrying {
        migration: migration.to_owned(),
        attempt,
        of: retries.attempts,
        after_ms: super::lock::milliseconds(pause),
        reason: error.message().to_owned(),
    });
    let began = Instant::now();
    let patience = retries.wait_for_blockers.filter(|_| !error.blockers().is_empty());
    loop {
        if interrupt.is_asked() {
            return Err(stopped());
        }
        let waited = began.elapsed();
        let is_rested = waited >= pause;
        match patience {
            None if is_rested => return Ok(()),
            Some(patience) if waited >= patience.max(pause) => return Ok(()),
            Some(_) if is_rested && are_gone(error.blockers())? => return Ok(()),
            _ => std::thread::sleep(
                LOOK_EVERY
                    .min(pause.saturating_sub(waited))
                    .max(Duration::from_millis(5)),
            ),
        }
    }
}

/// What to do about a run that somebody stopped.
pub(super) const GO_ON: &str = "`confiture migrate up` or `down` goes on from what the ledger says is done";

/// Somebody asked to stop between two steps.
pub(super) fn stopped() -> MigrateError {
    MigrateError::new(ErrorKind::Interrupted, "stopped, as was asked").help(GO_ON)
}
