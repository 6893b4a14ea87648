//! Where a new statement plainly begins although something is still open.
//!
//! That is a `;` at the end of a line, and a later line (blank lines and comments aside) that begins, at its first column, with a
//! keyword that starts a statement, or with a backslash.

use crate::lexer::is_ident;

/// What the place lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// Parentheses, a quote or a comment.
    Parentheses,
    /// The body of a SQL-standard function, which has statements of its own.
    Body,
}

pub(super) struct Look {
    pub(super) begins: bool,
    /// Behind the last byte that was looked at.
    pub(super) examined: usize,
}

/// Whether a new statement begins behind the `;` that ends at `at`.
pub(super) fn begins_statement(text: &str, at: usize, inside: Inside) -> Look {
    let bytes = text.as_bytes();
    let mut at = at;
    let mut at_line_start = false;
    loop {
        match bytes.get(at) {
            Some(b'\n' | b'\r') => {
                at_line_start = true;
                at += 1;
            }
            Some(b' ' | b'\t') => {
                at_line_start = false;
                at += 1;
            }
            Some(b'-') if bytes.get(at + 1) == Some(&b'-') => at = crate::lexer::line_end(bytes, at),
            _ => break,
        }
    }
    if !at_line_start {
        return Look {
            begins: false,
            examined: at + 2,
        };
    }
    if bytes.get(at) == Some(&b'\\') {
        let command = bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic);
        return Look {
            begins: command && inside == Inside::Parentheses,
            examined: at + 2,
        };
    }
    let mut end = at;
    while end < bytes.len() && is_ident(bytes[end]) && end - at <= 16 {
        end += 1;
    }
    Look {
        begins: starts_statement(&bytes[at..end], inside),
        examined: end + 1,
    }
}

/// The first `;` from `from` on, whatever it lies in, behind which a new statement begins. Gives its end.
pub(super) fn find(text: &str, from: usize, inside: Inside) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(length) = bytes.get(at..)?.iter().position(|byte| *byte == b';') {
        at += length + 1;
        if begins_statement(text, at, inside).begins {
            return Some(at);
        }
    }
    None
}

fn starts_statement(word: &[u8], inside: Inside) -> bool {
    const ALWAYS: &[&str] = &[
        "alter",
        "analyze",
        "cluster",
        "comment",
        "commit",
        "copy",
        "create",
        "do",
        "drop",
        "explain",
        "grant",
        "import",
        "lock",
        "reassign",
        "refresh",
        "reindex",
        "revoke",
        "rollback",
        "savepoint",
        "security",
        "set",
        "start",
        "truncate",
        "vacuum",
    ];
    const ALSO_IN_BODIES: &[&str] = &["call", "delete", "insert", "merge", "select", "update", "with"];
    let among = |words: &[&str]| {
        words
            .iter()
            .any(|keyword| word.eq_ignore_ascii_case(keyword.as_bytes()))
    };
    among(ALWAYS) || (inside == Inside::Parentheses && among(ALSO_IN_BODIES))
}
