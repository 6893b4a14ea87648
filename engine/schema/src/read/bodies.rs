//! Statements inside strings: DO blocks and the bodies of functions.

use confiture_syntax::{Body, Context, Name, Nested as Inner, Node, Syntax, TextRange};

use super::routine::word_or_string;
use super::{Reader, kind};
use crate::change::{Change, DoBlock, Nested, Unknown};

/// Bodies within bodies are read this deep.
const MAX_DEPTH: usize = 8;

impl Reader<'_> {
    /// `DoStmt`.
    pub(super) fn do_block(&self, node: Node<'_>, syntax: &Syntax) -> Change {
        let items = node
            .child(kind::dostmt_opt_list)
            .map(|l| l.list(kind::dostmt_opt_item))
            .unwrap_or_default();
        let language = items
            .iter()
            .find_map(|i| i.child(kind::NonReservedWord_or_Sconst))
            .map(word_or_string);
        let language = language.unwrap_or_else(|| Name::new("plpgsql"));
        let statements = match language.as_str() {
            "plpgsql" => self.bodies(syntax),
            other => vec![self.unreadable(&format!("a block in {other}"), node.range())],
        };
        Change::Do(DoBlock { language, statements })
    }

    /// What the bodies inside a statement hold, in order.
    pub(super) fn bodies(&self, syntax: &Syntax) -> Vec<Nested> {
        let bodies = syntax.bodies();
        if self.depth >= MAX_DEPTH {
            return bodies
                .iter()
                .map(|b| self.unreadable("nested too deep", b.range))
                .collect();
        }
        bodies.iter().flat_map(|b| self.body(b)).collect()
    }

    fn body(&self, body: &Body) -> Vec<Nested> {
        // A broken statement says so itself; other errors are the block's.
        let told = |at: u32| {
            let broken = body.statements.iter().filter(|s| !s.syntax.errors().is_empty());
            broken
                .map(|s| s.to_outer(whole(&s.syntax)))
                .any(|r| r.start <= at && at <= r.end)
        };
        let errors = body.errors.iter().filter(|e| !told(e.range.start));
        let errors = errors.map(|e| self.unreadable("syntax error", e.range));
        body.statements
            .iter()
            .map(|s| self.nested(s))
            .chain(errors)
            .collect()
    }

    fn nested(&self, inner: &Inner) -> Nested {
        let place = |range: TextRange| self.at(inner.to_outer(range));
        let reader = Reader {
            place: Some(&place),
            depth: self.depth + 1,
        };
        let unknown = inner.dynamic.as_ref().filter(|_| inner.syntax.text().is_empty());
        let (changes, range) = match unknown {
            Some(dynamic) => (
                vec![self.unknown(Unknown::COMPUTED, dynamic.range)],
                self.at(dynamic.range),
            ),
            None => (reader.changes(&inner.syntax), place(whole(&inner.syntax))),
        };
        Nested {
            changes,
            range,
            conditional: inner.context != Context::Straight,
            guarded: inner.guarded,
        }
    }

    /// A part of a body that could not be read: anything may be in it.
    fn unreadable(&self, reason: &str, range: TextRange) -> Nested {
        Nested {
            changes: vec![self.unknown(reason, range)],
            range: self.at(range),
            conditional: false,
            guarded: false,
        }
    }
}

/// The range of all of a statement's text.
fn whole(syntax: &Syntax) -> TextRange {
    TextRange::new(0, syntax.text().len() as u32)
}
