//! What a run would do to a database: statements with their risk, hooks, and what speaks against it.

use std::io::Write;

use confiture_lint::Severity;
use confiture_migrate::hooks::{HookSpec, Phase};
use confiture_migrate::safety::{Judged, Judgement, Objection};
use confiture_migrate::{History, Migration, Plan};
use confiture_risk::Level;

use super::{error_text, lines, units, words};
use crate::commands::Terminal;
use crate::contract::{PlanReport, PlannedHook, PlannedMigration, PlannedObjection, PlannedStatement};
use crate::failure::Failure;
use crate::report::count;
use crate::report::excerpt::Remark;
use crate::report::risk_text::waiting;
use crate::report::style::{Palette, first_line};

/// How much of a statement is shown.
const SQL_WIDTH: usize = 72;

/// Everything that is known of a run before it begins.
pub struct Outlook<'a> {
    /// The environment's name.
    pub environment: &'a str,
    /// The database.
    pub server: &'a str,
    /// The hooks of the configuration.
    pub history: &'a History,
    /// What runs.
    pub plan: &'a Plan,
    /// How it is judged.
    pub judgement: &'a Judgement,
}

/// For people.
///
/// # Errors
/// The output can't be written.
pub fn text(out: &mut impl Write, terminal: Terminal, outlook: &Outlook<'_>) -> Result<(), Failure> {
    let palette = Palette::new(terminal.colour);
    let (strong, dim) = (palette.strong, palette.dim);
    writeln!(
        out,
        "{strong}{} on {}: {}{strong:#}",
        units::migrations(outlook.plan.migrations.len()),
        outlook.environment,
        words::plain(outlook.server)
    )?;
    for migration in &outlook.plan.migrations {
        writeln!(
            out,
            "\n{strong}{}{strong:#}  {dim}{}{dim:#}",
            words::plain(&migration.slug),
            migration.file().path.display()
        )?;
        let (before, after) = hooks(outlook, migration);
        before
            .iter()
            .try_for_each(|hook| hook_line(out, &palette, hook))?;
        for judged in statements(outlook, migration) {
            statement(out, &palette, judged)?;
        }
        after.iter().try_for_each(|hook| hook_line(out, &palette, hook))?;
    }
    for (migration, reason) in &outlook.plan.skipped {
        writeln!(out, "\n- {}  left out: {reason}", words::plain(migration))?;
    }
    objections(out, terminal, &outlook.judgement.objections)?;
    let stopping = outlook.judgement.stopping().count();
    if !terminal.quiet {
        let statements = count(outlook.judgement.statements.len(), "statement");
        writeln!(out)?;
        match stopping {
            0 => writeln!(out, "{statements}; nothing speaks against it")?,
            stopping => writeln!(
                out,
                "{statements}; `up` is refused: {}",
                count(stopping, "objection")
            )?,
        }
    }
    Ok(())
}

/// What speaks against a run, each with its lines.
///
/// # Errors
/// The output can't be written.
pub fn objections(out: &mut impl Write, terminal: Terminal, all: &[Objection]) -> Result<(), Failure> {
    for objection in all {
        let (severity, lift) = match objection.stops {
            true => (
                Severity::Error,
                Some(format!("to run it all the same: --allow {}", objection.rule)),
            ),
            false => (Severity::Warning, None),
        };
        let help = objection.help.iter().cloned().chain(lift);
        let remarks: Vec<Remark> = help.map(Remark::Help).collect();
        let shown = error_text::with_lines(
            severity,
            &objection.rule,
            &words::plain_lines(&objection.message),
            &objection.place,
            &remarks,
            terminal.colour,
        );
        writeln!(out, "\n{shown}")?;
    }
    Ok(())
}

fn statements<'a>(outlook: &Outlook<'a>, migration: &'a Migration) -> impl Iterator<Item = &'a Judged> {
    let all = &outlook.judgement.statements;
    all.iter().filter(|judged| judged.migration == migration.slug)
}

/// The hooks around a migration's statements, before them and behind them.
fn hooks<'a>(outlook: &Outlook<'a>, migration: &'a Migration) -> (Vec<&'a HookSpec>, Vec<&'a HookSpec>) {
    let mut before = Vec::new();
    let mut after = Vec::new();
    for phase in Phase::ALL {
        let is_around = !matches!(phase, Phase::BeforeRun | Phase::AfterRun | Phase::OnError);
        let all = outlook.history.hooks.iter().chain(&migration.up.hooks);
        let found = all.filter(|hook| is_around && hook.phase == phase && is_here(hook, outlook.environment));
        match phase {
            Phase::BeforeRun | Phase::BeforeValidation | Phase::BeforeDdl => before.extend(found),
            _ => after.extend(found),
        }
    }
    (before, after)
}

fn is_here(hook: &HookSpec, environment: &str) -> bool {
    hook.environments.is_empty() || hook.environments.iter().any(|name| name == environment)
}

