//! Schemas, extensions, types, functions and whatever else has a name.

mod functions;
mod others;
mod types;

use std::sync::Arc;

use confiture_schema::catalog::{Extension, Schema};
use confiture_syntax::Name;

use super::dictionary::class;
use super::{Draft, get, shared};
use crate::error::SqlError;
use crate::session::Session;

/// Reads everything that isn't a relation.
pub(super) fn read(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    schemas(session, draft)?;
    extensions(session, draft)?;
    types::read(session, draft)?;
    functions::read(session, draft)?;
    others::read(session, draft)
}

fn schemas(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT oid, pg_catalog.pg_get_userbyid(nspowner)::text FROM pg_catalog.pg_namespace WHERE oid = ANY ($1)",
        &[&draft.dictionary.schema_oids()],
    )?;
    for row in &rows {
        let oid: u32 = get(row, 0)?;
        let Some(name) = draft.dictionary.schemas.get(&oid).cloned() else {
            continue;
        };
        if draft.dictionary.is_member(class::NAMESPACE, oid) {
            continue;
        }
        let schema = Schema {
            comment: draft.dictionary.comment(class::NAMESPACE, oid, 0),
            owner: Some(Name::new(get::<&str>(row, 1)?)),
            origin: Default::default(),
        };
        draft.catalog.schemas.insert_mut(name, Arc::new(schema));
    }
    Ok(())
}

fn extensions(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    // CREATE EXTENSION comments on the extension with what its control file says: nobody wrote that here.
    let rows = session.query(
        "SELECT e.extname::text, n.nspname::text, \
                NULLIF(pg_catalog.obj_description(e.oid, 'pg_extension'), a.comment) \
         FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace \
         LEFT JOIN pg_catalog.pg_available_extensions a ON a.name = e.extname",
        &[],
    )?;
    for row in &rows {
        let extension = Extension {
            schema: Some(Name::new(get::<&str>(row, 1)?)),
            comment: shared(get(row, 2)?),
            origin: Default::default(),
        };
        draft
            .catalog
            .extensions
            .insert_mut(Name::new(get::<&str>(row, 0)?), Arc::new(extension));
    }
    Ok(())
}
