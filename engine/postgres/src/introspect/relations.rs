//! Relations, their columns, their sequences' parameters and their places in families.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use confiture_schema::catalog::{
    Column, Generated, GeneratedStorage, IdentityKind, Parent, PartitionBound, PartitionKey, Persistence,
    QualName, Relation, RelationKind, ReplicaIdentity, RowSecurity, Sequence,
};
use confiture_schema::expr::Expr;
use confiture_syntax::Name;
use tokio_postgres::Row;

use super::dictionary::{Dictionary, class};
use super::{Draft, get, list_items};
use crate::error::SqlError;
use crate::session::Session;

/// Reads relations and everything about them that is not constraint, index, trigger, policy or view.
pub(super) fn read(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    relations(session, draft)?;
    columns(session, draft)?;
    sequences(session, draft)?;
    owned_sequences(session, draft)?;
    partition_keys(session, draft)?;
    parents(session, draft)
}

fn relations(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT c.oid, c.relnamespace, c.relname::text, c.relkind::text, c.relpersistence::text, \
                c.relrowsecurity, c.relforcerowsecurity, c.reloptions, t.reloptions, s.spcname::text, a.amname::text, \
                c.relreplident::text, c.reloftype, c.relispopulated, \
                pg_catalog.pg_get_userbyid(c.relowner)::text \
         FROM pg_catalog.pg_class c \
         LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL \
         LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace AND c.reltablespace <> 0 \
         LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam AND a.amname <> 'heap' \
         WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND c.relnamespace = ANY ($1)",
        &[&draft.dictionary.schema_oids()],
    )?;
    for row in &rows {
        let oid: u32 = get(row, 0)?;
        let Some(name) = draft.dictionary.qualified(get(row, 1)?, get(row, 2)?) else {
            continue;
        };
        if draft.dictionary.is_member(class::RELATION, oid) {
            continue;
        }
        let relation = relation(row, &draft.dictionary)?;
        draft.relations.insert(oid, (name, relation));
    }
    Ok(())
}

fn relation(row: &Row, dictionary: &Dictionary) -> Result<Relation, SqlError> {
    let kind = match get::<&str>(row, 3)? {
        "p" => RelationKind::PartitionedTable,
        "f" => RelationKind::ForeignTable,
        "v" => RelationKind::View,
        "m" => RelationKind::MaterializedView,
        "S" => RelationKind::Sequence,
        _ => RelationKind::Table,
    };
    let mut options = options(get(row, 7)?, "");
    options.extend(self::options(get(row, 8)?, "toast."));
    let of_type: u32 = get(row, 12)?;
    let of_type = (of_type != 0).then(|| dictionary.ty(of_type));
    Ok(Relation {
        kind,
        persistence: match get::<&str>(row, 4)? {
            "u" => Persistence::Unlogged,
            "t" => Persistence::Temporary,
            _ => Persistence::Permanent,
        },
        row_security: RowSecurity {
            enabled: get(row, 5)?,
            forced: get(row, 6)?,
        },
        comment: dictionary.comment(class::RELATION, get(row, 0)?, 0),
        owner: Some(Name::new(get::<&str>(row, 14)?)),
        options,
        tablespace: get::<Option<&str>>(row, 9)?.map(Name::new),
        access_method: get::<Option<&str>>(row, 10)?.map(Name::new),
        replica_identity: match get::<&str>(row, 11)? {
            "f" => ReplicaIdentity::Full,
            // Tables that can't have one (foreign tables, views) carry "nothing" too; so do system tables.
            "n" if matches!(kind, RelationKind::Table | RelationKind::PartitionedTable) => {
                ReplicaIdentity::Nothing
            }
            _ => ReplicaIdentity::Default,
        },
        of_type: of_type.and_then(|ty| Some(QualName::new(ty.schema?, ty.name))),
        unpopulated: kind == RelationKind::MaterializedView && !get::<bool>(row, 13)?,
        ..Relation::default()
    })
}

/// Storage parameters from `pg_class.reloptions`: `fillfactor=70`.
pub(super) fn options(written: Option<Vec<String>>, prefix: &str) -> BTreeMap<Name, Arc<str>> {
    let each = |option: String| {
        let (name, value) = option.split_once('=').unwrap_or((&option, ""));
        (Name::new(format!("{prefix}{name}")), Arc::from(value))
    };
    written.unwrap_or_default().into_iter().map(each).collect()
}

fn columns(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT a.attrelid, a.attnum, a.attname::text, a.atttypid, \
                CASE WHEN a.atttypmod >= 0 THEN pg_catalog.format_type(a.atttypid, a.atttypmod) END, \
                a.attnotnull, a.attidentity::text, a.attgenerated::text, a.attislocal, \
                CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation ELSE 0::oid END, \
                pg_catalog.pg_get_expr(d.adbin, d.adrelid) \
         FROM pg_catalog.pg_attribute a \
         JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef \
         WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relnamespace = ANY ($1) \
           AND a.attnum > 0 AND NOT a.attisdropped \
         ORDER BY a.attrelid, a.attnum",
        &[&draft.dictionary.schema_oids()],
    )?;
    let mut by_relation: HashMap<u32, Vec<Arc<Column>>> = HashMap::new();
    for row in &rows {
        let (relation, number): (u32, i16) = (get(row, 0)?, get(row, 1)?);
        let column = column(row, &draft.dictionary)?;
        draft
            .dictionary
            .columns
            .insert((relation, number), column.name.clone());
        by_relation.entry(relation).or_default().push(Arc::new(column));
    }
    for (oid, columns) in by_relation {
        if let Some(relation) = draft.relation(oid) {
            relation.columns = Arc::new(columns);
        }
    }
    Ok(())
}

