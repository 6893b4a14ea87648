//! How long work on a table takes, by the sizes and speeds that somebody wrote down.

use confiture_risk::time::{self, Amount, Speeds};

use super::{Estimate, Size, Speed, Statistics, Work};

impl Statistics {
    /// How long work on a table of that size takes. More rows or bytes never take less time.
    pub fn estimate(&self, work: Work, size: &Size) -> Estimate {
        let amount = Amount {
            rows: size.rows,
            bytes: size.bytes,
            indexes: size.indexes,
        };
        time::estimate(work, &amount, &self.speed.into())
    }
}

impl From<Speed> for Speeds {
    fn from(speed: Speed) -> Speeds {
        Speeds {
            scan_bytes: speed.scan_bytes_per_second,
            rewrite_bytes: speed.rewrite_bytes_per_second,
            index_rows: speed.index_rows_per_second,
            check_rows: speed.check_rows_per_second,
            write_rows: speed.write_rows_per_second,
        }
    }
}
