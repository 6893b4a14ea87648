//! A backup of the database by `pg_dump`, before anything is changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use confiture_postgres::cluster::ClientProgram;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::hooks::support::backups::{
    self, Backup, BackupRecord, Whereabouts, as_file_name, is_file_name, is_older, record_path, unusable,
};
use crate::hooks::support::names::{Relation, Wanted, find_all, shown};
use crate::hooks::support::{elapsed_ms, go_on, programs};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName, Placement};

pub(super) static TYPE: HookType = HookType {
    name: "backup_database",
    summary: "Backs the database up with pg_dump, and reads the backup to prove it",
    docs: "\
Runs `pg_dump` into a file of `backup_dir` and reads the file's table of contents with `pg_restore --list`: a backup that can't
be read fails the migration before it begins. The file is written beside its place and renamed when it is whole, only its owner
may read it, and a small file beside it (`….json`) says what it is a backup of. `pg_dump` is looked for in the folder that
`CONFITURE_PG_BIN` names, in those of PATH and where packagers put it; it must be at least as new as the server. It is told the
password by its environment, never by an argument.

It runs outside of the migration's transaction, as `pg_dump` has a connection of its own: declare it in `before_validation` or
`before_run`. Elsewhere it sees what was committed so far, and waits for locks that the migration holds until its time is over.

| setting | meaning | default |
|---|---|---|
| `backup_dir` | the folder, made where it doesn't exist; relative to the project's folder | `backups` |
| `backup_name` | what the file's name begins with | database and migration |
| `format` | `custom` (one file) or `directory` (a file for each table) | `custom` |
| `compression` | `gzip`, `none`, and from pg_dump 16 on `zstd` and `lz4` | `gzip` |
| `tables` | only these tables | all of the database |
| `keep_backup_days` | backups of this database in this folder that are older are removed, never the newest | all are kept |

Its statistics are `path`, `bytes`, `pg_dump`, `entries`, `removed`, `duration_ms`.

```yaml
hooks:
  before_validation:
    - type: backup_database
      config:
        backup_dir: /backups
        compression: gzip
        keep_backup_days: 7
```",
    read,
};

/// How the backup is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Custom,
    Directory,
}

/// How it is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
    Zstd,
    Lz4,
}

/// The configured hook.
#[derive(Debug)]
struct BackupDatabase {
    folder: PathBuf,
    name: Option<String>,
    format: Format,
    compression: Compression,
    tables: Vec<ObjectName>,
    keep_days: Option<u32>,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    let name = config.text("backup_name");
    if name.as_deref().is_some_and(|name| !is_file_name(name)) {
        let help = "write letters, digits, `_`, `-` and `.`".to_owned();
        config.reject(
            "backup_name",
            "`backup_name` can't be the name of a file",
            Some(help),
        );
        return None;
    }
    let formats = [("custom", Format::Custom), ("directory", Format::Directory)];
    let compressions = [
        ("gzip", Compression::Gzip),
        ("none", Compression::None),
        ("zstd", Compression::Zstd),
        ("lz4", Compression::Lz4),
    ];
    let keep_days = config.whole("keep_backup_days", 1..=36_500);
    Some(Arc::new(BackupDatabase {
        folder: config
            .text("backup_dir")
            .unwrap_or_else(|| "backups".to_owned())
            .into(),
        name,
        format: config.one_of("format", &formats).unwrap_or(Format::Custom),
        compression: config
            .one_of("compression", &compressions)
            .unwrap_or(Compression::Gzip),
        tables: config.objects("tables"),
        keep_days: keep_days.and_then(|days| u32::try_from(days).ok()),
    }))
}

