//! Durations as PostgreSQL's settings have them: `500ms`, `2s`, `1.5min`, `1h`, or a number of milliseconds.

use std::fmt;
use std::time::Duration;

/// The units that PostgreSQL knows for times, with how many microseconds each has.
const UNITS: [(&str, f64); 6] = [
    ("us", 1.0),
    ("ms", 1e3),
    ("s", 1e6),
    ("min", 60e6),
    ("h", 3600e6),
    ("d", 86_400e6),
];

/// The longest that PostgreSQL takes for a timeout: its settings are 32-bit numbers of milliseconds, so a little under 25
/// days.
pub const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// Why a text is no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// It isn't a number with or without a unit.
    #[error("a duration is a number with a unit, such as 500ms, 2s or 5min, or a number of milliseconds")]
    Malformed,
    /// The unit is none.
    #[error("the units of durations are us, ms, s, min, h and d")]
    UnknownUnit,
    /// It is below zero.
    #[error("a duration can't be negative")]
    Negative,
    /// It is longer than [`LONGEST`].
    #[error("PostgreSQL takes no timeout of more than 2147483647 ms, a little under 25 days")]
    TooLong,
}

/// Reads a duration; a number alone counts milliseconds, as in PostgreSQL's own settings. Zero is a duration too: there it
/// switches a timeout off.
///
/// # Errors
/// What is wrong with the text.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let text = text.trim();
    if text.starts_with('-') {
        return Err(DurationError::Negative);
    }
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(DurationError::Malformed);
    }
    let number: f64 = number.parse().map_err(|_| DurationError::Malformed)?;
    let unit = unit.trim_start();
    let micros = match UNITS.into_iter().find(|(name, _)| *name == unit) {
        Some((_, micros)) => micros,
        None if unit.is_empty() => 1e3,
        None if unit.chars().all(char::is_alphabetic) => return Err(DurationError::UnknownUnit),
        None => return Err(DurationError::Malformed),
    };
    match Duration::try_from_secs_f64((number * micros).round() / 1e6) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        _ => Err(DurationError::TooLong),
    }
}

/// A duration in the form that [`parse`] reads, in the largest unit that leaves a whole number.
pub fn show(duration: Duration) -> impl fmt::Display {
    let micros = duration.as_micros();
    let unit = [
        ("d", 86_400_000_000),
        ("h", 3_600_000_000),
        ("min", 60_000_000),
        ("s", 1_000_000),
        ("ms", 1_000),
    ]
    .into_iter()
    .find(|(_, length)| micros > 0 && micros.is_multiple_of(*length));
    match unit {
        Some((name, length)) => format!("{}{name}", micros / length),
        None if micros == 0 => "0".to_owned(),
        None => format!("{micros}us"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_postgresql_reads_them() {
        let millis = |text: &str| parse(text).map(|duration| duration.as_millis());
        for (text, expected) in [
            ("2s", 2_000),
            ("500ms", 500),
            ("5min", 300_000),
            ("1.5 min", 90_000),
            ("1h", 3_600_000),
            ("1d", 86_400_000),
            ("1500us", 1),
            ("250", 250),
            (" 0 ", 0),
            ("1.", 1),
        ] {
            assert_eq!(millis(text), Ok(expected), "{text}");
        }
        for (text, expected) in [
            ("", DurationError::Malformed),
            ("s", DurationError::Malformed),
            (".5s", DurationError::Malformed),
            ("1.2.3s", DurationError::Malformed),
            ("2 s 3", DurationError::Malformed),
            ("1e3", DurationError::Malformed),
            ("2m", DurationError::UnknownUnit),
            ("2 MIN", DurationError::UnknownUnit),
            ("-1", DurationError::Negative),
            ("25d", DurationError::TooLong),
            (&"9".repeat(400), DurationError::TooLong),
        ] {
            assert_eq!(millis(text), Err(expected), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[-+0-9. a-zµé]{0,12}") {
            let _ = parse(&text);
        }

        #[test]
        fn what_is_shown_reads_back(millis in 0..=i32::MAX as u64) {
            let duration = Duration::from_millis(millis);
            prop_assert_eq!(parse(&show(duration).to_string()), Ok(duration));
        }
    }
}
