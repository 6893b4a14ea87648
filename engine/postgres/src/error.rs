//! Errors that statements on a connected server give.

use std::fmt;

/// An error that the server reported, with the fields of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// The five-character SQLSTATE, such as `42P01`.
    pub sqlstate: String,
    /// The primary message, without severity.
    pub message: String,
    /// The secondary message, where the server gave one.
    pub detail: Option<String>,
    /// The server's advice, where it gave one.
    pub hint: Option<String>,
    /// Where in the statement's text the error is: characters (not bytes), counted from 1.
    pub position: Option<u32>,
    /// The call stack of the error (functions, triggers), where there is one.
    pub context: Option<String>,
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLSTATE {})", self.message, self.sqlstate)?;
        if let Some(detail) = &self.detail {
            write!(f, "; {detail}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "; hint: {hint}")?;
        }
        Ok(())
    }
}

/// Why a statement or a query on a [`Session`](crate::Session) failed.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// The server refused or aborted the statement.
    #[error("{0}")]
    Server(Box<ServerError>),
    /// The connection broke, or the answer was not what the protocol allows.
    #[error("the connection to the server failed: {0}")]
    Connection(String),
}

impl SqlError {
    /// The stable code of this error in reports.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Server(_) => "server-error",
            Self::Connection(_) => "connection-lost",
        }
    }

    /// The server's SQLSTATE, where the server itself reported the error.
    pub fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Server(error) => Some(&error.sqlstate),
            Self::Connection(_) => None,
        }
    }

    /// The server's report, where the server itself reported the error.
    pub fn server(&self) -> Option<&ServerError> {
        match self {
            Self::Server(error) => Some(error),
            Self::Connection(_) => None,
        }
    }
}

impl From<tokio_postgres::Error> for SqlError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(report) => Self::Server(Box::new(report.into())),
            None => Self::Connection(with_causes(&error)),
        }
    }
}

impl From<&tokio_postgres::error::DbError> for ServerError {
    fn from(report: &tokio_postgres::error::DbError) -> Self {
        use tokio_postgres::error::ErrorPosition;
        Self {
            sqlstate: report.code().code().to_owned(),
            message: report.message().to_owned(),
            detail: report.detail().map(str::to_owned),
            hint: report.hint().map(str::to_owned),
            position: match report.position() {
                Some(ErrorPosition::Original(position)) => Some(*position),
                _ => None,
            },
            context: report.where_().map(str::to_owned),
        }
    }
}

/// The error's message followed by those of its causes, as far as they add anything.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}
