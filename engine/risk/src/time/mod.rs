//! How long work on a table takes: bytes or rows by a speed, as a range.
//!
//! The model is simple on purpose: nobody knows how busy the disk is. What a server does is told apart as [`Work`]; what is
//! measured is believed by half, what is assumed spans a small and a large machine.

mod words;

use std::fmt;
use std::ops::Add;

use confiture_schema::catalog::QualName;
use confiture_schema::change::{
    AlterAction, Change, ColumnDef, ConstraintDef, ConstraintDefKind, ReindexTarget, TableElement,
};

use crate::effect::Effect;
use crate::lock::LockMode;

use words::time_in_words;
pub use words::{bytes_in_words, count_in_words};

/// From so many seconds to so many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// At least so many seconds.
    pub low: f64,
    /// At most so many seconds.
    pub high: f64,
}

/// What is done to a whole table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// It is read from end to end, and a condition is looked at for each row.
    Scan,
    /// It is read, and so many indexes are built on it.
    IndexBuild(u64),
    /// The same in two passes, while writes go on.
    ConcurrentIndexBuild(u64),
    /// It is written anew, and so are all of its indexes.
    Rewrite,
    /// Every row is written by an UPDATE or DELETE, its indexes with it.
    Write,
}

/// How large a table is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Rows.
    pub rows: u64,
    /// Bytes of the heap and its TOAST table.
    pub bytes: u64,
    /// How many indexes it has.
    pub indexes: u64,
}

/// How fast a server works, in a second; what nobody has measured is assumed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Speeds {
    /// Bytes of a table that are read.
    pub scan_bytes: Option<f64>,
    /// Bytes of a table that are written anew.
    pub rewrite_bytes: Option<f64>,
    /// Rows that are put into one index, while it is built.
    pub index_rows: Option<f64>,
    /// Rows that a constraint is checked for.
    pub check_rows: Option<f64>,
    /// Rows that one UPDATE or DELETE writes.
    pub write_rows: Option<f64>,
}

/// Speeds of small and large machines, where nothing was measured: from, to.
const SCAN_BYTES: (f64, f64) = (100e6, 1e9);
const REWRITE_BYTES: (f64, f64) = (30e6, 200e6);
const INDEX_ROWS: (f64, f64) = (200e3, 2e6);
const CHECK_ROWS: (f64, f64) = (1e6, 10e6);
const WRITE_ROWS: (f64, f64) = (30e3, 300e3);

/// What is measured holds within this factor.
const TRUST: f64 = 1.5;

/// How long work on a table of that size takes. More rows or bytes never take less time.
pub fn estimate(work: Work, amount: &Amount, speeds: &Speeds) -> Estimate {
    let (rows, bytes) = (amount.rows as f64, amount.bytes as f64);
    let scan = time(bytes, speeds.scan_bytes, SCAN_BYTES);
    let indexes = |count: u64| time(rows * count as f64, speeds.index_rows, INDEX_ROWS);
    match work {
        Work::Scan => scan + time(rows, speeds.check_rows, CHECK_ROWS),
        Work::IndexBuild(count) => scan + indexes(count),
        Work::ConcurrentIndexBuild(count) => scan + scan + indexes(count),
        Work::Rewrite => time(bytes, speeds.rewrite_bytes, REWRITE_BYTES) + indexes(amount.indexes),
        Work::Write => time(rows, speeds.write_rows, WRITE_ROWS),
    }
}

/// What a statement does to a relation as a whole; `indexes` are those that the relation has.
pub fn work(changes: &[Change], effect: &Effect, relation: &QualName, indexes: u64) -> Option<Work> {
    if effect.rewrites.contains_key(relation) {
        return Some(Work::Rewrite);
    }
    if effect.index_builds.contains_key(relation) {
        let count = built_indexes(changes, indexes);
        return Some(match effect.waits_for_older_snapshots {
            true => Work::ConcurrentIndexBuild(count),
            false => Work::IndexBuild(count),
        });
    }
    effect.scans.get(relation)?;
    let mode = effect.locks.get(relation).map(|lock| lock.mode);
    Some(match mode {
        Some(LockMode::RowExclusive) => Work::Write,
        _ => Work::Scan,
    })
}

/// How many indexes a statement builds on a table that has so many.
fn built_indexes(changes: &[Change], indexes: u64) -> u64 {
    let rebuilds_all = |change: &Change| match change {
        Change::Reindex(reindex) => !matches!(reindex.target, ReindexTarget::Index(_)),
        _ => false,
    };
    match changes.iter().any(rebuilds_all) {
        true => indexes.max(1),
        false => changes.iter().map(new_keys).sum::<u64>().max(1),
    }
}

/// How many keys, each with an index of its own, a change adds to tables.
fn new_keys(change: &Change) -> u64 {
    let of_constraint = |constraint: &ConstraintDef| match &constraint.kind {
        ConstraintDefKind::PrimaryKey(key) | ConstraintDefKind::Unique(key) => {
            u64::from(key.using_index.is_none())
        }
        ConstraintDefKind::Exclude(_) => 1,
        _ => 0,
    };
    let of_column = |column: &ColumnDef| column.constraints.iter().map(of_constraint).sum::<u64>();
    match change {
        Change::CreateIndex(_) => 1,
        Change::AlterRelation(alter) => {
            let of_command = |action: &AlterAction| match action {
                AlterAction::AddConstraint(constraint) => of_constraint(constraint),
                AlterAction::AddColumn { column, .. } => of_column(column),
                _ => 0,
            };
            alter
                .commands
                .iter()
                .map(|command| of_command(&command.action))
                .sum()
        }
        Change::CreateTable(table) => {
            let of_element = |element: &TableElement| match element {
                TableElement::Column(column) => of_column(column),
                TableElement::Constraint(constraint) => of_constraint(constraint),
                TableElement::Like(_) => 0,
            };
            table.elements.iter().map(of_element).sum()
        }
        _ => 0,
    }
}

/// An amount by the speed that was measured, or else by the assumed ones.
fn time(amount: f64, measured: Option<f64>, (slow, fast): (f64, f64)) -> Estimate {
    match measured.filter(|speed| *speed > 0.0) {
        Some(speed) => Estimate {
            low: amount / speed / TRUST,
            high: amount / speed * TRUST,
        },
        None => Estimate {
            low: amount / fast,
            high: amount / slow,
        },
    }
}

impl Add for Estimate {
    type Output = Estimate;

    fn add(self, other: Estimate) -> Estimate {
        Estimate {
            low: self.low + other.low,
            high: self.high + other.high,
        }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&time_in_words(self.low, self.high))
    }
}
