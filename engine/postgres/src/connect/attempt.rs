//! Trying servers, one after another, until one will do.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{AsyncMessage, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::attributes::SessionAttributes;
use super::host::{Host, Place};
use super::reason::{Obstacle, obstacle};
use super::target::{Password, Target};
use super::{ConnectError, Credentials};
use crate::error::{ServerError, with_causes};

/// SQLSTATE `cannot_connect_now`: a server that is starting, stopping or recovering; another one may be ready.
const CANNOT_CONNECT_NOW: &str = "57P03";

/// A connection, with the task that drives it and the one server that it goes to.
pub(super) struct Connected {
    pub(super) client: Client,
    pub(super) task: JoinHandle<()>,
    pub(super) target: Target,
}

/// Why one server won't do, and whether others are tried.
enum Failed {
    /// Nobody answered, or who did isn't ready or isn't what was asked for.
    TryNext(ConnectError),
    /// It answered and refused; others would too, so libpq doesn't ask them.
    Stop(ConnectError),
}

/// One server that is tried.
struct Candidate {
    target: Target,
    credentials: Credentials,
}

impl Candidate {
    fn unreachable(&self, obstacle: Obstacle, reason: String) -> Failed {
        let error = ConnectError::Unreachable {
            server: self.target.to_string(),
            obstacle,
            reason,
            credentials: Box::new(self.credentials.clone()),
        };
        match obstacle {
            // It answered: without a password, nobody is let in elsewhere either.
            Obstacle::NoPassword => Failed::Stop(error),
            _ => Failed::TryNext(error),
        }
    }

    fn timed_out(&self, what: &str) -> Failed {
        let seconds = self.target.timeout().unwrap_or_default().as_secs_f64();
        self.unreachable(Obstacle::TimedOut, format!("{what} within {seconds} s"))
    }

    fn unsuitable(&self, wanted: SessionAttributes) -> Failed {
        Failed::TryNext(ConnectError::Unsuitable {
            server: self.target.to_string(),
            wanted: wanted.name(),
        })
    }

    fn failed(&self, error: &tokio_postgres::Error) -> Failed {
        let Some(report) = error.as_db_error() else {
            return self.unreachable(obstacle(error), with_causes(error));
        };
        let refused = ConnectError::Refused {
            server: self.target.to_string(),
            error: Box::new(report.into()),
            credentials: Box::new(self.credentials.clone()),
        };
        match report.code().code() {
            CANNOT_CONNECT_NOW => Failed::TryNext(refused),
            _ => Failed::Stop(refused),
        }
    }
}

impl Target {
    /// Connects to the first server that will do. `on_notice` gets what the server says beside its answers.
    pub(super) async fn connect_to_any(
        &self,
        on_notice: impl FnMut(ServerError) + Clone + Send + 'static,
    ) -> Result<Connected, ConnectError> {
        let connector = self.connector()?;
        let mut failures = Vec::new();
        for wanted in self.attributes().rounds() {
            failures.clear();
            for host in self.order() {
                match self.connect_to(host, wanted, &connector, on_notice.clone()).await {
                    Ok(connected) => return Ok(connected),
                    Err(Failed::Stop(error)) => return Err(error),
                    Err(Failed::TryNext(error)) => failures.push((host, error)),
                }
            }
        }
        Err(self.none_will_do(failures))
    }

    /// The servers in the order in which they are tried.
    fn order(&self) -> Vec<&Host> {
        let mut hosts: Vec<&Host> = self.hosts().iter().collect();
        if self.is_in_random_order() {
            shuffle(&mut hosts);
        }
        hosts
    }

    /// One server, by each of its addresses.
    async fn connect_to(
        &self,
        host: &Host,
        wanted: SessionAttributes,
        connector: &MakeRustlsConnect,
        on_notice: impl FnMut(ServerError) + Clone + Send + 'static,
    ) -> Result<Connected, Failed> {
        let password = self.password_for(host);
        let candidate = Candidate {
            target: self.narrowed(host),
            credentials: self.credentials(password.as_ref()),
        };
        let addresses = match within(self.timeout(), addresses(host, self.is_in_random_order())).await {
            Some(Ok(addresses)) => addresses,
            Some(Err(reason)) => return Err(candidate.unreachable(Obstacle::UnknownHost, reason)),
            None => return Err(candidate.timed_out("its name can't be looked up")),
        };
        let mut last = candidate.unreachable(Obstacle::UnknownHost, "the name has no address".to_owned());
        for address in addresses {
            let mut config = self.config().clone();
            self.point(&mut config, host, address);
            if let Some(password) = &password {
                config.password(&password.bytes);
            }
            let attempt = attempt(&config, connector, wanted, on_notice.clone());
            last = match within(self.timeout(), attempt).await {
                Some(Ok(Some((client, task)))) => {
                    let target = candidate.target;
                    return Ok(Connected { client, task, target });
                }
                Some(Ok(None)) => candidate.unsuitable(wanted),
                Some(Err(error)) => candidate.failed(&error),
                None => candidate.timed_out("no answer"),
            };
            if matches!(last, Failed::Stop(_)) {
                break;
            }
        }
        Err(last)
    }

