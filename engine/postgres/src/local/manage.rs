//! What `confiture server` asks of a local server without using it: its state, its end, its deletion.

use std::fs;
use std::path::{Path, PathBuf};

use super::place::{Project, ServerFolder};
use super::{data, membership, process};
use crate::cluster::{ClusterError, folders};
use crate::connect::Target;
use crate::session::Session;

/// How a project's local server is.
#[derive(Debug, Clone)]
pub struct LocalStatus {
    /// The major version that was asked for; else that of the data, the newest of several. `None`: there is none yet.
    pub major: Option<u32>,
    /// The server, if it runs.
    pub running: Option<RunningServer>,
    /// The folder of its data, whether it exists or not.
    pub data_folder: Option<PathBuf>,
    /// Whether there is data.
    pub has_data: bool,
    /// The file that the server logs to.
    pub log_file: Option<PathBuf>,
    /// Other majors that the project has data of, ascending.
    pub other_majors: Vec<u32>,
}

/// A server that runs.
#[derive(Debug, Clone)]
pub struct RunningServer {
    /// Its process, once it has written it down.
    pub process_id: Option<u32>,
    /// Its version as `server_version_num` gives it; `None` while it accepts no connections.
    pub version: Option<u32>,
    /// Whether it runs until it is stopped, rather than as long as commands use it.
    pub stays: bool,
    /// The processes that use it, by their ids, ascending.
    pub users: Vec<u32>,
    maintenance: Option<Target>,
}

impl RunningServer {
    /// The address of a database as a URL; `None` while it doesn't listen.
    pub fn url(&self, database: &str) -> Option<String> {
        let target = self.maintenance.as_ref()?;
        Some(target.with_database(database).to_url())
    }
}

/// How a server is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopMode {
    /// When no command uses it any more. Whoever else is connected is disconnected.
    WhenUnused,
    /// At once; commands that use it fail.
    AtOnce,
}

/// What came of stopping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// It has stopped.
    Now,
    /// It stops after the last of these processes.
    After(Vec<u32>),
    /// It didn't run.
    NotRunning,
}

/// How the local server of a project is. Starts and changes nothing.
///
/// # Errors
/// [`ClusterError::Folder`] when the project's folder doesn't exist or there is no data folder.
pub fn status(project_root: &Path, major: Option<u32>) -> Result<LocalStatus, ClusterError> {
    let project = Project::of(project_root)?;
    let mut others = project.majors();
    let major = major.or_else(|| others.last().copied());
    others.retain(|other| Some(*other) != major);
    let folder = major.map(|major| project.server(major));
    Ok(LocalStatus {
        major,
        running: folder.as_ref().and_then(running),
        data_folder: folder.as_ref().map(ServerFolder::data),
        has_data: folder.as_ref().is_some_and(|folder| folder.data().exists()),
        log_file: folder.as_ref().map(ServerFolder::log),
        other_majors: others,
    })
}

fn running(folder: &ServerFolder) -> Option<RunningServer> {
    if !process::is_running(folder) {
        return None;
    }
    let maintenance = match process::state(folder) {
        Some(process::State::Ready(address)) => Some(address.maintenance()),
        _ => None,
    };
    let session = maintenance.as_ref().and_then(|target| Session::open(target).ok());
    Some(RunningServer {
        process_id: process::id(folder),
        version: session.map(|session| session.server_version()),
        stays: folder.stay().exists(),
        users: membership::present(&folder.users()),
        maintenance,
    })
}

/// Stops the local server of a project, whether it was asked to stay or was left behind.
///
/// # Errors
/// [`ClusterError::Stop`] when it doesn't end, [`ClusterError::Folder`].
pub fn stop(project_root: &Path, major: Option<u32>, mode: StopMode) -> Result<Stopped, ClusterError> {
    let Some(folder) = existing(project_root, major)? else {
        return Ok(Stopped::NotRunning);
    };
    let _starting = folders::lock(&folder.starting_lock())?;
    end(&folder, mode)
}

/// The folder of a server that was made at some time.
fn existing(project_root: &Path, major: Option<u32>) -> Result<Option<ServerFolder>, ClusterError> {
    let project = Project::of(project_root)?;
    let major = major.or_else(|| project.majors().last().copied());
    let folder = major.map(|major| project.server(major));
    Ok(folder.filter(|folder| folder.path().exists()))
}

/// The starting lock is held, so nobody starts or joins meanwhile.
fn end(folder: &ServerFolder, mode: StopMode) -> Result<Stopped, ClusterError> {
    remove_mark(folder)?;
    let was_running = process::is_running(folder);
    let is_unused = membership::close_if_unused(&folder.users()) || !folder.users().exists();
    if !was_running {
        return Ok(Stopped::NotRunning);
    }
    if !is_unused && mode == StopMode::WhenUnused {
        return Ok(Stopped::After(membership::present(&folder.users())));
    }
    process::stop(folder)?;
    Ok(Stopped::Now)
}

fn remove_mark(folder: &ServerFolder) -> Result<(), ClusterError> {
    let mark = folder.stay();
    match fs::remove_file(&mark) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(ClusterError::folder(mark, &error)),
        _ => Ok(()),
    }
}

/// Deletes the data of a project's local server, after stopping it; says whether there was any.
///
/// # Errors
/// [`ClusterError::InUse`] while commands use it; as [`stop`].
pub fn reset(project_root: &Path, major: Option<u32>) -> Result<bool, ClusterError> {
    let Some(folder) = existing(project_root, major)? else {
        return Ok(false);
    };
    let _starting = folders::lock(&folder.starting_lock())?;
    let users = membership::present(&folder.users());
    if !users.is_empty() {
        return Err(ClusterError::InUse { users });
    }
    if let Stopped::After(users) = end(&folder, StopMode::WhenUnused)? {
        return Err(ClusterError::InUse { users });
    }
    if !folder.data().exists() {
        return Ok(false);
    }
    data::delete(&folder)?;
    Ok(true)
}
