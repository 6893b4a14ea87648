//! `confiture-migrations/NNN_name.yaml`: one migration a file, its SQL inside YAML, at its true place.
//!
//! The keys stand under `migration:` or at the top: `name`, `version`, `description`, `applies_to`, `transaction`, `lock_timeout`,
//! `statement_timeout`, `ddl`
//! (a text or a list of texts), `hooks` (phase → list), `rollback: {ddl, hooks}`.

use std::sync::Arc;

use super::{Assembled, file_name};
use crate::config::decode::Decoder;
use crate::order::split_digits;
use crate::yaml::{Node, Value};
use crate::{
    Direction, HookRun, HookSql, Layout, Problem, ProblemCode, Script, Segment, SourceFile, TransactionMode,
};

const KEYS: [&str; 10] = [
    "name",
    "version",
    "description",
    "applies_to",
    "transaction",
    "ddl",
    "hooks",
    "rollback",
    crate::timeouts::NAMES[0],
    crate::timeouts::NAMES[1],
];

/// Whether a YAML text looks like a migration at all.
pub(crate) fn is_migration(text: &str) -> bool {
    Node::parse(text).is_ok_and(|node| node.get("migration").is_some() || node.get("ddl").is_some())
}

pub(super) fn assemble(file: &Arc<SourceFile>) -> Assembled {
    let mut decoder = Decoder::new(file);
    let mut scripts = Vec::new();
    match Node::of_file(file) {
        Ok(node) => read(file, &node, &mut decoder, &mut scripts),
        Err(problem) => decoder.push(*problem),
    }
    Assembled {
        scripts,
        problems: decoder.finish(),
    }
}

/// What one direction of the migration holds.
#[derive(Default)]
struct Body {
    segments: Vec<Segment>,
    hooks: Vec<HookSql>,
}

fn read(file: &Arc<SourceFile>, node: &Node, decoder: &mut Decoder<'_>, scripts: &mut Vec<Script>) {
    let body = node.get("migration").unwrap_or(node);
    let known = KEYS.map(str::to_owned);
    let mut up = Body::default();
    let mut down = None;
    let mut applies_to = Vec::new();
    let mut transaction = TransactionMode::PerScript;
    for (key, value) in decoder.map(body, "a migration") {
        match key.name.as_str() {
            "ddl" => up.segments = segments(file, value, decoder),
            "hooks" => hooks(file, value, "hooks", &mut up.hooks),
            "rollback" => down = Some(rollback(file, value, decoder)),
            "applies_to" => applies_to = environments(value, decoder),
            "transaction" => {
                if decoder.bool(value, "`transaction`") == Some(false) {
                    transaction = TransactionMode::Autocommit;
                }
            }
            name if KEYS.contains(&name) => {}
            _ => decoder.unknown_key(key, " in a migration", &known),
        }
    }
    if up.segments.is_empty() && up.hooks.is_empty() && down.is_none() {
        decoder.push(
            Problem::new(
                ProblemCode::NoSql,
                &file.path,
                "a migration without `ddl`, hooks or rollback",
            )
            .with_help("write the SQL under `ddl: |`"),
        );
    }
    let stem = file
        .file
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let (version, _) = split_digits(file_name(&file.file));
    let script = |body: Body, direction| Script {
        segments: body.segments,
        hooks: body.hooks,
        layout: Layout::Confiture,
        direction,
        transaction,
        version: (!version.is_empty()).then(|| version.to_owned()),
        group: stem.to_owned(),
        applies_to: applies_to.clone(),
        selected: false,
        source: Arc::clone(file),
    };
    scripts.push(script(up, Direction::Up));
    scripts.extend(down.map(|down| script(down, Direction::Down)));
}

