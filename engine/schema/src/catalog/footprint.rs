//! What some work read and wrote of the catalog: enough to tell whether it would go the same way on another one.
//!
//! A footprint is recorded by thread, because a rule or the fold may look at any catalog in reach: nothing that is
//! asked for through [`Entries`](super::Entries) is missed. Reads are kept as spots, 16 bits of a hash: two entries
//! may share one, which can make work look dependent that isn't, never the other way.

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use confiture_syntax::Name;
use serde::{Deserialize, Serialize};

use super::entries::{Emptiness, Part};
use super::{FunctionKey, OtherKey, QualName};

/// A hint about the whole catalog that saves searches; once true it stays so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Hint {
    /// Some column was once given the row type of a relation.
    RowTypesUsed,
    /// Some policy was once given a condition with a subquery.
    PoliciesQuery,
}

/// The key of an entry, of whatever map.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is the type of key of its name")]
pub enum Key {
    Name(Name),
    QualName(QualName),
    Function(FunctionKey),
    Other(OtherKey),
    Hint(Hint),
    Text(u32),
    Statement(u32, u32),
    /// Not an entry: whether there are any.
    Emptiness,
}

/// One entry of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// The map.
    pub part: Part,
    /// The key in it.
    pub key: Key,
}

impl Entry {
    /// The entry of a key.
    pub(crate) fn new(part: Part, key: impl Into<Key>) -> Entry {
        Entry {
            part,
            key: key.into(),
        }
    }

    /// What a script says, by its index.
    pub fn text(script: u32) -> Entry {
        Entry {
            part: Part::Texts,
            key: Key::Text(script),
        }
    }

    /// What a statement says, by its script and number.
    pub fn statement(script: u32, number: u32) -> Entry {
        Entry {
            part: Part::Statements,
            key: Key::Statement(script, number),
        }
    }

    /// Whether it follows from the relations and types that there are.
    pub(super) fn follows(&self) -> bool {
        self.is_list() || matches!(self.part, Part::IndexTables | Part::ConstraintNames)
    }

    /// Whether it is a list that points backwards, of which is stored what came and went.
    pub fn is_list(&self) -> bool {
        matches!(
            self.part,
            Part::ReferencedBy | Part::Children | Part::DependentViews | Part::OwnedSequences
        ) && self.key != Key::Emptiness
    }

    /// Whether a map has any entry.
    pub(super) fn emptiness(part: Part) -> Entry {
        Entry {
            part,
            key: Key::Emptiness,
        }
    }

    fn spot(&self) -> u16 {
        match &self.key {
            Key::Name(key) => spot(self.part, key),
            Key::QualName(key) => spot(self.part, key),
            Key::Function(key) => spot(self.part, key),
            Key::Other(key) => spot(self.part, key),
            Key::Hint(key) => spot(self.part, key),
            Key::Text(script) => spot(self.part, script),
            Key::Statement(script, number) => spot(self.part, &(*script, *number)),
            Key::Emptiness => spot(self.part, &Emptiness),
        }
    }
}

/// What tells entries of a map apart in a footprint. Keys that are asked for together have one spot.
pub trait Spot {
    /// Feeds it to a hasher.
    fn spot<H: Hasher>(&self, state: &mut H);
}

impl Spot for str {
    fn spot<H: Hasher>(&self, state: &mut H) {
        state.write(self.as_bytes());
        state.write_u8(0);
    }
}

impl Spot for Name {
    fn spot<H: Hasher>(&self, state: &mut H) {
        self.as_str().spot(state);
    }
}

impl Spot for QualName {
    fn spot<H: Hasher>(&self, state: &mut H) {
        self.schema.spot(state);
        self.name.spot(state);
    }
}

impl Spot for FunctionKey {
    /// All functions of a name have one: most questions are about all of them.
    fn spot<H: Hasher>(&self, state: &mut H) {
        self.name.spot(state);
    }
}

impl Spot for OtherKey {
    fn spot<H: Hasher>(&self, state: &mut H) {
        state.write_u8(self.kind as u8);
        self.identity.spot(state);
    }
}

impl Spot for u32 {
    fn spot<H: Hasher>(&self, state: &mut H) {
        state.write(&self.to_le_bytes());
    }
}

impl Spot for (u32, u32) {
    fn spot<H: Hasher>(&self, state: &mut H) {
        self.0.spot(state);
        self.1.spot(state);
    }
}

impl Spot for Hint {
    fn spot<H: Hasher>(&self, state: &mut H) {
        state.write_u8(*self as u8);
    }
}

impl From<Name> for Key {
    fn from(key: Name) -> Key {
        Key::Name(key)
    }
}

impl From<QualName> for Key {
    fn from(key: QualName) -> Key {
        Key::QualName(key)
    }
}

