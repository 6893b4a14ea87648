//! `confiture risk` for people: a block a statement.

use std::io::{self, Write};

use confiture_risk::effect::Cause;
use confiture_risk::{Effect, Judgement, Level, Risk};

use super::style::{Palette, first_line};
use crate::contract::Range;

/// One statement, ready to be printed.
pub struct Block<'a> {
    /// The file.
    pub file: &'a str,
    /// Where the statement stands.
    pub range: Range,
    /// Its text.
    pub sql: &'a str,
    /// What it does.
    pub risk: &'a Risk,
}

/// Prints one block.
pub fn block(out: &mut impl Write, palette: &Palette, item: &Block<'_>) -> io::Result<()> {
    let risk = item.risk;
    let worst = risk.assessment.worst();
    writeln!(
        out,
        "{}{:<8}{:#} {}{}{:#}",
        palette.level(worst),
        worst,
        palette.level(worst),
        palette.strong,
        first_line(item.sql, 90),
        palette.strong,
    )?;
    writeln!(
        out,
        "  {}--> {}:{}:{}{:#}",
        palette.dim, item.file, item.range.start.line, item.range.start.column, palette.dim
    )?;
    locks(out, palette, &risk.effect)?;
    work(out, &risk.effect)?;
    judgements(out, palette, risk)?;
    ways(out, palette, risk)?;
    writeln!(out)
}

fn locks(out: &mut impl Write, palette: &Palette, effect: &Effect) -> io::Result<()> {
    if effect.locks.is_empty() && effect.known() {
        return writeln!(out, "  locks    no relation that existed before");
    }
    let width = effect
        .locks
        .values()
        .map(|l| l.mode.sql_name().len())
        .max()
        .unwrap_or(0);
    let mut label = "locks";
    for (relation, lock) in &effect.locks {
        let waits = waiting(lock.mode);
        writeln!(
            out,
            "  {label:<8} {:<width$}  {relation}  {}({waits}){:#}",
            lock.mode.sql_name(),
            palette.dim,
            palette.dim
        )?;
        label = "";
    }
    Ok(())
}

/// Who waits for a lock of this mode.
pub fn waiting(mode: confiture_risk::LockMode) -> &'static str {
    match (mode.blocks_reads(), mode.blocks_writes(), mode.blocks_ddl()) {
        (true, _, _) => "reads and writes wait",
        (false, true, _) => "writes wait",
        (false, false, true) => "only schema changes and vacuum wait",
        (false, false, false) => "nobody waits but ALTER and DROP",
    }
}

fn work(out: &mut impl Write, effect: &Effect) -> io::Result<()> {
    let lists = [
        ("rewrites", &effect.rewrites),
        ("scans", &effect.scans),
        ("indexes", &effect.index_builds),
    ];
    for (label, relations) in lists {
        for (relation, cause) in relations {
            writeln!(out, "  {label:<8} {relation}: {}", cause.reason)?;
        }
    }
    for Cause { reason, .. } in &effect.unknown {
        writeln!(out, "  unknown  {reason}")?;
    }
    if effect.waits_for_older_snapshots {
        writeln!(
            out,
            "  waits    for every transaction that began before it, of any table"
        )?;
    }
    if effect.transaction == confiture_risk::effect::TransactionRule::Refused {
        writeln!(out, "  note     PostgreSQL refuses it inside a transaction block")?;
    }
    if let Some(since) = effect.since {
        writeln!(out, "  note     since PostgreSQL {since}")?;
    }
    Ok(())
}

fn judgements(out: &mut impl Write, palette: &Palette, risk: &Risk) -> io::Result<()> {
    let a = &risk.assessment;
    for (label, Judgement { level, reason, .. }) in [
        ("data", &a.data_loss),
        ("programs", &a.compatibility),
        ("work", &a.performance),
        ("waiting", &a.locking),
    ] {
        if *level != Level::None {
            writeln!(
                out,
                "  {label:<8} {}{level}{:#}: {reason}",
                palette.level(*level),
                palette.level(*level)
            )?;
        }
    }
    Ok(())
}

fn ways(out: &mut impl Write, palette: &Palette, risk: &Risk) -> io::Result<()> {
    if let Some(way) = &risk.safe_alternative {
        writeln!(
            out,
            "  {}instead{:#}  {}",
            palette.good, palette.good, way.summary
        )?;
        for step in &way.steps {
            for line in step.sql.lines() {
                writeln!(out, "           {line}")?;
            }
        }
    }
    if let Some(rollback) = &risk.rollback {
        writeln!(out, "  undo     {}", first_line(rollback, 160))?;
    }
    Ok(())
}
