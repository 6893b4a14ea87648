//! From configuration to the rules that run, each with its severity, options and exemptions.
//!
//! [`RuleSet::from_config`] reads all layers (presets, files, the project's own). What holds for some files only
//! (`overrides` with `paths`) makes rule sets of its own, built when a file of theirs is first asked about.

mod configured;
mod examples;
mod names;
mod options;
mod own;
mod presets;
mod reader;
mod schema;

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use confiture_project::{Config, Problem};
use globset::GlobMatcher;

use crate::rule::{Activation, Category};
use crate::{Rule, Severity, registry};

pub use configured::Configured;
pub use names::{NamePattern, NameStyle, NameTemplate, NotAStyle};
pub use options::{OptionValue, Options};
pub(crate) use own::Queries;
pub use own::{SqlRule, SqlTarget};
pub use presets::{PRESETS, Preset};
pub use schema::config_schema;

use crate::selection::Choice;
use configured::{Limit, slashes};

/// The rules that run.
#[derive(Debug, Clone)]
pub struct RuleSet {
    base: Arc<Rules>,
    exclude: Vec<GlobMatcher>,
    by_path: Option<Arc<ByPath>>,
    choices: Vec<Choice>,
}

/// The rules that run for some files, those that are off included.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) configured: Vec<Configured>,
    enabled: bool,
    queries: OnceLock<Option<Queries>>,
}

impl Clone for Rules {
    /// What is made of the rules when it is needed is not copied: the copy is about to be changed.
    fn clone(&self) -> Rules {
        Rules {
            configured: self.configured.clone(),
            enabled: self.enabled,
            queries: OnceLock::new(),
        }
    }
}

impl Rules {
    /// Rules that run.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Configured> {
        self.configured
            .iter()
            .filter(|r| self.enabled && r.severity != Severity::Off)
    }

    /// The queries among the rules that run, as one.
    pub(crate) fn queries(&self) -> Option<&Queries> {
        self.queries.get_or_init(|| Queries::of(self)).as_ref()
    }
}

/// What holds for some files only.
struct ByPath {
    config: Config,
    environment: Option<Arc<str>>,
    /// The globs and folders of each override, in order.
    limits: Vec<Vec<Limit>>,
    /// Rule sets by the overrides that hold.
    sets: Mutex<HashMap<Vec<usize>, Arc<Rules>>>,
}

impl fmt::Debug for ByPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByPath")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Default for RuleSet {
    /// Every rule as it is without a configuration.
    fn default() -> RuleSet {
        RuleSet::of(Rules {
            configured: registry()
                .iter()
                .map(|rule| Configured::new(rule, None))
                .collect(),
            enabled: true,
            queries: OnceLock::new(),
        })
    }
}

impl RuleSet {
    fn of(rules: Rules) -> RuleSet {
        RuleSet {
            base: Arc::new(rules),
            exclude: Vec::new(),
            by_path: None,
            choices: Vec::new(),
        }
    }

    /// What a configuration asks for, in the environment that it is for (`environment: {name: …}`), if any. Its mistakes
    /// are returned beside what could be understood.
    pub fn from_config(config: &Config) -> (RuleSet, Vec<Problem>) {
        RuleSet::for_environment(config, config.environment.as_deref())
    }

    /// What a configuration asks for in an environment. Without one, rules that are limited to environments run, and
    /// overrides for environments don't hold.
    pub fn for_environment(config: &Config, environment: Option<&str>) -> (RuleSet, Vec<Problem>) {
        let environment: Option<Arc<str>> = environment.map(Arc::from);
        let read = reader::read(config, environment.as_ref());
        let mut set = RuleSet::of(read.rules);
        set.exclude = read.exclude;
        if read.overrides.iter().any(|limits| !limits.is_empty()) {
            set.by_path = Some(Arc::new(ByPath {
                config: config.clone(),
                environment,
                limits: read.overrides,
                sets: Mutex::default(),
            }));
        }
        (set, read.problems)
    }

    /// Every rule, those too that must be asked for.
    pub fn all() -> RuleSet {
        let mut set = RuleSet::default();
        set.edit(|rules| rules.configured.iter_mut().for_each(Configured::enable));
        set
    }

    /// One rule alone, switched on.
    pub fn only(name: &str) -> RuleSet {
        let mut set = RuleSet::all();
        set.edit(|rules| rules.configured.retain(|r| r.rule.name == name));
        set
    }

