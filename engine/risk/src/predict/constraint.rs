//! Table constraints: added, validated, altered, dropped.

use confiture_schema::catalog::{Constraint, ConstraintKind, QualName, RelationKind};
use confiture_schema::change::{
    ConstraintDef, ConstraintDefKind, DropBehavior, ForeignKeyDef, Ident, KeyDef,
};
use confiture_syntax::{Name, TextRange};

use super::Predictor;
use super::alter::Target;
use crate::lock::LockMode;

impl Predictor<'_> {
    pub(super) fn add_constraint(
        &mut self,
        target: &Target<'_>,
        constraint: &ConstraintDef,
        range: TextRange,
    ) {
        let validates = !constraint.not_valid && !constraint.not_enforced;
        let uses_index = matches!(&constraint.kind, ConstraintDefKind::PrimaryKey(k) | ConstraintDefKind::Unique(k) if k.using_index.is_some());
        if self.version.at_least(18) && !uses_index {
            // Since 18 every constraint of a table with descendants locks them all first.
            self.reach_descendants(target, "it adds a constraint", range);
        }
        match &constraint.kind {
            ConstraintDefKind::Check(_) => self.add_check(target, constraint, validates, range),
            ConstraintDefKind::ForeignKey(key) => self.add_foreign_key(target, key, validates, range),
            ConstraintDefKind::Unique(key) => self.add_key(target, key, constraint.name.as_ref(), range),
            ConstraintDefKind::PrimaryKey(key) => {
                self.add_key(target, key, constraint.name.as_ref(), range);
                self.primary_key_columns(target, key, range);
            }
            ConstraintDefKind::Exclude(_) => {
                for member in self.family_if_partitioned(target) {
                    self.lock(&member, target.mode, "it adds an exclusion constraint", range);
                    self.build_index(&member, "it builds the constraint's index", range);
                }
            }
            ConstraintDefKind::NotNull(column) => {
                if validates {
                    self.set_not_null(target, &column.name, range);
                } else {
                    self.reach_descendants(target, "it adds a constraint", range);
                }
            }
        }
    }

    fn add_check(
        &mut self,
        target: &Target<'_>,
        constraint: &ConstraintDef,
        validates: bool,
        range: TextRange,
    ) {
        let only = target.only || constraint.no_inherit;
        self.lock_family(
            &target.name,
            only,
            target.mode,
            "it adds a CHECK constraint",
            range,
        );
        if !validates {
            return;
        }
        for member in self.family(&target.name, only) {
            let has_it = constraint.name.as_ref().is_some_and(|n| {
                self.catalog()
                    .relation(&member)
                    .is_some_and(|r| r.constraints.contains_key(&n.name))
            });
            if member == target.name || !has_it {
                self.scan_heap(&member, "it checks the rows that are there", range);
            }
        }
    }

    /// The target and, where it is partitioned, its partitions.
    pub(super) fn family_if_partitioned(&self, target: &Target<'_>) -> Vec<QualName> {
        self.family(
            &target.name,
            target.only || !target.is(RelationKind::PartitionedTable),
        )
    }

    /// A relation and its partitions; of an ordinary table itself alone.
    pub(super) fn family_of_partitions(&self, of: &QualName) -> Vec<QualName> {
        self.family(of, !self.is_partitioned(of))
    }

    pub(super) fn add_foreign_key(
        &mut self,
        target: &Target<'_>,
        key: &ForeignKeyDef,
        validates: bool,
        range: TextRange,
    ) {
        for member in self.family_if_partitioned(target) {
            self.lock(&member, target.mode, "it adds a foreign key", range);
        }
        let parent = self.lock_referenced(key, Some(&target.name), range);
        if let (Some(parent), true) = (parent, validates) {
            self.scan_foreign_key(&target.name, &parent, range);
        }
    }

    /// Locks the table that a new foreign key references. A table that the statement itself makes is no concern.
    pub(super) fn lock_referenced(
        &mut self,
        key: &ForeignKeyDef,
        from: Option<&QualName>,
        range: TextRange,
    ) -> Option<QualName> {
        let same_as_from = |p: &super::scope::Resolved| matches!((p, from), (super::scope::Resolved::Missing(n), Some(f)) if n == f);
        let resolved = self.resolve(&key.references);
        if same_as_from(&resolved) {
            return None;
        }
        let (parent, _) = self.relation(&key.references)?;
        for member in self.family_of_partitions(&parent) {
            self.lock(
                &member,
                LockMode::ShareRowExclusive,
                "a foreign key to it is made, with its triggers",
                range,
            );
        }
        Some(parent)
    }

    fn add_key(&mut self, target: &Target<'_>, key: &KeyDef, name: Option<&Ident>, range: TextRange) {
        if let Some(index) = &key.using_index {
            let renamed = name.is_some_and(|n| n.name != index.name);
            let mode = if renamed {
                LockMode::ShareUpdateExclusive
            } else {
                LockMode::AccessShare
            };
            self.lock_index_of(target, &index.name, mode, index.range);
            return;
        }
        for member in self.family_if_partitioned(target) {
            let mode = if member == target.name {
                target.mode
            } else {
                LockMode::Share
            };
            self.lock(&member, mode, "it builds the constraint's index", range);
            self.build_index(&member, "it builds the constraint's index", range);
        }
    }

    /// A primary key makes its columns NOT NULL, on descendants too.
    fn primary_key_columns(&mut self, target: &Target<'_>, key: &KeyDef, range: TextRange) {
        let columns: Vec<Name> = match &key.using_index {
            Some(index) => self.index_columns(target, &index.name),
            None => key.columns.iter().map(|c| c.name.clone()).collect(),
        };
        for column in columns {
            let nullable = target
                .relation
                .as_ref()
                .and_then(|r| r.column(&column))
                .is_none_or(|c| !c.not_null);
            if nullable {
                self.set_not_null(target, &column, range);
            }
        }
    }

    fn index_columns(&self, target: &Target<'_>, index: &Name) -> Vec<Name> {
        let index = target
            .relation
            .as_ref()
            .and_then(|r| r.indexes.get(index).cloned());
        index
            .map(|i| {
                i.keys
                    .iter()
                    .filter_map(|k| k.expr.facts.bare_column.clone())
                    .collect()
            })
            .unwrap_or_default()
    }

    pub(super) fn validate_constraint(&mut self, target: &Target<'_>, constraint: &Ident, range: TextRange) {
        let Some(relation) = &target.relation else {
            self.scan_heap(&target.name, "it checks every row", range);
            return;
        };
        let Some(found) = relation.constraints.get(&constraint.name).cloned() else {
            self.unknown(
                format!(
                    "constraint {} of {} isn't in the files",
                    constraint.name, target.name
                ),
                constraint.range,
            );
            self.scan_heap(&target.name, "it checks every row", range);
            return;
        };
        match &found.kind {
            ConstraintKind::ForeignKey(key) => {
                self.validate_foreign_key(target, &found, &key.references.clone(), range)
            }
            ConstraintKind::NotNull { column } => {
                let column = column.clone();
                self.reach_descendants(target, "it validates a constraint", range);
                for member in self.family(&target.name, target.only) {
                    if !self.null_ruled_out(&member, &column, &[]) {
                        self.scan_heap(&member, "it checks every row", range);
                    }
                }
            }
            _ => self.validate_check(target, &constraint.name, &found, range),
        }
    }

    fn validate_foreign_key(
        &mut self,
        target: &Target<'_>,
        found: &Constraint,
        parent: &QualName,
        range: TextRange,
    ) {
        if found.validated {
            return;
        }
        for member in self.family_if_partitioned(target) {
            self.lock(&member, target.mode, "it validates a foreign key", range);
        }
        self.lock(
            parent,
            LockMode::RowShare,
            "the keys of all rows are looked up in it",
            range,
        );
        self.scan_foreign_key(&target.name, parent, range);
    }

    fn validate_check(&mut self, target: &Target<'_>, name: &Name, found: &Constraint, range: TextRange) {
        if found.validated {
            return;
        }
        let only = target.only || found.no_inherit;
        self.lock_family(
            &target.name,
            only,
            target.mode,
            "it validates a CHECK constraint",
            range,
        );
        for member in self.family(&target.name, only) {
            let valid = self
                .catalog()
                .relation(&member)
                .and_then(|r| r.constraints.get(name).cloned())
                .is_some_and(|c| c.validated);
            if !valid {
                self.scan_heap(&member, "it checks every row", range);
            }
        }
    }

    pub(super) fn alter_constraint(
        &mut self,
        target: &Target<'_>,
        constraint: &Ident,
        enforced: Option<bool>,
        inherit: bool,
        range: TextRange,
    ) {
        if inherit {
            self.reach_descendants(
                target,
                "it changes whether descendants have the constraint",
                range,
            );
        }
        let found = target
            .relation
            .as_ref()
            .and_then(|r| r.constraints.get(&constraint.name).cloned());
        let Some(found) = found else {
            self.unknown(
                format!(
                    "constraint {} of {} isn't in the files",
                    constraint.name, target.name
                ),
                constraint.range,
            );
            return;
        };
        let ConstraintKind::ForeignKey(key) = &found.kind else {
            return;
        };
        for member in self.family_if_partitioned(target) {
            self.lock(&member, target.mode, "it alters a foreign key", range);
        }
        match enforced {
            Some(false) if found.enforced => {
                self.lock(
                    &key.references,
                    LockMode::AccessExclusive,
                    "the foreign key's triggers on it are dropped",
                    range,
                );
            }
            Some(true) if !found.enforced => {
                self.lock(
                    &key.references,
                    LockMode::ShareRowExclusive,
                    "the foreign key's triggers on it are made",
                    range,
                );
                self.scan_foreign_key(&target.name, &key.references.clone(), range);
            }
            _ => {}
        }
    }

    pub(super) fn drop_constraint(
        &mut self,
        target: &Target<'_>,
        constraint: &Name,
        behavior: DropBehavior,
        range: TextRange,
    ) {
        let Some(relation) = target.relation.clone() else {
            return;
        };
        let Some(found) = relation.constraints.get(constraint) else {
            return;
        };
        match &found.kind {
            ConstraintKind::ForeignKey(key) => {
                for member in self.family_if_partitioned(target) {
                    self.lock(&member, target.mode, "it drops a foreign key", range);
                }
                for member in self.family_of_partitions(&key.references.clone()) {
                    self.lock(
                        &member,
                        LockMode::AccessExclusive,
                        "the foreign key's triggers on it are dropped",
                        range,
                    );
                }
            }
            ConstraintKind::PrimaryKey { .. }
            | ConstraintKind::Unique { .. }
            | ConstraintKind::Exclude { .. } => {
                for member in self.family_if_partitioned(target) {
                    self.lock(&member, target.mode, "it drops the constraint's index", range);
                }
                self.lock_index_of(target, constraint, LockMode::AccessExclusive, range);
                if behavior == DropBehavior::Cascade {
                    self.drop_keys_that_reference(&target.name, &found.kind, range);
                }
            }
            ConstraintKind::Check { .. } | ConstraintKind::NotNull { .. } => {
                if found.no_inherit {
                    return;
                }
                let direct = std::iter::once(target.name.clone())
                    .chain(self.catalog().children_of(&target.name).iter().cloned());
                let members = if target.only {
                    direct.collect()
                } else {
                    self.family(&target.name, false)
                };
                for member in members {
                    self.lock(&member, target.mode, "it drops a constraint", range);
                }
            }
        }
    }

    /// Foreign keys that rest on a dropped key go with it.
    fn drop_keys_that_reference(&mut self, table: &QualName, key: &ConstraintKind, range: TextRange) {
        let (ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns }) = key else {
            return;
        };
        for (child, name) in self.catalog().foreign_keys_to(table).to_vec() {
            let rests = self
                .catalog()
                .relation(&child)
                .and_then(|r| r.constraints.get(&name).cloned())
                .is_none_or(|c| match &c.kind {
                    ConstraintKind::ForeignKey(fk) => {
                        fk.referenced_columns.is_empty() || same_columns(&fk.referenced_columns, columns)
                    }
                    _ => false,
                });
            if rests {
                for member in self.family_of_partitions(&child) {
                    self.lock(
                        &member,
                        LockMode::AccessExclusive,
                        "its foreign key goes with the key that it references",
                        range,
                    );
                }
            }
        }
    }
}

fn same_columns(a: &[Name], b: &[Name]) -> bool {
    a.len() == b.len() && a.iter().all(|name| b.contains(name))
}
