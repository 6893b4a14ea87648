//! Reads the layers of a configuration into rules.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use confiture_project::config::{Layer, LintConfig, LintOverride, Pattern, RULE_KEYS, RuleSetting};
use confiture_project::{Config, Problem, ProblemCode, SourceFile, nearest};
use globset::{Glob, GlobMatcher};

use super::configured::{Configured, Limit, NameFilter};
use super::names::{NamePattern, NameStyle};
use super::options::{self, OptionValue, Unread};
use super::{Rules, examples, own, presets};
use crate::rule::{Category, OptionDefault, RuleOption};
use crate::{Rule, Severity, registry};

/// What a configuration says.
pub(super) struct Read {
    /// The rules as they are for files that no override is for.
    pub(super) rules: Rules,
    /// Files that are not linted.
    pub(super) exclude: Vec<GlobMatcher>,
    /// The files of each override, in order; nothing for one that holds for all files or for none.
    pub(super) overrides: Vec<Vec<Limit>>,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
}

/// Reads a configuration, every mistake in it too.
pub(super) fn read(config: &Config, environment: Option<&Arc<str>>) -> Read {
    let mut reader = Reader::new(config, environment, Overrides::None);
    reader.read_all();
    let mut trial = Reader::new(config, environment, Overrides::All);
    trial.read_all();
    // What is wrong in overrides shows where all of them hold; the rest is told once.
    for problem in trial.problems {
        if !reader.problems.contains(&problem) {
            reader.problems.push(problem);
        }
    }
    let place = |problem: &Problem| problem.range.as_ref().map_or(0, |range| range.start);
    reader
        .problems
        .sort_by(|a, b| (&a.path, place(a)).cmp(&(&b.path, place(b))));
    Read {
        overrides: reader.limits,
        exclude: reader.exclude,
        rules: Rules {
            configured: finished(reader.rules),
            enabled: config.linting.enabled,
            queries: OnceLock::new(),
        },
        problems: reader.problems,
    }
}

/// The rules as they are where the overrides of the numbers that `holds` names hold. Mistakes were told before.
pub(super) fn read_with(
    config: &Config,
    environment: Option<&Arc<str>>,
    holds: impl Fn(usize) -> bool,
) -> Rules {
    let mut reader = Reader::new(config, environment, Overrides::Some(&holds));
    reader.read_all();
    Rules {
        configured: finished(reader.rules),
        enabled: config.linting.enabled,
        queries: OnceLock::new(),
    }
}

/// Where there are named instances of a rule, the rule itself runs only where it was asked for by its own name.
fn finished(mut rules: Vec<Configured>) -> Vec<Configured> {
    let replaced: HashSet<&str> = rules
        .iter()
        .filter(|r| r.is_instance())
        .map(|r| r.rule.name)
        .collect();
    let replaced: Vec<usize> = rules
        .iter()
        .enumerate()
        .filter(|(_, r)| !r.is_instance() && !r.asked_for && replaced.contains(r.rule.name))
        .map(|(at, _)| at)
        .collect();
    for at in replaced {
        if let Some(rule) = rules.get_mut(at) {
            rule.severity = Severity::Off;
        }
    }
    rules
}

/// The rule of that name or alias.
fn rule_of(name: &str) -> Option<&'static Rule> {
    let wanted = name.replace('_', "-");
    let called = |rule: &&&'static Rule| rule.name == wanted || rule.aliases.contains(&wanted.as_str());
    registry().iter().find(called).copied()
}

