//! What stood in the way of a connection, and what to do about it.

use std::error::Error;
use std::io::ErrorKind;

use super::settings::Source;
use super::{ConnectError, Credentials};

/// What stood in the way before a server could answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The host's name can't be looked up.
    UnknownHost,
    /// Nobody listens on the port.
    PortClosed,
    /// There is no socket.
    NoSocket,
    /// No answer in time.
    TimedOut,
    /// The server has no TLS, which was asked for.
    NoTls,
    /// The server's certificate, or how it speaks TLS, won't do.
    Certificate,
    /// The server asks for a password, and there is none.
    NoPassword,
    /// The connection was closed before it was one.
    Closed,
    /// Anything else.
    Other,
}

/// Finds out what an error of the driver's means.
pub(super) fn obstacle(error: &tokio_postgres::Error) -> Obstacle {
    let text = crate::error::with_causes(error);
    // The driver tells these by their texts alone; tests hold them against real servers.
    if text.contains("password missing") {
        return Obstacle::NoPassword;
    }
    if text.contains("server does not support TLS") {
        return Obstacle::NoTls;
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            if io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
                return Obstacle::Certificate;
            }
            return match io.kind() {
                ErrorKind::ConnectionRefused => Obstacle::PortClosed,
                ErrorKind::NotFound => Obstacle::NoSocket,
                ErrorKind::TimedOut => Obstacle::TimedOut,
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                    Obstacle::Closed
                }
                _ => Obstacle::Other,
            };
        }
        if inner.is::<rustls::Error>() {
            return Obstacle::Certificate;
        }
        cause = inner.source();
    }
    match error.is_closed() {
        true => Obstacle::Closed,
        false => Obstacle::Other,
    }
}

impl ConnectError {
    /// What usually helps, in a sentence or two. Never a password.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Refused {
                error, credentials, ..
            } => return refusal(&error.sqlstate, credentials),
            Self::Unreachable {
                obstacle,
                credentials,
                ..
            } => return met(*obstacle, credentials),
            Self::Unsuitable { wanted, .. } => format!(
                "target_session_attrs={wanted} asks for another kind of server: name one that is, or ask for any"
            ),
            Self::Failed { .. } | Self::InvalidTarget { .. } | Self::Tls { .. } => return None,
        })
    }
}

/// What a server's refusal asks for, by its SQLSTATE.
fn refusal(sqlstate: &str, credentials: &Credentials) -> Option<String> {
    let text = match sqlstate {
        // invalid_password
        "28P01" => return Some(wrong_password(credentials)),
        // invalid_authorization_specification
        "28000" => {
            "the server's pg_hba.conf lets nobody in this way: check user, database, the address that this machine has \
             there, and whether it wants TLS (sslmode=require)"
        }
        // invalid_catalog_name
        "3D000" => "check the database's name; `createdb NAME` makes one",
        // too_many_connections, and what poolers call it
        "53300" => "too many sessions are open there: wait, or see who holds them in pg_stat_activity",
        "57P03" => "the server is starting, stopping or recovering: try again in a moment",
        // insufficient_privilege
        "42501" => "the user may not connect to this database: `GRANT CONNECT ON DATABASE … TO …` lets it",
        _ => return None,
    };
    Some(text.to_owned())
}

fn wrong_password(credentials: &Credentials) -> String {
    let Some(source) = &credentials.password else {
        return no_password(credentials);
    };
    let check = "check that it is this user's on this server";
    match source {
        Source::String => {
            let origin = credentials.origin.as_deref().unwrap_or("the connection string");
            format!(
                "the password came from {origin}: {check}; in a URL, special characters are percent-encoded"
            )
        }
        Source::Service { name, file } => {
            format!(
                "the password came from service `{name}` of {}: {check}",
                file.display()
            )
        }
        Source::Variable(name) => format!("the password came from the variable {name}: {check}"),
        Source::PasswordFile { file, line } => format!(
            "the password came from {}, line {line}: {check}, and that no line before it should have matched",
            file.display()
        ),
    }
}

fn no_password(credentials: &Credentials) -> String {
    let file = match (&credentials.notice, &credentials.password_file) {
        (Some(notice), _) => format!("; {notice}"),
        (None, Some(file)) => {
            format!(
                "; no line of {} is for this host, port, database and user",
                file.display()
            )
        }
        (None, None) => String::new(),
    };
    format!("no password was given: PGPASSWORD, a password file or the connection string can hold it{file}")
}

fn met(obstacle: Obstacle, credentials: &Credentials) -> Option<String> {
    let text = match obstacle {
        Obstacle::UnknownHost => {
            "check how the host is written, and whether its network (a VPN, a container's) is up"
        }
        Obstacle::PortClosed => {
            "no server listens there: check host and port, that it runs, and that its listen_addresses has this address"
        }
        Obstacle::NoSocket => {
            "no server of this machine has its socket there: check that it runs and which port it has, or name a host"
        }
        Obstacle::TimedOut => {
            "a firewall may swallow it, or the host is down; connect_timeout says how long to wait, in seconds"
        }
        Obstacle::NoTls => {
            "the server has no TLS: where its network can be trusted, sslmode=prefer or disable goes without"
        }
        Obstacle::Certificate => {
            "check that sslrootcert names the authority that signed the server's certificate, and with \
             sslmode=verify-full that the certificate is for this host's name"
        }
        Obstacle::NoPassword => return Some(no_password(credentials)),
        Obstacle::Closed => "what answered closed the connection: check that it is PostgreSQL, and its log",
        Obstacle::Other => return None,
    };
    Some(text.to_owned())
}
