//! Who uses a server: an entry of the folder `users/` each, which the system unlocks however its owner ends.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::atomic::{AtomicU32, Ordering};

use super::place::{STAY, ServerFolder};
use crate::cluster::account::Account;
use crate::cluster::{ClusterError, server};

/// What an entry is called before it is one.
const UNFINISHED: &str = "joining-";

/// Waits for a line, which means that all is in order. At the end of the input its process is gone: leaves in its place,
/// and as the last one stops the server, whose number may not be written yet when its starter was killed. A server of
/// others is never touched: they have made `users/` before they start one, so where it is missing the number that was
/// read before is none of theirs. The number counts only if that process runs on this data.
const WATCHDOG: &str = r#"
trap '' INT HUP TERM
data=$1 users=$2 entry=$3
read -r _ && exit 0
rm -f -- "$entry"
rmdir -- "$users" 2>/dev/null || [ ! -d "$users" ] || exit 0
runs() {
    [ -n "$1" ] || return 1
    case "$(tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null || ps -ww -o args= -p "$1" 2>/dev/null)" in
        *"$data"*) return 0 ;;
        *) return 1 ;;
    esac
}
pause() {
    tries=$((tries + 1))
    sleep 0.1 || sleep 1
}
tries=0
while [ "$tries" -lt 50 ]; do
    server=
    read -r server <"$data/postmaster.pid"
    [ -d "$users" ] && exit 0
    runs "$server" && break
    pause
done
for signal in INT QUIT KILL; do
    tries=0
    runs "$server" && kill -"$signal" "$server"
    while runs "$server" && [ "$tries" -lt 600 ]; do
        pause
    done
done
"#;

/// This process's entry.
#[derive(Debug)]
pub(super) struct Membership {
    entry: PathBuf,
    lock: File,
    watchdog: Child,
}

/// A use that has ended, and the watchdog that still looks whether what follows comes to its end.
#[must_use]
pub(super) struct Left {
    /// Whether nobody uses the server now, so that it is to be stopped.
    pub(super) is_last: bool,
    watchdog: Child,
}

impl Left {
    /// All is done; nothing is left to the watchdog.
    pub(super) fn dismiss(mut self) {
        dismiss(&mut self.watchdog);
    }
}

impl Membership {
    /// The first user of a server that is to be started. Others may be left of one that broke down.
    pub(super) fn first(folder: &ServerFolder) -> Result<Self, ClusterError> {
        let users = folder.users();
        sweep(&users);
        loop {
            match fs::create_dir(&users) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(ClusterError::folder(users, &error));
                }
                _ => {}
            }
            // A late watchdog may have removed it again.
            if let Some(joined) = Self::join(folder)? {
                return Ok(joined);
            }
        }
    }

    /// One more user; `None` when the server has none any more, and so is being stopped.
    pub(super) fn join(folder: &ServerFolder) -> Result<Option<Self>, ClusterError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let id = std::process::id();
        let name = format!("{id}-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let unfinished = folder.path().join(format!("{UNFINISHED}{name}"));
        let entry = folder.users().join(name);
        // Whoever sees it in `users/` must find it locked, so it comes there when it is.
        let lock = locked_file(&unfinished).map_err(|error| ClusterError::folder(&unfinished, &error))?;
        let mut watchdog = server::start_watchdog(
            &Account::Own,
            WATCHDOG,
            &[&folder.data(), &folder.users(), &entry],
        )?;
        match fs::rename(&unfinished, &entry) {
            Ok(()) => Ok(Some(Self {
                entry,
                lock,
                watchdog,
            })),
            Err(error) => {
                dismiss(&mut watchdog);
                let _ = fs::remove_file(&unfinished);
                match error.kind() {
                    io::ErrorKind::NotFound => Ok(None),
                    _ => Err(ClusterError::folder(entry, &error)),
                }
            }
        }
    }

    /// Ends this use.
    pub(super) fn leave(self, folder: &ServerFolder) -> Left {
        let Self {
            entry,
            lock,
            watchdog,
        } = self;
        let _ = fs::remove_file(entry);
        drop(lock);
        Left {
            is_last: close_if_unused(&folder.users()),
            watchdog,
        }
    }
}

fn dismiss(watchdog: &mut Child) {
    if let Some(mut input) = watchdog.stdin.take() {
        // A watchdog that is gone can't be told, and nothing here depends on it.
        let _ = writeln!(input, "done");
    }
    let _ = watchdog.wait();
}

fn locked_file(path: &Path) -> io::Result<File> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    file.lock()?;
    Ok(file)
}

/// Removes `users/` if nobody alive is in it; says whether it did. From then on nobody can join.
pub(super) fn close_if_unused(users: &Path) -> bool {
    sweep(users);
    fs::remove_dir(users).is_ok()
}

/// The processes whose entries are locked, ascending.
pub(super) fn present(users: &Path) -> Vec<u32> {
    let mut ids: Vec<u32> = entries(users)
        .filter(|entry| is_held(entry))
        .filter_map(|entry| {
            let name = entry.file_name()?.to_str()?.to_owned();
            name.split('-').next()?.parse().ok()
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Removes the entries of those who are gone.
fn sweep(users: &Path) {
    for entry in entries(users).filter(|entry| !is_held(entry)) {
        let _ = fs::remove_file(entry);
    }
}

fn entries(users: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(users)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name() != STAY)
        .map(|entry| entry.path())
}

fn is_held(entry: &Path) -> bool {
    // One that can't be opened is taken for somebody's: a server too many does less harm than one too few.
    match File::open(entry) {
        Ok(file) => file.try_lock_shared().is_err(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Removes what a command left that was killed while it joined.
pub(super) fn remove_unfinished(folder: &ServerFolder) {
    let entries = fs::read_dir(folder.path()).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
        let _ = fs::remove_file(entry.path());
    }
}
