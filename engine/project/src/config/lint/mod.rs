//! `linting:` in all its shapes, as layers of settings.
//!
//! A name under `rules:` may be a rule, a category of rules, or (with `type:`) a named instance of a rule. Which of them
//! it is, and whether such a rule exists, is known to the crate that has the rules; here are names, values and places.

mod custom;
mod layers;
mod setting;

use std::ops::Range;
use std::sync::Arc;

use super::Severity;
use super::decode::Decoder;
use super::schema;
use crate::yaml::{Key, Node, Value};
use crate::{ProblemCode, SourceFile};

pub use layers::Layer;
pub(crate) use layers::complete;
pub use setting::{ApplicableTo, OwnText, RULE_KEYS, RuleExample, RuleOption, RuleSetting};

/// A glob, a regular expression, a path or a name, with its place in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The text.
    pub text: String,
    /// Its byte range in the configuration file.
    pub range: Range<usize>,
}

/// Settings that hold for some files or some environments: an entry of `overrides`.
#[derive(Clone, Debug, PartialEq)]
pub struct LintOverride {
    /// Globs and folders of the files that it is for; empty means all.
    pub paths: Vec<Pattern>,
    /// The environments that it is for; empty means all.
    pub environments: Vec<Pattern>,
    /// The settings, in the order of the file.
    pub rules: Vec<RuleSetting>,
}

/// The lint settings of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct LintConfig {
    /// The file that they stand in: all places here are places of it.
    pub source: Option<Arc<SourceFile>>,
    /// Whether linting happens at all.
    pub enabled: bool,
    /// From which severity on findings make the command fail (`fail_level`, `fail_on_severity`).
    pub fail_level: Option<Severity>,
    /// The report's format, where it is said.
    pub report_format: Option<String>,
    /// What the settings build on, as it is written: presets by name, files by path.
    pub extends: Vec<Pattern>,
    /// What they build on, in the order in which it applies. A file's own `extends` stands before it.
    pub layers: Vec<Layer>,
    /// The settings, in the order of the file, `custom_rules` among them. A later one wins.
    pub rules: Vec<RuleSetting>,
    /// What holds for some files or environments, in the order of the file. A later one wins.
    pub overrides: Vec<LintOverride>,
    /// Globs of files that are not linted.
    pub exclude: Vec<Pattern>,
    /// The file of findings that are known already, relative to the configuration's folder.
    pub baseline: Option<Pattern>,
    /// Whether results may be kept for the next run.
    pub cache: bool,
    /// The branch that releases are made from.
    pub protected_branch: Option<String>,
}

impl Default for LintConfig {
    fn default() -> Self {
        Self {
            source: None,
            enabled: true,
            fail_level: None,
            report_format: None,
            extends: Vec::new(),
            layers: Vec::new(),
            rules: Vec::new(),
            overrides: Vec::new(),
            exclude: Vec::new(),
            baseline: None,
            cache: true,
            protected_branch: None,
        }
    }
}

impl LintConfig {
    /// Adds what a `linting:` mapping says.
    pub(crate) fn read(&mut self, decoder: &mut Decoder<'_>, node: &Node) {
        self.source = Some(decoder.source());
        for (key, value) in decoder.map(node, "`linting`") {
            let what = format!("`linting.{}`", key.name);
            match key.name.as_str() {
                "enabled" => self.enabled = decoder.bool(value, &what).unwrap_or(true),
                "fail_level" | "fail_on_severity" => self.fail_level = decoder.severity(value, &what),
                "report_format" => self.report_format = decoder.text(value, &what),
                "extends" => {
                    self.extends = decoder.patterns(value, &what);
                    self.take_presets();
                }
                "exclude" => self.exclude = decoder.patterns(value, &what),
                "rules" => read_rules(&mut self.rules, decoder, value, None),
                "overrides" => self.read_overrides(decoder, value),
                "custom_rules" => custom::read(&mut self.rules, decoder, value),
                "baseline" => self.baseline = decoder.pattern(value, &what),
                "cache" => self.cache = decoder.bool(value, &what).unwrap_or(true),
                "protected_branch" => self.protected_branch = decoder.text(value, &what),
                name if schema::LINT_SECTIONS.contains(&name) => {
                    read_rule(&mut self.rules, decoder, key, value, None);
                }
                _ => decoder.unknown_key(key, " in `linting`", &schema::keys::<schema::LintingFile>()),
            }
        }
    }

    /// Presets are known without a file's being read.
    fn take_presets(&mut self) {
        let presets = self.extends.iter().filter(|name| !layers::is_path(&name.text));
        self.layers = presets
            .map(|name| Layer::Preset {
                name: name.clone(),
                source: self.source.clone(),
            })
            .collect();
    }

    fn read_overrides(&mut self, decoder: &mut Decoder<'_>, node: &Node) {
        for item in node.items() {
            let mut read = LintOverride {
                paths: Vec::new(),
                environments: Vec::new(),
                rules: Vec::new(),
            };
            for (key, value) in decoder.map(item, "an entry of `overrides`") {
                let what = format!("`overrides.{}`", key.name);
                match key.name.as_str() {
                    "paths" => read.paths = decoder.patterns(value, &what),
                    "environments" => read.environments = decoder.patterns(value, &what),
                    "rules" => read_rules(&mut read.rules, decoder, value, None),
                    _ => decoder.unknown_key(
                        key,
                        " in an entry of `overrides`",
                        &schema::keys::<schema::OverrideFile>(),
                    ),
                }
            }
            if read.paths.is_empty() && read.environments.is_empty() {
                let message = "an entry of `overrides` says neither for which `paths` nor `environments`";
                let problem = decoder
                    .problem(ProblemCode::WrongValue, &item.range, message.to_owned())
                    .with_help("what holds everywhere stands in `linting.rules`");
                decoder.push(problem);
            } else {
                self.overrides.push(read);
            }
        }
    }
}

/// A mapping of names to settings, or a list of such mappings and of bare names.
fn read_rules(rules: &mut Vec<RuleSetting>, decoder: &mut Decoder<'_>, node: &Node, category: Option<&str>) {
    let Value::List(items) = &node.value else {
        return read_entries(rules, decoder, node, category);
    };
    for item in items {
        let Value::Text(name) = &item.value else {
            read_entries(rules, decoder, item, category);
            continue;
        };
        let key = Key {
            name: name.clone(),
            range: item.range.clone(),
        };
        let on = Node {
            value: Value::Bool(true),
            ..item.clone()
        };
        read_rule(rules, decoder, &key, &on, category);
    }
}

fn read_entries(
    rules: &mut Vec<RuleSetting>,
    decoder: &mut Decoder<'_>,
    node: &Node,
    category: Option<&str>,
) {
    for (key, value) in decoder.map(node, "rules") {
        read_rule(rules, decoder, key, value, category);
    }
}

fn read_rule(
    rules: &mut Vec<RuleSetting>,
    decoder: &mut Decoder<'_>,
    key: &Key,
    node: &Node,
    category: Option<&str>,
) {
    let (setting, nested) = RuleSetting::read(decoder, key, node, category);
    rules.extend(setting);
    // One level only: a category holds rules, not categories.
    match (nested, category) {
        (Some(nested), None) => read_rules(rules, decoder, nested, Some(&key.name)),
        (Some(nested), Some(_)) => decoder.wrong(
            nested,
            &format!("`{}.rules`", key.name),
            "left out: categories don't nest",
        ),
        (None, _) => {}
    }
}
