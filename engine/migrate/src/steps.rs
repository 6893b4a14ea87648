//! A migration as a list of steps: what is sent to the server, in which order, and what may share a transaction.

use std::ops::Range;
use std::sync::Arc;

use confiture_project::Segment;
use confiture_schema::change::Change;

use crate::error::SourcePlace;
use crate::hooks::HookSpec;

/// Where a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Runs {
    /// In the transaction that the steps beside it share.
    InTransaction,
    /// Outside of any: what was done before is committed first.
    Alone,
}

/// One statement of a script.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The stretch of SQL that it stands in.
    pub segment: Segment,
    /// Byte range in the segment's text.
    pub range: Range<usize>,
    /// What it asks for.
    pub changes: Arc<[Change]>,
    /// The rows behind `COPY … FROM stdin`, as byte range in the segment's text.
    pub copy_data: Option<Range<usize>>,
}

impl Statement {
    /// Its text.
    pub fn sql(&self) -> &str {
        self.segment.text.get(self.range.clone()).unwrap_or_default()
    }

    /// Its place in the file.
    pub fn place(&self) -> SourcePlace {
        SourcePlace {
            path: self.segment.source.path.clone(),
            text: Arc::clone(&self.segment.source.text),
            range: self.segment.map.range_to_file(self.range.clone()),
        }
    }

    /// `file:line` of its first word.
    pub fn file_and_line(&self) -> String {
        let place = self.place();
        let before = place.text.get(..place.range.start).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        format!("{}:{line}", place.path.display())
    }

    /// Its first words on one line, at most `most` characters.
    pub fn shortened(&self, most: usize) -> String {
        let mut short = String::new();
        for word in self.sql().split_whitespace() {
            if !short.is_empty() {
                short.push(' ');
            }
            short.push_str(word);
            if short.chars().count() > most {
                short = short.chars().take(most.saturating_sub(1)).collect();
                short.push('…');
                break;
            }
        }
        short
    }
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Action {
    /// A statement of the migration.
    Statement(Box<Statement>),
    /// A hook.
    Hook(Box<HookSpec>),
}

/// One step of a migration.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it does.
    pub action: Action,
    /// Where it runs.
    pub runs: Runs,
}
