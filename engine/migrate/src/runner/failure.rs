//! What the server's refusals mean for a migration.

use confiture_postgres::{ServerError, SqlError};

use crate::error::{ErrorKind, MigrateError, SourcePlace};
use crate::event::Blocker;
use crate::interrupt::Interrupt;
use crate::steps::Statement;

/// SQLSTATEs after which the same may well succeed: a lock timeout, a deadlock, a serialization failure.
const PASSING: [&str; 3] = ["55P03", "40P01", "40001"];

/// Whether another attempt may help.
pub(super) fn is_passing(error: &MigrateError) -> bool {
    error.kind() != ErrorKind::Interrupted && error.sqlstate().is_some_and(|state| PASSING.contains(&state))
}

/// Whether the server refuses the statement only because it stands in a transaction: VACUUM and the like, and a procedure
/// that commits.
pub(crate) fn wants_to_be_alone(error: &SqlError) -> bool {
    matches!(error.sqlstate(), Some("25001" | "2D000"))
}

/// What the failure of a statement means.
pub(super) fn of_statement(
    statement: &Statement,
    error: SqlError,
    blockers: Vec<Blocker>,
    interrupt: &Interrupt,
) -> MigrateError {
    let server =
        match error {
            SqlError::Server(server) => *server,
            SqlError::Connection(reason) => {
                let message = format!(
                    "the connection broke while `{}` ran: {reason}",
                    statement.shortened(60)
                );
                return MigrateError::new(ErrorKind::ConnectionLost, message)
                .at(statement.place())
                .help("run it again: what was committed is known, what was not is rolled back by the server");
            }
        };
    of_server(server, blockers, interrupt).at(narrowed(statement, None))
}

/// As [`of_statement`], with the place of the error where the server gives one.
pub(super) fn placed(
    statement: &Statement,
    error: SqlError,
    blockers: Vec<Blocker>,
    interrupt: &Interrupt,
) -> MigrateError {
    let position = error.server().and_then(|server| server.position);
    let place = narrowed(statement, position);
    of_statement(statement, error, blockers, interrupt).at(place)
}

/// What a refusal at COMMIT means: a deferred constraint or trigger.
pub(super) fn of_commit(error: SqlError, place: SourcePlace, interrupt: &Interrupt) -> MigrateError {
    match error {
        SqlError::Server(server) => of_server(*server, Vec::new(), interrupt)
            .at(place)
            .help("the server said so at COMMIT: a deferred constraint or trigger was checked there"),
        SqlError::Connection(reason) => MigrateError::new(
            ErrorKind::ConnectionLost,
            format!("the connection broke while the transaction was committed: {reason}"),
        )
        .at(place)
        .help("run it again: the ledger on the server says whether it was"),
    }
}

fn of_server(server: ServerError, blockers: Vec<Blocker>, interrupt: &Interrupt) -> MigrateError {
    let kind = match server.sqlstate.as_str() {
        "55P03" => ErrorKind::LockTimeout,
        "57014" if interrupt.is_asked() => ErrorKind::Interrupted,
        "57014" if server.message.contains("statement timeout") => ErrorKind::StatementTimeout,
        "57P01" | "57P02" | "57P03" => ErrorKind::ConnectionLost,
        "25006" => ErrorKind::ReadOnlyServer,
        _ => ErrorKind::Statement,
    };
    let message = match kind {
        ErrorKind::Interrupted => "stopped: the statement was cancelled on the server".to_owned(),
        ErrorKind::LockTimeout => "the statement waited too long for a lock".to_owned(),
        _ => server.message.clone(),
    };
    let advice = advice(&server);
    let error = MigrateError::new(kind, message)
        .blocked_by(blockers)
        .with_server(server);
    match advice {
        _ if kind == ErrorKind::Interrupted => error.help(super::retry::GO_ON),
        Some(advice) => error.help(advice),
        None => error,
    }
}

fn advice(server: &ServerError) -> Option<&'static str> {
    Some(match server.sqlstate.as_str() {
        "42601" => "the server reads no further than the place that is shown: mend the statement there",
        "42P01" | "42703" | "42704" | "42883" | "3F000" => {
            "check the name, and that what makes it comes before; without its schema, a name is looked for in search_path"
        }
        "42501" => "run it as a role that may: the owner of the object, or one that was granted the right",
        "53100" | "58030" => {
            "make room on the server's disk; rows that were rolled back take theirs until their table is vacuumed"
        }
        "25006" => "connect to the primary, or check default_transaction_read_only",
        "0A000" | "58P01" if server.message.contains("extension") => {
            "install the package that brings the extension on the server's machine"
        }
        "42P07" | "42710" | "42701" | "42P06" | "42723" => {
            "it is there already: if the migration was run by hand, say so with `confiture migrate repair --mark-applied`"
        }
        "55006" => "data was changed and the same table is altered: do that in two migrations",
        "57014" if server.message.contains("statement timeout") => {
            "give it more time with --statement-timeout, or do it in smaller parts"
        }
        "55P03" => {
            "run it when those who hold the lock are gone, or let it wait for them with --wait-for-blockers"
        }
        "23502" | "23503" | "23505" | "23514" | "23P01" => {
            "rows in the database stand against it: clean them up in a migration before this one"
        }
        _ => return None,
    })
}

/// The word at the server's position (characters from 1) in the statement, else all of it.
fn narrowed(statement: &Statement, position: Option<u32>) -> SourcePlace {
    let place = statement.place();
    let Some(position) = position.and_then(|position| usize::try_from(position).ok()) else {
        return place;
    };
    let sql = statement.sql();
    let Some((start, _)) = sql.char_indices().nth(position.saturating_sub(1)) else {
        return place;
    };
    let rest = sql.get(start..).unwrap_or_default();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let length = match rest.find(|c: char| !is_word(c)) {
        Some(0) => rest.chars().next().map_or(0, char::len_utf8),
        Some(length) => length,
        None => rest.len(),
    };
    let from = statement.range.start + start;
    SourcePlace {
        range: statement.segment.map.range_to_file(from..from + length),
        ..place
    }
}
