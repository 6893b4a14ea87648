//! `confiture migrate baseline`.

use std::io::Write;

use confiture_migrate::Silent;
use confiture_migrate::baseline::{self, BaselinePlan, ImportOptions, Tool};

use super::stage::Stage;
use super::{confirm, settings};
use crate::args::migrate::BaselineArgs;
use crate::commands::Terminal;
use crate::failure::{Failure, Outcome};
use crate::report::count;
use crate::report::migrate::{units, words};

/// Takes over a database that was migrated before.
pub(super) fn run(args: &BaselineArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let from = args.from.as_deref().map(tool).transpose()?;
    let mut stage = Stage::open(&args.files, &args.connect, terminal, settings::looking)?;
    let recorded = stage.recorded()?;
    let plan = if args.import {
        let options = ImportOptions {
            from,
            accept_changed: args.accept_changed,
        };
        baseline::import(
            &mut stage.session,
            &stage.history,
            &recorded,
            &stage.settings,
            &options,
        )?
    } else {
        baseline::through(
            &stage.history,
            &recorded,
            &stage.settings,
            args.through.as_deref(),
        )?
    };
    if args.preview {
        show(&plan, out)?;
        return Ok(Outcome::Clean);
    }
    let what = format!("record {} as applied", units::migrations(plan.entries.len()));
    confirm::where_it_matters(&stage.environment, &what, args.yes, terminal)?;
    baseline::apply(&mut stage.session, &stage.settings, &Silent, &plan)?;
    for note in &plan.notes {
        writeln!(out, "note: {}", words::plain(note))?;
    }
    writeln!(out, "{}; none of them ran", plan.summary())?;
    if !plan.pending.is_empty() && !terminal.quiet {
        writeln!(out, "{} pending", count(plan.pending.len(), "migration"))?;
    }
    Ok(Outcome::Clean)
}

fn tool(name: &str) -> Result<Tool, Failure> {
    Tool::parse(name).ok_or_else(|| {
        let known = Tool::ALL.map(Tool::name).join(", ");
        Failure::Usage(format!(
            "`{name}` is no tool whose table can be read; known: {known}"
        ))
    })
}

fn show(plan: &BaselinePlan, out: &mut impl Write) -> Result<(), Failure> {
    for entry in &plan.entries {
        let applied = entry.applied_at.as_deref().map(units::moment);
        let when = applied
            .map(|when| format!("  applied {when}"))
            .unwrap_or_default();
        let file = if entry.has_file() { "" } else { "  (no file)" };
        writeln!(out, "✓ {}{when}{file}", words::plain(&entry.slug))?;
    }
    for slug in &plan.pending {
        writeln!(out, "· {}  stays pending", words::plain(slug))?;
    }
    for note in &plan.notes {
        writeln!(out, "note: {}", words::plain(note))?;
    }
    Ok(())
}
