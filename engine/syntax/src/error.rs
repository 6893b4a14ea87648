//! What is wrong with a statement.

use crate::range::TextRange;

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyntaxErrorKind {
    /// PostgreSQL would refuse the statement too.
    Syntax,
    /// PostgreSQL may accept the statement; it is beyond what is understood here.
    NotUnderstood,
}

/// Why a statement has no (whole) tree. A statement has at most one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The token that PostgreSQL would name, or the empty range at the statement's end; in the statement's text.
    pub range: TextRange,
    /// In PostgreSQL's words, as `syntax error at or near "TABEL"`.
    pub message: String,
    /// Whose fault it is.
    pub kind: SyntaxErrorKind,
}
