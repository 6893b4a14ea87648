//! Pauses between attempts: they grow, are bounded, and differ.

use std::time::Duration;

/// The pause before an attempt, counted from 2: the first one, then twice as long each time up to the longest.
///
/// Up to half of it is taken away at random, so that two who block each other don't meet again.
pub(crate) fn before(attempt: u32, first: Duration, longest: Duration) -> Duration {
    let times = 1_u32.checked_shl(attempt.saturating_sub(2)).unwrap_or(u32::MAX);
    let doubled = first.saturating_mul(times).min(longest);
    doubled.mul_f64(1.0 - fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_bounded() {
        let (first, bound) = (Duration::from_millis(500), Duration::from_secs(30));
        for attempt in 2..80 {
            let longest = first.saturating_mul(2_u32.saturating_pow(attempt - 2)).min(bound);
            for _ in 0..20 {
                let pause = before(attempt, first, bound);
                assert!(pause <= longest && pause >= longest / 2, "{attempt}: {pause:?}");
            }
        }
    }
}
