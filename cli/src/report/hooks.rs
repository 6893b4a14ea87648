//! What is said of hooks: which are declared, and what came of trying them.

use std::io::Write;

use confiture_migrate::event::HookStatus;
use confiture_migrate::hooks::{FailurePolicy, HookSpec, Phase, Placement};
use confiture_migrate::ledger::Way;
use confiture_migrate::runner::{NotTried, Trial, Tried};
use confiture_migrate::{Action, History};

use super::migrate::{place, words};
use super::style::Palette;
use crate::contract::{HookEntry, HooksTested, TestedWord, TriedHook, UntriedStep};
use crate::failure::Failure;
use crate::report::count;

/// How much of a statement is shown.
const SQL_WIDTH: usize = 60;

/// A hook, and what it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    /// A migration's slug and its direction; nothing for hooks of the configuration.
    pub migration: Option<(&'a str, Way)>,
    /// The hook.
    pub hook: &'a HookSpec,
}

impl<'a> Declared<'a> {
    /// All that a history has, in the order in which they run: the configuration's, then each migration's; `only` of one
    /// migration.
    pub fn all(history: &'a History, only: Option<&str>) -> Vec<Declared<'a>> {
        let mut all = group(&history.hooks, None);
        let wanted = |slug: &str| only.is_none_or(|only| only == slug);
        for migration in history
            .migrations
            .iter()
            .filter(|migration| wanted(&migration.slug))
        {
            for way in [Way::Up, Way::Down] {
                let hooks = migration.one_way(way).map_or(&[][..], |way| &way.hooks);
                all.extend(group(hooks, Some((&migration.slug, way))));
            }
        }
        all
    }
}

/// By phase; in declared order within one.
fn group<'a>(hooks: &'a [HookSpec], migration: Option<(&'a str, Way)>) -> Vec<Declared<'a>> {
    let mut all: Vec<_> = hooks.iter().map(|hook| Declared { migration, hook }).collect();
    all.sort_by_key(|declared| declared.hook.phase);
    all
}

/// Where a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    MigrationTransaction,
    OwnTransaction,
    Alone,
}

impl Where {
    fn of(hook: &HookSpec) -> Where {
        match (hook.hook.placement(), hook.phase) {
            (Placement::Alone, _) => Where::Alone,
            (_, Phase::BeforeRun | Phase::AfterRun | Phase::AfterMigration | Phase::OnError) => {
                Where::OwnTransaction
            }
            (Placement::InTransaction, _) => Where::MigrationTransaction,
        }
    }

    /// For programs.
    fn word(self) -> &'static str {
        match self {
            Where::MigrationTransaction => "migration_transaction",
            Where::OwnTransaction => "own_transaction",
            Where::Alone => "alone",
        }
    }

    /// For people.
    fn phrase(self) -> &'static str {
        match self {
            Where::MigrationTransaction => "in the migration's transaction",
            Where::OwnTransaction => "in a transaction of its own",
            Where::Alone => "alone, outside of transactions",
        }
    }
}

/// What a failure undoes, and what follows.
fn failure(hook: &HookSpec) -> &'static str {
    let place = Where::of(hook);
    match (hook.on_failure, place, hook.phase) {
        (FailurePolicy::Warn, Where::Alone, _) => "a failure is told and undoes nothing",
        (FailurePolicy::Warn, ..) | (_, Where::OwnTransaction, Phase::OnError) => {
            "a failure is told and undoes this hook only"
        }
        (_, Where::MigrationTransaction, _) => "a failure undoes the whole transaction",
        (_, Where::OwnTransaction, Phase::BeforeRun) => "a failure undoes this hook, and no migration runs",
        (_, Where::OwnTransaction, Phase::AfterRun) => "a failure undoes this hook; the migrations stay",
        (_, Where::OwnTransaction, _) => "a failure undoes this hook and ends the run; the migration stays",
        (_, Where::Alone, Phase::BeforeRun) => "a failure undoes nothing, and no migration runs",
        (_, Where::Alone, Phase::AfterRun | Phase::OnError) => "a failure is told and undoes nothing",
        (_, Where::Alone, Phase::AfterMigration) => {
            "a failure undoes nothing and ends the run; the migration stays"
        }
        (_, Where::Alone, _) => "a failure ends the migration; what was committed before it stays",
    }
}

