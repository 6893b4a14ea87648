//! The JSON schema of `confiture.yaml`, whole: what the configuration's own crate describes, and every rule with its
//! names and options.

use serde_json::{Map, Value, json};

use super::presets::PRESETS;
use super::reader::DOCUMENTATION;
use crate::registry;
use crate::rule::{Category, Check, OptionDefault, Rule, RuleOption};

/// The JSON schema of `confiture.yaml`, for editors and for people.
pub fn config_schema() -> Value {
    let mut schema = confiture_project::config_schema();
    let sections: Vec<String> = properties(&schema, "LintingFile")
        .keys()
        .filter(|name| meaning(name).is_some())
        .cloned()
        .collect();
    let rule_keys: Vec<String> = properties(&schema, "RuleFile").keys().cloned().collect();
    let Some(defs) = schema.get_mut("$defs").and_then(Value::as_object_mut) else {
        return schema;
    };
    if let Some(linting) = defs
        .get_mut("LintingFile")
        .and_then(|d| d["properties"].as_object_mut())
    {
        for section in sections {
            if let (Some(described), Some(meaning)) = (linting.get_mut(&section), meaning(&section)) {
                let description = described.get("description").cloned();
                *described = json!({"$ref": meaning});
                if let Some(text) = description {
                    described["description"] = text;
                }
            }
        }
        linting.insert("extends".to_owned(), extends());
    }
    defs.insert("RuleKey".to_owned(), json!({"enum": rule_keys}));
    defs.insert("RuleName".to_owned(), json!({"enum": all_names()}));
    defs.insert("ByType".to_owned(), json!({"allOf": by_type()}));
    defs.insert("Rules".to_owned(), rules());
    defs.insert("Instance".to_owned(), instance());
    defs.insert("CustomRuleFile".to_owned(), custom_rule());
    defs.insert(
        "RulesShape".to_owned(),
        json!({
            "description": "Settings by name, or a list of such mappings and of names that are switched on.",
            "anyOf": [
                {"$ref": "#/$defs/Rules"},
                {"type": "array", "items": {"anyOf": [
                    {"$ref": "#/$defs/RuleName"},
                    {"$ref": "#/$defs/Rules"},
                ]}},
            ],
        }),
    );
    for rule in registry() {
        defs.insert(
            settings_name(rule.name),
            settings(rule.summary, own_options(rule)),
        );
        defs.insert(
            rule.name.to_owned(),
            shapes(rule.summary, &settings_name(rule.name)),
        );
    }
    for category in Category::ALL {
        let name = category_name(category);
        let about = format!("All rules of the category {category}");
        defs.insert(settings_name(&name), settings(&about, category_options(category)));
        defs.insert(name.clone(), shapes(&about, &settings_name(&name)));
    }
    for unused in ["RulesItem", "RuleShape"] {
        defs.remove(unused);
    }
    schema
}

fn properties(schema: &Value, def: &str) -> Map<String, Value> {
    schema["$defs"][def]["properties"]
        .as_object()
        .cloned()
        .unwrap_or_default()
}

fn category_name(category: Category) -> String {
    format!("category-{category}")
}

fn settings_name(name: &str) -> String {
    format!("{name}-settings")
}

/// A name with hyphens, and the same with underscores.
fn spellings(name: &str) -> Vec<String> {
    let with_underscores = name.replace('-', "_");
    if with_underscores == name {
        return vec![with_underscores];
    }
    vec![name.to_owned(), with_underscores]
}

/// The names of a rule, in all spellings.
fn names(rule: &Rule) -> Vec<String> {
    let aliases = rule.aliases.iter().copied();
    std::iter::once(rule.name)
        .chain(aliases)
        .filter(|name| !DOCUMENTATION.contains(name))
        .flat_map(spellings)
        .collect()
}

/// The names of a category that no rule has.
fn category_names(category: Category) -> Vec<String> {
    let taken: Vec<String> = registry().iter().flat_map(|rule| names(rule)).collect();
    let mut own = spellings(category.as_str());
    own.extend(
        Category::OTHER_NAMES
            .iter()
            .filter(|(_, c)| *c == category)
            .flat_map(|(name, _)| spellings(name)),
    );
    own.retain(|name| !taken.contains(name));
    own
}

fn all_names() -> Vec<String> {
    let rules = registry().iter().flat_map(|rule| names(rule));
    let categories = Category::ALL.into_iter().flat_map(category_names);
    rules.chain(categories).collect()
}

/// The definition of what a name means.
fn meaning(name: &str) -> Option<String> {
    let name = name.to_owned();
    let rule = registry().iter().find(|rule| names(rule).contains(&name));
    if let Some(rule) = rule {
        return Some(format!("#/$defs/{}", rule.name));
    }
    let category = Category::ALL
        .into_iter()
        .find(|c| category_names(*c).contains(&name));
    category.map(|category| format!("#/$defs/{}", category_name(category)))
}

fn extends() -> Value {
    let presets: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    let one = json!({"anyOf": [{"enum": presets}, {"type": "string", "pattern": r"[/\\]|\.ya?ml$"}]});
    json!({
        "description": "What these settings build on: presets by name, files by path.",
        "anyOf": [one, {"type": "array", "items": one}, {"type": "null"}],
    })
}

/// Settings by name.
fn rules() -> Value {
    let mut properties = Map::new();
    for name in all_names() {
        if let Some(meaning) = meaning(&name) {
            properties.insert(name, json!({"$ref": meaning}));
        }
    }
    json!({
        "description": "Rules and categories by name; any other name is a named instance of the rule that `type` says.",
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": {"anyOf": [
            {"$ref": "#/$defs/SeverityName"},
            {"type": "boolean"},
            {"$ref": "#/$defs/Instance"},
        ]},
    })
}

