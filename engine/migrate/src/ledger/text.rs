//! Texts that any server can store.

use serde::Serialize;

/// A text without what a server may not be able to store: NUL, and where the database isn't in UTF-8 all that is not ASCII.
/// What is told in it is for people; names by which things are found again don't come here.
pub(super) fn storable(text: &str, is_utf8: bool) -> String {
    let kept = |c: char| match c {
        '\0' => '?',
        '…' if !is_utf8 => '~',
        c if !is_utf8 && !c.is_ascii() => '?',
        c => c,
    };
    text.chars().map(kept).collect()
}

/// A value as JSON that `jsonb` takes, which refuses the escape of NUL and what the database's encoding lacks.
pub(super) fn json(value: &impl Serialize, is_utf8: bool) -> String {
    // Nothing that is recorded has keys that aren't strings, so there is nothing that could fail.
    let written = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    let written = if written.contains("\\u0000") {
        without_nul_escapes(&written)
    } else {
        written
    };
    storable(&written, is_utf8)
}

/// Puts `?` where a string holds the escape of NUL; a backslash that is itself escaped begins nothing.
fn without_nul_escapes(json: &str) -> String {
    let mut result = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        result.push_str(before);
        if let Some(behind) = escape.strip_prefix("\\u0000") {
            result.push('?');
            rest = behind;
        } else {
            // The backslash and what it escapes, one ASCII character.
            let (pair, behind) = escape.split_at(escape.len().min(2));
            result.push_str(pair);
            rest = behind;
        }
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_is_replaced_and_backslashes_are_not() {
        let value = serde_json::json!(["a\0b", "\\u0000", "\\\0"]);
        assert_eq!(json(&value, true), r#"["a?b","\\u0000","\\?"]"#);
    }

    #[test]
    fn other_encodings_get_ascii() {
        assert_eq!(storable("CREATE INDEX é…", false), "CREATE INDEX ?~");
        assert_eq!(storable("CREATE INDEX é…", true), "CREATE INDEX é…");
    }
}
