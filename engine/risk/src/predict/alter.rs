//! ALTER TABLE and its likes: lock modes, and how commands reach descendants.
//!
//! PostgreSQL takes one lock on the target, the strongest that any command asks for, and the same one on every
//! descendant that a command reaches.

use std::sync::Arc;

use confiture_schema::catalog::{QualName, Relation, RelationKind, ReplicaIdentity};
use confiture_schema::change::{
    AlterAction, AlterCommand, AlterRelation, ConstraintDefKind, DetachMode, RelationWord, StorageOption,
};
use confiture_syntax::{Name, TextRange};

use super::Predictor;
use super::scope::Resolved;
use crate::lock::LockMode;

/// The relation that is altered, and how.
pub(super) struct Target<'a> {
    /// Its name.
    pub(super) name: QualName,
    /// What the files tell of it.
    pub(super) relation: Option<Arc<Relation>>,
    /// ONLY.
    pub(super) only: bool,
    /// The lock that is taken on it and on every descendant that a command reaches.
    pub(super) mode: LockMode,
    /// All commands of the statement: some of them bear upon one another.
    pub(super) commands: &'a [AlterCommand],
}

impl Target<'_> {
    /// Whether it is known to be of that kind.
    pub(super) fn is(&self, kind: RelationKind) -> bool {
        self.relation.as_ref().is_some_and(|r| r.kind == kind)
    }
}

/// Storage parameters that ALTER sets under a lock that lets reads and writes go on (`reloptions.c`).
fn option_mode(option: &StorageOption) -> LockMode {
    let name = option.name.as_str();
    let name = name.rsplit('.').next().unwrap_or(name);
    match name {
        "fillfactor"
        | "toast_tuple_target"
        | "parallel_workers"
        | "vacuum_truncate"
        | "vacuum_index_cleanup"
        | "deduplicate_items"
        | "log_autovacuum_min_duration"
        | "n_distinct"
        | "n_distinct_inherited"
        | "vacuum_max_eager_freeze_failure_rate" => LockMode::ShareUpdateExclusive,
        _ if name.starts_with("autovacuum_") => LockMode::ShareUpdateExclusive,
        _ => LockMode::AccessExclusive,
    }
}

/// The lock that a command asks for on its target (`AlterTableGetLockLevel`).
fn command_mode(action: &AlterAction) -> LockMode {
    match action {
        AlterAction::AddConstraint(c) => match &c.kind {
            ConstraintDefKind::ForeignKey(_) => LockMode::ShareRowExclusive,
            _ => LockMode::AccessExclusive,
        },
        AlterAction::SetTrigger { .. } => LockMode::ShareRowExclusive,
        AlterAction::ValidateConstraint(_)
        | AlterAction::SetStatistics(_)
        | AlterAction::SetColumnOptions(_)
        | AlterAction::ClusterOn(_)
        | AlterAction::SetWithoutCluster
        | AlterAction::AttachPartition { .. } => LockMode::ShareUpdateExclusive,
        AlterAction::DetachPartition {
            mode: DetachMode::Concurrently | DetachMode::Finalize,
            ..
        } => LockMode::ShareUpdateExclusive,
        AlterAction::SetOptions(options) | AlterAction::ResetOptions(options) => options
            .iter()
            .map(option_mode)
            .max()
            .unwrap_or(LockMode::ShareUpdateExclusive),
        _ => LockMode::AccessExclusive,
    }
}

