//! A synchronous session: one connection, driven by a runtime of its own.

mod text;

pub use text::Description;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt as _, TryStreamExt as _};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, SimpleQueryMessage, Statement};

use crate::connect::{ConnectError, Target};
use crate::error::{ServerError, SqlError};

/// A connection to a server, used synchronously.
///
/// Each session has its own single-threaded runtime, so it can be moved to another thread, and
/// several can be used at once. Its methods must not be called from asynchronous code (the runtime
/// inside would panic): there, use [`Target::connect`]. Dropping the session ends it on the server
/// too, and rolls back what was open.
#[derive(Debug)]
pub struct Session {
    runtime: Runtime,
    client: Client,
    connection: JoinHandle<()>,
    notices: Arc<Mutex<Vec<ServerError>>>,
    target: Target,
    backend_pid: i32,
    server_version: u32,
    /// What was prepared to be run again, by its text.
    prepared: HashMap<String, Statement>,
}

/// How many statements are kept prepared: more than anybody repeats.
const KEPT_PREPARED: usize = 64;

/// Bytes that are sent at once by COPY.
const COPY_CHUNK: usize = 64 * 1024;

/// Whether a text mentions what takes prepared statements away.
fn deallocates(sql: &str) -> bool {
    let mut last_is_discard = false;
    sql.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .any(|word| {
            let found = word.eq_ignore_ascii_case("deallocate")
                || (last_is_discard && word.eq_ignore_ascii_case("all"));
            last_is_discard = word.eq_ignore_ascii_case("discard");
            found
        })
}

/// Cancels what a session runs; usable from any thread.
#[derive(Clone)]
pub struct Canceller {
    token: tokio_postgres::CancelToken,
    target: Target,
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Canceller({})", self.target)
    }
}

impl Canceller {
    /// Asks the server to cancel the statement that runs, if one does. It ends with SQLSTATE 57014 there.
    ///
    /// # Errors
    /// The server can't be reached.
    pub fn cancel(&self) -> Result<(), ConnectError> {
        let failed = |reason: String| ConnectError::Failed {
            server: self.target.to_string(),
            reason,
        };
        let connector = self.target.connector()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        runtime
            .block_on(self.token.cancel_query(connector))
            .map_err(|error| failed(crate::error::with_causes(&error)))
    }
}

/// What a query gave, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
}

/// What one statement gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The names of its columns; `None` where it has no result, as an UPDATE without RETURNING.
    pub columns: Option<Vec<String>>,
    /// Its first rows, every value as the server's text (`None` is NULL).
    pub rows: Vec<Vec<Option<String>>>,
    /// The number of its command tag: rows that were changed or returned.
    pub count: u64,
}

