//! Setting the ledger right, by explicit choice only: nothing of a migration runs here.
//!
//! [`preview`] says what a choice would do, [`repair`] does it: under the lock that keeps runners out, in one transaction,
//! and recorded as a run of its own.

use confiture_postgres::Session;

use crate::error::{ErrorKind, MigrateError, Result};
use crate::event::Observer;
use crate::history::{History, Migration};
use crate::interrupt::Interrupt;
use crate::ledger::{Applied, Entry, Ledger, Recorded, RunInfo, Unfinished, Way};
use crate::plan::{Held, Standing, is_baseline};
use crate::runner::RunnerLock;
use crate::settings::Settings;

/// What somebody has decided about one migration, named as on the command line: by version, slug, name or path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// The file was changed, and does what was applied: its checksum counts from now on.
    AcceptChanged(String),
    /// It was applied, has no file any more, and shall have none.
    Forget(String),
    /// The database has it already.
    MarkApplied(String),
    /// The database doesn't have it any more.
    MarkReverted(String),
    /// What was begun of it will not be finished; as far as the ledger is concerned nothing of it happened.
    GiveUp(String),
}

/// What a repair comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// The migration's slug, as the ledger has it.
    pub slug: String,
    /// What is done, a sentence without a final period.
    pub what: String,
    /// What an attempt that is given up leaves in the database: the statements and hooks that were committed.
    pub left: Vec<String>,
}

/// What is written.
enum Amendment<'a> {
    Put {
        migration: &'a Migration,
        attempt: Option<&'a str>,
    },
    Checksum {
        applied: &'a Applied,
        migration: &'a Migration,
    },
    Take {
        applied: &'a Applied,
        attempt: Option<&'a str>,
    },
    Abandon {
        attempt: &'a Unfinished,
    },
}

impl Repair {
    /// The name on the command line, without dashes.
    pub fn name(&self) -> &'static str {
        match self {
            Repair::AcceptChanged(_) => "accept-changed",
            Repair::Forget(_) => "forget",
            Repair::MarkApplied(_) => "mark-applied",
            Repair::MarkReverted(_) => "mark-reverted",
            Repair::GiveUp(_) => "give-up",
        }
    }

    /// The migration that it is about.
    pub fn wanted(&self) -> &str {
        match self {
            Repair::AcceptChanged(wanted)
            | Repair::Forget(wanted)
            | Repair::MarkApplied(wanted)
            | Repair::MarkReverted(wanted)
            | Repair::GiveUp(wanted) => wanted,
        }
    }
}

/// What a repair would do. Nothing is written.
///
/// # Errors
/// As [`repair`].
pub fn preview(
    session: &mut Session,
    history: &History,
    settings: &Settings,
    wanted: &Repair,
) -> Result<Repaired> {
    let ledger = Ledger::new(settings.ledger.clone());
    let recorded = ledger.read(session)?;
    let held = Held::new(history, &recorded, settings);
    let (amendment, what) = decide(&held, wanted)?;
    repaired(&ledger, session, &amendment, what)
}

/// Does what somebody has decided.
///
/// # Errors
/// [`ErrorKind::UnknownMigration`] where no such migration is known, or it isn't in the state that the choice is about;
/// [`ErrorKind::LockHeld`]; the ledger can't be written.
pub fn repair(
    session: &mut Session,
    history: &History,
    settings: &Settings,
    observer: &dyn Observer,
    wanted: &Repair,
) -> Result<Repaired> {
    let ledger = Ledger::new(settings.ledger.clone());
    ledger.prepare(session)?;
    RunnerLock::of(settings).during(session, settings, observer, &Interrupt::new(), |session| {
        let recorded = ledger.read(session)?;
        let held = Held::new(history, &recorded, settings);
        let (amendment, what) = decide(&held, wanted)?;
        let repaired = repaired(&ledger, session, &amendment, what)?;
        ledger.in_transaction(session, |session| {
            let command = format!("repair --{} {}", wanted.name(), wanted.wanted());
            let run = ledger.begin_run(session, &RunInfo::of(settings, &command, String::new()))?;
            write(&ledger, session, &amendment, settings)?;
            ledger.note(session, run, &repaired.what)?;
            ledger.end_run(session, run, true)
        })?;
        Ok(repaired)
    })
}

fn repaired(
    ledger: &Ledger,
    session: &mut Session,
    amendment: &Amendment<'_>,
    what: String,
) -> Result<Repaired> {
    let mut left = Vec::new();
    let slug = match amendment {
        Amendment::Put { migration, .. } => &migration.slug,
        Amendment::Checksum { applied, .. } | Amendment::Take { applied, .. } => &applied.slug,
        Amendment::Abandon { attempt } => {
            left = ledger.steps_of(session, attempt.attempt)?;
            if attempt.in_doubt {
                left.push(format!(
                    "step {}, which nobody knows to be done or not",
                    attempt.steps_done + 1
                ));
            }
            &attempt.slug
        }
    };
    Ok(Repaired {
        slug: slug.clone(),
        what,
        left,
    })
}

