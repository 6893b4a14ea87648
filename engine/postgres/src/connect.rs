//! Connecting to the server that a user names: URLs, keyword strings, services, the environment, password files, TLS.

mod attempt;
mod attributes;
mod host;
mod passfile;
mod reason;
mod service;
mod settings;
mod string;
mod target;
mod tls;
mod variables;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;
use tokio_postgres::Client;

pub use attributes::SessionAttributes;
pub use reason::Obstacle;
pub use settings::Source;
pub use target::Target;
pub use tls::SslMode;

use crate::error::ServerError;

/// Why no connection could be had. No variant's text contains a password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The connection string, or what completes it, can't be read.
    #[error("the connection settings are not valid: {reason}")]
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
        /// Where the credentials came from.
        credentials: Box<Credentials>,
    },
    /// No server answered, or what answered didn't speak the protocol.
    #[error("can't connect to {server}: {reason}")]
    Unreachable {
        /// Where the connection went.
        server: String,
        /// What stood in the way.
        obstacle: Obstacle,
        /// What the operating system, TLS or the protocol said.
        reason: String,
        /// Where the credentials came from.
        credentials: Box<Credentials>,
    },
    /// The servers that answered are not what `target_session_attrs` asks for.
    #[error("{server} is not what was asked for: {wanted}")]
    Unsuitable {
        /// Where the connection went.
        server: String,
        /// What was asked for, such as `read-write`.
        wanted: &'static str,
    },
    /// None of several servers will do, or a connection broke as soon as it was made.
    #[error("can't connect to {server}: {reason}")]
    Failed {
        /// Where the connection went.
        server: String,
        /// What went wrong, server by server.
        reason: String,
    },
}

/// Where the credentials of a connection came from: never what they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Where the password came from; `None` where there was none.
    pub password: Option<Source>,
    /// How messages name the connection string.
    pub origin: Option<String>,
    /// The password file that was looked at.
    pub password_file: Option<PathBuf>,
    /// Why that file was left out, where it was.
    pub notice: Option<String>,
}

impl ConnectError {
    /// The stable code of this error in reports.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidTarget { .. } => "connection-string-invalid",
            Self::Tls { .. } => "connection-tls",
            Self::Refused { .. } => "connection-refused",
            Self::Unsuitable { .. } => "connection-unsuitable",
            Self::Unreachable { .. } | Self::Failed { .. } => "connection-failed",
        }
    }

    /// The server's SQLSTATE, where a server answered and refused.
    pub fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Refused { error, .. } => Some(&error.sqlstate),
            _ => None,
        }
    }

    /// Why, without where the connection went.
    fn reason(&self) -> String {
        match self {
            Self::InvalidTarget { reason }
            | Self::Tls { reason }
            | Self::Unreachable { reason, .. }
            | Self::Failed { reason, .. } => reason.clone(),
            Self::Refused { error, .. } => error.to_string(),
            Self::Unsuitable { wanted, .. } => format!("it is not {wanted}"),
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
        Ok(self.connect_to_any(|_| {}).await?.client)
    }

    /// Connects and keeps the notices that the server sends. The target that is given back has that server alone.
    pub(crate) async fn connect_collecting(
        &self,
        notices: Arc<Mutex<Vec<ServerError>>>,
    ) -> Result<(Client, JoinHandle<()>, Target), ConnectError> {
        let connected = self
            .connect_to_any(move |notice| {
                if let Ok(mut notices) = notices.lock() {
                    notices.push(notice);
                }
            })
            .await?;
        Ok((connected.client, connected.task, connected.target))
    }

    /// What sets up TLS for a connection to it.
    pub(crate) fn connector(&self) -> Result<tokio_postgres_rustls::MakeRustlsConnect, ConnectError> {
        tls::connector(self.tls())
    }
}
