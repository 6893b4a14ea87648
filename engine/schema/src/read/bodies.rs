//! Statements inside strings: DO blocks and the bodies of functions.

use confiture_syntax::{Name, Node, Syntax};

use super::routine::word_or_string;
use super::{Reader, kind};
use crate::change::{Change, DoBlock, Nested};

impl Reader<'_> {
    /// `DoStmt`.
    pub(super) fn do_block(&self, node: Node<'_>, syntax: &Syntax) -> Change {
        let items = node.child(kind::dostmt_opt_list).map(|l| l.list(kind::dostmt_opt_item)).into_iter().flatten();
        let language = items.filter_map(|i| i.child(kind::NonReservedWord_or_Sconst)).map(word_or_string).next();
        let language = language.unwrap_or_else(|| Name::new("plpgsql"));
        Change::Do(DoBlock { language, statements: self.bodies(syntax) })
    }

    /// What the bodies inside a statement hold.
    pub(super) fn bodies(&self, syntax: &Syntax) -> Vec<Nested> {
        let _ = syntax;
        Vec::new()
    }
}
