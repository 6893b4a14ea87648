//! ALTER TABLE and its likes, command by command.

use confiture_syntax::Node;

use super::constraint::{attributes, deferral};
use super::name::behavior;
use super::table::partition_bound;
use super::{Children, Kind, Reader, kind, name_of};
use crate::catalog::{Deferrable, Persistence, ReplicaIdentity, TriggerEnabled};
use crate::change::{AlterAction, AlterCommand, AlterRelation, Change, DetachMode, Ident, RelationWord};

impl Reader<'_> {
    /// `AlterTableStmt`: TABLE, INDEX, SEQUENCE, VIEW, MATERIALIZED VIEW, FOREIGN TABLE.
    pub(super) fn alter_table(&self, node: Node<'_>) -> Option<Change> {
        if node.has(kind::kw_tablespace) {
            return Some(self.unknown("every relation of a tablespace is moved", node.range()));
        }
        let relation = node
            .child(kind::relation_expr)
            .or_else(|| node.child(kind::qualified_name))?;
        let (name, only) = self.relation(relation)?;
        let commands = if let Some(list) = node.child(kind::alter_table_cmds) {
            list.list(kind::alter_table_cmd)
                .into_iter()
                .map(|c| self.alter_command(c))
                .collect()
        } else if let Some(command) = node.child(kind::partition_cmd) {
            vec![AlterCommand {
                action: self.partition_action(command)?,
                range: self.range(command),
            }]
        } else {
            let command = node.child(kind::index_partition_cmd)?;
            let partition = self.child_object(command, kind::qualified_name)?;
            vec![AlterCommand {
                action: AlterAction::AttachPartition {
                    partition,
                    bound: None,
                },
                range: self.range(command),
            }]
        };
        Some(Change::AlterRelation(Box::new(AlterRelation {
            word: relation_word(node)?,
            if_exists: node.has(kind::kw_if),
            only,
            name,
            commands,
        })))
    }

    fn partition_action(&self, node: Node<'_>) -> Option<AlterAction> {
        let partition = self.child_object(node, kind::qualified_name)?;
        if node.has(kind::kw_attach) {
            let bound = partition_bound(node.child(kind::PartitionBoundSpec)?);
            return Some(AlterAction::AttachPartition { partition, bound });
        }
        let mode = if node.has(kind::opt_concurrently) {
            DetachMode::Concurrently
        } else if node.has(kind::kw_finalize) {
            DetachMode::Finalize
        } else {
            DetachMode::Plain
        };
        Some(AlterAction::DetachPartition { partition, mode })
    }

    fn alter_command(&self, node: Node<'_>) -> AlterCommand {
        let action = self
            .alter_action(node)
            .unwrap_or_else(|| AlterAction::Unknown(node.text().into()));
        AlterCommand {
            action,
            range: self.range(node),
        }
    }

    fn alter_action(&self, node: Node<'_>) -> Option<AlterAction> {
        let name = || self.child_ident(node, kind::name);
        let first = node.named().next()?;
        Some(match first.kind() {
            kind::kw_add => match node.child(kind::columnDef) {
                Some(column) => AlterAction::AddColumn {
                    column: Box::new(self.column_def(column)?),
                    if_not_exists: node.has(kind::kw_if),
                },
                None => AlterAction::AddConstraint(Box::new(
                    self.table_constraint(node.child(kind::TableConstraint)?)?,
                )),
            },
            kind::kw_alter if node.has(kind::kw_constraint) => self.alter_constraint(node)?,
            kind::kw_alter => self.alter_column(node)?,
            kind::kw_drop if node.has(kind::kw_constraint) => AlterAction::DropConstraint {
                constraint: name()?,
                if_exists: node.has(kind::kw_if),
                behavior: behavior(node),
            },
            kind::kw_drop => AlterAction::DropColumn {
                column: self.child_ident(node, kind::ColId)?,
                if_exists: node.has(kind::kw_if),
                behavior: behavior(node),
            },
            kind::kw_validate => AlterAction::ValidateConstraint(name()?),
            kind::kw_set => self.set_action(node)?,
            kind::kw_reset => AlterAction::ResetOptions(self.options_of(node)),
            kind::kw_cluster => AlterAction::ClusterOn(name()?),
            kind::kw_enable | kind::kw_disable => {
                self.enable_action(node, first.kind() == kind::kw_enable)?
            }
            kind::kw_force => AlterAction::SetRowSecurity {
                enabled: None,
                forced: Some(true),
            },
            kind::kw_no if node.has(kind::kw_force) => AlterAction::SetRowSecurity {
                enabled: None,
                forced: Some(false),
            },
            kind::kw_inherit => AlterAction::Inherit(self.child_object(node, kind::qualified_name)?),
            kind::kw_no => AlterAction::NoInherit(self.child_object(node, kind::qualified_name)?),
            kind::kw_of => AlterAction::OfType(self.child_object(node, kind::any_name)?),
            kind::kw_not => AlterAction::NotOf,
            kind::kw_owner => AlterAction::OwnerTo(self.child_ident(node, kind::RoleSpec)?),
            kind::kw_replica => {
                AlterAction::ReplicaIdentity(replica_identity(node.child(kind::replica_identity)?)?)
            }
            kind::alter_generic_options => AlterAction::SetForeignOptions,
            _ => return None,
        })
    }

    /// SET …, of the relation itself.
    fn set_action(&self, node: Node<'_>) -> Option<AlterAction> {
        if node.has(kind::reloptions) {
            return Some(AlterAction::SetOptions(self.options_of(node)));
        }
        Some(match node.named().nth(1)?.kind() {
            kind::kw_without if node.has(kind::kw_cluster) => AlterAction::SetWithoutCluster,
            kind::kw_without => AlterAction::SetWithoutOids,
            kind::kw_logged => AlterAction::SetPersistence(Persistence::Permanent),
            kind::kw_unlogged => AlterAction::SetPersistence(Persistence::Unlogged),
            kind::kw_tablespace => AlterAction::SetTablespace(self.child_ident(node, kind::name)?),
            kind::kw_access => {
                let method = node.child(kind::set_access_method_name)?;
                AlterAction::SetAccessMethod(self.child_ident(method, kind::ColId))
            }
            _ => return None,
        })
    }

    /// ENABLE and DISABLE of triggers, rules and row security.
    fn enable_action(&self, node: Node<'_>, enable: bool) -> Option<AlterAction> {
        let state = if !enable {
            TriggerEnabled::Disabled
        } else if node.has(kind::kw_always) {
            TriggerEnabled::Always
        } else if node.has(kind::kw_replica) {
            TriggerEnabled::Replica
        } else {
            TriggerEnabled::Origin
        };
        if node.has(kind::kw_row) {
            return Some(AlterAction::SetRowSecurity {
                enabled: Some(enable),
                forced: None,
            });
        }
        let name = self.child_ident(node, kind::name);
        if node.has(kind::kw_rule) {
            return Some(AlterAction::SetRule { rule: name?, state });
        }
        Some(AlterAction::SetTrigger { trigger: name, state })
    }

    fn alter_constraint(&self, node: Node<'_>) -> Option<AlterAction> {
        let mut deferrable = None;
        let mut enforced = None;
        let mut inherit = node.has(kind::kw_inherit).then_some(true);
        for attribute in attributes(node) {
            if attribute.has(kind::kw_enforced) {
                enforced = Some(!attribute.has(kind::kw_not));
            } else if attribute.has(kind::kw_inherit) {
                inherit = Some(false);
            } else if !attribute.has(kind::kw_valid) {
                deferrable = Some(deferral(deferrable.unwrap_or(Deferrable::No), attribute));
            }
        }
        Some(AlterAction::AlterConstraint {
            constraint: self.child_ident(node, kind::name)?,
            deferrable,
            enforced,
            inherit,
        })
    }

    /// ALTER COLUMN, in the order of gram.y.
    fn alter_column(&self, node: Node<'_>) -> Option<AlterAction> {
        let Some(column) = self.child_ident(node, kind::ColId) else {
            return node
                .has(kind::kw_statistics)
                .then_some(AlterAction::SetStatistics(None));
        };
        let if_exists = node.has(kind::kw_if);
        // The clause follows the name: ALTER [COLUMN] name clause.
        let clause = node.named().skip_while(|c| c.kind() != kind::ColId).nth(1)?;
        let second = node
            .named()
            .skip_while(|c| c.kind() != kind::ColId)
            .nth(2)
            .map_or(Kind::NONE, |n| n.kind());
        Some(match (clause.kind(), second) {
            (kind::alter_column_default, _) => match self.child_expr(clause) {
                Some(default) => AlterAction::SetDefault { column, default },
                None => AlterAction::DropDefault(column),
            },
            (kind::kw_drop, kind::kw_not) => AlterAction::DropNotNull(column),
            (kind::kw_drop, kind::kw_expression) => AlterAction::DropExpression { column, if_exists },
            (kind::kw_drop, kind::kw_identity) => AlterAction::DropIdentity { column, if_exists },
            (kind::kw_set, kind::kw_not) => AlterAction::SetNotNull(column),
            (kind::kw_set, kind::kw_expression) => AlterAction::SetExpression {
                column,
                expr: self.child_expr(node)?,
            },
            (kind::kw_set, kind::kw_statistics) => AlterAction::SetStatistics(Some(column)),
            (kind::kw_set | kind::kw_reset, kind::reloptions) => AlterAction::SetColumnOptions(column),
            (kind::kw_set, kind::column_storage) => AlterAction::SetStorage(column),
            (kind::kw_set, kind::column_compression) => AlterAction::SetCompression(column),
            (kind::kw_add, _) => AlterAction::AddIdentity {
                column,
                kind: super::table::identity_kind(node),
                options: self.parenthesized_sequence_options(node),
            },
            (kind::alter_identity_column_option_list, _) => {
                let (kind, options) = self.identity_options(clause);
                AlterAction::SetIdentity {
                    column,
                    kind,
                    options,
                }
            }
            (kind::alter_generic_options, _) => AlterAction::SetForeignOptions,
            _ => return self.alter_type_action(node, column),
        })
    }

    fn alter_type_action(&self, node: Node<'_>, column: Ident) -> Option<AlterAction> {
        let collate = node.child(kind::opt_collate_clause);
        Some(AlterAction::AlterType {
            column,
            ty: self.type_ref(node.child(kind::Typename)?),
            collation: collate.and_then(|c| self.child_object(c, kind::any_name)),
            using: node.child(kind::alter_using).and_then(|u| self.child_expr(u)),
        })
    }
}

/// The words after ALTER that name a kind of relation.
pub(super) fn relation_word(node: Node<'_>) -> Option<RelationWord> {
    let mut words = node.named().skip(1).map(|c| c.kind());
    word_of(words.next()?)
}

fn word_of(kind: Kind) -> Option<RelationWord> {
    Some(match kind {
        kind::kw_table => RelationWord::Table,
        kind::kw_index => RelationWord::Index,
        kind::kw_sequence => RelationWord::Sequence,
        kind::kw_view => RelationWord::View,
        kind::kw_materialized => RelationWord::MaterializedView,
        kind::kw_foreign => RelationWord::ForeignTable,
        _ => return None,
    })
}

fn replica_identity(node: Node<'_>) -> Option<ReplicaIdentity> {
    if node.has(kind::kw_nothing) {
        return Some(ReplicaIdentity::Nothing);
    }
    if node.has(kind::kw_full) {
        return Some(ReplicaIdentity::Full);
    }
    if node.has(kind::kw_default) {
        return Some(ReplicaIdentity::Default);
    }
    node.child(kind::name).map(|n| ReplicaIdentity::Index(name_of(n)))
}
