//! What an effect means: four judgements, each with its level, reason and place.

use std::fmt;
use std::sync::Arc;

use confiture_syntax::TextRange;

/// How bad. `Unknown` is never mixed up with safe; for comparisons it stands above `High`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Level {
    /// No risk.
    #[default]
    None,
    /// Mention it.
    Low,
    /// Think about it.
    Medium,
    /// Don't, on a busy or large table.
    High,
    /// Not known.
    Unknown,
    /// Don't.
    Critical,
}

impl Level {
    /// As JSON and reports spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::None => "none",
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
            Level::Unknown => "unknown",
            Level::Critical => "critical",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// How bad.
    pub level: Level,
    /// Why, as a sentence without a final period.
    pub reason: Arc<str>,
    /// The part of the statement that causes it.
    pub range: TextRange,
}

impl Default for Judgement {
    fn default() -> Self {
        Judgement {
            level: Level::None,
            reason: Arc::from("nothing to note"),
            range: TextRange::default(),
        }
    }
}

/// The four judgements of a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assessment {
    /// Whether data is destroyed.
    pub data_loss: Judgement,
    /// Whether programs written for the schema before it go on working.
    pub compatibility: Judgement,
    /// How much work the server does.
    pub performance: Judgement,
    /// Who has to wait, and on what.
    pub locking: Judgement,
}

impl Assessment {
    /// The worst of the four.
    pub fn worst(&self) -> Level {
        [
            &self.data_loss,
            &self.compatibility,
            &self.performance,
            &self.locking,
        ]
        .into_iter()
        .map(|j| j.level)
        .max()
        .unwrap_or_default()
    }
}
