//! Where a project's server keeps its things.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::cluster::ClusterError;
use crate::cluster::account::Account;
use crate::cluster::{folders, server};

/// The file with the project's path, for people and against mistakes.
const PROJECT_FILE: &str = "project";

/// The folder of a project in the user's data folder; it need not exist.
#[derive(Debug)]
pub(super) struct Project {
    root: PathBuf,
    folder: PathBuf,
    account: Account,
}

impl Project {
    pub(super) fn of(project_root: &Path) -> Result<Self, ClusterError> {
        let root = project_root
            .canonicalize()
            .map_err(|error| ClusterError::folder(project_root, &error))?;
        let account = Account::of_server()?;
        let servers = folders::data_folder(&account)?.join("servers");
        let folder = servers.join(folder_name(&root));
        Ok(Self {
            root,
            folder,
            account,
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The majors that there is data of, ascending.
    pub(super) fn majors(&self) -> Vec<u32> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut majors: Vec<u32> = entries
            .filter(|entry| entry.path().join("data").exists())
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        majors.sort_unstable();
        majors
    }

    pub(super) fn server(&self, major: u32) -> ServerFolder {
        ServerFolder {
            path: self.folder.join(major.to_string()),
            run_name: format!("{:012x}-{major}", hash(&self.root)),
            major,
            account: self.account.clone(),
        }
    }

    /// Makes the folder for a server of this major, where it doesn't exist.
    pub(super) fn create(&self, major: u32) -> Result<ServerFolder, ClusterError> {
        let server = self.server(major);
        let mode = server.folder_mode();
        fs::DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(&server.path)
            .map_err(|error| ClusterError::folder(&server.path, &error))?;
        self.claim()?;
        Ok(server)
    }

    /// Writes the project's path, or compares it with the one that is there.
    fn claim(&self) -> Result<(), ClusterError> {
        let path = self.folder.join(PROJECT_FILE);
        let own = self.root.to_string_lossy();
        match fs::read_to_string(&path) {
            Ok(found) if found.trim_end() == own => Ok(()),
            // An empty one was left by a command that was killed, or by a full disk.
            Ok(found) if !found.is_empty() => Err(ClusterError::Data {
                path: self.folder.clone(),
                reason: format!("it belongs to the project in {}", found.trim_end()),
                advice: "Move it away".to_owned(),
            }),
            _ => fs::write(&path, format!("{own}\n")).map_err(|error| ClusterError::folder(&path, &error)),
        }
    }
}

/// The folder of one server: a project's, of one major.
#[derive(Debug, Clone)]
pub(super) struct ServerFolder {
    path: PathBuf,
    run_name: String,
    major: u32,
    account: Account,
}

impl ServerFolder {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn major(&self) -> u32 {
        self.major
    }

    pub(super) fn account(&self) -> &Account {
        &self.account
    }

    /// Others than the owner must pass through only where the server's account is another one.
    pub(super) fn folder_mode(&self) -> u32 {
        if self.account == Account::Own {
            0o700
        } else {
            0o755
        }
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    pub(super) fn old_log(&self) -> PathBuf {
        self.path.join("log.old")
    }

    pub(super) fn starting_lock(&self) -> PathBuf {
        self.path.join("starting.lock")
    }

    pub(super) fn running_lock(&self) -> PathBuf {
        self.path.join("running.lock")
    }

    pub(super) fn users(&self) -> PathBuf {
        self.path.join("users")
    }

    pub(super) fn stay(&self) -> PathBuf {
        self.users().join(STAY)
    }

    /// The folder for the socket, made where it doesn't exist.
    pub(super) fn make_run_folder(&self) -> Result<PathBuf, ClusterError> {
        folders::named_run_folder(&self.account, &self.run_name)
    }

    /// The last lines of the log.
    pub(super) fn log_tail(&self) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        server::last_lines(&String::from_utf8_lossy(&log))
    }
}

/// The name of the mark that lets the server run when nobody uses it.
pub(super) const STAY: &str = "stay";

/// What a person recognizes, and what tells projects of the same name apart.
fn folder_name(root: &Path) -> String {
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' {
                c
            } else {
                '-'
            }
        })
        .take(40)
        .collect();
    format!("{plain}-{:012x}", hash(root))
}

/// 48 bits of FNV-1a: the data must be found again by every later build, which the standard library's hash doesn't
/// promise. Should two projects meet, the second one is told.
fn hash(root: &Path) -> u64 {
    let bytes = root.as_os_str().as_encoded_bytes();
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A later build that gave other names would lose what people keep.
    #[test]
    fn names_of_folders_stay() {
        assert_eq!(folder_name(Path::new("/home/a/my shop")), "my-shop-3edf1de02d96");
        assert_ne!(folder_name(Path::new("/a/x")), folder_name(Path::new("/b/x")));
        assert_eq!(folder_name(Path::new("/")).len(), 13);
    }
}
