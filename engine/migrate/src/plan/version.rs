//! How versions compare.

use std::cmp::Ordering;

/// Compares versions part by part (`.`, `_` and `-` stand between parts), numbers as numbers: `1.2` before `1.10`, `9`
/// before `010`, and `1.0` is `1`. A part that is no number stands behind those that are.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (parts(a), parts(b));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (x, y) => match compare_parts(x.unwrap_or("0"), y.unwrap_or("0")) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

/// Whether they are the same version, written differently perhaps.
pub fn is_same(a: &str, b: &str) -> bool {
    compare(a, b) == Ordering::Equal
}

fn parts(version: &str) -> impl Iterator<Item = &str> {
    version.split(['.', '_', '-'])
}

fn compare_parts(a: &str, b: &str) -> Ordering {
    match (number(a), number(b)) {
        (Some(x), Some(y)) => x.len().cmp(&y.len()).then_with(|| x.cmp(y)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// The digits of a number of any size, without leading zeros; nothing is zero.
fn number(part: &str) -> Option<&str> {
    part.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| part.trim_start_matches('0'))
}