/// For people.
///
/// # Errors
/// The output can't be written.
pub fn text(all: &[Declared<'_>], palette: &Palette, out: &mut impl Write) -> Result<(), Failure> {
    let (strong, dim) = (palette.strong, palette.dim);
    let mut last = None;
    for declared in all {
        let hook = declared.hook;
        if last != Some(declared.migration) {
            if last.is_some() {
                writeln!(out)?;
            }
            match declared.migration {
                Some((slug, Way::Up)) => writeln!(out, "{strong}{}{strong:#}", words::plain(slug))?,
                Some((slug, Way::Down)) => {
                    writeln!(out, "{strong}{}{strong:#}, the way back", words::plain(slug))?;
                }
                None => writeln!(out, "{strong}the configuration{strong:#}, for every migration")?,
            }
            last = Some(declared.migration);
        }
        let phase = hook.phase.name();
        let does = words::plain(&hook.hook.describe());
        writeln!(out, "  {phase:<17}  {}: {does}", title(hook))?;
        let place = Where::of(hook).phrase();
        writeln!(out, "  {:<17}  {dim}{place}; {}{dim:#}", "", failure(hook))?;
        if let Some(limits) = limits(hook) {
            writeln!(out, "  {:<17}  {dim}only {limits}{dim:#}", "")?;
        }
    }
    Ok(())
}

/// `fill (sql)`.
fn title(hook: &HookSpec) -> String {
    match hook.name == hook.kind {
        true => hook.kind.to_owned(),
        false => format!("{} ({})", words::plain(&hook.name), hook.kind),
    }
}

/// What follows "only".
fn limits(hook: &HookSpec) -> Option<String> {
    let mut limits = Vec::new();
    if !hook.environments.is_empty() {
        limits.push(format!("in {}", words::plain(&hook.environments.join(", "))));
    }
    if let Some(condition) = &hook.condition {
        limits.push(format!("where {}", words::plain(condition.text())));
    }
    (!limits.is_empty()).then(|| limits.join(" and "))
}

/// For programs.
pub fn entry(declared: &Declared<'_>) -> HookEntry {
    let hook = declared.hook;
    HookEntry {
        migration: declared.migration.map(|(slug, _)| slug.to_owned()),
        direction: declared.migration.map(|(_, way)| way.name().to_owned()),
        phase: hook.phase.name().to_owned(),
        name: hook.name.clone(),
        kind: hook.kind.to_owned(),
        key: hook.key.clone(),
        description: hook.description.clone(),
        does: hook.hook.describe(),
        runs: Where::of(hook).word().to_owned(),
        failure: failure(hook).to_owned(),
        on_failure: match hook.on_failure {
            FailurePolicy::Abort => "abort".to_owned(),
            FailurePolicy::Warn => "warn".to_owned(),
        },
        condition: hook
            .condition
            .as_ref()
            .map(|condition| condition.text().to_owned()),
        environments: hook.environments.clone(),
        timeout_ms: u64::try_from(hook.timeout.as_millis()).unwrap_or(u64::MAX),
        attempts: hook.attempts,
        place: place(&hook.place),
    }
}

/// What came of a trial, for people; why it failed is said elsewhere.
///
/// # Errors
/// The output can't be written.
pub fn trial_text(slug: &str, server: &str, trial: &Trial, out: &mut impl Write) -> Result<(), Failure> {
    for untried in &trial.not_tried {
        let what = match &untried.action {
            Action::Hook(hook) => format!("{} {}", hook.phase, words::plain(&hook.name)),
            Action::Statement(statement) => words::plain(&statement.shortened(SQL_WIDTH)),
        };
        writeln!(out, "  not tried: {what}: {}", untried.why.reason())?;
    }
    let ran = trial.tried.iter().filter(|tried| tried.report.status.is_some());
    let tried = count(ran.count(), "hook");
    let (slug, server) = (words::plain(slug), words::plain(server));
    writeln!(
        out,
        "\n{slug}: {tried} tried on {server}; everything was rolled back"
    )?;
    Ok(())
}

/// What came of a trial, for programs.
///
/// # Errors
/// The output can't be written.
pub fn trial_line(slug: &str, way: Way, trial: &Trial, out: &mut impl Write) -> Result<(), Failure> {
    let line = HooksTested {
        event: TestedWord::HooksTested,
        migration: slug.to_owned(),
        direction: way.name().to_owned(),
        tried: trial.tried.iter().map(tried).collect(),
        not_tried: trial.not_tried.iter().map(untried).collect(),
    };
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)?;
    Ok(())
}

fn tried(Tried { hook, report }: &Tried) -> TriedHook {
    let status = match report.status {
        Some(HookStatus::Done) => "done",
        Some(HookStatus::Warned) => "warned",
        Some(HookStatus::Failed) => "failed",
        None => "skipped",
    };
    TriedHook {
        phase: hook.phase.name().to_owned(),
        name: hook.name.clone(),
        status: status.to_owned(),
        rows: report.rows,
        duration_ms: report.duration_ms,
        message: report.message.clone(),
        statistics: report.statistics.clone(),
    }
}

fn untried(NotTried { action, why }: &NotTried) -> UntriedStep {
    let (phase, what, at) = match action {
        Action::Hook(hook) => (
            Some(hook.phase.name().to_owned()),
            hook.name.clone(),
            hook.place.clone(),
        ),
        Action::Statement(statement) => (None, statement.shortened(SQL_WIDTH), statement.place()),
    };
    UntriedStep {
        phase,
        what,
        reason: why.reason().to_owned(),
        place: place(&at),
    }
}
