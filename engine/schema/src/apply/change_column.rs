//! ALTER COLUMN: type, default, NOT NULL, identity, generation.

use confiture_syntax::Name;

use super::dependents::Target;
use super::inherit::is_passed_on;
use super::sequence::ForColumn;
use super::{Done, Fold, exists, missing, refused};
use crate::catalog::{Column, ConstraintKind, Generated, IdentityKind, QualName};
use crate::change::{AlterAction, DropBehavior, Ident, SequenceOption, TypeRef};
use crate::expr::Expr;
use crate::types::SqlType;

impl Fold<'_> {
    /// A command on one column; it reaches children unless it says ONLY.
    pub(super) fn change_column(&mut self, table: &QualName, action: &AlterAction, only: bool) -> Done {
        match action {
            AlterAction::AlterType {
                column,
                ty,
                collation,
                ..
            } => {
                self.need_column(table, column)?;
                self.check_retype(table, &column.name)?;
                let collation = collation.as_ref().and_then(|c| self.collation_of(c));
                self.alter_column_type(table, column, ty, collation, only)
            }
            AlterAction::SetDefault { column, .. } | AlterAction::DropDefault(column)
                if self.need_column(table, column)?.has_no_default() =>
            {
                Err(refused(format!("{table}.{}", column.name)))
            }
            AlterAction::SetDefault { column, default } => {
                self.remember_calls([default]);
                let default = self.stored_default(default);
                self.each_column(table, column, only, |c| c.default = default.clone())
            }
            AlterAction::DropDefault(column) => self.each_column(table, column, only, |c| c.default = None),
            AlterAction::SetNotNull(column) => self.each_column(table, column, only, |c| c.not_null = true),
            AlterAction::DropNotNull(column) => self.drop_not_null(table, column, only),
            AlterAction::AddIdentity {
                column,
                kind,
                options,
            } => self.add_identity(table, column, *kind, options),
            AlterAction::SetIdentity {
                column,
                kind,
                options,
            } => self.set_identity(table, column, *kind, options),
            AlterAction::DropIdentity { column, if_exists } => self.drop_identity(table, column, *if_exists),
            AlterAction::SetExpression { column, expr } => self.set_expression(table, column, expr, only),
            AlterAction::DropExpression { column, if_exists } => {
                if self.need_column(table, column)?.generated.is_none() {
                    return if *if_exists {
                        Ok(())
                    } else {
                        Err(refused(format!("{table}.{}", column.name)))
                    };
                }
                self.each_column(table, column, only, |c| c.generated = None)
            }
            _ => Ok(()),
        }
    }

    /// Changes a column here and in the children that have it.
    fn each_column(
        &mut self,
        table: &QualName,
        column: &Ident,
        only: bool,
        change: impl Fn(&mut Column),
    ) -> Done {
        self.need_column(table, column)?;
        for relation in self.reached(table, only) {
            if let Some(column) = self.catalog_mut().column_mut(&relation, &column.name) {
                change(column);
            }
        }
        Ok(())
    }

    fn alter_column_type(
        &mut self,
        table: &QualName,
        column: &Ident,
        ty: &TypeRef,
        collation: Option<QualName>,
        only: bool,
    ) -> Done {
        let ty = self.type_of(ty);
        self.each_column(table, column, only, |c| {
            c.ty = Some(ty.clone());
            c.collation = collation.clone();
        })?;
        self.rebuild_partition_indexes(table, &column.name)?;
        self.readd_checks(table, &column.name);
        // The sequence of an identity column counts in the column's type.
        if self.need_column(table, column)?.identity.is_some() {
            self.alter_identity_sequence(table, &column.name, &[SequenceOption::As(ty)]);
        }
        Ok(())
    }

    /// After a column's type changed PostgreSQL adds the checks on it anew, to children as valid as they are above.
    fn readd_checks(&mut self, table: &QualName, column: &Name) {
        let relation = self.relation(table);
        for (name, constraint) in relation.constraints.iter().filter(|(_, c)| is_passed_on(c)) {
            let ConstraintKind::Check { expr } = &constraint.kind else {
                continue;
            };
            if !expr.facts.columns.contains(column) {
                continue;
            }
            for child in self.catalog().family(table).iter().skip(1) {
                if let Some(own) = self
                    .catalog_mut()
                    .constraint_mut(child, name)
                    .filter(|c| c.inherited)
                {
                    own.validated = constraint.validated;
                }
            }
        }
    }

    fn drop_not_null(&mut self, table: &QualName, column: &Ident, only: bool) -> Done {
        let existing = self.need_column(table, column)?;
        let relation = self.relation(table);
        let in_primary_key = relation.primary_key().is_some_and(
            |pk| matches!(&pk.kind, ConstraintKind::PrimaryKey { columns } if columns.contains(&column.name)),
        );
        if in_primary_key || existing.identity.is_some() {
            return Err(refused(format!("{table}.{}", column.name)));
        }
        self.each_column(table, column, only, |c| c.not_null = false)
    }

    fn add_identity(
        &mut self,
        table: &QualName,
        column: &Ident,
        kind: IdentityKind,
        options: &[SequenceOption],
    ) -> Done {
        let existing = self.need_column(table, column)?;
        if existing.identity.is_some() {
            return Err(exists(format!("{table}.{}: identity", column.name)));
        }
        if existing.default.is_some() || !existing.not_null {
            return Err(refused(format!("{table}.{}", column.name)));
        }
        let persistence = self.relation(table).persistence;
        self.column_sequence(&ForColumn {
            table,
            column: &column.name,
            ty: existing.ty.clone().unwrap_or_else(|| SqlType::named("int8")),
            persistence,
            identity: true,
            options,
            range: column.range,
        });
        if let Some(column) = self.catalog_mut().column_mut(table, &column.name) {
            column.identity = Some(kind);
        }
        Ok(())
    }

    fn set_identity(
        &mut self,
        table: &QualName,
        column: &Ident,
        kind: Option<IdentityKind>,
        options: &[SequenceOption],
    ) -> Done {
        if self.need_column(table, column)?.identity.is_none() {
            return Err(missing(format!("{table}.{}: identity", column.name)));
        }
        self.alter_identity_sequence(table, &column.name, options);
        if let Some(column) = self.catalog_mut().column_mut(table, &column.name) {
            column.identity = kind.or(column.identity);
        }
        Ok(())
    }

    fn drop_identity(&mut self, table: &QualName, column: &Ident, if_exists: bool) -> Done {
        if self.need_column(table, column)?.identity.is_none() {
            return if if_exists {
                Ok(())
            } else {
                Err(missing(format!("{table}.{}: identity", column.name)))
            };
        }
        let sequence = self.identity_sequence(table, &column.name);
        if let Some(column) = self.catalog_mut().column_mut(table, &column.name) {
            column.identity = None;
        }
        match sequence {
            Some(sequence) => self.drop_targets(vec![Target::Relation(sequence)], DropBehavior::Cascade),
            None => Ok(()),
        }
    }

    fn set_expression(&mut self, table: &QualName, column: &Ident, expr: &Expr, only: bool) -> Done {
        if self.need_column(table, column)?.generated.is_none() {
            return Err(refused(format!("{table}.{}", column.name)));
        }
        self.remember_calls([expr]);
        self.each_column(table, column, only, |c| {
            c.generated = c.generated.take().map(|g| Generated {
                expr: expr.clone(),
                ..g
            });
        })
    }

    /// Renames a column in the list of one relation.
    pub(super) fn rename_in_columns(&mut self, table: &QualName, from: &Name, to: &Name) {
        if let Some(column) = self.catalog_mut().column_mut(table, from) {
            column.name = to.clone();
        }
    }
}
