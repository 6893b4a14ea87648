//! The JSON schema of `confiture.yaml`: what people write is valid, and what it allows is understood.

mod support;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use confiture_lint::rule::{OptionDefault, RuleOption};
use confiture_lint::settings::PRESETS;
use confiture_lint::{Category, config_schema, registry};
use confiture_project::ProblemKind;
use serde_json::{Value, json};
use support::rules;

/// The part of JSON Schema that the generated one uses. An unknown keyword is a failure, so that none is passed over.
fn invalid(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    let Some(schema) = schema.as_object() else {
        return (schema == &json!(false)).then(|| format!("{value} is not allowed"));
    };
    let check = |schema: &Value, value: &Value| invalid(root, schema, value);
    let fields = value.as_object();
    schema
        .iter()
        .find_map(|(keyword, wanted)| match keyword.as_str() {
            "description" | "title" | "format" | "$schema" | "$defs" | "default" | "then" => None,
            "$ref" => {
                let pointer = wanted.as_str().expect("a reference").trim_start_matches('#');
                check(root.pointer(pointer).expect("a definition"), value)
            }
            "type" => {
                let types = wanted.as_array().cloned().unwrap_or_else(|| vec![wanted.clone()]);
                let fits = |name: &Value| match name.as_str().expect("a type") {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    "integer" => value.is_i64(),
                    other => panic!("type {other}"),
                };
                (!types.iter().any(fits)).then(|| format!("{value} is not of {wanted}"))
            }
            "enum" => {
                let known = wanted.as_array().expect("values");
                (!known.contains(value)).then(|| format!("{value} is none of the values"))
            }
            "const" => (wanted != value).then(|| format!("{value} is not {wanted}")),
            "pattern" => {
                let pattern = regex::Regex::new(wanted.as_str().expect("a pattern")).expect("a pattern");
                let text = value.as_str()?;
                (!pattern.is_match(text)).then(|| format!("{value} does not match {wanted}"))
            }
            "minimum" => (value.as_i64()? < wanted.as_i64()?).then(|| format!("{value} is too small")),
            "maximum" => (value.as_i64()? > wanted.as_i64()?).then(|| format!("{value} is too large")),
            "minItems" => {
                let least = wanted.as_u64()? as usize;
                (value.as_array()?.len() < least).then(|| format!("{value} is too short"))
            }
            "required" => {
                let missing =
                    |key: &&Value| !fields.expect("fields").contains_key(key.as_str().expect("a key"));
                fields?;
                let missing = wanted.as_array()?.iter().find(missing)?;
                Some(format!("{missing} is missing"))
            }
            "properties" => fields?
                .iter()
                .find_map(|(key, value)| Some(format!("{key}: {}", check(wanted.get(key)?, value)?))),
            "additionalProperties" => {
                let named = schema.get("properties").and_then(Value::as_object);
                let others = fields?
                    .iter()
                    .filter(|(key, _)| named.is_none_or(|named| !named.contains_key(*key)));
                let mut wrong =
                    others.filter_map(|(key, value)| Some(format!("{key}: {}", check(wanted, value)?)));
                wrong.next()
            }
            "propertyNames" => fields?.keys().find_map(|key| check(wanted, &json!(key))),
            "items" => value.as_array()?.iter().find_map(|item| check(wanted, item)),
            "allOf" => wanted.as_array()?.iter().find_map(|schema| check(schema, value)),
            "anyOf" | "oneOf" => {
                let mut all = Vec::new();
                for schema in wanted.as_array()? {
                    all.push(check(schema, value)?);
                }
                Some(format!("none of: {}", all.join(" | ")))
            }
            "not" => check(wanted, value)
                .is_none()
                .then(|| format!("{value} is excluded")),
            "if" => {
                let holds = check(wanted, value).is_none();
                holds.then(|| check(schema.get("then")?, value)).flatten()
            }
            other => panic!("the validator doesn't know `{other}`"),
        })
}

fn problem(yaml: &str) -> Option<String> {
    static SCHEMA: LazyLock<Value> = LazyLock::new(config_schema);
    let value: Value = serde_saphyr::from_str(yaml).expect("YAML");
    invalid(&SCHEMA, &SCHEMA, &value)
}

#[test]
fn what_people_write_is_valid() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut tried = 0;
    for entry in fs::read_dir(folder).expect("fixtures") {
        let path = entry.expect("a fixture").path();
        let text = fs::read_to_string(&path).expect("a fixture");
        // Two of them carry no check: the loader says so, and so does the schema.
        let is_wrong = ["printoptim_step_1.yaml", "confiture-lint.yaml"]
            .iter()
            .any(|name| path.ends_with(name));
        assert_eq!(
            problem(&text).is_some(),
            is_wrong,
            "{}: {:?}",
            path.display(),
            problem(&text)
        );
        tried += 1;
    }
    assert_eq!(tried, 8);
    for preset in PRESETS {
        assert_eq!(problem(preset.yaml), None, "{}", preset.name);
    }
}

