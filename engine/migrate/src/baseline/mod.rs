//! Taking over a database that has been migrated before: by another tool, or by hand.
//!
//! [`through`] says that everything up to a version is there; [`import`] reads what another tool's own table says. Both
//! give a [`BaselinePlan`] to look at, and [`apply`] writes it. No migration runs.

mod checksum;
mod matched;
mod tool;

use confiture_postgres::Session;

use crate::error::{ErrorKind, MigrateError, Result};
use crate::event::Observer;
use crate::history::{History, Migration};
use crate::interrupt::Interrupt;
use crate::ledger::{Entry, Ledger, Recorded, RunInfo};
use crate::runner::RunnerLock;
use crate::settings::Settings;

pub use tool::{FoundTool, Tool, tools};

/// Where a baseline comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselineSource {
    /// Somebody says so.
    Version(String),
    /// Another tool's table says so.
    Imported(FoundTool),
}

/// A migration that will count as applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineEntry {
    /// Its slug; for what has no file one that begins with `baseline:`, which is never missing and never reverted.
    pub slug: String,
    /// Its version.
    pub version: String,
    /// Its name.
    pub name: String,
    /// SHA-256 of the file as it is; `None` where there is no file.
    pub checksum: Option<String>,
    /// When it was applied, in RFC 3339, where the other tool knows.
    pub applied_at: Option<String>,
    /// How long it took, in ms, where the other tool knows.
    pub execution_time_ms: Option<i64>,
    /// Who applied it, where the other tool knows.
    pub applied_by: Option<String>,
}

impl BaselineEntry {
    /// Whether a file stands for it.
    pub fn has_file(&self) -> bool {
        !self.slug.starts_with(crate::plan::BASELINE)
    }
}

/// What will count as applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselinePlan {
    /// Where it comes from.
    pub source: BaselineSource,
    /// What counts as applied, in the order in which the ledger will have it.
    pub entries: Vec<BaselineEntry>,
    /// Slugs of the migrations that stay pending.
    pub pending: Vec<String>,
    /// What somebody should know before it is written, sentences without a final period.
    pub notes: Vec<String>,
}

/// How another tool's table is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Which tool's, where there are several.
    pub from: Option<Tool>,
    /// Files that were changed since the tool applied them count as what was applied.
    pub accept_changed: bool,
}

/// Everything up to a version counts as applied; without one, everything. Repeatable migrations stay pending: they may run
/// again. So do those for other environments.
///
/// # Errors
/// [`ErrorKind::Baseline`] where the ledger has something already; [`ErrorKind::UnknownMigration`].
pub fn through(
    history: &History,
    recorded: &Recorded,
    settings: &Settings,
    wanted: Option<&str>,
) -> Result<BaselinePlan> {
    refuse_a_second(recorded)?;
    let last = match wanted {
        Some(wanted) => history.position(&history.find(wanted)?.slug),
        None => history.migrations.len().checked_sub(1),
    };
    let mut plan = BaselinePlan {
        source: BaselineSource::Version(String::new()),
        entries: Vec::new(),
        pending: Vec::new(),
        notes: Vec::new(),
    };
    for (position, migration) in history.migrations.iter().enumerate() {
        let is_reached = last.is_some_and(|last| position <= last) && !migration.repeatable;
        if is_reached && migration.is_for(settings.environment.as_deref()) {
            plan.entries.push(of_file(migration));
        } else {
            plan.pending.push(migration.slug.clone());
        }
    }
    let version = plan.entries.last().map(|entry| entry.version.clone());
    plan.source = BaselineSource::Version(version.unwrap_or_default());
    Ok(plan)
}

/// What another tool's own table says is applied.
///
/// # Errors
/// [`ErrorKind::Baseline`]: the ledger has something already; there is no such table, or there are several; the tool left
/// something half done; files were changed since.
pub fn import(
    session: &mut Session,
    history: &History,
    recorded: &Recorded,
    settings: &Settings,
    options: &ImportOptions,
) -> Result<BaselinePlan> {
    refuse_a_second(recorded)?;
    let (found, mut notes) = tool::choose(session, options.from)?;
    let rows = tool::rows(session, &found)?;
    let mut plan = matched::plan(found, &rows, history, settings, options)?;
    notes.append(&mut plan.notes);
    plan.notes = notes;
    Ok(plan)
}

/// Writes it: under the lock that keeps runners out, in one transaction, recorded as a run. Gives how many migrations count
/// as applied now.
///
/// # Errors
/// [`ErrorKind::Baseline`] where the ledger has something by now; [`ErrorKind::LockHeld`]; the ledger can't be written.
pub fn apply(
    session: &mut Session,
    settings: &Settings,
    observer: &dyn Observer,
    plan: &BaselinePlan,
) -> Result<usize> {
    let ledger = Ledger::new(settings.ledger.clone());
    ledger.prepare(session)?;
    RunnerLock::of(settings).during(session, settings, observer, &Interrupt::new(), |session| {
        refuse_a_second(&ledger.read(session)?)?;
        ledger.in_transaction(session, |session| {
            let run = ledger.begin_run(session, &RunInfo::of(settings, "baseline", String::new()))?;
            for entry in &plan.entries {
                ledger.put(session, &row(entry))?;
            }
            ledger.note(session, run, &plan.summary())?;
            ledger.end_run(session, run, true)
        })?;
        Ok(plan.entries.len())
    })
}

impl BaselinePlan {
    /// In a sentence without a final period.
    pub fn summary(&self) -> String {
        let count = self.entries.len();
        match &self.source {
            BaselineSource::Version(version) => {
                format!("{count} migrations up to {version} count as applied")
            }
            BaselineSource::Imported(found) => {
                format!(
                    "{count} migrations count as applied, as {} of {} says",
                    found.table, found.tool
                )
            }
        }
    }
}

fn row(entry: &BaselineEntry) -> Entry<'_> {
    Entry {
        slug: &entry.slug,
        version: &entry.version,
        name: &entry.name,
        checksum: entry.checksum.as_deref(),
        applied_at: entry.applied_at.as_deref(),
        execution_time_ms: entry.execution_time_ms,
        applied_by: entry.applied_by.as_deref(),
    }
}

fn of_file(migration: &Migration) -> BaselineEntry {
    BaselineEntry {
        slug: migration.slug.clone(),
        version: migration.version.clone(),
        name: migration.name.clone(),
        checksum: Some(migration.checksum.clone()),
        applied_at: None,
        execution_time_ms: None,
        applied_by: None,
    }
}

fn refuse_a_second(recorded: &Recorded) -> Result<()> {
    let count = recorded.applied.len();
    if count == 0 && recorded.unfinished.is_empty() {
        return Ok(());
    }
    let message = match count {
        0 => "the ledger of this database knows a migration that is half done".to_owned(),
        1 => "the ledger of this database has a migration as applied already".to_owned(),
        count => format!("the ledger of this database has {count} migrations as applied already"),
    };
    Err(MigrateError::new(ErrorKind::Baseline, message)
        .help("a baseline is for databases without a ledger; for single migrations: `confiture migrate repair --mark-applied`"))
}
