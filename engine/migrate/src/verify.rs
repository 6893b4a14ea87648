//! Whether files, ledger and database say the same. Nothing is changed.

use confiture_postgres::{Session, introspect};
use confiture_schema::apply::{State, TransactionWrap};
use confiture_schema::catalog::{Catalog, Origin};
use confiture_schema::render::{Difference, diff};
use serde::Serialize;

use crate::error::{ErrorKind, MigrateError, Result, SourcePlace};
use crate::history::{History, Migration};
use crate::ledger::{Recorded, Unfinished};
use crate::plan::{Held, Standing, is_baseline};
use crate::settings::Settings;
use crate::steps;

/// What kind of disagreement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DiscrepancyKind {
    /// A file isn't what was applied.
    Changed,
    /// What was applied has no file.
    Missing,
    /// What isn't applied is older than what is.
    OutOfOrder,
    /// A migration was begun and not finished.
    Unfinished,
    /// Nobody knows what exactly was applied: the ledger has no checksum. Not wrong by itself.
    Unchecked,
    /// The database doesn't have what the applied migrations say, or has it otherwise.
    Schema,
}

impl DiscrepancyKind {
    /// The stable name for scripts.
    pub fn name(self) -> &'static str {
        match self {
            DiscrepancyKind::Changed => "changed",
            DiscrepancyKind::Missing => "missing",
            DiscrepancyKind::OutOfOrder => "out-of-order",
            DiscrepancyKind::Unfinished => "unfinished",
            DiscrepancyKind::Unchecked => "unchecked",
            DiscrepancyKind::Schema => "schema",
        }
    }

    /// Whether something has to be done about it.
    pub fn is_wrong(self) -> bool {
        self != DiscrepancyKind::Unchecked
    }
}

/// One thing about which two sides disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
    /// Its kind.
    pub kind: DiscrepancyKind,
    /// The migration's slug, where it is about one.
    pub migration: Option<String>,
    /// What is the case, a sentence without a final period.
    pub message: String,
    /// The file, where there is one.
    pub place: Option<SourcePlace>,
    /// What to do about it.
    pub help: Option<String>,
}

/// Holds the files against the ledger.
pub fn files(history: &History, recorded: &Recorded, settings: &Settings) -> Vec<Discrepancy> {
    let held = Held::new(history, recorded, settings);
    let mut found: Vec<Discrepancy> = held
        .without_file
        .iter()
        .filter(|applied| !is_baseline(applied))
        .map(|applied| Discrepancy {
            kind: DiscrepancyKind::Missing,
            migration: Some(applied.slug.clone()),
            message: format!("{} is applied and has no file", applied.slug),
            place: None,
            help: Some(format!(
                "bring its file back, or `confiture migrate repair --forget {}`",
                applied.slug
            )),
        })
        .collect();
    for (position, migration) in history.migrations.iter().enumerate() {
        found.extend(of_file(migration, &held.standing(position)));
    }
    for unfinished in recorded.unfinished.values() {
        if history.position(&unfinished.slug).is_none() {
            found.push(half_done(unfinished, None));
        }
    }
    found
}

fn of_file(migration: &Migration, standing: &Standing) -> Option<Discrepancy> {
    let slug = &migration.slug;
    let (kind, message, help) = match standing {
        Standing::Changed(applied) => (
            DiscrepancyKind::Changed,
            format!("{slug} is not what was applied {}", applied.applied_at),
            Some(format!(
                "restore the file, or `confiture migrate repair --accept-changed {slug}`"
            )),
        ),
        Standing::OutOfOrder => (
            DiscrepancyKind::OutOfOrder,
            format!("{slug} is not applied, though something newer is"),
            Some(format!(
                "`confiture migrate up --out-of-order`, or `confiture migrate repair --mark-applied {slug}`"
            )),
        ),
        Standing::Unfinished(unfinished) if unfinished.left_something() => {
            return Some(half_done(unfinished, Some(migration)));
        }
        Standing::Applied(applied) if applied.checksum.is_none() => (
            DiscrepancyKind::Unchecked,
            format!("{slug} is applied, and the ledger doesn't know from which text"),
            None,
        ),
        _ => return None,
    };
    Some(Discrepancy {
        kind,
        migration: Some(slug.clone()),
        message,
        place: Some(migration.place()),
        help,
    })
}

fn half_done(unfinished: &Unfinished, migration: Option<&Migration>) -> Discrepancy {
    let slug = &unfinished.slug;
    let way = unfinished.direction.name();
    Discrepancy {
        kind: DiscrepancyKind::Unfinished,
        migration: Some(slug.clone()),
        message: format!(
            "{slug} stopped behind step {} of {} on its way {way}",
            unfinished.steps_done, unfinished.steps
        ),
        place: migration.map(Migration::place),
        help: Some(format!(
            "`confiture migrate {way}` goes on, `confiture migrate repair --give-up {slug}` does not"
        )),
    }
}

/// Holds what the applied migrations say against the database: what they make and it lacks, or has otherwise. What only the
/// database has is not looked at. The ledger's rows that stand for what was there at the beginning say nothing of it, so
/// where there are any the database's other objects can't be judged, and an error says so.
///
/// # Errors
/// [`ErrorKind::Ledger`] where the ledger doesn't say enough; the files can't be read as statements; the server's catalog
/// can't be read.
pub fn schema(
    session: &mut Session,
    history: &History,
    recorded: &Recorded,
    settings: &Settings,
) -> Result<Vec<Discrepancy>> {
    let held = Held::new(history, recorded, settings);
    if let Some(row) = held.without_file.first() {
        let message = format!(
            "{} is applied and has no file, so nobody can say what the database should hold",
            row.slug
        );
        return Err(MigrateError::new(ErrorKind::Ledger, message).of_migration(&row.slug));
    }
    let expected = expected(&held, session)?;
    let live = introspect(session).map_err(|error| {
        MigrateError::sql(ErrorKind::Connection, "the server's catalog can't be read", error)
    })?;
    let differences = diff(&expected, &live);
    Ok(differences
        .iter()
        .filter(|difference| difference.left.is_some())
        .map(of_schema)
        .collect())
}

/// What exists when everything that is applied has run, in the order in which it did.
fn expected(held: &Held<'_>, session: &Session) -> Result<Catalog> {
    let mut applied: Vec<(i64, &Migration)> = Vec::new();
    for (position, migration) in held.history.migrations.iter().enumerate() {
        if let Some(row) = held.applied_at(position) {
            applied.push((row.number, migration));
        }
    }
    applied.sort_by_key(|(number, _)| *number);
    let version = crate::runner::known_version(session.major())?;
    let mut state = State::fresh();
    for (_, migration) in applied {
        // Settings of the session end with a migration.
        state = State::on(state.catalog);
        state.begin_script(TransactionWrap::Wrapped);
        for step in steps::of(&migration.up, &[], version)?.list {
            if let steps::Action::Statement(statement) = &step.action {
                state.apply_all(&statement.changes, Origin::default());
            }
        }
        state.end_script();
    }
    Ok(state.catalog)
}

fn of_schema(difference: &Difference) -> Discrepancy {
    let expected = difference.left.as_deref().unwrap_or_default();
    let message = match (difference.aspect.as_str(), &difference.right) {
        ("existence", _) => format!("{} is not there", difference.object),
        (aspect, Some(live)) => format!("{}: {aspect} is {live}, not {expected}", difference.object),
        (aspect, None) => format!("{}: {aspect} is not {expected}", difference.object),
    };
    Discrepancy {
        kind: DiscrepancyKind::Schema,
        migration: None,
        message,
        place: None,
        help: None,
    }
}
