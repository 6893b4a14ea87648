//! The lasting private server of a project: what `--env local` means, and what `confiture server` looks after.
//!
//! There is one for each project root and major version. Its data is kept in the user's data folder, durably; it runs
//! while commands use it, or until it is stopped where it was asked to stay.
//!
//! **Who may connect**: whoever reaches the socket, which is in a folder that only the server's account (and root) can
//! enter; there is no port, and `pg_hba.conf` takes no connection but those on the socket. A password would add nothing:
//! who could read its file could enter the folder. `peer` would add nothing either, and keep the roles of an application
//! from being tried.
//!
//! **How commands share it**, without a process that looks after it:
//! - `starting.lock` is held by whoever starts or joins it, so that this happens one after another.
//! - `running.lock` is locked by the server itself: it has the file as its standard input, and so have the backends. Who
//!   gets the lock knows that nothing of the server is left, whatever its pid file says.
//! - `users/` has one entry for each command, locked by it, and `stay` where the server was asked to. The system lets
//!   only an empty folder be removed, so exactly one leaves last: who removes `users/` stops the server, and nobody
//!   joins a server without `users/`.
//! - Each command has a watchdog, which does for it what it can't when it is killed.

mod data;
mod manage;
mod membership;
mod place;
mod process;

use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use confiture_syntax::Name;

pub use manage::{LocalStatus, RunningServer, StopMode, Stopped, reset, status, stop};

use crate::cluster::ClusterError;
use crate::cluster::binaries::Binaries;
use crate::cluster::folders;
use crate::connect::Target;
use crate::error::SqlError;
use crate::session::Session;
use membership::Membership;
use place::{Project, ServerFolder};
use process::Address;

/// How often a server is started or joined anew that goes away meanwhile, in time.
const OPEN_LIMIT: Duration = Duration::from_secs(180);

/// A use of the project's server. The server runs as long as there is one, in any process; dropping the last one stops
/// it in order, unless it was asked to stay.
#[derive(Debug)]
pub struct LocalServer {
    folder: ServerFolder,
    project_root: PathBuf,
    membership: Option<Membership>,
    /// Where this process started the server: to take note of its end.
    process: Option<Child>,
    address: Address,
    version: u32,
}

impl LocalServer {
    /// Starts the server of the project in `project_root`, or joins the one that runs; waits while another command
    /// starts or stops it.
    ///
    /// `major` is the major version, such as 15. With `None` it is the one of the data that the project has (the newest
    /// of several), else the newest that the machine has.
    ///
    /// # Errors
    /// See [`ClusterError`]; a server that doesn't come up gives the last lines of its log.
    pub fn open(project_root: &Path, major: Option<u32>) -> Result<Self, ClusterError> {
        let project = Project::of(project_root)?;
        let (major, binaries) = match major.or_else(|| project.majors().into_iter().max()) {
            Some(major) => (major, None),
            None => {
                let newest = Binaries::find(None)?;
                (newest.major(), Some(newest))
            }
        };
        let folder = project.create(major)?;
        let _starting = folders::lock(&folder.starting_lock())?;
        let began = Instant::now();
        while began.elapsed() < OPEN_LIMIT {
            if let Some(running) = process::try_take(&folder)? {
                return Self::start(folder, project.root(), binaries, running);
            }
            match Self::join(&folder, project.root())? {
                Some(joined) => return Ok(joined),
                // The last of its users stops it, or was killed while it did.
                None => process::stop(&folder)?,
            }
        }
        Err(ClusterError::Start {
            reason: format!("it went away again and again for {} s", OPEN_LIMIT.as_secs()),
            log: folder.log_tail(),
        })
    }

    fn start(
        folder: ServerFolder,
        root: &Path,
        found: Option<Binaries>,
        running: std::fs::File,
    ) -> Result<Self, ClusterError> {
        let binaries = data::prepare(&folder, found)?;
        let membership = Membership::first(&folder)?;
        let outcome = process::start(&folder, &binaries, running)
            .and_then(|child| Ok((child, process::wait_until_ready(&folder)?)));
        match outcome {
            Ok((process, Some((address, version)))) => Ok(Self {
                folder,
                project_root: root.to_owned(),
                membership: Some(membership),
                process: Some(process),
                address,
                version,
            }),
            Ok((mut process, None)) => {
                let status = process
                    .wait()
                    .map_or_else(|error| error.to_string(), |s| s.to_string());
                let error = ClusterError::Start {
                    reason: format!("it ended at once ({status})"),
                    log: folder.log_tail(),
                };
                leave(&folder, membership)?;
                Err(error)
            }
            Err(error) => {
                leave(&folder, membership)?;
                Err(error)
            }
        }
    }

