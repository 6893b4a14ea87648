//! The records of a run as bytes.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use confiture_schema::catalog::QualName;
use confiture_schema::catalog::footprint::{Entry, Reads};
use serde::de::Deserialize;
use serde::{Deserialize as DeriveDeserialize, Serialize};

use super::Hash;
use crate::Finding;

/// What begins every stored run. The last byte counts changes of the form that no change of the build comes with.
const MAGIC: &[u8; 8] = b"confit\0\x01";

/// What a script, a relation or a rule led to.
#[derive(Debug, Clone, Default, Serialize, DeriveDeserialize)]
pub(crate) struct Found {
    /// What was looked at.
    pub(crate) reads: Reads,
    /// What was found, before suppressions.
    pub(crate) findings: Vec<Finding>,
}

/// What a script left in the catalog: each entry that may differ from before, with its value; `None` where it went.
pub(crate) type Writes<'b> = Vec<(Entry, Option<&'b [u8]>)>;

/// What is kept of a script.
#[derive(Debug, Clone, Serialize, DeriveDeserialize)]
pub(crate) struct ScriptRecord<'b> {
    /// All that it is by itself.
    pub(crate) key: Hash,
    /// Whether it is part of the chain.
    pub(crate) is_forward: bool,
    /// For one that undoes a migration: the index of the last script of that migration.
    pub(crate) undoes: Option<u32>,
    /// Whether rules looked at it.
    pub(crate) is_judged: bool,
    /// The session that it took over, and the one that it left.
    #[serde(borrow)]
    pub(crate) sessions: (&'b [u8], &'b [u8]),
    /// [`Writes`], stored.
    pub(crate) writes: &'b [u8],
    /// How many statements it has.
    pub(crate) statements: u32,
    /// What was looked at, and found.
    pub(crate) found: Found,
}

impl<'b> ScriptRecord<'b> {
    /// What it left in the catalog; nothing where it can't be read.
    pub(crate) fn writes(&self) -> Option<Writes<'b>> {
        decoded(self.writes)
    }
}

/// What is kept of a relation that existed in the end.
#[derive(Debug, Clone, Serialize, DeriveDeserialize)]
pub(crate) struct RelationRecord {
    pub(crate) name: QualName,
    pub(crate) found: Found,
}

/// An earlier run.
#[derive(Default)]
pub(crate) struct Past<'b> {
    /// Its scripts by their index, each also as it is stored.
    pub(crate) scripts: BTreeMap<usize, (ScriptRecord<'b>, &'b [u8])>,
    /// Which scripts there were, their texts apart.
    pub(crate) shape: Hash,
    /// The keys of all scripts, those without a record included.
    pub(crate) keys: Vec<Hash>,
    /// The relations that existed in the end, by name.
    pub(crate) relations: HashMap<QualName, Found>,
    /// What rules found that look at all that exists in the end, rule by rule.
    pub(crate) rules: Vec<Found>,
}

#[derive(Serialize, DeriveDeserialize)]
struct Stored<'b> {
    identity: Hash,
    shape: Hash,
    keys: Vec<Hash>,
    #[serde(borrow)]
    scripts: Vec<(u32, &'b [u8])>,
    relations: Cow<'b, [RelationRecord]>,
    rules: Cow<'b, [Found]>,
}

impl<'b> Past<'b> {
    /// The run that some bytes hold; `None` where they are damaged or of a run of another identity.
    pub(crate) fn read(bytes: &'b [u8], identity: &Hash) -> Option<Past<'b>> {
        let (sum, payload) = bytes.strip_prefix(MAGIC)?.split_at_checked(32)?;
        if blake3::hash(payload).as_bytes() != sum {
            return None;
        }
        let stored: Stored<'b> = decoded(payload)?;
        if stored.identity != *identity {
            return None;
        }
        let scripts = stored.scripts.iter();
        let scripts = scripts.map(|&(index, bytes)| Some((index as usize, (decoded(bytes)?, bytes))));
        Some(Past {
            scripts: scripts.collect::<Option<_>>()?,
            shape: stored.shape,
            keys: stored.keys,
            relations: stored
                .relations
                .into_owned()
                .into_iter()
                .map(|r| (r.name, r.found))
                .collect(),
            rules: stored.rules.into_owned(),
        })
    }
}

/// A run as bytes: its scripts as they are stored each, the rest as it is.
pub(crate) fn encode(
    identity: Hash,
    shape: Hash,
    keys: &[Hash],
    scripts: &BTreeMap<usize, Cow<'_, [u8]>>,
    relations: &[RelationRecord],
    rules: &[Found],
) -> Vec<u8> {
    let payload = encoded(&Stored {
        identity,
        shape,
        keys: keys.to_vec(),
        scripts: scripts
            .iter()
            .map(|(index, bytes)| (*index as u32, &**bytes))
            .collect(),
        relations: Cow::Borrowed(relations),
        rules: Cow::Borrowed(rules),
    });
    let mut bytes = MAGIC.to_vec();
    bytes.extend(blake3::hash(&payload).as_bytes());
    bytes.extend(payload);
    bytes
}

/// A value as bytes.
pub(crate) fn encoded<T: Serialize>(value: &T) -> Vec<u8> {
    // Writing to memory fails for no type of ours.
    postcard::to_allocvec(value).unwrap_or_default()
}

pub(crate) fn decoded<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}
