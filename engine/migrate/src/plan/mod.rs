//! The files held against the ledger: what is applied, what is pending, what doesn't fit.

mod down;
mod refusal;
mod standing;
mod trial;
mod up;
pub mod version;

use crate::history::Migration;
use crate::ledger::{Applied, Unfinished};

pub use down::down;
pub use standing::status;
pub(crate) use standing::{BASELINE, Held, is_baseline};
pub use trial::trial;
pub use up::up;

/// What is true of one migration in one database.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// Applied, and the file is what was applied.
    Applied(Applied),
    /// Applied, but the file is another by now.
    Changed(Applied),
    /// Applied, and there is no file any more.
    Missing(Applied),
    /// Not applied, and newer than all that is.
    Pending,
    /// A repeatable migration that was applied in an older form.
    Outdated(Applied),
    /// Not applied, though something newer is.
    OutOfOrder,
    /// Begun and not finished: up to a step, or failed. Where it left nothing behind
    /// ([`Unfinished::left_something`]) it is as good as pending.
    Unfinished(Unfinished),
    /// Not for this environment.
    Elsewhere,
}

/// One line of `status`.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// The migration's slug.
    pub slug: String,
    /// Its version.
    pub version: String,
    /// Its name.
    pub name: String,
    /// What is true of it.
    pub standing: Standing,
    /// Whether a way back exists in the files.
    pub can_revert: bool,
}

/// Which migrations a run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// All pending ones; downwards: the newest applied one.
    Default,
    /// Up to and with this one; downwards: down to, but not with, this one.
    Target(String),
    /// This one alone.
    Only(String),
    /// That many.
    Steps(usize),
    /// Downwards: all.
    All,
}

/// What a run will do, in order.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The migrations that run.
    pub migrations: Vec<Migration>,
    /// Those that are left out, and why.
    pub skipped: Vec<(String, String)>,
}