/// What a name in the configuration means.
#[derive(Clone, Copy)]
enum Meaning {
    Rule(&'static Rule),
    Category(Category),
    Unknown,
}

impl Meaning {
    fn of(name: &str) -> Meaning {
        let wanted = name.replace('_', "-");
        if DOCUMENTATION.contains(&wanted.as_str()) {
            return Meaning::Category(Category::Documentation);
        }
        if let Some(rule) = rule_of(name) {
            return Meaning::Rule(rule);
        }
        Category::from_name(name).map_or(Meaning::Unknown, Meaning::Category)
    }
}

/// These mean all rules about comments, even where one of them has such an alias.
pub(super) const DOCUMENTATION: [&str; 2] = ["documentation", "documentation-required"];

/// Which overrides hold.
enum Overrides<'a> {
    /// Those that aren't limited to files.
    None,
    /// All of the environment.
    All,
    /// Those that aren't limited to files, and these.
    Some(&'a dyn Fn(usize) -> bool),
}

/// Reads settings into rules.
struct Reader<'a> {
    config: &'a Config,
    environment: Option<&'a Arc<str>>,
    overrides: Overrides<'a>,
    /// The file that is being read.
    source: Option<Arc<SourceFile>>,
    rules: Vec<Configured>,
    exclude: Vec<GlobMatcher>,
    limits: Vec<Vec<Limit>>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn new(config: &'a Config, environment: Option<&'a Arc<str>>, overrides: Overrides<'a>) -> Self {
        Reader {
            config,
            environment,
            overrides,
            source: None,
            rules: registry()
                .iter()
                .map(|rule| Configured::new(rule, environment))
                .collect(),
            exclude: Vec::new(),
            limits: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn read_all(&mut self) {
        let linting = &self.config.linting;
        for layer in &linting.layers {
            match layer {
                Layer::File(file) => self.read_layer(file),
                Layer::Preset { name, source } => {
                    self.source.clone_from(source);
                    self.read_preset(name);
                }
            }
        }
        self.read_layer(linting);
    }

    fn read_preset(&mut self, name: &Pattern) {
        match presets::linting(&name.text) {
            Some(preset) => self.read_layer(&preset),
            None => {
                let names = presets::PRESETS.iter().map(|preset| preset.name);
                let help = match nearest(&name.text, names.clone()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!(
                        "presets: {}; a file is named by its path, such as `./{}.yaml`",
                        names.collect::<Vec<_>>().join(", "),
                        name.text
                    ),
                };
                let message = format!("unknown preset `{}`", name.text);
                self.problem(ProblemCode::WrongValue, name, message, Some(help));
            }
        }
    }

    /// Reads one layer: its settings, then what it overrides for some files or environments.
    fn read_layer(&mut self, layer: &LintConfig) {
        self.source.clone_from(&layer.source);
        self.read_settings(&layer.rules);
        for pattern in &layer.exclude {
            let glob = self.glob(pattern);
            self.exclude.extend(glob);
        }
        for over in &layer.overrides {
            self.read_override(over);
        }
    }

    fn read_override(&mut self, over: &LintOverride) {
        let number = self.limits.len();
        let limits = self.limits(&over.paths);
        self.check_environments(&over.environments);
        let in_environment = over.environments.is_empty()
            || self
                .environment
                .is_some_and(|name| over.environments.iter().any(|e| e.text == **name));
        let is_tried = matches!(self.overrides, Overrides::All);
        let holds = match self.overrides {
            Overrides::None => over.paths.is_empty(),
            Overrides::All => true,
            Overrides::Some(holds) => over.paths.is_empty() || holds(number),
        };
        self.limits.push(if in_environment { limits } else { Vec::new() });
        if holds && (in_environment || is_tried) {
            self.read_settings(&over.rules);
        }
    }

    /// Categories first, then what makes named instances, then single rules: the narrower wins, wherever it stands.
    fn read_settings(&mut self, settings: &[RuleSetting]) {
        let order = |setting: &RuleSetting| match (&setting.rule_type, Meaning::of(&setting.name.text)) {
            (Some(_), _) => 1,
            (None, Meaning::Category(_)) => 0,
            (None, _) => 2,
        };
        for wanted in 0..3 {
            for setting in settings.iter().filter(|setting| order(setting) == wanted) {
                self.read(setting);
            }
        }
    }

    fn read(&mut self, setting: &RuleSetting) {
        self.check_environments(&setting.applicable_to.environments);
        if let Some(kind) = &setting.rule_type {
            return self.read_instance(setting, kind);
        }
        let named: Vec<usize> = self.named(&setting.name.text);
        if !named.is_empty() {
            for at in named {
                self.apply(at, setting);
            }
            return;
        }
        match Meaning::of(&setting.name.text) {
            Meaning::Rule(rule) => {
                let at = self.own_place(rule);
                self.apply(at, setting);
                self.share(rule, setting);
            }
            Meaning::Category(category) => self.read_category(category, setting),
            Meaning::Unknown => self.unknown(&setting.name),
        }
    }

    /// Named instances of that name.
    fn named(&self, name: &str) -> Vec<usize> {
        let found = self.rules.iter().enumerate();
        found
            .filter(|(_, r)| r.is_instance() && &*r.name == name)
            .map(|(at, _)| at)
            .collect()
    }

    /// The place of a rule under its own name.
    fn own_place(&mut self, rule: &'static Rule) -> usize {
        self.place(rule, rule.name)
    }

    /// The place of a rule under a name.
    fn place(&mut self, rule: &'static Rule, name: &str) -> usize {
        let known = self
            .rules
            .iter()
            .position(|r| r.rule.name == rule.name && &*r.name == name);
        known.unwrap_or_else(|| {
            let mut made = Configured::new(rule, self.environment);
            made.name = name.into();
            self.rules.push(made);
            self.rules.len() - 1
        })
    }

    /// A setting with `type:`. One whose name is a name of that rule is the rule itself.
    fn read_instance(&mut self, setting: &RuleSetting, kind: &Pattern) {
        let own = Meaning::of(&setting.name.text);
        match (Meaning::of(&kind.text), own) {
            (Meaning::Rule(rule), Meaning::Rule(own)) if own.name == rule.name => {
                let at = self.own_place(rule);
                self.apply(at, setting);
            }
            (Meaning::Rule(rule), _) => {
                let at = self.place(rule, &setting.name.text);
                self.apply(at, setting);
            }
            (Meaning::Category(category), _) => self.read_category(category, setting),
            // `column_required: {column: id, type: uuid}`: the type that the column must have.
            (Meaning::Unknown, Meaning::Rule(own)) if has_option(own, "column_type") => {
                let at = self.own_place(own);
                self.apply(at, setting);
                self.set(at, "column_type", OptionValue::Text(kind.text.clone()));
            }
            (Meaning::Unknown, _) => self.unknown_type(kind),
        }
    }

    /// What a setting says of one rule.
    fn apply(&mut self, at: usize, setting: &RuleSetting) {
        let exemptions = self.filters(&setting.exemptions, Spelling::Glob);
        let excluded = self.filters(&setting.applicable_to.exclude_patterns, Spelling::Regex);
        let mut limits = self.limits(&setting.applicable_to.paths);
        limits.extend(self.schema_limits(&setting.applicable_to.schemas));
        let here = self.is_in_environment(setting);
        let Some(configured) = self.rules.get_mut(at) else {
            return;
        };
        configured.asked_for = true;
        match (setting.enabled, setting.severity) {
            (Some(false), _) => configured.switch_off(),
            (_, Some(severity)) => configured.set_severity(severity),
            (Some(true), None) => configured.enable(),
            (None, None) => configured.wake(),
        }
        if !here {
            configured.severity = Severity::Off;
        }
        if let Some(message) = &setting.message {
            configured.message = Some(message.clone());
        }
        configured
            .exemptions
            .extend(exemptions.into_iter().chain(excluded));
        configured.limits.extend(limits);
        self.read_options(at, setting);
        self.read_own(at, setting);
    }

    /// Options and exemptions of a rule that has the name of its category hold for the rest of the category too:
    /// `multi_tenant: {required_column: …}` names the column for all rules about tenants.
    fn share(&mut self, rule: &'static Rule, setting: &RuleSetting) {
        let Some(category) = Category::from_name(&setting.name.text) else {
            return;
        };
        let exemptions = self.quiet(|reader| reader.filters(&setting.exemptions, Spelling::Glob));
        let others: Vec<usize> = self
            .places(category)
            .into_iter()
            .filter(|at| self.rules.get(*at).is_some_and(|r| r.rule.name != rule.name))
            .collect();
        for at in others {
            let Some(configured) = self.rules.get_mut(at) else {
                continue;
            };
            configured.exemptions.extend(exemptions.iter().cloned());
            let declared: Vec<&String> = setting
                .options
                .keys()
                .filter(|name| declared(configured.rule, name).is_some())
                .collect();
            for name in declared {
                self.quiet(|reader| reader.read_option(at, setting, name));
            }
        }
    }

    /// Whether an option is for other rules of the category whose name the setting has.
    fn is_shared(&self, rule: &Rule, setting: &RuleSetting, option: &str) -> bool {
        let category = Category::from_name(&setting.name.text).filter(|c| rule.categories.contains(c));
        let Some(category) = category else { return false };
        let others = self.places(category);
        others
            .iter()
            .filter_map(|at| self.rules.get(*at))
            .any(|other| declared(other.rule, option).is_some())
    }

    fn places(&self, category: Category) -> Vec<usize> {
        let found = self.rules.iter().enumerate();
        found
            .filter(|(_, r)| r.rule.categories.contains(&category))
            .map(|(at, _)| at)
            .collect()
    }

    /// A category switches its rules. Its options name rules of it, or are options that its rules have.
    fn read_category(&mut self, category: Category, setting: &RuleSetting) {
        let exemptions = self.filters(&setting.exemptions, Spelling::Glob);
        let excluded = self.filters(&setting.applicable_to.exclude_patterns, Spelling::Regex);
        let mut limits = self.limits(&setting.applicable_to.paths);
        limits.extend(self.schema_limits(&setting.applicable_to.schemas));
        let here = self.is_in_environment(setting);
        // What lists its rules, or names some by its options, means those.
        let names_some = setting.lists_rules || setting.options.keys().any(|name| rule_of(name).is_some());
        for at in self.places(category) {
            let Some(configured) = self.rules.get_mut(at) else {
                continue;
            };
            match (setting.enabled, setting.severity) {
                (Some(false), _) | (_, Some(Severity::Off)) => configured.switch_off(),
                (_, Some(severity)) if names_some => configured.severity_when_on = severity,
                (_, Some(severity)) => configured.set_severity(severity),
                (Some(true), None) if !names_some => configured.enable(),
                _ => {}
            }
            if !here {
                configured.severity = Severity::Off;
            }
            // What describes all rules of a category says too little of what each of them finds.
            if let (Some(message), false) = (&setting.message, names_some || setting.custom) {
                configured.message = Some(message.clone());
            }
            configured
                .exemptions
                .extend(exemptions.iter().chain(&excluded).cloned());
            configured.limits.extend(limits.iter().cloned());
        }
        for name in setting.options.keys() {
            self.read_category_option(category, setting, name);
        }
    }

    fn read_category_option(&mut self, category: Category, setting: &RuleSetting, name: &str) {
        let key = self.key(setting, name);
        match Meaning::of(name) {
            Meaning::Rule(_) => self.read_nested(setting, name),
            Meaning::Category(_) | Meaning::Unknown => {
                let having: Vec<usize> = self
                    .places(category)
                    .into_iter()
                    .filter(|at| {
                        self.rules
                            .get(*at)
                            .is_some_and(|r| declared(r.rule, name).is_some())
                    })
                    .collect();
                for at in &having {
                    self.read_option(*at, setting, name);
                    if let (Some(configured), false) =
                        (self.rules.get_mut(*at), setting.enabled == Some(false))
                    {
                        configured.enable();
                    }
                }
                if having.is_empty() {
                    self.unknown_in(category, &key);
                }
            }
        }
    }

    /// Reads an option that names a rule.
    fn read_nested(&mut self, setting: &RuleSetting, name: &str) {
        let Some(source) = self.source.clone() else { return };
        let (read, problems) = setting.of_option(name, &source);
        self.problems.extend(problems);
        if let Some(read) = read {
            self.read(&read);
        }
    }

    fn key(&self, setting: &RuleSetting, name: &str) -> Pattern {
        Pattern {
            text: name.to_owned(),
            range: setting
                .options
                .get(name)
                .map_or(setting.range.clone(), |option| option.key_range.clone()),
        }
    }

    fn read_options(&mut self, at: usize, setting: &RuleSetting) {
        for name in setting.options.keys() {
            let Some(rule) = self.rules.get(at).map(|r| r.rule) else {
                return;
            };
            if declared(rule, name).is_some() {
                self.read_option(at, setting, name);
            } else if is_name_pattern(rule, name) {
                self.read_name_pattern(at, setting);
            } else if is_of_category(rule, setting) && rule_of(name).is_some() {
                self.read_nested(setting, name);
            } else if !self.is_shared(rule, setting, name) {
                let key = self.key(setting, name);
                self.unknown_option(rule, &key);
            }
        }
    }

    /// Reads an option that the rule declares.
    fn read_option(&mut self, at: usize, setting: &RuleSetting, name: &str) {
        let Some(option) = setting.options.get(name) else {
            return;
        };
        let Some(rule) = self.rules.get(at).map(|r| r.rule) else {
            return;
        };
        let Some(declared) = declared(rule, name) else {
            return;
        };
        match options::read(&option.value, &declared.default) {
            Ok((value, otherwise)) => {
                if let Some(base) = otherwise {
                    let at = Pattern {
                        text: option.value.scalar().unwrap_or_default(),
                        range: option.value.range.clone(),
                    };
                    let message = format!("`{}` is read as `{base}`", at.text);
                    self.problem(ProblemCode::ReadOtherwise, &at, message, None);
                }
                if let Some(configured) = self.rules.get_mut(at) {
                    configured.options.set(declared, value);
                }
            }
            Err(unread) => self.wrong_option(name, &option.value.range, &declared.default, unread),
        }
    }

    /// `pattern` of an instance of the rule about names: for the kind that `target` or the instance's name says.
    fn read_name_pattern(&mut self, at: usize, setting: &RuleSetting) {
        let Some(pattern) = setting.options.get("pattern") else {
            return self.lone_target(setting);
        };
        let Some(rule) = self.rules.get(at).map(|r| r.rule) else {
            return;
        };
        let style = match options::read(&pattern.value, &OptionDefault::Style("any")) {
            Ok((style, _)) => style,
            Err(unread) => {
                return self.wrong_option("pattern", &pattern.value.range, &OptionDefault::Regex(""), unread);
            }
        };
        let kinds: Vec<&RuleOption> = rule
            .options
            .iter()
            .filter(|o| matches!(o.default, OptionDefault::Style(_)) && !o.name.ends_with("_side"))
            .collect();
        let wanted = self.target(setting, &kinds);
        for kind in kinds {
            let value = match wanted.contains(&kind.name) {
                true => style.clone(),
                false => OptionValue::Style(NameStyle::Any),
            };
            if let Some(configured) = self.rules.get_mut(at) {
                configured.options.set(kind, value);
            }
        }
    }

    /// The kinds of objects that a pattern is for.
    fn target(&mut self, setting: &RuleSetting, kinds: &[&RuleOption]) -> Vec<&'static str> {
        let names: Vec<&'static str> = kinds.iter().map(|kind| kind.name).collect();
        if let Some(option) = setting.options.get("target") {
            let texts: Vec<String> = option.value.items().iter().filter_map(|i| i.scalar()).collect();
            let known = names.iter().filter(|name| texts.iter().any(|text| text == *name));
            let known: Vec<&str> = known.copied().collect();
            if known.len() == texts.len() && !known.is_empty() {
                return names.into_iter().filter(|name| known.contains(name)).collect();
            }
            let key = Pattern {
                text: texts.join(", "),
                range: option.value.range.clone(),
            };
            let message = format!(
                "`target` must be some of {}, not `{}`",
                names.join(", "),
                key.text
            );
            let help =
                nearest(&key.text, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            self.problem(ProblemCode::WrongValue, &key, message, help);
            return Vec::new();
        }
        let name = setting.name.text.to_lowercase();
        let said: Vec<&'static str> = names
            .iter()
            .copied()
            .filter(|kind| name.contains(kind) || name.contains(singular(kind)))
            .collect();
        let (meant, why) = match said.as_slice() {
            [] => (vec!["tables", "columns"], "nothing says what for"),
            _ => (said, "by the rule's name"),
        };
        let key = self.key(setting, "pattern");
        let message = format!("`pattern` is read as one for {} ({why})", meant.join(" and "));
        let help = format!("`target: {}` says so", meant.join(", "));
        self.problem(ProblemCode::ReadOtherwise, &key, message, Some(help));
        meant
    }

    fn lone_target(&mut self, setting: &RuleSetting) {
        if setting.options.contains_key("target") {
            let key = self.key(setting, "target");
            let message = "`target` says what a `pattern` is for, and there is none".to_owned();
            self.problem(ProblemCode::WrongValue, &key, message, None);
        }
    }

    /// Reads the query or the SQL of a rule that has one, and tries its examples.
    fn read_own(&mut self, at: usize, setting: &RuleSetting) {
        let Some(configured) = self.rules.get_mut(at) else {
            return;
        };
        let source = self.source.clone();
        let mut problems = Vec::new();
        if let Some(source) = &source {
            problems.extend(own::read(configured, setting, source));
        }
        problems.extend(examples::check(configured, setting, source.as_ref()));
        self.problems.extend(problems);
    }

    fn set(&mut self, at: usize, name: &str, value: OptionValue) {
        if let Some(configured) = self.rules.get_mut(at)
            && let Some(option) = declared(configured.rule, name)
        {
            configured.options.set(option, value);
        }
    }

    fn is_in_environment(&self, setting: &RuleSetting) -> bool {
        let wanted = &setting.applicable_to.environments;
        wanted.is_empty()
            || self
                .environment
                .is_none_or(|name| wanted.iter().any(|e| e.text == **name))
    }

    /// Environments that aren't among those that the configuration has are mistakes; where it has none, any may be meant.
    fn check_environments(&mut self, names: &[Pattern]) {
        let known = &self.config.environments;
        if known.is_empty() {
            return;
        }
        for name in names.iter().filter(|name| !known.contains_key(&name.text)) {
            let help = match nearest(&name.text, known.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "environments: {}",
                    known.keys().cloned().collect::<Vec<_>>().join(", ")
                ),
            };
            let message = format!("unknown environment `{}`", name.text);
            self.problem(ProblemCode::WrongValue, name, message, Some(help));
        }
    }

    fn limits(&mut self, paths: &[Pattern]) -> Vec<Limit> {
        let mut limits = Vec::new();
        for path in paths {
            match Limit::path(path) {
                Ok(limit) => limits.push(limit),
                Err(error) => self.not_a_glob(path, &error),
            }
        }
        limits
    }

    /// Folders, or schemas of the database: where the text can be the name of a schema, it is taken for both.
    fn schema_limits(&mut self, patterns: &[Pattern]) -> Vec<Limit> {
        let mut limits = self.limits(patterns);
        let schemas = patterns.iter().filter(|p| !p.text.contains('/'));
        limits.extend(schemas.map(|p| Limit::Schema(p.text.clone())));
        limits
    }

    fn filters(&mut self, patterns: &[Pattern], spelling: Spelling) -> Vec<NameFilter> {
        let mut filters = Vec::new();
        for pattern in patterns {
            if spelling == Spelling::Glob && !pattern.text.starts_with('^') {
                filters.extend(self.glob(pattern).map(NameFilter::Glob));
                continue;
            }
            if spelling == Spelling::Glob {
                let message = format!(
                    "`{}` is read as a regular expression, not as a glob",
                    pattern.text
                );
                self.problem(ProblemCode::ReadOtherwise, pattern, message, None);
            }
            match NamePattern::new(&pattern.text) {
                Ok(regex) => filters.push(NameFilter::Regex(regex)),
                Err(why) => {
                    let message = format!("`{}` is not a regular expression: {why}", pattern.text);
                    self.problem(ProblemCode::WrongValue, pattern, message, None);
                }
            }
        }
        filters
    }

    fn glob(&mut self, pattern: &Pattern) -> Option<GlobMatcher> {
        match Glob::new(&pattern.text) {
            Ok(glob) => Some(glob.compile_matcher()),
            Err(error) => {
                self.not_a_glob(pattern, &error);
                None
            }
        }
    }

    fn not_a_glob(&mut self, pattern: &Pattern, error: &globset::Error) {
        let message = format!("`{}` is not a glob: {}", pattern.text, error.kind());
        self.problem(ProblemCode::WrongValue, pattern, message, None);
    }

    /// Does something whose problems were told before.
    fn quiet<T>(&mut self, task: impl FnOnce(&mut Self) -> T) -> T {
        let told = self.problems.len();
        let done = task(self);
        self.problems.truncate(told);
        done
    }

    fn problem(&mut self, code: ProblemCode, at: &Pattern, message: String, help: Option<String>) {
        let mut problem = match &self.source {
            Some(source) => Problem::new(code, &source.path, message).at(at.range.clone(), source.shown()),
            None => self.config.problem(code, &at.range, message),
        };
        problem.help = help;
        self.problems.push(problem);
    }

    fn unknown(&mut self, name: &Pattern) {
        let instances = self.rules.iter().filter(|r| r.is_instance()).map(|r| &*r.name);
        let near = nearest(&name.text, instances)
            .map(str::to_owned)
            .or_else(|| super::nearest_name(&[], &name.text));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`confiture rules` lists all rules".to_owned(),
        };
        let message = format!("unknown rule `{}`", name.text);
        self.problem(ProblemCode::UnknownKey, name, message, Some(help));
    }

