//! Connecting to the server that a user names: URLs, keyword strings, the environment, TLS.

mod target;
mod tls;

use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client};

pub use target::Target;
pub use tls::SslMode;

use crate::error::{ServerError, with_causes};

/// Why no connection could be had. No variant's text contains a password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The connection string can't be read.
    #[error("the connection string is not valid: {reason}")]
    InvalidTarget {
        /// What is wrong, without quoting the string (it may hold a password).
        reason: String,
    },
    /// A certificate, a key or a TLS setting can't be used.
    #[error("TLS can't be set up: {reason}")]
    Tls {
        /// What is wrong.
        reason: String,
    },
    /// The server answered and refused: wrong password, no such database, too many connections.
    #[error("{server} refused the connection: {error}")]
    Refused {
        /// Where the connection went.
        server: String,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// No server answered, or what answered didn't speak the protocol.
    #[error("can't connect to {server}: {reason}")]
    Failed {
        /// Where the connection went.
        server: String,
        /// What the operating system, TLS or the protocol said.
        reason: String,
    },
}

impl ConnectError {
    /// The stable code of this error in reports.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidTarget { .. } => "connection-string-invalid",
            Self::Tls { .. } => "connection-tls",
            Self::Refused { .. } => "connection-refused",
            Self::Failed { .. } => "connection-failed",
        }
    }

    /// The server's SQLSTATE, where a server answered and refused.
    pub fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Refused { error, .. } => Some(&error.sqlstate),
            _ => None,
        }
    }
}

impl Target {
    /// Connects, for asynchronous code: the connection is driven by a task of the caller's
    /// runtime, notices are dropped.
    ///
    /// # Errors
    /// Every reason why no connection could be had; the text never contains the password.
    pub async fn connect(&self) -> Result<Client, ConnectError> {
        let (client, _) = self.connect_with(|_| {}).await?;
        Ok(client)
    }

    /// Connects and keeps the notices that the server sends.
    pub(crate) async fn connect_collecting(
        &self,
        notices: Arc<Mutex<Vec<ServerError>>>,
    ) -> Result<(Client, JoinHandle<()>), ConnectError> {
        self.connect_with(move |notice| {
            if let Ok(mut notices) = notices.lock() {
                notices.push(notice);
            }
        })
        .await
    }

    /// What sets up TLS for a connection to it.
    pub(crate) fn connector(&self) -> Result<tokio_postgres_rustls::MakeRustlsConnect, ConnectError> {
        tls::connector(self.tls())
    }

    async fn connect_with(
        &self,
        mut on_notice: impl FnMut(ServerError) + Send + 'static,
    ) -> Result<(Client, JoinHandle<()>), ConnectError> {
        let tls = self.connector()?;
        let (client, mut connection) = self
            .config()
            .connect(tls)
            .await
            .map_err(|error| self.explain(&error))?;
        let task = tokio::spawn(async move {
            loop {
                match std::future::poll_fn(|context| connection.poll_message(context)).await {
                    Some(Ok(AsyncMessage::Notice(notice))) => on_notice((&notice).into()),
                    Some(Ok(_)) => {}
                    // The client's own calls report a broken connection; here it only ends the task.
                    Some(Err(_)) | None => return,
                }
            }
        });
        Ok((client, task))
    }

    fn explain(&self, error: &tokio_postgres::Error) -> ConnectError {
        match error.as_db_error() {
            Some(report) => ConnectError::Refused {
                server: self.to_string(),
                error: Box::new(report.into()),
            },
            None => ConnectError::Failed {
                server: self.to_string(),
                reason: with_causes(error),
            },
        }
    }
}
