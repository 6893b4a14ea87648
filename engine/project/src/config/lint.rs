//! `linting:` in all its shapes, as one list of settings.
//!
//! A name under `rules:` may be a rule, a category of rules, or (with `type:`) a named instance of a rule. Which of them
//! it is, and whether such a rule exists, is known to the crate that has the rules; here are names, values and places.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Severity;
use super::decode::Decoder;
use super::schema;
use crate::ProblemCode;
use crate::yaml::{Key, Node, Value};

/// A glob, a regular expression, a path or a name, with its place in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The text.
    pub text: String,
    /// Its byte range in the configuration file.
    pub range: Range<usize>,
}

/// A setting that only the rule itself understands.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleOption {
    /// The place of its key.
    pub key_range: Range<usize>,
    /// Its value.
    pub value: Node,
}

/// What a rule is limited to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicableTo {
    /// Folders (`schema_path`, `affected_dirs`, `affected_schema`, `paths`); empty means everywhere.
    pub paths: Vec<Pattern>,
    /// Regular expressions of names that are left out.
    pub exclude_patterns: Vec<Pattern>,
    /// Environments; empty means all.
    pub environments: Vec<Pattern>,
}

/// One normalized setting of a rule, a category, or a named instance.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSetting {
    /// The name in the configuration: of a rule or a category or, with `rule_type`, of an instance.
    pub name: Pattern,
    /// The rule that it is an instance of (`type:`).
    pub rule_type: Option<Pattern>,
    /// The category under whose `rules:` it stands.
    pub category: Option<String>,
    /// Whether it is turned on or off by `enabled:` or a boolean.
    pub enabled: Option<bool>,
    /// The severity it is given.
    pub severity: Option<Severity>,
    /// The message that replaces the rule's own.
    pub message: Option<String>,
    /// Globs of objects that are exempt (`exemptions`, `exempt`, `exempt_tables`, …).
    pub exemptions: Vec<Pattern>,
    /// Where it applies.
    pub applicable_to: ApplicableTo,
    /// Everything else.
    pub options: BTreeMap<String, RuleOption>,
    /// The place of its value.
    pub range: Range<usize>,
}

/// The lint settings of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct LintConfig {
    /// Whether linting happens at all.
    pub enabled: bool,
    /// From which severity on findings make the command fail (`fail_level`, `fail_on_severity`).
    pub fail_level: Option<Severity>,
    /// The report's format, where it is said.
    pub report_format: Option<String>,
    /// The settings, in the order of the file. A later one wins.
    pub rules: Vec<RuleSetting>,
    /// `custom_rules`, as data: each a mapping.
    pub custom_rules: Vec<Node>,
    /// Globs of files that are not linted.
    pub exclude: Vec<Pattern>,
}

impl Default for LintConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            fail_level: None,
            report_format: None,
            rules: Vec::new(),
            custom_rules: Vec::new(),
            exclude: Vec::new(),
        }
    }
}

impl LintConfig {
    /// Adds what a `linting:` mapping says.
    pub(crate) fn read(&mut self, decoder: &mut Decoder<'_>, node: &Node) {
        for (key, value) in decoder.map(node, "`linting`") {
            match key.name.as_str() {
                "enabled" => self.enabled = decoder.bool(value, "`linting.enabled`").unwrap_or(true),
                "fail_level" | "fail_on_severity" => {
                    self.fail_level = decoder.severity(value, &format!("`linting.{}`", key.name));
                }
                "report_format" => self.report_format = decoder.text(value, "`linting.report_format`"),
                "exclude" => self.exclude = decoder.patterns(value, "`linting.exclude`"),
                "rules" => self.read_rules(decoder, value, None),
                "custom_rules" => self.read_custom(decoder, value),
                name if schema::LINT_SECTIONS.contains(&name) => self.read_rule(decoder, key, value, None),
                _ => decoder.unknown_key(key, " in `linting`", &schema::keys::<schema::LintingFile>()),
            }
        }
    }

    /// A mapping of names to settings, or a list of such mappings and of bare names.
    fn read_rules(&mut self, decoder: &mut Decoder<'_>, node: &Node, category: Option<&str>) {
        if let Value::List(items) = &node.value {
            for item in items {
                match &item.value {
                    Value::Text(name) => {
                        let key = Key {
                            name: name.clone(),
                            range: item.range.clone(),
                        };
                        let on = Node {
                            value: Value::Bool(true),
                            ..item.clone()
                        };
                        self.read_rule(decoder, &key, &on, category);
                    }
                    _ => self.read_entries(decoder, item, category),
                }
            }
        } else {
            self.read_entries(decoder, node, category);
        }
    }

    fn read_entries(&mut self, decoder: &mut Decoder<'_>, node: &Node, category: Option<&str>) {
        for (key, value) in decoder.map(node, "rules") {
            self.read_rule(decoder, key, value, category);
        }
    }

