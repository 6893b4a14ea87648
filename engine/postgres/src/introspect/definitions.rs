//! Statements that make what the catalog doesn't tell whole.

use std::sync::Arc;

use confiture_schema::catalog::{Catalog, OtherKey, OtherKind, QualName};
use confiture_schema::draft::Definitions;
use confiture_syntax::Name;
use tokio_postgres::Row;

use super::get;
use crate::error::SqlError;
use crate::session::Session;

/// Reads the definitions of what a catalog lists.
pub(super) fn read(session: &mut Session, catalog: &Catalog) -> Result<Definitions, SqlError> {
    let mut found = Definitions::of_server(catalog);
    triggers(session, &mut found)?;
    rules(session, &mut found)?;
    statistics(session, &mut found)?;
    Ok(found)
}

fn named(row: &Row) -> Result<(QualName, Name), SqlError> {
    let relation = QualName::new(get::<&str>(row, 0)?, get::<&str>(row, 1)?);
    Ok((relation, Name::new(get::<&str>(row, 2)?)))
}

fn triggers(session: &mut Session, found: &mut Definitions) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT n.nspname::text, c.relname::text, t.tgname::text, pg_catalog.pg_get_triggerdef(t.oid, false) \
         FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal",
        &[],
    )?;
    for row in &rows {
        found
            .triggers
            .insert(named(row)?, Arc::from(get::<&str>(row, 3)?));
    }
    Ok(())
}

fn rules(session: &mut Session, found: &mut Definitions) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT n.nspname::text, c.relname::text, r.rulename::text, pg_catalog.pg_get_ruledef(r.oid) \
         FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE r.rulename <> '_RETURN' AND n.nspname <> ALL ('{pg_catalog,information_schema}')",
        &[],
    )?;
    for row in &rows {
        found.rules.insert(named(row)?, Arc::from(get::<&str>(row, 3)?));
    }
    Ok(())
}

fn statistics(session: &mut Session, found: &mut Definitions) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT (pg_catalog.pg_identify_object('pg_catalog.pg_statistic_ext'::pg_catalog.regclass, s.oid, 0)).identity, \
                pg_catalog.pg_get_statisticsobjdef(s.oid) FROM pg_catalog.pg_statistic_ext s",
        &[],
    )?;
    for row in &rows {
        let key = OtherKey {
            kind: OtherKind::Statistics,
            identity: Arc::from(get::<&str>(row, 0)?),
        };
        found.others.insert(key, Arc::from(get::<&str>(row, 1)?));
    }
    Ok(())
}
