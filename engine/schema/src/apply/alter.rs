//! ALTER TABLE and its likes: commands in PostgreSQL's order of passes (tablecmds.c, `AlterTablePass`).

use super::dependents::Target;
use super::index::{Reach, storage};
use super::inherit::is_passed_on;
use super::{Done, Fold, Note, NoteKind, missing, refused, written};
use crate::catalog::{Persistence, QualName, RelationKind, TriggerEnabled};
use crate::change::{
    AlterAction, AlterRelation, ConstraintDef, ConstraintDefKind, DropBehavior, Ident, RelationWord,
    StorageOption,
};

/// The passes, in order. A command that is later in the text may come earlier in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pass {
    Drop,
    AlterType,
    AddColumn,
    SetExpression,
    ColumnAttributes,
    AddIndex,
    AddConstraint,
    Misc,
}

/// A command, or a constraint that came with a new column.
enum Work<'c> {
    Command(&'c AlterAction),
    Constraint(&'c ConstraintDef),
}

impl Fold<'_> {
    pub(super) fn alter_relation(&mut self, change: &AlterRelation) -> Done {
        if let Some(relation) = self.state.resolve_relation(&change.name) {
            self.check_word(change.word, &relation)?;
            return self.alter_commands(&relation, change);
        }
        // ALTER TABLE may name an index as well.
        if let Some((table, index)) = self.state.resolve_index(&change.name) {
            for command in &change.commands {
                self.alter_index(&table, &index, &command.action)?;
            }
            return Ok(());
        }
        if change.if_exists {
            Ok(())
        } else {
            Err(missing(written(&change.name)))
        }
    }

    /// ALTER TABLE takes anything; the other words only what they say.
    fn check_word(&self, word: RelationWord, relation: &QualName) -> Done {
        let kind = self.relation(relation).kind;
        let fits = match word {
            RelationWord::Table => true,
            RelationWord::Index => false,
            RelationWord::View => kind == RelationKind::View,
            RelationWord::MaterializedView => kind == RelationKind::MaterializedView,
            RelationWord::Sequence => kind == RelationKind::Sequence,
            RelationWord::ForeignTable => kind == RelationKind::ForeignTable,
        };
        if fits {
            Ok(())
        } else {
            Err(refused(relation.to_string()))
        }
    }

    fn alter_commands(&mut self, table: &QualName, change: &AlterRelation) -> Done {
        let mut work: Vec<(Pass, Work<'_>)> = Vec::new();
        for command in &change.commands {
            if let AlterAction::AddColumn {
                column,
                if_not_exists,
            } = &command.action
            {
                if *if_not_exists && self.relation(table).column(&column.name.name).is_some() {
                    continue;
                }
                work.extend(
                    column
                        .constraints
                        .iter()
                        .map(|c| (pass_of_constraint(c), Work::Constraint(c))),
                );
            }
            work.push((pass(&command.action), Work::Command(&command.action)));
        }
        work.sort_by_key(|(pass, _)| *pass);
        self.merge_new_keys(table, change)?;
        for (_, work) in work {
            match work {
                Work::Command(action) => self.alter_command(table, action, change.only)?,
                Work::Constraint(def) => self.add_constraint(table, def, reach(change.only))?,
            }
        }
        Ok(())
    }

    /// Two equal keys in one statement make one index; then the second definition must not be carried out. PostgreSQL
    /// merges them while it reads the statement, so that a second primary key is refused before anything is done.
    fn merge_new_keys(&mut self, table: &QualName, change: &AlterRelation) -> Done {
        let primary = change.commands.iter().filter(|c| match &c.action {
            AlterAction::AddConstraint(def) => matches!(def.kind, ConstraintDefKind::PrimaryKey(_)),
            AlterAction::AddColumn { column, .. } => column
                .constraints
                .iter()
                .any(|d| matches!(d.kind, ConstraintDefKind::PrimaryKey(_))),
            _ => false,
        });
        if primary.count() > 1 {
            Err(refused(table.to_string()))
        } else {
            Ok(())
        }
    }

    fn alter_command(&mut self, table: &QualName, action: &AlterAction, only: bool) -> Done {
        if !takes(self.relation(table).kind, action) {
            return Err(refused(table.to_string()));
        }
        if only && self.needs_children(table, action) {
            return Err(refused(table.to_string()));
        }
        match action {
            AlterAction::AddColumn { column, .. } => self.add_column(table, column, only),
            AlterAction::DropColumn {
                column,
                if_exists,
                behavior,
            } => {
                if *if_exists && self.relation(table).column(&column.name).is_none() {
                    return Ok(());
                }
                self.drop_column(table, column, only, *behavior)
            }
            AlterAction::AddConstraint(def) => self.add_constraint(table, def, reach(only)),
            AlterAction::AlterConstraint {
                constraint,
                deferrable,
                enforced,
                inherit,
            } => self.alter_constraint(table, constraint, *deferrable, *enforced, *inherit),
            AlterAction::ValidateConstraint(name) => self.validate_constraint(table, name),
            AlterAction::DropConstraint {
                constraint,
                if_exists,
                behavior,
            } => self.drop_constraint(table, constraint, *if_exists, *behavior, only),
            AlterAction::SetTrigger { trigger, state } => {
                self.set_trigger(table, trigger.as_ref(), *state, only)
            }
            AlterAction::SetRule { rule, state } => self.set_rule(table, rule, *state),
            AlterAction::Inherit(parent) => self.inherit(table, parent),
            AlterAction::NoInherit(parent) => self.no_inherit(table, parent),
            AlterAction::AttachPartition { partition, bound } => {
                self.attach_partition(table, partition, bound.clone())
            }
            AlterAction::DetachPartition { partition, .. } => self.detach_partition(table, partition),
            AlterAction::ClusterOn(_) if self.relation(table).kind == RelationKind::PartitionedTable => {
                Err(refused(table.to_string()))
            }
            AlterAction::ClusterOn(index) => self.cluster_on(table, Some(index)),
            AlterAction::SetWithoutCluster => self.cluster_on(table, None),
            AlterAction::ReplicaIdentity(identity) => self.set_replica_identity(table, identity),
            AlterAction::OfType(ty) => {
                let ty = self.need_type(ty)?;
                self.edit(table, |r| r.of_type = Some(ty))
            }
            AlterAction::NotOf => self.edit(table, |r| r.of_type = None),
            AlterAction::OwnerTo(owner) => self.set_relation_owner(table, owner),
            AlterAction::SetPersistence(persistence) => self.set_persistence(table, *persistence),
            AlterAction::Unknown(what) => {
                self.note(NoteKind::Unknown, what.clone());
                Ok(())
            }
            _ => match self.alter_storage(table, action) {
                Some(done) => done,
                None => self.change_column(table, action, only),
            },
        }
    }

    /// Whether a command can't leave out the children that there are.
    fn needs_children(&self, table: &QualName, action: &AlterAction) -> bool {
        if self.catalog().children_of(table).is_empty() {
            return false;
        }
        let partitioned = self.relation(table).kind == RelationKind::PartitionedTable;
        match action {
            AlterAction::AddColumn { .. } => true,
            AlterAction::DropColumn { .. } => partitioned,
            AlterAction::DropConstraint { constraint, .. } => {
                let relation = self.relation(table);
                partitioned
                    && relation
                        .constraints
                        .get(&constraint.name)
                        .is_some_and(|c| is_passed_on(c))
            }
            _ => false,
        }
    }

    /// Properties of the table itself; `None` for other commands.
    fn alter_storage(&mut self, table: &QualName, action: &AlterAction) -> Option<Done> {
        Some(match action {
            AlterAction::SetRowSecurity { enabled, forced } => self.edit(table, |r| {
                r.row_security.enabled = enabled.unwrap_or(r.row_security.enabled);
                r.row_security.forced = forced.unwrap_or(r.row_security.forced);
            }),
            AlterAction::SetAccessMethod(method) => {
                let method = method
                    .as_ref()
                    .map(|m| m.name.clone())
                    .filter(|m| m.as_str() != "heap");
                self.edit(table, |r| r.access_method = method)
            }
            AlterAction::SetTablespace(tablespace) => {
                self.edit(table, |r| r.tablespace = named_tablespace(tablespace))
            }
            AlterAction::SetOptions(options) => self.edit(table, |r| r.options.extend(storage(options))),
            AlterAction::ResetOptions(options) => self.edit(table, |r| {
                options.iter().for_each(|o| drop(r.options.remove(&o.name)));
            }),
            _ => return None,
        })
    }

    fn edit(&mut self, table: &QualName, change: impl FnOnce(&mut crate::catalog::Relation)) -> Done {
        if let Some(relation) = self.catalog_mut().relation_mut(table) {
            change(relation);
        }
        Ok(())
    }

    /// OWNER TO reaches the sequences that belong to the table.
    pub(super) fn set_relation_owner(&mut self, table: &QualName, owner: &Ident) -> Done {
        for relation in std::iter::once(table.clone()).chain(self.catalog().sequences_of(table).to_vec()) {
            self.edit(&relation, |r| r.owner = Some(owner.name.clone()))?;
        }
        Ok(())
    }

    /// SET LOGGED and UNLOGGED reach them too (15+).
    fn set_persistence(&mut self, table: &QualName, persistence: Persistence) -> Done {
        if self.relation(table).persistence == Persistence::Temporary {
            return Err(refused(table.to_string()));
        }
        for relation in std::iter::once(table.clone()).chain(self.catalog().sequences_of(table).to_vec()) {
            self.edit(&relation, |r| r.persistence = persistence)?;
        }
        Ok(())
    }

    fn alter_index(&mut self, table: &QualName, index: &QualName, action: &AlterAction) -> Done {
        if let AlterAction::AttachPartition { partition, .. } = action {
            return self.attach_partition_index(index, partition);
        }
        let Some(own) = self.catalog_mut().index_mut(index) else {
            return Err(missing(index.to_string()));
        };
        match action {
            AlterAction::SetOptions(options) => own.options.extend(storage(options)),
            AlterAction::ResetOptions(options) => {
                options
                    .iter()
                    .for_each(|o: &StorageOption| drop(own.options.remove(&o.name)));
            }
            AlterAction::SetTablespace(tablespace) => own.tablespace = named_tablespace(tablespace),
            AlterAction::SetStatistics(_) | AlterAction::OwnerTo(_) | AlterAction::Unknown(_) => {}
            _ => return Err(refused(table.to_string())),
        }
        Ok(())
    }

    fn drop_constraint(
        &mut self,
        table: &QualName,
        name: &Ident,
        if_exists: bool,
        behavior: DropBehavior,
        only: bool,
    ) -> Done {
        let relation = self.relation(table);
        let Some(constraint) = relation.constraints.get(&name.name) else {
            return if if_exists {
                Ok(())
            } else {
                Err(missing(name.name.to_string()))
            };
        };
        if constraint.inherited {
            return Err(refused(name.name.to_string()));
        }
        let mut targets = vec![Target::Constraint(table.clone(), name.name.clone())];
        if is_passed_on(constraint) {
            targets.extend(self.inherited_checks_below(table, &name.name, only));
        }
        self.drop_targets(targets, behavior)
    }

    /// The checks of children that go with their parent's; where ONLY is said they become the children's own.
    fn inherited_checks_below(
        &mut self,
        table: &QualName,
        name: &confiture_syntax::Name,
        only: bool,
    ) -> Vec<Target> {
        let mut targets = Vec::new();
        for child in self.catalog().family(table).into_iter().skip(1) {
            let inherited = self
                .relation(&child)
                .constraints
                .get(name)
                .is_some_and(|c| c.inherited);
            if inherited && only {
                self.make_own_constraint(&child, name);
            } else if inherited {
                targets.push(Target::Constraint(child, name.clone()));
            }
        }
        targets
    }

    /// ENABLE and DISABLE TRIGGER; one on a partitioned table acts on its clones too.
    fn set_trigger(
        &mut self,
        table: &QualName,
        name: Option<&Ident>,
        state: TriggerEnabled,
        only: bool,
    ) -> Done {
        if let Some(name) = name
            && !self.relation(table).triggers.contains_key(&name.name)
        {
            return Err(missing(name.name.to_string()));
        }
        let partitioned = self.relation(table).kind == RelationKind::PartitionedTable;
        for relation in self.reached(table, only || !partitioned) {
            let names: Vec<_> = match name {
                Some(name) => vec![name.name.clone()],
                None => self.relation(&relation).triggers.keys().cloned().collect(),
            };
            for name in names {
                let relation = self.catalog_mut().relation_mut(&relation);
                if let Some(trigger) = relation.and_then(|r| r.triggers.get_mut(&name)) {
                    std::sync::Arc::make_mut(trigger).enabled = state;
                }
            }
        }
        Ok(())
    }

    fn set_rule(&mut self, table: &QualName, name: &Ident, state: TriggerEnabled) -> Result<(), Note> {
        let relation = self.catalog_mut().relation_mut(table);
        match relation.and_then(|r| r.rules.get_mut(&name.name)) {
            Some(rule) => {
                std::sync::Arc::make_mut(rule).enabled = state;
                Ok(())
            }
            None => Err(missing(name.name.to_string())),
        }
    }
}

/// Whether a relation of that kind takes a command (tablecmds.c, `ATSimplePermissions`).
fn takes(kind: RelationKind, action: &AlterAction) -> bool {
    match kind {
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable => true,
        RelationKind::View => matches!(
            action,
            AlterAction::SetDefault { .. }
                | AlterAction::DropDefault(_)
                | AlterAction::SetOptions(_)
                | AlterAction::ResetOptions(_)
                | AlterAction::OwnerTo(_)
                | AlterAction::SetTrigger { .. }
                | AlterAction::SetRule { .. }
                | AlterAction::Unknown(_)
        ),
        RelationKind::MaterializedView => matches!(
            action,
            AlterAction::ClusterOn(_)
                | AlterAction::SetWithoutCluster
                | AlterAction::SetAccessMethod(_)
                | AlterAction::SetTablespace(_)
                | AlterAction::SetOptions(_)
                | AlterAction::ResetOptions(_)
                | AlterAction::SetStatistics(_)
                | AlterAction::SetColumnOptions(_)
                | AlterAction::SetStorage(_)
                | AlterAction::SetCompression(_)
                | AlterAction::OwnerTo(_)
                | AlterAction::Unknown(_)
        ),
        RelationKind::Sequence => matches!(
            action,
            AlterAction::OwnerTo(_) | AlterAction::SetPersistence(_) | AlterAction::Unknown(_)
        ),
    }
}

/// `pg_default` is where everything is anyway.
fn named_tablespace(tablespace: &Ident) -> Option<confiture_syntax::Name> {
    Some(tablespace.name.clone()).filter(|t| t.as_str() != "pg_default")
}

const fn reach(only: bool) -> Reach {
    if only { Reach::Only } else { Reach::Family }
}

fn pass(action: &AlterAction) -> Pass {
    match action {
        AlterAction::DropColumn { .. }
        | AlterAction::DropConstraint { .. }
        | AlterAction::DropIdentity { .. }
        | AlterAction::DropNotNull(_)
        | AlterAction::DropDefault(_)
        | AlterAction::DropExpression { .. } => Pass::Drop,
        AlterAction::AlterType { .. } => Pass::AlterType,
        AlterAction::AddColumn { .. } => Pass::AddColumn,
        AlterAction::SetExpression { .. } => Pass::SetExpression,
        AlterAction::SetNotNull(_) | AlterAction::SetIdentity { .. } => Pass::ColumnAttributes,
        AlterAction::AddConstraint(def) => pass_of_constraint(def),
        AlterAction::SetDefault { .. } | AlterAction::AddIdentity { .. } => Pass::AddConstraint,
        _ => Pass::Misc,
    }
}

fn pass_of_constraint(def: &ConstraintDef) -> Pass {
    match def.kind {
        ConstraintDefKind::PrimaryKey(_) | ConstraintDefKind::Unique(_) | ConstraintDefKind::Exclude(_) => {
            Pass::AddIndex
        }
        ConstraintDefKind::NotNull(_) => Pass::ColumnAttributes,
        ConstraintDefKind::Check(_) | ConstraintDefKind::ForeignKey(_) => Pass::AddConstraint,
    }
}