impl Predictor<'_> {
    pub(super) fn alter_relation(&mut self, alter: &AlterRelation) {
        let strongest = alter.commands.iter().max_by_key(|c| command_mode(&c.action));
        let Some(strongest) = strongest else { return };
        let mode = command_mode(&strongest.action);
        if let Resolved::Index(index, table) = self.resolve(&alter.name) {
            self.alter_index(&index, &table, alter, mode);
            return;
        }
        let Some((name, relation)) = self.relation_if(&alter.name, alter.if_exists) else {
            return;
        };
        if alter.word == RelationWord::Index {
            self.lock(&name, mode, &reason(&strongest.action), strongest.range);
            return;
        }
        self.lock(&name, mode, &reason(&strongest.action), strongest.range);
        let target = Target {
            name,
            relation,
            only: alter.only,
            mode,
            commands: &alter.commands,
        };
        for command in &alter.commands {
            self.alter_command(&target, command);
        }
    }

    /// ALTER INDEX, and ALTER TABLE of an index.
    fn alter_index(&mut self, index: &QualName, table: &QualName, alter: &AlterRelation, mode: LockMode) {
        for command in &alter.commands {
            match &command.action {
                AlterAction::AttachPartition { partition, .. } => {
                    self.attach_index(index, table, partition, command.range)
                }
                action => {
                    self.lock(index, mode, &reason(action), command.range);
                    self.move_index(index, table, action, command.range);
                }
            }
        }
    }

    /// An index that goes to another tablespace is copied, block by block.
    fn move_index(&mut self, index: &QualName, table: &QualName, action: &AlterAction, range: TextRange) {
        let AlterAction::SetTablespace(to) = action else {
            return;
        };
        let current = self
            .catalog()
            .index(index)
            .and_then(|(_, i)| i.tablespace.clone());
        if to.name != current.unwrap_or_else(|| Name::new("pg_default")) {
            let cause = crate::effect::Cause::new(
                "its files are copied to another tablespace, block by block",
                range,
            );
            self.effect.index_build(table, cause);
        }
    }

    /// Locks the descendants that a command reaches.
    pub(super) fn reach_descendants(&mut self, target: &Target<'_>, reason: &str, range: TextRange) {
        self.lock_family(&target.name, target.only, target.mode, reason, range);
    }

    fn alter_command(&mut self, target: &Target<'_>, command: &AlterCommand) {
        let range = command.range;
        let why = reason(&command.action);
        match &command.action {
            AlterAction::AddColumn {
                column,
                if_not_exists,
            } => self.add_column(target, column, *if_not_exists, range),
            AlterAction::DropColumn { column, behavior, .. } => {
                self.drop_column(target, column, *behavior, range)
            }
            AlterAction::AlterType {
                column,
                ty,
                collation,
                using,
            } => {
                self.alter_column_type(target, column, ty, collation.as_ref(), using.as_ref(), range);
            }
            AlterAction::SetNotNull(column) => self.set_not_null(target, &column.name, range),
            AlterAction::DropNotNull(column) => self.drop_not_null(target, &column.name, range),
            AlterAction::AddIdentity { .. } => self.partitions_since_17(target, &why, range),
            AlterAction::SetIdentity { column, .. } => {
                self.partitions_since_17(target, &why, range);
                self.lock_column_sequences(target, &column.name, LockMode::ShareRowExclusive, range);
            }
            AlterAction::DropIdentity { column, .. } => {
                self.partitions_since_17(target, &why, range);
                self.drop_identity(target, &column.name, range);
            }
            AlterAction::SetExpression { column, .. } => self.set_expression(target, column, range),
            AlterAction::SetDefault { .. }
            | AlterAction::DropDefault(_)
            | AlterAction::DropExpression { .. }
            | AlterAction::SetStatistics(_)
            | AlterAction::SetStorage(_) => self.reach_descendants(target, &why, range),
            AlterAction::AddConstraint(constraint) => self.add_constraint(target, constraint, range),
            AlterAction::AlterConstraint {
                constraint,
                enforced,
                inherit,
                ..
            } => {
                self.alter_constraint(target, constraint, *enforced, inherit.is_some(), range);
            }
            AlterAction::ValidateConstraint(constraint) => {
                self.validate_constraint(target, constraint, range)
            }
            AlterAction::DropConstraint {
                constraint, behavior, ..
            } => self.drop_constraint(target, &constraint.name, *behavior, range),
            AlterAction::SetTrigger { trigger, .. } => {
                self.set_trigger(target, trigger.as_ref().map(|t| &t.name), range)
            }
            AlterAction::ClusterOn(index) => {
                self.lock_index_of(target, &index.name, LockMode::ShareUpdateExclusive, range)
            }
            AlterAction::ReplicaIdentity(ReplicaIdentity::Index(index)) => {
                self.lock_index_of(target, index, LockMode::Share, range)
            }
            AlterAction::SetPersistence(to) => self.set_persistence(target, *to, range),
            AlterAction::SetAccessMethod(to) => {
                self.set_access_method(target, to.as_ref().map(|i| &i.name), range)
            }
            AlterAction::SetTablespace(to) => self.set_tablespace(target, &to.name, range),
            AlterAction::Inherit(parent) => {
                self.inherit(target, parent, LockMode::ShareUpdateExclusive, range)
            }
            AlterAction::NoInherit(parent) => self.inherit(target, parent, LockMode::AccessShare, range),
            AlterAction::OwnerTo(owner) => self.own_sequences_too(target, &owner.name, range),
            AlterAction::AttachPartition { partition, bound } => {
                self.attach_partition(target, partition, bound.as_ref(), range)
            }
            AlterAction::DetachPartition { partition, mode } => {
                self.detach_partition(target, partition, *mode, range)
            }
            AlterAction::Unknown(what) => self.unknown(format!("{what} is not modelled"), range),
            AlterAction::SetColumnOptions(_)
            | AlterAction::SetCompression(_)
            | AlterAction::SetRule { .. }
            | AlterAction::SetRowSecurity { .. }
            | AlterAction::SetWithoutCluster
            | AlterAction::SetWithoutOids
            | AlterAction::SetOptions(_)
            | AlterAction::ResetOptions(_)
            | AlterAction::OfType(_)
            | AlterAction::NotOf
            | AlterAction::ReplicaIdentity(_)
            | AlterAction::SetForeignOptions => {}
        }
    }

    /// Identity is the partitions' too since 17; inheritance children never have it.
    fn partitions_since_17(&mut self, target: &Target<'_>, why: &str, range: TextRange) {
        if self.version.at_least(17) && target.is(RelationKind::PartitionedTable) {
            self.reach_descendants(target, why, range);
        }
    }

    /// Locks an index of the target that a command names.
    pub(super) fn lock_index_of(
        &mut self,
        target: &Target<'_>,
        index: &Name,
        mode: LockMode,
        range: TextRange,
    ) {
        let full = QualName::new(target.name.schema.clone(), index.clone());
        self.lock(&full, mode, "it names this index", range);
    }

    /// Triggers of partitioned tables have clones on the partitions.
    fn set_trigger(&mut self, target: &Target<'_>, trigger: Option<&Name>, range: TextRange) {
        let Some(relation) = &target.relation else { return };
        if relation.kind != RelationKind::PartitionedTable {
            return;
        }
        let cloned = relation
            .triggers
            .iter()
            .any(|(name, t)| t.for_each_row && trigger.is_none_or(|wanted| wanted == name));
        if cloned {
            self.reach_descendants(target, "it enables or disables a trigger", range);
        }
    }

    fn inherit(
        &mut self,
        target: &Target<'_>,
        parent: &confiture_schema::change::ObjectRef,
        mode: LockMode,
        range: TextRange,
    ) {
        let _ = target;
        if let Some((parent, _)) = self.relation(parent) {
            self.lock(&parent, mode, "it is the parent", range);
        }
    }

    /// A change of owner goes for the sequences of the table's columns too.
    fn own_sequences_too(&mut self, target: &Target<'_>, owner: &Name, range: TextRange) {
        let current = target.relation.as_ref().and_then(|r| r.owner.clone());
        let unchanged = match &current {
            Some(current) => current == owner,
            None => matches!(owner.as_str(), "current_user" | "session_user" | "current_role"),
        };
        if unchanged {
            return;
        }
        for sequence in self.owned_sequences(&target.name, None) {
            self.lock(
                &sequence,
                LockMode::AccessExclusive,
                "its owner changes with its table's",
                range,
            );
        }
    }
}

