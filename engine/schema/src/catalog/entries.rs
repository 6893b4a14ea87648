//! The catalog's maps: persistent, and telling the footprint that is being recorded what is read and written.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeBounds;
use std::sync::Arc;

use rpds::RedBlackTreeMapSync as Map;
use serde::{Deserialize, Serialize};

use super::footprint::{self, Entry, Key, Spot};

/// A kind of entry of the catalog: one of its maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
#[allow(missing_docs, reason = "each is the map of its name")]
pub enum Part {
    Schemas,
    Relations,
    IndexTables,
    ReferencedBy,
    Children,
    DependentViews,
    Types,
    Functions,
    Extensions,
    Others,
    OwnedSequences,
    ConstraintNames,
    CalledFunctions,
    Hints,
    /// Not of the catalog: what a script says, by its index.
    Texts,
    /// Not of the catalog: what a statement says, by its script and number.
    Statements,
    /// Not of the catalog but of the session: what the transaction created.
    Created,
    /// The same: what the script created.
    CreatedInScript,
    /// Not of the catalog: what the statements of a script say of each other.
    Facts,
    /// Not of the catalog: what all statements ask for.
    Meanings,
    /// Not of the catalog: all texts, whatever stands in them.
    AllTexts,
}

impl Part {
    /// Every part of the catalog, then those that other maps may be.
    pub(crate) const ALL: [Part; 18] = [
        Part::Schemas,
        Part::Relations,
        Part::IndexTables,
        Part::ReferencedBy,
        Part::Children,
        Part::DependentViews,
        Part::Types,
        Part::Functions,
        Part::Extensions,
        Part::Others,
        Part::OwnedSequences,
        Part::ConstraintNames,
        Part::CalledFunctions,
        Part::Hints,
        Part::Texts,
        Part::Statements,
        Part::Created,
        Part::CreatedInScript,
    ];

    /// The part of that number.
    const fn numbered(number: u8) -> Part {
        Part::ALL[number as usize]
    }
}

/// One of the catalog's maps: the part of that number. A clone costs one reference count.
///
/// Whoever asks it for an entry, or for all of them, leaves a trace in the footprint that this thread records; see
/// [`footprint::recorded`]. That holds for absent entries too.
#[derive(Clone)]
pub struct Entries<K: Ord, V, const PART: u8>(Map<K, V>);

impl<K: Ord, V, const PART: u8> Default for Entries<K, V, PART> {
    fn default() -> Self {
        Entries(Map::default())
    }
}

impl<K: Ord + fmt::Debug, V: fmt::Debug, const PART: u8> fmt::Debug for Entries<K, V, PART> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter()).finish()
    }
}

impl<K: Ord, V: PartialEq, const PART: u8> PartialEq for Entries<K, V, PART> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: Ord, V: Eq, const PART: u8> Eq for Entries<K, V, PART> {}

impl<K: Ord, V, const PART: u8> Entries<K, V, PART> {
    const PART: Part = Part::numbered(PART);

    /// The entry of a key.
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Ord + Spot + ?Sized,
    {
        footprint::reads(Self::PART, key);
        self.0.get(key)
    }

    /// Whether there is an entry of a key.
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Ord + Spot + ?Sized,
    {
        footprint::reads(Self::PART, key);
        self.0.contains_key(key)
    }

    /// All entries, by key.
    pub fn iter(&self) -> <&Map<K, V> as IntoIterator>::IntoIter {
        footprint::reads_all(Self::PART);
        self.0.iter()
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        footprint::reads_all(Self::PART);
        self.0.keys()
    }

