//! What a server says no to, explained.

use confiture_postgres::{Session, SqlError};
use confiture_syntax::Name;

use super::place::Place;
use crate::error::{ErrorKind, MigrateError};
use crate::settings::LedgerNames;

/// A statement of the ledger's that failed, by what was being done: `the ledger can't be written`.
pub(super) fn refused(doing: &str, error: SqlError) -> MigrateError {
    match error.sqlstate() {
        Some("25006") => MigrateError::sql(ErrorKind::ReadOnlyServer, doing, error).help(
            "this server (or role) takes no writes: connect to the primary, or see `default_transaction_read_only`",
        ),
        _ => MigrateError::sql(ErrorKind::Ledger, doing, error),
    }
}

/// As [`refused`], of a ledger that is there: what keeps a role from it.
pub(super) fn refused_at(place: &Place, doing: &str, error: SqlError) -> MigrateError {
    let sqlstate = error.sqlstate().map(str::to_owned);
    let failed = refused(doing, error);
    match sqlstate.as_deref() {
        Some("42501") => failed.help(format!(
            "the role needs to read and write {} and the tables of schema {}; a migration that changes the role \
             (SET ROLE) must change it back",
            place.table,
            place.details.quoted()
        )),
        Some("42P01" | "3F000") => failed.help(format!(
            "{} or a table of schema {} is gone: a migration must not drop them",
            place.table,
            place.details.quoted()
        )),
        Some("23505") => failed.help("another run has applied it meanwhile; look at `confiture migrate status`"),
        _ => failed,
    }
}

/// The ledger could not be created.
pub(super) fn not_created(
    names: &LedgerNames,
    table_schema: &Name,
    role: &Name,
    database: &Name,
    error: SqlError,
) -> MigrateError {
    let sqlstate = error.sqlstate().map(str::to_owned);
    let failed = refused("the ledger can't be created", error);
    let details = names.details.quoted();
    match sqlstate.as_deref() {
        Some("42501") => failed
            .help(format!(
                "as its owner or a superuser: GRANT CREATE ON DATABASE {} TO {role}; GRANT CREATE, USAGE ON SCHEMA {} TO {role}",
                database.quoted(),
                table_schema.quoted(),
                role = role.quoted(),
            ))
            .help(format!(
                "or put the table where the role may create one: `migrations: {{schema: …}}`, and have CREATE SCHEMA \
                 {details} AUTHORIZATION {} done",
                role.quoted()
            )),
        Some("3F000") => failed.help(format!(
            "there is no schema {}: say where the ledger belongs, `migrations: {{schema: …}}`",
            table_schema.quoted()
        )),
        Some("42P07") => failed.help(format!(
            "schema {details} holds tables with names of the ledger's that the ledger didn't make: rename them"
        )),
        _ => failed,
    }
}

/// The role and the database of a session, for advice.
pub(super) fn role_and_database(session: &mut Session) -> (Name, Name) {
    let row = session.query_one(
        "SELECT current_user::pg_catalog.text, pg_catalog.current_database()::pg_catalog.text",
        &[],
    );
    match row {
        Ok(row) => (Name::new(row.get::<_, &str>(0)), Name::new(row.get::<_, &str>(1))),
        Err(_) => (Name::new("role"), Name::new("database")),
    }
}
