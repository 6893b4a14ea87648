//! The normal form of expressions: one text for what a file writes and for what a server prints of it.
//!
//! PostgreSQL keeps an expression as a tree and prints it anew: casts that it added appear, `IN` becomes `= ANY`,
//! `BETWEEN` two comparisons, a string the constant that it was read as. The normal form undoes what can be undone
//! without knowing types, and says the rest in one of the two ways: implicit casts go, names lose their schema,
//! operators are nested by precedence and printed with the parentheses that nesting needs. It is made to be compared
//! and read, not to be executed. Text that isn't understood, or is nested too deep, comes with its whitespace folded.
//!
//! `read` goes from a syntax tree to a `Term`, `literal` knows what constants look like,
//! `term` prints.

mod call;
mod literal;
mod read;
mod term;

use confiture_syntax::Syntax;
use confiture_syntax::lexer::Dialect;

use crate::expr::Expr;
use crate::types::SqlType;
use term::Term;

/// The normal form of an SQL expression.
pub fn normal_form(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    term(text, Casts::Meant).map_or_else(|| folded(text), |term| term.to_string())
}

/// The normal form of an expression of the catalog.
pub(super) fn expr(expr: &Expr) -> String {
    normal_form(&expr.text)
}

/// The normal form of an index's or a partition's key: a column is its name.
pub(super) fn key(key: &Expr) -> String {
    match &key.facts.bare_column {
        Some(column) => column.quoted().to_string(),
        None => expr(key),
    }
}

/// The normal form of a default for a column of this type; `None` where it is NULL, which is none.
pub(super) fn default(default: &Expr, ty: Option<&SqlType>) -> Option<String> {
    if default.facts.null {
        return None;
    }
    let ty = ty.filter(|ty| !ty.array && ty.schema.is_none());
    let Some(term) = term(&default.text, Casts::Meant) else {
        return Some(folded(&default.text));
    };
    let typed = match (term, ty) {
        (term @ (Term::Text(_) | Term::Number(_)), Some(ty)) => literal::cast(term, ty),
        (term, _) => term,
    };
    Some(typed.to_string())
}

/// A form of a normal form that forgets all casts, and what is number, truth value or text: two expressions that
/// differ in nothing else can't be told apart without knowing the types of all columns.
pub(super) fn loose(normal: &str) -> String {
    term(normal, Casts::None).map_or_else(|| folded(normal).to_ascii_lowercase(), |term| term.to_string())
}

/// A partition's bound (`FOR VALUES …`), its values in normal form.
pub(super) fn bound(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.trim();
    while let Some(open) = rest.find('(') {
        push_words(&mut out, &rest[..open]);
        let (inside, after) = split_parenthesis(&rest[open + 1..]);
        let values: Vec<String> = top_level_items(inside).into_iter().map(bound_value).collect();
        out.push_str(&format!(" ({})", values.join(", ")));
        rest = after;
    }
    push_words(&mut out, rest);
    out
}

fn bound_value(text: &str) -> String {
    let lower = text.trim().to_ascii_lowercase();
    if matches!(lower.as_str(), "minvalue" | "maxvalue") {
        return lower.to_ascii_uppercase();
    }
    if lower.starts_with("modulus") || lower.starts_with("remainder") {
        return folded(&lower);
    }
    // The server prints a value as its column's type does; the file may have quoted it or not.
    loose(&normal_form(text))
}

fn push_words(out: &mut String, words: &str) {
    for word in words.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&word.to_ascii_uppercase());
    }
}

/// What stands before the parenthesis that closes, and after it.
fn split_parenthesis(text: &str) -> (&str, &str) {
    let mut depth = 0usize;
    for (at, byte) in outside_quotes(text) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return (&text[..at], &text[at + 1..]),
            b')' => depth -= 1,
            _ => {}
        }
    }
    (text, "")
}

fn top_level_items(text: &str) -> Vec<&str> {
    let (mut items, mut depth, mut from) = (Vec::new(), 0usize, 0);
    for (at, byte) in outside_quotes(text) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                items.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    items.push(&text[from..]);
    items
}

/// The bytes of a text that stand in no quotes.
fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, u8)> + '_ {
    let mut quote = None;
    text.bytes().enumerate().filter(move |&(_, byte)| match quote {
        Some(open) => {
            if byte == open {
                quote = None;
            }
            false
        }
        None if byte == b'\'' || byte == b'"' => {
            quote = Some(byte);
            false
        }
        None => true,
    })
}

/// An operator's name without `OPERATOR(schema.…)` around it.
pub(super) fn operator(written: &str) -> String {
    let bare = written.trim().trim_end_matches(')');
    let symbols = bare
        .rfind(|c: char| c == '.' || c == '(' || c.is_whitespace())
        .map_or(bare, |at| &bare[at + 1..]);
    match symbols {
        "!=" => "<>".to_owned(),
        other => other.to_owned(),
    }
}

/// A text as an SQL constant on one line.
pub(crate) fn quoted_text(text: &str) -> String {
    literal::quoted(text)
}

/// What casts are worth.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Casts {
    /// Those that somebody may have meant stay; those that a server adds by itself go.
    Meant,
    /// None.
    None,
}

fn term(text: &str, casts: Casts) -> Option<Term> {
    // Slices (`a[1:n]`) look like psql's variables, and here nothing is psql's.
    let syntax = Syntax::parse_as(&format!("SELECT {text}"), Dialect::Server);
    let statement = syntax.statement()?;
    read::Reading { casts }.statement(statement)
}

/// A plain lower-case name or number, which is its own normal form.
fn is_plain(text: &str) -> bool {
    let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let name = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !matches!(
            text,
            "true"
                | "false"
                | "null"
                | "user"
                | "default"
                | "current_date"
                | "current_timestamp"
                | "current_time"
                | "localtime"
                | "localtimestamp"
                | "current_user"
                | "session_user"
                | "current_role"
                | "current_catalog"
                | "current_schema"
                | "system_user"
        );
    name || (number && (text == "0" || !text.starts_with('0')))
}

/// Whitespace outside of quotes folded.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote: Option<char> = None;
    for c in text.trim().chars() {
        match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                }
                out.push(c);
            }
            None if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            None => {
                if c == '\'' || c == '"' {
                    quote = Some(c);
                }
                out.push(c);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