fn column(row: &Row, dictionary: &Dictionary) -> Result<Column, SqlError> {
    let (relation, number): (u32, i16) = (get(row, 0)?, get(row, 1)?);
    let stored: Option<Expr> = get::<Option<&str>>(row, 10)?.map(|text| dictionary.expr(text));
    let storage = match get::<&str>(row, 7)? {
        "s" => Some(GeneratedStorage::Stored),
        "v" => Some(GeneratedStorage::Virtual),
        _ => None,
    };
    let (default, generated) = match (storage, stored) {
        (Some(storage), Some(expr)) => (None, Some(Generated { expr, storage })),
        (_, default) => (default, None),
    };
    Ok(Column {
        name: Name::new(get::<&str>(row, 2)?),
        ty: Some(dictionary.ty_with(get(row, 3)?, get(row, 4)?)),
        not_null: get(row, 5)?,
        default,
        generated,
        identity: match get::<&str>(row, 6)? {
            "a" => Some(IdentityKind::Always),
            "d" => Some(IdentityKind::ByDefault),
            _ => None,
        },
        collation: dictionary.collations.get(&get(row, 9)?).cloned(),
        comment: dictionary.comment(class::RELATION, relation, i32::from(number)),
        inherited: !get::<bool>(row, 8)?,
        origin: Default::default(),
    })
}

fn sequences(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT seqrelid, seqtypid, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle \
         FROM pg_catalog.pg_sequence",
        &[],
    )?;
    for row in &rows {
        let sequence = Sequence {
            ty: draft.dictionary.ty(get(row, 1)?),
            start: get(row, 2)?,
            increment: get(row, 3)?,
            min: get(row, 4)?,
            max: get(row, 5)?,
            cache: get(row, 6)?,
            cycle: get(row, 7)?,
            owned_by: None,
            identity: false,
        };
        if let Some(relation) = draft.relation(get(row, 0)?) {
            relation.sequence = Some(Arc::new(sequence));
        }
    }
    Ok(())
}

fn owned_sequences(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT d.objid, d.refobjid, d.refobjsubid, d.deptype = 'i' \
         FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'S' \
         WHERE d.classid = $1 AND d.refclassid = $1 AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')",
        &[&class::RELATION],
    )?;
    for row in &rows {
        let owner: u32 = get(row, 1)?;
        let number = i16::try_from(get::<i32>(row, 2)?).unwrap_or_default();
        let Some((table, _)) = draft.relations.get(&owner) else {
            continue;
        };
        let owned_by = Some((table.clone(), draft.dictionary.column(owner, number)));
        let identity: bool = get(row, 3)?;
        if let Some(sequence) = draft.relation(get(row, 0)?).and_then(|r| r.sequence.as_mut()) {
            let sequence = Arc::make_mut(sequence);
            sequence.owned_by = owned_by;
            sequence.identity = identity;
        }
    }
    Ok(())
}

fn partition_keys(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT partrelid, partstrat::text, partattrs::int2[], pg_catalog.pg_get_expr(partexprs, partrelid) \
         FROM pg_catalog.pg_partitioned_table",
        &[],
    )?;
    for row in &rows {
        let oid: u32 = get(row, 0)?;
        let strategy = match get::<&str>(row, 1)? {
            "l" => "list",
            "h" => "hash",
            _ => "range",
        };
        let numbers: Vec<i16> = get(row, 2)?;
        let expressions = get::<Option<&str>>(row, 3)?.map(list_items).unwrap_or_default();
        let mut expressions = expressions.into_iter();
        let keys = numbers
            .iter()
            .filter_map(|&number| match number {
                0 => expressions.next().map(|text| draft.dictionary.expr(text)),
                _ => Some(
                    draft
                        .dictionary
                        .expr(&draft.dictionary.column(oid, number).quoted()),
                ),
            })
            .collect();
        if let Some(relation) = draft.relation(oid) {
            relation.partition_key = Some(PartitionKey {
                strategy: Name::new(strategy),
                keys,
            });
        }
    }
    Ok(())
}

fn parents(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let rows = session.query(
        "SELECT i.inhrelid, i.inhparent, pg_catalog.pg_get_expr(c.relpartbound, c.oid) \
         FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid \
         WHERE c.relkind IN ('r', 'p', 'f') AND c.relnamespace = ANY ($1) \
         ORDER BY i.inhrelid, i.inhseqno",
        &[&draft.dictionary.schema_oids()],
    )?;
    for row in &rows {
        let (child, parent): (u32, u32) = (get(row, 0)?, get(row, 1)?);
        let Some(parent) = draft.relations.get(&parent).map(|(name, _)| name.clone()) else {
            continue;
        };
        let Some(relation) = draft.relation(child) else {
            continue;
        };
        let bound = get::<Option<&str>>(row, 2)?.map(|text| match text {
            "DEFAULT" => PartitionBound::Default,
            values => PartitionBound::Values(Arc::from(values)),
        });
        relation.parents.push(Parent {
            relation: parent,
            bound,
        });
    }
    Ok(())
}
