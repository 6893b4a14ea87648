//! The data folder that `initdb` makes once a version; every cluster starts from a copy.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::account::Account;
use super::binaries::Binaries;
use super::folders;
use super::{ClusterError, SUPERUSER};

/// The data folder to copy from: made at the first use, by one process at a time.
pub(crate) fn data_folder(binaries: &Binaries, account: &Account) -> Result<PathBuf, ClusterError> {
    let templates = folders::cache_folder(account)?.join("templates");
    folders::make_open_folder(&templates).map_err(|error| ClusterError::folder(&templates, &error))?;
    let name = template_name(binaries, account);
    let data = templates.join(&name).join("data");
    if data.join("PG_VERSION").exists() {
        return Ok(data);
    }
    let _lock = folders::lock(&templates.join(format!("{name}.lock")))?;
    if !data.join("PG_VERSION").exists() {
        make(binaries, account, &templates, &templates.join(&name))?;
    }
    Ok(data)
}

/// A version may be installed twice with different contents, so the programs themselves count.
fn template_name(binaries: &Binaries, account: &Account) -> String {
    let mut hasher = DefaultHasher::new();
    binaries.folder().hash(&mut hasher);
    if let Ok(metadata) = binaries.program("postgres").metadata() {
        (metadata.len(), metadata.mtime()).hash(&mut hasher);
    }
    if let Account::Other { uid, .. } = account {
        uid.hash(&mut hasher);
    }
    format!("{}-{:08x}", binaries.version(), hasher.finish() as u32)
}

/// Runs `initdb` in a folder beside the final one and renames it when all is there.
fn make(binaries: &Binaries, account: &Account, templates: &Path, into: &Path) -> Result<(), ClusterError> {
    let fail = |error: &std::io::Error| ClusterError::folder(templates, error);
    let work = tempfile::Builder::new()
        .prefix(".making-")
        .tempdir_in(templates)
        .map_err(|error| fail(&error))?;
    account.give(work.path()).map_err(|error| fail(&error))?;
    let mut command = Command::new(binaries.program("initdb"));
    command
        .arg("-D")
        .arg(work.path().join("data"))
        .args([
            "-U",
            SUPERUSER,
            "-N",
            "--locale=C",
            "-E",
            "UTF8",
            "-A",
            "trust",
            "--wal-segsize=1",
        ])
        .current_dir(work.path())
        .stdin(Stdio::null());
    clean_environment(&mut command, work.path());
    account.run(&mut command);
    let output = command.output().map_err(|error| ClusterError::Start {
        reason: format!("{} doesn't run: {error}", binaries.program("initdb").display()),
        log: String::new(),
    })?;
    if !output.status.success() {
        let text = [output.stdout, output.stderr].concat();
        return Err(ClusterError::Start {
            reason: format!("initdb failed ({})", output.status),
            log: super::server::last_lines(&String::from_utf8_lossy(&text)),
        });
    }
    // What is left of an attempt that could not be finished.
    let _ = std::fs::remove_dir_all(into);
    std::fs::rename(work.path(), into).map_err(|error| fail(&error))
}

/// Removes what the caller's environment would change in a server: libpq's variables, locale,
/// time zone.
pub(crate) fn clean_environment(command: &mut Command, home: &Path) {
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("PG") || name_text.starts_with("LC_") || name_text == "LANG" {
            command.env_remove(&name);
        }
    }
    command.env("LC_ALL", "C").env("TZ", "UTC").env("HOME", home);
}
