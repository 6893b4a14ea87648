//! ATTACH and DETACH PARTITION, and what goes from a partitioned table to its partitions.

use std::sync::Arc;

use confiture_syntax::Name;

use super::inherit::is_passed_on;
use super::{Done, Fold, missing, refused, written};
use crate::catalog::{ConstraintKind, Index, Parent, PartitionBound, QualName, RelationKind, Trigger};
use crate::change::ObjectRef;

impl Fold<'_> {
    pub(super) fn attach_partition(
        &mut self,
        parent: &QualName,
        partition: &ObjectRef,
        bound: Option<Arc<str>>,
    ) -> Done {
        self.need_partitioned(parent)?;
        let partition = self.need_relation(partition)?;
        self.need_matching(&partition, parent)?;
        let table = matches!(
            self.relation(&partition).kind,
            RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable
        );
        let whole = self.relation(parent);
        if let Some(more) = self
            .relation(&partition)
            .columns
            .iter()
            .find(|c| whole.column(&c.name).is_none())
        {
            return Err(refused(format!("{partition}.{}", more.name)));
        }
        if !table || !self.relation(&partition).parents.is_empty() {
            return Err(refused(partition.to_string()));
        }
        if self.relation(&partition).is_partition() || self.catalog().family(&partition).contains(parent) {
            return Err(refused(partition.to_string()));
        }
        let bound = bound.map_or(PartitionBound::Default, PartitionBound::Values);
        self.catalog_mut().add_parent(
            &partition,
            Parent {
                relation: parent.clone(),
                bound: Some(bound),
            },
        );
        let relation = self.relation(parent);
        for column in relation.columns.iter() {
            if let Some(own) = self.catalog_mut().column_mut(&partition, &column.name) {
                own.inherited = true;
            }
        }
        for (name, _) in relation.constraints.iter().filter(|(_, c)| is_passed_on(c)) {
            if let Some(own) = self.catalog_mut().constraint_mut(&partition, name) {
                own.inherited = true;
            }
        }
        self.clone_to_partition(parent, &partition)
    }

    pub(super) fn detach_partition(&mut self, parent: &QualName, partition: &ObjectRef) -> Done {
        let name = self.need_relation(partition)?;
        if !self
            .relation(&name)
            .parents
            .iter()
            .any(|p| p.relation == *parent && p.bound.is_some())
        {
            return Err(missing(written(partition)));
        }
        self.cut(&name, parent)?;
        let relation = self.relation(&name);
        for (index_name, _) in relation.indexes.iter().filter(|(_, i)| i.parent.is_some()) {
            let full = QualName::new(name.schema.clone(), index_name.clone());
            if let Some(index) = self.catalog_mut().index_mut(&full) {
                index.parent = None;
            }
            self.make_own_constraint(&name, index_name);
        }
        let keys = relation
            .constraints
            .iter()
            .filter(|(_, c)| c.inherited && matches!(c.kind, ConstraintKind::ForeignKey(_)));
        for (key, _) in keys {
            self.make_own_constraint(&name, key);
        }
        for (trigger, _) in self.relation(parent).triggers.iter() {
            self.remove_cloned_trigger(&name, trigger);
        }
        Ok(())
    }

    /// The trigger that a partition and those below it got from above.
    pub(super) fn remove_cloned_trigger(&mut self, partition: &QualName, trigger: &Name) {
        for relation in self.catalog().family(partition) {
            let cloned = self
                .relation(&relation)
                .triggers
                .get(trigger)
                .is_some_and(|t| t.inherited);
            if cloned && let Some(relation) = self.catalog_mut().relation_mut(&relation) {
                relation.triggers.remove_mut(trigger);
            }
        }
    }

    /// Gives a new partition what the indexes of its parent ask for, oldest first.
    pub(super) fn ensure_indexes(&mut self, parent: &QualName, partition: &QualName) -> Done {
        for (name, _) in by_age(&self.relation(parent)) {
            let index = QualName::new(parent.schema.clone(), name);
            if let Some(below) = self.ensure_index(partition, &index)? {
                self.spread_index(below)?;
            }
        }
        Ok(())
    }

    /// After a column's type changed PostgreSQL makes the indexes on it anew, and with one of a partitioned table
    /// those of its partitions: under names of its own making, with the comment of the whole.
    pub(super) fn rebuild_partition_indexes(&mut self, table: &QualName, column: &Name) -> Done {
        let mut rebuilt = Vec::new();
        for relation in self.catalog().family(table) {
            let own = self.relation(&relation);
            if own.kind != RelationKind::PartitionedTable {
                continue;
            }
            let tops = by_age(&own)
                .into_iter()
                .filter(|(_, i)| i.parent.is_none() && is_on(i, column));
            rebuilt.extend(tops.map(|(name, _)| QualName::new(relation.schema.clone(), name)));
        }
        for index in &rebuilt {
            for (partition, name) in self.attached_below(index) {
                self.catalog_mut().remove_constraint(&partition, &name);
                self.catalog_mut().remove_index(&partition, &name);
            }
            if let Some(own) = self.catalog_mut().index_mut(index) {
                own.valid = true;
            }
        }
        for index in rebuilt {
            self.spread_index(index.clone())?;
            let comment = self.catalog().index(&index).and_then(|(_, i)| i.comment.clone());
            for (partition, name) in self.attached_below(&index) {
                let part = QualName::new(partition.schema, name);
                if let Some(own) = self.catalog_mut().index_mut(&part) {
                    own.comment = comment.clone();
                }
            }
        }
        Ok(())
    }

    /// The indexes that are attached to one, and those attached to them: by table and name.
    fn attached_below(&self, index: &QualName) -> Vec<(QualName, Name)> {
        let mut found: Vec<(QualName, Name)> = Vec::new();
        let mut work = vec![index.clone()];
        while let Some(parent) = work.pop() {
            let Some(table) = self.catalog().index_tables.get(&parent) else {
                continue;
            };
            let table = QualName::new(parent.schema.clone(), table.clone());
            for child in self.catalog().children_of(&table) {
                let own = self.relation(child);
                let attached = own
                    .indexes
                    .iter()
                    .filter(|(_, i)| i.parent.as_ref() == Some(&parent));
                for (name, _) in attached {
                    work.push(QualName::new(child.schema.clone(), name.clone()));
                    found.push((child.clone(), name.clone()));
                }
            }
        }
        found
    }

    /// Row triggers of a partitioned table act on its partitions through clones.
    pub(super) fn clone_triggers(&mut self, parent: &QualName, partition: &QualName) {
        let triggers: Vec<(Name, Arc<Trigger>)> = self
            .relation(parent)
            .triggers
            .iter()
            .map(|(n, t)| (n.clone(), t.clone()))
            .collect();
        for (name, trigger) in triggers.iter().filter(|(_, t)| t.for_each_row) {
            for relation in self.catalog().family(partition) {
                self.clone_trigger(&relation, name, trigger);
            }
        }
    }

    pub(super) fn clone_trigger(&mut self, partition: &QualName, name: &Name, trigger: &Trigger) {
        let clone = Trigger {
            inherited: true,
            comment: None,
            ..trigger.clone()
        };
        if let Some(relation) = self.catalog_mut().relation_mut(partition) {
            relation.triggers.insert_mut(name.clone(), Arc::new(clone));
        }
    }

    /// Foreign keys of a partitioned table go for its partitions.
    pub(super) fn clone_foreign_keys(&mut self, parent: &QualName, partition: &QualName) {
        let relation = self.relation(parent);
        for (name, constraint) in relation.constraints.iter() {
            if matches!(constraint.kind, ConstraintKind::ForeignKey(_)) {
                for relation in self.catalog().family(partition) {
                    self.clone_foreign_key(&relation, name, constraint);
                }
            }
        }
    }
}

/// Whether an index depends on a column.
pub(super) fn is_on(index: &Index, column: &Name) -> bool {
    let exprs = index.keys.iter().map(|k| &k.expr).chain(&index.predicate);
    index.include.contains(column) || exprs.into_iter().any(|e| e.facts.columns.contains(column))
}

/// Indexes in the order in which they were made, which is the order in which copies get their names.
pub(super) fn by_age(relation: &crate::catalog::Relation) -> Vec<(Name, Arc<Index>)> {
    let mut indexes: Vec<(Name, Arc<Index>)> = relation
        .indexes
        .iter()
        .map(|(n, i)| (n.clone(), i.clone()))
        .collect();
    let primary = relation
        .constraints
        .iter()
        .find(|(_, c)| matches!(c.kind, ConstraintKind::PrimaryKey { .. }));
    let primary = primary.map(|(name, _)| name.clone());
    indexes.sort_by_key(|(name, i)| {
        let origin = i.origin;
        // A statement makes the primary key before its other indexes.
        (
            origin.script,
            origin.statement,
            Some(name) != primary.as_ref(),
            origin.range.start,
        )
    });
    indexes
}