/// For each rule: if that is the type, these are the settings.
fn by_type() -> Vec<Value> {
    let rules = registry()
        .iter()
        .map(|rule| (names(rule), settings_name(rule.name)));
    let documentation = DOCUMENTATION.iter().flat_map(|name| spellings(name)).collect();
    let documentation = (
        documentation,
        settings_name(&category_name(Category::Documentation)),
    );
    rules
        .chain([documentation])
        .map(|(types, settings)| {
            json!({
                "if": {"required": ["type"], "properties": {"type": {"enum": types}}},
                "then": {"$ref": format!("#/$defs/{settings}")},
            })
        })
        .collect()
}

fn instance() -> Value {
    json!({
        "description": "A named instance of a rule, or what else is to hold of one.",
        "type": "object",
        "properties": {"type": {"$ref": "#/$defs/RuleName"}},
        "allOf": [{"$ref": "#/$defs/ByType"}],
    })
}

fn custom_rule() -> Value {
    let mut conditions = vec![json!({"$ref": "#/$defs/ByType"})];
    for (key, rule) in [
        ("pattern", "name-pattern"),
        ("query", "tree-query"),
        ("sql", "sql-query"),
    ] {
        conditions.push(json!({
            "if": {"required": [key], "not": {"required": ["type"]}},
            "then": {"$ref": format!("#/$defs/{}", settings_name(rule))},
        }));
    }
    json!({
        "description": "A rule of the project's own.",
        "type": "object",
        "required": ["name"],
        "properties": {"type": {"$ref": "#/$defs/RuleName"}},
        "anyOf": [
            {"required": ["pattern"]},
            {"required": ["query"]},
            {"required": ["sql"]},
            {"required": ["type"]},
        ],
        "allOf": conditions,
    })
}

/// The shapes that the value of a rule may have.
fn shapes(about: &str, settings: &str) -> Value {
    let settings = json!({"$ref": format!("#/$defs/{settings}")});
    json!({
        "description": about,
        "anyOf": [
            {"$ref": "#/$defs/SeverityName"},
            {"type": "boolean"},
            {"type": "null"},
            settings,
            {"type": "array", "minItems": 1, "items": settings},
        ],
    })
}

/// Settings with options of their own.
fn settings(about: &str, options: Map<String, Value>) -> Value {
    let names: Vec<&String> = options.keys().collect();
    json!({
        "description": about,
        "type": "object",
        "allOf": [{"$ref": "#/$defs/RuleFile"}],
        "propertyNames": {"anyOf": [{"$ref": "#/$defs/RuleKey"}, {"enum": names}]},
        "properties": options,
    })
}

fn own_options(rule: &Rule) -> Map<String, Value> {
    let mut options: Map<String, Value> = rule.options.iter().map(described).collect();
    let has_style = rule
        .options
        .iter()
        .any(|option| matches!(option.default, OptionDefault::Style(_)));
    if ["naming-convention", "snake-case"].contains(&rule.name) {
        options.insert("pattern".to_owned(), json!({"type": "string"}));
        options.insert("target".to_owned(), json!({"$ref": "#/$defs/Texts"}));
    }
    if has_style || matches!(rule.check, Check::Query) {
        options.insert("example".to_owned(), json!({"$ref": "#/$defs/ExampleFile"}));
    }
    // A rule that has the name of its category takes what the category takes.
    for category in rule
        .categories
        .iter()
        .filter(|category| is_called(rule, **category))
    {
        for (name, option) in category_options(*category) {
            options.entry(name).or_insert(option);
        }
    }
    options
}

/// Whether a rule has the name of a category.
fn is_called(rule: &Rule, category: Category) -> bool {
    names(rule)
        .iter()
        .any(|name| Category::from_name(name) == Some(category))
}

fn category_options(category: Category) -> Map<String, Value> {
    let mut options = Map::new();
    options.insert("rules".to_owned(), json!({"$ref": "#/$defs/RulesShape"}));
    for rule in registry()
        .iter()
        .filter(|rule| rule.categories.contains(&category))
    {
        for name in names(rule) {
            options.insert(name, json!({"$ref": format!("#/$defs/{}", rule.name)}));
        }
        for option in rule.options {
            let place = format!("#/$defs/{}/properties/{}", settings_name(rule.name), option.name);
            options
                .entry(option.name)
                .or_insert_with(|| json!({"$ref": place}));
        }
    }
    options
}

/// An option's name and the schema of its value.
fn described(option: &RuleOption) -> (String, Value) {
    let mut value = match option.default {
        OptionDefault::Text(_) | OptionDefault::Style(_) => json!({"type": "string"}),
        OptionDefault::Regex(_) => json!({"type": "string", "format": "regex"}),
        OptionDefault::Choice(_, words) => json!({"enum": words}),
        OptionDefault::List(_) => json!({"$ref": "#/$defs/Texts"}),
        OptionDefault::Bool(_) => json!({"type": "boolean"}),
        OptionDefault::Number(_) => json!({"type": "integer"}),
        OptionDefault::Map => json!({"type": "object", "additionalProperties": {"$ref": "#/$defs/Texts"}}),
    };
    let default = option.default.shown();
    value["description"] = json!(format!("{}. Default: {default}.", option.summary));
    (option.name.to_owned(), value)
}