/// What a command does, as a clause after "because".
pub(super) fn reason(action: &AlterAction) -> String {
    let text = |verb: &str, name: &Name| format!("it {verb} {name}");
    match action {
        AlterAction::AddColumn { column, .. } => text("adds column", &column.name.name),
        AlterAction::DropColumn { column, .. } => text("drops column", &column.name),
        AlterAction::AlterType { column, .. } => text("changes the type of", &column.name),
        AlterAction::SetDefault { column, .. } => text("sets the default of", &column.name),
        AlterAction::DropDefault(column) => text("drops the default of", &column.name),
        AlterAction::SetNotNull(column) => text("sets NOT NULL on", &column.name),
        AlterAction::DropNotNull(column) => text("drops NOT NULL of", &column.name),
        AlterAction::AddIdentity { column, .. } => text("makes an identity column of", &column.name),
        AlterAction::SetIdentity { column, .. } => text("changes the identity of", &column.name),
        AlterAction::DropIdentity { column, .. } => text("drops the identity of", &column.name),
        AlterAction::SetExpression { column, .. } => {
            text("changes the generation expression of", &column.name)
        }
        AlterAction::DropExpression { column, .. } => {
            text("drops the generation expression of", &column.name)
        }
        AlterAction::AddConstraint(c) => match &c.name {
            Some(name) => text("adds constraint", &name.name),
            None => "it adds a constraint".to_owned(),
        },
        AlterAction::AlterConstraint { constraint, .. } => text("alters constraint", &constraint.name),
        AlterAction::ValidateConstraint(constraint) => text("validates constraint", &constraint.name),
        AlterAction::DropConstraint { constraint, .. } => text("drops constraint", &constraint.name),
        AlterAction::SetTrigger { .. } => "it enables or disables triggers".to_owned(),
        AlterAction::SetRule { .. } => "it enables or disables a rule".to_owned(),
        AlterAction::SetRowSecurity { .. } => "it changes row level security".to_owned(),
        AlterAction::SetPersistence(_) => "it changes whether the table is logged".to_owned(),
        AlterAction::SetAccessMethod(_) => "it changes the access method".to_owned(),
        AlterAction::SetTablespace(_) => "it changes the tablespace".to_owned(),
        AlterAction::SetOptions(_) | AlterAction::ResetOptions(_) => {
            "it changes storage parameters".to_owned()
        }
        AlterAction::AttachPartition { partition, .. } => text("attaches partition", &partition.name),
        AlterAction::DetachPartition { partition, .. } => text("detaches partition", &partition.name),
        AlterAction::OwnerTo(_) => "it changes the owner".to_owned(),
        AlterAction::Inherit(_) | AlterAction::NoInherit(_) => "it changes what it inherits from".to_owned(),
        AlterAction::ReplicaIdentity(_) => "it changes the replica identity".to_owned(),
        _ => "it alters the relation".to_owned(),
    }
}
