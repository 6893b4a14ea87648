//! Which indexes do the same.

use confiture_schema::catalog::{Index, IndexKey, QualName, Relation, ReplicaIdentity};
use confiture_schema::render::normal::normal_form;
use confiture_syntax::Name;

/// Whether two keys order and find rows alike.
fn same_key(one: &IndexKey, other: &IndexKey) -> bool {
    one.opclass == other.opclass
        && one.collation == other.collation
        && one.descending == other.descending
        && one.nulls_first == other.nulls_first
        && match (&one.expr.facts.bare_column, &other.expr.facts.bare_column) {
            (Some(one), Some(other)) => one == other,
            (None, None) => normal_form(&one.expr.text) == normal_form(&other.expr.text),
            _ => false,
        }
}

/// Whether two indexes are on the same rows.
fn same_rows(one: &Index, other: &Index) -> bool {
    match (&one.predicate, &other.predicate) {
        (None, None) => true,
        (Some(one), Some(other)) => normal_form(&one.text) == normal_form(&other.text),
        _ => false,
    }
}

/// Whether an index must stay whatever others there are: a constraint is its reason, or something else names it.
fn is_needed(relation: &Relation, name: &Name, index: &Index) -> bool {
    index.constraint
        || index.clustered
        || index.parent.is_some()
        || matches!(&relation.replica_identity, ReplicaIdentity::Index(identity) if identity == name)
}

/// Whether an index does nothing that another one doesn't do with the same keys.
fn is_copied(index: &Index, by: &Index) -> bool {
    by.valid
        && index.method == by.method
        && index.keys.len() == by.keys.len()
        && index.keys.iter().zip(&by.keys).all(|(a, b)| same_key(a, b))
        && same_rows(index, by)
        && index.include.iter().all(|c| by.include.contains(c))
        && (!index.unique || (by.unique && index.nulls_not_distinct == by.nulls_not_distinct))
}

/// The other index that does all that an index does with the same keys. Of two that do the same, the later one is the
/// copy.
pub(crate) fn copied_by<'r>(
    relation: &'r Relation,
    name: &Name,
    index: &Index,
) -> Option<(&'r Name, &'r Index)> {
    if is_needed(relation, name, index) {
        return None;
    }
    relation
        .indexes
        .iter()
        .map(|(other_name, other)| (other_name, &**other))
        .find(|(other_name, other)| {
            let mutual = is_copied(other, index) && !is_needed(relation, other_name, other);
            *other_name != name
                && is_copied(index, other)
                && (!mutual || (other.origin, *other_name) < (index.origin, name))
        })
}

/// A longer index that finds all rows that a B-tree index finds, because it begins with the same keys.
pub(crate) fn contained_in<'r>(
    relation: &'r Relation,
    name: &Name,
    index: &Index,
) -> Option<(&'r Name, &'r Index)> {
    let can_go = !index.unique && index.method.as_str() == "btree" && !is_needed(relation, name, index);
    let all = relation.indexes.iter().map(|(name, other)| (name, &**other));
    all.filter(|_| can_go).find(|(_, other)| {
        let has = |column: &Name| {
            other.include.contains(column)
                || other
                    .keys
                    .iter()
                    .any(|k| k.expr.facts.bare_column.as_ref() == Some(column))
        };
        other.valid
            && other.method.as_str() == "btree"
            && other.keys.len() > index.keys.len()
            && index.keys.iter().zip(&other.keys).all(|(a, b)| same_key(a, b))
            && same_rows(index, other)
            && index.include.iter().all(has)
    })
}

/// What drops an index, outside a transaction.
pub(crate) fn drop_sql(relation: &Relation, table: &QualName, index: &Name) -> String {
    // CONCURRENTLY is refused for the index of a partitioned table.
    let how = if relation.partition_key.is_some() {
        ""
    } else {
        " CONCURRENTLY"
    };
    let index = QualName::new(table.schema.clone(), index.clone());
    format!("DROP INDEX{how} {};", index.quoted())
}