impl From<FunctionKey> for Key {
    fn from(key: FunctionKey) -> Key {
        Key::Function(key)
    }
}

impl From<OtherKey> for Key {
    fn from(key: OtherKey) -> Key {
        Key::Other(key)
    }
}

impl From<Hint> for Key {
    fn from(key: Hint) -> Key {
        Key::Hint(key)
    }
}

/// What was read: spots of entries, and whole maps.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reads {
    /// Spots, ascending.
    spots: Vec<u16>,
    /// Maps that were read whole, a bit each.
    whole: u32,
    /// Maps of which anything was read.
    parts: u32,
}

impl Reads {
    /// Whether an entry of those was read, or may have been.
    pub fn meet(&self, changed: &Changed) -> bool {
        if self.whole & changed.parts != 0 {
            return true;
        }
        if !self.may_meet(changed) {
            return false;
        }
        match &changed.few {
            Some(few) if few.len() < self.spots.len() => {
                few.iter().any(|spot| self.spots.binary_search(spot).is_ok())
            }
            _ => self.spots.iter().any(|&spot| changed.spots.contains(spot)),
        }
    }

    /// Whether anything was read of the parts that some entries are of: quick to say, and where not, they don't meet.
    pub fn may_meet(&self, changed: &Changed) -> bool {
        (self.parts | self.whole) & changed.parts != 0
    }

    /// What was read of which parts, and no more: enough for [`Reads::may_meet`].
    pub fn parts_of<'r>(all: impl IntoIterator<Item = &'r Reads>) -> Reads {
        let parts = all
            .into_iter()
            .fold(0, |parts, reads| parts | reads.parts | reads.whole);
        Reads {
            parts,
            ..Reads::default()
        }
    }

    /// The same and some entries.
    pub fn with<'e>(self, entries: impl IntoIterator<Item = &'e Entry>) -> Reads {
        let mut spots = self.spots;
        let mut parts = self.parts;
        for entry in entries {
            spots.push(entry.spot());
            parts |= bit(entry.part);
        }
        spots.sort_unstable();
        spots.dedup();
        Reads {
            spots,
            parts,
            whole: self.whole,
        }
    }

    /// What any of some work read.
    pub fn union(all: impl IntoIterator<Item = Reads>) -> Reads {
        let (mut whole, mut parts) = (0, 0);
        let mut spots = Spots::default();
        for reads in all {
            whole |= reads.whole;
            parts |= reads.parts;
            reads.spots.iter().for_each(|&spot| spots.insert(spot));
        }
        Reads {
            spots: spots.iter().collect(),
            whole,
            parts,
        }
    }
}

/// A set of entries, to hold reads against.
#[derive(Debug, Clone)]
pub struct Changed {
    entries: HashSet<Entry>,
    spots: Spots,
    /// The spots, while they are few.
    few: Option<Vec<u16>>,
    parts: u32,
}

impl Default for Changed {
    fn default() -> Self {
        Changed {
            entries: HashSet::new(),
            spots: Spots::default(),
            few: Some(Vec::new()),
            parts: 0,
        }
    }
}

/// More spots than these are not looked for one by one.
const FEW: usize = 16;

impl Changed {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an entry.
    pub fn insert(&mut self, entry: Entry) {
        // Where one entry comes or goes, a map may become empty or cease to be.
        for spot in [entry.spot(), spot(entry.part, &Emptiness)] {
            self.spots.insert(spot);
            self.few = self.few.take().filter(|few| few.len() < FEW);
            if let Some(few) = self.few.as_mut().filter(|few| !few.contains(&spot)) {
                few.push(spot);
            }
        }
        self.parts |= bit(entry.part);
        self.entries.insert(entry);
    }

    /// Says that anything of a part may be another.
    pub fn insert_part(&mut self, part: Part) {
        self.parts |= bit(part);
    }

    /// Whether there are any of a part.
    pub fn has_any(&self, part: Part) -> bool {
        self.parts & bit(part) != 0
    }

    /// Whether an entry is among them.
    pub fn contains(&self, entry: &Entry) -> bool {
        self.entries.contains(entry)
    }

    /// The entries.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Takes entries out.
    pub fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        let before = self.entries.len();
        self.entries.retain(keep);
        if self.entries.len() < before {
            let entries = std::mem::take(&mut self.entries);
            *self = Changed::default();
            entries.into_iter().for_each(|entry| self.insert(entry));
        }
    }
}

/// What some work read and wrote.
#[derive(Debug, Clone, Default)]
pub struct Footprint {
    /// What it read.
    pub reads: Reads,
    /// What it wrote, or took back again.
    pub writes: HashSet<Entry>,
}

