//! What a plan can't be made of, explained, with the choices that there are.

use confiture_project::Layout;

use super::standing::Held;
use super::version;
use crate::error::{ErrorKind, MigrateError};
use crate::history::Migration;
use crate::ledger::{Applied, Unfinished, Way};

/// At most that many names are listed in a message.
const NAMED: usize = 5;

/// `a, b and 3 more`.
fn list<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let others = names.len().saturating_sub(NAMED);
    let named: Vec<&str> = names.take(NAMED).collect();
    match others {
        0 => named.join(", "),
        others => format!("{} and {others} more", named.join(", ")),
    }
}

/// `is`, `are`.
fn be(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn by(applied: &Applied) -> String {
    match &applied.applied_by {
        Some(who) => format!("{} by {who}", applied.applied_at),
        None => applied.applied_at.clone(),
    }
}

pub(super) fn changed(changed: &[(&Migration, Applied)]) -> MigrateError {
    let slugs = list(changed.iter().map(|(migration, _)| migration.slug.as_str()));
    let when = match changed {
        [(_, applied)] => format!(" (applied {})", by(applied)),
        _ => String::new(),
    };
    let message = format!(
        "{slugs} {} not what was applied any more{when}",
        be(changed.len())
    );
    let error = MigrateError::new(ErrorKind::Changed, message);
    let Some((first, _)) = changed.first() else {
        return error;
    };
    error
        .of_migration(&first.slug)
        .at(first.place())
        .help("restore the file, and put the change into a new migration")
        .help(format!(
            "where the change does nothing else: `confiture migrate repair --accept-changed {}`",
            first.slug
        ))
}

pub(super) fn missing(missing: &[&Applied], held: &Held<'_>) -> MigrateError {
    let slugs = list(missing.iter().map(|applied| applied.slug.as_str()));
    let (has, file) = match missing.len() {
        1 => ("has", "its file"),
        _ => ("have", "their files"),
    };
    let message = format!("{slugs} {} applied and {has} no file", be(missing.len()));
    let error = MigrateError::new(ErrorKind::Missing, message);
    let Some(first) = missing.first() else {
        return error;
    };
    let mut error = error.of_migration(&first.slug);
    if let Some(renamed) = renamed(first, held) {
        error = error.help(format!(
            "{} looks like the same migration under another name: give it the name back",
            renamed.file().path.display()
        ));
    }
    error
        .help(format!("bring {file} back, or check out the branch that has it"))
        .help(format!(
            "where it shall be gone for good: `confiture migrate repair --forget {}`; what it did stays in the database",
            first.slug
        ))
}

/// A file that isn't applied, with the same content or the same version written differently.
fn renamed<'a>(applied: &Applied, held: &Held<'a>) -> Option<&'a Migration> {
    let files = held.history.migrations.iter().enumerate();
    let mut free = files.filter(|(position, _)| held.applied_at(*position).is_none());
    let is_same = |migration: &Migration| {
        applied.checksum.as_ref() == Some(&migration.checksum)
            || version::is_same(&applied.version, &migration.version)
    };
    free.find(|(_, migration)| is_same(migration))
        .map(|(_, migration)| migration)
}

pub(super) fn out_of_order(migrations: &[&Migration], held: &Held<'_>) -> MigrateError {
    let slugs = list(migrations.iter().map(|migration| migration.slug.as_str()));
    let newer = held.newest().map_or("others", |newest| newest.slug.as_str());
    let be = be(migrations.len());
    let message = format!("{slugs} {be} not applied, though {newer}, which is newer, is");
    let error = MigrateError::new(ErrorKind::OutOfOrder, message);
    let Some(first) = migrations.first() else {
        return error;
    };
    error
        .of_migration(&first.slug)
        .at(first.place())
        .help("give it a version behind the newest that is applied anywhere")
        .help("where it doesn't depend on the order: `confiture migrate up --out-of-order`")
        .help(format!(
            "where the database has it already: `confiture migrate repair --mark-applied {}`",
            first.slug
        ))
}

/// How far an attempt came.
fn how_far(unfinished: &Unfinished) -> String {
    let done = match unfinished.direction {
        Way::Up => "applied",
        Way::Down => "reverted",
    };
    let doubt = match unfinished.in_doubt {
        true => ", and it isn't known how the next one ended",
        false => "",
    };
    format!(
        "{} is half {done}: {} of {} steps are done{doubt} (begun {})",
        unfinished.slug, unfinished.steps_done, unfinished.steps, unfinished.started_at
    )
}

