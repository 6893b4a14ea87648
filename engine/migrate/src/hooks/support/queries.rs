//! Queries that a configuration holds, and running them so that they can change nothing.

use confiture_postgres::{Session, SqlError};
use confiture_syntax::split::{PieceKind, split};

use crate::hooks::{HookError, HookScope, Placement};

/// The statements of a text, without the semicolons that end them.
pub(crate) fn statements(text: &str) -> Vec<&str> {
    split(text)
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::Sql)
        .map(|piece| {
            piece
                .range
                .slice(text)
                .trim_end()
                .trim_end_matches(';')
                .trim_end()
        })
        .collect()
}

/// The only statement of a text.
pub(crate) fn single(text: &str) -> Option<&str> {
    match statements(text).as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// Does something in a transaction, or a part of the one that is open, that can't write and leaves nothing behind.
///
/// # Errors
/// What `work` gives, and what keeps the server from it.
pub(crate) fn read_only<T>(
    session: &mut Session,
    placement: Placement,
    work: impl FnOnce(&mut Session) -> Result<T, SqlError>,
) -> Result<Result<T, SqlError>, HookError> {
    let (begin, end) = match placement {
        Placement::InTransaction => (
            "SAVEPOINT confiture_read; SET LOCAL transaction_read_only = on",
            "ROLLBACK TO SAVEPOINT confiture_read; RELEASE SAVEPOINT confiture_read",
        ),
        Placement::Alone => ("BEGIN READ ONLY", "ROLLBACK"),
    };
    session.batch(begin)?;
    let result = work(session);
    if let Err(SqlError::Connection(_)) = &result
        && session.is_closed()
    {
        return Ok(result);
    }
    session.batch(end)?;
    Ok(result)
}

/// Does something in a part of its own of the open transaction, which is taken back where it fails.
///
/// # Errors
/// What keeps the server from it.
pub(crate) fn in_savepoint<T>(
    session: &mut Session,
    work: impl FnOnce(&mut Session) -> Result<T, SqlError>,
) -> Result<Result<T, SqlError>, HookError> {
    session.batch("SAVEPOINT confiture_part")?;
    let result = work(session);
    match &result {
        Ok(_) => session.batch("RELEASE SAVEPOINT confiture_part")?,
        Err(SqlError::Server(_)) => {
            session.batch("ROLLBACK TO SAVEPOINT confiture_part; RELEASE SAVEPOINT confiture_part")?;
        }
        Err(SqlError::Connection(_)) => {}
    }
    Ok(result)
}

/// What a migration is called in texts that are kept in the database.
pub(crate) fn migration_name(scope: &HookScope<'_>) -> String {
    scope
        .context
        .migration
        .clone()
        .unwrap_or_else(|| "a run".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_cut_where_psql_cuts() {
        let text = "-- name: a\nSELECT ';' ;\nSELECT 2";
        assert_eq!(statements(text), ["SELECT ';'", "SELECT 2"]);
        assert_eq!(single("SELECT 1;"), Some("SELECT 1"));
        assert_eq!(single("SELECT 1; SELECT 2"), None);
        assert_eq!(single(" -- nothing"), None);
    }
}
