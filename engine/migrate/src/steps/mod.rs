//! A migration as a list of steps: what is sent to the server, in which order, and what may share a transaction.

mod cut;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use confiture_project::Segment;
use confiture_schema::change::Change;

use crate::error::SourcePlace;
use crate::hooks::HookSpec;

pub use cut::of;

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
    /// Steps beside each other with the same number share a transaction; one that runs alone has a number of its own.
    pub group: usize,
    /// It may not share a transaction with the step before it: the script itself, or its tool, ends one there.
    pub is_apart: bool,
}

/// All steps of one direction of a migration.
#[derive(Debug, Clone, Default)]
pub struct Steps {
    /// In order.
    pub list: Vec<Step>,
    /// How the script itself begins a transaction, where it says more than BEGIN; by the index of the first step in it.
    pub begins: BTreeMap<usize, Arc<str>>,
    /// SHA-256 of what the steps do, as 64 hexadecimal digits: an interrupted migration is only taken up if it is the same.
    pub hash: String,
}

impl Steps {
    /// Whether all of it happens in one transaction, so that it is wholly done or not at all.
    pub fn is_atomic(&self) -> bool {
        let first = self.list.first().map(|step| step.group);
        self.list
            .iter()
            .all(|step| step.runs == Runs::InTransaction && Some(step.group) == first)
    }

    /// The end of the group that begins at this step.
    pub fn group_end(&self, from: usize) -> usize {
        let Some(first) = self.list.get(from) else {
            return from;
        };
        let rest = self.list.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|step| step.group == first.group).count()
    }

    /// The server refused a step in a transaction: from now on it runs alone.
    pub fn run_alone(&mut self, step: usize) {
        if let Some(step) = self.list.get_mut(step) {
            step.runs = Runs::Alone;
        }
        self.group();
    }

    /// Numbers the groups.
    fn group(&mut self) {
        let mut group = 0;
        let mut before = None;
        for step in &mut self.list {
            let joins =
                before == Some(Runs::InTransaction) && step.runs == Runs::InTransaction && !step.is_apart;
            if before.is_some() && !joins {
                group += 1;
            }
            step.group = group;
            before = Some(step.runs);
        }
    }
}