fn hook_line(out: &mut impl Write, palette: &Palette, hook: &HookSpec) -> Result<(), Failure> {
    let dim = palette.dim;
    let condition = match &hook.condition {
        Some(condition) => format!(", if {}", words::plain(condition.text())),
        None => String::new(),
    };
    writeln!(
        out,
        "  {dim}{:<8}{dim:#}  {} {}: {}{dim}{condition}{dim:#}",
        "hook",
        hook.phase,
        words::plain(&hook.name),
        words::plain(&hook.hook.describe())
    )?;
    Ok(())
}

fn statement(out: &mut impl Write, palette: &Palette, judged: &Judged) -> Result<(), Failure> {
    let level = judged.risk.assessment.worst();
    let ink = palette.level(level);
    let dim = palette.dim;
    let rows = judged
        .rows
        .map(|rows| format!("  {dim}~{}{dim:#}", units::rows(rows)));
    writeln!(
        out,
        "  {ink}{level:<8}{ink:#}  {}{}",
        first_line(&words::plain(&judged.sql), SQL_WIDTH),
        rows.unwrap_or_default()
    )?;
    // Locks on what nobody else knows yet keep nobody waiting.
    if level == Level::None {
        return Ok(());
    }
    let effect = &judged.risk.effect;
    for (relation, lock) in &effect.locks {
        writeln!(
            out,
            "            {dim}{} on {relation}: {}{dim:#}",
            lock.mode.sql_name(),
            waiting(lock.mode)
        )?;
    }
    let work = [
        ("writes anew", &effect.rewrites),
        ("reads all of", &effect.scans),
        ("builds an index on", &effect.index_builds),
    ];
    for (what, relations) in work {
        for relation in relations.keys() {
            writeln!(out, "            {dim}{what} {relation}{dim:#}")?;
        }
    }
    if let Some(estimate) = &judged.estimate {
        writeln!(out, "            {dim}takes {estimate}{dim:#}")?;
    }
    for unknown in &effect.unknown {
        writeln!(out, "            {dim}not known: {}{dim:#}", unknown.reason)?;
    }
    Ok(())
}

/// For programs.
pub fn report(outlook: &Outlook<'_>) -> PlanReport {
    let migrations = outlook.plan.migrations.iter();
    PlanReport {
        environment: outlook.environment.to_owned(),
        server: outlook.server.to_owned(),
        migrations: migrations.map(|migration| planned(outlook, migration)).collect(),
        skipped: outlook
            .plan
            .skipped
            .iter()
            .map(|(migration, _)| migration.clone())
            .collect(),
        objections: outlook.judgement.objections.iter().map(objection).collect(),
        is_refused: outlook.judgement.stopping().next().is_some(),
    }
}

fn planned(outlook: &Outlook<'_>, migration: &Migration) -> PlannedMigration {
    let (before, after) = hooks(outlook, migration);
    let hook = |hook: &&HookSpec| PlannedHook {
        phase: hook.phase.name().to_owned(),
        name: hook.name.clone(),
        kind: hook.kind.to_owned(),
        describes: hook.hook.describe(),
        condition: hook
            .condition
            .as_ref()
            .map(|condition| condition.text().to_owned()),
    };
    PlannedMigration {
        slug: migration.slug.clone(),
        version: migration.version.clone(),
        name: migration.name.clone(),
        file: migration.file().path.display().to_string(),
        hooks: before.iter().chain(&after).map(hook).collect(),
        statements: statements(outlook, migration).map(planned_statement).collect(),
    }
}

fn planned_statement(judged: &Judged) -> PlannedStatement {
    let effect = &judged.risk.effect;
    let names = |relations: &std::collections::BTreeMap<confiture_schema::catalog::QualName, _>| {
        relations.keys().map(ToString::to_string).collect::<Vec<_>>()
    };
    PlannedStatement {
        sql: judged.sql.clone(),
        place: lines::place(&judged.place),
        risk: judged.risk.assessment.worst().to_string(),
        locks: effect
            .locks
            .iter()
            .map(|(relation, lock)| crate::contract::Lock {
                relation: relation.to_string(),
                mode: lock.mode.pg_name().to_owned(),
                reason: lock.cause.reason.to_string(),
            })
            .collect(),
        rewrites: names(&effect.rewrites),
        scans: names(&effect.scans),
        index_builds: names(&effect.index_builds),
        rows: judged.rows,
        seconds: judged
            .estimate
            .as_ref()
            .map(|estimate| [estimate.low, estimate.high]),
    }
}

fn objection(objection: &Objection) -> PlannedObjection {
    PlannedObjection {
        rule: objection.rule.clone(),
        migration: objection.migration.clone(),
        message: objection.message.clone(),
        place: lines::place(&objection.place),
        help: objection.help.clone(),
        stops: objection.stops,
    }
}