    /// All values, by key.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        footprint::reads_all(Self::PART);
        self.0.values()
    }

    /// The entries of some keys.
    pub fn range<R>(&self, keys: R) -> impl Iterator<Item = (&K, &V)>
    where
        R: RangeBounds<K>,
    {
        footprint::reads_all(Self::PART);
        self.0.range(keys)
    }

    /// How many entries there are.
    pub fn size(&self) -> usize {
        footprint::reads_all(Self::PART);
        self.0.size()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        footprint::reads(Self::PART, &Emptiness);
        self.0.is_empty()
    }

    /// The entries from a key on as long as `wanted`, which says nothing but whether their keys fall on the key's own
    /// [`Spot`]: that alone is read.
    pub(crate) fn cluster<'m>(
        &'m self,
        from: K,
        wanted: impl Fn(&K) -> bool + 'm,
    ) -> impl Iterator<Item = (&'m K, &'m V)> + 'm
    where
        K: Spot,
    {
        footprint::reads(Self::PART, &from);
        self.0.range(from..).take_while(move |(key, _)| wanted(key))
    }

    /// The same for the recorder's own use: it leaves no trace.
    pub(crate) fn peek(&self, key: &K) -> Option<&V> {
        self.0.get(key)
    }

    /// The same map as another.
    pub(crate) fn like<const OTHER: u8>(other: &Entries<K, V, OTHER>) -> Self {
        footprint::reads_all(Part::numbered(OTHER));
        Entries(other.0.clone())
    }

    /// Whether there are none, without a trace.
    pub(super) fn has_none(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Ord + Clone + Spot + Into<Key>, V: Clone, const PART: u8> Entries<K, V, PART> {
    /// An entry, to change.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        footprint::reads(Self::PART, key);
        if footprint::is_recording() && self.0.contains_key(key) {
            footprint::writes(|| Entry::new(Self::PART, key.clone()));
        }
        self.0.get_mut(key)
    }

    /// An entry, to add to or take from in a way that doesn't depend on what it is.
    pub(super) fn amend(&mut self, key: &K) -> Option<&mut V> {
        footprint::writes(|| Entry::new(Self::PART, key.clone()));
        self.0.get_mut(key)
    }

    /// Takes an entry out that has become nothing.
    pub(super) fn amend_away(&mut self, key: &K) {
        footprint::writes(|| Entry::new(Self::PART, key.clone()));
        self.0.remove_mut(key);
    }

    /// Adds or replaces an entry.
    pub fn insert_mut(&mut self, key: K, value: V) {
        footprint::writes(|| Entry::new(Self::PART, key.clone()));
        self.0.insert_mut(key, value);
    }

    /// Makes an entry what it is in another map; nobody is told.
    pub(crate) fn take_over(&mut self, key: &K, from: &Self) {
        match from.0.get(key) {
            Some(value) => self.0.insert_mut(key.clone(), value.clone()),
            None => {
                self.0.remove_mut(key);
            }
        }
    }

    /// Takes an entry out; true where there was one.
    pub fn remove_mut(&mut self, key: &K) -> bool {
        footprint::reads(Self::PART, key);
        footprint::writes(|| Entry::new(Self::PART, key.clone()));
        self.0.remove_mut(key)
    }
}

impl<K: Ord + Clone + Spot, V, const PART: u8> Entries<K, Arc<V>, PART> {
    /// The entries of this map and of another that they don't share; only those are read.
    pub(super) fn apart(&self, other: &Self) -> (Self, Self) {
        let (mut mine, mut others) = (Map::new_sync(), Map::new_sync());
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (Some((a, _)), Some((b, _))) => a.cmp(b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            let one = (order != Ordering::Greater).then(|| left.next()).flatten();
            let two = (order != Ordering::Less).then(|| right.next()).flatten();
            if let (Some((_, a)), Some((_, b))) = (one, two)
                && Arc::ptr_eq(a, b)
            {
                continue;
            }
            if let Some((key, value)) = one {
                footprint::reads(Self::PART, key);
                mine.insert_mut(key.clone(), Arc::clone(value));
            }
            if let Some((key, value)) = two {
                footprint::reads(Self::PART, key);
                others.insert_mut(key.clone(), Arc::clone(value));
            }
        }
        (Entries(mine), Entries(others))
    }
}

impl<'m, K: Ord, V, const PART: u8> IntoIterator for &'m Entries<K, V, PART> {
    type Item = (&'m K, &'m V);
    type IntoIter = <&'m Map<K, V> as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What is read of a map when nothing but its being empty is asked.
pub(super) struct Emptiness;

impl Spot for Emptiness {
    fn spot<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u8(0);
    }
}