impl Session {
    /// Connects to `target`.
    ///
    /// # Errors
    /// Every reason why no connection could be had; the text never contains the password.
    pub fn open(target: &Target) -> Result<Self, ConnectError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| ConnectError::Failed {
                server: target.to_string(),
                reason: error.to_string(),
            })?;
        let notices = Arc::new(Mutex::new(Vec::new()));
        let connected = runtime.block_on(target.connect_collecting(Arc::clone(&notices)));
        let (client, connection, target) = match connected {
            Ok(connected) => connected,
            Err(error) => {
                // A name that is still being looked up is not waited for.
                runtime.shutdown_background();
                return Err(error);
            }
        };
        let mut session = Self {
            runtime,
            client,
            connection,
            notices,
            target,
            backend_pid: 0,
            server_version: 0,
            prepared: HashMap::new(),
        };
        session.identify().map_err(|error| ConnectError::Failed {
            server: session.target.to_string(),
            reason: error.to_string(),
        })?;
        Ok(session)
    }

    fn identify(&mut self) -> Result<(), SqlError> {
        let row = self.query_one(
            "SELECT pg_catalog.pg_backend_pid(), pg_catalog.current_setting('server_version_num')::int4",
            &[],
        )?;
        self.backend_pid = row.get(0);
        self.server_version = row.get::<_, i32>(1).unsigned_abs();
        Ok(())
    }

    /// The server's version as `server_version_num` gives it: 150018 is 15.18.
    pub fn server_version(&self) -> u32 {
        self.server_version
    }

    /// The server's major version, such as 15.
    pub fn major(&self) -> u32 {
        self.server_version / 10_000
    }

    /// The process id of the server's backend for this session.
    pub fn backend_pid(&self) -> i32 {
        self.backend_pid
    }

    /// Where this session is connected to: of several servers that were named, the one that it reached.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Another session with the same server and database, as the same user. Settings made by `SET`
    /// in this one are not carried over.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn sibling(&self) -> Result<Self, ConnectError> {
        Self::open(&self.target)
    }

    /// Runs one or several statements by the simple protocol and ignores their rows.
    ///
    /// Several statements in one call make one transaction unless they say otherwise.
    ///
    /// # Errors
    /// What the server reported; the statements before stay undone unless they committed.
    pub fn batch(&mut self, sql: &str) -> Result<(), SqlError> {
        self.forget_if_deallocated(sql);
        Ok(self.runtime.block_on(self.client.batch_execute(sql))?)
    }

    /// Runs one statement and gives the number of rows it changed (0 where that has no meaning).
    ///
    /// # Errors
    /// What the server reported.
    pub fn execute(&mut self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64, SqlError> {
        self.forget_if_deallocated(sql);
        Ok(self.runtime.block_on(self.client.execute(sql, params))?)
    }

    /// Runs one query with parameters `$1`, `$2` … and gives its rows.
    ///
    /// # Errors
    /// What the server reported.
    pub fn query(&mut self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, SqlError> {
        Ok(self.runtime.block_on(self.client.query(sql, params))?)
    }

    /// As [`Session::execute`], for statements that are run again and again: the text is prepared once for this session,
    /// so each further run is one round trip.
    ///
    /// # Errors
    /// As [`Session::execute`].
    pub fn execute_prepared(&mut self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64, SqlError> {
        let statement = self.prepared(sql)?;
        let executed = self.runtime.block_on(self.client.execute(&statement, params));
        executed.map_err(|error| self.forget_if_unknown(error.into()))
    }

    /// As [`Session::query`], for queries that are run again and again: see [`Session::execute_prepared`].
    ///
    /// # Errors
    /// As [`Session::query`].
    pub fn query_prepared(
        &mut self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, SqlError> {
        let statement = self.prepared(sql)?;
        let rows = self.runtime.block_on(self.client.query(&statement, params));
        rows.map_err(|error| self.forget_if_unknown(error.into()))
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, SqlError> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.runtime.block_on(self.client.prepare(sql))?;
        if self.prepared.len() >= KEPT_PREPARED {
            self.prepared.clear();
        }
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// `DEALLOCATE` and `DISCARD ALL` take what is prepared with them. A text that only mentions them costs no more than
    /// preparing again.
    fn forget_if_deallocated(&mut self, sql: &str) {
        if !self.prepared.is_empty() && deallocates(sql) {
            self.prepared.clear();
        }
    }

    /// A function may have deallocated what is prepared (`invalid_sql_statement_name`); the next run prepares again.
    fn forget_if_unknown(&mut self, error: SqlError) -> SqlError {
        if error.sqlstate() == Some("26000") {
            self.prepared.clear();
        }
        error
    }

    /// Runs a query that gives exactly one row.
    ///
    /// # Errors
    /// What the server reported; [`SqlError::Connection`] when there is not exactly one row.
    pub fn query_one(&mut self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Row, SqlError> {
        Ok(self.runtime.block_on(self.client.query_one(sql, params))?)
    }

    /// Runs statements by the simple protocol and gives the rows of all of them, every value as
    /// the server's text (`None` is NULL).
    ///
    /// # Errors
    /// What the server reported.
    pub fn text_rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, SqlError> {
        self.forget_if_deallocated(sql);
        let messages = self.runtime.block_on(self.client.simple_query(sql))?;
        Ok(messages
            .into_iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(
                    (0..row.len())
                        .map(|column| row.get(column).map(str::to_owned))
                        .collect(),
                ),
                _ => None,
            })
            .collect())
    }

    /// Runs a query that only reads, in a transaction that can do nothing else, and gives its columns' names and its rows,
    /// every value as the server's text (`None` is NULL).
    ///
    /// # Errors
    /// What the server reported: also that the query tried to write, or took longer than `timeout`.
    pub fn read_only(&mut self, sql: &str, timeout: Duration) -> Result<Table, SqlError> {
        self.batch(&format!(
            "BEGIN READ ONLY; SET LOCAL statement_timeout = {}",
            timeout.as_millis()
        ))?;
        let table = self.runtime.block_on(self.read(sql));
        self.batch("ROLLBACK")?;
        table
    }

    /// Runs one statement. Preparing it first refuses several in one text, which could end the transaction around them.
    async fn read(&self, sql: &str) -> Result<Table, SqlError> {
        let prepared = self.client.prepare(sql).await?;
        let columns = prepared.columns().iter().map(|column| column.name().to_owned());
        let mut table = Table {
            columns: columns.collect(),
            rows: Vec::new(),
        };
        for message in self.client.simple_query(sql).await? {
            if let SimpleQueryMessage::Row(row) = message {
                let values = (0..row.len()).map(|column| row.get(column).map(str::to_owned));
                table.rows.push(values.collect());
            }
        }
        Ok(table)
    }

    /// The notices and warnings received since the last call, oldest first.
    pub fn take_notices(&mut self) -> Vec<ServerError> {
        self.notices
            .lock()
            .map(|mut notices| std::mem::take(&mut *notices))
            .unwrap_or_default()
    }

    /// What cancels, from another thread, the statement that this session's backend is running.
    pub fn canceller(&self) -> Canceller {
        Canceller {
            token: self.client.cancel_token(),
            target: self.target.clone(),
        }
    }

    /// Runs one statement by the simple protocol and gives the number of rows that its command tag counts: those that
    /// were changed or returned.
    ///
    /// # Errors
    /// What the server reported.
    pub fn run(&mut self, sql: &str) -> Result<u64, SqlError> {
        self.forget_if_deallocated(sql);
        let messages = self.runtime.block_on(self.client.simple_query(sql))?;
        let counted = messages.iter().rev().find_map(|message| match message {
            SimpleQueryMessage::CommandComplete(rows) => Some(*rows),
            _ => None,
        });
        Ok(counted.unwrap_or_default())
    }

    /// Runs one statement by the simple protocol and keeps at most `most` of its rows; all of them are counted.
    ///
    /// # Errors
    /// What the server reported.
    pub fn answer(&mut self, sql: &str, most: usize) -> Result<Answer, SqlError> {
        self.runtime.block_on(async {
            let mut answer = Answer::default();
            let messages = self.client.simple_query_raw(sql).await?;
            let mut messages = std::pin::pin!(messages);
            while let Some(message) = messages.try_next().await? {
                match message {
                    SimpleQueryMessage::RowDescription(columns) => {
                        let names = columns.iter().map(|column| column.name().to_owned());
                        answer.columns = Some(names.collect());
                    }
                    SimpleQueryMessage::Row(row) if answer.rows.len() < most => {
                        let values = (0..row.len()).map(|column| row.get(column).map(str::to_owned));
                        answer.rows.push(values.collect());
                    }
                    SimpleQueryMessage::CommandComplete(count) => answer.count = count,
                    _ => {}
                }
            }
            Ok(answer)
        })
    }

    /// The names and types of the columns that a statement gives, without running it.
    ///
    /// # Errors
    /// What the server reported.
    pub fn columns(&mut self, sql: &str) -> Result<Vec<(String, Type)>, SqlError> {
        let prepared = self.runtime.block_on(self.client.prepare(sql))?;
        let columns = prepared.columns().iter();
        Ok(columns
            .map(|column| (column.name().to_owned(), column.type_().clone()))
            .collect())
    }

    /// Runs `COPY … FROM STDIN` and sends it rows in the form that the statement says, without the line that ends them in
    /// a file; gives how many there were.
    ///
    /// # Errors
    /// What the server reported.
    pub fn copy_in(&mut self, statement: &str, rows: &[u8]) -> Result<u64, SqlError> {
        self.runtime.block_on(async {
            let sink = self.client.copy_in::<_, bytes::Bytes>(statement).await?;
            let mut sink = std::pin::pin!(sink);
            for chunk in rows.chunks(COPY_CHUNK) {
                sink.send(bytes::Bytes::copy_from_slice(chunk)).await?;
            }
            Ok(sink.finish().await?)
        })
    }

    /// Whether the connection is gone.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Ends the session and waits until the server was told so. What the statistics system holds
    /// back for this session is reported by the server's backend as it ends.
    pub fn close(self) {
        let Self {
            runtime,
            client,
            connection,
            ..
        } = self;
        drop(client);
        // The connection's end carries nothing that a caller could act upon.
        let _ = runtime.block_on(connection);
    }
}

#[cfg(test)]
mod tests {
    use super::deallocates;

    #[test]
    fn what_takes_prepared_statements_away_is_seen() {
        for sql in ["DISCARD ALL", "select 1;\ndiscard\n all;", "Deallocate x"] {
            assert!(deallocates(sql), "{sql}");
        }
        for sql in [
            "RESET ALL; DISCARD TEMP; CLOSE ALL",
            "SELECT discarded, all_of FROM t",
            "",
        ] {
            assert!(!deallocates(sql), "{sql}");
        }
    }
}
