//! Views: their queries and what these read.

use std::collections::BTreeMap;
use std::sync::Arc;

use confiture_schema::catalog::{QualName, ViewDef};

use super::dictionary::class;
use super::{Draft, get};
use crate::error::SqlError;
use crate::session::Session;

/// Reads the queries of views and materialized views, and which relations each depends on.
pub(super) fn read(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    queries(session, draft)?;
    sources(session, draft)
}

fn queries(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT c.oid, pg_catalog.pg_get_viewdef(c.oid) FROM pg_catalog.pg_class c \
         WHERE c.relkind IN ('v', 'm') AND c.relnamespace = ANY ($1)",
        &[&draft.dictionary.schema_oids()],
    )?;
    for row in &rows {
        let query = get::<&str>(row, 1)?.trim().trim_end_matches(';');
        if let Some(relation) = draft.relation(get(row, 0)?) {
            let view = ViewDef {
                query: Arc::from(query),
                sources: Vec::new(),
                columns_known: true,
            };
            relation.view = Some(Arc::new(view));
        }
    }
    Ok(())
}

fn sources(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT DISTINCT r.ev_class, d.refobjid \
         FROM pg_catalog.pg_rewrite r \
         JOIN pg_catalog.pg_depend d ON d.classid = $1 AND d.objid = r.oid \
              AND d.refclassid = $2 AND d.refobjid <> r.ev_class \
         WHERE r.rulename = '_RETURN'",
        &[&class::REWRITE, &class::RELATION],
    )?;
    let mut by_view: BTreeMap<u32, Vec<QualName>> = BTreeMap::new();
    for row in &rows {
        let (view, source): (u32, u32) = (get(row, 0)?, get(row, 1)?);
        let Some((source, _)) = draft.relations.get(&source) else {
            continue;
        };
        by_view.entry(view).or_default().push(source.clone());
    }
    for (view, mut sources) in by_view {
        sources.sort();
        if let Some(view) = draft.relation(view).and_then(|r| r.view.as_mut()) {
            Arc::make_mut(view).sources = sources;
        }
    }
    Ok(())
}
