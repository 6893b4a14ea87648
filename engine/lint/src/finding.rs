//! What a rule found, where, and what would cure it.

use confiture_syntax::TextRange;

use crate::Severity;

/// A place in a project: a range in one segment of one script.
///
/// [`crate::analysis::file_range`] turns it into a range of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index into `Project::scripts`.
    pub script: usize,
    /// Index into `Script::segments`.
    pub segment: usize,
    /// Byte range in the segment's text.
    pub range: TextRange,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// How severe it is under the configuration.
    pub severity: Severity,
    /// What is wrong, in a sentence without a final period; names the relation and, where one matters, the lock.
    pub message: String,
    /// The smallest part of the text that tells.
    pub place: Place,
    /// What to do instead: a sentence, then SQL on lines of its own where there is any.
    pub help: Option<String>,
    /// Edits that would cure it.
    pub fixes: Vec<Fix>,
    /// Other places that belong to it, each with what is seen there.
    pub related: Vec<Related>,
}

impl Finding {
    /// Says what to do instead.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Finding {
        self.help = Some(help.into());
        self
    }

    /// Offers a cure.
    pub fn fix(&mut self, fix: Fix) -> &mut Finding {
        self.fixes.push(fix);
        self
    }
}

/// Another place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// What is seen there.
    pub message: String,
    /// Where.
    pub place: Place,
}

/// Edits that cure a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: `Build the index concurrently`.
    pub title: String,
    /// Whether the meaning stays.
    pub safety: Safety,
    /// Its edits, in order, none overlapping.
    pub edits: Vec<Edit>,
}

/// Whether a fix may be applied unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Safety {
    /// The schema in the end is the same.
    Safe,
    /// Someone should look at it first.
    Unsafe,
}

impl Safety {
    /// As reports spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        }
    }
}

/// One replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub place: Place,
    /// With what.
    pub text: String,
}
