//! One statement, parsed.

use crate::body::{self, Body};
use crate::diagnose;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::lexer::Dialect;
use crate::node::{Node, Source};
use crate::parser;
use crate::prepare::{Prepared, Shifts, Variables, prepare};
use crate::range::TextRange;
use crate::repair::{self, Repair};
use std::fmt;
use std::sync::Arc;
use tree_sitter::{InputEdit, Point, Tree};

/// The longest statement that is parsed, in bytes. A longer one is not understood.
pub const MAX_STATEMENT_BYTES: usize = 16 << 20;

/// One statement's text and tree. Cheap to clone.
#[derive(Clone)]
pub struct Syntax(Arc<Inner>);

struct Inner {
    text: Box<str>,
    dialect: Dialect,
    /// The tree of the prepared text.
    tree: Tree,
    shifts: Shifts,
    /// The grammar was given the text as it is.
    is_plain: bool,
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
        Syntax::new(text, Dialect::Psql, empty_tree(), &Prepared::default(), None)
    }

    fn without_tree(text: &str, dialect: Dialect, reason: String) -> Syntax {
        let range = TextRange::from_usize(0, crate::lexer::line_end(text.as_bytes(), 0));
        let error = SyntaxError {
            range,
            message: reason,
            kind: SyntaxErrorKind::NotUnderstood,
        };
        Syntax::new(text, dialect, empty_tree(), &Prepared::default(), Some(error))
    }

    fn new(
        text: &str,
        dialect: Dialect,
        tree: Tree,
        prepared: &Prepared<'_>,
        error: Option<SyntaxError>,
    ) -> Syntax {
        Syntax(Arc::new(Inner {
            text: text.into(),
            dialect,
            tree,
            shifts: prepared.shifts.clone(),
            is_plain: prepared.is_plain(),
            errors: error.into_iter().collect(),
        }))
    }

    /// The statement's source, exactly.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The root, of kind `source_file`.
    pub fn root(&self) -> Node<'_> {
        Node::new(
            self.0.tree.root_node(),
            Source {
                text: &self.0.text,
                shifts: &self.0.shifts,
            },
        )
    }

    /// The statement's own node, such as `CreateStmt` or `TransactionStmtLegacy` (`BEGIN`, `END`). `None` when the statement is
    /// broken, not understood or empty. The first, where `\;` joins several.
    pub fn statement(&self) -> Option<Node<'_>> {
        if !self.0.errors.is_empty() {
            return None;
        }
        let toplevel = self.root().child("toplevel_stmt")?;
        let statement = toplevel.child("stmt").unwrap_or(toplevel);
        statement.named_children().find(|child| child.kind() != "comment")
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

/// How a statement's text came from another's.
pub(crate) struct SyntaxEdit {
    pub(crate) old: Syntax,
    /// In the old text `start..old_end` was replaced by `start..new_end` of the new one.
    pub(crate) start: u32,
    pub(crate) old_end: u32,
    pub(crate) new_end: u32,
}

/// From this size on, reusing an old tree is worth more than the certainty of a new one.
const MIN_REUSE_BYTES: usize = 4096;

impl Syntax {
    /// Parses the text that an edit made, with what the edit left of the old tree.
    pub(crate) fn parse_edited(text: &str, edit: &SyntaxEdit) -> Syntax {
        reparse(text, edit).unwrap_or_else(|| Syntax::parse(text))
    }
}

/// `None` unless both texts are what the grammar was given and both trees are whole: the tree of a broken text may depend on what
/// it was before.
fn reparse(text: &str, edit: &SyntaxEdit) -> Option<Syntax> {
    let old = &edit.old.0;
    let is_candidate = text.len() >= MIN_REUSE_BYTES && text.len() <= MAX_STATEMENT_BYTES && old.is_plain;
    if !is_candidate || !old.errors.is_empty() {
        return None;
    }
    let prepared = prepare(text, Dialect::Psql, Variables::Keep, &[]);
    if !prepared.is_plain() || diagnose::has_lexical_error(text, Dialect::Psql) {
        return None;
    }
    let mut tree = old.tree.clone();
    tree.edit(&InputEdit {
        start_byte: edit.start as usize,
        old_end_byte: edit.old_end as usize,
        new_end_byte: edit.new_end as usize,
        start_position: point(&old.text, edit.start),
        old_end_position: point(&old.text, edit.old_end),
        new_end_position: point(text, edit.new_end),
    });
    let tree = parser::parse(text, Some(&tree))?;
    if diagnose::is_broken(text, &tree) {
        return None;
    }
    Some(Syntax::new(text, Dialect::Psql, tree, &prepared, None))
}

fn point(text: &str, offset: u32) -> Point {
    let before = &text.as_bytes()[..offset as usize];
    let row = before.iter().filter(|byte| **byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
    Point { row, column }
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

fn empty_tree() -> Tree {
    parser::parse("", None).expect("nothing is parsed in no steps")
}

struct Parse<'t> {
    text: &'t str,
    dialect: Dialect,
}

impl Parse<'_> {
    fn run(&self) -> Syntax {
        let plain = self.prepare(Variables::Keep, &[]);
        let tree = match self.attempt(&plain) {
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
        Syntax::new(self.text, self.dialect, tree, &prepared, Some(error))
    }

    fn prepare(&self, variables: Variables, repairs: &[Repair]) -> Prepared<'_> {
        prepare(self.text, self.dialect, variables, repairs)
    }

    fn attempt(&self, prepared: &Prepared<'_>) -> Attempt {
        let Some(tree) = parser::parse(&prepared.text, None) else {
            let reason = "statement too broken to be parsed".to_owned();
            return Attempt::GaveUp(Syntax::without_tree(self.text, self.dialect, reason));
        };
        if diagnose::is_broken(&prepared.text, &tree) || diagnose::has_lexical_error(self.text, self.dialect)
        {
            return Attempt::Broken(tree);
        }
        Attempt::Valid(Syntax::new(self.text, self.dialect, tree, prepared, None))
    }
}

enum Attempt {
    Valid(Syntax),
    Broken(Tree),
    GaveUp(Syntax),
}
