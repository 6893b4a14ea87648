//! What an earlier run found, so that the next one does only what has to be done anew.
//!
//! Scripts form a chain: each takes a state and leaves another. For every script a record holds a hash of all that it
//! is by itself (text, layout, direction …), the footprint of reading it and of judging it (which entries of the
//! catalog were looked at, present or not, see [`confiture_schema::catalog::footprint`]), what it left in the catalog,
//! and what was found. A record holds as long as the script is the same and nothing that was looked at has changed;
//! of a script that has, what it leaves now is compared with what it left then, so that a change reaches just the
//! scripts that look at what differs. The same goes for every relation and for the rules that look at the whole
//! catalog, in the end.
//!
//! Nothing is taken from other rules, another version of the server or another build: see [`Identity`].
//! Records are values here; whoever calls keeps them somewhere.

mod identity;
mod record;

pub(crate) use identity::{Hash, script_keys, shape};
pub use identity::{Identity, memory_name};
pub(crate) use record::{Found, Past, RelationRecord, ScriptRecord, Writes, decoded, encode, encoded};
