//! How long work on a table takes: bytes or rows by a speed, as a range.
//!
//! The model is simple on purpose: nobody knows how busy the disk is. What a server does is told apart as [`Work`]; what is
//! measured is believed by half, what is assumed spans a small and a large machine.

use std::fmt;
use std::ops::Add;

use super::units::time_in_words;
use super::{Size, Speed, Statistics};

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

/// Speeds of small and large machines, where nothing was measured: from, to.
const SCAN_BYTES: (f64, f64) = (100e6, 1e9);
const REWRITE_BYTES: (f64, f64) = (30e6, 200e6);
const INDEX_ROWS: (f64, f64) = (200e3, 2e6);
const CHECK_ROWS: (f64, f64) = (1e6, 10e6);
const WRITE_ROWS: (f64, f64) = (30e3, 300e3);

/// What is measured holds within this factor.
const TRUST: f64 = 1.5;

impl Statistics {
    /// How long work on a table of that size takes. More rows or bytes never take less time.
    pub fn estimate(&self, work: Work, size: &Size) -> Estimate {
        let Speed {
            scan_bytes_per_second,
            rewrite_bytes_per_second,
            index_rows_per_second,
            check_rows_per_second,
            write_rows_per_second,
        } = self.speed;
        let (rows, bytes) = (size.rows as f64, size.bytes as f64);
        let scan = time(bytes, scan_bytes_per_second, SCAN_BYTES);
        let indexes = |count: u64| time(rows * count as f64, index_rows_per_second, INDEX_ROWS);
        match work {
            Work::Scan => scan + time(rows, check_rows_per_second, CHECK_ROWS),
            Work::IndexBuild(count) => scan + indexes(count),
            Work::ConcurrentIndexBuild(count) => scan + scan + indexes(count),
            Work::Rewrite => time(bytes, rewrite_bytes_per_second, REWRITE_BYTES) + indexes(size.indexes),
            Work::Write => time(rows, write_rows_per_second, WRITE_ROWS),
        }
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
