//! From configuration to the rules that run, each with its severity, options and exemptions.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use confiture_project::config::{Pattern, RuleSetting};
use confiture_project::{Config, Problem, ProblemCode, Value};
use globset::{Glob, GlobMatcher};

use crate::context::Subject;
use crate::rule::{Activation, Category, OptionDefault};
use crate::{Rule, Severity, registry};

/// The rules that run.
#[derive(Debug, Clone)]
pub struct RuleSet {
    pub(crate) rules: Vec<Configured>,
    exclude: Vec<GlobMatcher>,
    enabled: bool,
}

/// A rule and what is configured for it.
#[derive(Debug, Clone)]
pub struct Configured {
    /// Its name: the rule's, or that of a named instance.
    pub name: Arc<str>,
    /// The rule.
    pub rule: &'static Rule,
    /// How severe its findings are; [`Severity::Off`] where it does not run.
    pub severity: Severity,
    /// Its options.
    pub options: Options,
    /// A message that replaces the rule's own.
    pub message: Option<String>,
    exemptions: Vec<GlobMatcher>,
    folders: Vec<String>,
}

/// The values of a rule's options: every option that the rule declares has one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options(BTreeMap<&'static str, OptionValue>);

/// A value of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionValue {
    /// A text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
    /// Yes or no.
    Bool(bool),
}

impl Options {
    fn defaults(rule: &Rule) -> Options {
        let value = |default: &OptionDefault| match default {
            OptionDefault::Text(text) => OptionValue::Text((*text).to_owned()),
            OptionDefault::List(items) => OptionValue::List(items.iter().map(|i| (*i).to_owned()).collect()),
            OptionDefault::Bool(value) => OptionValue::Bool(*value),
        };
        Options(rule.options.iter().map(|o| (o.name, value(&o.default))).collect())
    }

    /// An option's text; empty where there is no such option.
    pub fn text(&self, name: &str) -> &str {
        match self.0.get(name) {
            Some(OptionValue::Text(text)) => text,
            _ => "",
        }
    }

    /// An option's list.
    pub fn list(&self, name: &str) -> &[String] {
        match self.0.get(name) {
            Some(OptionValue::List(items)) => items,
            _ => &[],
        }
    }

    /// Whether an option is on.
    pub fn is_on(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(OptionValue::Bool(true)))
    }
}

impl Configured {
    fn new(rule: &'static Rule) -> Configured {
        Configured {
            name: rule.name.into(),
            rule,
            severity: rule.default_severity(),
            options: Options::defaults(rule),
            message: None,
            exemptions: Vec::new(),
            folders: Vec::new(),
        }
    }

    /// Whether the configuration exempts what a finding is about.
    pub(crate) fn exempts(&self, subject: &Subject) -> bool {
        if self.exemptions.is_empty() {
            return false;
        }
        let mut names = Vec::new();
        if let Some(relation) = &subject.relation {
            names.push(relation.name.as_str().to_owned());
            names.push(relation.to_string());
            names.extend(
                subject
                    .part
                    .iter()
                    .map(|part| format!("{}.{}", relation.name, part)),
            );
        }
        names.extend(subject.part.iter().map(|part| part.as_str().to_owned()));
        self.exemptions
            .iter()
            .any(|glob| names.iter().any(|name| glob.is_match(name)))
    }

    /// Whether the configuration limits the rule to folders that don't hold a file.
    pub(crate) fn leaves_out(&self, path: &Path) -> bool {
        let path = path.to_string_lossy().replace('\\', "/");
        !self.folders.is_empty() && !self.folders.iter().any(|folder| is_below(&path, folder))
    }

    fn enable(&mut self) {
        if self.severity == Severity::Off {
            self.severity = self.rule.severity;
        }
    }

    fn accept(&mut self, setting: &RuleSetting) {
        match (setting.enabled, setting.severity) {
            (Some(false), _) => self.severity = Severity::Off,
            (_, Some(severity)) => self.severity = severity,
            (_, None) => self.enable(),
        }
        if let Some(message) = &setting.message {
            self.message = Some(message.clone());
        }
        self.folders
            .extend(setting.applicable_to.paths.iter().map(|p| folder(&p.text)));
    }
}

/// A folder as configuration writes it, without what changes nothing.
fn folder(text: &str) -> String {
    text.trim_start_matches("./")
        .trim_end_matches("/**")
        .trim_end_matches('/')
        .to_owned()
}

/// Whether a path lies in a folder: named from the root of the project, or by a part of the path.
fn is_below(path: &str, folder: &str) -> bool {
    path.match_indices(folder).any(|(at, _)| {
        let begins = at == 0 || path.as_bytes()[at - 1] == b'/';
        let end = at + folder.len();
        begins && (end == path.len() || path.as_bytes()[end] == b'/')
    })
}

impl Default for RuleSet {
    /// Every rule as it is without a configuration.
    fn default() -> RuleSet {
        RuleSet {
            rules: registry().iter().map(|rule| Configured::new(rule)).collect(),
            exclude: Vec::new(),
            enabled: true,
        }
    }
}