impl Hook for BackupDatabase {
    fn placement(&self) -> Placement {
        Placement::Alone
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        let major = scope.session.major();
        let pg_dump = programs::find("pg_dump", major)?;
        let pg_restore = programs::find("pg_restore", pg_dump.major)?;
        self.check_compression(&pg_dump)?;
        let here = Whereabouts::of(scope.session)?;
        let tables = match self.tables.as_slice() {
            [] => Vec::new(),
            names => find_all(scope.session, names, Wanted::Table)?,
        };
        let folder = scope.root.join(&self.folder);
        fs::create_dir_all(&folder).map_err(|error| unusable(&folder, &error))?;
        self.check_space(scope, &folder, &tables)?;
        let now = Timestamp::now();
        let name = self.name.clone().unwrap_or_else(|| {
            let migration = scope.context.migration.as_deref().unwrap_or("run");
            as_file_name(&format!("{}_{migration}", here.database))
        });
        let path = self.free_path(&folder, &name, now);
        let part = self.reserve(&path)?;
        let entries = self
            .dump(scope, &pg_dump, &tables, &part)
            .and_then(|()| table_of_contents(scope, &pg_restore, &part))
            .inspect_err(|_| discard(&part))?;
        let bytes = backups::size(&part);
        let record = BackupRecord {
            name,
            database: here.database.clone(),
            system_identifier: here.system_identifier.clone(),
            migration: scope.context.migration.clone(),
            taken_at: now.to_string(),
            server_version: here.version.clone(),
            pg_dump: pg_dump.version.clone(),
            bytes,
            tables: tables.iter().map(|table| table.name.to_string()).collect(),
        };
        put_in_place(&part, &path, &record).inspect_err(|_| discard(&part))?;
        let removed = self.remove_old(&folder, &path, &here, now)?;
        let removed: Vec<Value> = removed
            .iter()
            .map(|backup| json!(backup.path.display().to_string()))
            .collect();
        let mut result = HookResult::default();
        let statistics = [
            ("path", json!(path.display().to_string())),
            ("bytes", json!(bytes)),
            ("pg_dump", json!(pg_dump.version)),
            ("entries", json!(entries)),
            ("removed", Value::Array(removed)),
            ("duration_ms", json!(elapsed_ms(begun))),
        ];
        result
            .statistics
            .extend(statistics.map(|(key, value)| (key.to_owned(), value)));
        result.message = Some(format!("{bytes} bytes in {}", path.display()));
        Ok(result)
    }

    fn describe(&self) -> String {
        let what = match self.tables.as_slice() {
            [] => "the database".to_owned(),
            tables => shown(tables),
        };
        format!("backs {what} up into {}", self.folder.display())
    }
}

impl BackupDatabase {
    /// Whether this `pg_dump` knows the compression.
    fn check_compression(&self, pg_dump: &ClientProgram) -> Result<(), HookError> {
        let is_new = matches!(self.compression, Compression::Zstd | Compression::Lz4);
        if !is_new || pg_dump.major >= 16 {
            return Ok(());
        }
        Err(HookError::new(format!(
            "pg_dump {} has no compression but gzip: the others came with pg_dump 16",
            pg_dump.version
        ))
        .help("Write `compression: gzip`, or install a newer pg_dump"))
    }

    /// Refuses a disk on which the backup can't find place: dumps hold no indexes, and shrink to about a quarter by
    /// compression; one that still doesn't fit fails as any full disk does.
    fn check_space(
        &self,
        scope: &mut HookScope<'_>,
        folder: &Path,
        tables: &[Relation],
    ) -> Result<(), HookError> {
        let oids: Vec<u32> = tables.iter().map(|table| table.oid).collect();
        let row = scope.session.query_one(
            "SELECT coalesce(sum(pg_catalog.pg_table_size(c.oid)), 0)::int8 FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') \
             AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
             AND (pg_catalog.cardinality($1::oid[]) = 0 OR c.oid = ANY ($1))",
            &[&oids],
        )?;
        let data = u64::try_from(row.get::<_, i64>(0)).unwrap_or_default();
        let needed = match self.compression {
            Compression::None => data,
            Compression::Gzip | Compression::Zstd | Compression::Lz4 => data / 4,
        };
        let Ok(disk) = rustix::fs::statvfs(folder) else {
            return Ok(());
        };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free >= needed {
            return Ok(());
        }
        Err(HookError::new(format!(
            "{} has {free} bytes free, and the backup of {data} bytes of tables needs about {needed}",
            folder.display()
        ))
        .help("Make room, let `backup_dir` name a folder on another disk, or remove old backups by `keep_backup_days`"))
    }

