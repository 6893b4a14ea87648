//! DROP of anything, and what goes with it.

use std::collections::BTreeSet;

use confiture_schema::catalog::{
    ConstraintKind, OtherKey, OtherKind, QualName, Relation, RelationKind, TypeKind,
};
use confiture_schema::change::{Drop, DropBehavior, ObjectKind, ObjectName, ObjectRef};
use confiture_schema::expr::Expr;
use confiture_schema::types::SqlType;
use confiture_syntax::{Name, TextRange};

use super::Predictor;
use super::scope::Resolved;
use crate::literal::{SequenceCall, may_name, sequence_calls};
use crate::lock::LockMode;

impl Predictor<'_> {
    pub(super) fn drop(&mut self, drop: &Drop) {
        if drop.concurrently {
            self.outside_transaction();
            self.effect.waits_for_older_snapshots = true;
        }
        for object in &drop.objects {
            self.drop_object(drop, object);
        }
    }

    fn drop_object(&mut self, drop: &Drop, object: &ObjectName) {
        let range = object.name.range;
        let cascade = drop.behavior == DropBehavior::Cascade;
        match drop.kind {
            ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence => {
                if let Some((name, _)) = self.relation_if(&object.name, drop.if_exists) {
                    self.drop_relations(vec![name], "it is dropped", cascade, range);
                }
            }
            ObjectKind::Index => self.drop_index(drop, &object.name),
            ObjectKind::Trigger => self.drop_trigger(drop, object),
            ObjectKind::Policy | ObjectKind::Rule => self.drop_of_table(drop, object),
            ObjectKind::Schema => self.drop_schema(&object.name.name, cascade, range),
            ObjectKind::Type | ObjectKind::Domain if cascade => self.drop_type(&object.name, range),
            ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine | ObjectKind::Aggregate
                if cascade =>
            {
                self.drop_function(&object.name, range);
            }
            ObjectKind::Extension if cascade => {
                self.unknown(
                    format!(
                        "what depends on extension {} isn't in the files",
                        object.name.name
                    ),
                    range,
                );
            }
            ObjectKind::Other(OtherKind::Statistics) => {
                self.lock_relations_of(OtherKind::Statistics, object, LockMode::ShareUpdateExclusive)
            }
            ObjectKind::Other(kind) if cascade => {
                self.unknown(
                    format!("what depends on {} ({kind:?}) is not modelled", object.name.name),
                    range,
                );
            }
            _ => {}
        }
    }

    /// Locks the relations that an object kept by name touches.
    pub(super) fn lock_relations_of(&mut self, kind: OtherKind, object: &ObjectName, mode: LockMode) {
        let schemas = object
            .name
            .schema
            .iter()
            .chain(self.state.session.search_path.iter());
        let mut identities: Vec<String> = schemas
            .map(|s| QualName::new(s.clone(), object.name.name.clone()).to_string())
            .collect();
        identities.push(object.name.name.to_string());
        let found = identities.iter().find_map(|i| {
            self.catalog().others.get(&OtherKey {
                kind,
                identity: i.as_str().into(),
            })
        });
        let relations = found.map(|f| f.relations.clone()).unwrap_or_default();
        for relation in relations {
            self.lock(&relation, mode, "the object is about it", object.name.range);
        }
    }

    /// Drops relations and, with CASCADE, what depends on them.
    pub(super) fn drop_relations(
        &mut self,
        names: Vec<QualName>,
        why: &str,
        cascade: bool,
        range: TextRange,
    ) {
        let mut todo: Vec<(QualName, String)> =
            names.into_iter().rev().map(|n| (n, why.to_owned())).collect();
        let mut seen = BTreeSet::new();
        while let Some((name, why)) = todo.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            self.lock(&name, LockMode::AccessExclusive, &why, range);
            let Some(relation) = self.catalog().relation(&name).cloned() else {
                continue;
            };
            self.release_from_others(&name, &relation, range);
            for sequence in self.owned_sequences(&name, None) {
                todo.push((sequence, format!("a column of {name} owns it")));
            }
            if relation.kind == RelationKind::PartitionedTable || cascade {
                for child in self.catalog().children_of(&name) {
                    todo.push((child.clone(), format!("it descends from {name}")));
                }
            }
            if cascade {
                for view in self.catalog().views_of(&name) {
                    todo.push((view.clone(), format!("it reads {name}")));
                }
                self.cascade_without_drop(&name, &relation, range);
            }
        }
    }

    /// As [`Self::drop_relations`] with CASCADE, for one relation.
    pub(super) fn drop_relation_cascade(&mut self, name: &QualName, why: &str, range: TextRange) {
        self.drop_relations(vec![name.clone()], why, true, range);
    }

    /// The tables that a dropped one references, and the partitioned table that it is a part of.
    fn release_from_others(&mut self, name: &QualName, relation: &Relation, range: TextRange) {
        for constraint in relation.constraints.values() {
            if let ConstraintKind::ForeignKey(key) = &constraint.kind {
                for member in self.family_of_partitions(&key.references.clone()) {
                    self.lock(
                        &member,
                        LockMode::AccessExclusive,
                        "a foreign key to it goes, with its triggers",
                        range,
                    );
                }
            }
        }
        if let Some(parent) = self.partition_parent(name) {
            self.lock(
                &parent,
                LockMode::AccessExclusive,
                "a partition of it is dropped",
                range,
            );
            if let Some(default) = self.default_partition(&parent) {
                self.lock(&default, LockMode::AccessExclusive, "its bound changes", range);
            }
        }
    }

    /// What loses something but stays: tables with foreign keys to it, tables whose defaults draw from a sequence.
    fn cascade_without_drop(&mut self, name: &QualName, relation: &Relation, range: TextRange) {
        for child in self.referencing(name) {
            for member in self.family_of_partitions(&child) {
                self.lock(
                    &member,
                    LockMode::AccessExclusive,
                    "its foreign key goes too",
                    range,
                );
            }
            self.lock_whole_referenced(name, range);
        }
        if relation.kind == RelationKind::Sequence {
            for table in self.drawing_from(name) {
                self.lock(
                    &table,
                    LockMode::AccessExclusive,
                    "a default draws from the sequence",
                    range,
                );
            }
        }
    }

    /// A foreign key to a partitioned table has triggers on all its parts, which go with the key; before 15 only on
    /// those with rows.
    fn lock_whole_referenced(&mut self, part: &QualName, range: TextRange) {
        let Some(root) = self.partition_ancestors(part).pop() else {
            return;
        };
        for member in self.family(&root, false) {
            if !self.version.at_least(15) && !self.has_heap(&member) {
                continue;
            }
            self.lock(
                &member,
                LockMode::AccessExclusive,
                "a foreign key to it goes, with its triggers",
                range,
            );
        }
    }

    /// Tables with a default that draws from a sequence.
    fn drawing_from(&self, sequence: &QualName) -> Vec<QualName> {
        let draws = |expr: &Expr| {
            sequence_calls(&expr.text).into_iter().any(|call| match call {
                SequenceCall::Named(schema, name) => {
                    let wanted = ObjectRef {
                        schema,
                        name,
                        range: TextRange::default(),
                    };
                    matches!(self.resolve(&wanted), Resolved::Relation(found, _) if found == *sequence)
                }
                _ => false,
            })
        };
        let uses = |r: &Relation| r.columns.iter().any(|c| c.default.as_ref().is_some_and(draws));
        self.catalog()
            .relations
            .iter()
            .filter(|(_, r)| uses(r))
            .map(|(n, _)| n.clone())
            .collect()
    }

    fn drop_index(&mut self, drop: &Drop, name: &ObjectRef) {
        let range = name.range;
        let table_mode = if drop.concurrently {
            LockMode::ShareUpdateExclusive
        } else {
            LockMode::AccessExclusive
        };
        match self.resolve(name) {
            Resolved::Index(index, table) => {
                self.lock(&index, LockMode::AccessExclusive, "it is dropped", range);
                for member in self.family_of_partitions(&table) {
                    self.lock(&member, table_mode, "an index of it is dropped", range);
                }
            }
            Resolved::Missing(index) if !(drop.if_exists && self.has_history()) => {
                self.missing(&index, name);
                self.lock(&index, LockMode::AccessExclusive, "it is dropped", range);
            }
            Resolved::Missing(_) => self.effect.waits_for_older_snapshots = false,
            Resolved::Relation(..) | Resolved::System => {}
        }
    }

    fn drop_trigger(&mut self, drop: &Drop, object: &ObjectName) {
        let Some(on) = &object.on else { return };
        let Some((table, relation)) = self.relation_if(on, drop.if_exists) else {
            return;
        };
        let trigger = relation.as_ref().and_then(|r| r.triggers.get(&object.name.name));
        if relation.is_some() && trigger.is_none() && drop.if_exists {
            return;
        }
        let cloned = trigger.is_some_and(|t| t.for_each_row);
        for member in self.family(&table, !(cloned && self.is_partitioned(&table))) {
            self.lock(
                &member,
                LockMode::AccessExclusive,
                "a trigger of it is dropped",
                object.name.range,
            );
        }
    }

    fn drop_of_table(&mut self, drop: &Drop, object: &ObjectName) {
        let Some(on) = &object.on else { return };
        let Some((table, relation)) = self.relation_if(on, drop.if_exists) else {
            return;
        };
        let name = &object.name.name;
        let there = relation.is_none_or(|r| match drop.kind {
            ObjectKind::Policy => r.policies.contains_key(name),
            _ => r.rules.contains_key(name),
        });
        if there || !drop.if_exists {
            self.lock(
                &table,
                LockMode::AccessExclusive,
                "a policy or rule of it is dropped",
                object.name.range,
            );
        }
    }

    fn drop_schema(&mut self, schema: &Name, cascade: bool, range: TextRange) {
        if !cascade {
            return;
        }
        if !self.catalog().schemas.contains_key(schema) && !self.has_history() {
            self.unknown(format!("what schema {schema} holds isn't in the files"), range);
        }
        let inside: Vec<QualName> = self
            .catalog()
            .relations
            .keys()
            .filter(|n| n.schema == *schema)
            .cloned()
            .collect();
        self.drop_relations(inside, "its schema is dropped", true, range);
        let types: Vec<QualName> = self
            .catalog()
            .types
            .keys()
            .filter(|n| n.schema == *schema)
            .cloned()
            .collect();
        for ty in types {
            self.drop_type(
                &ObjectRef {
                    schema: Some(ty.schema),
                    name: ty.name,
                    range,
                },
                range,
            );
        }
        let functions: BTreeSet<QualName> = self
            .catalog()
            .functions
            .keys()
            .map(|k| k.name.clone())
            .filter(|n| n.schema == *schema)
            .collect();
        for function in functions {
            self.drop_function(
                &ObjectRef {
                    schema: Some(function.schema),
                    name: function.name,
                    range,
                },
                range,
            );
        }
    }

    /// Columns of a type go with it.
    fn drop_type(&mut self, ty: &ObjectRef, range: TextRange) {
        let written = SqlType {
            schema: ty.schema.clone(),
            name: ty.name.clone(),
            modifiers: None,
            array: false,
        };
        let Some(start) = self.find_type_name(&written) else {
            return;
        };
        let mut todo = vec![start];
        let mut seen = BTreeSet::new();
        while let Some(ty) = todo.pop() {
            if !seen.insert(ty.clone()) {
                continue;
            }
            for (table, columns) in self.columns_of_type(&ty) {
                self.lock(
                    &table,
                    LockMode::AccessExclusive,
                    "columns of that type are dropped",
                    range,
                );
                for column in columns {
                    self.drop_column_of(&table, &column, DropBehavior::Cascade, range);
                }
            }
            let over = self.catalog().types.iter().filter(|(_, def)| match &def.kind {
                TypeKind::Domain(domain) => self.find_type_name(&domain.base).as_ref() == Some(&ty),
                _ => false,
            });
            todo.extend(over.map(|(name, _)| name.clone()));
        }
    }

    /// Tables with columns of a user's type, arrays of it included.
    pub(super) fn columns_of_type(&self, ty: &QualName) -> Vec<(QualName, Vec<Name>)> {
        let mut all = Vec::new();
        for (name, relation) in self.catalog().relations.iter() {
            let is_it =
                |t: &SqlType| t.name == ty.name && self.find_type_name(&t.base()).as_ref() == Some(ty);
            let columns: Vec<Name> = relation
                .columns
                .iter()
                .filter(|c| c.ty.as_ref().is_some_and(is_it))
                .map(|c| c.name.clone())
                .collect();
            let is_table = matches!(
                relation.kind,
                RelationKind::Table | RelationKind::PartitionedTable | RelationKind::MaterializedView
            );
            if !columns.is_empty() && is_table {
                all.push((name.clone(), columns));
            }
        }
        all
    }

    /// Triggers, defaults, checks, policies, indexes and views that call a function go with it.
    fn drop_function(&mut self, function: &ObjectRef, range: TextRange) {
        let wanted = &function.name;
        let calls = |e: &Expr| e.facts.functions.iter().any(|f| f.name == *wanted);
        let mut views = Vec::new();
        let relations: Vec<(QualName, std::sync::Arc<Relation>)> = self
            .catalog()
            .relations
            .iter()
            .map(|(n, r)| (n.clone(), r.clone()))
            .collect();
        for (name, r) in relations {
            let in_columns = r.columns.iter().any(|c| {
                c.default.as_ref().is_some_and(calls) || c.generated.as_ref().is_some_and(|g| calls(&g.expr))
            });
            let in_constraints = r
                .constraints
                .values()
                .any(|c| matches!(&c.kind, ConstraintKind::Check { expr } if calls(expr)));
            let in_triggers = r.triggers.values().any(|t| t.function.name == *wanted);
            let in_policies = r
                .policies
                .values()
                .any(|p| p.using.as_ref().is_some_and(calls) || p.check.as_ref().is_some_and(calls));
            let in_indexes = r
                .indexes
                .values()
                .any(|i| i.keys.iter().any(|k| calls(&k.expr)) || i.predicate.as_ref().is_some_and(calls));
            if in_columns || in_constraints || in_triggers || in_policies || in_indexes {
                self.lock(
                    &name,
                    LockMode::AccessExclusive,
                    "something of it calls the function",
                    range,
                );
            }
            if r.view
                .as_ref()
                .is_some_and(|v| may_name(&v.query, wanted) && !v.query.contains('*'))
            {
                views.push(name);
            }
        }
        self.drop_relations(views, "its query calls the function", true, range);
    }
}
