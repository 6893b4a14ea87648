//! Statements that older versions refuse.

use confiture_schema::catalog::GeneratedStorage;
use confiture_schema::change::{
    AlterAction, AlterDomainAction, Change, ColumnDef, ConstraintDef, ConstraintDefKind, CreateTable,
    DetachMode, ReindexTarget, TableElement, WriteKind,
};

use super::Predictor;

impl Predictor<'_> {
    pub(super) fn note_since(&mut self, change: &Change) {
        match change {
            Change::CreateTable(c) => self.table_since(c),
            Change::AlterRelation(c) => {
                for command in &c.commands {
                    self.command_since(&command.action, c);
                }
            }
            Change::CreateIndex(c) if c.nulls_not_distinct => self.since(15),
            Change::CreateTrigger(c) if c.or_replace => self.since(14),
            Change::AlterDomain(c) if matches!(c.action, AlterDomainAction::AddNotNull(_)) => self.since(17),
            Change::Query(q) if q.writes.iter().any(|w| w.kind == WriteKind::Merge) => self.since(15),
            Change::Reindex(r) => {
                let named = match &r.target {
                    ReindexTarget::Table(name) | ReindexTarget::Index(name) => Some(name),
                    ReindexTarget::Schema(_) | ReindexTarget::Database => None,
                };
                let partitioned = named.is_some_and(|n| match self.resolve(n) {
                    super::scope::Resolved::Relation(table, _) | super::scope::Resolved::Index(_, table) => {
                        self.is_partitioned(&table)
                    }
                    _ => false,
                });
                if partitioned {
                    self.since(14);
                }
            }
            _ => {}
        }
    }

    fn table_since(&mut self, create: &CreateTable) {
        for element in &create.elements {
            match element {
                TableElement::Column(column) => self.column_since(column),
                TableElement::Constraint(constraint) => self.constraint_since(constraint),
                TableElement::Like(_) => {}
            }
        }
    }

    fn column_since(&mut self, column: &ColumnDef) {
        if matches!(column.generated, Some((_, GeneratedStorage::Virtual))) {
            self.since(18);
        }
        for constraint in &column.constraints {
            self.constraint_since(constraint);
        }
    }

    fn constraint_since(&mut self, constraint: &ConstraintDef) {
        if constraint.not_enforced || matches!(constraint.kind, ConstraintDefKind::NotNull(_)) {
            self.since(18);
        }
        if matches!(&constraint.kind, ConstraintDefKind::Unique(k) if k.nulls_not_distinct) {
            self.since(15);
        }
    }

    fn command_since(&mut self, action: &AlterAction, alter: &confiture_schema::change::AlterRelation) {
        match action {
            AlterAction::AddColumn { column, .. } => self.column_since(column),
            AlterAction::AddConstraint(constraint) => {
                self.constraint_since(constraint);
                let partitioned = || matches!(self.resolve(&alter.name), super::scope::Resolved::Relation(t, _) if self.is_partitioned(&t));
                if constraint.not_valid
                    && matches!(constraint.kind, ConstraintDefKind::ForeignKey(_))
                    && partitioned()
                {
                    self.since(18);
                }
            }
            AlterAction::SetExpression { .. } => self.since(17),
            AlterAction::SetCompression(_) => self.since(14),
            AlterAction::SetAccessMethod(None) => self.since(17),
            AlterAction::SetAccessMethod(Some(_)) => self.since(15),
            AlterAction::DetachPartition {
                mode: DetachMode::Concurrently | DetachMode::Finalize,
                ..
            } => self.since(14),
            AlterAction::AlterConstraint {
                enforced, inherit, ..
            } if enforced.is_some() || inherit.is_some() => self.since(18),
            _ => {}
        }
    }
}
