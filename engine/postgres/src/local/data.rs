//! The data folder of a server: made once, whole or not at all, and checked before each start.

use std::fs::{self, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::membership;
use super::place::ServerFolder;
use crate::cluster::ClusterError;
use crate::cluster::binaries::Binaries;
use crate::cluster::{folders, server, template};

/// What a data folder is called while it comes and while it goes.
const MAKING: &str = "making";
const DELETING: &str = "deleting";

/// Settings written into a new data folder, where the owner may change them. What keeps data is PostgreSQL's default.
const SETTINGS: &[(&str, &str)] = &[
    ("shared_buffers", "64MB"),
    ("max_wal_size", "256MB"),
    ("wal_level", "logical"),
    ("max_prepared_transactions", "16"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
];

/// The socket's folder says who may connect; see the module's description.
const HBA: &str = "\
# Only the socket, which only its owner can reach. There is no port.
local all all trust
local replication all trust
";

/// Makes the data folder where there is none, and says which programs run it.
pub(super) fn prepare(folder: &ServerFolder, found: Option<Binaries>) -> Result<Binaries, ClusterError> {
    remove_remains(folder);
    let is_new = !folder.data().exists();
    if !is_new {
        check(folder)?;
    }
    let binaries = match found {
        Some(found) => found,
        None => Binaries::find(Some(folder.major())).map_err(|error| explain(folder, is_new, error))?,
    };
    if is_new {
        make(folder, &binaries)?;
    }
    Ok(binaries)
}

/// There is data, but nothing that could run on it.
fn explain(folder: &ServerFolder, is_new: bool, error: ClusterError) -> ClusterError {
    if is_new {
        return error;
    }
    ClusterError::Data {
        path: folder.data(),
        reason: format!("it is of PostgreSQL {}: {error}", folder.major()),
        advice: format!(
            "Or begin with another version and empty databases: set pg_version in confiture.yaml, or delete this \
             data by `confiture server reset --pg-version {}`",
            folder.major()
        ),
    }
}

fn check(folder: &ServerFolder) -> Result<(), ClusterError> {
    let data = folder.data();
    let wrong = |reason: String| ClusterError::Data {
        path: folder.data(),
        reason,
        advice: format!(
            "Put back what was there, or delete it by `confiture server reset --pg-version {}`",
            folder.major()
        ),
    };
    match fs::read_to_string(data.join("PG_VERSION")) {
        Ok(version) if version.trim() == folder.major().to_string() => Ok(()),
        Ok(version) => Err(wrong(format!(
            "it is of PostgreSQL {}, and the folder is for {}",
            version.trim(),
            folder.major()
        ))),
        Err(error) => Err(wrong(format!("PG_VERSION can't be read ({error})"))),
    }
}

/// Fills a folder beside the final one and renames it when all of it is on disk.
fn make(folder: &ServerFolder, binaries: &Binaries) -> Result<(), ClusterError> {
    let account = folder.account();
    let template = template::data_folder(binaries, account)?;
    let work = folder.path().join(MAKING);
    let fail = |error: &std::io::Error| ClusterError::folder(&work, error);
    fs::DirBuilder::new()
        .mode(folder.folder_mode())
        .create(&work)
        .map_err(|error| fail(&error))?;
    let data = work.join("data");
    let made = folders::copy_tree(&template, &data, account)
        .and_then(|()| server::write_settings(&data, SETTINGS.iter().copied()))
        .and_then(|()| fs::write(data.join("pg_hba.conf"), HBA).map_err(|error| fail(&error)))
        .and_then(|()| sync(folder, binaries, &data))
        .and_then(|()| fs::rename(&data, folder.data()).map_err(|error| fail(&error)));
    // What is left is either empty, or takes space that may be what was missing.
    let _ = fs::remove_dir_all(&work);
    made?;
    sync_folder(folder.path()).map_err(|error| fail(&error))
}

/// Has all files of a data folder written to disk.
fn sync(folder: &ServerFolder, binaries: &Binaries, data: &Path) -> Result<(), ClusterError> {
    let mut command = Command::new(binaries.program("initdb"));
    command
        .args(["--sync-only", "-D"])
        .arg(data)
        .current_dir("/")
        .stdin(Stdio::null());
    template::clean_environment(&mut command, data);
    folder.account().run(&mut command);
    let output = command.output().map_err(|error| ClusterError::Start {
        reason: format!("{} doesn't run: {error}", binaries.program("initdb").display()),
        log: String::new(),
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(ClusterError::Start {
        reason: format!(
            "its data could not be written to disk ({}, {})",
            data.display(),
            output.status
        ),
        log: server::last_lines(&String::from_utf8_lossy(&output.stderr)),
    })
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(path)?.sync_all()
}

/// Deletes the data. Where it is interrupted, there is none either: the next start deletes the rest.
pub(super) fn delete(folder: &ServerFolder) -> Result<(), ClusterError> {
    remove_remains(folder);
    let data = folder.data();
    let doomed = folder.path().join(DELETING);
    fs::rename(&data, &doomed)
        .and_then(|()| sync_folder(folder.path()))
        .and_then(|()| fs::remove_dir_all(&doomed))
        .map_err(|error| ClusterError::folder(data, &error))?;
    for file in [folder.log(), folder.old_log()] {
        // The log of a server that never ran isn't there.
        let _ = fs::remove_file(file);
    }
    Ok(())
}

/// Removes what interrupted commands left.
fn remove_remains(folder: &ServerFolder) {
    for name in [MAKING, DELETING] {
        let _ = fs::remove_dir_all(folder.path().join(name));
    }
    membership::remove_unfinished(folder);
}
