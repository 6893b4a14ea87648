//! `confiture migrate verify`.

use std::io::Write;

use confiture_lint::Severity;
use confiture_migrate::verify::{self, Discrepancy};

use super::settings;
use super::stage::Stage;
use crate::args::ReportFormat;
use crate::args::migrate::VerifyArgs;
use crate::commands::Terminal;
use crate::contract::{VerifyFinding, VerifyReport};
use crate::failure::{Failure, Outcome};
use crate::report::count;
use crate::report::migrate::{place, words};

/// Holds files, ledger and database against each other. Nothing is written.
pub(super) fn run(args: &VerifyArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let mut stage = Stage::open(&args.files, &args.connect, terminal, settings::looking)?;
    let recorded = stage.recorded()?;
    let mut found = verify::files(&stage.history, &recorded, &stage.settings);
    if args.schema {
        found.extend(verify::schema(
            &mut stage.session,
            &stage.history,
            &recorded,
            &stage.settings,
        )?);
    }
    let wrong = found.iter().filter(|one| one.kind.is_wrong()).count();
    match args.format {
        ReportFormat::Text => {
            for one in &found {
                show(one, out)?;
            }
            if !terminal.quiet {
                match wrong {
                    0 => writeln!(out, "nothing is wrong")?,
                    wrong => writeln!(out, "{} wrong", count(wrong, "thing"))?,
                }
            }
        }
        ReportFormat::Json => {
            let report = VerifyReport {
                environment: stage.environment.name.clone(),
                server: stage.server.clone(),
                discrepancies: found.iter().map(entry).collect(),
            };
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)?;
        }
    }
    Ok(match wrong {
        0 => Outcome::Clean,
        _ => Outcome::Findings,
    })
}

fn severity(one: &Discrepancy) -> Severity {
    if one.kind.is_wrong() {
        Severity::Error
    } else {
        Severity::Info
    }
}

/// They are about whole files, so no lines are shown.
fn show(one: &Discrepancy, out: &mut impl Write) -> Result<(), Failure> {
    writeln!(
        out,
        "{}[{}]: {}",
        severity(one),
        one.kind.name(),
        words::plain_lines(&one.message)
    )?;
    if let Some(place) = &one.place {
        writeln!(out, "  --> {}", place.path.display())?;
    }
    if let Some(help) = &one.help {
        writeln!(out, "  help: {help}")?;
    }
    Ok(())
}

fn entry(one: &Discrepancy) -> VerifyFinding {
    VerifyFinding {
        kind: one.kind.name().to_owned(),
        is_wrong: one.kind.is_wrong(),
        migration: one.migration.clone(),
        message: one.message.clone(),
        place: one.place.as_ref().map(place),
        help: one.help.clone(),
    }
}