    fn read_rule(&mut self, decoder: &mut Decoder<'_>, key: &Key, node: &Node, category: Option<&str>) {
        let mut setting = RuleSetting::new(key, node, category);
        let mut nested = None;
        match &node.value {
            Value::Null => {}
            Value::Bool(enabled) => setting.enabled = Some(*enabled),
            Value::Text(_) => setting.severity = decoder.severity(node, &format!("rule `{}`", key.name)),
            Value::Map(entries) => {
                for (name, value) in entries {
                    if name.name == "rules" {
                        nested = Some(value);
                    } else {
                        setting.read_entry(decoder, name, value);
                    }
                }
            }
            _ => decoder.wrong(
                node,
                &format!("rule `{}`", key.name),
                "a severity, true or false, or a mapping",
            ),
        }
        self.rules.push(setting);
        // One level only: a category holds rules, not categories.
        match (nested, category) {
            (Some(rules), None) => self.read_rules(decoder, rules, Some(&key.name)),
            (Some(rules), Some(_)) => decoder.wrong(
                rules,
                &format!("`{}.rules`", key.name),
                "left out: categories don't nest",
            ),
            (None, _) => {}
        }
    }

    fn read_custom(&mut self, decoder: &mut Decoder<'_>, node: &Node) {
        for item in node.items() {
            decoder.map(item, "a custom rule");
            let Some(entries) = item.as_map() else { continue };
            let checks = ["pattern", "sql", "query", "type", "condition", "tree_query"];
            if !entries.iter().any(|(key, _)| checks.contains(&key.name.as_str())) {
                no_check(decoder, item);
            } else if let Some((key, _)) = entries.iter().find(|(key, _)| key.name == "implementation") {
                pseudo_code(decoder, &key.range);
            }
            self.custom_rules.push(item.clone());
        }
    }
}

/// A custom rule that says nothing to check.
fn no_check(decoder: &mut Decoder<'_>, rule: &Node) {
    let name = rule.get("name").and_then(Node::scalar).unwrap_or_default();
    let range = rule.get("name").map_or(&rule.range, |name| &name.range).clone();
    let instead = match name.as_str() {
        name if name.contains("tenant") => {
            "write a rule with `type: column_required` and `column: tenant_id`"
        }
        name if name.contains("read_model") || name.contains("cqrs") => "write a rule with `type: cqrs`",
        _ => "add `pattern:`, `sql:` or a `type:`",
    };
    let problem = decoder
        .problem(
            ProblemCode::NotACheck,
            &range,
            format!("custom rule `{name}` carries no check"),
        )
        .with_help(instead);
    decoder.push(problem);
}

fn pseudo_code(decoder: &mut Decoder<'_>, range: &Range<usize>) {
    let problem = decoder
        .problem(
            ProblemCode::NotACheck,
            range,
            "`implementation:` is not executed".to_owned(),
        )
        .with_help("use `type: cqrs` for read models, or a SQL rule (`sql:`) for anything else");
    decoder.push(problem);
}

impl RuleSetting {
    fn new(key: &Key, node: &Node, category: Option<&str>) -> Self {
        Self {
            name: Pattern {
                text: key.name.clone(),
                range: key.range.clone(),
            },
            rule_type: None,
            category: category.map(str::to_owned),
            enabled: None,
            severity: None,
            message: None,
            exemptions: Vec::new(),
            applicable_to: ApplicableTo::default(),
            options: BTreeMap::new(),
            range: node.range.clone(),
        }
    }

    fn read_entry(&mut self, decoder: &mut Decoder<'_>, key: &Key, value: &Node) {
        let what = format!("`{}` of rule `{}`", key.name, self.name.text);
        match key.name.as_str() {
            "enabled" => self.enabled = decoder.bool(value, &what),
            "severity" => self.severity = decoder.severity(value, &what),
            "message" => self.message = decoder.text(value, &what),
            "type" => {
                self.rule_type = decoder.text(value, &what).map(|text| Pattern {
                    text,
                    range: value.range.clone(),
                });
            }
            "implementation" => pseudo_code(decoder, &key.range),
            "applicable_to" => self.read_applicable(decoder, value),
            "affected_dirs" | "affected_schema" => {
                self.applicable_to.paths.extend(decoder.patterns(value, &what));
            }
            name if name == "exemptions" || name.starts_with("exempt") => {
                self.exemptions.extend(decoder.patterns(value, &what));
            }
            _ => {
                let option = RuleOption {
                    key_range: key.range.clone(),
                    value: value.clone(),
                };
                self.options.insert(key.name.clone(), option);
            }
        }
    }

    fn read_applicable(&mut self, decoder: &mut Decoder<'_>, node: &Node) {
        for (key, value) in decoder.map(node, "`applicable_to`") {
            let what = format!("`applicable_to.{}`", key.name);
            let list = match key.name.as_str() {
                "schema_path" | "paths" | "affected_dirs" => &mut self.applicable_to.paths,
                "exclude_patterns" => &mut self.applicable_to.exclude_patterns,
                "environments" => &mut self.applicable_to.environments,
                _ => {
                    decoder.unknown_key(
                        key,
                        " in `applicable_to`",
                        &schema::keys::<schema::ApplicableFile>(),
                    );
                    continue;
                }
            };
            list.extend(decoder.patterns(value, &what));
        }
    }
}
