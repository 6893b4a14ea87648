//! Observing what one statement does to a running database: the judge of `confiture-risk`.
//!
//! [`observe`] runs a statement and reports the locks it took on relations that existed before,
//! the heaps it rewrote, the tables it scanned and the indexes it built, as PostgreSQL itself
//! records them. A statement that may run in a transaction is observed exactly, from inside; one
//! that may not is observed from outside, while other sessions hold it up (see
//! [`Method::Outside`] for what is approximate there).

mod inside;
mod lock;
mod outside;
mod relations;
mod statistics;

use std::collections::BTreeMap;

pub use lock::{LockMode, UnknownLockMode};
pub use relations::{Relation, RelationKind, Relations, relations};

use crate::connect::ConnectError;
use crate::error::SqlError;
use crate::session::Session;

/// What to do with the effects of an observed statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// Keep them.
    Commit,
    /// Undo them, where the statement ran in a transaction; one that can't run in a transaction
    /// keeps its effects all the same.
    Rollback,
}

/// How a statement was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Inside a transaction, from its own session, after it ended and before the transaction did:
    /// everything reported is exact.
    Inside,
    /// The server refuses it in a transaction, so it ran by itself in another session, held up
    /// again and again by sessions that hold locks and an old snapshot, while its locks were read.
    /// Rewrites, scans and index builds are exact. A lock is reported when it was seen held or
    /// asked for; missed may be one that is taken and released without any chance to wait, which
    /// are those of VACUUM on indexes and the one with which it cuts off a table's empty end.
    Outside,
}

/// A lock that a statement held or asked for; the strongest for its relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedLock {
    /// A relation that existed before the statement. Indexes are included, also those that the
    /// planner or ALTER TABLE locks without being told: look at [`Relation::kind`].
    pub relation: Relation,
    /// How strong.
    pub mode: LockMode,
}

/// How often a statement read a table that existed before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// A table, a partition or a materialized view.
    pub relation: Relation,
    /// Sequential scans that were begun, those of rewrites, validations and index builds included.
    pub sequential: i64,
    /// Rows that sequential scans gave.
    pub rows: i64,
    /// Index scans that were begun on the table's indexes: 0 where the statement dropped the index.
    pub by_index: i64,
}

/// An index whose contents were built by a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexBuild {
    /// The table, which existed before.
    pub table: Relation,
    /// The index, as it is afterwards.
    pub index: Relation,
    /// Whether the index existed before (it was rebuilt then).
    pub existed: bool,
}

/// What a statement had to wait for while other sessions held it up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wait {
    /// For a lock on a relation, as `schema.name`.
    Lock {
        /// The relation.
        relation: String,
        /// The mode that was asked for.
        mode: LockMode,
    },
    /// For the end of transactions that hold locks on a relation, without queueing for one.
    LockHolders,
    /// For the end of transactions that have an older snapshot, whatever they read.
    OlderSnapshots,
}

/// What a statement did. Every list is sorted by schema and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// How this was found out; [`Method::Outside`] says that the statement can't run in a transaction.
    pub method: Method,
    /// The strongest lock on each relation that existed before.
    pub locks: Vec<ObservedLock>,
    /// Tables and materialized views that existed before and have a new heap, TRUNCATE excepted.
    pub rewrites: Vec<Relation>,
    /// Tables that TRUNCATE gave a new, empty heap.
    pub truncated: Vec<Relation>,
    /// Every relation that existed before and has a new file (tables, indexes, sequences), whatever
    /// the reason: the raw fact behind the two lists above.
    pub new_files: Vec<Relation>,
    /// What was read; a truncated table's own (empty) index builds are left out.
    pub scans: Vec<Scan>,
    /// Indexes that were built on tables that existed before, truncated ones excepted.
    pub index_builds: Vec<IndexBuild>,
    /// Relations that came to be.
    pub created: Vec<Relation>,
    /// Relations that are gone.
    pub dropped: Vec<Relation>,
    /// What it waited for; only [`Method::Outside`] makes statements wait.
    pub waits: Vec<Wait>,
}

impl Observed {
    /// The strongest lock on one relation, given as `schema.name`.
    pub fn lock_on(&self, relation: &str) -> Option<LockMode> {
        self.locks
            .iter()
            .find(|lock| lock.relation.to_string() == relation)
            .map(|lock| lock.mode)
    }

    /// The relations that were read sequentially, as `schema.name`.
    pub fn scanned(&self) -> Vec<String> {
        self.scans
            .iter()
            .filter(|scan| scan.sequential > 0)
            .map(|scan| scan.relation.to_string())
            .collect()
    }

