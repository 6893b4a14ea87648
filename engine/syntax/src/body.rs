//! The SQL inside statements: function bodies and DO blocks.

use crate::error::SyntaxError;
use crate::range::TextRange;
use crate::syntax::Syntax;

/// The language of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// SQL, in a string or as `BEGIN ATOMIC`.
    Sql,
    /// PL/pgSQL.
    PlPgSql,
}

/// When a nested statement runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Whenever the body runs (and nothing has returned before).
    Straight,
    /// In a branch of IF or CASE.
    Conditional,
    /// Any number of times.
    Loop,
    /// In an exception handler.
    Handler,
}

/// Where a nested text comes from in the outer one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceMap {
    /// Offsets `(nested, outer)` at which a stretch of equal bytes begins, in order; the first is at nested 0.
    stretches: Box<[(u32, u32)]>,
    /// Length of the nested text and its end in the outer one.
    end: (u32, u32),
}

/// SQL that is put together when it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dynamic {
    /// The expression, in the outer statement's text.
    pub range: TextRange,
}

/// A statement inside another.
#[derive(Debug, Clone)]
pub struct Nested {
    /// The statement; empty when it is dynamic and can't be known.
    pub syntax: Syntax,
    /// When it runs.
    pub context: Context,
    /// True inside a block with an EXCEPTION section: an error is caught and what the block did is undone.
    pub guarded: bool,
    /// Set for SQL that is put together when it runs.
    pub dynamic: Option<Dynamic>,
    /// From this statement's text to the outer statement's.
    pub map: SourceMap,
}

/// The SQL of one function body or DO block.
#[derive(Debug, Clone)]
pub struct Body {
    /// The body's language.
    pub language: Language,
    /// Where the body is in the outer statement's text, without its quotes.
    pub range: TextRange,
    /// The statements in order.
    pub statements: Vec<Nested>,
    /// What PostgreSQL would refuse when the function is created, in the outer statement's text.
    pub errors: Vec<SyntaxError>,
}

impl Nested {
    /// Where a range of the nested text is in the outer statement's text.
    pub fn to_outer(&self, range: TextRange) -> TextRange {
        self.map.to_outer(range)
    }
}

impl SourceMap {
    /// Where a range of the nested text is in the outer one.
    pub fn to_outer(&self, range: TextRange) -> TextRange {
        TextRange::new(self.offset(range.start), self.offset(range.end))
    }

    fn offset(&self, nested: u32) -> u32 {
        if nested >= self.end.0 {
            return self.end.1;
        }
        let index = self.stretches.partition_point(|(start, _)| *start <= nested);
        let (start, outer) = self.stretches[index.saturating_sub(1)];
        outer + (nested - start)
    }
}

/// The bodies within a statement.
pub(crate) fn bodies(_syntax: &Syntax) -> Vec<Body> {
    Vec::new()
}
