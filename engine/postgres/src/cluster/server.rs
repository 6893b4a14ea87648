//! One running server: its process, the watchdog that outlives us, its folder.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::ClusterError;
use super::account::Account;
use super::binaries::Binaries;
use super::{SUPERUSER, folders, template};
use crate::connect::Target;
use crate::session::Session;

/// How long a server may take to accept connections, and to stop.
const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Settings of every private server. Durability is off; parallel workers, autovacuum and the
/// just-in-time compiler too, so that the same statement always does the same.
const SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("wal_level", "logical"),
    ("shared_buffers", "16MB"),
    ("max_connections", "200"),
    ("max_locks_per_transaction", "256"),
    ("max_prepared_transactions", "16"),
    ("max_wal_size", "256MB"),
    ("checkpoint_timeout", "1h"),
    ("autovacuum", "off"),
    ("jit", "off"),
    ("max_parallel_workers_per_gather", "0"),
    ("max_parallel_maintenance_workers", "0"),
    ("max_logical_replication_workers", "0"),
    ("logging_collector", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
];

/// Reads the server's process id, then waits: a line means that the server was stopped in order;
/// the end of the input means that the process which started it is gone, whatever ended it.
const WATCHDOG: &str = r#"
trap '' INT HUP TERM
read -r server || { rm -rf -- "$1"; exit 0; }
read -r _ && exit 0
kill -QUIT "$server" 2>/dev/null
tries=0
while kill -0 "$server" 2>/dev/null && [ "$tries" -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.1 || sleep 1
done
kill -KILL "$server" 2>/dev/null
rm -rf -- "$1"
"#;

/// A server process with its folder; dropping it stops the one and deletes the other.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    watchdog: Child,
    folder: PathBuf,
    /// Part of the socket's name; nothing listens on it unless the settings say so.
    port: u16,
}

