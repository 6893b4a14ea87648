//! A folder of backups: what each one is stands in a small file beside it.

use std::fs;
use std::path::{Path, PathBuf};

use confiture_postgres::Session;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hooks::HookError;

/// What a backup is, as it stands in `NAME.json` beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct BackupRecord {
    /// What it was asked to be called; the file's name begins so.
    pub(crate) name: String,
    /// The database.
    pub(crate) database: String,
    /// The cluster that the database is in, where the server says it.
    pub(crate) system_identifier: Option<String>,
    /// The migration that it was made for.
    pub(crate) migration: Option<String>,
    /// When, in RFC 3339.
    pub(crate) taken_at: String,
    /// The server's version.
    pub(crate) server_version: String,
    /// The version of `pg_dump`.
    pub(crate) pg_dump: String,
    /// Its size.
    pub(crate) bytes: u64,
    /// The tables that it was limited to; empty means all.
    pub(crate) tables: Vec<String>,
}

/// A backup in a folder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Backup {
    /// The file or folder.
    pub(crate) path: PathBuf,
    /// What it is.
    pub(crate) record: BackupRecord,
}

/// Which database a session is in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Whereabouts {
    /// The database.
    pub(crate) database: String,
    /// The cluster, where the server says it.
    pub(crate) system_identifier: Option<String>,
    /// The server's version.
    pub(crate) version: String,
}

impl Whereabouts {
    /// Asks the server. Outside of a transaction: not every role may ask everything.
    pub(crate) fn of(session: &mut Session) -> Result<Whereabouts, HookError> {
        let row = session.query_one(
            "SELECT pg_catalog.current_database()::text, pg_catalog.current_setting('server_version')",
            &[],
        )?;
        let identifier = session
            .query_one(
                "SELECT system_identifier::text FROM pg_catalog.pg_control_system()",
                &[],
            )
            .ok();
        Ok(Whereabouts {
            database: row.get(0),
            version: row.get(1),
            system_identifier: identifier.map(|row| row.get(0)),
        })
    }

    /// Whether a backup is one of this database.
    pub(crate) fn is_of(&self, record: &BackupRecord) -> bool {
        let same_cluster = match (&self.system_identifier, &record.system_identifier) {
            (Some(here), Some(there)) => here == there,
            _ => true,
        };
        self.database == record.database && same_cluster
    }
}

/// The file that says what a backup is.
pub(crate) fn record_path(backup: &Path) -> PathBuf {
    let mut name = backup.as_os_str().to_owned();
    name.push(".json");
    PathBuf::from(name)
}

/// The backups of a folder that say what they are, the oldest first. A folder that isn't there has none.
pub(crate) fn in_folder(folder: &Path) -> Result<Vec<Backup>, HookError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unusable(folder, &error)),
    };
    let mut backups = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unusable(folder, &error))?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        let backup = path.with_extension("");
        // Other files that end with `.json` are none of ours.
        if let Ok(record) = serde_json::from_str::<BackupRecord>(&text)
            && backup.exists()
        {
            backups.push(Backup { path: backup, record });
        }
    }
    backups.sort_by(|a, b| (&a.record.taken_at, &a.path).cmp(&(&b.record.taken_at, &b.path)));
    Ok(backups)
}

/// The folder can't be used.
pub(crate) fn unusable(path: &Path, error: &std::io::Error) -> HookError {
    HookError::new(format!("{} can't be used: {error}", path.display()))
        .help("Let `backup_dir` name a folder that can be written to")
}

/// Removes a backup and its record.
pub(crate) fn remove(backup: &Backup) -> Result<(), HookError> {
    let path = &backup.path;
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    removed
        .and_then(|()| fs::remove_file(record_path(path)))
        .map_err(|error| HookError::new(format!("{} can't be removed: {error}", path.display())))
}

/// The size of a file, or of the files of a folder.
pub(crate) fn size(path: &Path) -> u64 {
    let Ok(metadata) = path.metadata() else {
        return 0;
    };
    if metadata.is_file() {
        return metadata.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .map(|metadata| metadata.len())
        .sum()
}

/// Whether something of that age is older than so many days.
pub(crate) fn is_older(taken_at: &str, now: Timestamp, days: u32) -> bool {
    let limit = i64::from(days) * 86_400;
    taken_at
        .parse::<Timestamp>()
        .is_ok_and(|taken| now.as_second().saturating_sub(taken.as_second()) > limit)
}

/// Whether a text may begin a file's name.
pub(crate) fn is_file_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.len() <= 150 && !text.starts_with('.') && text.chars().all(fits)
}

/// A text with everything replaced that has no place in a file's name.
pub(crate) fn as_file_name(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '_' | '-') {
                c
            } else {
                '_'
            }
        })
        .take(60)
        .collect();
    if kept.is_empty() {
        "backup".to_owned()
    } else {
        kept
    }
}
