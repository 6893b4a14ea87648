//! What the files say there is: migrations in order, each with its ways forward and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use confiture_project::{Direction, Layout, Problem, Project, Script, SourceFile, Timeouts};
use sha2::{Digest as _, Sha256};

use crate::error::{ErrorKind, MigrateError, Result, SourcePlace};
use crate::hooks::{self, HookSpec, HookType};
use crate::ledger::Way;

/// One direction of a migration.
#[derive(Debug, Clone)]
pub struct OneWay {
    /// Its SQL.
    pub script: Script,
    /// Its own hooks, in declared order; those of the configuration come beside them.
    pub hooks: Vec<HookSpec>,
    /// How long its statements may wait and run, where it says so itself.
    pub timeouts: Timeouts,
}

/// One migration.
#[derive(Debug, Clone)]
pub struct Migration {
    /// What the ledger calls it: the file's name without its endings, `003_add_user_analytics`.
    pub slug: String,
    /// Its version, `003`; a repeatable one has its slug here.
    pub version: String,
    /// Its name without the version, `add_user_analytics`.
    pub name: String,
    /// The way forward.
    pub up: OneWay,
    /// The way back, where there is one.
    pub down: Option<OneWay>,
    /// SHA-256 of what it does forward, as 64 hexadecimal digits; of a plain SQL file with LF line ends that is the file's.
    pub checksum: String,
    /// It is applied again whenever it changes (flyway's `R__`).
    pub repeatable: bool,
}

impl Migration {
    /// The file of its way forward.
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.up.script.source
    }

    /// Whether it is meant for that environment.
    pub fn is_for(&self, environment: Option<&str>) -> bool {
        let applies_to = &self.up.script.applies_to;
        applies_to.is_empty() || environment.is_some_and(|name| applies_to.iter().any(|a| a == name))
    }

    /// One of its ways; `None` where there is no way back.
    pub fn one_way(&self, way: Way) -> Option<&OneWay> {
        match way {
            Way::Up => Some(&self.up),
            Way::Down => self.down.as_ref(),
        }
    }

    /// The beginning of its file, for messages about all of it.
    pub fn place(&self) -> SourcePlace {
        let source = self.file();
        SourcePlace {
            path: source.path.clone(),
            text: Arc::clone(&source.text),
            range: 0..0,
        }
    }
}

/// The migrations of a project, in the order in which they are applied.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Versioned ones first, then repeatable ones.
    pub migrations: Vec<Migration>,
    /// Hooks of the configuration, for every migration and for runs, in declared order.
    pub hooks: Vec<HookSpec>,
}

impl History {
    /// Reads what a project's files say; `environment` decides which hooks of the configuration count.
    ///
    /// # Errors
    /// [`ErrorKind::DuplicateVersion`]; [`ErrorKind::Files`] where the project holds no migrations. What is wrong with hooks
    /// comes as problems beside the history: a run must not begin then.
    pub fn of(project: &Project, environment: Option<&str>) -> Result<(History, Vec<Problem>)> {
        History::with_hook_types(project, environment, hooks::registry())
    }

