//! Rows of another tool's table held against the files.

use std::collections::BTreeMap;

use super::tool::{FoundTool, Row, Says, Tool};
use super::{BaselineEntry, BaselinePlan, BaselineSource, ImportOptions, checksum, of_file};
use crate::error::{ErrorKind, MigrateError, Result};
use crate::history::{History, Migration};
use crate::plan::{BASELINE, version};
use crate::settings::Settings;

/// What counts as applied by what a tool's table says.
pub(super) fn plan(
    found: FoundTool,
    rows: &[Row],
    history: &History,
    settings: &Settings,
    options: &ImportOptions,
) -> Result<BaselinePlan> {
    let dirty: Vec<&Row> = rows.iter().filter(|row| row.says == Says::Dirty).collect();
    if let Some(row) = dirty.first() {
        return Err(refuse_dirty(&found, row));
    }
    let mut matched = Matched {
        tool: found.tool,
        history,
        by_position: BTreeMap::new(),
        without_file: Vec::new(),
        notes: Vec::new(),
    };
    for row in rows {
        matched.take(row);
    }
    let changed = matched.changed();
    if !changed.is_empty() && !options.accept_changed {
        return Err(refuse_changed(&found, &changed));
    }
    for migration in &changed {
        matched.notes.push(format!(
            "{} was changed since, and counts as it is now",
            migration.slug
        ));
    }
    Ok(matched.finish(found, settings))
}

struct Matched<'a> {
    tool: Tool,
    history: &'a History,
    /// The migrations that are applied, by place in the history, with the row that says so where it is about it alone.
    by_position: BTreeMap<usize, Option<&'a Row>>,
    /// What no file stands for.
    without_file: Vec<&'a Row>,
    notes: Vec<String>,
}

impl<'a> Matched<'a> {
    fn take(&mut self, row: &'a Row) {
        let position = self.file_of(row);
        match row.says {
            Says::Dirty => {}
            Says::Applied => match position {
                Some(position) => {
                    self.by_position.insert(position, Some(row));
                }
                None => self.without_file.push(row),
            },
            Says::Head => match position {
                Some(position) => self.take_up_to(position, row),
                None => self.without_file.push(row),
            },
            Says::UpTo => match self.last_up_to(&row.version) {
                Some(last) => {
                    if position.is_none() {
                        let what = format!(
                            "version {} has no file; all before it count as applied",
                            row.version
                        );
                        self.notes.push(what);
                    }
                    self.take_up_to(last, row);
                }
                None => self.without_file.push(row),
            },
        }
    }

    fn take_up_to(&mut self, last: usize, row: &'a Row) {
        for (position, migration) in self.history.migrations.iter().enumerate().take(last + 1) {
            if !migration.repeatable {
                let about_it = (position == last).then_some(row);
                self.by_position.entry(position).or_insert(about_it);
            }
        }
    }

    /// The place of the migration that a row is about.
    fn file_of(&self, row: &Row) -> Option<usize> {
        let migrations = &self.history.migrations;
        let by_name = row.name.as_ref().and_then(|name| {
            migrations.iter().position(|migration| {
                migration.slug == *name
                    || (self.tool == Tool::Django
                        && (migration.slug == row.version || migration.slug == row.version.replace('.', "_")))
            })
        });
        if by_name.is_some() || row.version.is_empty() {
            return by_name;
        }
        let by_version = |is_it: &dyn Fn(&Migration) -> bool| {
            migrations
                .iter()
                .position(|migration| !migration.repeatable && is_it(migration))
        };
        by_version(&|migration| migration.version == row.version)
            .or_else(|| by_version(&|migration| version::is_same(&migration.version, &row.version)))
    }

    fn last_up_to(&self, row: &str) -> Option<usize> {
        self.history
            .migrations
            .iter()
            .rposition(|migration| !migration.repeatable && version::compare(&migration.version, row).is_le())
    }

