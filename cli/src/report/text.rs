//! For people, on a terminal.

use std::io::Write;

use super::Report;
use super::excerpt::{self, Excerpt};
use crate::commands::Terminal;
use crate::failure::Failure;

/// Writes every finding with its lines, then the totals.
pub(super) fn write(report: &Report, terminal: Terminal, out: &mut impl Write) -> Result<(), Failure> {
    let renderer = excerpt::renderer(terminal.colour);
    for finding in &report.findings {
        let source = &finding.place.source;
        let shown = Excerpt {
            severity: finding.severity,
            id: &finding.rule,
            message: &finding.message,
            file: &source.shown(),
            source: &source.text,
            range: finding.place.bytes.clone(),
            line: finding.place.range().start.line as usize,
            help: finding.help.as_deref(),
        };
        writeln!(out, "{}\n", excerpt::render(&renderer, &shown))?;
    }
    if !terminal.quiet {
        writeln!(out, "{}", super::totals(&report.summary))?;
    }
    Ok(())
}
