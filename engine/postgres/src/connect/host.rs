//! The servers that a connection string names: names, addresses, sockets and ports.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::ConnectError;
use super::settings::{Settings, invalid};

/// Where libpq's packagers put the local server's socket.
const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// PostgreSQL's port.
const DEFAULT_PORT: u16 = 5432;

/// One server that a connection may go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) place: Place,
    pub(super) port: u16,
}

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A name that is looked up.
    Name(String),
    /// An address; the name, where there is one, is what its certificate is checked for.
    Address(Option<String>, IpAddr),
    /// The folder of a socket.
    Socket(PathBuf),
}

impl Host {
    /// What a password file calls it.
    pub(super) fn in_password_file(&self) -> String {
        match &self.place {
            Place::Name(name) | Place::Address(Some(name), _) => name.clone(),
            Place::Address(None, address) => address.to_string(),
            Place::Socket(folder) if is_default_folder(folder) => "localhost".to_owned(),
            Place::Socket(folder) => folder.to_string_lossy().into_owned(),
        }
    }

    /// Whether it is reached through a socket of this machine.
    pub(super) fn is_socket(&self) -> bool {
        matches!(self.place, Place::Socket(_))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Name(name) | Place::Address(Some(name), _) if name.contains(':') => write!(f, "[{name}]")?,
            Place::Name(name) | Place::Address(Some(name), _) => f.write_str(name)?,
            Place::Address(None, IpAddr::V6(address)) => write!(f, "[{address}]")?,
            Place::Address(None, address) => write!(f, "{address}")?,
            Place::Socket(folder) => write!(f, "{}", folder.display())?,
        }
        write!(f, ":{}", self.port)
    }
}

/// The servers of some settings, in the order in which they are tried.
///
/// `host`, `hostaddr` and `port` are lists of equal length; a single port is that of all.
pub(super) fn hosts(settings: &Settings) -> Result<Vec<Host>, ConnectError> {
    let list = |key: &str| -> Vec<&str> {
        let value = settings.value(key);
        value.map_or_else(Vec::new, |value| value.split(',').map(str::trim).collect())
    };
    let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"));
    let count = names.len().max(addresses.len()).max(1);
    if !names.is_empty() && !addresses.is_empty() && names.len() != addresses.len() {
        return Err(invalid(format!(
            "`host` names {} servers and `hostaddr` {}",
            names.len(),
            addresses.len()
        )));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(invalid(format!(
            "there are {} ports for {count} servers",
            ports.len()
        )));
    }
    (0..count)
        .map(|index| {
            let of = |list: &[&str]| list.get(index).copied().unwrap_or_default().to_owned();
            let port = if ports.len() == 1 {
                ports.first().copied()
            } else {
                ports.get(index).copied()
            };
            let port = read_port(port.unwrap_or_default())?;
            Ok(Host {
                place: place(of(&names), &of(&addresses), port)?,
                port,
            })
        })
        .collect()
}

fn read_port(text: &str) -> Result<u16, ConnectError> {
    match text {
        "" => Ok(DEFAULT_PORT),
        _ => match text.parse() {
            Ok(port) if port > 0 => Ok(port),
            _ => Err(invalid("a port is a number from 1 to 65535")),
        },
    }
}

fn place(name: String, address: &str, port: u16) -> Result<Place, ConnectError> {
    if !address.is_empty() {
        let address = address
            .parse()
            .map_err(|_| invalid("`hostaddr` takes addresses such as 192.0.2.1, not names"))?;
        return Ok(Place::Address(
            Some(name).filter(|name| !name.is_empty()),
            address,
        ));
    }
    if name.is_empty() {
        return Ok(default_place(port));
    }
    if name.starts_with('@') {
        return Err(invalid("sockets in the abstract namespace are not supported"));
    }
    if Path::new(&name).has_root() {
        return match cfg!(unix) {
            true => Ok(Place::Socket(PathBuf::from(name))),
            false => Err(invalid("sockets are not supported here: name a host")),
        };
    }
    Ok(Place::Name(name))
}

/// The folder of the local server's socket where there is one, else `localhost`.
fn default_place(port: u16) -> Place {
    let found = SOCKET_FOLDERS
        .into_iter()
        .map(PathBuf::from)
        .find(|folder| folder.join(format!(".s.PGSQL.{port}")).exists());
    match found {
        Some(folder) => Place::Socket(folder),
        None => Place::Name("localhost".to_owned()),
    }
}

fn is_default_folder(folder: &Path) -> bool {
    SOCKET_FOLDERS.iter().any(|known| folder == Path::new(known))
}
