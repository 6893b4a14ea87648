//! Identifiers as PostgreSQL stores them.

use crate::keywords::{KeywordCategory, category};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The longest identifier PostgreSQL keeps, in bytes (`NAMEDATALEN - 1`).
pub const MAX_NAME_BYTES: usize = 63;

/// An identifier as PostgreSQL stores it: folded to lower case unless it was quoted, unescaped, truncated to 63 bytes.
#[derive(Clone, Eq, Serialize, Deserialize)]
pub struct Name(Arc<str>);

// Names of schemas are clones of a few, and looking something up is comparing names.
impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Name) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Name {
    /// The name with exactly these characters, truncated to 63 bytes on a character boundary.
    pub fn new(exact: impl AsRef<str>) -> Name {
        let exact = exact.as_ref();
        Name(Arc::from(&exact[..exact.floor_char_boundary(MAX_NAME_BYTES)]))
    }

    /// The name that a token of source text means: `Users` is `users`, `"Us""ers"` is `Us"ers`, `U&"d\0061t"` is `dat`.
    pub fn fold(token: &str) -> Name {
        let bytes = token.as_bytes();
        if bytes.first() == Some(&b'"') {
            return Name::new(undouble(token, '"'));
        }
        if bytes.len() > 2 && matches!(bytes[0], b'U' | b'u') && bytes[1] == b'&' && bytes[2] == b'"' {
            let (body, escape) = crate::literal::split_uescape(&token[2..], '"');
            return Name::new(crate::literal::unescape_unicode(&undouble(body, '"'), escape));
        }
        if bytes.iter().any(u8::is_ascii_uppercase) {
            return Name::new(token.to_ascii_lowercase());
        }
        Name::new(token)
    }

    /// The stored characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as it must be written in SQL, quoted where PostgreSQL's `quote_ident` quotes. Every identifier that Confiture
    /// writes into SQL goes through here.
    pub fn quoted(&self) -> String {
        let mut bytes = self.0.bytes();
        let plain = matches!(bytes.next(), Some(b'a'..=b'z' | b'_'))
            && bytes.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
            && matches!(category(&self.0), None | Some(KeywordCategory::Unreserved));
        if plain {
            return self.0.to_string();
        }
        format!("\"{}\"", self.0.replace('"', "\"\""))
    }
}

/// The text between quotes with doubled quotes made single; a missing final quote is tolerated.
fn undouble(token: &str, quote: char) -> String {
    let body = token.strip_prefix(quote).unwrap_or(token);
    let body = body.strip_suffix(quote).unwrap_or(body);
    let mut doubled = String::with_capacity(2);
    doubled.push(quote);
    doubled.push(quote);
    if body.contains(doubled.as_str()) {
        body.replace(doubled.as_str(), &doubled[..1])
    } else {
        body.to_owned()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(exact: &str) -> Name {
        Name::new(exact)
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_postgresqls() {
        assert_eq!(Name::fold("Users"), "users");
        assert_eq!(Name::fold("\"Us\"\"ers\""), "Us\"ers");
        assert_eq!(Name::fold("U&\"d\\0061t\\+000061\""), "data");
        assert_eq!(Name::fold("U&\"d!0061t!+000061\" UESCAPE '!'"), "data");
        assert_eq!(Name::fold("ÄRGER"), "Ärger");
    }

    #[test]
    fn long_names_are_cut_on_a_character_boundary() {
        let name = Name::new("é".repeat(40));
        assert_eq!(name.as_str().len(), 62);
    }

    #[test]
    fn quoting_is_quote_idents() {
        for (name, quoted) in [
            ("users", "users"),
            ("Users", "\"Users\""),
            ("select", "\"select\""),
            ("int", "\"int\""),
            ("text", "text"),
            ("a\"b", "\"a\"\"b\""),
            ("", "\"\""),
            ("1a", "\"1a\""),
            ("a$b", "\"a$b\""),
        ] {
            assert_eq!(Name::new(name).quoted(), quoted);
        }
    }
}
