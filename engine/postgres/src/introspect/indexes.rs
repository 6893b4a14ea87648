//! Indexes, from the columns of `pg_index`.

use std::collections::HashMap;
use std::sync::Arc;

use confiture_schema::catalog::{Index, IndexKey, QualName, ReplicaIdentity};
use confiture_syntax::Name;
use tokio_postgres::Row;

use super::dictionary::class;
use super::{Draft, get, list_items, relations};
use crate::error::SqlError;
use crate::session::Session;

/// `pg_index.indoption`: the key is stored in descending order.
const DESCENDING: i16 = 1;
/// `pg_index.indoption`: NULLs come first.
const NULLS_FIRST: i16 = 2;

/// Reads the indexes of tables and materialized views.
pub(super) fn read(session: &mut Session, draft: &mut Draft) -> Result<(), SqlError> {
    let opclasses = special_opclasses(session)?;
    let distinct = if session.major() >= 15 {
        "i.indnullsnotdistinct"
    } else {
        "false"
    };
    // Only expressions need the server's deparser; columns are found by number.
    let rows = session.query(
        &format!(
            "SELECT i.indexrelid, i.indrelid, c.relname::text, a.amname::text, i.indisunique, {distinct}, \
                    i.indisvalid, i.indisclustered, i.indisreplident, i.indnkeyatts, i.indkey::int2[], \
                    i.indoption::int2[], i.indclass::oid[], \
                    ARRAY(SELECT CASE WHEN x.attcollation <> COALESCE(o.attcollation, t.typcollation) \
                                      THEN x.attcollation ELSE 0::oid END \
                          FROM pg_catalog.pg_attribute x JOIN pg_catalog.pg_type t ON t.oid = x.atttypid \
                          LEFT JOIN pg_catalog.pg_attribute o ON o.attrelid = i.indrelid \
                               AND o.attnum = i.indkey[x.attnum - 1] AND o.attnum <> 0 \
                          WHERE x.attrelid = i.indexrelid AND x.attnum > 0 ORDER BY x.attnum), \
                    pg_catalog.pg_get_expr(i.indpred, i.indrelid), \
                    CASE WHEN i.indexprs IS NOT NULL THEN \
                      ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, n, false) \
                            FROM pg_catalog.generate_series(1, i.indnkeyatts::int4) n ORDER BY n) END, \
                    c.reloptions, s.spcname::text, p.inhparent, \
                    EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid \
                            AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')), \
                    CASE WHEN i.indexprs IS NOT NULL THEN pg_catalog.pg_get_indexdef(i.indexrelid) END \
             FROM pg_catalog.pg_index i \
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
             JOIN pg_catalog.pg_am a ON a.oid = c.relam \
             LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace AND c.reltablespace <> 0 \
             LEFT JOIN pg_catalog.pg_inherits p ON p.inhrelid = i.indexrelid \
             WHERE c.relnamespace = ANY ($1)"
        ),
        &[&draft.dictionary.schema_oids()],
    )?;
    let mut names: HashMap<u32, QualName> = HashMap::new();
    for row in &rows {
        let table: u32 = get(row, 1)?;
        if let Some((table, _)) = draft.relations.get(&table) {
            let name = QualName::new(table.schema.clone(), Name::new(get::<&str>(row, 2)?));
            names.insert(get(row, 0)?, name);
        }
    }
    for row in &rows {
        let Some(name) = names.get(&get::<u32>(row, 0)?).cloned() else {
            continue;
        };
        let mut index = index(row, draft, &opclasses)?;
        index.parent = get::<Option<u32>>(row, 18)?.and_then(|parent| names.get(&parent).cloned());
        let Some(relation) = draft.relation(get(row, 1)?) else {
            continue;
        };
        if get(row, 8)? {
            relation.replica_identity = ReplicaIdentity::Index(name.name.clone());
        }
        relation.indexes.insert_mut(name.name, Arc::new(index));
    }
    Ok(())
}

/// Operator classes that are not their type's default, by oid.
fn special_opclasses(session: &mut Session) -> Result<HashMap<u32, Name>, SqlError> {
    let rows = session.query(
        "SELECT oid, opcname::text FROM pg_catalog.pg_opclass WHERE NOT opcdefault",
        &[],
    )?;
    rows.iter()
        .map(|row| Ok((get(row, 0)?, Name::new(get::<&str>(row, 1)?))))
        .collect()
}