    /// Switches rules on and off for one run, on top of what is configured.
    pub(crate) fn choose(&mut self, choice: Choice) {
        self.edit(|rules| choice.apply(&mut rules.configured));
        self.choices.push(choice);
        // What was made for single files was made without the choice.
        self.by_path = self.by_path.take().map(|by_path| {
            Arc::new(ByPath {
                config: by_path.config.clone(),
                environment: by_path.environment.clone(),
                limits: by_path.limits.clone(),
                sets: Mutex::default(),
            })
        });
    }

    fn edit(&mut self, change: impl FnOnce(&mut Rules)) {
        change(Arc::make_mut(&mut self.base));
    }

    /// The rules, those that are off included, as they are for files that no override is for.
    pub fn rules(&self) -> &[Configured] {
        &self.base.configured
    }

    /// Rules that run for files that no override is for.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Configured> {
        self.base.active()
    }

    /// The rules as they are for a file.
    pub(crate) fn for_path(&self, path: &Path) -> Arc<Rules> {
        let Some(by_path) = &self.by_path else {
            return Arc::clone(&self.base);
        };
        let shown = slashes(path);
        let numbered = by_path.limits.iter().enumerate();
        let holding: Vec<usize> = numbered
            .filter(|(_, limits)| limits.iter().any(|limit| limit.holds_path(&shown)))
            .map(|(number, _)| number)
            .collect();
        if holding.is_empty() {
            return Arc::clone(&self.base);
        }
        let mut sets = by_path.sets.lock().unwrap_or_else(PoisonError::into_inner);
        let made = sets.entry(holding).or_insert_with_key(|holding| {
            let mut rules = reader::read_with(&by_path.config, by_path.environment.as_ref(), |number| {
                holding.contains(&number)
            });
            for choice in &self.choices {
                choice.apply(&mut rules.configured);
            }
            Arc::new(rules)
        });
        Arc::clone(made)
    }

    /// Whether some file may be searched by queries.
    pub(crate) fn has_queries(&self) -> bool {
        self.by_path.is_some() || self.base.queries().is_some()
    }

    /// Whether files of that path are not linted.
    pub(crate) fn excludes(&self, path: &Path) -> bool {
        let path = slashes(path);
        self.exclude.iter().any(|glob| glob.is_match(&path))
    }
}

impl RuleSet {
    /// Hands over everything that decides what the rules find, a part at a time: two sets that hand over the same find
    /// the same, in this build.
    pub(crate) fn identify(&self, part: &mut dyn FnMut(&[u8])) {
        let RuleSet {
            base,
            exclude,
            by_path,
            choices,
        } = self;
        let Rules {
            configured,
            enabled,
            // They are made of the rules.
            queries: _,
        } = &**base;
        for rule in configured {
            rule.identify(part);
        }
        part(format!("{enabled} {exclude:?} {choices:?}").as_bytes());
        if let Some(by_path) = by_path {
            let ByPath {
                config,
                environment,
                limits,
                sets: _,
            } = &**by_path;
            part(format!("{config:?} {environment:?} {limits:?}").as_bytes());
        }
    }
}

/// The nearest name of a rule, a category or a named instance.
fn nearest_name(configured: &[Configured], name: &str) -> Option<String> {
    if let Some(near) = nearest_rule(name) {
        return Some(near.to_owned());
    }
    let category = Category::ALL.into_iter().map(Category::as_str);
    let instance = confiture_project::nearest(name, configured.iter().map(|c| c.name.as_ref()));
    let near = instance.or_else(|| confiture_project::nearest(name, category));
    near.map(str::to_owned)
}

/// The rule whose name or alias is nearest to `name`, by the name that it goes by.
pub fn nearest_rule(name: &str) -> Option<&'static str> {
    let names = registry()
        .iter()
        .flat_map(|r| std::iter::once(r.name).chain(r.aliases.iter().copied()));
    let near = confiture_project::nearest(&name.replace('_', "-"), names)?;
    registry()
        .iter()
        .find(|r| r.name == near || r.aliases.contains(&near))
        .map(|r| r.name)
}

/// The activation of a rule as reports spell it.
pub fn activation_name(rule: &Rule) -> &'static str {
    match rule.activation {
        Activation::Default => "default",
        Activation::OnRequest => "on request",
    }
}
