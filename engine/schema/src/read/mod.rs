//! From a statement's syntax tree to its changes.
//!
//! One file a family of statements. They all are methods of `Reader`, which knows where the text that it reads
//! stands: a statement inside a DO block has a text of its own, and every range made from its tree is an outer one.

mod alter;
mod bodies;
mod compare;
mod constraint;
mod dispatch;
mod expr;
mod from;
mod generic;
mod grant;
mod index;
mod infer;
mod label;
mod name;
mod object;
mod other;
mod output;
mod query;
mod routine;
mod sequence;
mod session;
mod table;
mod trigger;
pub(crate) mod types;
mod view;

use std::sync::Arc;

pub(crate) use confiture_syntax::kind;
use confiture_syntax::{Name, Node, Syntax, SyntaxErrorKind, TextRange};

use crate::change::{Change, Unknown};
use crate::expr::{Expr, ExprFacts};

pub(crate) use confiture_syntax::Kind;

/// Reads what a statement asks for. Never fails: what isn't understood is [`Change::Unknown`].
pub fn changes(syntax: &Syntax) -> Vec<Change> {
    Reader::outermost().changes(syntax)
}

/// Reads trees whose text may be a part of an outer statement's.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'m> {
    /// Takes a range of the tree's text to the outer statement's; `None` where they are the same.
    place: Option<&'m dyn Fn(TextRange) -> TextRange>,
    /// How many strings the text is inside of.
    depth: usize,
}

impl Reader<'_> {
    /// For a tree whose text is the statement's own.
    pub(crate) const fn outermost() -> Reader<'static> {
        Reader {
            place: None,
            depth: 0,
        }
    }

    /// Where a node stands in the outer statement.
    fn range(&self, node: Node<'_>) -> TextRange {
        self.at(node.range())
    }

    /// Where a range of this tree's text stands in the outer statement.
    fn at(&self, range: TextRange) -> TextRange {
        self.place.map_or(range, |place| place(range))
    }

    fn changes(&self, syntax: &Syntax) -> Vec<Change> {
        if let Some(error) = syntax.errors().first() {
            let reason = match error.kind {
                SyntaxErrorKind::Syntax => "syntax error",
                SyntaxErrorKind::NotUnderstood => "not understood",
            };
            return vec![self.unknown(reason, error.range)];
        }
        // psql's `\;` sends several statements at once.
        let statements = syntax.root().all().filter(|c| c.kind() == kind::toplevel_stmt);
        statements.flat_map(|s| self.statement(s, syntax)).collect()
    }

    fn unknown(&self, reason: &str, range: TextRange) -> Change {
        Change::Unknown(Unknown {
            reason: reason.into(),
            range: self.at(range),
        })
    }
}

/// The folded name of a name node; empty where it has none, which a whole tree rules out.
fn name_of(node: Node<'_>) -> Name {
    node.name().unwrap_or_else(|| Name::new(""))
}

/// The expression that an introspected text spells.
pub(crate) fn expression(text: &str) -> Expr {
    let syntax = Syntax::parse(&format!("SELECT ({text})"));
    let found = syntax
        .statement()
        .filter(|_| syntax.errors().is_empty())
        .and_then(sole_expression);
    let facts = match found {
        Some(node) => Reader::outermost().expr(node).facts,
        None => Arc::new(ExprFacts {
            incomplete: true,
            ..ExprFacts::default()
        }),
    };
    Expr {
        text: text.into(),
        range: TextRange::default(),
        facts,
    }
}

/// The expression of a SELECT of one column and nothing else.
fn sole_expression(statement: Node<'_>) -> Option<Node<'_>> {
    let select = query::leading_select(statement)?;
    match output::targets(select).as_slice() {
        [target] if !select.has(kind::from_clause) => target.child(kind::a_expr),
        _ => None,
    }
}

/// A node's children without the comments that may stand anywhere.
trait Children<'t> {
    /// All of them, punctuation too.
    fn all(self) -> impl Iterator<Item = Node<'t>>;
    /// Those that are more than punctuation.
    fn named(self) -> impl Iterator<Item = Node<'t>>;
}

impl<'t> Children<'t> for Node<'t> {
    fn all(self) -> impl Iterator<Item = Node<'t>> {
        self.children().filter(|c| c.kind() != kind::comment)
    }

    fn named(self) -> impl Iterator<Item = Node<'t>> {
        self.named_children().filter(|c| c.kind() != kind::comment)
    }
}
