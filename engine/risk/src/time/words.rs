//! Sizes and times in the units that people read.

/// Bytes with at most two digits that mean something: `8.4 GB`, `120 MB`. Units are of 1024.
pub fn bytes_in_words(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "bytes";
    for larger in ["kB", "MB", "GB", "TB", "PB"] {
        if value < 1000.0 {
            break;
        }
        value /= 1024.0;
        unit = larger;
    }
    format!("{} {unit}", two_digits(value))
}

/// A count with at most two digits that mean something: `950`, `3,400`, `12 million`.
pub fn count_in_words(count: u64) -> String {
    let value = count as f64;
    match count {
        0..1_000 => two_digits(value),
        1_000..1_000_000 => {
            // What rounds up to a million is said as one.
            let thousands = (value / 100.0).round() / 10.0;
            let rounded = if thousands >= 10.0 {
                thousands.round() * 1000.0
            } else {
                thousands * 1000.0
            };
            match rounded as u64 {
                1_000_000.. => "1 million".to_owned(),
                rounded => format!("{},{:03}", rounded / 1000, rounded % 1000),
            }
        }
        1_000_000..1_000_000_000 => format!("{} million", two_digits(value / 1e6)),
        _ => format!("{} billion", two_digits(value / 1e9)),
    }
}

/// One digit behind the point below ten, none above.
fn two_digits(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    if tenths < 10.0 && tenths.fract() != 0.0 {
        format!("{tenths:.1}")
    } else {
        format!("{:.0}", value.round())
    }
}

/// Steps that a time is rounded to: seconds in the unit, its name, and what is said in it.
const UNITS: [(f64, &str, &[u32]); 4] = [
    (1.0, "s", &[1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 50]),
    (60.0, "min", &[1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 50]),
    (3600.0, "h", &[1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18]),
    (86400.0, "days", &[1, 2, 3, 4, 5, 7, 10, 14, 20, 30]),
];

/// A step: how many of which unit.
type Step = (u32, &'static str);

fn steps() -> impl Iterator<Item = (f64, Step)> {
    let of_unit = |(seconds, unit, steps): (f64, &'static str, &'static [u32])| {
        steps
            .iter()
            .map(move |step| (seconds * f64::from(*step), (*step, unit)))
    };
    UNITS.into_iter().flat_map(of_unit)
}

/// From so many seconds to so many, in words that don't pretend: `about 40 s to 2 min`, `under a second`.
pub(super) fn time_in_words(low: f64, high: f64) -> String {
    let below = steps().take_while(|(seconds, _)| *seconds <= low).last();
    let above = steps().find(|(seconds, _)| *seconds >= high);
    match (below, above) {
        (_, Some((_, (1, "s")))) => "about a second at most".to_owned(),
        (None, Some((_, above))) => format!("at most about {}", said(above)),
        (Some((_, below)), Some((_, above))) if below == above => format!("about {}", said(above)),
        (Some((_, below)), Some((_, above))) if below.1 == above.1 => {
            format!("about {} to {}", below.0, said(above))
        }
        (Some((_, below)), Some((_, above))) => format!("about {} to {}", said(below), said(above)),
        (Some((_, below)), None) => format!("more than {}", said(below)),
        (None, None) => "a time that can't be told".to_owned(),
    }
}

fn said((count, unit): Step) -> String {
    match (count, unit) {
        (1, "days") => "1 day".to_owned(),
        _ => format!("{count} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_two_digits() {
        let shown: Vec<String> = [0, 512, 1023, 1024, 15_000, 8_400_000_000, u64::MAX]
            .map(bytes_in_words)
            .into();
        assert_eq!(
            shown,
            [
                "0 bytes",
                "512 bytes",
                "1 kB",
                "1 kB",
                "15 kB",
                "7.8 GB",
                "16384 PB"
            ]
        );
        let shown: Vec<String> = [
            0,
            999,
            1_000,
            3_449,
            99_960,
            999_999,
            1_000_000,
            12_345_678,
            2_000_000_000,
        ]
        .map(count_in_words)
        .into();
        assert_eq!(
            shown,
            [
                "0",
                "999",
                "1,000",
                "3,400",
                "100,000",
                "1 million",
                "1 million",
                "12 million",
                "2 billion"
            ]
        );
    }

    #[test]
    fn times_are_ranges() {
        assert_eq!(time_in_words(0.0, 0.2), "about a second at most");
        assert_eq!(time_in_words(0.2, 2.5), "at most about 3 s");
        assert_eq!(time_in_words(41.0, 119.0), "about 40 s to 2 min");
        assert_eq!(time_in_words(125.0, 400.0), "about 2 to 8 min");
        assert_eq!(time_in_words(1e9, 1e10), "more than 30 days");
        assert_eq!(time_in_words(70_000.0, 90_000.0), "about 18 h to 2 days");
    }
}
