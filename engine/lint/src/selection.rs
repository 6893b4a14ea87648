//! Rules chosen for one run: by name, alias, instance or category, over whatever the configuration says.

use crate::rule::Category;
use crate::settings::{Configured, RuleSet};
use crate::{Severity, nearest_rule};

/// A name that no rule and no category has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRule {
    /// The name as it was given.
    pub name: String,
    /// The nearest name that exists.
    pub nearest: Option<String>,
}

/// What a name in a selection means.
struct Selector<'a> {
    text: &'a str,
    kebab: String,
    category: Option<Category>,
}

impl<'a> Selector<'a> {
    fn new(text: &'a str) -> Selector<'a> {
        Selector {
            text,
            kebab: text.replace('_', "-"),
            category: Category::from_name(text),
        }
    }

    fn is_all(&self) -> bool {
        self.text == "all"
    }

    fn takes(&self, rule: &Configured) -> bool {
        let named = *rule.name == *self.text
            || rule.rule.name == self.kebab
            || rule.rule.aliases.contains(&self.kebab.as_str());
        named
            || self.is_all()
            || self
                .category
                .is_some_and(|category| rule.rule.categories.contains(&category))
    }
}

impl RuleSet {
    /// Only these run, also those that must be asked for. `all` means every rule.
    pub fn select<S: AsRef<str>>(&mut self, names: &[S]) -> Result<(), UnknownRule> {
        let selectors = self.selectors(names)?;
        for rule in &mut self.rules {
            let chosen = selectors.iter().any(|selector| selector.takes(rule));
            match (chosen, rule.severity) {
                (true, Severity::Off) => rule.severity = rule.rule.severity,
                (true, _) => {}
                (false, _) => rule.severity = Severity::Off,
            }
        }
        Ok(())
    }

    /// These don't run.
    pub fn exclude<S: AsRef<str>>(&mut self, names: &[S]) -> Result<(), UnknownRule> {
        let selectors = self.selectors(names)?;
        for rule in &mut self.rules {
            if selectors.iter().any(|selector| selector.takes(rule)) {
                rule.severity = Severity::Off;
            }
        }
        Ok(())
    }

    fn selectors<'a, S: AsRef<str>>(&self, names: &'a [S]) -> Result<Vec<Selector<'a>>, UnknownRule> {
        names
            .iter()
            .map(|name| {
                let selector = Selector::new(name.as_ref());
                if self.rules.iter().any(|rule| selector.takes(rule)) {
                    return Ok(selector);
                }
                Err(UnknownRule {
                    name: selector.text.to_owned(),
                    nearest: nearest_rule(selector.text).map(str::to_owned),
                })
            })
            .collect()
    }
}
