//! `confiture rules` and `confiture explain`.

use std::io::Write;

use confiture_lint::RuleSet;
use confiture_lint::settings::Configured;

use crate::args::{ExplainArgs, ReportFormat, RulesArgs};
use crate::contract::RuleEntry;
use crate::failure::{Failure, Outcome};

/// Lists the rules.
pub fn list(args: &RulesArgs, out: &mut impl Write) -> Result<Outcome, Failure> {
    print(&RuleSet::default(), args.format, out)?;
    Ok(Outcome::Clean)
}

/// Prints the rules of a set, those that are off included.
pub fn print(rules: &RuleSet, format: ReportFormat, out: &mut impl Write) -> Result<(), Failure> {
    let entries: Vec<RuleEntry> = rules.rules().iter().map(entry).collect();
    match format {
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
    Ok(())
}

fn entry(configured: &Configured) -> RuleEntry {
    let rule = configured.rule;
    RuleEntry {
        name: configured.name.to_string(),
        summary: rule.summary.to_owned(),
        severity: configured.severity.to_string(),
        categories: rule.categories.iter().map(ToString::to_string).collect(),
    }
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
