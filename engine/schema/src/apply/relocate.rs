//! Giving a relation another name or schema: everything that speaks of it follows.

use std::sync::Arc;

use confiture_syntax::Name;

use super::{Done, Fold, exists, rewrite};
use crate::catalog::footprint::Hint;
use crate::catalog::{ConstraintKind, QualName, Relation, Sequence, ViewDef};
use crate::change::ObjectRef;
use crate::expr::Expr;

impl Fold<'_> {
    /// Renames a relation, or moves it to another schema; then its indexes and sequences move too.
    pub(super) fn relocate(&mut self, from: &QualName, to: QualName) -> Done {
        if *from == to {
            return Ok(());
        }
        let taken = self.catalog().is_relation_name(&to) || self.catalog().types.contains_key(&to);
        if taken {
            return Err(exists(to.to_string()));
        }
        if from.schema != to.schema {
            self.check_room(from, &to)?;
        }
        let sequences = self.catalog().sequences_of(from).to_vec();
        // Defaults are found by the sequence's old name, so they are looked up first.
        let defaults = self.defaults_of_sequence(from);
        self.move_relation(from, &to);
        for (table, column) in defaults {
            self.point_default(&table, &column, &to);
        }
        if from.schema != to.schema {
            for sequence in sequences {
                let target = QualName::new(to.schema.clone(), sequence.name.clone());
                self.relocate(&sequence, target)?;
            }
        }
        Ok(())
    }

    /// The new schema must be free of the names of indexes.
    fn check_room(&self, from: &QualName, to: &QualName) -> Done {
        for index in self.relation(from).indexes.keys() {
            let index = QualName::new(to.schema.clone(), index.clone());
            if self.catalog().is_relation_name(&index) {
                return Err(exists(index.to_string()));
            }
        }
        Ok(())
    }

    fn move_relation(&mut self, from: &QualName, to: &QualName) {
        let catalog = self.catalog();
        let referencing = catalog.foreign_keys_to(from).to_vec();
        let children = catalog.children_of(from).to_vec();
        let views = catalog.views_of(from).to_vec();
        let sequences = catalog.sequences_of(from).to_vec();
        let Some(mut relation) = self.catalog_mut().take_relation(from) else {
            return;
        };
        rename_inside(Arc::make_mut(&mut relation), from, to);
        for index in relation.indexes.keys() {
            let old = QualName::new(from.schema.clone(), index.clone());
            self.mark_renamed(&old, Some(&QualName::new(to.schema.clone(), index.clone())));
        }
        self.catalog_mut().insert_relation(to.clone(), relation);
        self.mark_renamed(from, Some(to));
        for (table, _) in referencing.iter().filter(|(table, _)| table != from) {
            self.catalog_mut()
                .edit_relation(table, |r| point_keys(r, from, to));
        }
        for child in &children {
            self.catalog_mut()
                .edit_relation(child, |r| point_parents(r, from, to));
        }
        for view in views.iter().filter(|v| *v != from) {
            self.catalog_mut()
                .edit_relation(view, |r| point_sources(r, from, to));
        }
        for sequence in &sequences {
            self.catalog_mut()
                .edit_relation(sequence, |r| point_owner(r, from, to));
        }
        self.point_others(from, to);
        if self.catalog().is_hinted(Hint::RowTypesUsed) {
            self.rename_type_users(from, to);
        }
    }

    fn point_others(&mut self, from: &QualName, to: &QualName) {
        let about: Vec<_> = self
            .catalog()
            .others
            .iter()
            .filter(|(_, o)| o.relations.contains(from))
            .map(|(k, _)| k.clone())
            .collect();
        for key in about {
            if let Some(other) = self.catalog_mut().others.get_mut(&key) {
                let relations = Arc::make_mut(other).relations.iter_mut();
                relations.filter(|r| *r == from).for_each(|r| *r = to.clone());
            }
        }
    }

    /// Columns whose default takes values from a sequence.
    fn defaults_of_sequence(&self, sequence: &QualName) -> Vec<(QualName, Name)> {
        let relation = self.relation(sequence);
        if relation.sequence.is_none() {
            return Vec::new();
        }
        let uses = |default: &Expr| {
            default.text.contains("nextval") && self.sequence_of_default(default).as_ref() == Some(sequence)
        };
        let mut found = Vec::new();
        for (table, relation) in self.catalog().relations.iter() {
            let columns = relation
                .columns
                .iter()
                .filter(|c| c.default.as_ref().is_some_and(uses));
            found.extend(columns.map(|c| (table.clone(), c.name.clone())));
        }
        found
    }

    /// Makes a default name the sequence by its new name.
    fn point_default(&mut self, table: &QualName, column: &Name, sequence: &QualName) {
        let text = self.nextval(sequence);
        if let Some(column) = self.catalog_mut().column_mut(table, column) {
            column.default = Some(text);
        }
    }

    /// The relation that ALTER names, which may be an index where ALTER TABLE is said.
    pub(super) fn relation_or_index(&self, name: &ObjectRef) -> Option<Found> {
        if let Some(relation) = self.state.resolve_relation(name) {
            return Some(Found::Relation(relation));
        }
        self.state
            .resolve_index(name)
            .map(|(table, index)| Found::Index(table, index.name))
    }
}

