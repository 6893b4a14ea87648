//! Times and amounts as people read them.

/// A time in ms: `0.4 ms`, `12 ms`, `2.3 s`, `4 min 5 s`, `2 h 10 min`.
pub fn duration(ms: f64) -> String {
    let ms = ms.max(0.0);
    if ms < 9.95 {
        return format!("{ms:.1} ms");
    }
    if ms < 999.5 {
        return format!("{ms:.0} ms");
    }
    if ms < 59_950.0 {
        return format!("{:.1} s", ms / 1000.0);
    }
    let seconds = whole(ms / 1000.0);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) if hours < 48 => format!("{hours} h"),
        (hours, minutes, _) if hours < 48 => format!("{hours} h {minutes} min"),
        (hours, _, _) => format!("{} days", hours / 24),
    }
}

/// A time in whole ms.
pub fn whole_duration(ms: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "nobody waits for 2^53 ms")]
    duration(ms as f64)
}

/// `50,000`.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 row`, `50,000 rows`.
pub fn rows(n: u64) -> String {
    format!("{} row{}", number(n), if n == 1 { "" } else { "s" })
}

/// `1 migration`, `3 migrations`.
pub fn migrations(n: usize) -> String {
    super::super::count(n, "migration")
}

/// A moment in RFC 3339 as `2026-11-21 17:20 UTC`; what can't be read stays as it is.
pub fn moment(rfc3339: &str) -> String {
    match rfc3339.parse::<jiff::Timestamp>() {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => rfc3339.to_owned(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is neither negative nor larger than a life"
)]
fn whole(value: f64) -> u64 {
    value.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let shown: Vec<String> = [
            0.0,
            0.44,
            9.94,
            9.96,
            12.3,
            999.4,
            999.6,
            2_345.0,
            59_949.0,
            59_951.0,
            60_000.0,
            245_000.0,
            3_600_000.0,
            7_800_000.0,
            400_000_000.0,
            -1.0,
        ]
        .into_iter()
        .map(duration)
        .collect();
        assert_eq!(
            shown,
            [
                "0.0 ms",
                "0.4 ms",
                "9.9 ms",
                "10 ms",
                "12 ms",
                "999 ms",
                "1.0 s",
                "2.3 s",
                "59.9 s",
                "1 min",
                "1 min",
                "4 min 5 s",
                "1 h",
                "2 h 10 min",
                "4 days",
                "0.0 ms"
            ]
        );
    }

    #[test]
    fn amounts() {
        assert_eq!(rows(1), "1 row");
        assert_eq!(rows(0), "0 rows");
        assert_eq!(number(999), "999");
        assert_eq!(number(50_000), "50,000");
        assert_eq!(number(12_345_678), "12,345,678");
    }

    #[test]
    fn moments() {
        assert_eq!(moment("2026-11-21T17:20:31.5+01:00"), "2026-11-21 16:20 UTC");
        assert_eq!(moment("yesterday"), "yesterday");
    }
}
