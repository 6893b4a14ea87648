//! `confiture migrate status`.

use std::io::Write;

use confiture_migrate::plan;

use super::settings;
use super::stage::Stage;
use crate::args::ReportFormat;
use crate::args::migrate::StatusArgs;
use crate::commands::Terminal;
use crate::failure::{Failure, Outcome};
use crate::report::migrate::status;
use crate::report::style::Palette;

/// Lists migrations and how they stand. Nothing is written.
pub(super) fn run(args: &StatusArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let mut stage = Stage::open(&args.files, &args.connect, terminal, settings::looking)?;
    let recorded = stage.recorded()?;
    let all = plan::status(&stage.history, &recorded, &stage.settings);
    match args.format {
        ReportFormat::Text => {
            let title = format!("{}: {}", stage.environment.name, stage.server);
            status::text(out, &Palette::new(terminal.colour), &title, &all)?;
        }
        ReportFormat::Json => {
            let report = status::report(&stage.environment.name, &stage.server, &all);
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)?;
        }
    }
    let is_settled = all.iter().all(|status| status::is_settled(&status.standing));
    Ok(match (args.check, is_settled) {
        (true, false) => Outcome::Findings,
        _ => Outcome::Clean,
    })
}
