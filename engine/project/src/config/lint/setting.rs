//! One setting of a rule, a category or a named instance.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::super::Severity;
use super::Pattern;
use crate::config::decode::Decoder;
use crate::config::schema;
use crate::yaml::{Key, Node, Value};
use crate::{Problem, ProblemCode, SourceFile, SourceMap, scalar};

/// The keys that every rule takes, beside its options.
pub const RULE_KEYS: [&str; 13] = [
    "enabled",
    "severity",
    "message",
    "description",
    "type",
    "exemptions",
    "exempt_tables",
    "exempt_schemas",
    "applicable_to",
    "affected_dirs",
    "affected_schema",
    "exclude_patterns",
    "environments",
];

/// Other spellings of `exemptions`.
const EXEMPTIONS: [&str; 9] = [
    "exemptions",
    "exempt",
    "exempt_tables",
    "exempt_columns",
    "exempt_views",
    "exempt_functions",
    "exempt_types",
    "exempt_indexes",
    "exempt_constraints",
];

/// Options whose text may stand in a file of its own, and how the names of such files end.
const FILES: [(&str, &str); 3] = [("query", ".scm"), ("tree_query", ".scm"), ("sql", ".sql")];

/// A setting that only the rule itself understands.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleOption {
    /// The place of its key.
    pub key_range: Range<usize>,
    /// Its value.
    pub value: Node,
    /// The file that the value names, where it names one.
    pub file: Option<Arc<SourceFile>>,
}

/// A text of the configuration or of a file that it names, and where each of its bytes stands.
#[derive(Clone, Debug)]
pub struct OwnText {
    /// The text.
    pub text: Arc<str>,
    source: Arc<SourceFile>,
    map: SourceMap,
}

impl OwnText {
    /// The problem of a range of the text.
    pub fn problem(&self, code: ProblemCode, range: Range<usize>, message: impl Into<String>) -> Problem {
        Problem::new(code, &self.source.path, message).at(self.map.range_to_file(range), self.source.shown())
    }
}

/// What a rule is limited to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicableTo {
    /// Folders and globs of files (`affected_dirs`, `paths`); empty means everywhere.
    pub paths: Vec<Pattern>,
    /// Folders, or schemas of the database (`schema_path`, `affected_schema`).
    pub schemas: Vec<Pattern>,
    /// Regular expressions of names that are left out.
    pub exclude_patterns: Vec<Pattern>,
    /// Environments; empty means all.
    pub environments: Vec<Pattern>,
}

/// What `example:` says of a rule: names or statements that it leaves alone, and such that it finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleExample {
    /// What the rule leaves alone.
    pub good: Vec<Pattern>,
    /// What it finds.
    pub bad: Vec<Pattern>,
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
    /// Whether it stands under `custom_rules`.
    pub custom: bool,
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
    /// What it finds and what not.
    pub example: RuleExample,
    /// Whether it has `rules:` of its own, as categories may: they are settings by themselves, behind this one.
    pub lists_rules: bool,
    /// Everything else.
    pub options: BTreeMap<String, RuleOption>,
    /// The place of its value.
    pub range: Range<usize>,
}