    /// The tables on which indexes were built, as `schema.name`, each once.
    pub fn indexed(&self) -> Vec<String> {
        let mut tables: Vec<_> = self
            .index_builds
            .iter()
            .map(|build| build.table.to_string())
            .collect();
        tables.dedup();
        tables
    }
}

/// Why a statement could not be observed.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// The statement, or a query about it, failed; what it did is undone where that is possible.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// A further session for observing could not be had.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The statement began or ended the transaction it was observed in, so nothing can be said.
    #[error("a statement that begins or ends transactions can't be observed")]
    ControlsTransaction,
    /// The statement waited for something that the observer doesn't hold.
    #[error("the statement still waits for someone else after {0} seconds; it was cancelled")]
    Stuck(u64),
}

/// Runs one statement and reports what it did.
///
/// The session must not be in a transaction. The statement runs in it, in a transaction that is
/// finished as `finish` says; a statement that the server refuses in a transaction (SQLSTATE 25001)
/// runs in another session with the same settings. Other sessions should leave the database alone
/// meanwhile.
///
/// # Errors
/// See [`ObserveError`].
pub fn observe(session: &mut Session, statement: &str, finish: Finish) -> Result<Observed, ObserveError> {
    /// "… cannot run inside a transaction block".
    const ACTIVE_SQL_TRANSACTION: &str = "25001";
    let before = relations(session)?;
    match inside::observe(session, statement, finish, &before) {
        Err(ObserveError::Sql(error)) if error.sqlstate() == Some(ACTIVE_SQL_TRANSACTION) => {
            outside::observe(session, statement, &before)
        }
        result => result,
    }
}

/// The strongest mode seen for each relation.
type Modes = BTreeMap<u32, LockMode>;

fn strongest_locks(before: &Relations, modes: &Modes) -> Vec<ObservedLock> {
    let locks = modes.iter().filter_map(|(oid, mode)| {
        Some(ObservedLock {
            relation: before.get(*oid)?.clone(),
            mode: *mode,
        })
    });
    let mut locks: Vec<_> = locks.collect();
    locks.sort_by(|a, b| a.relation.sort_key().cmp(&b.relation.sort_key()));
    locks
}

/// Puts together what was seen.
fn conclude(
    method: Method,
    statement: &str,
    before: &Relations,
    after: &Relations,
    modes: &Modes,
    reads: &statistics::Reads,
    waits: Vec<Wait>,
) -> Observed {
    let new_files = after.with_new_files(before);
    let has_new_heap = new_files
        .iter()
        .filter(|relation| relation.kind.has_rows())
        .cloned();
    let (truncated, rewrites): (Vec<_>, Vec<_>) = match first_keyword(statement).as_str() {
        "truncate" => (has_new_heap.collect(), Vec::new()),
        _ => (Vec::new(), has_new_heap.collect()),
    };
    let is_truncated = |oid: u32| truncated.iter().any(|relation: &Relation| relation.oid == oid);
    let index_builds = after
        .index_builds(before)
        .into_iter()
        .filter(|build| !is_truncated(build.table.oid));
    let scans = reads
        .scans(before)
        .into_iter()
        .filter(|scan| !is_truncated(scan.relation.oid));
    Observed {
        method,
        locks: strongest_locks(before, modes),
        index_builds: index_builds.collect(),
        scans: scans.collect(),
        created: after.missing_in(before),
        dropped: before.missing_in(after),
        rewrites,
        truncated,
        new_files,
        waits,
    }
}

/// The statement's first word in lower case, after space and comments.
fn first_keyword(statement: &str) -> String {
    let mut rest = statement.trim_start();
    loop {
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
        } else if rest.starts_with("/*") {
            rest = after_block_comment(rest).trim_start();
        } else {
            return rest
                .chars()
                .take_while(char::is_ascii_alphabetic)
                .collect::<String>()
                .to_lowercase();
        }
    }
}

/// What follows the (possibly nested) block comment that `text` begins with.
fn after_block_comment(text: &str) -> &str {
    let (mut depth, mut at) = (0usize, 0usize);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return &text[at..];
            }
        } else {
            at += 1;
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_keywords() {
        assert_eq!(first_keyword("TRUNCATE t"), "truncate");
        assert_eq!(first_keyword("-- é\n /* /* é */ */ Truncate\tt"), "truncate");
        assert_eq!(first_keyword("/* never closed"), "");
        assert_eq!(first_keyword("--"), "");
    }
}
