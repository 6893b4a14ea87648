//! The maps that point backwards: from a relation to those that reference it, descend from it, read it, serve it.
//!
//! Whoever changes what a relation says about others goes through here, so that both directions always agree.

use std::sync::Arc;

use confiture_syntax::Name;

use super::footprint::{Hint, Key, Spot};
use super::{
    Catalog, Column, Constraint, ConstraintKind, Entries, Index, Parent, QualName, Relation, TypeDef,
    TypeKind,
};
use crate::types::SqlType;

impl Catalog {
    /// Computes every backward map anew from what the relations say. What puts a catalog together by hand, as
    /// introspection does, may leave that to this.
    pub fn relink(&mut self) {
        self.index_tables = Entries::default();
        self.referenced_by = Entries::default();
        self.children = Entries::default();
        self.dependent_views = Entries::default();
        self.owned_sequences = Entries::default();
        self.constraint_names = Entries::default();
        for (name, relation) in self.relations.clone().iter() {
            self.link(name, relation);
        }
        for (name, ty) in self.types.clone().iter() {
            self.link_type(name, ty);
        }
        if self.uses_row_types() {
            self.hint(Hint::RowTypesUsed);
        }
        let queries = |r: &Arc<Relation>| r.policies.values().any(|p| p.queries());
        if self.relations.values().any(queries) {
            self.hint(Hint::PoliciesQuery);
        }
        self.remember_calls();
        self.linked = true;
    }

    /// Adds a relation and everything that it says about others.
    pub(crate) fn insert_relation(&mut self, name: QualName, relation: Arc<Relation>) {
        self.link(&name, &relation);
        self.relations.insert_mut(name, relation);
    }

    /// Takes a relation out, with everything that it says about others. What others say about it stays.
    pub(crate) fn take_relation(&mut self, name: &QualName) -> Option<Arc<Relation>> {
        let relation = self.relations.get(name)?.clone();
        self.unlink(name, &relation);
        self.relations.remove_mut(name);
        Some(relation)
    }

    /// Changes anything of a relation.
    pub(crate) fn edit_relation(&mut self, name: &QualName, edit: impl FnOnce(&mut Relation)) {
        if let Some(mut relation) = self.take_relation(name) {
            edit(Arc::make_mut(&mut relation));
            self.insert_relation(name.clone(), relation);
        }
    }

    /// A relation, to change what no other object's entry depends on: not its constraints, indexes, parents, sources or owner.
    pub(crate) fn relation_mut(&mut self, name: &QualName) -> Option<&mut Relation> {
        self.relations.get_mut(name).map(Arc::make_mut)
    }

    /// A column, to change.
    pub(crate) fn column_mut(&mut self, table: &QualName, column: &Name) -> Option<&mut Column> {
        let columns = Arc::make_mut(&mut self.relation_mut(table)?.columns);
        columns.iter_mut().find(|c| c.name == *column).map(Arc::make_mut)
    }

    /// A constraint, to change what doesn't concern the relation that it references.
    pub(crate) fn constraint_mut(&mut self, table: &QualName, name: &Name) -> Option<&mut Constraint> {
        self.relation_mut(table)?
            .constraints
            .get_mut(name)
            .map(Arc::make_mut)
    }

    /// An index, to change.
    pub(crate) fn index_mut(&mut self, index: &QualName) -> Option<&mut Index> {
        let table = QualName::new(index.schema.clone(), self.index_tables.get(index)?.clone());
        self.relation_mut(&table)?
            .indexes
            .get_mut(&index.name)
            .map(Arc::make_mut)
    }

    /// Adds a constraint to a relation.
    pub(crate) fn insert_constraint(&mut self, table: &QualName, name: Name, constraint: Arc<Constraint>) {
        self.remove_constraint(table, &name);
        self.link_constraint(table, &name, &constraint);
        if let Some(relation) = self.relation_mut(table) {
            relation.constraints.insert_mut(name, constraint);
        }
    }

    /// Takes a constraint away; the index of a key stays.
    pub(crate) fn remove_constraint(&mut self, table: &QualName, name: &Name) -> Option<Arc<Constraint>> {
        let constraint = self.relations.get(table)?.constraints.get(name)?.clone();
        self.unlink_constraint(table, name, &constraint);
        self.relation_mut(table)?.constraints.remove_mut(name);
        Some(constraint)
    }