/// What the guide shows is read without a mistake, and fits the schema.
#[test]
fn the_guide_is_right() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/configuration.md");
    let guide = fs::read_to_string(path).expect("the guide");
    let blocks: Vec<&str> = guide
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(blocks.len() >= 8, "{}", blocks.len());
    for block in blocks {
        assert_eq!(problem(block), None, "{block}");
        // Files that it names aren't there.
        let (_, problems) = rules(block);
        assert_eq!(problems, [], "{block}");
    }
}

#[test]
fn what_nobody_means_is_not_valid() {
    for yaml in [
        "linting: {rules: {data-loss: {colums: 1}}}",
        "linting: {rules: {data-loss: sever}}",
        "linting: {rules: {named: {severity: error, type: primry}}}",
        "linting: {rules: {named: {type: table_prefix, patern: x}}}",
        "linting: {extends: strct}",
        "linting: {overrides: [{rule: {}}]}",
        "linting: {custom_rules: [{name: a}]}",
        "linting: {custom_rules: [{pattern: a}]}",
        "linting: {rules: {security: {no_such_rule: true}}}",
        "lintng: {}",
    ] {
        assert!(problem(yaml).is_some(), "{yaml}");
    }
}

/// A value of an option's kind.
fn sample(option: &RuleOption) -> Value {
    match option.default {
        OptionDefault::Text(_) => json!("x"),
        OptionDefault::Choice(_, words) => json!(words.last()),
        OptionDefault::List(_) => json!(["x", "y"]),
        OptionDefault::Bool(value) => json!(!value),
        OptionDefault::Number(value) => json!(value + 1),
        OptionDefault::Style(_) => json!("^x"),
        OptionDefault::Regex(_) => json!("^x"),
        OptionDefault::Map => json!({"x": ["y"]}),
    }
}

/// Whatever the schema allows is read without a mistake: every name of every rule in every shape, with every option.
#[test]
fn what_the_schema_allows_is_understood() {
    let mut documents = Vec::new();
    for rule in registry() {
        let mut settings = json!({
            "enabled": true, "severity": "warning", "message": "m", "exemptions": ["a*"], "exempt_schemas": "s",
            "applicable_to": {"paths": "p", "schema_path": ["q"], "exclude_patterns": "^x", "environments": "e"},
        });
        for option in rule
            .options
            .iter()
            .filter(|option| !["query", "sql"].contains(&option.name))
        {
            settings[option.name] = sample(option);
        }
        for name in std::iter::once(rule.name).chain(rule.aliases.iter().copied()) {
            for name in [name.to_owned(), name.replace('-', "_")] {
                documents.push(json!({"linting": {"rules": {&name: settings}}}));
                documents.push(json!({"linting": {"rules": {&name: "error"}}}));
                documents.push(json!({"linting": {"rules": [&name, {&name: false}, {&name: null}, {&name: [settings]}]}}));
                let mut instance = settings.clone();
                instance["type"] = json!(name);
                documents.push(json!({"linting": {"rules": {"an_instance": instance}}}));
                let mut custom = instance.clone();
                custom["name"] = json!("mine");
                documents.push(json!({"linting": {"custom_rules": [custom]}}));
            }
        }
    }
    for category in Category::ALL {
        let rules = registry()
            .iter()
            .filter(|rule| rule.categories.contains(&category));
        let names: Vec<&str> = rules.map(|rule| rule.name).collect();
        let mut settings = json!({"enabled": true, "exempt": "x", "rules": names});
        for name in names {
            settings[name] = json!(true);
        }
        documents.push(json!({"linting": {"rules": {category.as_str(): settings}}}));
    }
    documents.push(json!({"linting": {
        "extends": ["strict", "printoptim"], "baseline": "b.json", "cache": false, "protected_branch": "main",
        "overrides": [{"paths": ["a/**"], "environments": "e", "rules": {"data-loss": "off"}}],
    }}));
    let schema = config_schema();
    for document in documents {
        let yaml = document.to_string();
        assert_eq!(invalid(&schema, &schema, &document), None, "{yaml}");
        let (_, problems) = rules(&yaml);
        let mistakes = problems.iter().filter(|p| p.code.kind() != ProblemKind::Notice);
        let mistakes: Vec<String> = mistakes.map(ToString::to_string).collect();
        assert_eq!(mistakes, [] as [String; 0], "{yaml}");
    }
}

/// Every key that the schema gives to all rules is one that the loader takes from them.
#[test]
fn the_keys_of_every_rule_are_read() {
    let schema = config_schema();
    let keys = schema["$defs"]["RuleFile"]["properties"]
        .as_object()
        .expect("keys");
    for key in keys
        .keys()
        .filter(|key| !["type", "name", "rules"].contains(&key.as_str()))
    {
        let (_, problems) = rules(&format!("linting: {{rules: {{data-loss: {{{key}: ~}}}}}}"));
        assert!(
            problems.iter().all(|p| p.code.as_str() != "E021"),
            "{key}: {problems:?}"
        );
    }
}
