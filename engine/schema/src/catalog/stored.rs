//! Entries of a catalog as bytes, to keep what a script did to it from one run to the next.
//!
//! The form is that of this very build: whoever keeps such bytes must not read them with another one.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use super::footprint::{Entry, Key};
use super::{Catalog, Part};

/// Bytes that are no entry's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnEntry;

impl fmt::Display for NotAnEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes are no entry of a catalog")
    }
}

impl std::error::Error for NotAnEntry {}

/// Hands every map to a macro: its part, its kind of key, its field.
macro_rules! with_parts {
    ($then:ident) => {
        $then! {
            Schemas Name schemas,
            Relations QualName relations,
            IndexTables QualName index_tables,
            ReferencedBy QualName referenced_by,
            Children QualName children,
            DependentViews QualName dependent_views,
            Types QualName types,
            Functions Function functions,
            Extensions Name extensions,
            Others Other others,
            OwnedSequences QualName owned_sequences,
            ConstraintNames QualName constraint_names,
            CalledFunctions Name called_functions,
            Hints Hint hints
        }
    };
}

impl Catalog {
    /// Every entry.
    pub fn entries(&self) -> HashSet<Entry> {
        let mut all = HashSet::new();
        macro_rules! add {
            ($($part:ident $variant:ident $field:ident),*) => {
                $(all.extend(self.$field.keys().map(|key| Entry::new(Part::$part, key.clone())));)*
            };
        }
        with_parts!(add);
        all
    }

    /// Of some entries, those that may differ from another catalog's: what was put anew may be equal all the same.
    /// Whether a map has entries at all is an entry too.
    pub fn changed_since(&self, before: &Catalog, touched: &HashSet<Entry>) -> Vec<Entry> {
        let mut changed: Vec<Entry> = touched
            .iter()
            .filter(|entry| !self.shares(before, entry))
            .cloned()
            .collect();
        macro_rules! add {
            ($($part:ident $variant:ident $field:ident),*) => {
                $(if self.$field.has_none() != before.$field.has_none() {
                    changed.push(Entry::emptiness(Part::$part));
                })*
            };
        }
        with_parts!(add);
        changed.sort();
        changed
    }

    fn shares(&self, other: &Catalog, entry: &Entry) -> bool {
        macro_rules! pick {
            ($($part:ident $variant:ident $field:ident),*) => {
                match (entry.part, &entry.key) {
                    $((Part::$part, Key::$variant(key)) => {
                        match (self.$field.peek(key), other.$field.peek(key)) {
                            (None, None) => true,
                            (Some(mine), Some(others)) => mine.is_same(others),
                            _ => false,
                        }
                    })*
                    _ => true,
                }
            };
        }
        with_parts!(pick)
    }

    /// What has become of an entry since an earlier catalog, as bytes; `None` where there is no such entry now.
    ///
    /// Of the lists that point backwards it is what came and what went: a table that a thousand others reference would
    /// be told of with all of them each time. Of all others it is the value.
    pub fn stored_since(&self, before: &Catalog, entry: &Entry) -> Option<Vec<u8>> {
        macro_rules! delta {
            ($field:ident, $key:expr) => {
                Some(delta(before.$field.peek($key), self.$field.peek($key)))
            };
        }
        match (entry.part, &entry.key) {
            (Part::ReferencedBy, Key::QualName(key)) => delta!(referenced_by, key),
            (Part::Children, Key::QualName(key)) => delta!(children, key),
            (Part::DependentViews, Key::QualName(key)) => delta!(dependent_views, key),
            (Part::OwnedSequences, Key::QualName(key)) => delta!(owned_sequences, key),
            _ => self.stored(entry),
        }
    }

    /// Makes an entry what it is in another catalog.
    pub(crate) fn take_over(&mut self, entry: &Entry, from: &Catalog) {
        macro_rules! pick {
            ($($part:ident $variant:ident $field:ident),*) => {
                match (entry.part, &entry.key) {
                    $((Part::$part, Key::$variant(key)) => self.$field.take_over(key, &from.$field),)*
                    _ => {}
                }
            };
        }
        with_parts!(pick);
    }

