//! `confiture drift`.

use std::io::Write;

use confiture_migrate::diff::compare;

use super::Terminal;
use super::sides::{Operand, Stage};
use crate::args::{Against, DriftArgs, ReportFormat};
use crate::failure::{Failure, Outcome};
use crate::report::diff as report;
use crate::report::style::Palette;

/// Holds a database against what files say.
///
/// # Errors
/// Files or a database that can't be read.
pub fn run(args: &DriftArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let stage = Stage::open(args.path.as_deref(), &args.connect, &args.project, terminal)?;
    let operand = match args.against {
        Some(Against::Migrations) => Operand::Migrations,
        Some(Against::Schema) => Operand::Schema,
        None if stage.migrations()?.is_some() => Operand::Migrations,
        None => Operand::Schema,
    };
    let files = stage.read(&operand)?;
    let database = stage
        .read(&Operand::Database)?
        .without_tools(&stage.ledger(), &files);
    let comparison = compare(&files, &database);
    match args.format {
        ReportFormat::Text => {
            let palette = Palette::new(terminal.colour);
            report::text(out, &palette, &files, &database, &comparison)?;
        }
        ReportFormat::Json => report::json(out, &files, &database, &comparison, None)?,
    }
    Ok(match comparison.differences.is_empty() {
        true => Outcome::Clean,
        false => Outcome::Findings,
    })
}