    /// Adds an index to a relation.
    pub(crate) fn insert_index(&mut self, table: &QualName, name: Name, index: Arc<Index>) {
        self.index_tables.insert_mut(
            QualName::new(table.schema.clone(), name.clone()),
            table.name.clone(),
        );
        if let Some(relation) = self.relation_mut(table) {
            relation.indexes.insert_mut(name, index);
        }
    }

    /// Takes an index away.
    pub(crate) fn remove_index(&mut self, table: &QualName, name: &Name) -> Option<Arc<Index>> {
        let index = self.relations.get(table)?.indexes.get(name)?.clone();
        self.index_tables
            .remove_mut(&QualName::new(table.schema.clone(), name.clone()));
        self.relation_mut(table)?.indexes.remove_mut(name);
        Some(index)
    }

    /// Makes one relation the parent of another.
    pub(crate) fn add_parent(&mut self, child: &QualName, parent: Parent) {
        add(&mut self.children, &parent.relation, child.clone());
        if let Some(relation) = self.relation_mut(child) {
            relation.parents.push(parent);
        }
    }

    /// Ends that; true where it was so.
    pub(crate) fn remove_parent(&mut self, child: &QualName, parent: &QualName) -> bool {
        let Some(relation) = self.relation_mut(child) else {
            return false;
        };
        let before = relation.parents.len();
        relation.parents.retain(|p| p.relation != *parent);
        let found = relation.parents.len() < before;
        remove(&mut self.children, parent, child);
        found
    }

    /// Adds or replaces a type.
    pub(crate) fn insert_type(&mut self, name: QualName, ty: Arc<TypeDef>) {
        self.take_type(&name);
        self.link_type(&name, &ty);
        self.types.insert_mut(name, ty);
    }

    /// Takes a type out.
    pub(crate) fn take_type(&mut self, name: &QualName) -> Option<Arc<TypeDef>> {
        let ty = self.types.get(name)?.clone();
        for check in checks(&ty) {
            self.forget_constraint(QualName::new(name.schema.clone(), check));
        }
        self.types.remove_mut(name);
        Some(ty)
    }

    /// Whether a schema has a constraint of that name, on any relation or domain.
    pub(crate) fn has_constraint_named(&self, name: &QualName) -> bool {
        self.constraint_names.contains_key(name)
    }

    /// Whether a relation, index or composite type has that name: they share one space of names (`pg_class`).
    pub(crate) fn is_relation_name(&self, name: &QualName) -> bool {
        self.relations.contains_key(name)
            || self.index_tables.contains_key(name)
            || self
                .types
                .get(name)
                .is_some_and(|t| matches!(t.kind, TypeKind::Composite(_)))
    }

    /// Sequences that belong to a relation's columns.
    pub fn sequences_of(&self, relation: &QualName) -> &[QualName] {
        self.owned_sequences.get(relation).map_or(&[], |s| s.as_slice())
    }

    /// Notes which functions triggers and expressions call.
    fn remember_calls(&mut self) {
        let mut called: Vec<Name> = Vec::new();
        for relation in self.relations.values() {
            called.extend(relation.triggers.values().map(|t| t.function.name.clone()));
            let exprs = relation.expressions();
            called.extend(
                exprs
                    .into_iter()
                    .flat_map(|e| &e.facts.functions)
                    .map(|f| f.name.clone()),
            );
        }
        called
            .into_iter()
            .for_each(|name| self.called_functions.insert_mut(name, ()));
    }

    /// Whether a column or argument has the row type of a relation.
    fn uses_row_types(&self) -> bool {
        let is_row = |ty: &SqlType| {
            let name = ty
                .schema
                .clone()
                .map(|schema| QualName::new(schema, ty.name.clone()));
            name.is_some_and(|name| self.relations.contains_key(&name))
        };
        let columns = self.relations.values().flat_map(|r| r.columns.iter());
        columns.filter_map(|c| c.ty.as_ref()).any(is_row)
            || self.functions.keys().any(|key| key.arguments.iter().any(is_row))
    }