impl Server {
    /// Copies the template, starts the server in the copy and waits until it accepts connections.
    pub(crate) fn start(
        binaries: &Binaries,
        account: &Account,
        template: &Path,
        settings: &[(String, String)],
    ) -> Result<Self, ClusterError> {
        let folder = folders::make_run_folder(account)?;
        // From here on the folder is deleted whatever happens, even if this process is killed.
        let mut watchdog = match start_watchdog(account, WATCHDOG, &[&folder]) {
            Ok(watchdog) => watchdog,
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                return Err(error);
            }
        };
        let started = prepare(account, template, &folder, settings)
            .and_then(|()| start_process(binaries, account, &folder));
        let process = match started {
            Ok(process) => process,
            Err(error) => {
                drop(watchdog.stdin.take());
                let _ = watchdog.wait();
                return Err(error);
            }
        };
        let given_port = settings.iter().rev().find(|(name, _)| name == "port");
        let port = given_port.and_then(|(_, port)| port.parse().ok()).unwrap_or(5432);
        let mut server = Self {
            process,
            watchdog,
            folder,
            port,
        };
        server.tell_watchdog(&server.process.id().to_string());
        server.wait_until_ready()?;
        Ok(server)
    }

    pub(crate) fn target(&self, user: &str, database: &str) -> Target {
        Target::on_socket(&self.folder, self.port, user, database)
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn log_tail(&self) -> String {
        let log = fs::read(self.folder.join("log")).unwrap_or_default();
        last_lines(&String::from_utf8_lossy(&log))
    }

    fn tell_watchdog(&mut self, line: &str) {
        if let Some(input) = &mut self.watchdog.stdin {
            // A watchdog that is gone can't be told, and nothing else here depends on it.
            let _ = writeln!(input, "{line}").and_then(|()| input.flush());
        }
    }

    fn wait_until_ready(&mut self) -> Result<(), ClusterError> {
        let target = self.target(SUPERUSER, "postgres");
        let began = Instant::now();
        let mut pause = Duration::from_millis(2);
        loop {
            let reason = match Session::open(&target) {
                Ok(_) => return Ok(()),
                Err(error) => error.to_string(),
            };
            if let Ok(Some(status)) = self.process.try_wait() {
                return Err(self.start_error(format!("it ended at once ({status})")));
            }
            if began.elapsed() > START_LIMIT {
                return Err(self.start_error(format!(
                    "no connection after {} s: {reason}",
                    START_LIMIT.as_secs()
                )));
            }
            std::thread::sleep(pause);
            pause = (pause * 3 / 2).min(Duration::from_millis(50));
        }
    }

    fn start_error(&self, reason: String) -> ClusterError {
        ClusterError::Start {
            reason,
            log: self.log_tail(),
        }
    }

    /// Stops at once, without a checkpoint: nothing in the folder is needed again.
    fn stop(&mut self) -> Option<ExitStatus> {
        for (signal, limit) in [(Signal::QUIT, STOP_LIMIT), (Signal::KILL, STOP_LIMIT)] {
            if let Ok(Some(status)) = self.process.try_wait() {
                return Some(status);
            }
            let id = Pid::from_child(&self.process);
            // It may have ended in between; then there is no one to signal.
            let _ = kill_process(id, signal);
            if let Some(status) = wait_for_end(&mut self.process, limit) {
                return Some(status);
            }
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.stop().is_some() {
            self.tell_watchdog("stopped");
        }
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn wait_for_end(process: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Ok(Some(status)) = process.try_wait() {
            return Some(status);
        }
        if began.elapsed() > limit {
            return None;
        }
        std::thread::sleep(pause);
        pause = (pause * 3 / 2).min(Duration::from_millis(50));
    }
}

/// Starts the process that stops the server when this one is gone: a shell script that finds the paths in `$1` and up.
/// The pipe to it is the signal: the system closes our end however this process ends, and no other child inherits it.
pub(crate) fn start_watchdog(
    account: &Account,
    script: &str,
    paths: &[&Path],
) -> Result<Child, ClusterError> {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", script, "confiture-watchdog"])
        .args(paths)
        .current_dir("/")
        .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A group of its own: a Ctrl-C in the terminal is for us, not for it.
        .process_group(0);
    account.run(&mut command);
    command.spawn().map_err(|error| ClusterError::Start {
        reason: format!("/bin/sh doesn't run: {error}"),
        log: String::new(),
    })
}

fn prepare(
    account: &Account,
    template: &Path,
    folder: &Path,
    settings: &[(String, String)],
) -> Result<(), ClusterError> {
    let data = folder.join("data");
    folders::copy_tree(template, &data, account)?;
    let folder = folder.to_string_lossy();
    let place = [("port", "5432"), ("unix_socket_directories", folder.as_ref())];
    let own = SETTINGS.iter().copied().chain(place);
    let given = settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    write_settings(&data, own.chain(given))
}

/// Appends settings to the `postgresql.conf` of a data folder.
pub(crate) fn write_settings<'a>(
    data: &Path,
    settings: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<(), ClusterError> {
    let path = data.join("postgresql.conf");
    let mut text = String::from("\n");
    for (name, value) in settings {
        text.push_str(&format!("{name} = '{}'\n", value.replace('\'', "''")));
    }
    fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| ClusterError::folder(path, &error))
}

fn start_process(binaries: &Binaries, account: &Account, folder: &Path) -> Result<Child, ClusterError> {
    let log = folder.join("log");
    let file = fs::File::create(&log).map_err(|error| ClusterError::folder(&log, &error))?;
    let mut command = server_command(binaries, account, &folder.join("data"), folder, file)
        .map_err(|error| ClusterError::folder(&log, &error))?;
    command.stdin(Stdio::null());
    spawn(&mut command, binaries)
}

/// The command that runs the server on a data folder: as the account, in `home`, in a clean environment, its output in
/// `log`.
pub(crate) fn server_command(
    binaries: &Binaries,
    account: &Account,
    data: &Path,
    home: &Path,
    log: fs::File,
) -> std::io::Result<Command> {
    let again = log.try_clone()?;
    let mut command = Command::new(binaries.program("postgres"));
    command
        .arg("-D")
        .arg(data)
        .current_dir(home)
        .stdout(log)
        .stderr(again)
        .process_group(0);
    template::clean_environment(&mut command, home);
    account.run(&mut command);
    Ok(command)
}

pub(crate) fn spawn(command: &mut Command, binaries: &Binaries) -> Result<Child, ClusterError> {
    command.spawn().map_err(|error| ClusterError::Start {
        reason: format!("{} doesn't run: {error}", binaries.program("postgres").display()),
        log: String::new(),
    })
}

/// The last twenty lines of a log.
pub(crate) fn last_lines(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