    /// An entry's value as bytes; `None` where there is no such entry.
    pub fn stored(&self, entry: &Entry) -> Option<Vec<u8>> {
        macro_rules! pick {
            ($($part:ident $variant:ident $field:ident),*) => {
                match (entry.part, &entry.key) {
                    $((Part::$part, Key::$variant(key)) => {
                        // Writing to memory fails for no type of ours.
                        self.$field.peek(key).map(|value| postcard::to_allocvec(value).unwrap_or_default())
                    })*
                    (_, Key::Emptiness) => Some(vec![u8::from(self.has_none(entry.part))]),
                    _ => None,
                }
            };
        }
        with_parts!(pick)
    }

    fn has_none(&self, part: Part) -> bool {
        macro_rules! pick {
            ($($part:ident $variant:ident $field:ident),*) => {
                match part {
                    $(Part::$part => self.$field.has_none(),)*
                    Part::Texts | Part::Statements | Part::Created | Part::CreatedInScript | Part::Facts | Part::Meanings | Part::AllTexts => true,
                }
            };
        }
        with_parts!(pick)
    }

    /// Puts an entry back as [`Catalog::stored_since`] gave it. What points backwards follows from relations and types.
    pub fn restore(&mut self, entry: &Entry, value: Option<&[u8]>) -> Result<(), NotAnEntry> {
        match (entry.part, &entry.key) {
            (Part::Relations, Key::QualName(name)) => {
                self.take_relation(name);
                if let Some(bytes) = value {
                    self.insert_relation(name.clone(), decoded(bytes)?);
                }
                return Ok(());
            }
            (Part::Types, Key::QualName(name)) => {
                self.take_type(name);
                if let Some(bytes) = value {
                    self.insert_type(name.clone(), decoded(bytes)?);
                }
                return Ok(());
            }
            _ if entry.follows() => return Ok(()),
            _ => {}
        }
        macro_rules! pick {
            ($($part:ident $variant:ident $field:ident),*) => {
                match (entry.part, &entry.key) {
                    $((Part::$part, Key::$variant(key)) => match value {
                        Some(bytes) => {
                            let value = decoded(bytes)?;
                            self.$field.insert_mut(key.clone(), value);
                        }
                        None => {
                            self.$field.remove_mut(key);
                        }
                    })*
                    // It follows from the entries.
                    (_, Key::Emptiness) => {}
                    _ => return Err(NotAnEntry),
                }
            };
        }
        with_parts!(pick);
        Ok(())
    }
}

fn decoded<'b, T: serde::Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, NotAnEntry> {
    postcard::from_bytes(bytes).map_err(|_| NotAnEntry)
}

/// What came into a sorted list and what went out of it, as bytes.
fn delta<T: Ord + serde::Serialize>(before: Option<&Arc<Vec<T>>>, now: Option<&Arc<Vec<T>>>) -> Vec<u8> {
    let before = before.map_or(&[][..], |list| list.as_slice());
    let now = now.map_or(&[][..], |list| list.as_slice());
    let (mut came, mut went) = (Vec::new(), Vec::new());
    let (mut old, mut new) = (before.iter().peekable(), now.iter().peekable());
    loop {
        match (old.peek(), new.peek()) {
            (Some(a), Some(b)) => match a.cmp(b) {
                Ordering::Less => went.extend(old.next()),
                Ordering::Greater => came.extend(new.next()),
                Ordering::Equal => {
                    old.next();
                    new.next();
                }
            },
            (Some(_), None) => went.extend(old.next()),
            (None, Some(_)) => came.extend(new.next()),
            (None, None) => break,
        }
    }
    // Writing to memory fails for no type of ours.
    postcard::to_allocvec(&(came, went)).unwrap_or_default()
}

/// Whether two values are known to be the same without a look at what they hold.
trait IsSame {
    fn is_same(&self, other: &Self) -> bool;
}

impl<T> IsSame for Arc<T> {
    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(self, other)
    }
}

impl IsSame for u32 {
    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

impl IsSame for () {
    fn is_same(&self, _other: &Self) -> bool {
        true
    }
}

impl IsSame for confiture_syntax::Name {
    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}
