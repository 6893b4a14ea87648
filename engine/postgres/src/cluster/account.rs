//! The operating-system account that a server runs as: PostgreSQL refuses to run as root.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::ClusterError;

/// Accounts that a server is started as when the process is root, best first.
const SERVER_ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

/// Who runs the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Account {
    /// The account of this process.
    Own,
    /// Another one, because this process is root.
    Other {
        /// User id.
        uid: u32,
        /// The user's own group id.
        gid: u32,
    },
}

impl Account {
    /// The account to run a server as: this process's own, or an unprivileged one if it is root.
    pub(crate) fn of_server() -> Result<Self, ClusterError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Own);
        }
        SERVER_ACCOUNTS
            .into_iter()
            .find_map(lookup)
            .ok_or_else(|| ClusterError::Start {
                reason:
                    "PostgreSQL refuses to run as root, and there is no account named postgres or nobody \
                     to run it as; create one (useradd --system postgres) or run as another user"
                        .to_owned(),
                log: String::new(),
            })
    }

    /// Makes `command` run as this account. The standard library drops supplementary groups too.
    pub(crate) fn run(&self, command: &mut Command) {
        if let Self::Other { uid, gid } = self {
            command.uid(*uid).gid(*gid);
        }
    }

    /// Gives a file or folder (not what is inside) to this account.
    pub(crate) fn give(&self, path: &Path) -> io::Result<()> {
        match self {
            Self::Own => Ok(()),
            Self::Other { uid, gid } => std::os::unix::fs::lchown(path, Some(*uid), Some(*gid)),
        }
    }

    /// Whether this account may pass through every folder of `path`, as far as it exists.
    pub(crate) fn can_reach(&self, path: &Path) -> bool {
        let Self::Other { uid, gid } = self else {
            return true;
        };
        let resolved = path.ancestors().find_map(|existing| existing.canonicalize().ok());
        resolved.is_some_and(|resolved| {
            resolved
                .ancestors()
                .filter_map(|folder| folder.metadata().ok())
                .all(|folder| {
                    let needed = if folder.uid() == *uid {
                        0o100
                    } else if folder.gid() == *gid {
                        0o010
                    } else {
                        0o001
                    };
                    folder.mode() & needed != 0
                })
        })
    }
}

/// The ids of a named account: from `/etc/passwd`, or by `getent` for accounts kept elsewhere.
fn lookup(name: &str) -> Option<Account> {
    let find = |passwd: &str| passwd.lines().find_map(|line| parse_passwd_line(line, name));
    std::fs::read_to_string("/etc/passwd")
        .ok()
        .and_then(|passwd| find(&passwd))
        .or_else(|| {
            let output = Command::new("getent")
                .args(["passwd", name])
                .stdin(Stdio::null())
                .output()
                .ok()?;
            find(&String::from_utf8_lossy(&output.stdout))
        })
}

fn parse_passwd_line(line: &str, name: &str) -> Option<Account> {
    let mut fields = line.split(':');
    if fields.next()? != name {
        return None;
    }
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    (uid != 0).then_some(Account::Other { uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwd_lines() {
        assert_eq!(
            parse_passwd_line(
                "nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false",
                "nobody"
            ),
            None
        );
        assert_eq!(
            parse_passwd_line("postgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash", "postgres"),
            Some(Account::Other { uid: 101, gid: 104 })
        );
        assert_eq!(
            parse_passwd_line("postgres2:x:101:104::/:/bin/sh", "postgres"),
            None
        );
        assert_eq!(parse_passwd_line("postgres", "postgres"), None);
    }

    #[test]
    fn another_account_reaches_only_open_folders() {
        use std::os::unix::fs::PermissionsExt;
        let closed = std::fs::Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new()
            .permissions(closed)
            .tempdir()
            .expect("a temporary folder");
        let inner = folder.path().join("inner/not/yet/there");
        let someone = Account::Other {
            uid: 4_000_000,
            gid: 4_000_000,
        };
        assert!(!someone.can_reach(&inner), "it is 0700");
        assert!(someone.can_reach(Path::new("/usr/bin")));
        assert!(Account::Own.can_reach(&inner));
    }
}
