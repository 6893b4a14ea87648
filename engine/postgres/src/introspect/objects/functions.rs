//! Functions, procedures, aggregates, by signature.

use std::sync::Arc;

use confiture_schema::catalog::{Function, FunctionKey, FunctionKind, Volatility};
use confiture_syntax::Name;
use tokio_postgres::Row;

use super::super::dictionary::{Dictionary, class};
use super::super::{Draft, get};
use crate::error::SqlError;
use crate::session::Session;

/// Reads functions of users; those that come with a range type are PostgreSQL's own.
pub(in crate::introspect) fn read(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT p.oid, p.pronamespace, p.proname::text, p.prokind::text, p.proargtypes::oid[], p.prorettype, \
                p.proretset, l.lanname::text, p.provolatile::text, p.prosecdef, p.proisstrict, p.proconfig, \
                p.proallargtypes, p.proargmodes::text[], p.proargnames, \
                CASE WHEN p.prokind IN ('f', 'p') THEN pg_catalog.pg_get_functiondef(p.oid) END \
         FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
         WHERE p.pronamespace = ANY ($1)",
        &[&draft.dictionary.schema_oids()],
    )?;
    for row in &rows {
        let oid: u32 = get(row, 0)?;
        let dictionary = &draft.dictionary;
        let Some(name) = dictionary.qualified(get(row, 1)?, get(row, 2)?) else {
            continue;
        };
        if dictionary.is_member(class::PROC, oid) || dictionary.is_internal_function(oid) {
            continue;
        }
        let inputs: Vec<u32> = get(row, 4)?;
        let arguments = inputs.iter().map(|&oid| dictionary.ty(oid)).collect();
        let function = function(row, dictionary)?;
        draft
            .catalog
            .functions
            .insert_mut(FunctionKey { name, arguments }, Arc::new(function));
    }
    Ok(())
}

fn function(row: &Row, dictionary: &Dictionary) -> Result<Function, SqlError> {
    let kind = match get::<&str>(row, 3)? {
        "p" => FunctionKind::Procedure,
        "a" => FunctionKind::Aggregate,
        "w" => FunctionKind::Window,
        _ => FunctionKind::Function,
    };
    let settings: Option<Vec<String>> = get(row, 11)?;
    Ok(Function {
        kind,
        returns: match kind {
            FunctionKind::Procedure => None,
            _ => Some(Arc::from(returns(row, dictionary)?)),
        },
        language: Name::new(get::<&str>(row, 7)?),
        volatility: match get::<&str>(row, 8)? {
            "i" => Volatility::Immutable,
            "s" => Volatility::Stable,
            _ => Volatility::Volatile,
        },
        security_definer: get(row, 9)?,
        strict: get(row, 10)?,
        sets_search_path: settings.is_some_and(|s| s.iter().any(|s| s.starts_with("search_path="))),
        definition: get::<Option<&str>>(row, 15)?.map(Arc::from),
        comment: dictionary.comment(class::PROC, get(row, 0)?, 0),
        origin: Default::default(),
    })
}

/// The return type as `pg_get_function_result` spells it, with types in the catalog's own spelling.
fn returns(row: &Row, dictionary: &Dictionary) -> Result<String, SqlError> {
    let all: Option<Vec<u32>> = get(row, 12)?;
    let modes: Option<Vec<String>> = get(row, 13)?;
    let names: Option<Vec<String>> = get(row, 14)?;
    let (all, modes, names) = (
        all.unwrap_or_default(),
        modes.unwrap_or_default(),
        names.unwrap_or_default(),
    );
    let columns: Vec<String> = all
        .iter()
        .enumerate()
        .filter(|(at, _)| modes.get(*at).is_some_and(|mode| mode == "t"))
        .map(|(at, &ty)| {
            let name = names
                .get(at)
                .map(|n| Name::new(n).quoted().to_string())
                .unwrap_or_default();
            format!("{name} {}", dictionary.ty(ty))
        })
        .collect();
    if !columns.is_empty() {
        return Ok(format!("TABLE({})", columns.join(", ")));
    }
    let ty = dictionary.ty(get(row, 5)?);
    Ok(if get(row, 6)? {
        format!("SETOF {ty}")
    } else {
        ty.to_string()
    })
}
