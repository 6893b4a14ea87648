//! `confiture rules` and `confiture explain`.

use std::io::Write;

use crate::args::{ExplainArgs, ReportFormat, RulesArgs};
use crate::contract::RuleEntry;
use crate::failure::{Failure, Outcome};

/// Lists the rules.
pub fn list(args: &RulesArgs, out: &mut impl Write) -> Result<Outcome, Failure> {
    let entries = entries();
    match args.format {
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &entries)?;
            writeln!(out)?;
        }
        ReportFormat::Text => {
            let width = entries.iter().map(|e| e.name.len()).max().unwrap_or(0);
            for entry in &entries {
                writeln!(
                    out,
                    "{:<width$}  {:<8} {}",
                    entry.name, entry.severity, entry.summary
                )?;
            }
        }
    }
    Ok(Outcome::Clean)
}

/// Every rule, by name.
fn entries() -> Vec<RuleEntry> {
    confiture_lint::registry()
        .iter()
        .map(|rule| RuleEntry {
            name: rule.name.to_owned(),
            summary: rule.summary.to_owned(),
            severity: rule.default_severity().to_string(),
            categories: rule.categories.iter().map(ToString::to_string).collect(),
        })
        .collect()
}

/// Prints a rule's documentation.
pub fn explain(args: &ExplainArgs, out: &mut impl Write) -> Result<Outcome, Failure> {
    match confiture_lint::explain(&args.rule) {
        Some(text) => {
            writeln!(out, "{}", text.trim_end())?;
            Ok(Outcome::Clean)
        }
        None => Err(Failure::UnknownRule {
            name: args.rule.clone(),
            nearest: confiture_lint::nearest_rule(&args.rule).map(str::to_owned),
        }),
    }
}
