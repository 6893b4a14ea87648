//! What a run came to: how many migrations, how long, which locks were held.

use std::collections::BTreeMap;

use confiture_migrate::LockHeld;

use super::{units, words};

/// Locks that are named at most; the others are counted.
const MOST_LOCKS: usize = 5;

/// Gathers while a run goes on.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// The longest hold, and the longest wait for it, of each relation and mode.
    locks: BTreeMap<(String, String), (u64, u64)>,
    /// Hooks that did not run.
    pub(super) hooks_left_out: usize,
}

impl Summary {
    pub(super) fn held(&mut self, locks: &[LockHeld]) {
        for lock in locks {
            let key = (lock.relation.clone(), words::lock_mode(&lock.mode));
            let (held, waited) = self.locks.entry(key).or_default();
            *held = lock.held_ms.max(*held);
            *waited = lock.waited_ms.max(*waited);
        }
    }

    /// The lines about locks, the longest held first.
    pub(super) fn locks(&self) -> Vec<String> {
        let mut all: Vec<LockHeld> = Vec::new();
        for ((relation, mode), (held_ms, waited_ms)) in &self.locks {
            all.push(LockHeld {
                relation: relation.clone(),
                mode: mode.clone(),
                held_ms: *held_ms,
                waited_ms: *waited_ms,
            });
        }
        all.sort_by_key(|lock| std::cmp::Reverse(lock.held_ms));
        let mut lines = table(all.get(..MOST_LOCKS.min(all.len())).unwrap_or_default());
        if all.len() > MOST_LOCKS {
            lines.push(format!(
                "and {} more (--verbose lists them)",
                all.len() - MOST_LOCKS
            ));
        }
        lines
    }
}

/// A line for each lock: `public.orders  ACCESS EXCLUSIVE  12 ms  after waiting 40 ms`.
pub(super) fn table(locks: &[LockHeld]) -> Vec<String> {
    let wide = |text: &dyn Fn(&LockHeld) -> String| {
        locks
            .iter()
            .map(|lock| text(lock).chars().count())
            .max()
            .unwrap_or(0)
    };
    let relation = wide(&|lock| words::plain(&lock.relation));
    let mode = wide(&|lock| words::lock_mode(&lock.mode));
    let line = |lock: &LockHeld| {
        let waited = match lock.waited_ms {
            0 => String::new(),
            waited => format!("  after waiting {}", units::whole_duration(waited)),
        };
        format!(
            "{:relation$}  {:mode$}  {}{waited}",
            words::plain(&lock.relation),
            words::lock_mode(&lock.mode),
            units::whole_duration(lock.held_ms)
        )
    };
    locks.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(relation: &str, mode: &str, held_ms: u64, waited_ms: u64) -> LockHeld {
        LockHeld {
            relation: relation.to_owned(),
            mode: mode.to_owned(),
            held_ms,
            waited_ms,
        }
    }

    #[test]
    fn the_longest_first_and_each_once() {
        let mut summary = Summary::default();
        summary.held(&[
            lock("public.orders", "AccessExclusiveLock", 12, 0),
            lock("public.items", "ShareLock", 2_300, 40),
        ]);
        summary.held(&[lock("public.orders", "AccessExclusiveLock", 9, 3)]);
        assert_eq!(
            summary.locks(),
            [
                "public.items   SHARE             2.3 s  after waiting 40 ms",
                "public.orders  ACCESS EXCLUSIVE  12 ms  after waiting 3.0 ms",
            ]
        );
        let many: Vec<LockHeld> = (0..9)
            .map(|n| lock(&format!("t{n}"), "ShareLock", n, 0))
            .collect();
        summary.held(&many);
        assert_eq!(summary.locks().len(), MOST_LOCKS + 1);
    }
}