    /// The files that are not what was applied. Repeatable ones are applied again in their new form.
    fn changed(&self) -> Vec<&'a Migration> {
        let rows = self.by_position.iter();
        rows.filter_map(|(position, row)| self.history.migrations.get(*position).zip(*row))
            .filter(|(migration, row)| !migration.repeatable && self.is_changed(migration, row))
            .map(|(migration, _)| migration)
            .collect()
    }

    fn is_changed(&self, migration: &Migration, row: &Row) -> bool {
        match (&row.checksum, checksum::of(self.tool, migration)) {
            (Some(theirs), Some(ours)) => !theirs.eq_ignore_ascii_case(&ours),
            _ => false,
        }
    }

    fn finish(mut self, found: FoundTool, settings: &Settings) -> BaselinePlan {
        let mut entries: Vec<BaselineEntry> = self
            .without_file
            .iter()
            .map(|row| without_file(self.tool, row))
            .collect();
        for entry in &entries {
            self.notes.push(format!(
                "{} has no file: it is kept as what was there at the beginning",
                entry.name
            ));
        }
        let mut pending = Vec::new();
        let last = self
            .by_position
            .keys()
            .rfind(|position| !self.is_repeatable(**position))
            .copied();
        for (position, migration) in self.history.migrations.iter().enumerate() {
            let row = self.by_position.get(&position).copied();
            match row {
                Some(row)
                    if !(migration.repeatable && row.is_some_and(|row| self.is_changed(migration, row))) =>
                {
                    entries.push(entry(migration, row));
                }
                _ => {
                    let is_behind = !migration.repeatable && last.is_some_and(|last| position < last);
                    if is_behind && migration.is_for(settings.environment.as_deref()) {
                        self.notes.push(format!(
                            "{} is not applied, though something newer is: `confiture migrate up` will ask about it",
                            migration.slug
                        ));
                    }
                    pending.push(migration.slug.clone());
                }
            }
        }
        BaselinePlan {
            source: BaselineSource::Imported(found),
            entries,
            pending,
            notes: self.notes,
        }
    }

    fn is_repeatable(&self, position: usize) -> bool {
        self.history
            .migrations
            .get(position)
            .is_some_and(|migration| migration.repeatable)
    }
}

fn entry(migration: &Migration, row: Option<&Row>) -> BaselineEntry {
    BaselineEntry {
        applied_at: row.and_then(|row| row.applied_at.clone()),
        execution_time_ms: row.and_then(|row| row.execution_time_ms),
        applied_by: row.and_then(|row| row.applied_by.clone()),
        ..of_file(migration)
    }
}

fn without_file(tool: Tool, row: &Row) -> BaselineEntry {
    let name = match &row.name {
        Some(name) if tool != Tool::Django => name,
        _ => &row.version,
    };
    BaselineEntry {
        slug: format!("{BASELINE}{tool}:{name}"),
        version: format!("{tool}:{name}"),
        name: format!("{tool} {name}"),
        checksum: None,
        applied_at: row.applied_at.clone(),
        execution_time_ms: row.execution_time_ms,
        applied_by: row.applied_by.clone(),
    }
}

fn refuse_dirty(found: &FoundTool, row: &Row) -> MigrateError {
    let what = row.name.as_ref().unwrap_or(&row.version);
    let message = format!("{} says that {what} failed, or was never finished", found.table);
    let how = match found.tool {
        Tool::GolangMigrate => "`migrate force VERSION`".to_owned(),
        Tool::Flyway => "`flyway repair`".to_owned(),
        Tool::Prisma => format!("`prisma migrate resolve --applied {what}`, or `--rolled-back {what}`"),
        tool => format!("with {tool}, or by hand"),
    };
    MigrateError::new(ErrorKind::Baseline, message)
        .help("look at the database: what of it is there")
        .help(format!(
            "finish it or take it back, then set the table right: {how}"
        ))
}

fn refuse_changed(found: &FoundTool, changed: &[&Migration]) -> MigrateError {
    let slugs: Vec<&str> = changed.iter().map(|migration| migration.slug.as_str()).collect();
    let message = format!(
        "{} not what {} applied: its checksum in {} is another",
        match slugs.as_slice() {
            [one] => format!("{one} is"),
            several => format!("{} are", several.join(", ")),
        },
        found.tool,
        found.table
    );
    let error = MigrateError::new(ErrorKind::Baseline, message);
    let error = match changed.first() {
        Some(first) => error.of_migration(&first.slug).at(first.place()),
        None => error,
    };
    error
        .help("restore the file")
        .help("where the change does nothing else: `--accept-changed`")
}
