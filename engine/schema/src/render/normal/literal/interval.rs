//! Intervals: `24 hours`, `1 day 02:00`, and what PostgreSQL prints of them.

/// The parts that PostgreSQL keeps apart.
#[derive(Default)]
struct Interval {
    months: i64,
    days: i64,
    micros: i64,
}

/// What the style `postgres` prints of an interval; `unit` is that of `interval '1' day`. `None` where it isn't
/// understood.
pub(super) fn normal(text: &str, unit: Option<&str>) -> Option<String> {
    let unit = unit.map(|unit| {
        unit.split_whitespace()
            .last()
            .unwrap_or("second")
            .to_ascii_lowercase()
    });
    parse(text, Some(unit.as_deref().unwrap_or("second"))).map(|interval| interval.print())
}

/// The same for a text that names its units, so that it can hardly be anything but an interval.
pub(super) fn of_units(text: &str) -> Option<String> {
    text.contains(|c: char| c.is_ascii_alphabetic())
        .then(|| parse(text, None))?
        .map(|interval| interval.print())
}

/// Reads numbers with units and times of day; a number without a unit is of `bare`.
fn parse(text: &str, bare: Option<&str>) -> Option<Interval> {
    let lower = text.trim().trim_start_matches('@').to_ascii_lowercase();
    let spaced = spaced(&lower);
    let mut words = spaced.split_whitespace().peekable();
    let mut interval = Interval::default();
    let mut any = false;
    while let Some(word) = words.next() {
        any = true;
        if word == "ago" {
            interval = Interval {
                months: -interval.months,
                days: -interval.days,
                micros: -interval.micros,
            };
        } else if word.contains(':') {
            interval.micros = interval.micros.checked_add(time(word)?)?;
        } else {
            let unit = match words.peek() {
                Some(next) if next.starts_with(|c: char| c.is_ascii_alphabetic()) => words.next()?,
                _ => bare?,
            };
            interval.add(word, unit)?;
        }
    }
    any.then_some(interval)
}

/// `2h30m` as `2 h 30 m`.
fn spaced(text: &str) -> String {
    let mut out = String::new();
    let mut before: Option<char> = None;
    for c in text.chars() {
        if let Some(b) = before {
            let digit_to_letter = b.is_ascii_digit() && c.is_ascii_alphabetic();
            let letter_to_digit = b.is_ascii_alphabetic() && (c.is_ascii_digit() || c == '-' || c == '+');
            if digit_to_letter || letter_to_digit {
                out.push(' ');
            }
        }
        out.push(c);
        before = Some(c);
    }
    out
}

const SECOND: i64 = 1_000_000;

/// Microseconds of a whole or decimal number of units of so many microseconds.
fn micros(number: &str, unit: i64) -> Option<i64> {
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut total = whole.checked_mul(unit)?;
    if !fraction.is_empty() {
        let part: f64 = format!("0.{fraction}").parse().ok()?;
        // Microseconds of at most some thousand years are exact in a double.
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "rounded, far below 2^53"
        )]
        let part = (part * unit as f64).round() as i64;
        total = total.checked_add(part)?;
    }
    Some(if negative { -total } else { total })
}

/// `02:30`, `-02:30:01.5`.
fn time(word: &str) -> Option<i64> {
    let (negative, digits) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let mut parts = digits.split(':');
    let hours = micros(parts.next()?, 3600 * SECOND)?;
    let minutes = micros(parts.next()?, 60 * SECOND)?;
    let seconds = parts.next().map_or(Some(0), |s| micros(s, SECOND))?;
    let total = hours.checked_add(minutes)?.checked_add(seconds)?;
    parts
        .next()
        .is_none()
        .then_some(if negative { -total } else { total })
}

impl Interval {
    fn add(&mut self, number: &str, unit: &str) -> Option<()> {
        let months = match unit {
            "mon" | "mons" | "month" | "months" => 1,
            "y" | "yr" | "yrs" | "year" | "years" => 12,
            "decade" | "decades" | "dec" | "decs" => 120,
            "c" | "cent" | "century" | "centuries" => 1200,
            "millennium" | "millennia" | "mil" | "mils" => 12000,
            _ => 0,
        };
        let days = match unit {
            "d" | "day" | "days" => 1,
            "w" | "week" | "weeks" => 7,
            _ => 0,
        };
        if months + days > 0 {
            let number: i64 = number.parse().ok()?;
            self.months = self.months.checked_add(number.checked_mul(months)?)?;
            self.days = self.days.checked_add(number.checked_mul(days)?)?;
            return Some(());
        }
        let unit = match unit {
            "us" | "usec" | "usecs" | "microsecond" | "microseconds" => 1,
            "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => 1000,
            "s" | "sec" | "secs" | "second" | "seconds" => SECOND,
            "m" | "min" | "mins" | "minute" | "minutes" => 60 * SECOND,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600 * SECOND,
            _ => return None,
        };
        self.micros = self.micros.checked_add(micros(number, unit)?)?;
        Some(())
    }

    fn print(&self) -> String {
        let mut parts = Vec::new();
        let mut part = |count: i64, unit: &str| {
            if count != 0 {
                parts.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
            }
        };
        part(self.months / 12, "year");
        part(self.months % 12, "mon");
        part(self.days, "day");
        if self.micros != 0 || parts.is_empty() {
            let sign = if self.micros < 0 { "-" } else { "" };
            let micros = self.micros.unsigned_abs();
            let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
            let fraction = match fraction {
                0 => String::new(),
                f => format!(".{}", format!("{f:06}").trim_end_matches('0')),
            };
            parts.push(format!(
                "{sign}{:02}:{:02}:{:02}{fraction}",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60
            ));
        }
        parts.join(" ")
    }
}
