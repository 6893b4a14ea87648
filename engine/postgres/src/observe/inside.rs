//! Observing a statement from inside its own transaction.

use super::relations::{Relations, relations};
use super::statistics::{Counters, Reads};
use super::{Finish, Method, Modes, ObserveError, Observed, conclude};
use crate::error::SqlError;
use crate::session::Session;

pub(super) fn observe(
    session: &mut Session,
    statement: &str,
    finish: Finish,
    before: &Relations,
) -> Result<Observed, ObserveError> {
    session.batch("BEGIN")?;
    match in_transaction(session, statement, before) {
        Ok(observed) => {
            session.batch(match finish {
                Finish::Commit => "COMMIT",
                Finish::Rollback => "ROLLBACK",
            })?;
            Ok(observed)
        }
        Err(error) => {
            // The first error is the one to report; a broken connection has no transaction left.
            let _ = session.batch("ROLLBACK");
            Err(error)
        }
    }
}

fn in_transaction(
    session: &mut Session,
    statement: &str,
    before: &Relations,
) -> Result<Observed, ObserveError> {
    let earlier = Reads::now(session, before, Counters::OwnTransaction)?;
    let transaction = transaction_identity(session)?;
    session.batch(statement)?;
    if transaction_identity(session)? != transaction {
        return Err(ObserveError::ControlsTransaction);
    }
    // The locks first: what follows only adds those on catalogs, which are not looked at.
    let modes = held_modes(session)?;
    let reads = Reads::now(session, before, Counters::OwnTransaction)?.since(&earlier);
    let after = relations(session)?;
    Ok(conclude(
        Method::Inside,
        statement,
        before,
        &after,
        &modes,
        &reads,
        Vec::new(),
    ))
}

/// Its virtual id, which every transaction has.
fn transaction_identity(session: &mut Session) -> Result<Option<String>, SqlError> {
    let row = session.query_one(
        "SELECT pg_catalog.min(virtualtransaction) FROM pg_catalog.pg_locks
         WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'virtualxid'
           AND virtualtransaction = virtualxid",
        &[],
    )?;
    Ok(row.get(0))
}

fn held_modes(session: &mut Session) -> Result<Modes, SqlError> {
    let rows = session.query(
        "SELECT relation, mode FROM pg_catalog.pg_locks
         WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation'",
        &[],
    )?;
    let mut modes = Modes::new();
    for row in rows {
        if let Ok(mode) = row.get::<_, &str>(1).parse() {
            let strongest = modes.entry(row.get(0)).or_insert(mode);
            *strongest = mode.max(*strongest);
        }
    }
    Ok(modes)
}
