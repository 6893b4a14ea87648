//! What must not be shown: values that are secret, and texts that may hold a password.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// A value that no report, log or error shows: an address with a password, a salt, a key.
///
/// `Debug` and `Display` give `***`; [`Secret::reveal`] is the only way to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Makes a value secret.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for whoever needs it to do its work: never to print it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The keys whose values are taken to be secret wherever they are written, as `key: value` or `key=value`.
const SECRET_KEYS: [&str; 5] = ["password", "pgpassword", "passwd", "salt", "secret"];

/// A text with the passwords in it covered, for excerpts of configuration files. Every character keeps its length in
/// bytes, so that places in the text stay what they are. `${VARIABLE}` is no secret and stays.
///
/// What counts: the password of a URL (`scheme://user:password@host`), and the value of a key that is or ends in
/// `password`, `salt`, `secret`.
pub fn hide_passwords(text: &str) -> Cow<'_, str> {
    let mut hidden = Vec::new();
    in_urls(text, &mut hidden);
    for key in SECRET_KEYS {
        behind_key(text, key, &mut hidden);
    }
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = text.to_owned();
    for range in hidden {
        // Those that overlap were covered already, with the same lengths.
        let covered: String = out
            .get(range.clone())
            .unwrap_or_default()
            .chars()
            .map(cover)
            .collect();
        out.replace_range(range, &covered);
    }
    Cow::Owned(out)
}

/// A character of the same length in bytes that says nothing.
fn cover(c: char) -> char {
    match c.len_utf8() {
        1 => '*',
        2 => '·',
        3 => '•',
        _ => '🞄',
    }
}

/// Where a password stands in a URL. What ends the URL: white space, a quote, the end of a YAML flow.
fn in_urls(text: &str, hidden: &mut Vec<Range<usize>>) {
    for (at, separator) in text.match_indices("://") {
        let start = at + separator.len();
        let rest = text.get(start..).unwrap_or_default();
        let url = rest.split(char::is_whitespace).next().unwrap_or_default();
        // A password may hold unescaped slashes, quotes and at signs: the last at sign ends it.
        let Some((credentials, _)) = url.rsplit_once('@') else {
            continue;
        };
        let Some((user, password)) = credentials.split_once(':') else {
            continue;
        };
        push(hidden, start + user.len() + 1, password);
    }
}

/// Where the value of a key stands: up to the end of its quotes, or of the line or the word.
fn behind_key(text: &str, key: &str, hidden: &mut Vec<Range<usize>>) {
    let lower = text.to_ascii_lowercase();
    for (at, _) in lower.match_indices(key) {
        let behind = at + key.len();
        let rest = text.get(behind..).unwrap_or_default();
        let trimmed = rest.trim_start_matches([' ', '\t', '"', '\'']);
        let Some(sign) = trimmed.chars().next().filter(|c| matches!(c, ':' | '=')) else {
            continue;
        };
        let value = trimmed.trim_start_matches(sign).trim_start_matches([' ', '\t']);
        let start = behind + rest.len() - value.len();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (start, length) = match quote {
            Some(quote) => {
                let inner = value.get(1..).unwrap_or_default();
                (start + 1, quoted(inner, quote))
            }
            None if sign == '=' => (start, word(value)),
            None => (start, value.find(['\n', '\r']).unwrap_or(value.len())),
        };
        push(hidden, start, text.get(start..start + length).unwrap_or_default());
    }
}

/// How long a quoted value is: a quote that is doubled or escaped doesn't end it.
fn quoted(inner: &str, quote: char) -> usize {
    let mut characters = inner.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' || (c == quote && characters.peek().is_some_and(|(_, next)| *next == quote)) {
            characters.next();
        } else if c == quote {
            return at;
        }
    }
    inner.len()
}

/// How long a value of a connection string is that has no quotes: a backslash takes the next character in.
fn word(value: &str) -> usize {
    let mut characters = value.char_indices();
    while let Some((at, c)) = characters.next() {
        if c == '\\' {
            characters.next();
        } else if c.is_whitespace() || c == '&' {
            return at;
        }
    }
    value.len()
}

fn push(hidden: &mut Vec<Range<usize>>, start: usize, value: &str) {
    let trimmed = value.trim_end();
    let is_reference = trimmed.starts_with("${")
        && trimmed.ends_with('}')
        && trimmed.matches("${").count() == 1
        && !trimmed.contains(":-");
    if !trimmed.is_empty() && !is_reference {
        hidden.push(start..start + trimmed.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn passwords_are_covered_and_references_stay() {
        for (text, expected) in [
            ("url: postgres://u:pw@h/a", "url: postgres://u:**@h/a"),
            (
                "url: 'postgres://u:p@/é@h/a' # x",
                "url: 'postgres://u:***·@h/a' # x",
            ),
            ("url: postgres://u:${PW}@h/a", "url: postgres://u:${PW}@h/a"),
            (
                "url: postgres://u:${PW:-abc}@h/a",
                "url: postgres://u:**********@h/a",
            ),
            ("url: postgres://u@h/a", "url: postgres://u@h/a"),
            (
                "url: host=h password=a\\ b dbname=x",
                "url: host=h password=**** dbname=x",
            ),
            (
                "url: host=h password = 'a b''c' user=x",
                "url: host=h password = '******' user=x",
            ),
            (
                "postgres://h/a?user=u&password=pw&x=y",
                "postgres://h/a?user=u&password=**&x=y",
            ),
            (
                "{a: 1, \"db_password\": \"pw\"}",
                "{a: 1, \"db_password\": \"**\"}",
            ),
            ("salt: abc\nb: 1", "salt: ***\nb: 1"),
            ("salt: \"${QA_ANON_SALT}\"", "salt: \"${QA_ANON_SALT}\""),
            ("password policy", "password policy"),
        ] {
            assert_eq!(hide_passwords(text), expected);
        }
    }

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret::new("s3cret");
        assert_eq!(format!("{secret} {secret:?}"), "*** Secret(***)");
    }

    proptest! {
        #[test]
        fn lengths_stay(text in "[a-zé€🞄 :=@/'\"\n${}-]{0,20}(://|password[:=])[a-zé€🞄 :=@/'\"\n${}-]{0,20}") {
            let hidden = hide_passwords(&text);
            prop_assert_eq!(hidden.len(), text.len());
            prop_assert_eq!(hidden.chars().count(), text.chars().count());
        }

        #[test]
        fn no_password_of_a_url_is_left(password in "[A-Z0-9!%^~/:@]{6,12}") {
            let text = format!("database_url: postgres://u:{password}@h/a");
            prop_assert!(!hide_passwords(&text).contains(&password));
        }
    }
}