impl RuleSet {
    /// What a configuration asks for. Its mistakes are returned beside what could be understood.
    pub fn from_config(config: &Config) -> (RuleSet, Vec<Problem>) {
        let mut reader = Reader {
            config,
            set: RuleSet::default(),
            problems: Vec::new(),
        };
        reader.set.enabled = config.linting.enabled;
        for setting in &config.linting.rules {
            reader.read(setting);
        }
        for pattern in &config.linting.exclude {
            let globs = reader.globs(std::slice::from_ref(pattern));
            reader.set.exclude.extend(globs);
        }
        for rule in &config.linting.custom_rules {
            let at = Pattern {
                text: String::new(),
                range: rule.range.clone(),
            };
            reader.notice(&at, "`custom_rules` are not checked by this version");
        }
        (reader.set, reader.problems)
    }

    /// Every rule, those too that must be asked for.
    pub fn all() -> RuleSet {
        let mut set = RuleSet::default();
        set.rules.iter_mut().for_each(Configured::enable);
        set
    }

    /// One rule alone, switched on.
    pub fn only(name: &str) -> RuleSet {
        let mut set = RuleSet::all();
        set.rules.retain(|r| r.rule.name == name);
        set
    }

    /// The rules, those that are off included.
    pub fn rules(&self) -> &[Configured] {
        &self.rules
    }

    /// Rules that run.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Configured> {
        self.rules
            .iter()
            .filter(|r| self.enabled && r.severity != Severity::Off)
    }

    /// A rule's configuration.
    pub(crate) fn named(&self, name: &str) -> Option<&Configured> {
        self.rules.iter().find(|r| &*r.name == name)
    }

    /// Whether files of that path are not linted.
    pub(crate) fn excludes(&self, path: &Path) -> bool {
        self.exclude.iter().any(|glob| glob.is_match(path))
    }
}

/// Names of the seeds' configuration whose rules this version does not have. They load, with a notice.
const PLANNED: &[&str] = &[
    "compliance",
    "cqrs",
    "cqrs-validation",
    "large-table-has-indexes",
    "no-implicit-casts",
    "no-unlogged-tables-in-production",
    "password-fields-must-be-hashed",
    "require-column-comments",
    "require-password-hash",
    "security",
    "sensitive-columns-must-be-masked",
    "sequential-scan-potential",
    "table-prefix",
    "warn-missing-indices",
    "warn-plain-text-pii",
];

/// Options of the seeds' configuration that this version does not have.
const PLANNED_OPTIONS: &[&str] = &[
    "functions",
    "types",
    "indexes",
    "constraints",
    "write_side",
    "read_side",
    "max_length",
    "read_model_sources",
];

/// What a name in the configuration means.
enum Meaning {
    Rule(usize),
    Category(Category),
    Planned,
    Unknown,
}