fn unfinished(unfinished: &Unfinished, what: &str) -> MigrateError {
    let message = match what {
        "" => how_far(unfinished),
        what => format!("{}; {what}", how_far(unfinished)),
    };
    let error = MigrateError::new(ErrorKind::Unfinished, message).of_migration(&unfinished.slug);
    match &unfinished.error {
        Some(why) => error.help(format!("it stopped with: {why}")),
        None => error,
    }
}

fn give_up(slug: &str) -> String {
    format!(
        "set the database right by hand, then `confiture migrate repair --give-up {slug}`, or `--mark-applied {slug}`"
    )
}

pub(super) fn half_reverted(attempt: &Unfinished) -> MigrateError {
    unfinished(attempt, "")
        .help("finish that first: `confiture migrate down`")
        .help(give_up(&attempt.slug))
}

pub(super) fn half_applied(attempt: &Unfinished) -> MigrateError {
    unfinished(attempt, "")
        .help("finish that first: `confiture migrate up`")
        .help(give_up(&attempt.slug))
}

pub(super) fn unfinished_without_file(attempt: &Unfinished) -> MigrateError {
    unfinished(attempt, "its file is gone")
        .help("bring its file back, then `confiture migrate up`")
        .help(give_up(&attempt.slug))
}

pub(super) fn unfinished_and_edited(migration: &Migration, attempt: &Unfinished) -> MigrateError {
    unfinished(attempt, "its file was changed since")
        .at(migration.place())
        .help("restore the file as it was then, and `confiture migrate up` goes on behind the last step")
        .help(give_up(&attempt.slug))
}

pub(super) fn finish_first(held: &Held<'_>, position: usize) -> MigrateError {
    let slug = held
        .history
        .migrations
        .get(position)
        .map_or("", |migration| migration.slug.as_str());
    match held.recorded.unfinished.get(slug) {
        Some(attempt) => half_applied(attempt),
        None => MigrateError::new(ErrorKind::Unfinished, format!("{slug} is half applied")),
    }
}

pub(super) fn revert_first(applied: &Applied) -> MigrateError {
    let message = format!("{} is half reverted", applied.slug);
    MigrateError::new(ErrorKind::Unfinished, message)
        .of_migration(&applied.slug)
        .help("finish that first: `confiture migrate down`")
}

pub(super) fn no_down(migration: &Migration) -> MigrateError {
    let message = format!("nothing says how to revert {}", migration.slug);
    MigrateError::new(ErrorKind::NoDown, message)
        .of_migration(&migration.slug)
        .at(migration.place())
        .help(needed_for_down(migration))
        .help(format!(
            "or revert it by hand, then `confiture migrate repair --mark-reverted {}`",
            migration.slug
        ))
}

/// What would say how to revert it.
fn needed_for_down(migration: &Migration) -> String {
    let file = migration.file();
    let is_yaml = matches!(
        file.file.extension().and_then(|end| end.to_str()),
        Some("yaml" | "yml")
    );
    let name = file.file.file_name().unwrap_or_default().to_string_lossy();
    match migration.up.script.layout {
        _ if is_yaml => format!("add `rollback:` to {name}"),
        Layout::Diesel => "write down.sql beside its up.sql".to_owned(),
        Layout::Dbmate => format!("add a section `-- migrate:down` to {name}"),
        Layout::Goose => format!("add a section `-- +goose Down` to {name}"),
        Layout::Flyway => format!("write {} beside it", name.replacen('V', "U", 1)),
        Layout::Prisma | Layout::Supabase => format!(
            "files of {} have no way back: write a new migration that undoes it",
            migration.up.script.layout
        ),
        _ => format!("write {}.down.sql beside it", migration.slug),
    }
}

pub(super) fn is_repeatable(migration: &Migration) -> MigrateError {
    let message = format!("{} is repeatable, so it can't be reverted", migration.slug);
    MigrateError::new(ErrorKind::NoDown, message)
        .of_migration(&migration.slug)
        .at(migration.place())
        .help("change what it says, and `confiture migrate up` applies it again")
}

pub(super) fn is_baseline(applied: &Applied) -> MigrateError {
    let message = format!(
        "{} was there before the first migration, so nothing can revert it",
        applied.name
    );
    MigrateError::new(ErrorKind::NoDown, message).of_migration(&applied.slug)
}