    fn unknown_type(&mut self, kind: &Pattern) {
        let help = match super::nearest_rule(&kind.text) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "a rule of your own has a `pattern:`, a `query:` or `sql:`; `confiture rules` lists all others"
                .to_owned(),
        };
        let message = format!("unknown rule type `{}`", kind.text);
        self.problem(ProblemCode::UnknownKey, kind, message, Some(help));
    }

    fn unknown_option(&mut self, rule: &Rule, key: &Pattern) {
        let own: Vec<&str> = rule.options.iter().map(|o| o.name).collect();
        let all = own.iter().copied().chain(RULE_KEYS);
        let help = match nearest(&key.text, all) {
            Some(near) => format!("did you mean `{near}`?"),
            None if own.is_empty() => {
                "it has none of its own; every rule takes `severity`, `enabled` and `exemptions`".to_owned()
            }
            None => format!("its options: {}", own.join(", ")),
        };
        let message = format!("rule `{}` has no option `{}`", rule.name, key.text);
        self.problem(ProblemCode::UnknownKey, key, message, Some(help));
    }

    fn unknown_in(&mut self, category: Category, key: &Pattern) {
        let rules = registry().iter().filter(|r| r.categories.contains(&category));
        let names = rules.flat_map(|r| {
            let options = r.options.iter().map(|o| o.name);
            std::iter::once(r.name)
                .chain(r.aliases.iter().copied())
                .chain(options)
        });
        let near = nearest(&key.text, names.chain(RULE_KEYS)).map(str::to_owned);
        let help = match near.or_else(|| super::nearest_name(&[], &key.text)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`confiture rules` lists all rules".to_owned(),
        };
        let message = format!("category `{category}` has no rule or option `{}`", key.text);
        self.problem(ProblemCode::UnknownKey, key, message, Some(help));
    }

    fn wrong_option(
        &mut self,
        name: &str,
        range: &std::ops::Range<usize>,
        wanted: &OptionDefault,
        unread: Unread,
    ) {
        let (message, help) = match unread {
            Unread::WrongKind => (format!("`{name}` must be {}", wanted.kind()), None),
            Unread::Wrong { message, help } => (format!("`{name}`: {message}"), help),
        };
        let at = Pattern {
            text: name.to_owned(),
            range: range.clone(),
        };
        self.problem(ProblemCode::WrongValue, &at, message, help);
    }
}

