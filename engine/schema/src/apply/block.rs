//! DO blocks: what stands straight in them happens; what may or may not run is taken to have run where that makes sense.

use super::{Done, Fold, NoteKind};
use crate::change::{Change, DoBlock};

/// Blocks within blocks beyond this aren't followed.
const DEEPEST: u32 = 32;

impl Fold<'_> {
    pub(super) fn block(&mut self, block: &DoBlock) -> Done {
        if self.depth >= DEEPEST {
            self.note(NoteKind::Unknown, "DO blocks nested too deep");
            return Ok(());
        }
        self.depth += 1;
        for nested in &block.statements {
            for change in &nested.changes {
                self.nested(change, nested.conditional || nested.guarded);
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// One statement of a block. A failure of one that is conditional or guarded is what the block was written for.
    fn nested(&mut self, change: &Change, tolerant: bool) {
        // A block can't begin or end the transaction that it is in, but a loop of its own may commit.
        if matches!(change, Change::Transaction(_)) {
            return;
        }
        let before = self.state.clone();
        let noted = self.notes.len();
        let result = self.change(change);
        if let Err(note) = result {
            *self.state = before;
            self.notes.push(note);
        }
        if tolerant {
            let mut at = noted;
            while at < self.notes.len() {
                if self.notes[at].kind == NoteKind::Unknown {
                    at += 1;
                } else {
                    self.notes.remove(at);
                }
            }
        }
    }
}
