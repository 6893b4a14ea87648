//! Partitions: made, attached, detached.

use std::sync::Arc;

use confiture_schema::catalog::{ConstraintKind, ForeignKey, Index, PartitionBound, QualName, Relation};
use confiture_schema::change::{DetachMode, ObjectRef};
use confiture_syntax::TextRange;

use super::Predictor;
use super::alter::Target;
use super::scope::Resolved;
use crate::bound::proved;
use crate::lock::LockMode;

impl Predictor<'_> {
    pub(super) fn attach_partition(
        &mut self,
        target: &Target<'_>,
        partition: &ObjectRef,
        bound: Option<&Arc<str>>,
        range: TextRange,
    ) {
        let Some((child, child_relation)) = self.relation(partition) else {
            return;
        };
        for member in self.family(&child, false) {
            self.lock(
                &member,
                LockMode::AccessExclusive,
                "it becomes a partition",
                range,
            );
        }
        let shown = match (
            &child_relation,
            target.relation.as_ref().and_then(|r| r.partition_key.as_ref()),
            bound,
        ) {
            (Some(child), Some(key), Some(bound)) => proved(child, key, bound),
            _ => false,
        };
        if !shown {
            for member in self.family_of_partitions(&child) {
                self.scan_heap(&member, "its rows are checked against the bound", range);
            }
        }
        if bound.is_some() {
            self.check_default_partition(&target.name, range);
        }
        let Some(parent) = target.relation.clone() else {
            return;
        };
        self.indexes_to_match(&parent, &child, child_relation.as_deref(), range);
        self.foreign_keys_to_match(&parent, &child, child_relation.as_deref(), range);
        self.referencing_tables(&target.name, range);
    }

    /// The default partition must hold no row of the new one.
    fn check_default_partition(&mut self, parent: &QualName, range: TextRange) {
        let Some(default) = self.default_partition(parent) else {
            return;
        };
        for member in self.family(&default, false) {
            self.lock(
                &member,
                LockMode::AccessExclusive,
                "its bound changes: rows of the new partition no longer belong to it",
                range,
            );
            self.scan_heap(&member, "it may hold rows of the new partition", range);
        }
    }

    pub(super) fn default_partition(&self, parent: &QualName) -> Option<QualName> {
        let is_default = |name: &&QualName| {
            let parents = self
                .catalog()
                .relation(name)
                .map(|r| r.parents.clone())
                .unwrap_or_default();
            parents
                .iter()
                .any(|p| p.relation == *parent && p.bound == Some(PartitionBound::Default))
        };
        self.catalog()
            .children_of(parent)
            .iter()
            .find(is_default)
            .cloned()
    }

    /// Indexes of the parent that the new partition has none for are built.
    fn indexes_to_match(
        &mut self,
        parent: &Relation,
        child: &QualName,
        child_relation: Option<&Relation>,
        range: TextRange,
    ) {
        for (name, index) in parent.indexes.iter() {
            let mut there = child_relation.into_iter().flat_map(|c| c.indexes.values());
            if !there.any(|i| same_index(i, index)) {
                for member in self.family_of_partitions(child) {
                    self.build_index(
                        &member,
                        &format!("it has no index like the parent's {name}"),
                        range,
                    );
                }
            }
        }
    }

    /// Foreign keys of the parent that the new partition doesn't have are made and checked.
    fn foreign_keys_to_match(
        &mut self,
        parent: &Relation,
        child: &QualName,
        child_relation: Option<&Relation>,
        range: TextRange,
    ) {
        for key in foreign_keys(parent) {
            let has_it = child_relation.is_some_and(|c| {
                foreign_keys(c)
                    .any(|other| other.columns == key.columns && other.references == key.references)
            });
            for member in self.family_of_partitions(&key.references.clone()) {
                self.lock(
                    &member,
                    LockMode::ShareRowExclusive,
                    "the parent's foreign key to it goes for the partition too",
                    range,
                );
            }
            if !has_it {
                self.scan_foreign_key(child, &key.references, range);
            }
        }
    }

    /// Tables whose foreign keys reference the partitioned table get a constraint for the new partition too.
    fn referencing_tables(&mut self, parent: &QualName, range: TextRange) {
        let mode = if self.version.at_least(15) {
            LockMode::ShareRowExclusive
        } else {
            LockMode::AccessShare
        };
        for child in self.referencing(parent) {
            for member in self.family_of_partitions(&child) {
                self.lock(
                    &member,
                    mode,
                    "its foreign key references the partitioned table",
                    range,
                );
            }
        }
    }

    /// Tables with foreign keys to a relation or to one that it is a partition of.
    pub(super) fn referencing(&self, to: &QualName) -> Vec<QualName> {
        let mut all: Vec<QualName> = Vec::new();
        for ancestor in std::iter::once(to.clone()).chain(self.partition_ancestors(to)) {
            for (child, name) in self.catalog().foreign_keys_to(&ancestor) {
                let inherited = self
                    .catalog()
                    .relation(child)
                    .and_then(|r| r.constraints.get(name).cloned())
                    .is_some_and(|c| c.inherited);
                if !inherited && !all.contains(child) {
                    all.push(child.clone());
                }
            }
        }
        all
    }

    pub(super) fn create_partition(
        &mut self,
        parent: &ObjectRef,
        bound: Option<&Arc<str>>,
        range: TextRange,
    ) {
        let Some((parent, relation)) = self.relation(parent) else {
            return;
        };
        self.lock(&parent, LockMode::AccessExclusive, "it gets a partition", range);
        if bound.is_some() {
            self.check_default_partition(&parent, range);
        }
        let Some(relation) = relation else { return };
        for key in foreign_keys(&relation) {
            for member in self.family_of_partitions(&key.references.clone()) {
                self.lock(
                    &member,
                    LockMode::ShareRowExclusive,
                    "the parent's foreign key to it goes for the partition too",
                    range,
                );
            }
        }
        self.referencing_tables(&parent, range);
    }

    pub(super) fn detach_partition(
        &mut self,
        target: &Target<'_>,
        partition: &ObjectRef,
        mode: DetachMode,
        range: TextRange,
    ) {
        let Some((child, child_relation)) = self.relation(partition) else {
            return;
        };
        if mode == DetachMode::Concurrently {
            self.outside_transaction();
            self.effect.waits_for_older_snapshots = true;
            self.lock(
                &child,
                LockMode::AccessExclusive,
                "it is no longer a partition; taken at the end, when nobody uses the partition any more",
                range,
            );
            return;
        }
        // Before 14 the weaker lock does, unless the parent's triggers have clones to drop.
        let clones = target
            .relation
            .as_ref()
            .is_some_and(|r| r.triggers.values().any(|t| t.for_each_row));
        let own = if self.version.at_least(14) || mode == DetachMode::Finalize || clones {
            LockMode::AccessExclusive
        } else {
            LockMode::ShareUpdateExclusive
        };
        self.lock(&child, own, "it is no longer a partition", range);
        if mode == DetachMode::Finalize {
            return;
        }
        if let Some(default) = self.default_partition(&target.name) {
            self.lock(&default, LockMode::AccessExclusive, "its bound changes", range);
        }
        let referenced: Vec<QualName> = child_relation
            .iter()
            .flat_map(|r| foreign_keys(r))
            .map(|k| k.references.clone())
            .collect();
        for parent in referenced {
            self.lock(
                &parent,
                LockMode::ShareRowExclusive,
                "the foreign key to it becomes the partition's own",
                range,
            );
        }
        self.referencing_loses(&target.name, &child, range);
    }

    /// Foreign keys to the partitioned table must not reference rows of the partition that leaves.
    fn referencing_loses(&mut self, parent: &QualName, child: &QualName, range: TextRange) {
        let referencing = self.referencing(parent);
        for table in &referencing {
            for member in self.family_of_partitions(table) {
                self.lock(
                    &member,
                    LockMode::AccessExclusive,
                    "its foreign key references the partitioned table",
                    range,
                );
                self.scan_heap(&member, "it must reference no row of the partition", range);
            }
        }
        if !referencing.is_empty() {
            for member in self.family_of_partitions(child) {
                if member != *child {
                    self.lock(
                        &member,
                        LockMode::AccessExclusive,
                        "its parent is no longer a partition",
                        range,
                    );
                }
                self.scan_heap(&member, "no row of it may be referenced", range);
            }
        }
    }

    /// ALTER INDEX … ATTACH PARTITION.
    pub(super) fn attach_index(
        &mut self,
        parent: &QualName,
        table: &QualName,
        partition: &ObjectRef,
        range: TextRange,
    ) {
        self.lock(
            parent,
            LockMode::ShareUpdateExclusive,
            "it gets a partition's index",
            range,
        );
        self.lock(table, LockMode::AccessShare, "its index is named", range);
        match self.resolve(partition) {
            Resolved::Index(index, of) => {
                self.lock(&index, LockMode::AccessExclusive, "it is attached", range);
                self.lock(&of, LockMode::AccessShare, "its index is named", range);
            }
            Resolved::Missing(index) => {
                self.missing(&index, partition);
                self.lock(&index, LockMode::AccessExclusive, "it is attached", range);
            }
            Resolved::Relation(..) | Resolved::System => {}
        }
    }
}

fn foreign_keys(relation: &Relation) -> impl Iterator<Item = &ForeignKey> {
    relation.constraints.values().filter_map(|c| match &c.kind {
        ConstraintKind::ForeignKey(key) => Some(key),
        _ => None,
    })
}

/// Whether an index can stand for another of the parent table: same method, keys, predicate and uniqueness.
pub(super) fn same_index(a: &Index, b: &Index) -> bool {
    a.method == b.method
        && a.keys == b.keys
        && a.predicate == b.predicate
        && a.unique == b.unique
        && a.include == b.include
        && a.nulls_not_distinct == b.nulls_not_distinct
}
