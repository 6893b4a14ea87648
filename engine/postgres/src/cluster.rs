//! Private temporary servers: one cluster a process, one database a test or rehearsal.
//!
//! A [`Cluster`] listens on a Unix-domain socket in a folder that only its own account (and root)
//! can enter, never on a port; it dies with the process that started it, even by `SIGKILL`, and
//! its files go with it. Durability is off: nothing in it is meant to survive.

pub(crate) mod account;
pub(crate) mod binaries;
mod clients;
mod database;
pub(crate) mod folders;
mod packages;
pub(crate) mod server;
pub(crate) mod template;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

pub use binaries::{Binaries, HIDE_SYSTEM_VARIABLE, Origin};
pub use clients::{ClientProgram, client_program};
pub use database::Database;
pub use packages::{NEWEST_MAJOR, OLDEST_MAJOR};

use crate::connect::{ConnectError, Target};
use crate::error::SqlError;
use crate::session::Session;
use account::Account;
use server::Server;

/// The superuser of every private cluster.
pub(crate) const SUPERUSER: &str = "postgres";

/// What a private cluster should be.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The major version, such as 15; `None` takes the newest that the machine has.
    pub major: Option<u32>,
    /// Further lines for `postgresql.conf`: name and value, the value as text without quotes.
    pub settings: Vec<(String, String)>,
}

/// Why there is no private cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No server's binaries are on this machine and none could be brought.
    #[error("no PostgreSQL {} server was found: {looked}. {advice}", wanted(*.major))]
    NotFound {
        /// The major version that was asked for.
        major: Option<u32>,
        /// Where was looked, and what was there instead.
        looked: String,
        /// What to install, or which variable to set.
        advice: String,
    },
    /// The server's folder can't be made or filled.
    #[error("can't prepare the folder of a private PostgreSQL server: {path}: {reason}")]
    Folder {
        /// The file or folder in question.
        path: PathBuf,
        /// What the operating system said.
        reason: String,
    },
    /// A program of the server failed.
    #[error("the private PostgreSQL server can't be started: {reason}{}", tail(.log))]
    Start {
        /// What went wrong.
        reason: String,
        /// The last lines that the program wrote.
        log: String,
    },
    /// The lasting data of a project can't be used by the server that is wanted.
    #[error("the data of the local PostgreSQL server can't be used: {path}: {reason}. {advice}")]
    Data {
        /// The data folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        advice: String,
    },
    /// A server doesn't end.
    #[error("the local PostgreSQL server doesn't stop: {reason}{}", tail(.log))]
    Stop {
        /// What was tried, and what holds it.
        reason: String,
        /// The last lines that it wrote.
        log: String,
    },
    /// Something was asked for that can't be done while commands use the server.
    #[error("the local PostgreSQL server is in use by {}", processes(.users))]
    InUse {
        /// The processes that use it.
        users: Vec<u32>,
    },
    /// The server runs, but no connection to it can be had.
    #[error("the private PostgreSQL server can't be reached: {0}")]
    Connect(#[from] ConnectError),
    /// The server refused a statement that prepares a database.
    #[error("the private PostgreSQL server failed: {0}")]
    Sql(#[from] SqlError),
}

impl ClusterError {
    /// The stable code of this error in reports.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "postgres-not-found",
            Self::Folder { .. } => "postgres-folder",
            Self::Start { .. } => "postgres-start",
            Self::Data { .. } => "postgres-data",
            Self::Stop { .. } => "postgres-stop",
            Self::InUse { .. } => "postgres-in-use",
            Self::Connect(error) => error.code(),
            Self::Sql(error) => error.code(),
        }
    }

    pub(crate) fn folder(path: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        Self::Folder {
            path: path.into(),
            reason: error.to_string(),
        }
    }
}

fn wanted(major: Option<u32>) -> String {
    major.map_or_else(
        || format!("{OLDEST_MAJOR} to {NEWEST_MAJOR}"),
        |major| major.to_string(),
    )
}

fn processes(ids: &[u32]) -> String {
    let ids: Vec<_> = ids.iter().map(u32::to_string).collect();
    let word = if ids.len() == 1 { "process" } else { "processes" };
    format!("{word} {}", ids.join(", "))
}

fn tail(log: &str) -> String {
    if log.is_empty() {
        String::new()
    } else {
        format!("\nthe last it wrote:\n{log}")
    }
}

/// A private temporary PostgreSQL server. Dropping it stops the server and deletes its files.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    binaries: Binaries,
    version: u32,
}

impl Cluster {
    /// Starts a private server with binaries found by [`Binaries::find`].
    ///
    /// # Errors
    /// See [`ClusterError`]; a server that doesn't come up gives the last lines of its log.
    pub fn start(options: &Options) -> Result<Self, ClusterError> {
        Self::start_with(Binaries::find(options.major)?, options)
    }

    /// Starts a private server with given binaries; `options.major` is not looked at.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub fn start_with(binaries: Binaries, options: &Options) -> Result<Self, ClusterError> {
        let account = Account::of_server()?;
        let template = template::data_folder(&binaries, &account)?;
        let server = Server::start(&binaries, &account, &template, &options.settings)?;
        let version = Session::open(&server.target(SUPERUSER, "postgres"))?.server_version();
        Ok(Self {
            server,
            binaries,
            version,
        })
    }

    /// The process's own cluster of this major version (`None`: the newest found), started at the
    /// first call and kept until the process ends; it disappears with the process.
    ///
    /// # Errors
    /// As [`Cluster::start`]; the next call tries again.
    pub fn shared(major: Option<u32>) -> Result<&'static Self, ClusterError> {
        static SHARED: OnceLock<Mutex<BTreeMap<Option<u32>, &'static Cluster>>> = OnceLock::new();
        let shared = SHARED.get_or_init(Mutex::default);
        let mut clusters = shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(cluster) = clusters.get(&major) {
            return Ok(cluster);
        }
        let started = Self::start(&Options {
            major,
            ..Options::default()
        })?;
        // Kept for the process's life on purpose: the watchdog stops it when the process ends.
        let cluster: &'static Self = Box::leak(Box::new(started));
        clusters.insert(major, cluster);
        Ok(cluster)
    }

    /// The server's version as `server_version_num` gives it: 150018 is 15.18.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The server's major version, such as 15.
    pub fn major(&self) -> u32 {
        self.version / 10_000
    }

    /// The binaries that run it.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// The process id of the server.
    pub fn process_id(&self) -> u32 {
        self.server.process_id()
    }

    /// The folder that holds the socket, the data and the log.
    pub fn folder(&self) -> &std::path::Path {
        self.server.folder()
    }

    /// The last lines of the server's log.
    pub fn log_tail(&self) -> String {
        self.server.log_tail()
    }

    /// Where to connect to for a database of this cluster, as its superuser.
    pub fn target(&self, database: &str) -> Target {
        self.server.target(SUPERUSER, database)
    }

    /// Creates an empty database (from `template0`) with a name that begins with `prefix` and is
    /// unique in this cluster; it is dropped with the returned value.
    ///
    /// # Errors
    /// See [`ClusterError`].
    pub fn create_database(&self, prefix: &str) -> Result<Database, ClusterError> {
        Database::create(&self.target("postgres"), prefix)
    }
}
