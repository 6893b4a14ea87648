//! Identifiers inside source text: found and replaced token by token, strings and comments left alone.

use std::sync::Arc;

use confiture_syntax::Name;

use crate::expr::{Expr, ExprFacts};

/// A stretch of text that is an identifier, quoted or not.
struct Word {
    start: usize,
    end: usize,
    name: Name,
}

/// Every identifier and keyword of a text.
fn words(text: &str) -> Vec<Word> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        at = match byte {
            b'\'' => after_string(bytes, at, escapes(bytes, at)),
            b'"' => {
                let end = after_quoted(bytes, at);
                words.push(Word {
                    start: at,
                    end,
                    name: Name::fold(&text[at..end]),
                });
                end
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => after(text, at, "\n"),
            b'/' if bytes.get(at + 1) == Some(&b'*') => after(text, at + 2, "*/"),
            b'$' => after_dollar(text, at),
            b'0'..=b'9' => skip(bytes, at, |b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_'),
            _ if is_start(byte) => {
                let end = skip(bytes, at, is_part);
                words.push(Word {
                    start: at,
                    end,
                    name: Name::fold(&text[at..end]),
                });
                end
            }
            _ => at + 1,
        };
    }
    words
}

fn is_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_part(byte: u8) -> bool {
    is_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn skip(bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> usize {
    bytes[from..]
        .iter()
        .position(|b| !is(*b))
        .map_or(bytes.len(), |n| from + n)
}

/// Right behind the next `end`.
fn after(text: &str, from: usize, end: &str) -> usize {
    text.get(from..)
        .and_then(|t| t.find(end))
        .map_or(text.len(), |n| from + n + end.len())
}

fn escapes(bytes: &[u8], at: usize) -> bool {
    at > 0 && matches!(bytes[at - 1], b'e' | b'E') && (at < 2 || !is_part(bytes[at - 2]))
}

fn after_string(bytes: &[u8], open: usize, escapes: bool) -> usize {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escapes => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn after_quoted(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' if bytes.get(at + 1) == Some(&b'"') => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Behind a dollar-quoted string; behind the dollar where none begins.
fn after_dollar(text: &str, open: usize) -> usize {
    let tag = skip(text.as_bytes(), open + 1, |b| is_part(b) && b != b'$');
    if text.as_bytes().get(tag) != Some(&b'$') {
        return open + 1;
    }
    let delimiter = &text[open..=tag];
    after(text, tag + 1, delimiter)
}

/// The identifiers of a dotted name.
pub(super) fn identifiers(text: &str) -> Vec<Name> {
    words(text).into_iter().map(|w| w.name).collect()
}

/// Whether a text holds an identifier.
pub(super) fn mentions(text: &str, name: &Name) -> bool {
    words(text).iter().any(|w| w.name == *name)
}

/// The text with every identifier `from` that `wanted` (what stands before and after it) accepts made `to`; `None` where there is none.
fn replaced(text: &str, from: &Name, to: &Name, wanted: impl Fn(&str, &str) -> bool) -> Option<String> {
    if !text
        .to_ascii_lowercase()
        .contains(&from.as_str().to_ascii_lowercase())
        && !text.contains('"')
    {
        return None;
    }
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    for word in words(text) {
        if word.name == *from && wanted(&text[..word.start], &text[word.end..]) {
            result.push_str(&text[copied..word.start]);
            result.push_str(&to.quoted());
            copied = word.end;
        }
    }
    if copied == 0 {
        return None;
    }
    result.push_str(&text[copied..]);
    Some(result)
}

/// The expression after a column of its table was renamed.
pub(super) fn column(expr: &Expr, from: &Name, to: &Name) -> Expr {
    if !expr.facts.columns.contains(from) {
        return expr.clone();
    }
    // A name before a parenthesis is a function's, one before a dot a table's.
    let is_column = |_: &str, after: &str| !after.trim_start().starts_with(['(', '.']);
    let text = replaced(&expr.text, from, to, is_column).map_or_else(|| expr.text.clone(), Arc::from);
    let swap = |name: &Name| if name == from { to.clone() } else { name.clone() };
    let facts = &expr.facts;
    let facts = ExprFacts {
        columns: facts.columns.iter().map(swap).collect(),
        proves_not_null: facts.proves_not_null.iter().map(swap).collect(),
        bare_column: facts.bare_column.as_ref().map(swap),
        // What was named after the column keeps that name.
        output_name: facts.output_name.clone().or_else(|| facts.bare_column.clone()),
        ..(**facts).clone()
    };
    Expr {
        text,
        range: expr.range,
        facts: Arc::new(facts),
    }
}

/// The expression after its table was renamed: `old.column` is `new.column`.
pub(super) fn table(expr: &Expr, from: &Name, to: &Name) -> Expr {
    let is_qualifier = |_: &str, after: &str| after.trim_start().starts_with('.');
    match replaced(&expr.text, from, to, is_qualifier) {
        Some(text) => Expr {
            text: text.into(),
            ..expr.clone()
        },
        None => expr.clone(),
    }
}

/// The expression after a function that it calls was renamed.
pub(super) fn function(expr: &Expr, from: &Name, to: &Name) -> Expr {
    let is_call = |_: &str, after: &str| after.trim_start().starts_with('(');
    let Some(text) = replaced(&expr.text, from, to, is_call) else {
        return expr.clone();
    };
    let mut facts = (*expr.facts).clone();
    facts
        .functions
        .iter_mut()
        .filter(|f| f.name == *from)
        .for_each(|f| f.name = to.clone());
    Expr {
        text: text.into(),
        range: expr.range,
        facts: Arc::new(facts),
    }
}

/// The expression after a type was renamed.
pub(super) fn other(expr: &Expr, from: &Name, to: &Name) -> Expr {
    match replaced(&expr.text, from, to, |_, _| true) {
        Some(text) => Expr {
            text: text.into(),
            ..expr.clone()
        },
        None => expr.clone(),
    }
}

/// The expression with one string made another.
pub(super) fn literal(expr: &Expr, from: &str, to: &str) -> Expr {
    let quote = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let text = expr.text.replace(&quote(from), &quote(to));
    Expr {
        text: text.into(),
        ..expr.clone()
    }
}

/// A query after something in it was renamed. An alias stays what it is.
pub(super) fn query(text: &Arc<str>, from: &Name, to: &Name) -> Arc<str> {
    let not_alias = |before: &str, _: &str| {
        let before = before.trim_end();
        let keyword = before.get(before.len().saturating_sub(3)..).unwrap_or("");
        !keyword.trim_start().eq_ignore_ascii_case("as")
    };
    replaced(text, from, to, not_alias).map_or_else(|| text.clone(), Arc::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replace(text: &str) -> String {
        replaced(text, &Name::new("a"), &Name::new("B c"), |_, _| true).unwrap_or_default()
    }

    #[test]
    fn only_identifiers_are_replaced() {
        assert_eq!(
            replace("A > 'a' AND \"a\" = E'\\'a' -- a\n"),
            "\"B c\" > 'a' AND \"B c\" = E'\\'a' -- a\n"
        );
        assert_eq!(
            replace("$x$ a $x$ || aa || a$ || /* a */ $1 + a"),
            "$x$ a $x$ || aa || a$ || /* a */ $1 + \"B c\""
        );
        assert_eq!(replace("'a"), "");
    }
}
