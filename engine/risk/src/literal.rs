//! What has to be read from an expression's source text: literal arguments of the sequence functions.

use confiture_syntax::Name;

/// One token of SQL: enough to find literal arguments, never to judge a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// An identifier or keyword, folded.
    Word(Name),
    /// A string literal's value.
    Text(String),
    /// Any other character.
    Sign(char),
}

/// The tokens of a text, comments left out.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = match c {
            '\'' => quoted(rest, '\'', &mut out, Token::Text),
            '"' => quoted(rest, '"', &mut out, |s| Token::Word(Name::new(&s))),
            '-' if rest.starts_with("--") => rest.split_once('\n').map_or("", |(_, r)| r),
            '/' if rest.starts_with("/*") => rest.split_once("*/").map_or("", |(_, r)| r),
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest
                    .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
                    .unwrap_or(rest.len());
                out.push(Token::Word(Name::new(rest[..end].to_lowercase())));
                &rest[end..]
            }
            c => {
                if !c.is_whitespace() {
                    out.push(Token::Sign(c));
                }
                &rest[c.len_utf8()..]
            }
        };
    }
    out
}

/// Takes a quoted token whose quote is doubled inside; gives what follows.
fn quoted<'t>(text: &'t str, quote: char, out: &mut Vec<Token>, make: impl Fn(String) -> Token) -> &'t str {
    let mut value = String::new();
    let mut rest = &text[1..];
    loop {
        let Some(at) = rest.find(quote) else {
            value.push_str(rest);
            out.push(make(value));
            return "";
        };
        value.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if !rest.starts_with(quote) {
            out.push(make(value));
            return rest;
        }
        value.push(quote);
        rest = &rest[1..];
    }
}

/// A call of `nextval`, `setval` or `currval`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SequenceCall {
    /// On the sequence of that name: (schema, name).
    Named(Option<Name>, Name),
    /// On the sequence that serves a column: (schema, table, column), by `pg_get_serial_sequence`.
    Serial(Option<Name>, Name, Name),
    /// On one that is computed.
    Computed,
}

/// The sequence calls in a text.
pub(crate) fn sequence_calls(text: &str) -> Vec<SequenceCall> {
    let tokens = tokens(text);
    let mut out = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let is_call =
            matches!(token, Token::Word(w) if matches!(w.as_str(), "nextval" | "setval" | "currval"));
        if !is_call || tokens.get(i + 1) != Some(&Token::Sign('(')) {
            continue;
        }
        out.push(match (tokens.get(i + 2), tokens.get(i + 4), tokens.get(i + 6)) {
            (Some(Token::Text(name)), _, _) => {
                let (schema, name) = qualified(name);
                SequenceCall::Named(schema, name)
            }
            (Some(Token::Word(f)), Some(Token::Text(table)), Some(Token::Text(column)))
                if f.as_str() == "pg_get_serial_sequence" =>
            {
                let (schema, table) = qualified(table);
                SequenceCall::Serial(schema, table, Name::new(column))
            }
            _ => SequenceCall::Computed,
        });
    }
    out
}

/// A possibly qualified name as text that is cast to `regclass` holds it.
fn qualified(text: &str) -> (Option<Name>, Name) {
    let words: Vec<Name> = tokens(text)
        .into_iter()
        .filter_map(|t| if let Token::Word(w) = t { Some(w) } else { None })
        .collect();
    match words.as_slice() {
        [.., schema, name] => (Some(schema.clone()), name.clone()),
        [name] => (None, name.clone()),
        [] => (None, Name::new("")),
    }
}

/// Whether a text names an identifier anywhere, or selects everything with `*`.
pub(crate) fn may_name(text: &str, name: &Name) -> bool {
    tokens(text).iter().any(|t| match t {
        Token::Word(w) => w == name,
        Token::Sign(c) => *c == '*',
        Token::Text(_) => false,
    })
}

/// Whether two words follow one another.
pub(crate) fn has_words(text: &str, first: &str, second: &str) -> bool {
    tokens(text).windows(2).any(|pair| matches!(pair, [Token::Word(a), Token::Word(b)] if a.as_str() == first && b.as_str() == second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_found() {
        let n = |s: &str| Name::new(s);
        assert_eq!(
            sequence_calls("nextval('app.seq'::regclass)"),
            [SequenceCall::Named(Some(n("app")), n("seq"))]
        );
        assert_eq!(
            sequence_calls("setval('\"Odd\"', 1) + currval(f('x'))"),
            [SequenceCall::Named(None, n("Odd")), SequenceCall::Computed]
        );
        assert_eq!(
            sequence_calls("SELECT setval(pg_get_serial_sequence('app.t', 'id'), max(id)) FROM t"),
            [SequenceCall::Serial(Some(n("app")), n("t"), n("id"))]
        );
        assert_eq!(sequence_calls("'nextval(''x'')' -- nextval('y')"), []);
    }

    #[test]
    fn unclosed_quotes_end_with_the_text() {
        assert_eq!(tokens("'it''s"), [Token::Text("it's".into())]);
        assert_eq!(tokens("\"é"), [Token::Word(Name::new("é"))]);
        assert_eq!(tokens("/* never"), []);
    }
}
