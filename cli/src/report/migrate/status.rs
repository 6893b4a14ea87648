//! What is true of each migration in a database.

use std::io::Write;

use confiture_migrate::ledger::Applied;
use confiture_migrate::{Standing, Status};
use confiture_risk::Level;

use super::{units, words};
use crate::contract::{MigrationStatus, StatusReport};
use crate::failure::Failure;
use crate::report::style::{Ink, Palette};

/// How a migration stands, by the name that programs read.
pub fn state(standing: &Standing) -> &'static str {
    match standing {
        Standing::Applied(_) => "applied",
        Standing::Changed(_) => "changed",
        Standing::Missing(_) => "missing",
        Standing::Pending => "pending",
        Standing::Outdated(_) => "outdated",
        Standing::OutOfOrder => "out_of_order",
        Standing::Unfinished(_) => "unfinished",
        Standing::Elsewhere => "elsewhere",
    }
}

/// Whether nothing is to be done about it.
pub fn is_settled(standing: &Standing) -> bool {
    matches!(standing, Standing::Applied(_) | Standing::Elsewhere)
}

/// For people: a line a migration, then how many stand how.
///
/// # Errors
/// The output can't be written.
pub fn text(out: &mut impl Write, palette: &Palette, title: &str, all: &[Status]) -> Result<(), Failure> {
    let (strong, dim) = (palette.strong, palette.dim);
    writeln!(out, "{strong}{title}{strong:#}\n")?;
    let width = all
        .iter()
        .map(|status| status.slug.chars().count())
        .max()
        .unwrap_or(0);
    for status in all {
        let (ink, mark, said) = row(palette, &status.standing);
        let slug = words::plain(&status.slug);
        let one_way = match (&status.standing, status.can_revert) {
            (Standing::Applied(_) | Standing::Changed(_), false) => "; no way back",
            _ => "",
        };
        writeln!(
            out,
            "{ink}{mark}{ink:#} {slug:width$}  {dim}{said}{one_way}{dim:#}"
        )?;
    }
    if all.is_empty() {
        writeln!(out, "no migrations yet: `confiture migrate new NAME` writes one")?;
    } else {
        writeln!(out, "\n{}", totals(all))?;
    }
    Ok(())
}

/// `12 applied, 2 pending`.
fn totals(all: &[Status]) -> String {
    const ORDER: [(&str, &str); 8] = [
        ("applied", "applied"),
        ("pending", "pending"),
        ("unfinished", "unfinished"),
        ("changed", "changed"),
        ("missing", "missing"),
        ("out_of_order", "out of order"),
        ("outdated", "outdated"),
        ("elsewhere", "for other environments"),
    ];
    let counts = ORDER.into_iter().filter_map(|(name, shown)| {
        let count = all
            .iter()
            .filter(|status| state(&status.standing) == name)
            .count();
        (count > 0).then(|| format!("{count} {shown}"))
    });
    counts.collect::<Vec<_>>().join(", ")
}

fn row(palette: &Palette, standing: &Standing) -> (Ink, &'static str, String) {
    let (good, dim) = (palette.good, palette.dim);
    let (warn, bad) = (palette.level(Level::Medium), palette.level(Level::Critical));
    match standing {
        Standing::Applied(applied) => (good, "✓", format!("applied {}", when(applied))),
        Standing::Changed(applied) => (
            bad,
            "≠",
            format!("changed since it was applied {}", when(applied)),
        ),
        Standing::Missing(applied) => (bad, "?", format!("its file is gone; applied {}", when(applied))),
        Standing::Pending => (warn, "·", "pending".to_owned()),
        Standing::Outdated(applied) => (
            warn,
            "·",
            format!("pending again: changed since {}", when(applied)),
        ),
        Standing::OutOfOrder => (
            bad,
            "!",
            "pending, though a newer one is applied (--out-of-order)".to_owned(),
        ),
        Standing::Unfinished(unfinished) => {
            let error = unfinished
                .error
                .as_deref()
                .map(|error| format!(": {}", words::plain(error)));
            let stopped = match unfinished.steps_done {
                0 => "failed, nothing of it is left".to_owned(),
                done => format!("stopped behind step {done} of {}", unfinished.steps),
            };
            let said = format!(
                "{} begun {}: {stopped}{}",
                unfinished.direction.name(),
                units::moment(&unfinished.started_at),
                error.unwrap_or_default()
            );
            (bad, "!", said)
        }
        Standing::Elsewhere => (dim, "-", "for other environments".to_owned()),
    }
}

/// `2026-11-21 17:20 UTC by deploy@ci, 12 ms`.
fn when(applied: &Applied) -> String {
    let mut text = units::moment(&applied.applied_at);
    if let Some(who) = &applied.applied_by {
        text.push_str(&format!(" by {}", words::plain(who)));
    }
    if let Some(ms) = applied.execution_time_ms.and_then(|ms| u64::try_from(ms).ok()) {
        text.push_str(&format!(", {}", units::whole_duration(ms)));
    }
    text
}

/// For programs.
pub fn report(environment: &str, server: &str, all: &[Status]) -> StatusReport {
    StatusReport {
        environment: environment.to_owned(),
        server: server.to_owned(),
        migrations: all.iter().map(entry).collect(),
    }
}

fn entry(status: &Status) -> MigrationStatus {
    let applied = match &status.standing {
        Standing::Applied(applied)
        | Standing::Changed(applied)
        | Standing::Missing(applied)
        | Standing::Outdated(applied) => Some(applied),
        _ => None,
    };
    let unfinished = match &status.standing {
        Standing::Unfinished(unfinished) => Some(unfinished),
        _ => None,
    };
    MigrationStatus {
        slug: status.slug.clone(),
        version: status.version.clone(),
        name: status.name.clone(),
        state: state(&status.standing).to_owned(),
        can_revert: status.can_revert,
        applied_at: applied.map(|applied| applied.applied_at.clone()),
        applied_by: applied.and_then(|applied| applied.applied_by.clone()),
        execution_time_ms: applied.and_then(|applied| applied.execution_time_ms),
        steps_done: unfinished.map(|unfinished| unfinished.steps_done),
        steps: unfinished.map(|unfinished| unfinished.steps),
        error: unfinished.and_then(|unfinished| unfinished.error.clone()),
    }
}