/// Reads settings into a rule set.
struct Reader<'a> {
    config: &'a Config,
    set: RuleSet,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn read(&mut self, setting: &RuleSetting) {
        let name = setting.rule_type.as_ref().unwrap_or(&setting.name);
        match self.meaning(&name.text) {
            Meaning::Rule(at) => self.read_rule(at, setting),
            Meaning::Category(category) => self.read_category(category, setting),
            Meaning::Planned => self.notice(name, &format!("`{}` is not checked by this version", name.text)),
            Meaning::Unknown => self.unknown(name),
        }
        for pattern in &setting.applicable_to.exclude_patterns {
            self.notice(
                pattern,
                "`exclude_patterns` is not read by this version; `exemptions` takes globs",
            );
        }
    }

    fn meaning(&self, name: &str) -> Meaning {
        let wanted = name.replace('_', "-");
        if let Some(at) = self
            .set
            .rules
            .iter()
            .position(|r| r.rule.name == wanted || r.rule.aliases.contains(&wanted.as_str()))
        {
            return Meaning::Rule(at);
        }
        match Category::from_name(name) {
            Some(category) => Meaning::Category(category),
            None if PLANNED.contains(&wanted.as_str()) => Meaning::Planned,
            None => Meaning::Unknown,
        }
    }

    fn read_rule(&mut self, at: usize, setting: &RuleSetting) {
        let exemptions = self.globs(&setting.exemptions);
        let configured = &mut self.set.rules[at];
        configured.accept(setting);
        configured.exemptions.extend(exemptions);
        let rule = configured.rule;
        for (name, option) in &setting.options {
            let key = Pattern {
                text: name.clone(),
                range: option.key_range.clone(),
            };
            match rule
                .options
                .iter()
                .find(|o| o.name == name || alias(rule, name) == Some(o.name))
            {
                Some(declared) => match value(&option.value.value, &declared.default) {
                    Some(read) => {
                        self.set.rules[at].options.0.insert(declared.name, read);
                    }
                    None => self.wrong_value(&key, option.value.range.clone(), &declared.default),
                },
                None if PLANNED_OPTIONS.contains(&name.as_str()) => {
                    self.notice(
                        &key,
                        &format!(
                            "option `{name}` of `{}` is not checked by this version",
                            setting.name.text
                        ),
                    );
                }
                None => self.unknown_option(rule, &key),
            }
        }
    }

    /// A category switches its rules; its options name rules of it.
    fn read_category(&mut self, category: Category, setting: &RuleSetting) {
        let named: Vec<&String> = setting.options.keys().collect();
        let bare = named.is_empty() || setting.severity.is_some() || setting.enabled == Some(false);
        let exemptions = self.globs(&setting.exemptions);
        for configured in self
            .set
            .rules
            .iter_mut()
            .filter(|r| r.rule.categories.contains(&category))
        {
            if bare && (setting.enabled.is_some() || setting.severity.is_some()) {
                configured.accept(setting);
            }
            configured.exemptions.extend(exemptions.iter().cloned());
        }
        for (name, option) in &setting.options {
            let key = Pattern {
                text: name.clone(),
                range: option.key_range.clone(),
            };
            let at = match self.meaning(name) {
                Meaning::Rule(at) => at,
                Meaning::Planned => {
                    self.notice(&key, &format!("`{name}` is not checked by this version"));
                    continue;
                }
                Meaning::Category(_) | Meaning::Unknown => {
                    self.unknown(&key);
                    continue;
                }
            };
            match &option.value.value {
                Value::Bool(true) => self.set.rules[at].enable(),
                Value::Bool(false) => self.set.rules[at].severity = Severity::Off,
                Value::Text(text) if Severity::parse(text).is_some() => {
                    self.set.rules[at].severity = Severity::parse(text).unwrap_or(Severity::Off);
                }
                _ => self.wrong_value(&key, option.value.range.clone(), &OptionDefault::Bool(true)),
            }
        }
    }

    fn globs(&mut self, patterns: &[Pattern]) -> Vec<GlobMatcher> {
        let mut globs = Vec::new();
        for pattern in patterns {
            match Glob::new(&pattern.text) {
                Ok(glob) => globs.push(glob.compile_matcher()),
                Err(error) => {
                    let message = format!("`{}` is not a glob: {}", pattern.text, error.kind());
                    self.problems.push(
                        self.config
                            .problem(ProblemCode::WrongValue, &pattern.range, message),
                    );
                }
            }
        }
        globs
    }

    fn unknown(&mut self, name: &Pattern) {
        let mut problem = self.config.problem(
            ProblemCode::UnknownKey,
            &name.range,
            format!("unknown rule `{}`", name.text),
        );
        problem.help = Some(match nearest_rule(&name.text) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`confiture rules` lists all rules".to_owned(),
        });
        self.problems.push(problem);
    }

    fn unknown_option(&mut self, rule: &Rule, key: &Pattern) {
        let message = format!("rule `{}` has no option `{}`", rule.name, key.text);
        let mut problem = self.config.problem(ProblemCode::UnknownKey, &key.range, message);
        let names: Vec<&str> = rule.options.iter().map(|o| o.name).collect();
        problem.help = Some(
            match confiture_project::nearest(&key.text, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => {
                    "it has none of its own; every rule takes `severity`, `enabled` and `exemptions`"
                        .to_owned()
                }
                None => format!("its options: {}", names.join(", ")),
            },
        );
        self.problems.push(problem);
    }

    fn wrong_value(&mut self, key: &Pattern, range: std::ops::Range<usize>, wanted: &OptionDefault) {
        let wanted = match wanted {
            OptionDefault::Text(_) => "a text",
            OptionDefault::List(_) => "a list of texts",
            OptionDefault::Bool(_) => "true or false",
        };
        let message = format!("`{}` must be {wanted}", key.text);
        self.problems
            .push(self.config.problem(ProblemCode::WrongValue, &range, message));
    }

    fn notice(&mut self, at: &Pattern, message: &str) {
        self.problems
            .push(self.config.problem(ProblemCode::NotChecked, &at.range, message));
    }
}

/// Other names of options, as the seeds spell them.
fn alias(rule: &Rule, name: &str) -> Option<&'static str> {
    match (rule.name, name) {
        ("require-tenant-column", "column" | "tenant_column") => Some("required_column"),
        _ => None,
    }
}

fn value(value: &Value, wanted: &OptionDefault) -> Option<OptionValue> {
    Some(match (wanted, value) {
        (OptionDefault::Text(_), Value::Text(text)) => OptionValue::Text(text.clone()),
        (OptionDefault::Bool(_), Value::Bool(value)) => OptionValue::Bool(*value),
        (OptionDefault::List(_), Value::Text(text)) => OptionValue::List(vec![text.clone()]),
        (OptionDefault::List(_), Value::List(items)) => OptionValue::List(
            items
                .iter()
                .map(confiture_project::Node::scalar)
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}

/// The rule whose name or alias is nearest to `name`, by the name that it goes by.
pub fn nearest_rule(name: &str) -> Option<&'static str> {
    let names = registry()
        .iter()
        .flat_map(|r| std::iter::once(r.name).chain(r.aliases.iter().copied()));
    let near = confiture_project::nearest(name, names)?;
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
