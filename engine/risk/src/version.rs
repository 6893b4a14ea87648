//! Server versions.

use std::fmt;
use std::str::FromStr;

/// A major version of PostgreSQL, 13 to 18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PgVersion(u8);

impl PgVersion {
    /// The oldest that is modelled.
    pub const OLDEST: PgVersion = PgVersion(13);
    /// The newest that is modelled.
    pub const NEWEST: PgVersion = PgVersion(18);
    /// All that are modelled, oldest first.
    pub const ALL: [PgVersion; 6] = [
        PgVersion(13),
        PgVersion(14),
        PgVersion(15),
        PgVersion(16),
        PgVersion(17),
        PgVersion(18),
    ];

    /// The version of that number, where it is modelled.
    pub fn new(major: u32) -> Option<PgVersion> {
        PgVersion::ALL.into_iter().find(|v| u32::from(v.0) == major)
    }

    /// Its number.
    pub fn major(self) -> u32 {
        u32::from(self.0)
    }

    /// Whether it is at least that major.
    pub fn at_least(self, major: u32) -> bool {
        self.major() >= major
    }
}

impl Default for PgVersion {
    /// The oldest version that the PostgreSQL project still maintains: what holds there is the careful answer.
    fn default() -> Self {
        PgVersion(14)
    }
}

impl fmt::Display for PgVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for PgVersion {
    type Err = String;

    /// Accepts `15`, `15.4` and `150004`'s major only as `15`.
    fn from_str(s: &str) -> Result<Self, String> {
        let major = s.split('.').next().unwrap_or(s);
        major.parse().ok().and_then(PgVersion::new).ok_or_else(|| {
            format!(
                "PostgreSQL {s} is not modelled: versions {} to {} are",
                PgVersion::OLDEST,
                PgVersion::NEWEST
            )
        })
    }
}
