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
pub(super) fn make_run_folder(account: &Account) -> Result<PathBuf, ClusterError> {
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

/// The folder for what is made once and used by many processes: `$XDG_CACHE_HOME/confiture` or
/// `~/.cache/confiture`; `/var/cache/confiture` for root, whose home the server's account can't
/// enter; else one in the temporary folder.
pub(super) fn cache_folder(account: &Account) -> Result<PathBuf, ClusterError> {
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
pub(super) fn make_open_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o755).create(path)
}

fn is_writable(folder: &Path) -> bool {
    tempfile::tempfile_in(folder).is_ok()
}

/// Holds a lock file until dropped: others who want it wait. The system releases it when the
/// process dies.
pub(super) fn lock(path: &Path) -> Result<fs::File, ClusterError> {
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
pub(super) fn copy_tree(from: &Path, to: &Path, account: &Account) -> Result<(), ClusterError> {
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
