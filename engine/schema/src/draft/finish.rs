//! The end of a draft: schemas and extensions that are gone, and an account of what was left out.

use super::work::{Work, step};
use super::{Draft, LeftOut, Runs};
use crate::render;

/// Drops what only an empty database lets go, and tells what still differs.
pub(super) fn finish(mut work: Work<'_>) -> Draft {
    extensions_and_schemas(&mut work);
    let mut left_out = std::mem::take(&mut work.left_out);
    for difference in render::diff(work.catalog(), work.aim) {
        if left_out.iter().any(|out| out.object == difference.object) {
            continue;
        }
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        let reason = match difference.aspect.as_str() {
            "columns" => "the order of its columns: PostgreSQL can't change it".to_owned(),
            aspect => format!(
                "{aspect}: no statement is known that makes {} of {}",
                side(&difference.right),
                side(&difference.left)
            ),
        };
        left_out.push(LeftOut {
            object: difference.object,
            reason,
        });
    }
    left_out.sort();
    left_out.dedup();
    Draft {
        settings: settings(&work),
        steps: work.steps,
        questions: Vec::new(),
        left_out,
        not_compared: work.not_compared.into_iter().collect(),
    }
}

fn settings(work: &Work<'_>) -> Vec<String> {
    let mut settings = Vec::new();
    if work.steps.is_empty() {
        return settings;
    }
    if let Some(path) = &work.path {
        let path: Vec<String> = path.iter().map(|schema| schema.quoted()).collect();
        settings.push(format!("search_path = {}", path.join(", ")));
    }
    let makes_routine = |sql: &str| sql.contains("FUNCTION") || sql.contains("PROCEDURE");
    if work
        .steps
        .iter()
        .any(|step| step.sql.starts_with("CREATE") && makes_routine(&step.sql))
    {
        // Bodies may name what comes later.
        settings.push("check_function_bodies = off".to_owned());
    }
    debug_assert!(work.steps.iter().all(|step| step.runs != Runs::Outside));
    settings
}

fn extensions_and_schemas(work: &mut Work<'_>) {
    let aim = work.aim;
    let extensions: Vec<_> = work.catalog().extensions.keys().cloned().collect();
    for name in extensions
        .into_iter()
        .filter(|name| !aim.extensions.contains_key(name))
    {
        let sql = format!("DROP EXTENSION {}", name.quoted());
        work.write(step(sql, format!("extension {name}"), "drop"));
    }
    let schemas: Vec<_> = work.catalog().schemas.keys().cloned().collect();
    for name in schemas.into_iter().filter(|name| !aim.schemas.contains_key(name)) {
        let sql = format!("DROP SCHEMA {}", name.quoted());
        work.write(step(sql, format!("schema {name}"), "drop"));
    }
}
