//! What tables get from their parents, and what remains when the tie is cut.

use confiture_syntax::Name;

use super::table::Draft;
use super::{Done, Fold, Note, exists, missing, refused};
use crate::catalog::{Column, Constraint, ConstraintKind, Parent, QualName, RelationKind};
use crate::change::ObjectRef;

impl Fold<'_> {
    /// Takes columns and checks of a parent into a new table; a column that several parents have is one.
    pub(super) fn inherit_from(&mut self, parent: &QualName, draft: &mut Draft<'_>) {
        let relation = self.relation(parent);
        for column in relation.columns.iter() {
            match draft.columns.iter_mut().find(|c| c.name == column.name) {
                Some(own) => {
                    own.not_null |= column.not_null;
                    own.default = own.default.take().or_else(|| column.default.clone());
                    own.generated = own.generated.take().or_else(|| column.generated.clone());
                }
                None => draft.columns.push(inherited_column(column)),
            }
        }
        for (name, constraint) in relation.constraints.iter() {
            let known = draft.inherited_checks.iter().any(|(n, _)| n == name);
            if is_passed_on(constraint) && !known {
                draft
                    .inherited_checks
                    .push((name.clone(), inherited_constraint(constraint)));
            }
        }
    }

    /// ALTER TABLE … INHERIT.
    pub(super) fn inherit(&mut self, child: &QualName, parent: &ObjectRef) -> Done {
        let parent = self.need_relation(parent)?;
        self.need_inheritable(&parent)?;
        let own = self.relation(child);
        if own.is_partition() || own.kind == RelationKind::PartitionedTable {
            return Err(refused(child.to_string()));
        }
        if own.parents.iter().any(|p| p.relation == parent) || self.catalog().family(child).contains(&parent)
        {
            return Err(exists(parent.to_string()));
        }
        self.need_matching(child, &parent)?;
        self.catalog_mut().add_parent(
            child,
            Parent {
                relation: parent,
                bound: None,
            },
        );
        Ok(())
    }

    /// Only tables that have nothing to do with partitions have children by INHERITS.
    pub(super) fn need_inheritable(&self, parent: &QualName) -> Done {
        let relation = self.relation(parent);
        let table = matches!(relation.kind, RelationKind::Table | RelationKind::ForeignTable);
        if table && !relation.is_partition() {
            Ok(())
        } else {
            Err(refused(parent.to_string()))
        }
    }

    /// The child must have every column and every check of the parent, as strict.
    pub(super) fn need_matching(&self, child: &QualName, parent: &QualName) -> Done {
        let (own, wanted) = (self.relation(child), self.relation(parent));
        for column in wanted.columns.iter() {
            let absent = || missing(format!("{child}.{}", column.name));
            let mine = own.column(&column.name).ok_or_else(absent)?;
            let retyped = mine.ty.is_some() && column.ty.is_some() && mine.ty != column.ty;
            if retyped || (column.not_null && !mine.not_null) {
                return Err(refused(format!("{child}.{}", column.name)));
            }
        }
        let passed_on = wanted.constraints.iter().filter(|(_, c)| is_passed_on(c));
        for (name, _) in passed_on {
            own.constraints
                .get(name)
                .ok_or_else(|| missing(name.to_string()))?;
        }
        Ok(())
    }

    /// ALTER TABLE … NO INHERIT.
    pub(super) fn no_inherit(&mut self, child: &QualName, parent: &ObjectRef) -> Done {
        let parent = self.need_relation(parent)?;
        self.cut(child, &parent)
    }

    /// Ends the tie between parent and child: what only this parent gave is the child's own now.
    pub(super) fn cut(&mut self, child: &QualName, parent: &QualName) -> Done {
        if !self.catalog_mut().remove_parent(child, parent) {
            return Err(missing(format!("{child}: parent {parent}")));
        }
        let former = self.relation(parent);
        for column in former.columns.iter() {
            self.make_own_column(child, &column.name);
        }
        for (name, constraint) in former.constraints.iter() {
            if is_passed_on(constraint) && !self.parents_have_check(child, name) {
                self.make_own_constraint(child, name);
            }
        }
        Ok(())
    }

    /// A column is the table's own unless some parent has it.
    pub(super) fn make_own_column(&mut self, table: &QualName, column: &Name) {
        if self.parents_with_column(table, column) == 0
            && self.relation(table).column(column).is_some_and(|c| c.inherited)
            && let Some(column) = self.catalog_mut().column_mut(table, column)
        {
            column.inherited = false;
        }
    }

    pub(super) fn make_own_constraint(&mut self, table: &QualName, name: &Name) {
        if let Some(constraint) = self.catalog_mut().constraint_mut(table, name) {
            constraint.inherited = false;
        }
    }

    /// How many of a table's parents have a column.
    pub(super) fn parents_with_column(&self, table: &QualName, column: &Name) -> usize {
        let relation = self.relation(table);
        let has = |p: &&Parent| {
            self.catalog()
                .relations
                .get(&p.relation)
                .is_some_and(|r| r.column(column).is_some())
        };
        relation.parents.iter().filter(has).count()
    }

    /// Whether some parent passes a check of that name on.
    pub(super) fn parents_have_check(&self, table: &QualName, name: &Name) -> bool {
        let relation = self.relation(table);
        relation.parents.iter().any(|p| {
            let parent = self.catalog().relations.get(&p.relation);
            parent
                .and_then(|r| r.constraints.get(name))
                .is_some_and(|c| is_passed_on(c))
        })
    }

    /// The relations that a command on a table reaches: its children too unless it says ONLY.
    pub(super) fn reached(&self, table: &QualName, only: bool) -> Vec<QualName> {
        if only {
            vec![table.clone()]
        } else {
            self.catalog().family(table)
        }
    }

    /// A partitioned table, which a statement needs.
    pub(super) fn need_partitioned(&self, table: &QualName) -> Result<(), Note> {
        if self.relation(table).kind == RelationKind::PartitionedTable {
            Ok(())
        } else {
            Err(super::refused(table.to_string()))
        }
    }
}

/// A parent's column in its child. Identity and comment stay with the parent.
pub(super) fn inherited_column(column: &Column) -> Column {
    Column {
        inherited: true,
        identity: None,
        comment: None,
        ..column.clone()
    }
}

/// A parent's constraint in its child.
pub(super) fn inherited_constraint(constraint: &Constraint) -> Constraint {
    Constraint {
        inherited: true,
        // A new child is empty.
        validated: constraint.enforced,
        comment: None,
        ..constraint.clone()
    }
}

/// Whether children get a constraint because their parent has it: checks, unless they say NO INHERIT.
pub(super) fn is_passed_on(constraint: &Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::Check { .. }) && !constraint.no_inherit
}
