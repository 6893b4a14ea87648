//! What one statement did to a state, in a form that can be kept and compared: enough to leave it out when a state like it
//! comes by again.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};

use super::State;
use crate::catalog::footprint::{Entry, Key, Reads, recorded};
use crate::catalog::{Origin, Part};
use crate::change::Change;

/// What a statement did to a state.
#[derive(Debug, Clone, Default)]
pub struct StatementEffect {
    /// The entries that it looked at or touched. Where all of them are as they were, it does what it did.
    pub touches: Reads,
    /// The entries that it left otherwise than it found them, each with a number that stands for what it made of it.
    pub writes: Vec<(Entry, u64)>,
}

impl State {
    /// As [`State::apply_all`], and tells what was done. What the statement does to the session is told of only as far as
    /// what it created goes.
    pub fn apply_noting(&mut self, changes: &[Change], origin: Origin) -> StatementEffect {
        let before = self.clone();
        let (_, footprint) = recorded(|| self.apply_all(changes, origin));
        let changed = self.changed_since(&before, &footprint.writes);
        let numbered = |entry: Entry| {
            let made = self.made_of(&before, &entry);
            (entry, made)
        };
        StatementEffect {
            touches: footprint.reads.with(&footprint.writes),
            writes: changed.into_iter().map(numbered).collect(),
        }
    }

    /// Makes an entry what it is in another state.
    pub fn take_over(&mut self, entry: &Entry, from: &State) {
        let (own, other) = (&mut self.session.transaction, &from.session.transaction);
        match (entry.part, &entry.key) {
            (Part::Created, Key::QualName(name)) => own.created.take_over(name, &other.created),
            (Part::CreatedInScript, Key::QualName(name)) => {
                own.created_in_script.take_over(name, &other.created_in_script);
            }
            _ => self.catalog.take_over(entry, &from.catalog),
        }
    }

    /// Whether an entry is what it is in another state, where it was defined included.
    pub fn has_like(&self, other: &State, entry: &Entry) -> bool {
        self.created(entry) == other.created(entry)
            && self.catalog.stored(entry) == other.catalog.stored(entry)
    }

    /// Whether the session is the same, apart from what it created and from what a ROLLBACK would go back to.
    pub fn has_session_like(&self, other: &State) -> bool {
        let (one, two) = (&self.session, &other.session);
        let (mine, others) = (&one.transaction, &two.transaction);
        one.search_path == two.search_path
            && one.parameters == two.parameters
            && mine.open == others.open
            && mine.begun.is_some() == others.begun.is_some()
            && mine
                .savepoints
                .iter()
                .map(|(name, _)| name)
                .eq(others.savepoints.iter().map(|(name, _)| name))
            && mine.new_enum_labels == others.new_enum_labels
            && mine.search_path_after == others.search_path_after
            && mine.parameters_after == others.parameters_after
    }

    fn changed_since(&self, before: &State, touched: &HashSet<Entry>) -> Vec<Entry> {
        let mut changed = self.catalog.changed_since(&before.catalog, touched);
        let of_session = touched.iter().filter(|entry| {
            matches!(entry.part, Part::Created | Part::CreatedInScript)
                && self.created(entry) != before.created(entry)
        });
        changed.extend(of_session.cloned());
        changed
    }

    fn created(&self, entry: &Entry) -> bool {
        let transaction = &self.session.transaction;
        match (entry.part, &entry.key) {
            (Part::Created, Key::QualName(name)) => transaction.created.peek(name).is_some(),
            (Part::CreatedInScript, Key::QualName(name)) => {
                transaction.created_in_script.peek(name).is_some()
            }
            _ => false,
        }
    }

    /// A number for what became of an entry.
    fn made_of(&self, before: &State, entry: &Entry) -> u64 {
        let mut hasher = DefaultHasher::new();
        match self.catalog.stored_since(&before.catalog, entry) {
            Some(bytes) => {
                hasher.write_u8(1);
                hasher.write(&bytes);
            }
            None => hasher.write_u8(u8::from(self.created(entry)) << 1),
        }
        hasher.finish()
    }
}