/// What a name stands for.
pub(super) enum Found {
    Relation(QualName),
    /// By table and name.
    Index(QualName, Name),
}

/// What a relation says about itself.
fn rename_inside(relation: &mut Relation, from: &QualName, to: &QualName) {
    point_keys(relation, from, to);
    if from.name == to.name {
        return;
    }
    for_each_expr(relation, &|expr| rewrite::table(expr, &from.name, &to.name));
}

/// Replaces every expression of a relation.
pub(super) fn for_each_expr(relation: &mut Relation, replace: &dyn Fn(&Expr) -> Expr) {
    let change = |expr: &mut Expr| *expr = replace(expr);
    let edit = |expr: &mut Option<Expr>| {
        if let Some(expr) = expr {
            change(expr);
        }
    };
    if relation
        .columns
        .iter()
        .any(|c| c.default.is_some() || c.generated.is_some())
    {
        for column in Arc::make_mut(&mut relation.columns) {
            let column = Arc::make_mut(column);
            edit(&mut column.default);
            if let Some(generated) = &mut column.generated {
                change(&mut generated.expr);
            }
        }
    }
    for name in relation.constraints.keys().cloned().collect::<Vec<_>>() {
        if let Some(constraint) = relation.constraints.get_mut(&name)
            && let ConstraintKind::Check { expr } = &mut Arc::make_mut(constraint).kind
        {
            change(expr);
        }
    }
    for name in relation.indexes.keys().cloned().collect::<Vec<_>>() {
        if let Some(index) = relation.indexes.get_mut(&name) {
            let index = Arc::make_mut(index);
            index.keys.iter_mut().for_each(|k| change(&mut k.expr));
            edit(&mut index.predicate);
        }
    }
    for name in relation.triggers.keys().cloned().collect::<Vec<_>>() {
        if let Some(trigger) = relation.triggers.get_mut(&name) {
            edit(&mut Arc::make_mut(trigger).when);
        }
    }
    for name in relation.policies.keys().cloned().collect::<Vec<_>>() {
        if let Some(policy) = relation.policies.get_mut(&name) {
            let policy = Arc::make_mut(policy);
            edit(&mut policy.using);
            edit(&mut policy.check);
        }
    }
    if let Some(key) = &mut relation.partition_key {
        key.keys.iter_mut().for_each(change);
    }
}

/// Foreign keys that reference the relation.
fn point_keys(relation: &mut Relation, from: &QualName, to: &QualName) {
    for name in relation.constraints.keys().cloned().collect::<Vec<_>>() {
        let references = |c: &Arc<crate::catalog::Constraint>| matches!(&c.kind, ConstraintKind::ForeignKey(key) if key.references == *from);
        if relation.constraints.get(&name).is_some_and(references)
            && let Some(constraint) = relation.constraints.get_mut(&name)
            && let ConstraintKind::ForeignKey(key) = &mut Arc::make_mut(constraint).kind
        {
            key.references = to.clone();
        }
    }
}

/// Parents, and the parents of indexes where the schema changes.
fn point_parents(relation: &mut Relation, from: &QualName, to: &QualName) {
    relation
        .parents
        .iter_mut()
        .filter(|p| p.relation == *from)
        .for_each(|p| p.relation = to.clone());
    if from.schema == to.schema {
        return;
    }
    for name in relation.indexes.keys().cloned().collect::<Vec<_>>() {
        if let Some(index) = relation.indexes.get_mut(&name)
            && index.parent.as_ref().is_some_and(|p| p.schema == from.schema)
            && let Some(parent) = &mut Arc::make_mut(index).parent
        {
            parent.schema = to.schema.clone();
        }
    }
}

fn point_sources(relation: &mut Relation, from: &QualName, to: &QualName) {
    if let Some(view) = &relation.view {
        let mut sources: Vec<QualName> = view
            .sources
            .iter()
            .map(|s| if s == from { to.clone() } else { s.clone() })
            .collect();
        sources.sort();
        let query = if from.name == to.name {
            view.query.clone()
        } else {
            rewrite::query(&view.query, &from.name, &to.name)
        };
        relation.view = Some(Arc::new(ViewDef {
            query,
            sources,
            columns_known: view.columns_known,
        }));
    }
}

fn point_owner(relation: &mut Relation, from: &QualName, to: &QualName) {
    if let Some(sequence) = &relation.sequence
        && let Some((table, column)) = &sequence.owned_by
        && table == from
    {
        let owned_by = Some((to.clone(), column.clone()));
        relation.sequence = Some(Arc::new(Sequence {
            owned_by,
            ..(**sequence).clone()
        }));
    }
}
