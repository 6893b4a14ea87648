//! The server's counters of scans, as differences between two moments.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::relations::{Relation, Relations};
use super::{ObserveError, Scan};
use crate::error::SqlError;
use crate::session::Session;

/// Which of the server's counters are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counters {
    /// Those of the session itself that it has not yet reported: exact at any moment.
    OwnTransaction,
    /// Those that sessions have reported so far.
    Reported,
}

/// Scans begun and rows given, by the oid of a table or an index.
#[derive(Debug, Clone, Default)]
pub(super) struct Reads(BTreeMap<u32, (i64, i64)>);

impl Reads {
    /// Reads the counters of these relations.
    pub(super) fn now(
        session: &mut Session,
        relations: &Relations,
        counters: Counters,
    ) -> Result<Self, SqlError> {
        let oids: Vec<u32> = relations
            .iter()
            .filter(|r| r.kind.has_rows() || r.kind.is_index())
            .map(|r| r.oid)
            .collect();
        let query = match counters {
            Counters::OwnTransaction => {
                "SELECT oid, pg_catalog.pg_stat_get_xact_numscans(oid), pg_catalog.pg_stat_get_xact_tuples_returned(oid)
                 FROM pg_catalog.unnest($1::oid[]) AS oid"
            }
            Counters::Reported => {
                "SELECT oid, pg_catalog.pg_stat_get_numscans(oid), pg_catalog.pg_stat_get_tuples_returned(oid)
                 FROM pg_catalog.unnest($1::oid[]) AS oid"
            }
        };
        let rows = session.query(query, &[&oids])?;
        let number = |value: Option<i64>| value.unwrap_or(0);
        Ok(Self(
            rows.iter()
                .map(|row| (row.get(0), (number(row.get(1)), number(row.get(2)))))
                .collect(),
        ))
    }

    /// What came to these counters since `earlier`.
    pub(super) fn since(&self, earlier: &Self) -> Self {
        let difference = self.0.iter().map(|(oid, (scans, rows))| {
            let (old_scans, old_rows) = earlier.0.get(oid).copied().unwrap_or_default();
            // A relation that was dropped has no counters any more.
            (*oid, ((scans - old_scans).max(0), (rows - old_rows).max(0)))
        });
        Self(difference.collect())
    }

    /// The tables and materialized views that were read, the scans of their indexes added up.
    pub(super) fn scans(&self, relations: &Relations) -> Vec<Scan> {
        let mut by_index: BTreeMap<u32, i64> = BTreeMap::new();
        for index in relations.iter().filter(|relation| relation.kind.is_index()) {
            if let (Some(table), Some((scans, _))) = (index.table, self.0.get(&index.oid)) {
                *by_index.entry(table).or_default() += scans;
            }
        }
        let scan = |relation: &Relation| {
            let (sequential, rows) = self.0.get(&relation.oid).copied().unwrap_or_default();
            let by_index = by_index.get(&relation.oid).copied().unwrap_or_default();
            (sequential > 0 || by_index > 0).then(|| Scan {
                relation: relation.clone(),
                sequential,
                rows,
                by_index,
            })
        };
        let mut scans: Vec<_> = relations
            .iter()
            .filter(|relation| relation.kind.has_rows())
            .filter_map(scan)
            .collect();
        scans.sort_by(|a, b| a.relation.sort_key().cmp(&b.relation.sort_key()));
        scans
    }
}

/// How long reported counters may take to arrive (13 and 14 have a collector process, whose file
/// may be half a second old).
const ARRIVAL_LIMIT: Duration = Duration::from_secs(30);

/// The counter of a catalog that a session raises as the last thing it does: when it is seen to
/// have moved, everything that the session counted before has arrived too. The catalog is one that
/// the server never reads by itself (pg_am, for one, is scanned whenever a cache is filled).
#[derive(Debug)]
pub(super) struct Marker(i64);

impl Marker {
    pub(super) fn now(observer: &mut Session) -> Result<Self, SqlError> {
        observer.batch("SELECT pg_catalog.pg_stat_clear_snapshot()")?;
        let row = observer.query_one(
            "SELECT pg_catalog.pg_stat_get_numscans('pg_catalog.pg_ts_template'::pg_catalog.regclass)",
            &[],
        )?;
        Ok(Self(row.get::<_, Option<i64>>(0).unwrap_or(0)))
    }

    /// Ends `session`, so that it reports its counters, and waits until they have arrived.
    pub(super) fn end_and_wait(
        self,
        mut session: Session,
        observer: &mut Session,
    ) -> Result<(), ObserveError> {
        session.batch(
            "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;
             SELECT pg_catalog.count(*) FROM pg_catalog.pg_ts_template",
        )?;
        session.close();
        let began = Instant::now();
        while Self::now(observer)?.0 <= self.0 {
            if began.elapsed() > ARRIVAL_LIMIT {
                return Err(ObserveError::Stuck(ARRIVAL_LIMIT.as_secs()));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }
}