    /// `None`: it ends, or has ended meanwhile.
    fn join(folder: &ServerFolder, root: &Path) -> Result<Option<Self>, ClusterError> {
        let Some(membership) = Membership::join(folder)? else {
            return Ok(None);
        };
        match process::wait_until_ready(folder) {
            Ok(Some((address, version))) => Ok(Some(Self {
                folder: folder.clone(),
                project_root: root.to_owned(),
                membership: Some(membership),
                process: None,
                address,
                version,
            })),
            Ok(None) => {
                leave(folder, membership)?;
                Ok(None)
            }
            Err(error) => {
                leave(folder, membership)?;
                Err(error)
            }
        }
    }

    /// Lets the server run on when nobody uses it, until [`stop`] is called.
    ///
    /// # Errors
    /// [`ClusterError::Folder`].
    pub fn keep(&self) -> Result<(), ClusterError> {
        let mark = self.folder.stay();
        std::fs::write(&mark, "").map_err(|error| ClusterError::folder(mark, &error))
    }

    /// Where to connect to for a database of this server, as its superuser. The database need not exist.
    pub fn target(&self, database: &str) -> Target {
        self.address.target(database)
    }

    /// The address of a database as a URL, for other programs.
    pub fn url(&self, database: &str) -> String {
        self.target(database).to_url()
    }

    /// Where to connect to for a database of this server, which is created (from `template0`) where it doesn't exist.
    ///
    /// # Errors
    /// See [`ClusterError`].
    pub fn database(&self, name: &str) -> Result<Target, ClusterError> {
        let mut session = Session::open(&self.address.maintenance())?;
        let exists = "SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1";
        if session.query(exists, &[&name])?.is_empty() {
            let create = format!("CREATE DATABASE {} TEMPLATE template0", Name::new(name).quoted());
            match session.batch(&create) {
                Err(error) if !is_created_by_another(&error) => return Err(error.into()),
                _ => {}
            }
        }
        Ok(self.target(name))
    }

    /// The name of the project's own database: that of its folder, made a plain identifier, or `app`.
    pub fn database_name(&self) -> String {
        database_name(&self.project_root)
    }

    /// The server's version as `server_version_num` gives it: 150018 is 15.18.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The folder of its data.
    pub fn data_folder(&self) -> PathBuf {
        self.folder.data()
    }

    /// The file that it logs to.
    pub fn log_file(&self) -> PathBuf {
        self.folder.log()
    }

    /// Ends this use, as dropping does, and says what went wrong. When it was the last one, the server has stopped
    /// afterwards.
    ///
    /// # Errors
    /// [`ClusterError::Stop`] when the server doesn't end, [`ClusterError::Folder`].
    pub fn close(mut self) -> Result<(), ClusterError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), ClusterError> {
        let outcome = match self.membership.take() {
            Some(membership) => leave(&self.folder, membership),
            None => Ok(()),
        };
        if let Some(process) = &mut self.process {
            // Where it goes on, others use it, and the system takes note of its end.
            let _ = process.try_wait();
        }
        outcome
    }
}

impl Drop for LocalServer {
    fn drop(&mut self) {
        // Nobody could be told: `close` is for that.
        let _ = self.end();
    }
}

/// Ends a use, and stops the server after the last one.
fn leave(folder: &ServerFolder, membership: Membership) -> Result<(), ClusterError> {
    let watchdog = membership.leave(folder);
    let outcome = if watchdog.is_last {
        process::stop(folder)
    } else {
        Ok(())
    };
    watchdog.dismiss();
    outcome
}

fn is_created_by_another(error: &SqlError) -> bool {
    // duplicate_database; unique_violation where both were at it at the same moment.
    matches!(error.sqlstate(), Some("42P04" | "23505"))
}

/// The name of a project's own database on its local server: that of its folder, made a plain identifier, or `app`.
pub fn database_name(project_root: &Path) -> String {
    let real = project_root
        .canonicalize()
        .unwrap_or_else(|_| project_root.to_owned());
    let folder = real.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let plain: String = folder
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(60)
        .collect();
    let name = plain.trim_matches('_');
    match name.chars().next() {
        None => "app".to_owned(),
        Some('0'..='9') => format!("_{name}"),
        // Those that every server has are nobody's own.
        Some(_) if ["postgres", "template0", "template1"].contains(&name) => "app".to_owned(),
        Some(_) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_databases() {
        for (folder, name) in [
            ("/x/shop", "shop"),
            ("/x/My Shop-2.0", "my_shop_2_0"),
            ("/x/2024", "_2024"),
            ("/x/日本", "app"),
            ("/x/postgres", "app"),
            ("/", "app"),
        ] {
            assert_eq!(database_name(Path::new(folder)), name);
        }
        assert!(database_name(Path::new(&format!("/x/{}", "a".repeat(300)))).len() <= 63);
    }
}
