//! How names are compared.

use std::cmp::Ordering;
use std::path::{Component, Path};

/// Compares with runs of digits as numbers: `2_b` before `10_a`, and `01` before `019`. Ties are broken by the text.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
    let (mut rest_a, mut rest_b) = (a, b);
    loop {
        match (rest_a.chars().next(), rest_b.chars().next()) {
            (None, None) => return a.cmp(b),
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (digits_a, after_a) = split_digits(rest_a);
                let (digits_b, after_b) = split_digits(rest_b);
                match numeric(digits_a, digits_b) {
                    Ordering::Equal => (rest_a, rest_b) = (after_a, after_b),
                    unequal => return unequal,
                }
            }
            (Some(x), Some(y)) => match x.cmp(&y) {
                Ordering::Equal => (rest_a, rest_b) = (&rest_a[x.len_utf8()..], &rest_b[y.len_utf8()..]),
                unequal => return unequal,
            },
        }
    }
}

/// The digits at the start, and what follows.
pub(crate) fn split_digits(text: &str) -> (&str, &str) {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at(len)
}

/// Compares two runs of digits as numbers of any size.
pub(crate) fn numeric(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The order of a tree that says nothing about its order: in each folder numbered names first, by number, then the
/// other files, then the other folders (a schema stands beside its `upgrade` folder more often than behind it).
pub(crate) fn tree(a: &Path, b: &Path) -> Ordering {
    let (mut left, mut right) = (a.components().peekable(), b.components().peekable());
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x == y => {}
            (Some(x), Some(y)) => {
                let (x, y) = (name(x), name(y));
                let is_file = (left.peek().is_none(), right.peek().is_none());
                return rank(&x, is_file.0)
                    .cmp(&rank(&y, is_file.1))
                    .then_with(|| natural(&x, &y));
            }
        }
    }
}

fn name(component: Component<'_>) -> String {
    component.as_os_str().to_string_lossy().into_owned()
}

fn rank(name: &str, is_file: bool) -> u8 {
    match (name.starts_with(|c: char| c.is_ascii_digit()), is_file) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => 2,
    }
}

/// The names nearest to a mistyped one, at most a third of its letters away.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase().replace('-', "_");
    known
        .into_iter()
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().max(name.len()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance. Only short names are compared: longer ones are cut.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut names: Vec<&str>) -> Vec<&str> {
        names.sort_by(|a, b| tree(Path::new(a), Path::new(b)));
        names
    }

    #[test]
    fn numbers_are_numbers() {
        assert_eq!(
            sorted(vec!["019_seed/a", "02_q/a", "00_c/10", "00_c/9", "01_w/a"]),
            ["00_c/9", "00_c/10", "01_w/a", "02_q/a", "019_seed/a"]
        );
    }

    #[test]
    fn files_stand_before_folders() {
        assert_eq!(
            sorted(vec![
                "upgrade/2.10.sql",
                "upgrade/2.9.sql",
                "pgsql.sql",
                "1_a.sql",
                "2_b/x.sql"
            ]),
            [
                "1_a.sql",
                "2_b/x.sql",
                "pgsql.sql",
                "upgrade/2.9.sql",
                "upgrade/2.10.sql"
            ]
        );
    }

    #[test]
    fn nearest_names() {
        assert_eq!(
            nearest("load_ordr", ["linting", "load_order"]),
            Some("load_order")
        );
        assert_eq!(nearest("pg-version", ["pg_version"]), Some("pg_version"));
        assert_eq!(nearest("zzz", ["linting", "load_order"]), None);
    }
}
