//! What a statement does, before anyone judges it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use confiture_schema::catalog::QualName;
use confiture_syntax::TextRange;

use crate::assessment::Assessment;
use crate::lock::LockMode;
use crate::version::PgVersion;

/// Locks and work of one statement.
///
/// Relations are those that existed before it; indexes appear only where the statement names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// The strongest lock on each relation, and why it is taken.
    pub locks: BTreeMap<QualName, LockTaken>,
    /// Relations whose heap is rewritten.
    pub rewrites: BTreeMap<QualName, Cause>,
    /// Relations read from end to end, by the statement itself (not: by a query that may use an index).
    pub scans: BTreeMap<QualName, Cause>,
    /// Relations on which an index is built or rebuilt.
    pub index_builds: BTreeMap<QualName, Cause>,
    /// Relations created by the statement.
    pub creates: BTreeSet<QualName>,
    /// Whether it can run inside a transaction block.
    pub transaction: TransactionRule,
    /// Versions before this one refuse the statement.
    pub since: Option<PgVersion>,
    /// It waits for transactions that began before it, even of readers of other tables (concurrent index builds, detach).
    pub waits_for_older_snapshots: bool,
    /// What of its effect isn't known. Not empty: the lists above may lack something, and nobody may call it safe.
    pub unknown: Vec<Cause>,
    /// What is unknown may add to the lists above. Where this is false, they are an upper bound: what is unknown is
    /// only whether a part of the statement runs.
    pub open_ended: bool,
    /// Something runs that isn't known and may do anything, to data too.
    pub opaque: bool,
}

/// A lock and why it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockTaken {
    /// The mode.
    pub mode: LockMode,
    /// Why.
    pub cause: Cause,
}

/// A reason in words for a person, and the part of the statement that is to blame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cause {
    /// The reason: a clause that can follow "because".
    pub reason: Arc<str>,
    /// The part of the statement.
    pub range: TextRange,
}

impl Cause {
    /// From its parts.
    pub fn new(reason: impl Into<Arc<str>>, range: TextRange) -> Cause {
        Cause {
            reason: reason.into(),
            range,
        }
    }
}

/// Whether a statement runs inside a transaction block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum TransactionRule {
    /// It may.
    #[default]
    Allowed,
    /// PostgreSQL refuses it there.
    Refused,
    /// It is transaction control itself.
    Control,
}

impl Effect {
    /// Notes a lock; the stronger of two on one relation stays.
    pub fn lock(&mut self, relation: &QualName, mode: LockMode, cause: Cause) {
        match self.locks.get_mut(relation) {
            Some(held) if held.mode >= mode => {}
            Some(held) => *held = LockTaken { mode, cause },
            None => {
                self.locks.insert(relation.clone(), LockTaken { mode, cause });
            }
        }
    }

    /// Notes a rewrite of a heap.
    pub fn rewrite(&mut self, relation: &QualName, cause: Cause) {
        self.rewrites.entry(relation.clone()).or_insert(cause);
    }

    /// Notes a scan of a heap.
    pub fn scan(&mut self, relation: &QualName, cause: Cause) {
        self.scans.entry(relation.clone()).or_insert(cause);
    }

    /// Notes an index built on a relation.
    pub fn index_build(&mut self, relation: &QualName, cause: Cause) {
        self.index_builds.entry(relation.clone()).or_insert(cause);
    }

    /// The strongest lock of all.
    pub fn strongest(&self) -> Option<(&QualName, &LockTaken)> {
        self.locks.iter().max_by_key(|(_, l)| l.mode)
    }

    /// Whether everything about it is known.
    pub fn known(&self) -> bool {
        self.unknown.is_empty()
    }
}

/// Everything that is said of one statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Risk {
    /// What it does.
    pub effect: Effect,
    /// What that means.
    pub assessment: Assessment,
    /// How to reach the same without the harm, as SQL; `None` where the statement is harmless or no safe way is known.
    pub safe_alternative: Option<SafeWay>,
    /// The statement that undoes it, where one exists; data that it destroyed does not come back.
    pub rollback: Option<String>,
}

/// What is said of one statement but for the way back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlook {
    /// What it does.
    pub effect: Effect,
    /// What that means.
    pub assessment: Assessment,
    /// How to reach the same without the harm, as SQL; `None` where the statement is harmless or no safe way is known.
    pub safe_alternative: Option<SafeWay>,
}

/// A safe way, as SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeWay {
    /// What it does differently, in a sentence.
    pub summary: String,
    /// Steps in order; each runs in a transaction of its own, except those that can't run in one.
    pub steps: Vec<SafeStep>,
}

impl SafeWay {
    /// What it does differently, then its SQL, step by step.
    pub fn in_words(&self) -> String {
        let mut words = self.summary.clone();
        let several = self.steps.len() > 1;
        if several {
            words.push_str("; one transaction a step");
        }
        for (number, step) in self.steps.iter().enumerate() {
            if several {
                let outside = match step.transaction {
                    TransactionRule::Refused => ", outside a transaction",
                    _ => "",
                };
                words.push_str(&format!("\n-- {}{outside}", number + 1));
            }
            words.push('\n');
            words.push_str(step.sql.trim_end());
        }
        words
    }
}

/// One step of a safe way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeStep {
    /// SQL, one or more statements, each ended by a semicolon.
    pub sql: String,
    /// Whether it may run in a transaction.
    pub transaction: TransactionRule,
    /// How often it runs.
    pub repeats: Repeats,
}

/// How often a step of a safe way runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Repeats {
    /// Once.
    #[default]
    Once,
    /// Again and again, each time in a transaction of its own, until it changes no row.
    UntilDone,
}