    fn link(&mut self, name: &QualName, relation: &Relation) {
        for (constraint_name, constraint) in relation.constraints.iter() {
            self.link_constraint(name, constraint_name, constraint);
        }
        for index in relation.indexes.keys() {
            self.index_tables.insert_mut(
                QualName::new(name.schema.clone(), index.clone()),
                name.name.clone(),
            );
        }
        for parent in &relation.parents {
            add(&mut self.children, &parent.relation, name.clone());
        }
        for source in relation.view.iter().flat_map(|v| &v.sources) {
            add(&mut self.dependent_views, source, name.clone());
        }
        if let Some((table, _)) = relation.sequence.as_ref().and_then(|s| s.owned_by.as_ref()) {
            add(&mut self.owned_sequences, table, name.clone());
        }
    }

    fn unlink(&mut self, name: &QualName, relation: &Relation) {
        for (constraint_name, constraint) in relation.constraints.iter() {
            self.unlink_constraint(name, constraint_name, constraint);
        }
        for index in relation.indexes.keys() {
            self.index_tables
                .remove_mut(&QualName::new(name.schema.clone(), index.clone()));
        }
        for parent in &relation.parents {
            remove(&mut self.children, &parent.relation, name);
        }
        for source in relation.view.iter().flat_map(|v| &v.sources) {
            remove(&mut self.dependent_views, source, name);
        }
        if let Some((table, _)) = relation.sequence.as_ref().and_then(|s| s.owned_by.as_ref()) {
            remove(&mut self.owned_sequences, table, name);
        }
    }

    fn link_constraint(&mut self, table: &QualName, name: &Name, constraint: &Constraint) {
        if let ConstraintKind::ForeignKey(key) = &constraint.kind {
            add(
                &mut self.referenced_by,
                &key.references,
                (table.clone(), name.clone()),
            );
        }
        self.remember_constraint(QualName::new(table.schema.clone(), name.clone()));
    }

    fn unlink_constraint(&mut self, table: &QualName, name: &Name, constraint: &Constraint) {
        if let ConstraintKind::ForeignKey(key) = &constraint.kind {
            remove(
                &mut self.referenced_by,
                &key.references,
                &(table.clone(), name.clone()),
            );
        }
        self.forget_constraint(QualName::new(table.schema.clone(), name.clone()));
    }

    fn link_type(&mut self, name: &QualName, ty: &TypeDef) {
        for check in checks(ty) {
            self.remember_constraint(QualName::new(name.schema.clone(), check));
        }
    }

    fn remember_constraint(&mut self, name: QualName) {
        let count = self.constraint_names.get(&name).copied().unwrap_or(0);
        self.constraint_names.insert_mut(name, count + 1);
    }

    fn forget_constraint(&mut self, name: QualName) {
        match self.constraint_names.get(&name).copied() {
            Some(count) if count > 1 => self.constraint_names.insert_mut(name, count - 1),
            _ => {
                self.constraint_names.remove_mut(&name);
            }
        }
    }
}

/// Names of a domain's constraints.
fn checks(ty: &TypeDef) -> Vec<Name> {
    match &ty.kind {
        TypeKind::Domain(domain) => domain.checks.iter().map(|(name, ..)| name.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Adds to a sorted list, each item once.
fn add<K, T: Ord + Clone, const PART: u8>(map: &mut Entries<K, Arc<Vec<T>>, PART>, key: &K, item: T)
where
    K: Ord + Clone + Spot + Into<Key>,
{
    // Whether the item is there already is told by the relation that it comes from.
    match map.amend(key) {
        Some(list) => {
            if let Err(at) = list.binary_search(&item) {
                Arc::make_mut(list).insert(at, item);
            }
        }
        None => map.insert_mut(key.clone(), Arc::new(vec![item])),
    }
}

/// Takes from a sorted list; an empty one goes.
fn remove<K, T: Ord + Clone, const PART: u8>(map: &mut Entries<K, Arc<Vec<T>>, PART>, key: &K, item: &T)
where
    K: Ord + Clone + Spot + Into<Key>,
{
    let Some(list) = map.amend(key) else { return };
    if let Ok(at) = list.binary_search(item) {
        Arc::make_mut(list).remove(at);
    }
    if list.is_empty() {
        map.amend_away(key);
    }
}