    /// As [`History::of`], with hook types of the caller's.
    ///
    /// # Errors
    /// As [`History::of`].
    pub fn with_hook_types(
        project: &Project,
        environment: Option<&str>,
        types: &[&'static HookType],
    ) -> Result<(History, Vec<Problem>)> {
        if !project.layout.is_migrations() {
            let message = format!("{} holds no migrations", project.root.display());
            return Err(MigrateError::new(ErrorKind::Files, message).help(
                "name their folder: `migrations: {path: …}` in confiture.yaml, or run from where it is",
            ));
        }
        let mut problems = Vec::new();
        let mut migrations = Vec::new();
        for script in project.scripts.iter().filter(|script| is_applied(script)) {
            let way = |script: &Script, problems: &mut Vec<Problem>| {
                let (hooks, found) = hooks::of_script(script, types);
                problems.extend(found);
                let (timeouts, found) = Timeouts::of(script);
                problems.extend(found);
                OneWay {
                    script: script.clone(),
                    hooks,
                    timeouts,
                }
            };
            let up = way(script, &mut problems);
            let down = project.counterpart(script).map(|down| way(down, &mut problems));
            migrations.push(migration(up, down));
        }
        refuse_duplicates(&migrations)?;
        let (hooks, found) = hooks::of_config(&project.config, environment, types);
        problems.extend(found);
        Ok((History { migrations, hooks }, problems))
    }

    /// The migration that somebody means by a version (leading zeros may be left out), a slug, a name, or a path.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownMigration`], with the nearest there is.
    pub fn find(&self, wanted: &str) -> Result<&Migration> {
        let number = |text: &str| text.trim_start_matches('0').to_owned();
        let matches = |migration: &&Migration| {
            migration.slug == wanted
                || migration.version == wanted
                || migration.name == wanted
                || (!wanted.is_empty()
                    && wanted.bytes().all(|b| b.is_ascii_digit())
                    && number(&migration.version) == number(wanted))
                || migration.file().path.as_os_str() == wanted
        };
        self.migrations.iter().find(matches).ok_or_else(|| {
            let known = self.migrations.iter().map(|migration| migration.slug.as_str());
            let error = MigrateError::new(
                ErrorKind::UnknownMigration,
                format!("there is no migration `{wanted}`"),
            );
            match confiture_project::nearest(wanted, known) {
                Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
                None => error.help("`confiture migrate status` lists them"),
            }
        })
    }

    /// The hooks that run for a migration in one direction: its own, then those of the configuration. Hooks of whole runs
    /// aren't among them.
    pub fn hooks_for<'a>(&'a self, migration: &'a Migration, way: Way) -> Vec<&'a HookSpec> {
        let own = migration.one_way(way).map_or(&[][..], |way| &way.hooks);
        let all = own.iter().chain(&self.hooks);
        all.filter(|hook| !hook.phase.is_of_run()).collect()
    }

    /// The hook of a migration that somebody means by a name, or by the path of keys that leads to it.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownHook`]: there is none, with the nearest there is; or several have that name.
    pub fn find_hook<'a>(&'a self, migration: &'a Migration, way: Way, wanted: &str) -> Result<&'a HookSpec> {
        let all = self.hooks_for(migration, way);
        if let Some(hook) = all.iter().find(|hook| hook.key == wanted) {
            return Ok(hook);
        }
        let named: Vec<_> = all.iter().filter(|hook| hook.name == wanted).collect();
        let error = |message: String| {
            MigrateError::new(ErrorKind::UnknownHook, message).of_migration(&migration.slug)
        };
        match named.as_slice() {
            [only] => Ok(only),
            [] => {
                let message = format!(
                    "{} has no hook `{wanted}` on the way {}",
                    migration.slug,
                    way.name()
                );
                let help = match confiture_project::nearest(wanted, all.iter().map(|hook| hook.name.as_str()))
                {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => format!("`confiture hooks list {}` lists them", migration.slug),
                };
                Err(error(message).help(help))
            }
            several => {
                let keys: Vec<_> = several.iter().map(|hook| format!("`{}`", hook.key)).collect();
                let message = format!(
                    "{} hooks of {} are called `{wanted}`",
                    several.len(),
                    migration.slug
                );
                Err(error(message).help(format!("say which: {}", keys.join(", "))))
            }
        }
    }

    /// Its place in the order.
    pub fn position(&self, slug: &str) -> Option<usize> {
        self.migrations
            .iter()
            .position(|migration| migration.slug == slug)
    }
}

fn is_applied(script: &Script) -> bool {
    matches!(script.direction, Direction::Up | Direction::Repeatable)
}

fn migration(up: OneWay, down: Option<OneWay>) -> Migration {
    let script = &up.script;
    let repeatable = script.direction == Direction::Repeatable;
    let slug = slug(script);
    let version = match &script.version {
        Some(version) if !repeatable => version.clone(),
        _ => slug.clone(),
    };
    let rest = match script.layout {
        Layout::Flyway => slug.split_once("__").map_or(slug.as_str(), |(_, name)| name),
        _ => slug.strip_prefix(version.as_str()).unwrap_or(&slug),
    };
    let name = rest.trim_start_matches(['_', '-', '.', ' ']);
    Migration {
        name: if name.is_empty() {
            slug.clone()
        } else {
            name.to_owned()
        },
        checksum: checksum(&up),
        version,
        slug,
        up,
        down,
        repeatable,
    }
}

/// The last part of the group, without a folder. The groups of flyway's are versions alone: there it is the file's name.
fn slug(script: &Script) -> String {
    if script.layout == Layout::Flyway {
        let stem = script.source.file.file_stem().unwrap_or_default();
        return stem.to_string_lossy().into_owned();
    }
    let group = script.group.as_str();
    let name = group.rsplit(['/', '\\']).next().unwrap_or(group);
    // Files of both directions, dbmate's and goose's, are groups with their endings.
    name.strip_suffix(".sql").unwrap_or(name).to_owned()
}

/// Line ends count as LF, so that a checkout on Windows is the same migration.
fn checksum(up: &OneWay) -> String {
    let mut hasher = Sha256::new();
    for segment in &up.script.segments {
        hasher.update(segment.text.replace("\r\n", "\n").as_bytes());
    }
    for hook in &up.hooks {
        hasher.update(hook.fingerprint().as_bytes());
    }
    hex(&hasher.finalize())
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn refuse_duplicates(migrations: &[Migration]) -> Result<()> {
    let mut versions: BTreeMap<&str, &Migration> = BTreeMap::new();
    for migration in migrations {
        if let Some(first) = versions.insert(&migration.version, migration) {
            let message = format!(
                "version {} is there twice: {} and {}",
                migration.version,
                first.file().path.display(),
                migration.file().path.display()
            );
            return Err(MigrateError::new(ErrorKind::DuplicateVersion, message)
                .at(migration.place())
                .help("give the one that isn't applied anywhere yet another version"));
        }
    }
    Ok(())
}
