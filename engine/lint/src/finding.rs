//! What a rule found, where, and what would cure it.

use std::path::PathBuf;
use std::sync::Arc;

use confiture_syntax::TextRange;
use serde::{Deserialize, Deserializer, Serialize};

use crate::context::Subject;
use crate::{Severity, registry};

/// A place in a project: a range in one segment of one script.
///
/// [`crate::analysis::file_range`] turns it into a range of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Index into `Project::scripts`.
    pub script: usize,
    /// Index into `Script::segments`.
    pub segment: usize,
    /// Byte range in the segment's text.
    pub range: TextRange,
}

/// The name of a rule of the registry. (A reference in place of this name would be read as part of what is decoded.)
pub type RuleName = &'static str;

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's name: of a named instance its own, see [`crate::settings::Configured::name`].
    pub rule: Arc<str>,
    /// The name of the rule in the registry that looked; [`crate::explain`] knows it.
    #[serde(deserialize_with = "kind")]
    pub kind: RuleName,
    /// How severe it is under the configuration.
    pub severity: Severity,
    /// What is wrong, in a sentence without a final period; names the relation and, where one matters, the lock.
    pub message: String,
    /// What it is about.
    pub subject: Subject,
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
    /// The same in a script that has another index now.
    pub(crate) fn moved(&mut self, from: usize, to: usize) {
        let edits = self.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
        let places = edits
            .map(|edit| &mut edit.place)
            .chain(self.related.iter_mut().map(|related| &mut related.place))
            .chain([&mut self.place]);
        for place in places.filter(|place| place.script == from) {
            place.script = to;
        }
    }

    /// Says what to do instead.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Finding {
        self.help = Some(help.into());
        self
    }

    /// Points at another place that belongs to it.
    pub fn relate(&mut self, message: impl Into<String>, place: Place) -> &mut Finding {
        self.related.push(Related {
            message: message.into(),
            place,
        });
        self
    }

    /// Offers a cure.
    pub fn fix(&mut self, fix: Fix) -> &mut Finding {
        self.fixes.push(fix);
        self
    }
}

/// Reads the name of a rule that there is.
fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    let name = <&str>::deserialize(deserializer)?;
    let rule = registry().iter().find(|rule| rule.name == name);
    rule.map(|rule| rule.name)
        .ok_or_else(|| serde::de::Error::custom("no rule of that name"))
}

/// Another place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// What is seen there.
    pub message: String,
    /// Where.
    pub place: Place,
}

/// What cures a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it does, as an imperative: `Build the index concurrently`.
    pub title: String,
    /// Whether the meaning stays.
    pub safety: Safety,
    /// Its edits of the text, in order, none overlapping.
    pub edits: Vec<Edit>,
    /// Files that it creates beside.
    pub creates: Vec<NewFile>,
    /// The same cure for a database that has the flaw already: statements for a new migration.
    pub migration: Option<String>,
}

impl Fix {
    /// A fix that does nothing yet.
    pub fn new(title: impl Into<String>, safety: Safety) -> Fix {
        Fix {
            title: title.into(),
            safety,
            edits: Vec::new(),
            creates: Vec::new(),
            migration: None,
        }
    }

    /// Adds an edit.
    pub fn edit(mut self, edit: Edit) -> Fix {
        self.edits.push(edit);
        self.edits.sort_by_key(|edit| edit.place);
        self
    }

    /// Adds a file.
    pub fn create(mut self, file: NewFile) -> Fix {
        self.creates.push(file);
        self
    }

    /// Says what a migration would do.
    pub fn migration(mut self, sql: impl Into<String>) -> Fix {
        self.migration = Some(sql.into());
        self
    }
}

/// A file that a fix creates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFile {
    /// Its absolute path.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Whether a fix may be applied unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub place: Place,
    /// With what.
    pub text: String,
}
