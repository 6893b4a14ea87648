//! Printing: one module a form.
//!
//! Every form of a lint run is made of one value, [`Report`]; [`lint`] is the way in.

pub mod diff;
mod escape;
pub mod excerpt;
mod github;
mod gitlab;
pub mod hooks;
mod html;
mod json;
mod junit;
pub mod migrate;
pub mod model;
mod paths;
pub mod risk_text;
mod sarif;
pub mod style;
mod text;

use std::io::Write;

use crate::args::LintFormat;
use crate::commands::Terminal;
use crate::failure::Failure;
pub use model::Report;
pub use paths::{Base, Uri};

/// Writes what a lint run found.
pub fn lint(
    format: LintFormat,
    report: &Report,
    terminal: Terminal,
    out: &mut impl Write,
) -> Result<(), Failure> {
    match format {
        LintFormat::Text => text::write(report, terminal, out),
        LintFormat::Json => json::write(report, out),
        LintFormat::Sarif => sarif::write(report, out),
        LintFormat::Github => github::write(report, out),
        LintFormat::Gitlab => gitlab::write(report, out),
        LintFormat::Junit => junit::write(report, out),
        LintFormat::Html => html::write(report, out),
    }
}

/// `1 file`, `2 files`.
pub(crate) fn count(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// `3 errors, 1 warning in 4 files, 27 statements`.
fn totals(summary: &crate::contract::LintSummary) -> String {
    let mut found: Vec<String> = [
        (summary.errors, "error"),
        (summary.warnings, "warning"),
        (summary.infos, "remark"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, word)| count(n, word))
    .collect();
    if found.is_empty() {
        found.push("nothing found".to_owned());
    }
    format!(
        "{} in {}, {}",
        found.join(", "),
        count(summary.files, "file"),
        count(summary.statements, "statement")
    )
}
