//! SQL expressions as the catalog keeps them: their text and the few facts that others decide by.

use std::sync::Arc;

use confiture_syntax::{Name, Node, TextRange};
use serde::{Deserialize, Serialize};

use crate::catalog::QualName;
use crate::change::ObjectRef;
use crate::read;
use crate::types::SqlType;

/// An expression: a default, a CHECK, an index key or predicate, a generation expression, a policy's condition.
///
/// Equality is that of the source text; [`crate::render::normal::normal_form`] gives the text that a file's spelling and a server's
/// deparsed spelling share.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Expr {
    /// Source text, without the parentheses that the clause itself demands.
    pub text: Arc<str>,
    /// Where it stands in its statement; empty for an introspected one.
    pub range: TextRange,
    /// What was read from its tree.
    pub facts: Arc<ExprFacts>,
}

impl Expr {
    /// The expression that a text spells, as a server prints it. Its facts are incomplete where it can't be parsed.
    pub fn parse(text: &str) -> Expr {
        read::expression(text)
    }

    /// The expression at a node of a statement's tree.
    pub fn from_node(node: Node<'_>) -> Expr {
        read::Reader::outermost().expr(node)
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl Eq for Expr {}
impl std::hash::Hash for Expr {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// Facts read from an expression's tree, independent of any catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct ExprFacts {
    /// Every column it names, unqualified, in order, without repeats.
    pub columns: Vec<Name>,
    /// Every function it calls, in order. SQL value functions appear under the name of the function they stand for
    /// (`CURRENT_TIMESTAMP` → `now`, `CURRENT_USER` → `current_user`); operators don't appear.
    pub functions: Vec<ObjectRef>,
    /// Types that it casts to.
    pub casts: Vec<SqlType>,
    /// Columns that can't be null where the expression is true, because a top-level AND part says `col IS NOT NULL`.
    pub proves_not_null: Vec<Name>,
    /// It is a plain constant (literal, possibly signed, possibly cast), so neither volatile nor dependent on anything.
    pub constant: bool,
    /// It is the literal NULL (possibly cast).
    pub null: bool,
    /// It is nothing but this column.
    pub bare_column: Option<Name>,
    /// The name that PostgreSQL derives from it (`FigureIndexColname`): a column's, a function's; `None` where there is none.
    pub output_name: Option<Name>,
    /// The sequence that a default takes its values from, found when the default was stored: the text may name it
    /// without its schema. Only the fold fills it in.
    pub sequence: Option<QualName>,
    /// It holds a subquery.
    pub subquery: bool,
    /// Its tree could not be read whole; the facts may lack something, so decide for the worse.
    pub incomplete: bool,
}
