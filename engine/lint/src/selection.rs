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

/// What somebody chose for one run.
#[derive(Debug, Clone)]
pub(crate) enum Choice {
    /// Only these.
    Only(Vec<Selector>),
    /// All but these.
    Without(Vec<Selector>),
}

/// What a name in a selection means.
#[derive(Debug, Clone)]
pub(crate) struct Selector {
    text: String,
    kebab: String,
    category: Option<Category>,
}

impl Selector {
    fn new(text: &str) -> Selector {
        Selector {
            text: text.to_owned(),
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

impl Choice {
    /// Switches rules on and off as it says.
    pub(crate) fn apply(&self, rules: &mut [Configured]) {
        for rule in rules {
            match self {
                Choice::Only(selectors) if selectors.iter().any(|selector| selector.takes(rule)) => {
                    rule.enable()
                }
                Choice::Without(selectors) if !selectors.iter().any(|selector| selector.takes(rule)) => {}
                _ => rule.severity = Severity::Off,
            }
        }
    }
}

impl RuleSet {
    /// Only these run, also those that must be asked for. `all` means every rule.
    pub fn select<S: AsRef<str>>(&mut self, names: &[S]) -> Result<(), UnknownRule> {
        let selectors = self.selectors(names)?;
        self.choose(Choice::Only(selectors));
        Ok(())
    }

    /// These don't run.
    pub fn exclude<S: AsRef<str>>(&mut self, names: &[S]) -> Result<(), UnknownRule> {
        let selectors = self.selectors(names)?;
        self.choose(Choice::Without(selectors));
        Ok(())
    }

    fn selectors<S: AsRef<str>>(&self, names: &[S]) -> Result<Vec<Selector>, UnknownRule> {
        names
            .iter()
            .map(|name| {
                let selector = Selector::new(name.as_ref());
                if self.rules().iter().any(|rule| selector.takes(rule)) {
                    return Ok(selector);
                }
                let instances = self.rules().iter().map(|rule| &*rule.name);
                let nearest = nearest_rule(&selector.text)
                    .map(str::to_owned)
                    .or_else(|| confiture_project::nearest(&selector.text, instances).map(str::to_owned));
                Err(UnknownRule {
                    name: selector.text,
                    nearest,
                })
            })
            .collect()
    }
}
