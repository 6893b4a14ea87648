//! Folders for servers: short ones for running, lasting ones for what is made once.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::ClusterError;
use super::account::Account;

/// The name of every running server's folder begins so.
const RUN_PREFIX: &str = "cfpg-";

/// The longest path of a socket that every system allows (Linux 107 bytes, macOS 103).
const LONGEST_SOCKET_PATH: usize = 103;

/// Makes a new 0700 folder for one running server: outside what the account can't reach, and
/// short enough for a socket inside. The caller deletes it.
pub(crate) fn make_run_folder(account: &Account) -> Result<PathBuf, ClusterError> {
    let mut problem = None;
    for parent in [std::env::temp_dir(), "/tmp".into(), "/var/tmp".into()] {
        let longest = parent.as_os_str().len() + 1 + RUN_PREFIX.len() + 6 + "/.s.PGSQL.5432".len();
        if !parent.is_absolute() || longest > LONGEST_SOCKET_PATH || !account.can_reach(&parent) {
            continue;
        }
        let made = tempfile::Builder::new()
            .prefix(RUN_PREFIX)
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(&parent)
            .and_then(|folder| account.give(folder.path()).map(|()| folder));
        match made {
            Ok(folder) => return Ok(folder.keep()),
            Err(error) => problem = Some(ClusterError::folder(parent, &error)),
        }
    }
    Err(problem.unwrap_or_else(|| ClusterError::Folder {
        path: std::env::temp_dir(),
        reason: "no temporary folder is both short enough for a socket and open to the server's account"
            .to_owned(),
    }))
}

/// The folder of a lasting server's socket, 0700 and always the same: in a folder of the user's below the temporary one.
/// Not in `XDG_RUNTIME_DIR`: that goes when the user logs out, and a server may be asked to stay.
pub(crate) fn named_run_folder(account: &Account, name: &str) -> Result<PathBuf, ClusterError> {
    let user = rustix::process::geteuid().as_raw();
    for parent in [std::env::temp_dir(), "/tmp".into()] {
        let base = parent.join(format!("confiture-{user}"));
        let folder = base.join(name);
        let length = folder.as_os_str().len() + "/.s.PGSQL.5432".len();
        // The setting is a list, and these are its separators.
        let is_plain = !folder.to_string_lossy().contains([',', '"']);
        if parent.is_absolute()
            && length <= LONGEST_SOCKET_PATH
            && is_plain
            && account.can_reach(&parent)
            && make_guarded(&base, &folder, account).is_ok()
        {
            return Ok(folder);
        }
    }
    // Somebody else's folder has the name: one with another name does as well, its address only is less lasting.
    make_run_folder(account)
}

/// Makes a folder for the account in one that nobody else can have put there or write to.
fn make_guarded(base: &Path, folder: &Path, account: &Account) -> io::Result<()> {
    let mode = if *account == Account::Own { 0o700 } else { 0o711 };
    make_if_missing(base, mode)?;
    let found = base.symlink_metadata()?;
    let own = rustix::process::geteuid().as_raw();
    if !found.is_dir() || found.uid() != own || found.mode() & 0o022 != 0 {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    make_if_missing(folder, 0o700)?;
    if !folder.symlink_metadata()?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    account.give(folder)
}

fn make_if_missing(folder: &Path, mode: u32) -> io::Result<()> {
    match fs::DirBuilder::new().mode(mode).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// The user's folder for what is to last: `$XDG_DATA_HOME/confiture`, else `~/.local/share/confiture`
/// (`~/Library/Application Support/confiture` on macOS). For root, whose home the server's account can't enter,
/// `/var/lib/confiture`. It need not exist.
pub(crate) fn data_folder(account: &Account) -> Result<PathBuf, ClusterError> {
    let variable = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let named = variable("XDG_DATA_HOME").filter(|folder| account.can_reach(folder));
    let own = || match account {
        Account::Other { .. } => Some("/var/lib".into()),
        Account::Own if cfg!(target_os = "macos") => {
            variable("HOME").map(|home| home.join("Library/Application Support"))
        }
        Account::Own => variable("HOME").map(|home| home.join(".local/share")),
    };
    let folder = named.or_else(own).ok_or_else(|| ClusterError::Folder {
        path: "~/.local/share".into(),
        reason: "neither HOME nor XDG_DATA_HOME names a folder for data that lasts".to_owned(),
    })?;
    Ok(folder.join("confiture"))
}

/// The folder for what is made once and used by many processes: `$XDG_CACHE_HOME/confiture` or
/// `~/.cache/confiture`; `/var/cache/confiture` for root, whose home the server's account can't
/// enter; else one in the temporary folder.
pub(crate) fn cache_folder(account: &Account) -> Result<PathBuf, ClusterError> {
    let variable = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let mut candidates = Vec::new();
    candidates.extend(variable("XDG_CACHE_HOME").map(|folder| folder.join("confiture")));
    candidates.extend(variable("HOME").map(|home| home.join(".cache/confiture")));
    if *account != Account::Own {
        candidates.push("/var/cache/confiture".into());
    }
    for candidate in &candidates {
        if account.can_reach(candidate) && make_open_folder(candidate).is_ok() && is_writable(candidate) {
            return Ok(candidate.clone());
        }
    }
    shared_temporary_cache()
}

/// A cache in the temporary folder, where anyone could have put something in its place.
fn shared_temporary_cache() -> Result<PathBuf, ClusterError> {
    let own = rustix::process::geteuid().as_raw();
    let mut folder = std::env::temp_dir();
    if !folder.is_absolute() || (own == 0 && folder.starts_with("/root")) {
        folder = "/tmp".into();
    }
    let folder = folder.join(format!("confiture-cache-{own}"));
    make_open_folder(&folder).map_err(|error| ClusterError::folder(&folder, &error))?;
    let metadata = folder
        .symlink_metadata()
        .map_err(|error| ClusterError::folder(&folder, &error))?;
    if !metadata.is_dir() || metadata.uid() != own || metadata.mode() & 0o022 != 0 {
        return Err(ClusterError::Folder {
            path: folder,
            reason: "it belongs to someone else".to_owned(),
        });
    }
    Ok(folder)
}

/// Makes a folder, and those above it, that others can enter and read.
pub(crate) fn make_open_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o755).create(path)
}

fn is_writable(folder: &Path) -> bool {
    tempfile::tempfile_in(folder).is_ok()
}

/// Holds a lock file until dropped: others who want it wait. The system releases it when the
/// process dies.
pub(crate) fn lock(path: &Path) -> Result<fs::File, ClusterError> {
    let opened = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path);
    opened
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|error| ClusterError::folder(path, &error))
}

/// Copies a folder with everything in it (files and folders; nothing else is in a fresh data
/// folder) and gives the copy to the account.
pub(crate) fn copy_tree(from: &Path, to: &Path, account: &Account) -> Result<(), ClusterError> {
    let mut pending = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = pending.pop() {
        let fail = |error: &io::Error| ClusterError::folder(&to, error);
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&to)
            .map_err(|error| fail(&error))?;
        account.give(&to).map_err(|error| fail(&error))?;
        for entry in fs::read_dir(&from).map_err(|error| ClusterError::folder(&from, &error))? {
            let entry = entry.map_err(|error| ClusterError::folder(&from, &error))?;
            let target = to.join(entry.file_name());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                pending.push((entry.path(), target));
            } else {
                fs::copy(entry.path(), &target).map_err(|error| ClusterError::folder(&target, &error))?;
                account
                    .give(&target)
                    .map_err(|error| ClusterError::folder(&target, &error))?;
            }
        }
    }
    Ok(())
}
