//! The server's process: starting it, waiting for it, stopping it, whoever started it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::place::ServerFolder;
use crate::cluster::binaries::Binaries;
use crate::cluster::{ClusterError, SUPERUSER, server};
use crate::connect::Target;
use crate::session::Session;

/// The database that every server has.
const MAINTENANCE: &str = "postgres";

/// How long a server may say nothing while it starts. One that says it is recovering is given all the time it needs.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How long each way to stop may take: in order (a checkpoint of all that is in memory), at once, by force.
const STOP_LIMITS: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(120)),
    (Signal::QUIT, Duration::from_secs(20)),
    (Signal::KILL, Duration::from_secs(10)),
];

/// A log that is longer when the server starts makes room for a new one.
const LONGEST_LOG: u64 = 4 << 20;

/// Where a server listens.
#[derive(Debug, Clone)]
pub(super) struct Address {
    folder: PathBuf,
    port: u16,
}

impl Address {
    pub(super) fn target(&self, database: &str) -> Target {
        Target::on_socket(&self.folder, self.port, SUPERUSER, database)
    }

    /// For what concerns no database in particular.
    pub(super) fn maintenance(&self) -> Target {
        self.target(MAINTENANCE)
    }
}

/// Takes the lock that a running server holds; `None` while anything of one is left.
pub(super) fn try_take(folder: &ServerFolder) -> Result<Option<File>, ClusterError> {
    let path = folder.running_lock();
    let fail = |error: &std::io::Error| ClusterError::folder(&path, error);
    let file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(|error| fail(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(fail(&error)),
    }
}

/// Whether anything of a server is left.
pub(super) fn is_running(folder: &ServerFolder) -> bool {
    File::open(folder.running_lock())
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The number that a server wrote into its data folder. It means something only while [`is_running`].
pub(super) fn id(folder: &ServerFolder) -> Option<u32> {
    pid_line(folder, 0)?.parse().ok().filter(|id| *id > 1)
}

/// What the server says of itself.
pub(super) enum State {
    /// It starts, recovers or stops.
    Underway,
    /// It accepts connections.
    Ready(Address),
}

/// The state that the process wrote down, as long as it is there.
pub(super) fn state(folder: &ServerFolder) -> Option<State> {
    id(folder).filter(|id| runs_on(*id, &folder.data()))?;
    match (pid_line(folder, 7).as_deref(), address(folder)) {
        (Some("ready"), Some(address)) => Some(State::Ready(address)),
        _ => Some(State::Underway),
    }
}

/// Where the server listens, once it does.
pub(super) fn address(folder: &ServerFolder) -> Option<Address> {
    Some(Address {
        port: pid_line(folder, 3)?.parse().ok()?,
        folder: pid_line(folder, 4).filter(|path| !path.is_empty())?.into(),
    })
}

/// A line of `postmaster.pid`: 0 is the process, 3 the port, 4 the socket's folder, 7 the state.
fn pid_line(folder: &ServerFolder, number: usize) -> Option<String> {
    let text = fs::read_to_string(folder.data().join("postmaster.pid")).ok()?;
    text.lines().nth(number).map(|line| line.trim().to_owned())
}

/// Starts the server, which keeps `running` locked from now on.
pub(super) fn start(
    folder: &ServerFolder,
    binaries: &Binaries,
    running: File,
) -> Result<Child, ClusterError> {
    let sockets = folder.make_run_folder()?;
    clear_remains(folder, &sockets);
    let path = folder.log();
    let log = open_log(folder).map_err(|error| ClusterError::folder(&path, &error))?;
    let mut command = server::server_command(binaries, folder.account(), &folder.data(), &sockets, log)
        .map_err(|error| ClusterError::folder(&path, &error))?;
    // On the command line, where no ALTER SYSTEM can open a port.
    for setting in [
        "listen_addresses=",
        "port=5432",
        "unix_socket_permissions=0700",
        "logging_collector=off",
        "log_destination=stderr",
    ] {
        command.args(["-c", setting]);
    }
    command
        .arg("-c")
        .arg(format!("unix_socket_directories={}", sockets.display()))
        .stdin(running);
    server::spawn(&mut command, binaries)
}

/// Removes what a server left that had no time to: numbers of processes that are others' by now would keep it from
/// starting. Nobody holds the running lock, so none of ours is alive; one that somebody started by hand is left alone.
fn clear_remains(folder: &ServerFolder, sockets: &Path) {
    if id(folder).is_some_and(|id| !runs_on(id, &folder.data())) {
        let _ = fs::remove_file(folder.data().join("postmaster.pid"));
    }
    for name in [".s.PGSQL.5432", ".s.PGSQL.5432.lock"] {
        let _ = fs::remove_file(sockets.join(name));
    }
}

/// Whether a process was started with this folder among its arguments.
fn runs_on(id: u32, data: &Path) -> bool {
    let arguments = fs::read(format!("/proc/{id}/cmdline")).ok().or_else(|| {
        let mut ps = std::process::Command::new("ps");
        ps.args(["-ww", "-o", "args=", "-p", &id.to_string()]);
        Some(ps.output().ok()?.stdout)
    });
    let data = data.to_string_lossy();
    arguments.is_some_and(|arguments| String::from_utf8_lossy(&arguments).contains(data.as_ref()))
}

fn open_log(folder: &ServerFolder) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let path = folder.log();
    if path.metadata().is_ok_and(|metadata| metadata.len() > LONGEST_LOG) {
        fs::rename(&path, folder.old_log())?;
    }
    File::options().create(true).append(true).mode(0o600).open(path)
}

/// Waits until the server accepts connections: its address and version; `None` when it has ended.
pub(super) fn wait_until_ready(folder: &ServerFolder) -> Result<Option<(Address, u32)>, ClusterError> {
    let mut began = Instant::now();
    let mut reason = "it says nothing".to_owned();
    let mut pause = Duration::from_millis(2);
    while began.elapsed() < START_LIMIT {
        if !is_running(folder) {
            return Ok(None);
        }
        match state(folder) {
            Some(State::Ready(address)) => match Session::open(&address.maintenance()) {
                Ok(session) => return Ok(Some((address, session.server_version()))),
                Err(error) => reason = error.to_string(),
            },
            // Asking it now would only fill its log. It may take all the time that it needs to recover.
            Some(State::Underway) => began = Instant::now(),
            None => {}
        }
        std::thread::sleep(pause);
        pause = (pause * 3 / 2).min(Duration::from_millis(50));
    }
    Err(ClusterError::Start {
        reason: format!("no connection after {} s: {reason}", START_LIMIT.as_secs()),
        log: folder.log_tail(),
    })
}

/// Stops the server in order, so that nothing needs to be recovered at its next start; harder, where it doesn't heed.
/// Stopping one that is already being stopped waits for its end.
pub(super) fn stop(folder: &ServerFolder) -> Result<(), ClusterError> {
    let sockets = address(folder).map(|address| address.folder);
    for (signal, limit) in STOP_LIMITS {
        if signal_and_wait(folder, signal, limit) {
            if let Some(sockets) = sockets {
                // It is empty after an orderly end; otherwise the next start tidies it.
                let _ = fs::remove_dir(sockets);
            }
            return Ok(());
        }
    }
    Err(ClusterError::Stop {
        reason: format!(
            "{} is still locked by a process of it",
            folder.running_lock().display()
        ),
        log: folder.log_tail(),
    })
}

/// Whether it has ended within the limit.
fn signal_and_wait(folder: &ServerFolder, signal: Signal, limit: Duration) -> bool {
    let began = Instant::now();
    let mut told = None;
    let mut pause = Duration::from_millis(1);
    while is_running(folder) {
        if began.elapsed() > limit {
            return false;
        }
        // One that has just been started writes its number a little later, over that of an earlier one.
        let id = id(folder).filter(|id| told != Some(*id) && runs_on(*id, &folder.data()));
        if let Some(pid) = id.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
            let _ = kill_process(pid, signal);
            told = id;
        }
        std::thread::sleep(pause);
        pause = (pause * 3 / 2).min(Duration::from_millis(20));
    }
    true
}
