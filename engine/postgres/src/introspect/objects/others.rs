//! Objects that the catalog keeps by name alone.

use std::collections::HashMap;
use std::sync::Arc;

use confiture_schema::catalog::{OtherKey, OtherKind, OtherObject, QualName};

use super::super::{Draft, get, shared};
use crate::error::SqlError;
use crate::session::Session;

/// Each system catalog and the kind of object that it lists.
const CATALOGS: [(&str, OtherKind); 19] = [
    ("pg_am", OtherKind::AccessMethod),
    ("pg_cast", OtherKind::Cast),
    ("pg_collation", OtherKind::Collation),
    ("pg_conversion", OtherKind::Conversion),
    ("pg_event_trigger", OtherKind::EventTrigger),
    ("pg_foreign_data_wrapper", OtherKind::ForeignDataWrapper),
    ("pg_language", OtherKind::Language),
    ("pg_operator", OtherKind::Operator),
    ("pg_opclass", OtherKind::OperatorClass),
    ("pg_opfamily", OtherKind::OperatorFamily),
    ("pg_publication", OtherKind::Publication),
    ("pg_foreign_server", OtherKind::Server),
    ("pg_statistic_ext", OtherKind::Statistics),
    ("pg_ts_config", OtherKind::TextSearchConfiguration),
    ("pg_ts_dict", OtherKind::TextSearchDictionary),
    ("pg_ts_parser", OtherKind::TextSearchParser),
    ("pg_ts_template", OtherKind::TextSearchTemplate),
    ("pg_transform", OtherKind::Transform),
    ("pg_user_mapping", OtherKind::UserMapping),
];

/// Reads what users made of these kinds, by the identity that `pg_identify_object` gives.
///
/// User mappings are read from the view that everybody may see.
pub(in crate::introspect) fn read(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let relations = relations(session, draft)?;
    for row in &session.query(&question(), &[])? {
        let Some((_, kind)) = usize::try_from(get::<i32>(row, 0)?)
            .ok()
            .and_then(|at| CATALOGS.get(at))
        else {
            continue;
        };
        let oid: u32 = get(row, 1)?;
        let Some(identity) = get::<Option<&str>>(row, 2)? else {
            continue;
        };
        let object = OtherObject {
            comment: shared(get(row, 3)?),
            relations: relations.get(&oid).cloned().unwrap_or_default(),
            columns: Vec::new(),
            origin: Default::default(),
        };
        draft.catalog.others.insert_mut(
            OtherKey {
                kind: *kind,
                identity: Arc::from(identity),
            },
            Arc::new(object),
        );
    }
    Ok(())
}

/// One query over all of these catalogs.
fn question() -> String {
    let each = CATALOGS.iter().enumerate().map(|(at, (catalog, kind))| {
        let (table, oid) = match kind {
            OtherKind::UserMapping => ("pg_user_mappings", "umid"),
            _ => (*catalog, "oid"),
        };
        format!(
            "SELECT {at}::int4 AS kind, 'pg_catalog.{catalog}'::pg_catalog.regclass::oid AS class, {oid} AS object \
             FROM pg_catalog.{table}"
        )
    });
    let all = each.collect::<Vec<_>>().join(" UNION ALL ");
    format!(
        "SELECT o.kind, o.object, (pg_catalog.pg_identify_object(o.class, o.object, 0)).identity, d.description \
         FROM ({all}) o \
         LEFT JOIN pg_catalog.pg_description d ON d.classoid = o.class AND d.objoid = o.object AND d.objsubid = 0 \
         WHERE o.object >= 16384 \
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend m \
                           WHERE m.classid = o.class AND m.objid = o.object AND m.deptype IN ('e', 'i'))"
    )
}

/// Relations of statistics and publications, by the oid of these.
fn relations(session: &mut Session, draft: &Draft) -> Result<HashMap<u32, Vec<QualName>>, SqlError> {
    let rows = session.query(
        "SELECT oid, stxrelid FROM pg_catalog.pg_statistic_ext \
         UNION ALL SELECT prpubid, prrelid FROM pg_catalog.pg_publication_rel",
        &[],
    )?;
    let mut relations: HashMap<u32, Vec<QualName>> = HashMap::new();
    for row in &rows {
        if let Some((name, _)) = draft.relations.get(&get(row, 1)?) {
            relations.entry(get(row, 0)?).or_default().push(name.clone());
        }
    }
    for list in relations.values_mut() {
        list.sort();
    }
    Ok(relations)
}
