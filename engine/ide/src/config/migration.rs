//! The keys of a migration in YAML, outside of its SQL.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

/// What a migration in YAML may hold.
pub(super) fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let own = migration();
        let mut properties = Map::new();
        properties.insert(
            "migration".to_owned(),
            json!({
                "description": "The migration; its keys may stand at the top as well.",
                "type": "object",
                "properties": own["properties"],
            }),
        );
        let others = own["properties"].as_object().into_iter().flatten();
        properties.extend(others.map(|(name, schema)| (name.clone(), schema.clone())));
        let mut root = json!({"type": "object", "properties": properties});
        root["$defs"] = definitions();
        root
    })
}

fn migration() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "What the migration is called."},
            "version": {"type": "string", "description": "Its version; by default the digits of the file's name."},
            "description": {"type": "string", "description": "What it is for."},
            "applies_to": {
                "description": "The environments that it runs in; all where nothing is said.",
                "anyOf": [
                    {"type": "array", "items": {"anyOf": [{"type": "string"}, {
                        "type": "object",
                        "properties": {"environment": {"type": "string", "description": "An environment's name."}},
                    }]}},
                    {"type": "string"},
                ],
            },
            "transaction": {"type": "boolean", "description": "Whether it runs in one transaction. `false` for CREATE INDEX CONCURRENTLY and its like."},
            "ddl": {"type": "string", "description": "The SQL: a text, or a list of texts."},
            "hooks": {"$ref": "#/$defs/hooks"},
            "rollback": {
                "type": "object",
                "description": "What takes the migration back: SQL, or `ddl` and `hooks`.",
                "properties": {
                    "ddl": {"type": "string", "description": "The SQL that takes it back."},
                    "hooks": {"$ref": "#/$defs/hooks"},
                },
            },
        },
    })
}

fn definitions() -> Value {
    let phase =
        |about: &str| json!({"description": about, "type": "array", "items": {"$ref": "#/$defs/hook"}});
    json!({
        "hooks": {
            "type": "object",
            "description": "What runs around the SQL, by phase.",
            "properties": {
                "before_validation": phase("Before the migration is checked."),
                "before_ddl": phase("Before the SQL, such as what stops writers."),
                "after_ddl": phase("After the SQL, such as backfills."),
                "after_validation": phase("After the migration was checked."),
                "cleanup": phase("At the end, such as what starts writers again."),
                "on_error": phase("When something failed."),
            },
            "additionalProperties": {"type": "array", "items": {"$ref": "#/$defs/hook"}},
        },
        "hook": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "description": "What the hook is called."},
                "type": {"type": "string", "description": "What kind of hook it is, such as `sql`."},
                "sql": {"type": "string", "description": "SQL that the hook runs."},
                "query": {"type": "string", "description": "A query that the hook runs."},
                "action": {"type": "string", "description": "SQL that the hook runs."},
            },
        },
    })
}