fn rollback(file: &Arc<SourceFile>, node: &Node, decoder: &mut Decoder<'_>) -> Body {
    let mut body = Body::default();
    if node.as_text().is_some() {
        body.segments = segments(file, node, decoder);
        return body;
    }
    for (key, value) in decoder.map(node, "`rollback`") {
        match key.name.as_str() {
            "ddl" => body.segments = segments(file, value, decoder),
            "hooks" => hooks(file, value, "rollback.hooks", &mut body.hooks),
            _ => decoder.unknown_key(key, " in `rollback`", &["ddl".to_owned(), "hooks".to_owned()]),
        }
    }
    body
}

fn segments(file: &Arc<SourceFile>, node: &Node, decoder: &mut Decoder<'_>) -> Vec<Segment> {
    node.items()
        .iter()
        .filter_map(|item| {
            if item.as_text().is_none() {
                decoder.wrong(item, "`ddl`", "SQL as text");
            }
            Segment::of_scalar(file, item)
        })
        .collect()
}

/// `[production, staging]` or `[{environment: production}, …]`.
fn environments(node: &Node, decoder: &mut Decoder<'_>) -> Vec<String> {
    node.items()
        .iter()
        .filter_map(|item| {
            let name = item.get("environment").unwrap_or(item);
            decoder.text(name, "an entry of `applies_to`")
        })
        .collect()
}

/// Phases with their hooks, or a plain list of hooks.
fn hooks(file: &Arc<SourceFile>, node: &Node, key: &str, out: &mut Vec<HookSql>) {
    match &node.value {
        Value::Map(phases) => {
            for (phase, list) in phases {
                hook_list(file, list, &phase.name, &format!("{key}.{}", phase.name), out);
            }
        }
        _ => hook_list(file, node, "", key, out),
    }
}

fn hook_list(file: &Arc<SourceFile>, list: &Node, phase: &str, key: &str, out: &mut Vec<HookSql>) {
    for (at, hook) in list.items().iter().enumerate() {
        let kind = hook.get("type").and_then(Node::scalar);
        let run = run(hook);
        // An explicit stack: what users nest is bounded by the YAML reader, but cheap to be safe about.
        let mut stack = vec![(format!("{key}[{at}]"), hook)];
        let mut found = Vec::new();
        while let Some((key, node)) = stack.pop() {
            match &node.value {
                Value::Map(entries) => {
                    for (name, value) in entries {
                        let key = format!("{key}.{}", name.name);
                        let sql = match is_sql_key(&name.name) {
                            true => statements(file, value),
                            false => None,
                        };
                        let Some(sql) = sql else {
                            stack.push((key, value));
                            continue;
                        };
                        found.extend(sql.into_iter().map(|segment| HookSql {
                            phase: phase.to_owned(),
                            kind: kind.clone(),
                            key: key.clone(),
                            run,
                            segment,
                        }));
                    }
                }
                Value::List(items) => {
                    stack.extend(
                        items
                            .iter()
                            .enumerate()
                            .map(|(at, item)| (format!("{key}[{at}]"), item)),
                    );
                }
                _ => {}
            }
        }
        found.sort_by_key(|hook| hook.segment.map.file_range().start);
        out.append(&mut found);
    }
}

/// The SQL of a key: a text, or a list of texts.
fn statements(file: &Arc<SourceFile>, value: &Node) -> Option<Vec<Segment>> {
    let Value::List(items) = &value.value else {
        return Some(vec![Segment::of_scalar(file, value)?]);
    };
    items.iter().map(|item| Segment::of_scalar(file, item)).collect()
}

/// Where a hook says that it runs.
fn run(hook: &Node) -> HookRun {
    let word = hook.get("config").and_then(|config| config.get("run"));
    match word.and_then(Node::scalar).as_deref() {
        Some("alone") => HookRun::Alone,
        _ => HookRun::InTransaction,
    }
}

/// The keys of a hook that hold SQL.
fn is_sql_key(name: &str) -> bool {
    matches!(name, "sql" | "action" | "query" | "ddl") || name.ends_with("_query") || name.ends_with("_sql")
}
