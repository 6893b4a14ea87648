//! The trees of a document by text.

use super::Statement;
use crate::syntax::{Syntax, SyntaxEdit};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

#[derive(Debug, Clone, Default)]
pub(super) struct Cache {
    /// By the hash of the text; the text itself is in the tree.
    trees: HashMap<u64, Syntax>,
    hasher: RandomState,
    nothing: Option<Syntax>,
}

impl Cache {
    /// The tree of `text`, and whether it had to be parsed.
    pub(super) fn get_or_parse(&mut self, text: &str, edited: Option<SyntaxEdit>) -> (Syntax, bool) {
        let hash = self.hasher.hash_one(text);
        if let Some(known) = self.trees.get(&hash)
            && known.text() == text
        {
            return (known.clone(), false);
        }
        let syntax = edited.map_or_else(|| Syntax::parse(text), |edit| Syntax::parse_edited(text, &edit));
        self.trees.insert(hash, syntax.clone());
        (syntax, true)
    }

    /// The tree of what is no statement.
    pub(super) fn nothing(&mut self) -> Syntax {
        self.nothing.get_or_insert_with(|| Syntax::opaque("")).clone()
    }

    /// Forgets texts that the document no longer has, once they are many.
    pub(super) fn shrink(&mut self, statements: &[Statement]) {
        if self.trees.len() <= 2 * statements.len() + 64 {
            return;
        }
        self.trees.clear();
        for statement in statements {
            let hash = self.hasher.hash_one(statement.syntax.text());
            self.trees.insert(hash, statement.syntax.clone());
        }
    }
}