/// How filters of names are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Glob,
    Regex,
}

/// The option of that name, or of an alias of it as the seeds spell it.
fn declared<'r>(rule: &'r Rule, name: &str) -> Option<&'r RuleOption> {
    let aliases: &[&str] = match name {
        "column" => &["required_column"],
        "required_column" => &["column"],
        "tenant_column" => &["required_column", "column"],
        "tree_query" => &["query"],
        _ => &[],
    };
    let by_name = |wanted: &str| rule.options.iter().find(|o| o.name == wanted);
    by_name(name).or_else(|| aliases.iter().find_map(|alias| by_name(alias)))
}

fn has_option(rule: &Rule, name: &str) -> bool {
    declared(rule, name).is_some()
}

/// Whether a setting has the name of a category that the rule is of.
fn is_of_category(rule: &Rule, setting: &RuleSetting) -> bool {
    Category::from_name(&setting.name.text).is_some_and(|category| rule.categories.contains(&category))
}

/// Whether a key is one that a named instance of the rule about names takes: `pattern`, and what it is for.
fn is_name_pattern(rule: &Rule, key: &str) -> bool {
    let has_styles = rule
        .options
        .iter()
        .any(|option| matches!(option.default, OptionDefault::Style(_)));
    rule.name == "naming-convention" && has_styles && matches!(key, "pattern" | "target")
}

/// `tables` → `table`, `indexes` → `index`.
fn singular(kind: &str) -> &str {
    kind.strip_suffix("es")
        .filter(|stem| stem.ends_with('x'))
        .or_else(|| kind.strip_suffix('s'))
        .unwrap_or(kind)
}
