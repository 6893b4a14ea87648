//! What PostgreSQL refuses for reasons that the catalog knows for certain.

use confiture_syntax::Name;

use super::index::{IndexSpec, is_system_column};
use super::{Done, Fold, missing, refused};
use crate::catalog::{ConstraintKind, QualName, Relation, RelationKind};
use crate::change::ForeignKeyDef;
use crate::expr::Expr;

impl Fold<'_> {
    /// The columns that an expression of a table names must be there. A subquery may mean another table's.
    pub(super) fn check_expr(&self, table: &QualName, expr: &Expr) -> Done {
        let Some(relation) = self.catalog().relations.get(table) else {
            return Ok(());
        };
        let facts = &expr.facts;
        let unknown = relation.view.as_ref().is_some_and(|v| !v.columns_known);
        if facts.subquery || facts.incomplete || unknown {
            return Ok(());
        }
        // The table's own name stands for its row.
        let is_there = |c: &&Name| relation.column(c).is_some() || is_system_column(c) || **c == table.name;
        match facts.columns.iter().find(|c| !is_there(c)) {
            Some(column) => Err(missing(format!("{table}.{column}"))),
            None => Ok(()),
        }
    }

    /// A unique index or key: each column once, and all that the table is partitioned by.
    pub(super) fn check_key(&self, table: &QualName, spec: &IndexSpec) -> Done {
        let columns: Vec<&Name> = spec
            .index
            .keys
            .iter()
            .filter_map(|k| k.expr.facts.bare_column.as_ref())
            .collect();
        let twice = (1..columns.len()).any(|i| columns[..i].contains(&columns[i]));
        if spec.constraint.is_some() && spec.index.unique && twice {
            return Err(refused(table.to_string()));
        }
        let relation = self.relation(table);
        let Some(key) = &relation.partition_key else {
            return Ok(());
        };
        let constrains = spec.index.unique || spec.constraint.is_some();
        let covered = |e: &Expr| e.facts.bare_column.as_ref().is_some_and(|c| columns.contains(&c));
        if constrains && !key.keys.iter().all(covered) {
            Err(refused(table.to_string()))
        } else {
            Ok(())
        }
    }

    /// Whether a column's type, or the column, can't be changed because the table is partitioned by it.
    pub(super) fn check_not_partition_key(&self, table: &QualName, column: &Name) -> Done {
        let used = |relation: &Relation| {
            let keys = relation.partition_key.iter().flat_map(|k| &k.keys);
            keys.into_iter().any(|e| e.facts.columns.contains(column))
        };
        match self
            .catalog()
            .family(table)
            .iter()
            .find(|r| used(&self.relation(r)))
        {
            Some(relation) => Err(refused(format!("{relation}.{column}"))),
            None => Ok(()),
        }
    }

    /// A type is not changed under what was analyzed for the old one: generated columns, triggers, policies.
    pub(super) fn check_retype(&self, table: &QualName, column: &Name) -> Done {
        let relation = self.relation(table);
        let uses = |e: &Expr| e.facts.columns.contains(column) && !e.facts.subquery;
        let generated = relation.columns.iter().filter_map(|c| c.generated.as_ref());
        let in_generated = generated.into_iter().any(|g| uses(&g.expr));
        let in_trigger = relation
            .triggers
            .values()
            .any(|t| t.update_columns.contains(column) || t.when.as_ref().is_some_and(uses));
        let in_policy = relation
            .policies
            .values()
            .any(|p| p.using.iter().chain(&p.check).any(uses));
        let inherited = relation.column(column).is_some_and(|c| c.inherited);
        if in_generated || in_trigger || in_policy || inherited {
            return Err(refused(format!("{table}.{column}")));
        }
        self.check_not_partition_key(table, column)
    }

    /// A foreign key needs as many columns on both sides, and a key on those that it references.
    pub(super) fn check_reference(
        &self,
        references: &QualName,
        key: &ForeignKeyDef,
        referenced: &[Name],
    ) -> Done {
        let Some(relation) = self.catalog().relations.get(references) else {
            return Ok(());
        };
        if key.columns.len() != referenced.len() {
            return Err(refused(references.to_string()));
        }
        let serves = |index: &crate::catalog::Index| {
            let columns: Vec<&Name> = index
                .keys
                .iter()
                .filter_map(|k| k.expr.facts.bare_column.as_ref())
                .collect();
            index.unique
                && index.predicate.is_none()
                && columns.len() == index.keys.len()
                && columns.len() == referenced.len()
                && referenced.iter().all(|c| columns.contains(&c))
        };
        // WITHOUT OVERLAPS makes keys that aren't unique indexes (18+).
        let temporal = |c: &crate::catalog::Constraint| matches!(c.kind, ConstraintKind::Exclude { .. });
        if relation.indexes.values().any(|i| serves(i)) || relation.constraints.values().any(|c| temporal(c))
        {
            Ok(())
        } else {
            Err(missing(format!("{references}: key on the referenced columns")))
        }
    }

    /// CREATE OR REPLACE VIEW may add columns at the end and must leave the others.
    pub(super) fn check_replaced_view(&self, name: &QualName, existing: &Relation, new: &Relation) -> Done {
        let known = |r: &Relation| r.view.as_ref().is_some_and(|v| v.columns_known);
        if !known(existing) || !known(new) {
            return Ok(());
        }
        let same = existing
            .columns
            .iter()
            .zip(new.columns.iter())
            .all(|(old, new)| old.name == new.name);
        if same && existing.columns.len() <= new.columns.len() {
            Ok(())
        } else {
            Err(refused(name.to_string()))
        }
    }

    /// A check that isn't passed on has no meaning on a partitioned table, which holds no rows.
    pub(super) fn check_passed_on(&self, table: &QualName, no_inherit: bool) -> Done {
        let partitioned = self.relation(table).kind == RelationKind::PartitionedTable;
        if partitioned && no_inherit {
            Err(refused(table.to_string()))
        } else {
            Ok(())
        }
    }
}
