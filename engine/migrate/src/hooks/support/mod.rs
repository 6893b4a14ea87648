//! What several hook types need.

pub(crate) mod backfill;
pub(crate) mod backups;
pub(crate) mod marks;
pub(crate) mod names;
pub(crate) mod programs;
pub(crate) mod queries;
pub(crate) mod views;
pub(crate) mod workers;

use std::time::{Duration, Instant};

use crate::event::Event;
use crate::hooks::{HookError, HookScope};
use crate::interrupt::Interrupt;

/// Goes on unless somebody asked to stop or the hook's time is over. To be asked in every loop.
pub(crate) fn go_on(interrupt: &Interrupt, deadline: Instant) -> Result<(), HookError> {
    if interrupt.is_asked() {
        return Err(HookError::new("it was interrupted"));
    }
    if Instant::now() >= deadline {
        return Err(HookError::new("its time is over").help("Give it more with `timeout`"));
    }
    Ok(())
}

/// What is left of a hook's time, at least a millisecond.
pub(crate) fn time_left(deadline: Instant) -> Duration {
    deadline
        .saturating_duration_since(Instant::now())
        .max(Duration::from_millis(1))
}

/// Tells how far a hook is.
pub(crate) fn progress(
    scope: &HookScope<'_>,
    what: &str,
    done: u64,
    of: Option<u64>,
    unit: &str,
    since: Instant,
) {
    scope.observer.tell(&Event::Progress {
        migration: scope.context.migration.clone().unwrap_or_default(),
        what: what.to_owned(),
        done,
        of,
        unit: unit.to_owned(),
        elapsed_ms: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
    });
}

/// Milliseconds since a moment, with fractions.
pub(crate) fn elapsed_ms(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 1e6).round() / 1e3
}

/// `1 row`, `2 rows`, `2 indexes`, `2 queries`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        return format!("1 {noun}");
    }
    if let Some(stem) = noun.strip_suffix("ry") {
        return format!("{number} {stem}ries");
    }
    let plural = if noun.ends_with('x') || noun.ends_with("ch") {
        "es"
    } else {
        "s"
    };
    format!("{number} {noun}{plural}")
}