fn index(row: &Row, draft: &Draft, opclasses: &HashMap<u32, Name>) -> Result<Index, SqlError> {
    let table: u32 = get(row, 1)?;
    let key_count = usize::try_from(get::<i16>(row, 9)?).unwrap_or_default();
    let numbers: Vec<i16> = get(row, 10)?;
    let (keys, include) = numbers.split_at(key_count.min(numbers.len()));
    let column = |number: i16| draft.dictionary.column(table, number);
    Ok(Index {
        method: Name::new(get::<&str>(row, 3)?),
        keys: index_keys(row, keys, draft, opclasses)?,
        include: include.iter().map(|&n| column(n)).collect(),
        unique: get(row, 4)?,
        nulls_not_distinct: get(row, 5)?,
        predicate: get::<Option<&str>>(row, 14)?.map(|text| draft.dictionary.expr(text)),
        valid: get(row, 6)?,
        constraint: get(row, 19)?,
        parent: None,
        options: relations::options(get(row, 16)?, ""),
        tablespace: get::<Option<&str>>(row, 17)?.map(Name::new),
        clustered: get(row, 7)?,
        comment: draft.dictionary.comment(class::RELATION, get(row, 0)?, 0),
        origin: Default::default(),
    })
}

fn index_keys(
    row: &Row,
    numbers: &[i16],
    draft: &Draft,
    opclasses: &HashMap<u32, Name>,
) -> Result<Vec<IndexKey>, SqlError> {
    let table: u32 = get(row, 1)?;
    let options: Vec<i16> = get(row, 11)?;
    let classes: Vec<u32> = get(row, 12)?;
    let collations: Vec<u32> = get(row, 13)?;
    let definitions: Option<Vec<String>> = get(row, 15)?;
    let clauses = match (&definitions, get::<Option<&str>>(row, 20)?) {
        (Some(keys), Some(definition)) => clauses(definition, get(row, 3)?, keys),
        _ => Vec::new(),
    };
    let key = |(at, &number): (usize, &i16)| {
        let printed = definitions
            .as_ref()
            .and_then(|d| d.get(at))
            .map_or("", String::as_str);
        let text = match number {
            0 => printed.to_owned(),
            _ => draft.dictionary.column(table, number).quoted(),
        };
        // The collation of an expression follows from what is in it: only the definition tells whether it was given.
        let given = number != 0 || clauses.get(at).is_some_and(|clause| clause.contains(" COLLATE "));
        let option = options.get(at).copied().unwrap_or_default();
        let collation = collations
            .get(at)
            .and_then(|oid| draft.dictionary.collations.get(oid));
        IndexKey {
            opclass: classes.get(at).and_then(|oid| opclasses.get(oid)).cloned(),
            collation: collation.filter(|_| given).map(|c| c.name.clone()),
            descending: option & DESCENDING != 0,
            nulls_first: option & NULLS_FIRST != 0,
            expr: draft.dictionary.expr(&text),
        }
    };
    Ok(numbers.iter().enumerate().map(key).collect())
}

/// What follows each key in an index's definition: its collation, operator class and order.
fn clauses<'d>(definition: &'d str, method: &str, keys: &[String]) -> Vec<&'d str> {
    let start = format!(" USING {method} (");
    let Some(from) = definition.find(&start).map(|at| at + start.len()) else {
        return Vec::new();
    };
    let items = list_items(definition.get(from..).unwrap_or_default());
    let clause = |(item, key): (&&'d str, &String)| item.strip_prefix(key.as_str()).unwrap_or_default();
    items.iter().zip(keys).map(clause).collect()
}

#[cfg(test)]
mod tests {
    use super::clauses;

    #[test]
    fn what_follows_a_key_is_found() {
        let definition = r#"CREATE INDEX i ON public.t USING btree (lower(a) COLLATE "C" DESC, ((b || ','::text)), c) INCLUDE (d)"#;
        let keys = [
            "lower(a)".to_owned(),
            "((b || ','::text))".to_owned(),
            "c".to_owned(),
        ];
        assert_eq!(
            clauses(definition, "btree", &keys),
            [" COLLATE \"C\" DESC", "", ""]
        );
    }
}