    /// A path that no backup has yet.
    fn free_path(&self, folder: &Path, name: &str, now: Timestamp) -> PathBuf {
        let time = now.strftime("%Y%m%dT%H%M%SZ");
        let extension = match self.format {
            Format::Custom => "dump",
            Format::Directory => "dir",
        };
        let mut path = folder.join(format!("{name}-{time}.{extension}"));
        let mut number = 2;
        while path.exists() {
            path = folder.join(format!("{name}-{time}-{number}.{extension}"));
            number += 1;
        }
        path
    }

    /// Makes the file or folder that is written to, so that nobody else may read it from the start.
    fn reserve(&self, path: &Path) -> Result<PathBuf, HookError> {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        let mut part = path.as_os_str().to_owned();
        part.push(format!(".{}.part", std::process::id()));
        let part = PathBuf::from(part);
        let made = match self.format {
            Format::Custom => fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&part)
                .map(drop),
            Format::Directory => fs::DirBuilder::new().mode(0o700).create(&part),
        };
        made.map_err(|error| unusable(&part, &error))?;
        Ok(part)
    }

    fn dump(
        &self,
        scope: &HookScope<'_>,
        pg_dump: &ClientProgram,
        tables: &[Relation],
        part: &Path,
    ) -> Result<(), HookError> {
        let format = match self.format {
            Format::Custom => "--format=custom",
            Format::Directory => "--format=directory",
        };
        let compression = match self.compression {
            Compression::None => "--compress=0",
            Compression::Gzip => "--compress=6",
            Compression::Zstd => "--compress=zstd",
            Compression::Lz4 => "--compress=lz4",
        };
        let mut arguments = programs::arguments(&["--no-password", format, compression], None);
        for table in tables {
            // A pattern in which nothing is a wildcard, as all of it is quoted.
            let quoted =
                |name: &confiture_syntax::Name| format!("\"{}\"", name.as_str().replace('"', "\"\""));
            let pattern = format!(
                "--table={}.{}",
                quoted(&table.name.schema),
                quoted(&table.name.name)
            );
            arguments.push(pattern.into());
        }
        arguments.push("--file".into());
        arguments.push(part.as_os_str().to_owned());
        programs::run(
            pg_dump,
            &arguments,
            Some(scope.session.target()),
            scope.interrupt,
            scope.deadline,
        )
        .map(drop)
    }

    /// Removes backups of this database that are too old; the one that was just made stays.
    fn remove_old(
        &self,
        folder: &Path,
        newest: &Path,
        here: &Whereabouts,
        now: Timestamp,
    ) -> Result<Vec<Backup>, HookError> {
        let Some(days) = self.keep_days else {
            return Ok(Vec::new());
        };
        let mut removed = Vec::new();
        for backup in backups::in_folder(folder)? {
            let is_old = is_older(&backup.record.taken_at, now, days);
            if is_old && backup.path != newest && here.is_of(&backup.record) {
                backups::remove(&backup)?;
                removed.push(backup);
            }
        }
        Ok(removed)
    }
}

/// Reads the backup as somebody who restores it would; how many entries it has.
fn table_of_contents(
    scope: &HookScope<'_>,
    pg_restore: &ClientProgram,
    part: &Path,
) -> Result<usize, HookError> {
    go_on(scope.interrupt, scope.deadline)?;
    let arguments = programs::arguments(&["--list"], Some(part.to_owned()));
    let written = programs::run(pg_restore, &arguments, None, scope.interrupt, scope.deadline)
        .map_err(|error| HookError::new(format!("the backup can't be read: {}", error.message)))?;
    let entries = written
        .output
        .lines()
        .filter(|line| !line.starts_with(';') && !line.trim().is_empty());
    Ok(entries.count())
}

fn put_in_place(part: &Path, path: &Path, record: &BackupRecord) -> Result<(), HookError> {
    let text = serde_json::to_string_pretty(record)
        .map_err(|error| HookError::new(format!("the backup's record can't be written: {error}")))?;
    fs::rename(part, path)
        .and_then(|()| fs::write(record_path(path), text + "\n"))
        .map_err(|error| unusable(path, &error))
}

/// Removes what is not whole. What can't be removed has a name that says so.
fn discard(part: &Path) {
    let _ = if part.is_dir() {
        fs::remove_dir_all(part)
    } else {
        fs::remove_file(part)
    };
}
