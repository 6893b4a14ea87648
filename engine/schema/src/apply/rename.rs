//! RENAME and SET SCHEMA of anything.

use std::sync::Arc;

use confiture_syntax::Name;

use super::relocate::{Found, for_each_expr};
use super::{Done, Fold, exists, missing, refused, rewrite, written};
use crate::catalog::{
    Catalog, Constraint, ConstraintKind, FunctionKey, QualName, Relation, ReplicaIdentity, Sequence, TypeKind,
};
use crate::change::{Ident, ObjectKind, ObjectName, ObjectRef, Rename, SetSchema};

impl Fold<'_> {
    pub(super) fn rename(&mut self, change: &Rename) -> Done {
        match self.rename_object(change) {
            Err(note) if change.if_exists && note.kind == super::NoteKind::Missing => Ok(()),
            done => done,
        }
    }

    fn rename_object(&mut self, change: &Rename) -> Done {
        let (object, to) = (&change.object, &change.to.name);
        let name = &object.name.name;
        match change.kind {
            ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence
            | ObjectKind::Index => self.rename_relation(&object.name, to),
            ObjectKind::Column => self.rename_column(change),
            ObjectKind::Constraint => {
                let table = self.part_of(object)?;
                self.rename_constraint(&table, name, to, change.only)
            }
            ObjectKind::Trigger => self.rename_trigger(object, to),
            ObjectKind::Policy => {
                let table = self.part_of(object)?;
                self.rename_part(&table, to, |r| swap_key(&mut r.policies, name, to))
            }
            ObjectKind::Rule => {
                let table = self.part_of(object)?;
                self.rename_part(&table, to, |r| swap_key(&mut r.rules, name, to))
            }
            ObjectKind::Schema => self.rename_schema(name, to),
            ObjectKind::Type | ObjectKind::Domain => {
                let from = self.need_type(&object.name)?;
                self.relocate_type(&from, QualName::new(from.schema.clone(), to.clone()))
            }
            ObjectKind::DomainConstraint => self.rename_domain_check(object, to),
            ObjectKind::Attribute => self.rename_attribute(object, to),
            ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine | ObjectKind::Aggregate => {
                let key = self.need_function(change.kind, object)?;
                let name = QualName::new(key.name.schema.clone(), to.clone());
                self.relocate_function(&key, name)
            }
            ObjectKind::Extension | ObjectKind::Unkept => Ok(()),
            ObjectKind::Other(kind) => self.rename_other(kind, object, to),
        }
    }

    fn rename_relation(&mut self, name: &ObjectRef, to: &Name) -> Done {
        match self.relation_or_index(name) {
            Some(Found::Relation(from)) if from.name == *to => Err(exists(to.to_string())),
            Some(Found::Relation(from)) => {
                self.relocate(&from, QualName::new(from.schema.clone(), to.clone()))
            }
            Some(Found::Index(table, index)) => {
                let constraint = self
                    .relation(&table)
                    .indexes
                    .get(&index)
                    .is_some_and(|i| i.constraint);
                if constraint {
                    self.rename_constraint(&table, &index, to, true)
                } else {
                    self.rename_index(&table, &index, to)
                }
            }
            // ALTER TABLE may rename a composite type.
            None => match self.state.resolve_type_name(name) {
                Some(ty) => self.relocate_type(&ty, QualName::new(ty.schema.clone(), to.clone())),
                None => Err(missing(written(name))),
            },
        }
    }

    /// Renames an index that is no constraint's.
    pub(super) fn rename_index(&mut self, table: &QualName, from: &Name, to: &Name) -> Done {
        let old = QualName::new(table.schema.clone(), from.clone());
        let new = QualName::new(table.schema.clone(), to.clone());
        if self.catalog().is_relation_name(&new) {
            return Err(exists(to.to_string()));
        }
        let Some(index) = self.catalog_mut().remove_index(table, from) else {
            return Err(missing(from.to_string()));
        };
        self.catalog_mut().insert_index(table, to.clone(), index);
        self.mark_renamed(&old, Some(&new));
        if let Some(relation) = self.catalog_mut().relation_mut(table)
            && relation.replica_identity == ReplicaIdentity::Index(from.clone())
        {
            relation.replica_identity = ReplicaIdentity::Index(to.clone());
        }
        for child in self.catalog().children_of(table).to_vec() {
            for (name, index) in self.relation(&child).indexes.iter() {
                let own = QualName::new(child.schema.clone(), name.clone());
                if index.parent.as_ref() == Some(&old)
                    && let Some(index) = self.catalog_mut().index_mut(&own)
                {
                    index.parent = Some(new.clone());
                }
            }
        }
        Ok(())
    }

    /// Renames a constraint and its index; a check's name is the same in the children.
    fn rename_constraint(&mut self, table: &QualName, from: &Name, to: &Name, only: bool) -> Done {
        let relation = self.relation(table);
        let Some(constraint) = relation.constraints.get(from) else {
            return Err(missing(from.to_string()));
        };
        let check = matches!(constraint.kind, ConstraintKind::Check { .. });
        if check && constraint.inherited {
            return Err(refused(from.to_string()));
        }
        let passed_on = super::inherit::is_passed_on(constraint);
        let reached = self.reached(
            table,
            !passed_on || (only && self.catalog().children_of(table).is_empty()),
        );
        for (at, relation) in reached.iter().enumerate() {
            if at == 0
                || self
                    .relation(relation)
                    .constraints
                    .get(from)
                    .is_some_and(|c| c.inherited)
            {
                self.rename_one_constraint(relation, from, to)?;
            }
        }
        Ok(())
    }

    fn rename_one_constraint(&mut self, table: &QualName, from: &Name, to: &Name) -> Done {
        if self.relation(table).constraints.contains_key(to) {
            return Err(exists(to.to_string()));
        }
        if self
            .relation(table)
            .indexes
            .get(from)
            .is_some_and(|i| i.constraint)
        {
            self.rename_index(table, from, to)?;
        }
        let constraint: Option<Arc<Constraint>> = self.catalog_mut().remove_constraint(table, from);
        if let Some(constraint) = constraint {
            self.catalog_mut()
                .insert_constraint(table, to.clone(), constraint);
        }
        Ok(())
    }

    fn rename_column(&mut self, change: &Rename) -> Done {
        let Some(on) = &change.object.on else {
            return Err(missing(written(&change.object.name)));
        };
        if self.state.resolve_relation(on).is_none() && self.state.resolve_type_name(on).is_some() {
            return self.rename_attribute(&change.object, &change.to.name);
        }
        let table = self.need_relation(on)?;
        let (from, to) = (&change.object.name.name, &change.to.name);
        let relation = self.relation(&table);
        let Some(column) = relation.column(from) else {
            return Err(missing(format!("{table}.{from}")));
        };
        if column.inherited {
            return Err(refused(format!("{table}.{from}")));
        }
        let family = self.reached(&table, change.only);
        if family.iter().any(|r| self.relation(r).column(to).is_some()) {
            return Err(exists(format!("{table}.{to}")));
        }
        for relation in family {
            self.rename_one_column(&relation, from, to);
        }
        Ok(())
    }

    fn rename_one_column(&mut self, table: &QualName, from: &Name, to: &Name) {
        self.rename_in_columns(table, from, to);
        self.catalog_mut().edit_relation(table, |relation| {
            for_each_expr(relation, &|expr| rewrite::column(expr, from, to));
            rename_in_parts(relation, table, from, to);
        });
        let catalog = self.catalog();
        let referencing: Vec<QualName> = catalog
            .foreign_keys_to(table)
            .iter()
            .map(|(t, _)| t.clone())
            .filter(|t| t != table)
            .collect();
        let (sequences, views) = (
            catalog.sequences_of(table).to_vec(),
            catalog.views_of(table).to_vec(),
        );
        for other in referencing {
            self.catalog_mut()
                .edit_relation(&other, |relation| rename_referenced(relation, table, from, to));
        }
        for sequence in sequences {
            self.catalog_mut()
                .edit_relation(&sequence, |relation| rename_owner(relation, table, from, to));
        }
        self.rename_in_statistics(table, from, to);
        for view in views {
            if let Some(relation) = self.catalog_mut().relation_mut(&view)
                && let Some(definition) = &mut relation.view
            {
                let query = rewrite::query(&definition.query, from, to);
                Arc::make_mut(definition).query = query;
            }
        }
    }

    fn rename_in_statistics(&mut self, table: &QualName, from: &Name, to: &Name) {
        let others = self.catalog().others.iter();
        let about = others.filter(|(_, o)| o.relations.contains(table) && o.columns.contains(from));
        for key in about.map(|(key, _)| key.clone()).collect::<Vec<_>>() {
            if let Some(other) = self.catalog_mut().others.get_mut(&key) {
                swap(&mut Arc::make_mut(other).columns, from, to);
            }
        }
    }

    fn rename_trigger(&mut self, object: &ObjectName, to: &Name) -> Done {
        let table = self.part_of(object)?;
        let from = &object.name.name;
        let relation = self.relation(&table);
        if relation
            .triggers
            .get(from)
            .ok_or_else(|| missing(from.to_string()))?
            .inherited
        {
            return Err(refused(from.to_string()));
        }
        for relation in self.catalog().family(&table) {
            let clone = self
                .relation(&relation)
                .triggers
                .get(from)
                .is_some_and(|t| t.inherited);
            if relation == table || clone {
                self.rename_part(&relation, to, |r| swap_key(&mut r.triggers, from, to))?;
            }
        }
        Ok(())
    }

    fn rename_part(&mut self, table: &QualName, to: &Name, swap: impl FnOnce(&mut Relation) -> Swap) -> Done {
        let Some(relation) = self.catalog_mut().relation_mut(table) else {
            return Err(missing(table.to_string()));
        };
        match swap(relation) {
            Swap::Done => Ok(()),
            Swap::Missing(from) => Err(missing(from.to_string())),
            Swap::Taken => Err(exists(to.to_string())),
        }
    }

    pub(super) fn set_schema(&mut self, change: &SetSchema) -> Done {
        match self.move_object(change) {
            Err(note) if change.if_exists && note.kind == super::NoteKind::Missing => Ok(()),
            done => done,
        }
    }

    fn move_object(&mut self, change: &SetSchema) -> Done {
        let (object, to) = (&change.object, &change.to);
        if change.kind != ObjectKind::Extension {
            self.note_schema(to);
        }
        let moved = |name: &QualName| QualName::new(to.name.clone(), name.name.clone());
        match change.kind {
            ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence => {
                let from = self.need_relation(&object.name)?;
                if self
                    .relation(&from)
                    .sequence
                    .as_ref()
                    .is_some_and(|s| s.owned_by.is_some())
                {
                    return Err(refused(from.to_string()));
                }
                self.relocate(&from, moved(&from))
            }
            ObjectKind::Type | ObjectKind::Domain => {
                let from = self.need_type(&object.name)?;
                self.relocate_type(&from, moved(&from))
            }
            ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine | ObjectKind::Aggregate => {
                let key = self.need_function(change.kind, object)?;
                let name = moved(&key.name);
                self.relocate_function(&key, name)
            }
            ObjectKind::Extension => {
                let extension = self.catalog_mut().extensions.get_mut(&object.name.name);
                let extension = extension.ok_or_else(|| missing(written(&object.name)))?;
                Arc::make_mut(extension).schema = Some(to.name.clone());
                Ok(())
            }
            ObjectKind::Other(kind) => self.move_other(kind, object, &to.name),
            _ => Ok(()),
        }
    }

    fn note_schema(&mut self, schema: &Ident) {
        if !self.catalog().schemas.contains_key(&schema.name) {
            self.notes.push(missing(schema.name.to_string()));
        }
    }

    fn rename_schema(&mut self, from: &Name, to: &Name) -> Done {
        let Some(schema) = self.catalog().schemas.get(from).cloned() else {
            return Err(missing(from.to_string()));
        };
        if self.catalog().schemas.contains_key(to) {
            return Err(exists(to.to_string()));
        }
        self.catalog_mut().schemas.remove_mut(from);
        self.catalog_mut().schemas.insert_mut(to.clone(), schema);
        let moved = |name: &QualName| QualName::new(to.clone(), name.name.clone());
        for relation in in_schema(self.catalog(), from) {
            // A sequence may have moved with its table already.
            if self.catalog().relations.contains_key(&relation) {
                self.relocate(&relation, moved(&relation))?;
            }
        }
        let types = self
            .catalog()
            .types
            .keys()
            .filter(|n| n.schema == *from)
            .cloned()
            .collect::<Vec<_>>();
        for ty in types {
            self.relocate_type(&ty, moved(&ty))?;
        }
        let functions: Vec<FunctionKey> = self
            .catalog()
            .functions
            .keys()
            .filter(|k| k.name.schema == *from)
            .cloned()
            .collect();
        for key in functions {
            let name = moved(&key.name);
            self.relocate_function(&key, name)?;
        }
        self.rename_schema_of_others(from, to);
        Ok(())
    }

    fn rename_domain_check(&mut self, object: &ObjectName, to: &Name) -> Done {
        let Some(on) = &object.on else {
            return Err(missing(written(&object.name)));
        };
        let name = self.need_type(on)?;
        let Some(ty) = self.catalog().types.get(&name).cloned() else {
            return Err(missing(written(on)));
        };
        let TypeKind::Domain(domain) = &ty.kind else {
            return Err(refused(written(on)));
        };
        let mut domain = (**domain).clone();
        let Some(check) = domain.checks.iter_mut().find(|(n, ..)| *n == object.name.name) else {
            return Err(missing(written(&object.name)));
        };
        check.0 = to.clone();
        domain.checks.sort_by(|a, b| a.0.cmp(&b.0));
        let changed = crate::catalog::TypeDef {
            kind: TypeKind::Domain(Arc::new(domain)),
            ..(*ty).clone()
        };
        self.catalog_mut().insert_type(name, Arc::new(changed));
        Ok(())
    }

    fn rename_attribute(&mut self, object: &ObjectName, to: &Name) -> Done {
        let Some(on) = &object.on else {
            return Err(missing(written(&object.name)));
        };
        let name = self.need_type(on)?;
        let from = &object.name.name;
        let ty = self.catalog_mut().types.get_mut(&name).map(Arc::make_mut);
        let Some(TypeKind::Composite(attributes)) = ty.map(|t| &mut t.kind) else {
            return Err(refused(written(on)));
        };
        match attributes.iter_mut().find(|(n, _)| n == from) {
            Some(attribute) => attribute.0 = to.clone(),
            None => return Err(missing(from.to_string())),
        }
        let typed: Vec<QualName> = self
            .catalog()
            .relations
            .iter()
            .filter(|(_, r)| r.of_type.as_ref() == Some(&name))
            .map(|(n, _)| n.clone())
            .collect();
        typed
            .iter()
            .for_each(|table| self.rename_one_column(table, from, to));
        Ok(())
    }
}