impl RuleSetting {
    /// Reads what stands at a key, and hands back the `rules:` in it. Nothing is left of a rule that can't be executed.
    pub(super) fn read<'n>(
        decoder: &mut Decoder<'_>,
        key: &Key,
        node: &'n Node,
        category: Option<&str>,
    ) -> (Option<RuleSetting>, Option<&'n Node>) {
        let mut setting = RuleSetting::new(key, node, category);
        let what = format!("rule `{}`", key.name);
        let mut nested = None;
        let mut executed = true;
        match &node.value {
            Value::Null => {}
            Value::Bool(enabled) => setting.enabled = Some(*enabled),
            Value::Text(_) => setting.severity = decoder.severity(node, &what),
            Value::Map(_) | Value::List(_) if is_settings(node) => {
                for (name, value) in node.items().iter().filter_map(Node::as_map).flatten() {
                    match name.name.as_str() {
                        "rules" => nested = Some(value),
                        "implementation" => {
                            pseudo_code(decoder, &name.range);
                            executed = false;
                        }
                        _ => setting.read_entry(decoder, name, value),
                    }
                }
            }
            _ => decoder.wrong(node, &what, "a severity, true or false, or a mapping"),
        }
        setting.lists_rules = nested.is_some();
        (executed.then_some(setting), nested)
    }

    /// An option of a category as the setting of the rule that it names, and what is wrong with it.
    pub fn of_option(&self, name: &str, source: &Arc<SourceFile>) -> (Option<RuleSetting>, Vec<Problem>) {
        let Some(option) = self.options.get(name) else {
            return (None, Vec::new());
        };
        let key = Key {
            name: name.to_owned(),
            range: option.key_range.clone(),
        };
        let mut decoder = Decoder::new(source);
        let (setting, nested) = RuleSetting::read(&mut decoder, &key, &option.value, Some(&self.name.text));
        if let Some(nested) = nested {
            decoder.wrong(
                nested,
                &format!("`{name}.rules`"),
                "left out: categories don't nest",
            );
        }
        (setting, decoder.finish())
    }

    /// The text of an option, with the place of each of its bytes: that of the file that it names, else its own.
    pub fn own_text(&self, name: &str, source: &Arc<SourceFile>) -> Option<OwnText> {
        let option = self.options.get(name)?;
        if let Some(file) = &option.file {
            return Some(OwnText {
                text: Arc::clone(&file.text),
                source: Arc::clone(file),
                map: SourceMap::shift(0..file.text.len()),
            });
        }
        let text = option.value.scalar()?;
        Some(OwnText {
            map: scalar::locate(&source.text, &option.value.defined, &text),
            text: text.into(),
            source: Arc::clone(source),
        })
    }

    /// The files that options name instead of holding the text.
    pub(super) fn files_mut(&mut self) -> impl Iterator<Item = (String, &mut RuleOption)> {
        self.options.iter_mut().filter_map(|(name, option)| {
            let (_, end) = FILES.iter().find(|(key, _)| key == name)?;
            let text = option.value.as_text()?.trim().to_owned();
            let is_file = text.ends_with(end) && !text.contains(['\n', '(', ' ']);
            is_file.then_some((text, option))
        })
    }

    fn new(key: &Key, node: &Node, category: Option<&str>) -> Self {
        Self {
            name: Pattern {
                text: key.name.clone(),
                range: key.range.clone(),
            },
            rule_type: None,
            category: category.map(str::to_owned),
            custom: false,
            enabled: None,
            severity: None,
            message: None,
            exemptions: Vec::new(),
            applicable_to: ApplicableTo::default(),
            example: RuleExample::default(),
            lists_rules: false,
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
            "description" => {
                let text = decoder.text(value, &what);
                self.message = self.message.take().or(text);
            }
            "name" => {}
            "type" => self.rule_type = decoder.pattern(value, &what),
            "applicable_to" => self.read_applicable(decoder, value),
            "example" | "examples" => self.read_example(decoder, value),
            "exempt_schemas" => {
                let all_in = |schema: Pattern| Pattern {
                    text: format!("{}.*", schema.text),
                    ..schema
                };
                self.exemptions
                    .extend(decoder.patterns(value, &what).into_iter().map(all_in));
            }
            name if EXEMPTIONS.contains(&name) => self.exemptions.extend(decoder.patterns(value, &what)),
            name => match self.applicable_to.list(name) {
                // `paths` is too common a word to be taken from the rules.
                Some(list) if name != "paths" => list.extend(decoder.patterns(value, &what)),
                _ => {
                    let option = RuleOption {
                        key_range: key.range.clone(),
                        value: value.clone(),
                        file: None,
                    };
                    self.options.insert(key.name.clone(), option);
                }
            },
        }
    }

    fn read_applicable(&mut self, decoder: &mut Decoder<'_>, node: &Node) {
        for (key, value) in decoder.map(node, "`applicable_to`") {
            let read = decoder.patterns(value, &format!("`applicable_to.{}`", key.name));
            match self.applicable_to.list(&key.name) {
                Some(list) => list.extend(read),
                None => decoder.unknown_key(
                    key,
                    " in `applicable_to`",
                    &schema::keys::<schema::ApplicableFile>(),
                ),
            }
        }
    }

    fn read_example(&mut self, decoder: &mut Decoder<'_>, node: &Node) {
        for item in node.items() {
            for (key, value) in decoder.map(item, "`example`") {
                let read = decoder.patterns(value, &format!("`example.{}`", key.name));
                match key.name.as_str() {
                    "good" => self.example.good.extend(read),
                    "bad" => self.example.bad.extend(read),
                    _ => decoder.unknown_key(key, " in `example`", &schema::keys::<schema::ExampleFile>()),
                }
            }
        }
    }
}

impl ApplicableTo {
    /// The list that a key adds to.
    fn list(&mut self, key: &str) -> Option<&mut Vec<Pattern>> {
        Some(match key {
            "paths" | "affected_dirs" => &mut self.paths,
            "schema_path" | "affected_schema" => &mut self.schemas,
            "exclude_patterns" => &mut self.exclude_patterns,
            "environments" => &mut self.environments,
            _ => return None,
        })
    }
}

/// Whether a value is a mapping, or a list of mappings that say one thing each.
fn is_settings(node: &Node) -> bool {
    !node.items().is_empty() && node.items().iter().all(|item| item.as_map().is_some())
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