    /// Where the credentials for one of the servers came from.
    fn credentials(&self, password: Option<&Password>) -> Credentials {
        Credentials {
            password: password.map(|password| password.source.clone()),
            origin: self.origin().map(str::to_owned),
            password_file: self.password_file().map(Path::to_path_buf),
            notice: self.notices().first().cloned(),
        }
    }

    /// Points the driver at one address.
    fn point(&self, config: &mut Config, host: &Host, address: Option<IpAddr>) {
        match &host.place {
            Place::Name(name) | Place::Address(Some(name), _) => {
                config.host(name.as_str());
            }
            Place::Address(None, _) => {}
            #[cfg(unix)]
            Place::Socket(folder) => {
                config.host_path(folder);
            }
            #[cfg(not(unix))]
            Place::Socket(_) => {}
        }
        if let Some(address) = address {
            config.hostaddr(address);
        }
        config.port(host.port);
        // Nobody can listen in on a socket, and servers offer no TLS there.
        config.ssl_mode(match host.is_socket() {
            true => SslMode::Disable,
            false => self.tls().mode.for_driver(),
        });
        if let Some(timeout) = self.timeout() {
            config.connect_timeout(timeout);
        }
    }

    /// The error where no server would do: that of the only one, or all of them.
    fn none_will_do(&self, mut failures: Vec<(&Host, ConnectError)>) -> ConnectError {
        if let [_] = failures.as_slice()
            && let Some((_, error)) = failures.pop()
        {
            return error;
        }
        let unsuitable =
            |(_, error): &(&Host, ConnectError)| matches!(error, ConnectError::Unsuitable { .. });
        if failures.iter().all(unsuitable) {
            return ConnectError::Unsuitable {
                server: self.to_string(),
                wanted: self.attributes().name(),
            };
        }
        let reasons: Vec<String> = failures
            .iter()
            .map(|(host, error)| format!("{host}: {}", error.reason()))
            .collect();
        let (server, reason) = (self.to_string(), reasons.join("; "));
        match common_obstacle(failures) {
            Some((obstacle, credentials)) => ConnectError::Unreachable {
                server,
                obstacle,
                reason,
                credentials,
            },
            None => ConnectError::Failed { server, reason },
        }
    }
}

/// What stood in the way of all servers alike.
fn common_obstacle(failures: Vec<(&Host, ConnectError)>) -> Option<(Obstacle, Box<Credentials>)> {
    let mut common = None;
    for (_, error) in failures {
        let ConnectError::Unreachable {
            obstacle,
            credentials,
            ..
        } = error
        else {
            return None;
        };
        if common.as_ref().is_some_and(|(first, _)| *first != obstacle) {
            return None;
        }
        common = Some((obstacle, credentials));
    }
    common
}

/// The addresses of a server; `None` stands for a socket.
async fn addresses(host: &Host, in_random_order: bool) -> Result<Vec<Option<IpAddr>>, String> {
    match &host.place {
        Place::Socket(_) => Ok(vec![None]),
        Place::Address(_, address) => Ok(vec![Some(*address)]),
        Place::Name(name) => {
            let found = tokio::net::lookup_host((name.as_str(), host.port)).await;
            let mut addresses: Vec<_> = found
                .map_err(|error| error.to_string())?
                .map(|address| Some(address.ip()))
                .collect();
            if in_random_order {
                shuffle(&mut addresses);
            }
            Ok(addresses)
        }
    }
}

/// Connects to one address; `None` where that server isn't what is wanted.
async fn attempt(
    config: &Config,
    connector: &MakeRustlsConnect,
    wanted: SessionAttributes,
    mut on_notice: impl FnMut(ServerError) + Send + 'static,
) -> Result<Option<(Client, JoinHandle<()>)>, tokio_postgres::Error> {
    let (client, mut connection) = config.connect(connector.clone()).await?;
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
    Ok(wanted.suit(&client).await?.then_some((client, task)))
}

/// The result, unless it takes longer than the limit.
async fn within<T>(limit: Option<Duration>, future: impl Future<Output = T>) -> Option<T> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, future).await.ok(),
        None => Some(future.await),
    }
}

/// Puts things in random order. What the system's own seeds give is random enough to spread connections.
fn shuffle<T>(items: &mut [T]) {
    for end in (1..items.len()).rev() {
        let random = RandomState::new().build_hasher().finish();
        let other = usize::try_from(random % (end as u64 + 1)).unwrap_or_default();
        items.swap(end, other);
    }
}
