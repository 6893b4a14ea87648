//! Which of several servers will do: `target_session_attrs`.

use tokio_postgres::{Client, SimpleQueryMessage};

use super::ConnectError;
use super::settings::{Settings, invalid};

/// libpq's `target_session_attrs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionAttributes {
    /// Any server.
    Any,
    /// One that takes writes.
    ReadWrite,
    /// One that doesn't.
    ReadOnly,
    /// One that is not in recovery.
    Primary,
    /// One that is.
    Standby,
    /// A standby where there is one, otherwise any.
    PreferStandby,
}

impl SessionAttributes {
    const NAMED: [(&'static str, Self); 6] = [
        ("any", Self::Any),
        ("read-write", Self::ReadWrite),
        ("read-only", Self::ReadOnly),
        ("primary", Self::Primary),
        ("standby", Self::Standby),
        ("prefer-standby", Self::PreferStandby),
    ];

    pub(super) fn of(settings: &Settings) -> Result<Self, ConnectError> {
        let Some(text) = settings.value("target_session_attrs") else {
            return Ok(Self::Any);
        };
        let found = Self::NAMED.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, attributes)| attributes).ok_or_else(|| {
            invalid(
                "target_session_attrs must be any, read-write, read-only, primary, standby or prefer-standby",
            )
        })
    }

    /// The name, as in a connection string.
    pub fn name(self) -> &'static str {
        let found = Self::NAMED
            .into_iter()
            .find(|(_, attributes)| *attributes == self);
        found.map_or("any", |(name, _)| name)
    }

    /// The name, unless any server will do.
    pub(super) fn given(self) -> Option<&'static str> {
        (self != Self::Any).then(|| self.name())
    }

    /// What is asked of the servers, round by round.
    pub(super) fn rounds(self) -> Vec<Self> {
        match self {
            Self::PreferStandby => vec![Self::Standby, Self::Any],
            other => vec![other],
        }
    }

    /// Whether the server of a connection will do.
    pub(super) async fn suit(self, client: &Client) -> Result<bool, tokio_postgres::Error> {
        if self == Self::Any {
            return Ok(true);
        }
        let query = "SELECT pg_catalog.pg_is_in_recovery(), \
                     pg_catalog.current_setting('transaction_read_only')::pg_catalog.bool";
        let mut answer = (false, false);
        for message in client.simple_query(query).await? {
            if let SimpleQueryMessage::Row(row) = message {
                answer = (row.get(0) == Some("t"), row.get(1) == Some("t"));
            }
        }
        let (is_standby, is_read_only) = answer;
        Ok(match self {
            Self::Any | Self::PreferStandby => true,
            Self::ReadWrite => !is_read_only,
            Self::ReadOnly => is_read_only,
            Self::Primary => !is_standby,
            Self::Standby => is_standby,
        })
    }
}
