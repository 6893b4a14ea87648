//! What lifts an objection: names of rules and of kinds of risk.

use confiture_lint::{Finding, RuleSet};

use crate::error::{ErrorKind, MigrateError, Result};

/// The kinds of risk, as objections and `--allow` name them.
pub(super) const RISKS: [&str; 4] = [
    "risk-data-loss",
    "risk-compatibility",
    "risk-performance",
    "risk-locking",
];

/// Names that were allowed; each is known.
#[derive(Debug)]
pub(super) struct Allowed<'a>(&'a [String]);

impl<'a> Allowed<'a> {
    /// Of names that somebody gave.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownRule`] for one that no rule and no kind of risk has.
    pub(super) fn new(names: &'a [String], rules: &RuleSet) -> Result<Allowed<'a>> {
        let known = || {
            let own = rules
                .rules()
                .iter()
                .flat_map(|rule| [&*rule.name, rule.rule.name]);
            own.chain(RISKS)
        };
        for name in names {
            if !known().any(|known| known == name) {
                let error = MigrateError::new(
                    ErrorKind::UnknownRule,
                    format!("there is no rule `{name}` to allow"),
                );
                return Err(match confiture_project::nearest(name, known()) {
                    Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
                    None => error.help(format!(
                        "allow a rule that `confiture rules` lists, or one of {}",
                        RISKS.join(", ")
                    )),
                });
            }
        }
        Ok(Allowed(names))
    }

    /// Whether a kind of risk is allowed.
    pub(super) fn risk(&self, name: &str) -> bool {
        self.0.iter().any(|allowed| allowed == name)
    }

    /// Whether a finding of a rule is.
    pub(super) fn finding(&self, finding: &Finding) -> bool {
        self.0
            .iter()
            .any(|allowed| *allowed == *finding.rule || allowed == finding.kind)
    }
}
