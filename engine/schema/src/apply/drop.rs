//! DROP: what is named, what goes with it, and what must be told to.

use std::collections::BTreeSet;
use std::sync::Arc;

use confiture_syntax::Name;

use super::dependents::Target;
use super::{Done, Fold, Note, missing, refused, written};
use crate::catalog::{
    ConstraintKind, FunctionKey, FunctionKind, QualName, RelationKind, ReplicaIdentity, TypeKind,
};
use crate::change::{Drop, DropBehavior, ObjectKind, ObjectName};

impl Fold<'_> {
    pub(super) fn drop(&mut self, change: &Drop) -> Done {
        let mut targets = Vec::new();
        for object in &change.objects {
            match self.drop_target(change.kind, object) {
                Ok(target) => targets.extend(target),
                Err(note) if change.if_exists && note.kind == super::NoteKind::Missing => {}
                Err(note) => return Err(note),
            }
        }
        self.drop_targets(targets, change.behavior)
    }

    /// The thing that DROP names; nothing for kinds that the catalog doesn't keep.
    fn drop_target(&mut self, kind: ObjectKind, object: &ObjectName) -> Result<Option<Target>, Note> {
        let absent = || missing(written(&object.name));
        let name = &object.name.name;
        Ok(Some(match kind {
            ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence => self.relation_target(kind, object)?,
            ObjectKind::Index => self.index_target(object)?,
            ObjectKind::Schema => {
                self.catalog().schemas.get(name).ok_or_else(absent)?;
                Target::Schema(name.clone())
            }
            ObjectKind::Type | ObjectKind::Domain => {
                let ty = self.need_type(&object.name)?;
                let domain = matches!(
                    self.catalog().types.get(&ty).map(|t| &t.kind),
                    Some(TypeKind::Domain(_))
                );
                if kind == ObjectKind::Domain && !domain {
                    return Err(refused(written(&object.name)));
                }
                Target::Type(ty)
            }
            ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine | ObjectKind::Aggregate => {
                Target::Function(self.need_function(kind, object)?)
            }
            ObjectKind::Extension => {
                self.catalog().extensions.get(name).ok_or_else(absent)?;
                Target::Extension(name.clone())
            }
            ObjectKind::Trigger => {
                let table = self.part_of(object)?;
                let relation = self.relation(&table);
                let trigger = relation.triggers.get(name).ok_or_else(absent)?;
                if trigger.inherited {
                    return Err(refused(name.to_string()));
                }
                Target::Trigger(table, name.clone())
            }
            ObjectKind::Policy => {
                let table = self.part_of(object)?;
                self.relation(&table).policies.get(name).ok_or_else(absent)?;
                Target::Policy(table, name.clone())
            }
            ObjectKind::Rule => {
                let table = self.part_of(object)?;
                self.relation(&table).rules.get(name).ok_or_else(absent)?;
                Target::Rule(table, name.clone())
            }
            ObjectKind::Other(kind) => match self.find_other(kind, object) {
                Some(key) => Target::Other(key),
                None if super::object::is_global(kind) => return Ok(None),
                None => return Err(absent()),
            },
            // No DROP names these.
            ObjectKind::Constraint
            | ObjectKind::DomainConstraint
            | ObjectKind::Column
            | ObjectKind::Attribute
            | ObjectKind::Unkept => return Ok(None),
        }))
    }

    /// The relation that a trigger, policy or rule is on.
    pub(super) fn part_of(&self, object: &ObjectName) -> Result<QualName, Note> {
        match &object.on {
            Some(on) => self.need_relation(on),
            None => Err(missing(written(&object.name))),
        }
    }

    fn relation_target(&self, kind: ObjectKind, object: &ObjectName) -> Result<Target, Note> {
        let name = self.need_relation(&object.name)?;
        let relation = self.relation(&name);
        let fits = match kind {
            ObjectKind::Table => matches!(
                relation.kind,
                RelationKind::Table | RelationKind::PartitionedTable
            ),
            ObjectKind::ForeignTable => relation.kind == RelationKind::ForeignTable,
            ObjectKind::View => relation.kind == RelationKind::View,
            ObjectKind::MaterializedView => relation.kind == RelationKind::MaterializedView,
            _ => relation.kind == RelationKind::Sequence,
        };
        let serves_identity = relation.sequence.as_ref().is_some_and(|s| s.identity);
        if fits && !serves_identity {
            Ok(Target::Relation(name))
        } else {
            Err(refused(written(&object.name)))
        }
    }

    fn index_target(&self, object: &ObjectName) -> Result<Target, Note> {
        let (table, index) = self
            .state
            .resolve_index(&object.name)
            .ok_or_else(|| missing(written(&object.name)))?;
        let relation = self.relation(&table);
        // A constraint's index goes with the constraint, a partition's with its parent's.
        let bound = relation
            .indexes
            .get(&index.name)
            .is_some_and(|i| i.constraint || i.parent.is_some());
        if bound {
            Err(refused(written(&object.name)))
        } else {
            Ok(Target::Index(table, index.name))
        }
    }

    /// The function of that kind and signature.
    pub(super) fn need_function(&self, kind: ObjectKind, object: &ObjectName) -> Result<FunctionKey, Note> {
        let fits = |key: &FunctionKey| {
            let actual = self.catalog().functions.get(key).map(|f| f.kind);
            match kind {
                ObjectKind::Function => matches!(actual, Some(FunctionKind::Function | FunctionKind::Window)),
                ObjectKind::Procedure => actual == Some(FunctionKind::Procedure),
                ObjectKind::Aggregate => actual == Some(FunctionKind::Aggregate),
                _ => actual.is_some(),
            }
        };
        let found = match &object.arguments {
            Some(arguments) => self
                .state
                .resolve_function(&object.name, Some(arguments))
                .filter(fits),
            None => {
                let mut all = self.state.functions_named(&object.name);
                all.retain(fits);
                if all.len() > 1 {
                    return Err(refused(written(&object.name)));
                }
                all.pop()
            }
        };
        found.ok_or_else(|| missing(written(&object.name)))
    }

    /// Drops things with what goes with them. Where something else depends on them, CASCADE drops that too, and without it nothing happens.
    pub(super) fn drop_targets(&mut self, targets: Vec<Target>, behavior: DropBehavior) -> Done {
        let mut doomed: BTreeSet<Target> = BTreeSet::new();
        let mut order: Vec<Target> = Vec::new();
        let mut asked: Vec<Target> = Vec::new();
        let mut work = targets;
        while let Some(target) = work.pop() {
            if !doomed.insert(target.clone()) {
                continue;
            }
            let dependents = self.dependents(&target, behavior);
            work.extend(dependents.automatic);
            match behavior {
                DropBehavior::Cascade => work.extend(dependents.normal),
                DropBehavior::Restrict => asked.extend(dependents.normal),
            }
            order.push(target);
        }
        if let Some(left) = asked.iter().find(|t| !is_doomed(t, &doomed)) {
            return Err(refused(describe(left)));
        }
        for target in order {
            self.remove(&target);
        }
        Ok(())
    }

    /// Takes one thing out of the catalog.
    fn remove(&mut self, target: &Target) {
        match target {
            Target::Schema(schema) => {
                self.catalog_mut().schemas.remove_mut(schema);
            }
            Target::Relation(name) => self.remove_relation(name),
            Target::Column(table, column) => self.remove_column(table, column),
            Target::Default(table, column) => {
                if let Some(column) = self.catalog_mut().column_mut(table, column) {
                    column.default = None;
                }
            }
            Target::Constraint(table, name) => self.remove_constraint(table, name),
            Target::Index(table, name) => self.remove_index(table, name),
            Target::Trigger(table, name) => {
                if let Some(relation) = self.catalog_mut().relation_mut(table) {
                    relation.triggers.remove_mut(name);
                }
            }
            Target::Policy(table, name) => {
                if let Some(relation) = self.catalog_mut().relation_mut(table) {
                    relation.policies.remove_mut(name);
                }
            }
            Target::Rule(table, name) => {
                if let Some(relation) = self.catalog_mut().relation_mut(table) {
                    relation.rules.remove_mut(name);
                }
            }
            Target::Type(name) => {
                self.catalog_mut().take_type(name);
            }
            Target::Function(key) => {
                self.catalog_mut().functions.remove_mut(key);
            }
            Target::Extension(name) => {
                self.catalog_mut().extensions.remove_mut(name);
            }
            Target::Other(key) => {
                self.catalog_mut().others.remove_mut(key);
            }
        }
    }

    fn remove_relation(&mut self, name: &QualName) {
        let Some(relation) = self.catalog_mut().take_relation(name) else {
            return;
        };
        self.mark_renamed(name, None);
        for index in relation.indexes.keys() {
            self.mark_renamed(&QualName::new(name.schema.clone(), index.clone()), None);
        }
        let published: Vec<_> = self
            .catalog()
            .others
            .iter()
            .filter(|(_, o)| o.relations.contains(name))
            .map(|(k, _)| k.clone())
            .collect();
        for key in published {
            if let Some(other) = self.catalog_mut().others.get_mut(&key) {
                Arc::make_mut(other).relations.retain(|r| r != name);
            }
        }
    }

    fn remove_constraint(&mut self, table: &QualName, name: &Name) {
        let Some(constraint) = self.catalog_mut().remove_constraint(table, name) else {
            return;
        };
        let indexed = !matches!(
            constraint.kind,
            ConstraintKind::Check { .. } | ConstraintKind::ForeignKey(_) | ConstraintKind::NotNull { .. }
        );
        if indexed {
            self.remove_index(table, name);
        }
    }

    fn remove_index(&mut self, table: &QualName, name: &Name) {
        if self.catalog_mut().remove_index(table, name).is_none() {
            return;
        }
        self.mark_renamed(&QualName::new(table.schema.clone(), name.clone()), None);
        if let Some(relation) = self.catalog_mut().relation_mut(table)
            && relation.replica_identity == ReplicaIdentity::Index(name.clone())
        {
            relation.replica_identity = ReplicaIdentity::Default;
        }
    }
}

/// Whether something goes anyway: by itself, or with its table or column.
fn is_doomed(target: &Target, doomed: &BTreeSet<Target>) -> bool {
    if doomed.contains(target) {
        return true;
    }
    let with_table = target
        .table()
        .is_some_and(|table| doomed.contains(&Target::Relation(table.clone())));
    let with_column = match target {
        Target::Default(table, column) => doomed.contains(&Target::Column(table.clone(), column.clone())),
        _ => false,
    };
    with_table || with_column
}

fn describe(target: &Target) -> String {
    match target {
        Target::Schema(name) | Target::Extension(name) => name.to_string(),
        Target::Relation(name) | Target::Type(name) => name.to_string(),
        Target::Column(table, part)
        | Target::Default(table, part)
        | Target::Constraint(table, part)
        | Target::Index(table, part)
        | Target::Trigger(table, part)
        | Target::Policy(table, part)
        | Target::Rule(table, part) => format!("{table}.{part}"),
        Target::Function(key) => key.to_string(),
        Target::Other(key) => key.identity.to_string(),
    }
}
