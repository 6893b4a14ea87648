//! Which relations are tables of one's own, and names of columns in words.

use confiture_schema::catalog::{ConstraintKind, ForeignKey, Persistence, Relation, RelationKind};
use confiture_syntax::Name;

/// Whether a relation holds rows that outlive the session, and is not a part of another: a table, partitioned or not,
/// that is no partition.
pub(crate) fn is_table(relation: &Relation) -> bool {
    let kind = matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable
    );
    kind && !relation.is_partition() && relation.persistence != Persistence::Temporary
}

/// Names as a sentence lists them: `a, b`.
pub(crate) fn listed(names: &[Name]) -> String {
    names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

/// Names as SQL lists them, quoted where they must be.
pub(crate) fn quoted(names: &[Name]) -> String {
    names.iter().map(Name::quoted).collect::<Vec<_>>().join(", ")
}

/// The foreign keys of a relation by name, those of its parents left out.
pub(crate) fn foreign_keys(
    relation: &Relation,
) -> impl Iterator<Item = (&Name, &confiture_schema::catalog::Constraint, &ForeignKey)> {
    relation
        .constraints
        .iter()
        .filter_map(|(name, constraint)| match &constraint.kind {
            ConstraintKind::ForeignKey(key) if !constraint.inherited => Some((name, &**constraint, key)),
            _ => None,
        })
}
