//! Tree-sitter queries over statements: what a project looks for in its SQL that nobody else does.

use crate::lexer::Dialect;
use crate::parser::{self, language};
use crate::prepare::{Prepared, Variables, prepare};
use crate::range::{TextRange, clamp};
use crate::repair;
use crate::syntax::MAX_STATEMENT_BYTES;
use std::fmt;
use std::sync::Arc;
use tree_sitter::{Query, QueryCursor, QueryErrorKind, StreamingIterator, Tree};

/// How many unfinished matches of one pattern are followed at once in one statement.
const MATCH_LIMIT: u32 = 4096;

/// A compiled query: one pattern or several, with predicates such as `#eq?` and `#match?`. Cheap to clone.
#[derive(Clone)]
pub struct TreeQuery(Arc<Query>);

/// Why a text is no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// What is wrong, in a sentence without a final period.
    pub message: String,
    /// Where, in the query's text.
    pub range: TextRange,
    /// The node type that the grammar doesn't have, where that is what is wrong.
    pub unknown_node: Option<String>,
}

/// A place where a pattern of a query fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryMatch {
    /// The number of the pattern in the query.
    pub pattern: usize,
    /// Its captures, outermost and first in the text first: numbers into [`TreeQuery::capture_names`] and ranges of the
    /// statement.
    pub captures: Vec<(usize, TextRange)>,
}

impl TreeQuery {
    /// Compiles a query.
    pub fn new(text: &str) -> Result<TreeQuery, QueryError> {
        Query::new(language(), text)
            .map(|query| TreeQuery(Arc::new(query)))
            .map_err(|error| explain(text, &error))
    }

    /// How many patterns it has.
    pub fn pattern_count(&self) -> usize {
        self.0.pattern_count()
    }

    /// The names of its captures, without the `@`.
    pub fn capture_names(&self) -> &[&str] {
        self.0.capture_names()
    }

    /// The types of nodes that a query may name.
    pub fn node_types() -> Vec<&'static str> {
        let count = u16::try_from(language().node_kind_count()).unwrap_or(u16::MAX);
        (0..count)
            .filter(|id| language().node_kind_is_named(*id) && language().node_kind_is_visible(*id))
            .filter_map(|id| language().node_kind_for_id(id))
            .collect()
    }

    /// Where its patterns fit in a statement, in the order of the text. The statement is parsed for it: trees aren't kept.
    pub fn matches(&self, statement: &str) -> Vec<QueryMatch> {
        if statement.len() > MAX_STATEMENT_BYTES || self.pattern_count() == 0 {
            return Vec::new();
        }
        let Some((prepared, tree)) = parse(statement) else {
            return Vec::new();
        };
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(MATCH_LIMIT);
        let back = |offset: usize| prepared.shifts.to_source(clamp(offset));
        let mut found = Vec::new();
        let mut matches = cursor.matches(&self.0, tree.root_node(), prepared.text.as_bytes());
        while let Some(fit) = matches.next() {
            let captures = fit.captures().iter().map(|capture| {
                let range = capture.node.byte_range();
                (
                    capture.index as usize,
                    TextRange::new(back(range.start), back(range.end)),
                )
            });
            found.push(QueryMatch {
                pattern: fit.pattern_index,
                captures: captures.collect(),
            });
        }
        found
    }
}

impl fmt::Debug for TreeQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TreeQuery")
            .field("patterns", &self.pattern_count())
            .field("captures", &self.capture_names())
            .finish()
    }
}

/// The tree that [`crate::Syntax`] would have: that of the first way to prepare the text in which it is whole, else the
/// plain one's.
fn parse(statement: &str) -> Option<(Prepared<'_>, Tree)> {
    let plain = prepare(statement, Dialect::Psql, Variables::Keep, &[]);
    let tree = parser::parse(&plain.text)?;
    if !tree.root_node().has_error() {
        return Some((plain, tree));
    }
    let repairs = repair::repairs(statement, Dialect::Psql);
    for variables in [Variables::Keep, Variables::Names, Variables::Numbers] {
        let prepared = prepare(statement, Dialect::Psql, variables, &repairs);
        if let Some(tree) = parser::parse(&prepared.text)
            && !tree.root_node().has_error()
        {
            return Some((prepared, tree));
        }
    }
    Some((plain, tree))
}

fn explain(text: &str, error: &tree_sitter::QueryError) -> QueryError {
    let name = error.message.trim_matches('"');
    let mut start = error.offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let is_name = matches!(
        error.kind,
        QueryErrorKind::NodeType | QueryErrorKind::Field | QueryErrorKind::Capture
    );
    let length = match text[start..].chars().next() {
        Some(_) if is_name && text[start..].starts_with(name) => name.len(),
        Some(first) => first.len_utf8(),
        None => 0,
    };
    let message = match error.kind {
        QueryErrorKind::NodeType => format!("the grammar has no node `{name}`"),
        QueryErrorKind::Field => format!("the grammar has no field `{name}`"),
        QueryErrorKind::Capture => format!("no pattern captures `@{name}`"),
        QueryErrorKind::Structure => {
            "this pattern can fit nowhere: no such node has such children".to_owned()
        }
        QueryErrorKind::Syntax if start == text.len() => "the query ends too early".to_owned(),
        QueryErrorKind::Syntax => "not a query from here on".to_owned(),
        QueryErrorKind::Predicate | QueryErrorKind::Language => error.message.clone(),
    };
    QueryError {
        message,
        range: TextRange::from_usize(start, start + length),
        unknown_node: (error.kind == QueryErrorKind::NodeType).then(|| name.to_owned()),
    }
}