/// What became of renaming a key.
enum Swap {
    Done,
    Missing(Name),
    Taken,
}

fn swap_key<T>(map: &mut rpds::RedBlackTreeMapSync<Name, Arc<T>>, from: &Name, to: &Name) -> Swap {
    let Some(value) = map.get(from).cloned() else {
        return Swap::Missing(from.clone());
    };
    if map.contains_key(to) {
        return Swap::Taken;
    }
    map.remove_mut(from);
    map.insert_mut(to.clone(), value);
    Swap::Done
}

fn in_schema(catalog: &Catalog, schema: &Name) -> Vec<QualName> {
    let first = QualName::new(schema.clone(), "");
    catalog
        .relations
        .range(first..)
        .map(|(n, _)| n.clone())
        .take_while(|n| n.schema == *schema)
        .collect()
}

fn swap(names: &mut [Name], from: &Name, to: &Name) {
    names
        .iter_mut()
        .filter(|n| *n == from)
        .for_each(|n| *n = to.clone());
}

/// Lists of columns in a table's constraints, indexes and triggers.
fn rename_in_parts(relation: &mut Relation, table: &QualName, from: &Name, to: &Name) {
    for name in relation.constraints.keys().cloned().collect::<Vec<_>>() {
        let Some(constraint) = relation.constraints.get_mut(&name) else {
            continue;
        };
        match &mut Arc::make_mut(constraint).kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns } => {
                swap(columns, from, to)
            }
            ConstraintKind::ForeignKey(key) => {
                swap(&mut key.columns, from, to);
                if key.references == *table {
                    swap(&mut key.referenced_columns, from, to);
                }
            }
            ConstraintKind::NotNull { column } if column == from => *column = to.clone(),
            _ => {}
        }
    }
    for name in relation.indexes.keys().cloned().collect::<Vec<_>>() {
        if let Some(index) = relation.indexes.get_mut(&name)
            && index.include.contains(from)
        {
            swap(&mut Arc::make_mut(index).include, from, to);
        }
    }
    for name in relation.triggers.keys().cloned().collect::<Vec<_>>() {
        if let Some(trigger) = relation.triggers.get_mut(&name)
            && trigger.update_columns.contains(from)
        {
            swap(&mut Arc::make_mut(trigger).update_columns, from, to);
        }
    }
}

/// Foreign keys of another table that reference the column.
fn rename_referenced(relation: &mut Relation, table: &QualName, from: &Name, to: &Name) {
    for name in relation.constraints.keys().cloned().collect::<Vec<_>>() {
        if let Some(constraint) = relation.constraints.get_mut(&name)
            && let ConstraintKind::ForeignKey(key) = &constraint.kind
            && key.references == *table
            && let ConstraintKind::ForeignKey(key) = &mut Arc::make_mut(constraint).kind
        {
            swap(&mut key.referenced_columns, from, to);
        }
    }
}

fn rename_owner(relation: &mut Relation, table: &QualName, from: &Name, to: &Name) {
    if let Some(sequence) = &relation.sequence
        && let Some((owner, column)) = &sequence.owned_by
        && owner == table
        && column == from
    {
        let owned_by = Some((table.clone(), to.clone()));
        relation.sequence = Some(Arc::new(Sequence {
            owned_by,
            ..(**sequence).clone()
        }));
    }
}
