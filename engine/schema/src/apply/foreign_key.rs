//! Foreign keys.

use std::sync::Arc;

use confiture_syntax::Name;

use super::index::names;
use super::names::{Among, join};
use super::{Done, Fold, exists, missing, refused, written};
use crate::catalog::{Constraint, ConstraintKind, ForeignKey, QualName, RelationKind};
use crate::change::{ConstraintDef, ForeignKeyDef};

impl Fold<'_> {
    /// Adds a foreign key to a table and its partitions. A referenced table that isn't known is noted and kept by name.
    pub(super) fn add_foreign_key(
        &mut self,
        table: &QualName,
        def: &ConstraintDef,
        key: &ForeignKeyDef,
        validated: bool,
    ) -> Done {
        self.need_columns(table, key.columns.iter())?;
        let references = match self.state.resolve_relation(&key.references) {
            Some(found) => {
                let kind = self.relation(&found).kind;
                if !matches!(kind, RelationKind::Table | RelationKind::PartitionedTable) {
                    return Err(refused(found.to_string()));
                }
                found
            }
            None => {
                self.notes.push(missing(written(&key.references)));
                self.state.resolve_new(&key.references)
            }
        };
        let referenced_columns = self.referenced_columns(&references, key)?;
        self.check_reference(&references, key, &referenced_columns)?;
        let columns = names(&key.columns);
        let foreign = ForeignKey {
            referenced_columns,
            columns,
            references,
            match_full: key.match_full,
            on_update: key.on_update,
            on_delete: key.on_delete,
        };
        let name = self.foreign_key_name(table, def, &foreign)?;
        let mut constraint = self.constraint_of(def, ConstraintKind::ForeignKey(foreign));
        constraint.validated = validated && constraint.enforced;
        constraint.no_inherit = false;
        self.catalog_mut()
            .insert_constraint(table, name.clone(), Arc::new(constraint.clone()));
        if self.relation(table).kind == RelationKind::PartitionedTable {
            for partition in self.catalog().family(table).iter().skip(1) {
                self.clone_foreign_key(partition, &name, &constraint);
            }
        }
        Ok(())
    }

    fn foreign_key_name(
        &self,
        table: &QualName,
        def: &ConstraintDef,
        key: &ForeignKey,
    ) -> Result<Name, super::Note> {
        match &def.name {
            Some(name) if self.relation(table).constraints.contains_key(&name.name) => {
                Err(exists(name.name.to_string()))
            }
            Some(name) => Ok(name.name.clone()),
            None => Ok(self.choose_foreign_key_name(table, key)),
        }
    }

    fn choose_foreign_key_name(&self, table: &QualName, key: &ForeignKey) -> Name {
        let columns = join(&key.columns);
        self.choose_name(
            &table.schema,
            table.name.as_str(),
            Some(&columns),
            "fkey",
            Among::Constraints,
        )
    }

    /// The columns that are referenced: the primary key's where none are named.
    fn referenced_columns(
        &self,
        references: &QualName,
        key: &ForeignKeyDef,
    ) -> Result<Vec<Name>, super::Note> {
        let Some(relation) = self.catalog().relations.get(references) else {
            return Ok(names(&key.referenced_columns));
        };
        if let Some(absent) = key
            .referenced_columns
            .iter()
            .find(|c| relation.column(&c.name).is_none())
        {
            return Err(missing(format!("{references}.{}", absent.name)));
        }
        if !key.referenced_columns.is_empty() {
            return Ok(names(&key.referenced_columns));
        }
        match relation.primary_key().map(|pk| &pk.kind) {
            Some(ConstraintKind::PrimaryKey { columns }) => Ok(columns.clone()),
            _ => Err(missing(format!("{references}: primary key"))),
        }
    }

    /// Gives a partition its parent's foreign key, under the same name where that is free; an equal one of its own is taken for it.
    pub(super) fn clone_foreign_key(&mut self, partition: &QualName, name: &Name, parent: &Constraint) {
        let relation = self.relation(partition);
        let equal = relation
            .constraints
            .iter()
            .find(|(_, own)| !own.inherited && same_key(own, parent));
        if let Some((own, _)) = equal {
            let own = own.clone();
            if let Some(constraint) = self.catalog_mut().constraint_mut(partition, &own) {
                constraint.inherited = true;
            }
            return;
        }
        let ConstraintKind::ForeignKey(key) = &parent.kind else {
            return;
        };
        let name = if relation.constraints.contains_key(name) {
            self.choose_foreign_key_name(partition, key)
        } else {
            name.clone()
        };
        let constraint = Constraint {
            inherited: true,
            comment: None,
            ..parent.clone()
        };
        self.catalog_mut()
            .insert_constraint(partition, name, Arc::new(constraint));
    }
}

/// Whether two constraints are foreign keys that say the same.
pub(super) fn same_key(a: &Constraint, b: &Constraint) -> bool {
    match (&a.kind, &b.kind) {
        (ConstraintKind::ForeignKey(x), ConstraintKind::ForeignKey(y)) => {
            x == y && a.deferrable == b.deferrable
        }
        _ => false,
    }
}
