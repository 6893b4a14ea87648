//! Trying again: bounded, with pauses that grow and differ, and without standing in anybody's queue meanwhile.

use std::time::{Duration, Instant};

use crate::error::{ErrorKind, MigrateError, Result};
use crate::event::{Blocker, Event, Observer};
use crate::interrupt::Interrupt;
use crate::settings::Retries;

/// How often it is looked whether somebody asks to stop, or blockers are gone.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The pause before an attempt, counted from 2.
fn pause(retries: &Retries, attempt: u32) -> Duration {
    let doubled = retries
        .first_pause
        .saturating_mul(1_u32.checked_shl(attempt.saturating_sub(2)).unwrap_or(u32::MAX))
        .min(retries.longest_pause);
    // Up to half is taken away, so that two who block each other don't meet again.
    doubled.mul_f64(1.0 - fastrand::f64() / 2.0)
}

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
    let pause = pause(retries, attempt);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_bounded() {
        let retries = Retries::default();
        for attempt in 2..80 {
            let longest = Duration::from_millis(500)
                .saturating_mul(2_u32.saturating_pow(attempt - 2))
                .min(Duration::from_secs(30));
            for _ in 0..20 {
                let pause = pause(&retries, attempt);
                assert!(pause <= longest && pause >= longest / 2, "{attempt}: {pause:?}");
            }
        }
    }
}
