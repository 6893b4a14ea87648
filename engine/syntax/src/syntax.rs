//! One statement, parsed.

use crate::body::{self, Body};
use crate::diagnose;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::kind;
use crate::lexer::Dialect;
use crate::node::Node;
use crate::parser;
use crate::prepare::{Prepared, Variables, prepare};
use crate::range::TextRange;
use crate::repair::{self, Repair};
use crate::shape::Outline;
use crate::tree::{self, Item, Tree};
use std::fmt;
use std::sync::Arc;

/// The longest statement that is parsed, in bytes. A longer one is not understood.
pub const MAX_STATEMENT_BYTES: usize = 16 << 20;

/// One statement's text and tree. Cheap to clone.
#[derive(Clone)]
pub struct Syntax(Arc<Inner>);

struct Inner {
    tree: Tree,
    dialect: Dialect,
    errors: Box<[SyntaxError]>,
}

impl Syntax {
    /// Parses one statement of a file for psql. Never fails: a broken statement has an error and as much of a tree as there is.
    pub fn parse(text: &str) -> Syntax {
        Syntax::parse_as(text, Dialect::Psql)
    }

    /// Parses one statement as the server would, without psql's variables and commands.
    pub fn parse_as(text: &str, dialect: Dialect) -> Syntax {
        if text.len() > MAX_STATEMENT_BYTES {
            let reason = format!(
                "statement too long to be parsed ({} MB; at most {} MB)",
                text.len() >> 20,
                MAX_STATEMENT_BYTES >> 20
            );
            return Syntax::without_tree(text, dialect, reason);
        }
        Parse { text, dialect }.run()
    }

    /// A text that is no statement, with an empty tree and no error.
    pub(crate) fn opaque(text: &str) -> Syntax {
        Syntax::new(text, Dialect::Psql, tree::no_items(), None)
    }

    fn without_tree(text: &str, dialect: Dialect, reason: String) -> Syntax {
        let range = TextRange::from_usize(0, crate::lexer::line_end(text.as_bytes(), 0));
        let error = SyntaxError {
            range,
            message: reason,
            kind: SyntaxErrorKind::NotUnderstood,
        };
        Syntax::new(text, dialect, tree::no_items(), Some(error))
    }

    fn new(text: &str, dialect: Dialect, items: Vec<Item>, error: Option<SyntaxError>) -> Syntax {
        Syntax(Arc::new(Inner {
            tree: Tree::new(text, items),
            dialect,
            errors: error.into_iter().collect(),
        }))
    }

    /// The statement's source, exactly.
    pub fn text(&self) -> &str {
        &self.0.tree.text
    }

    /// The root, of kind `source_file`.
    pub fn root(&self) -> Node<'_> {
        Node::root(&self.0.tree)
    }

    /// The statement's own node, such as `CreateStmt` or `TransactionStmtLegacy` (`BEGIN`, `END`). `None` when the statement is
    /// broken, not understood or empty. The first, where `\;` joins several.
    pub fn statement(&self) -> Option<Node<'_>> {
        if !self.0.errors.is_empty() {
            return None;
        }
        let toplevel = self.root().child(kind::toplevel_stmt)?;
        let statement = toplevel.child(kind::stmt).unwrap_or(toplevel);
        statement
            .named_children()
            .find(|child| child.kind() != kind::comment)
    }

    /// What is wrong with the statement: nothing, or one error.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.0.errors
    }

    /// The SQL within the statement that PostgreSQL runs: function bodies, DO blocks.
    pub fn bodies(&self) -> Vec<Body> {
        body::bodies(self)
    }

    /// True when both are the same parse, not only equal.
    pub fn ptr_eq(&self, other: &Syntax) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The nodes of a tree without errors.
fn whole(prepared: &Prepared<'_>, tree: &tree_sitter::Tree) -> Option<Vec<Item>> {
    if tree.root_node().has_error() {
        return None;
    }
    let read = tree::items(&prepared.text, tree, &prepared.shifts);
    read.misread.is_none().then_some(read.items)
}

impl fmt::Debug for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Syntax")
            .field("text", &self.text())
            .field("errors", &self.errors())
            .finish()
    }
}

impl PartialEq for Syntax {
    /// Equal texts have equal trees.
    fn eq(&self, other: &Syntax) -> bool {
        self.ptr_eq(other) || (self.text() == other.text() && self.0.dialect == other.0.dialect)
    }
}

impl Eq for Syntax {}

struct Parse<'t> {
    text: &'t str,
    dialect: Dialect,
}

impl Parse<'_> {
    fn run(&self) -> Syntax {
        let plain = self.prepare(Variables::Keep, &[]);
        let tree = match self.first_attempt(&plain) {
            Attempt::Valid(syntax) | Attempt::GaveUp(syntax) => return syntax,
            Attempt::Broken(tree) => tree,
        };
        let repairs = repair::repairs(self.text, self.dialect);
        let mut broken = (plain, tree);
        if !repairs.is_empty() {
            let repaired = self.prepare(Variables::Keep, &repairs);
            match self.attempt(&repaired) {
                Attempt::Valid(syntax) => return syntax,
                Attempt::Broken(tree) => broken = (repaired, tree),
                Attempt::GaveUp(_) => {}
            }
        }
        if broken.0.has_variables {
            for variables in [Variables::Names, Variables::Numbers] {
                let filled = self.prepare(variables, &repairs);
                match self.attempt(&filled) {
                    Attempt::Valid(syntax) => return syntax,
                    Attempt::Broken(tree) if variables == Variables::Names => broken = (filled, tree),
                    Attempt::Broken(_) | Attempt::GaveUp(_) => {}
                }
            }
        }
        let (prepared, tree) = broken;
        let error = diagnose::diagnose(self.text, self.dialect, &prepared, &tree);
        let items = tree::items(&prepared.text, &tree, &prepared.shifts).items;
        Syntax::new(self.text, self.dialect, items, Some(error))
    }

    fn prepare(&self, variables: Variables, repairs: &[Repair]) -> Prepared<'_> {
        prepare(self.text, self.dialect, variables, repairs)
    }

    /// Nothing is parsed where statements of the same shape have been.
    fn first_attempt(&self, plain: &Prepared<'_>) -> Attempt {
        let outline = plain.outline.as_ref();
        if let Some(items) = outline.and_then(Outline::recall) {
            return Attempt::Valid(Syntax::new(self.text, self.dialect, items, None));
        }
        let attempt = self.attempt(plain);
        if let (Attempt::Valid(syntax), Some(outline)) = (&attempt, outline) {
            outline.remember(syntax.0.tree.items());
        }
        attempt
    }

    fn attempt(&self, prepared: &Prepared<'_>) -> Attempt {
        let Some(tree) = parser::parse(&prepared.text) else {
            let reason = "statement too broken to be parsed".to_owned();
            return Attempt::GaveUp(Syntax::without_tree(self.text, self.dialect, reason));
        };
        match whole(prepared, &tree) {
            Some(items) if !prepared.has_lexical_error => {
                Attempt::Valid(Syntax::new(self.text, self.dialect, items, None))
            }
            _ => Attempt::Broken(tree),
        }
    }
}

enum Attempt {
    Valid(Syntax),
    Broken(tree_sitter::Tree),
    GaveUp(Syntax),
}
