//! Constants: how a value is written by hand, and how PostgreSQL writes it again.

mod interval;

use super::term::Term;
use crate::types::SqlType;

/// A text as an SQL constant on one line.
pub(super) fn quoted(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("E'");
    for c in text.chars() {
        match c {
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// A constant of a type. What is not a constant, or not of this type's form, comes back as it is.
pub(super) fn cast(term: Term, ty: &SqlType) -> Term {
    if ty.array {
        return untyped(term);
    }
    let name = ty.name.as_str();
    match (term, name) {
        (Term::Text(text), "bool") => truth(&text).map_or(Term::Text(text), Term::Bool),
        (Term::Number(number), "bool") => truth(&number).map_or(Term::Number(number), Term::Bool),
        (Term::Text(text), "float4" | "float8") => {
            float(&text, name == "float4").map_or(Term::Text(text), Term::Number)
        }
        (Term::Text(text), "bytea") => Term::Text(bytes(&text).unwrap_or(text)),
        (Term::Text(text), "time" | "timetz") => Term::Text(with_seconds(&text)),
        (Term::Text(text), "int2" | "int4" | "int8" | "numeric" | "oid") => {
            number(text.trim()).map_or(Term::Text(text), Term::Number)
        }
        (Term::Number(number), "text" | "varchar" | "bpchar" | "name") => Term::Number(number),
        (Term::Text(text), "interval") => Term::Text(interval::normal(&text, None).unwrap_or(text)),
        (
            Term::Text(text),
            "regclass" | "regconfig" | "regdictionary" | "regproc" | "regtype" | "regprocedure",
        ) => Term::Text(without_schema(&text)),
        (Term::Text(text), "uuid") => Term::Text(text.to_ascii_lowercase()),
        (Term::Text(text), "text" | "varchar" | "bpchar" | "name" | "char") => Term::Text(text),
        (term, _) => untyped(term),
    }
}

/// A constant whose type nothing says: what PostgreSQL would read it as can be told where its form is telling.
pub(super) fn untyped(term: Term) -> Term {
    let Term::Text(text) = term else { return term };
    let normal = match text.as_bytes().first() {
        Some(b'{' | b'[') => json(&text).unwrap_or_else(|| array(&text)),
        Some(b'0'..=b'9' | b'-' | b'+') => moment(&text)
            .or_else(|| interval::of_units(&text))
            .unwrap_or(text),
        _ => text,
    };
    Term::Text(normal)
}

/// `interval '1' day`.
pub(super) fn interval_with_unit(term: Term, unit: Option<&str>) -> Term {
    match term {
        Term::Text(text) => Term::Text(interval::normal(&text, unit).unwrap_or(text)),
        other => other,
    }
}

/// What PostgreSQL reads as a truth value.
fn truth(text: &str) -> Option<bool> {
    let lower = text.trim().to_ascii_lowercase();
    match lower.as_str() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// A number as `numeric` prints it: no exponent, no sign `+`, no digits before the point left out.
pub(super) fn number(text: &str) -> Option<String> {
    let text = text.replace('_', "");
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    if let Some(value) = radix(digits) {
        return Some(format!("{}{value}", if negative { "-" } else { "" }));
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (
            &digits[..at],
            digits[at + 1..].parse::<i32>().ok().filter(|e| e.abs() <= 400)?,
        ),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let (whole, fraction) = shifted(whole, fraction, exponent);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    let zero = whole == "0" && fraction.bytes().all(|b| b == b'0');
    Some(format!(
        "{}{whole}{point}{fraction}",
        if negative && !zero { "-" } else { "" }
    ))
}

/// A floating-point constant from a string, in as few digits as tell it apart.
fn float(text: &str, single: bool) -> Option<String> {
    let text = text.trim();
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return None;
    }
    let shortest = if single {
        text.parse::<f32>().ok()?.to_string()
    } else {
        text.parse::<f64>().ok()?.to_string()
    };
    number(&shortest)
}

/// Bytes as `bytea_output` hex prints them; `None` for the old escapes.
fn bytes(text: &str) -> Option<String> {
    match text.strip_prefix("\\x") {
        Some(hex) => Some(format!("\\x{}", hex.to_ascii_lowercase())),
        None if text.contains('\\') => None,
        None => Some(
            text.bytes()
                .fold("\\x".to_owned(), |out, byte| format!("{out}{byte:02x}")),
        ),
    }
}

/// A time of day with its seconds.
fn with_seconds(text: &str) -> String {
    let hours_and_minutes = text.len() == 5 && text.as_bytes()[2] == b':';
    if hours_and_minutes {
        format!("{text}:00")
    } else {
        text.to_owned()
    }
}

fn radix(digits: &str) -> Option<u64> {
    let (prefix, rest) = (digits.get(..2)?, digits.get(2..)?);
    let radix = match prefix {
        "0x" | "0X" => 16,
        "0o" | "0O" => 8,
        "0b" | "0B" => 2,
        _ => return None,
    };
    u64::from_str_radix(rest, radix).ok()
}

/// Moves the point by an exponent.
fn shifted(whole: &str, fraction: &str, exponent: i32) -> (String, String) {
    let (mut whole, mut fraction) = (whole.to_owned(), fraction.to_owned());
    for _ in 0..exponent.max(0) {
        whole.push(if fraction.is_empty() {
            '0'
        } else {
            fraction.remove(0)
        });
    }
    for _ in exponent..0 {
        fraction.insert(0, whole.pop().unwrap_or('0'));
    }
    (whole, fraction)
}

/// `X'1F'` as bits.
pub(super) fn bits(written: &str) -> Option<String> {
    let digits = written.get(2..)?.trim_end_matches('\'');
    digits
        .chars()
        .map(|c| c.to_digit(16).map(|d| format!("{d:04b}")))
        .collect()
}

/// A name in a text, without its schema, folded as a name in a query is.
fn without_schema(text: &str) -> String {
    let mut name = String::new();
    let mut in_quotes = false;
    for c in text.trim().chars() {
        match c {
            '"' => {
                in_quotes = !in_quotes;
                name.push(c);
            }
            '.' if !in_quotes => name.clear(),
            c if in_quotes => name.push(c),
            c => name.extend(c.to_lowercase()),
        }
    }
    let bare = name.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
    match bare {
        Some(bare) if confiture_syntax::Name::new(bare).quoted() == bare => bare.to_owned(),
        _ => name,
    }
}

/// A date or timestamp, midnight and UTC left out: what `timestamptz` prints of a date, a file writes as the date.
fn moment(text: &str) -> Option<String> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let is_date = date.bytes().enumerate().all(|(at, b)| match at {
        4 | 7 => b == b'-',
        _ => b.is_ascii_digit(),
    });
    if !is_date {
        return None;
    }
    let time = rest.trim_start_matches(['T', ' ']);
    let zoneless = ["+00:00", "+00", "Z", " UTC"]
        .iter()
        .find_map(|zone| time.strip_suffix(zone))
        .unwrap_or(time);
    Some(match zoneless.trim() {
        "" | "00:00" | "00:00:00" => date.to_owned(),
        time => format!("{date} {}", with_seconds(time)),
    })
}

/// JSON as `jsonb` would have it: keys sorted, no space that says nothing.
fn json(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    serde_json::to_string(&sorted(value)).ok()
}

/// serde_json bounds the depth of what it parses (128), so this recursion is bounded too.
fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            serde_json::Value::Object(entries.into_iter().collect())
        }
        serde_json::Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// An array constant without the spaces and quotes that its output doesn't have.
fn array(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '"' {
            if !c.is_whitespace() || !out.ends_with([',', '{', ' ']) {
                out.push(c);
            }
            continue;
        }
        let mut element = String::new();
        while let Some(c) = chars.next() {
            match c {
                '"' => break,
                '\\' => {
                    element.push(c);
                    element.extend(chars.next());
                }
                c => element.push(c),
            }
        }
        let bare = !element.is_empty()
            && !element.eq_ignore_ascii_case("null")
            && !element.contains(|c: char| c.is_whitespace() || "{},\\\"".contains(c));
        out.push_str(&if bare { element } else { format!("\"{element}\"") });
    }
    out
}
