//! Whether values of one type are stored as values of another without being touched.
//!
//! PostgreSQL skips the rewrite where the cast does nothing: the types are binary-coercible (`pg_cast.castmethod` is
//! `b`) and the length coercion can be left out by the type's planner support function (`varchar_support`,
//! `numeric_support`, `timestamp_support`, `interval_support`, `varbit_support`).

use confiture_schema::types::SqlType;

/// What a change of type does to stored values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cast {
    /// Nothing.
    Kept,
    /// Nothing where the session's TimeZone is UTC; a rewrite elsewhere.
    KeptInUtc,
    /// Every value is converted.
    Converted,
}

impl Cast {
    /// One after the other.
    pub(crate) fn then(self, next: Cast) -> Cast {
        match (self, next) {
            (Cast::Converted, _) | (_, Cast::Converted) => Cast::Converted,
            (Cast::KeptInUtc, _) | (_, Cast::KeptInUtc) => Cast::KeptInUtc,
            (Cast::Kept, Cast::Kept) => Cast::Kept,
        }
    }
}

/// Pairs that `pg_cast` calls binary-coercible, in both directions.
const SAME_BITS: &[(&str, &str)] = &[
    ("text", "varchar"),
    ("citext", "text"),
    ("citext", "varchar"),
    ("int4", "oid"),
    ("oid", "regclass"),
    ("oid", "regproc"),
    ("oid", "regtype"),
    ("oid", "regrole"),
    ("oid", "regnamespace"),
    ("bit", "varbit"),
];

/// Pairs that are so in this direction only.
const SAME_BITS_ONE_WAY: &[(&str, &str)] = &[("cidr", "inet"), ("xml", "text"), ("xml", "varchar")];

/// What happens to values when a column of type `from` becomes one of type `to`. Neither is a domain: their base
/// types stand for them.
pub(crate) fn cast(from: &SqlType, to: &SqlType) -> Cast {
    if from == to {
        return Cast::Kept;
    }
    if from.array || to.array {
        return Cast::Converted;
    }
    if from.base() == to.base() {
        return if length_fits(from, to) {
            Cast::Kept
        } else {
            Cast::Converted
        };
    }
    if from.schema.is_some() || to.schema.is_some() {
        return Cast::Converted;
    }
    let pair = (from.name.as_str(), to.name.as_str());
    if matches!(pair, ("timestamp", "timestamptz") | ("timestamptz", "timestamp")) {
        return if precision(to) >= precision(from) {
            Cast::KeptInUtc
        } else {
            Cast::Converted
        };
    }
    let same = SAME_BITS.contains(&pair)
        || SAME_BITS.contains(&(pair.1, pair.0))
        || SAME_BITS_ONE_WAY.contains(&pair);
    // A length has to be checked on values that had none of that type.
    if same && to.modifiers.is_none() && to.name.as_str() != "bit" {
        Cast::Kept
    } else {
        Cast::Converted
    }
}

/// Whether every value of a type fits the same type with other modifiers.
fn length_fits(from: &SqlType, to: &SqlType) -> bool {
    let Some(new) = &to.modifiers else {
        return !matches!(to.name.as_str(), "bpchar" | "bit");
    };
    match to.name.as_str() {
        "varchar" | "varbit" => match (numbers(from).first(), numbers(to).first()) {
            (Some(old), Some(new)) => new >= old,
            _ => false,
        },
        "numeric" => numeric_fits(from, to),
        "timestamp" | "timestamptz" | "time" | "timetz" => precision(to) >= precision(from),
        "interval" => {
            let only_digits = |m: &str| m.chars().all(|c| c.is_ascii_digit());
            only_digits(new)
                && from.modifiers.as_deref().is_none_or(only_digits)
                && precision(to) >= precision(from)
        }
        _ => false,
    }
}

fn numeric_fits(from: &SqlType, to: &SqlType) -> bool {
    let parts = |ty: &SqlType| {
        let n = numbers(ty);
        Some((*n.first()?, n.get(1).copied().unwrap_or(0)))
    };
    match (parts(from), parts(to)) {
        (Some((old_precision, old_scale)), Some((precision, scale))) => {
            scale == old_scale && precision >= old_precision
        }
        _ => false,
    }
}

/// Digits after the second: six where nothing is said.
fn precision(ty: &SqlType) -> i64 {
    numbers(ty).first().copied().unwrap_or(6)
}

fn numbers(ty: &SqlType) -> Vec<i64> {
    let text = ty.modifiers.as_deref().unwrap_or("");
    text.split(',').filter_map(|n| n.trim().parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(text: &str) -> SqlType {
        let (name, modifiers) = text
            .split_once('(')
            .map_or((text, None), |(n, m)| (n, Some(m.trim_end_matches(')'))));
        SqlType {
            modifiers: modifiers.map(Into::into),
            ..SqlType::named(name)
        }
    }

    #[test]
    fn values_are_kept_where_the_server_keeps_them() {
        for (from, to) in [
            ("varchar(20)", "varchar(50)"),
            ("varchar(20)", "varchar"),
            ("varchar(20)", "text"),
            ("text", "varchar"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("numeric(10)", "numeric(12,0)"),
            ("numeric(10,2)", "numeric"),
            ("timestamp(3)", "timestamp"),
            ("interval(3)", "interval"),
            ("interval(3)", "interval(6)"),
            ("varbit(8)", "varbit(16)"),
            ("cidr", "inet"),
            ("xml", "text"),
        ] {
            assert_eq!(cast(&ty(from), &ty(to)), Cast::Kept, "{from} → {to}");
        }
    }

    #[test]
    fn values_are_converted_elsewhere() {
        for (from, to) in [
            ("int4", "int8"),
            ("varchar(20)", "varchar(5)"),
            ("text", "varchar(50)"),
            ("bpchar(10)", "bpchar(20)"),
            ("bpchar(10)", "text"),
            ("numeric(10,2)", "numeric(12,4)"),
            ("numeric", "numeric(10,2)"),
            ("timestamp", "timestamp(0)"),
            ("timestamp", "timestamptz(3)"),
            ("inet", "cidr"),
            ("bit(8)", "varbit(8)"),
            ("interval(3)", "interval(day)"),
        ] {
            assert_eq!(cast(&ty(from), &ty(to)), Cast::Converted, "{from} → {to}");
        }
        assert_eq!(cast(&ty("timestamp"), &ty("timestamptz")), Cast::KeptInUtc);
    }
}
