//! `custom_rules`: each is a named instance of a rule that takes its check from the configuration.

use super::{Pattern, RuleSetting};
use crate::ProblemCode;
use crate::config::decode::Decoder;
use crate::yaml::{Key, Node};

/// The keys that carry a check, and the rule that each is an option of.
const CHECKS: [(&str, &str); 4] = [
    ("query", "tree-query"),
    ("tree_query", "tree-query"),
    ("sql", "sql-query"),
    ("pattern", "name-pattern"),
];

/// Adds the rules of a `custom_rules` list.
pub(super) fn read(rules: &mut Vec<RuleSetting>, decoder: &mut Decoder<'_>, node: &Node) {
    for item in node.items() {
        let entries = decoder.map(item, "a custom rule");
        if entries.is_empty() {
            continue;
        }
        let name = item.get("name");
        let key = Key {
            name: name.and_then(Node::scalar).unwrap_or_default(),
            range: name.map_or(&item.range, |name| &name.range).clone(),
        };
        if key.name.is_empty() {
            decoder.wrong(item, "`name` of a custom rule", "given");
            continue;
        }
        rules.extend(one(decoder, &key, item));
    }
}

fn one(decoder: &mut Decoder<'_>, name: &Key, item: &Node) -> Option<RuleSetting> {
    if item.get("implementation").is_some() {
        // Reading it tells that it isn't executed; the rest of the rule has nothing to say then.
        return RuleSetting::read(decoder, name, item, None).0;
    }
    let check = CHECKS.iter().find(|(key, _)| item.get(key).is_some());
    if item.get("type").is_none() && check.is_none() {
        no_check(decoder, name);
        return None;
    }
    let (setting, nested) = RuleSetting::read(decoder, name, item, None);
    if let Some(nested) = nested {
        decoder.wrong(nested, "`rules` of a custom rule", "left out");
    }
    let mut setting = setting?;
    setting.custom = true;
    if let (None, Some((_, kind))) = (&setting.rule_type, check) {
        setting.rule_type = Some(Pattern {
            text: (*kind).to_owned(),
            range: name.range.clone(),
        });
    }
    Some(setting)
}

/// A custom rule that says nothing to check.
fn no_check(decoder: &mut Decoder<'_>, name: &Key) {
    let instead = match name.name.to_lowercase() {
        name if name.contains("tenant") => {
            "write a rule with `type: column_required` and `column: tenant_id`"
        }
        name if name.contains("read_model") || name.contains("cqrs") => {
            "write a rule with `type: cqrs` and the `read_model_sources`"
        }
        _ => "add a `pattern:`, a `query:`, `sql:`, or the `type:` of a rule",
    };
    let message = format!("custom rule `{}` carries no check", name.name);
    let problem = decoder
        .problem(ProblemCode::NotACheck, &name.range, message)
        .with_help(instead);
    decoder.push(problem);
}