/// Does some work and records what it reads and writes of any catalog, on this thread alone.
pub fn recorded<T>(work: impl FnOnce() -> T) -> (T, Footprint) {
    let around = Around(RECORDER.with(|r| r.borrow_mut().replace(Box::default())));
    let done = work();
    let recorder = RECORDER.with(|r| r.borrow_mut().take()).unwrap_or_default();
    drop(around);
    (done, recorder.finish())
}

/// Puts what was being recorded back, in a panic too: a thread may begin other work while it waits for some.
struct Around(Option<Box<Recorder>>);

impl Drop for Around {
    fn drop(&mut self) {
        let outer = self.0.take();
        RECORDER.with(|r| *r.borrow_mut() = outer);
    }
}

thread_local! {
    static RECORDER: RefCell<Option<Box<Recorder>>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Recorder {
    spots: Spots,
    whole: u32,
    parts: u32,
    writes: HashSet<Entry, BuildHasherDefault<SpotHasher>>,
}

impl Recorder {
    fn finish(self) -> Footprint {
        Footprint {
            reads: Reads {
                spots: self.spots.iter().collect(),
                whole: self.whole,
                parts: self.parts,
            },
            writes: self.writes.into_iter().collect(),
        }
    }
}

/// Notes that an entry is read, present or not.
pub(super) fn reads<Q: Spot + ?Sized>(part: Part, key: &Q) {
    RECORDER.with(|r| {
        if let Some(recorder) = &mut *r.borrow_mut() {
            recorder.spots.insert(spot(part, key));
            recorder.parts |= bit(part);
        }
    });
}

/// Notes that a whole map is read.
pub(super) fn reads_all(part: Part) {
    RECORDER.with(|r| {
        if let Some(recorder) = &mut *r.borrow_mut() {
            recorder.whole |= bit(part);
        }
    });
}

/// Notes that somebody looks at what a script says, rather than at what it left in the catalog.
pub fn reads_text(script: u32) {
    reads(Part::Texts, &script);
}

/// Notes that somebody looks at what a statement says.
pub fn reads_statement(script: u32, number: u32) {
    reads(Part::Texts, &script);
    reads(Part::Statements, &(script, number));
}

/// Notes that somebody looks at what the statements of a script say of each other.
pub fn reads_facts() {
    reads_all(Part::Facts);
}

/// Notes that somebody looks at what scripts say, or at which there are.
pub fn reads_all_texts() {
    reads_all(Part::Texts);
    reads_all(Part::AllTexts);
}

/// Notes that somebody looks at what all statements ask for, wherever they stand.
pub fn reads_all_meanings() {
    reads_all(Part::Meanings);
}

/// Whether this thread records a footprint.
pub(super) fn is_recording() -> bool {
    RECORDER.with(|r| r.borrow().is_some())
}

/// Notes that an entry is written.
pub(super) fn writes(entry: impl FnOnce() -> Entry) {
    RECORDER.with(|r| {
        if let Some(recorder) = &mut *r.borrow_mut() {
            recorder.writes.insert(entry());
        }
    });
}

fn bit(part: Part) -> u32 {
    1 << part as u8
}

fn spot<Q: Spot + ?Sized>(part: Part, key: &Q) -> u16 {
    let mut hasher = SpotHasher::default();
    hasher.write_u8(part as u8);
    key.spot(&mut hasher);
    (hasher.finish() >> 48) as u16
}

/// A set of spots: a bit each.
#[derive(Clone)]
struct Spots(Box<[u64; 1024]>);

impl Default for Spots {
    fn default() -> Self {
        Spots(Box::new([0; 1024]))
    }
}

impl std::fmt::Debug for Spots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Spots {
    fn insert(&mut self, spot: u16) {
        self.0[usize::from(spot >> 6)] |= 1 << (spot & 63);
    }

    fn contains(&self, spot: u16) -> bool {
        self.0[usize::from(spot >> 6)] >> (spot & 63) & 1 == 1
    }

    fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().enumerate().flat_map(|(at, &word)| {
            let ones = std::iter::successors(Some(word), |w| Some(w & w.wrapping_sub(1)));
            ones.take_while(|w| *w != 0)
                .map(move |w| (at as u16) << 6 | w.trailing_zeros() as u16)
        })
    }
}

/// A quick hash that is the same in every process: eight bytes a step, mixed by multiplication.
#[derive(Default)]
struct SpotHasher(u64);

impl SpotHasher {
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(0x9e37_79b9_7f4a_7c15_u64 | 1);
        self.0 = (product as u64) ^ (product >> 64) as u64 ^ word.rotate_left(29);
    }
}

impl Hasher for SpotHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let mut word = [0; 8];
            word.copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
        let rest = chunks.remainder();
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(word) ^ (rest.len() as u64) << 56);
    }

    fn finish(&self) -> u64 {
        let mut last = SpotHasher(self.0);
        last.mix(0x2545_f491_4f6c_dd1d);
        last.0
    }
}
