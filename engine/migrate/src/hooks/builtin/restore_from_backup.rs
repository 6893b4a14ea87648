//! The way back to a backup.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use crate::hooks::support::backups::{self, Backup, Whereabouts, is_file_name};
use crate::hooks::support::{elapsed_ms, programs};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, Placement};
use crate::settings::LedgerNames;

pub(super) static TYPE: HookType = HookType {
    name: "restore_from_backup",
    summary: "Restores the database from a backup that backup_database made",
    docs: "\
Takes the newest backup of this database from `backup_dir` (the newest of that name where `backup_name` is given) and runs
`pg_restore --clean --if-exists` in a single transaction: either everything is as it was when the backup was made, or nothing
has changed. The ledger is left out, as it tells what was done since. Objects that came after the backup stay; where one of them
depends on something that is restored, the server refuses, and its message says which.

**Everything that was written since the backup is lost.** It runs outside of the migration's transaction, by a connection of its
own, and its locks wait for all others: use it in `rollback:`, not in `on_error`, where the transaction was rolled back anyway.

| setting | meaning | default |
|---|---|---|
| `backup_dir` | the folder | `backups` |
| `backup_name` | what `backup_name` was when it was made, or the name of a file in the folder | the newest backup |

Its statistics are `path`, `taken_at`, `entries`, `duration_ms`.

```yaml
rollback:
  hooks:
    - type: restore_from_backup
      config:
        backup_dir: /backups
        backup_name: pre_003_analytics
```",
    read,
};

/// The configured hook.
#[derive(Debug)]
struct RestoreFromBackup {
    folder: PathBuf,
    name: Option<String>,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    let name = config.text("backup_name");
    if name.as_deref().is_some_and(|name| !is_file_name(name)) {
        let help = "write the name without its folder".to_owned();
        config.reject(
            "backup_name",
            "`backup_name` can't be the name of a file",
            Some(help),
        );
        return None;
    }
    Some(Arc::new(RestoreFromBackup {
        folder: config
            .text("backup_dir")
            .unwrap_or_else(|| "backups".to_owned())
            .into(),
        name,
    }))
}

impl Hook for RestoreFromBackup {
    fn placement(&self) -> Placement {
        Placement::Alone
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        let here = Whereabouts::of(scope.session)?;
        let folder = scope.root.join(&self.folder);
        let (path, taken_at) = self.choose(&folder, &here)?;
        let pg_restore = programs::find("pg_restore", scope.session.major())?;
        let arguments = programs::arguments(&["--list"], Some(path.clone()));
        let list = programs::run(&pg_restore, &arguments, None, scope.interrupt, scope.deadline)?;
        let entries = entries(&list.output, scope.ledger.names());
        let chosen = tempfile_for(&folder, &entries)?;
        let mut arguments = programs::arguments(
            &[
                "--no-password",
                "--clean",
                "--if-exists",
                "--single-transaction",
                "--exit-on-error",
            ],
            None,
        );
        // pg_restore writes a script to its output where no database is named.
        arguments.push("--dbname".into());
        arguments.push(here.database.clone().into());
        arguments.push("--use-list".into());
        arguments.push(chosen.0.as_os_str().to_owned());
        arguments.push(path.as_os_str().to_owned());
        programs::run(
            &pg_restore,
            &arguments,
            Some(scope.session.target()),
            scope.interrupt,
            scope.deadline,
        )?;
        let mut result = HookResult::default();
        let statistics = [
            ("path", json!(path.display().to_string())),
            ("taken_at", json!(taken_at)),
            ("entries", json!(entries.len())),
            ("duration_ms", json!(elapsed_ms(begun))),
        ];
        result
            .statistics
            .extend(statistics.map(|(key, value)| (key.to_owned(), value)));
        result.message = Some(match taken_at {
            Some(time) => format!("restored from {} of {time}", path.display()),
            None => format!("restored from {}", path.display()),
        });
        Ok(result)
    }

    fn describe(&self) -> String {
        let which = match &self.name {
            Some(name) => format!("the backup `{name}`"),
            None => "the newest backup".to_owned(),
        };
        format!("restores the database from {which} in {}", self.folder.display())
    }
}

impl RestoreFromBackup {
    /// The backup's path, and when it was made where that is known.
    fn choose(&self, folder: &Path, here: &Whereabouts) -> Result<(PathBuf, Option<String>), HookError> {
        let all = backups::in_folder(folder)?;
        let file = |backup: &Backup| backup.path.file_name().map(std::ffi::OsStr::to_owned);
        let wanted = |backup: &&Backup| match &self.name {
            Some(name) => backup.record.name == *name || file(backup).is_some_and(|file| file == **name),
            None => true,
        };
        let named: Vec<&Backup> = all.iter().filter(wanted).collect();
        if let Some(backup) = named.iter().rev().find(|backup| here.is_of(&backup.record)) {
            return Ok((backup.path.clone(), Some(backup.record.taken_at.clone())));
        }
        if let Some(other) = named.last() {
            return Err(HookError::new(format!(
                "{} is a backup of the database {} on another server or under another name",
                other.path.display(),
                other.record.database
            )));
        }
        // A file that somebody else made, by its whole name.
        if let Some(path) = self
            .name
            .as_ref()
            .map(|name| folder.join(name))
            .filter(|path| path.exists())
        {
            return Ok((path, None));
        }
        let which = self.name.as_deref().map(|name| format!(" named `{name}`"));
        Err(HookError::new(format!(
            "{} holds no backup{} of the database {}",
            folder.display(),
            which.unwrap_or_default(),
            here.database
        ))
        .help("Make one with a `backup_database` hook that has the same `backup_dir` and `backup_name`"))
    }
}

/// The lines of a table of contents without those of the ledger.
///
/// A line is `dump id; catalog oid KIND WITH BLANKS schema name … owner`; schema and name can't be told apart by blanks where
/// they hold blanks themselves, which the ledger's don't by default.
fn entries<'t>(list: &'t str, ledger: &LedgerNames) -> Vec<&'t str> {
    let table = ledger.table.as_str();
    let details = ledger.details.as_str();
    let is_ledgers = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let schema = words.windows(2).any(|pair| pair == ["SCHEMA", "-"]) && words.contains(&details);
        // The first three words are numbers, then comes the kind in capitals, then the schema.
        let mut rest = words
            .iter()
            .skip(3)
            .skip_while(|word| word.chars().all(|c| c.is_ascii_uppercase()));
        let namespace = rest.next().copied().unwrap_or_default();
        let is_part =
            |name: &str| name == table || name.strip_prefix(table).is_some_and(|end| end.starts_with('_'));
        schema || namespace == details || rest.any(|name| is_part(name))
    };
    list.lines()
        .filter(|line| !line.starts_with(';') && !line.trim().is_empty() && !is_ledgers(line))
        .collect()
}

/// A file that goes when it is dropped.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        // A list of names that stays behind does no harm.
        let _ = fs::remove_file(&self.0);
    }
}

fn tempfile_for(folder: &Path, entries: &[&str]) -> Result<Passing, HookError> {
    let path = folder.join(format!(
        ".restore-{}-{}.list",
        std::process::id(),
        fastrand::u32(..)
    ));
    let text = entries.join("\n") + "\n";
    fs::write(&path, text).map_err(|error| backups::unusable(&path, &error))?;
    Ok(Passing(path))
}
