//! Where programs of PostgreSQL's clients are, such as `pg_dump`.

use std::path::PathBuf;

use super::binaries::{FOLDER_VARIABLES, ask_version, executable, folders, hides_system};

/// A program of PostgreSQL's clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientProgram {
    /// Where it is.
    pub path: PathBuf,
    /// Its version as it writes it, such as `15.18`.
    pub version: String,
    /// Its major version.
    pub major: u32,
}

/// Finds a program whose major version is at least `least`, the nearest to it: in the folder that `CONFITURE_PG_BIN` or
/// `PG_BIN` names, in those of PATH, where packagers put it.
///
/// # Errors
/// None is new enough: the versions that were found.
pub fn client_program(name: &str, least: u32) -> Result<ClientProgram, Vec<String>> {
    let named = FOLDER_VARIABLES.into_iter().filter_map(std::env::var_os);
    let mut places: Vec<PathBuf> = named.map(PathBuf::from).collect();
    if !hides_system() {
        places.extend(folders());
    }
    let mut found: Vec<ClientProgram> = places
        .iter()
        .filter_map(|folder| {
            // Not the real path: a wrapper that is linked under many names asks for the one it is called by.
            let path = folder.join(name);
            executable(&path)?;
            let version = ask_version(&path)?;
            let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
            let major = digits.parse().ok()?;
            Some(ClientProgram { path, version, major })
        })
        .collect();
    found.sort_by_key(|program| program.major);
    match found.iter().find(|program| program.major >= least) {
        Some(program) => Ok(program.clone()),
        None => {
            let mut versions: Vec<String> = found.into_iter().map(|program| program.version).collect();
            versions.dedup();
            Err(versions)
        }
    }
}