fn write(
    ledger: &Ledger,
    session: &mut Session,
    amendment: &Amendment<'_>,
    settings: &Settings,
) -> Result<()> {
    let attempt = match amendment {
        Amendment::Put { migration, attempt } => {
            ledger.put(session, &entry(migration, settings))?;
            *attempt
        }
        Amendment::Take { applied, attempt } => {
            ledger.take(session, &applied.version)?;
            *attempt
        }
        Amendment::Checksum { applied, migration } => {
            return ledger.set_checksum(session, &applied.version, &migration.checksum);
        }
        Amendment::Abandon { attempt } => Some(attempt.slug.as_str()),
    };
    match attempt {
        Some(slug) => ledger.abandon(session, slug),
        None => Ok(()),
    }
}

fn entry<'a>(migration: &'a Migration, settings: &'a Settings) -> Entry<'a> {
    Entry {
        slug: &migration.slug,
        version: &migration.version,
        name: &migration.name,
        checksum: Some(&migration.checksum),
        applied_at: None,
        execution_time_ms: None,
        applied_by: Some(&settings.applied_by),
    }
}

/// What a choice comes to, and what it is in words.
fn decide<'a>(held: &Held<'a>, wanted: &Repair) -> Result<(Amendment<'a>, String)> {
    match wanted {
        Repair::AcceptChanged(name) => accept_changed(held, name),
        Repair::Forget(name) => forget(held, name),
        Repair::MarkApplied(name) => mark_applied(held, name),
        Repair::MarkReverted(name) => mark_reverted(held, name),
        Repair::GiveUp(name) => give_up(held, name),
    }
}

fn accept_changed<'a>(held: &Held<'a>, name: &str) -> Result<(Amendment<'a>, String)> {
    let migration = held.history.find(name)?;
    let position = held.history.position(&migration.slug).unwrap_or_default();
    let (Standing::Changed(_), Some(applied)) = (held.standing(position), held.applied_at(position)) else {
        return Err(not_so(
            &migration.slug,
            "is not an applied migration whose file was changed",
        ));
    };
    let what = format!(
        "the file of {} as it is now counts as what was applied",
        migration.slug
    );
    Ok((Amendment::Checksum { applied, migration }, what))
}

fn forget<'a>(held: &Held<'a>, name: &str) -> Result<(Amendment<'a>, String)> {
    let mut without_file = held.without_file.iter();
    let found = without_file.find(|row| row.slug == name || row.version == name || row.name == name);
    let Some(applied) = found else {
        let migration = held.history.find(name)?;
        let error = not_so(&migration.slug, "has a file, so it can't be forgotten");
        return Err(error.help(format!(
            "where the database doesn't have it any more: `confiture migrate repair --mark-reverted {}`",
            migration.slug
        )));
    };
    let what = match is_baseline(applied) {
        true => format!(
            "{} is not known as what was there at the beginning any more",
            applied.slug
        ),
        false => format!(
            "{} is not known as applied any more; what it did stays in the database",
            applied.slug
        ),
    };
    Ok((
        Amendment::Take {
            applied,
            attempt: None,
        },
        what,
    ))
}

fn mark_applied<'a>(held: &Held<'a>, name: &str) -> Result<(Amendment<'a>, String)> {
    let migration = held.history.find(name)?;
    let position = held.history.position(&migration.slug).unwrap_or_default();
    let attempt = held.recorded.unfinished.get(&migration.slug);
    match held.standing(position) {
        Standing::Applied(_) => return Err(not_so(&migration.slug, "is known as applied already")),
        Standing::Changed(_) => {
            return Err(
                not_so(&migration.slug, "is known as applied, with another file").help(format!(
                    "`confiture migrate repair --accept-changed {}`",
                    migration.slug
                )),
            );
        }
        _ => {}
    }
    let what = format!("{} counts as applied, without having been run", migration.slug);
    let attempt = attempt.map(|attempt| attempt.slug.as_str());
    Ok((Amendment::Put { migration, attempt }, what))
}

fn mark_reverted<'a>(held: &Held<'a>, name: &str) -> Result<(Amendment<'a>, String)> {
    let migration = held.history.find(name)?;
    let position = held.history.position(&migration.slug).unwrap_or_default();
    let Some(applied) = held.applied_at(position) else {
        return Err(not_so(&migration.slug, "is not known as applied"));
    };
    let attempt = held.recorded.unfinished.get(&migration.slug);
    let what = format!("{} counts as reverted, and is pending again", migration.slug);
    let attempt = attempt.map(|attempt| attempt.slug.as_str());
    Ok((Amendment::Take { applied, attempt }, what))
}

fn give_up<'a>(held: &Held<'a>, name: &str) -> Result<(Amendment<'a>, String)> {
    let recorded: &'a Recorded = held.recorded;
    let by_slug = recorded.unfinished.get(name);
    let attempt = match by_slug {
        Some(attempt) => attempt,
        None => {
            let migration = held.history.find(name)?;
            let attempt = recorded.unfinished.get(&migration.slug);
            attempt.ok_or_else(|| not_so(&migration.slug, "is not half done"))?
        }
    };
    let (done, so) = match attempt.direction {
        Way::Up => ("applied", "pending again"),
        Way::Down => ("reverted", "applied as before"),
    };
    let what = format!(
        "{} will not go on where it stopped: half {done} ({} of {} steps), it counts as {so}",
        attempt.slug, attempt.steps_done, attempt.steps
    );
    Ok((Amendment::Abandon { attempt }, what))
}

fn not_so(slug: &str, why: &str) -> MigrateError {
    MigrateError::new(ErrorKind::UnknownMigration, format!("{slug} {why}"))
        .of_migration(slug)
        .help("`confiture migrate status` shows what is true of each migration")
}
