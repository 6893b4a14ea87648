//! Enums, composites, domains, ranges and base types.

use std::collections::HashMap;
use std::sync::Arc;

use confiture_schema::catalog::{Domain, TypeDef, TypeKind};
use confiture_schema::expr::Expr;
use confiture_schema::types::SqlType;
use confiture_syntax::Name;
use tokio_postgres::Row;

use super::super::dictionary::class;
use super::super::{Draft, get};
use crate::error::SqlError;
use crate::session::Session;

/// Constraints of domains, by the domain's oid.
type Checks = HashMap<u32, Vec<(Name, Expr, bool)>>;

/// What the kinds of types are made of, by the type's oid.
struct Parts {
    labels: HashMap<u32, Vec<Arc<str>>>,
    attributes: HashMap<u32, Vec<(Name, SqlType)>>,
    checks: Checks,
}

/// Reads types that statements made; rows of tables, arrays and multiranges come by themselves.
pub(in crate::introspect) fn read(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let mut parts = Parts {
        labels: labels(session)?,
        attributes: attributes(session, draft)?,
        checks: checks(session, draft)?,
    };
    let rows = session.query(
        "SELECT t.oid, t.typnamespace, t.typname::text, t.typtype::text, t.typbasetype, \
                CASE WHEN t.typtypmod >= 0 THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END, \
                t.typnotnull, pg_catalog.pg_get_expr(t.typdefaultbin, 0), r.rngsubtype \
         FROM pg_catalog.pg_type t \
         LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND t.typrelid <> 0 \
         LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid \
         WHERE t.typnamespace = ANY ($1) AND t.typtype IN ('e', 'c', 'd', 'r', 'b', 'p') \
           AND (c.oid IS NULL OR c.relkind = 'c') \
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)",
        &[&draft.dictionary.schema_oids()],
    )?;
    for row in &rows {
        let oid: u32 = get(row, 0)?;
        let Some(name) = draft.dictionary.qualified(get(row, 1)?, get(row, 2)?) else {
            continue;
        };
        if draft.dictionary.is_member(class::TYPE, oid) {
            continue;
        }
        let definition = TypeDef {
            kind: kind(row, draft, &mut parts)?,
            comment: draft.dictionary.comment(class::TYPE, oid, 0),
            origin: Default::default(),
        };
        draft.catalog.types.insert_mut(name, Arc::new(definition));
    }
    Ok(())
}

fn kind(row: &Row, draft: &Draft, parts: &mut Parts) -> Result<TypeKind, SqlError> {
    let oid: u32 = get(row, 0)?;
    Ok(match get::<&str>(row, 3)? {
        "e" => TypeKind::Enum(parts.labels.remove(&oid).unwrap_or_default()),
        "c" => TypeKind::Composite(parts.attributes.remove(&oid).unwrap_or_default()),
        "r" => {
            let subtype: Option<u32> = get(row, 8)?;
            TypeKind::Range(draft.dictionary.ty(subtype.unwrap_or_default()))
        }
        "d" => TypeKind::Domain(Arc::new(Domain {
            base: draft.dictionary.ty_with(get(row, 4)?, get(row, 5)?),
            not_null: get(row, 6)?,
            default: get::<Option<&str>>(row, 7)?.map(|text| draft.dictionary.expr(text)),
            checks: parts.checks.remove(&oid).unwrap_or_default(),
        })),
        _ => TypeKind::Base,
    })
}

fn labels(session: &mut Session) -> Result<HashMap<u32, Vec<Arc<str>>>, SqlError> {
    let rows = session.query(
        "SELECT enumtypid, enumlabel::text FROM pg_catalog.pg_enum ORDER BY enumtypid, enumsortorder",
        &[],
    )?;
    let mut labels: HashMap<u32, Vec<Arc<str>>> = HashMap::new();
    for row in &rows {
        labels
            .entry(get(row, 0)?)
            .or_default()
            .push(Arc::from(get::<&str>(row, 1)?));
    }
    Ok(labels)
}

fn attributes(session: &mut Session, draft: &Draft) -> Result<HashMap<u32, Vec<(Name, SqlType)>>, SqlError> {
    let rows = session.query(
        "SELECT c.reltype, a.attname::text, a.atttypid, \
                CASE WHEN a.atttypmod >= 0 THEN pg_catalog.format_type(a.atttypid, a.atttypmod) END \
         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
         WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = ANY ($1) \
         ORDER BY a.attrelid, a.attnum",
        &[&draft.dictionary.schema_oids()],
    )?;
    let mut attributes: HashMap<u32, Vec<(Name, SqlType)>> = HashMap::new();
    for row in &rows {
        let ty = draft.dictionary.ty_with(get(row, 2)?, get(row, 3)?);
        attributes
            .entry(get(row, 0)?)
            .or_default()
            .push((Name::new(get::<&str>(row, 1)?), ty));
    }
    Ok(attributes)
}

fn checks(session: &mut Session, draft: &Draft) -> Result<Checks, SqlError> {
    let rows = session.query(
        "SELECT contypid, conname::text, pg_catalog.pg_get_expr(conbin, 0), convalidated \
         FROM pg_catalog.pg_constraint WHERE contypid <> 0 AND contype = 'c' ORDER BY contypid, conname",
        &[],
    )?;
    let mut checks: Checks = HashMap::new();
    for row in &rows {
        let condition = draft
            .dictionary
            .expr(get::<Option<&str>>(row, 2)?.unwrap_or_default());
        let check = (Name::new(get::<&str>(row, 1)?), condition, get(row, 3)?);
        checks.entry(get(row, 0)?).or_default().push(check);
    }
    Ok(checks)
}
