//! Columns: added, dropped, NOT NULL, identity, generated; and the table's storage.

use confiture_schema::catalog::{
    Column, ConstraintKind, GeneratedStorage, Persistence, QualName, Relation, RelationKind,
};
use confiture_schema::change::{AlterAction, ColumnDef, ConstraintDefKind, DropBehavior, Ident};
use confiture_schema::expr::Expr;
use confiture_syntax::{Name, TextRange};

use super::Predictor;
use super::alter::Target;
use super::types::DomainFacts;
use crate::literal::may_name;
use crate::lock::LockMode;
use crate::volatility::{Evaluation, evaluation};

/// What adding a column makes PostgreSQL do to the rows that are there.
enum Fill {
    /// Nothing: the value is kept beside the table, or there is none.
    Nothing,
    /// Every row is written anew, for this reason.
    Rewrite(String),
    /// Perhaps a rewrite; why that isn't known.
    Perhaps(String),
}

impl Predictor<'_> {
    pub(super) fn add_column(
        &mut self,
        target: &Target<'_>,
        column: &ColumnDef,
        if_not_exists: bool,
        range: TextRange,
    ) {
        let name = &column.name.name;
        let present = target.relation.as_ref().is_some_and(|r| r.column(name).is_some());
        if present && if_not_exists {
            return;
        }
        let why = format!("it adds column {name}");
        let (reached, new_for) = self.reach_of_new_column(target, name);
        for member in &reached {
            self.lock(member, target.mode, &why, range);
        }
        match self.fill(column) {
            Fill::Nothing => {}
            Fill::Rewrite(reason) => {
                for member in &new_for {
                    self.rewrite_heap(member, &reason, range);
                }
                self.lock_used_sequences(column.default.as_ref(), range);
            }
            Fill::Perhaps(reason) => {
                self.unknown(reason.clone(), range);
                for member in &new_for {
                    self.rewrite_heap(member, &reason, range);
                }
            }
        }
        if self.checks_not_null(column) {
            for member in &new_for {
                self.scan_heap(member, &format!("it checks that {name} is not null"), range);
            }
        }
        self.column_constraints(target, column, &new_for, range);
    }

    /// The tables that adding a column goes to: all that are locked, and those that get it. A descendant that has the
    /// column already keeps its own, and what descends from it isn't reached.
    fn reach_of_new_column(&self, target: &Target<'_>, column: &Name) -> (Vec<QualName>, Vec<QualName>) {
        let (mut reached, mut new_for) = (Vec::new(), Vec::new());
        let mut todo = vec![target.name.clone()];
        while let Some(member) = todo.pop() {
            if reached.contains(&member) {
                continue;
            }
            let has_it = self
                .catalog()
                .relation(&member)
                .is_some_and(|r| r.column(column).is_some());
            if !has_it {
                new_for.push(member.clone());
                if !target.only {
                    todo.extend(self.catalog().children_of(&member).iter().cloned());
                }
            }
            reached.push(member);
        }
        (reached, new_for)
    }

    fn column_constraints(
        &mut self,
        target: &Target<'_>,
        column: &ColumnDef,
        members: &[QualName],
        range: TextRange,
    ) {
        for constraint in &column.constraints {
            match &constraint.kind {
                ConstraintDefKind::ForeignKey(key) => {
                    let null_default = column.default.as_ref().is_some_and(|d| d.facts.null);
                    let validates = fills_rows(target) && !constraint.not_valid && !constraint.not_enforced;
                    self.add_foreign_key(target, key, validates, range);
                    if validates && null_default && !fills_otherwise(target) {
                        self.forget_parent_scan(key);
                    }
                }
                ConstraintDefKind::Check(_) if !constraint.not_valid && !constraint.not_enforced => {
                    for member in members {
                        self.scan_heap(member, "it checks the rows that are there", constraint.range);
                    }
                }
                ConstraintDefKind::PrimaryKey(_) | ConstraintDefKind::Unique(_) => {
                    for member in members {
                        if *member == target.name || self.partition_parent(member).is_some() {
                            self.build_index(member, "it builds the constraint's index", constraint.range);
                        }
                    }
                }
                ConstraintDefKind::Check(_)
                | ConstraintDefKind::Exclude(_)
                | ConstraintDefKind::NotNull(_) => {}
            }
        }
    }

    /// With DEFAULT NULL no row has a value to look up, so the referenced table isn't read.
    fn forget_parent_scan(&mut self, key: &confiture_schema::change::ForeignKeyDef) {
        if let super::scope::Resolved::Relation(parent, _) = self.resolve(&key.references) {
            for member in self.family(&parent, false) {
                self.effect.scans.remove(&member);
            }
        }
    }

    /// What the rows that are there get.
    fn fill(&self, column: &ColumnDef) -> Fill {
        let name = &column.name.name;
        if let Some((_, storage)) = &column.generated {
            return match storage {
                GeneratedStorage::Stored => Fill::Rewrite(format!(
                    "{name} is a stored generated column, computed for every row"
                )),
                GeneratedStorage::Virtual => Fill::Nothing,
            };
        }
        if column.identity.is_some() {
            return Fill::Rewrite(format!(
                "{name} is an identity column: every row gets a number of its own"
            ));
        }
        if column.ty.as_ref().is_some_and(|t| t.serial) {
            return Fill::Rewrite(format!(
                "{name} is a serial column: every row gets a number of its own"
            ));
        }
        let mut default = column.default.clone();
        if let Some(ty) = &column.ty {
            match self.domain_facts(&ty.ty) {
                DomainFacts::Constrained => {
                    return Fill::Rewrite(format!(
                        "{} is a domain with constraints, which are checked for every row",
                        ty.ty
                    ));
                }
                DomainFacts::Unconstrained(domain_default) => default = default.or(domain_default),
                DomainFacts::NoDomain => {}
                DomainFacts::Unknown => {
                    return Fill::Perhaps(format!(
                        "type {} isn't in the files: it may be a domain with constraints",
                        ty.ty
                    ));
                }
            }
        }
        match default.map(|d| evaluation(&d, self.state)) {
            Some(Evaluation::PerRow(function)) => Fill::Rewrite(format!(
                "{function}() is volatile: every row gets a value of its own"
            )),
            Some(Evaluation::Unknown(why)) => Fill::Perhaps(why),
            Some(Evaluation::Once) | None => Fill::Nothing,
        }
    }

    /// Whether NOT NULL is checked against the rows: there is no value for them, or it is computed when read.
    fn checks_not_null(&self, column: &ColumnDef) -> bool {
        let primary = column
            .constraints
            .iter()
            .any(|c| matches!(c.kind, ConstraintDefKind::PrimaryKey(_)));
        if column.not_null != Some(true) && !primary {
            return false;
        }
        let domain_default = || {
            matches!(
                column.ty.as_ref().map(|t| self.domain_facts(&t.ty)),
                Some(DomainFacts::Unconstrained(Some(_)))
            )
        };
        match &column.default {
            Some(default) => default.facts.null,
            None => !domain_default(),
        }
    }

    /// Locks the sequences that an expression draws from.
    pub(super) fn lock_used_sequences(&mut self, expr: Option<&Expr>, range: TextRange) {
        if let Some(expr) = expr {
            self.sequence_locks(&expr.text, range);
        }
    }

    pub(super) fn drop_column(
        &mut self,
        target: &Target<'_>,
        column: &Ident,
        behavior: DropBehavior,
        range: TextRange,
    ) {
        let name = &column.name;
        let present = target.relation.as_ref().is_none_or(|r| r.column(name).is_some());
        if !present {
            return;
        }
        let why = format!("it drops column {name}");
        let members = if target.only {
            std::iter::once(target.name.clone())
                .chain(self.catalog().children_of(&target.name).iter().cloned())
                .collect()
        } else {
            self.family(&target.name, false)
        };
        for member in members {
            self.lock(&member, target.mode, &why, range);
            self.drop_column_of(&member, name, behavior, range);
        }
    }

    /// What goes with a column of one table.
    pub(super) fn drop_column_of(
        &mut self,
        table: &QualName,
        column: &Name,
        behavior: DropBehavior,
        range: TextRange,
    ) {
        let Some(relation) = self.catalog().relation(table).cloned() else {
            return;
        };
        for constraint in relation.constraints.values() {
            if let ConstraintKind::ForeignKey(key) = &constraint.kind
                && key.columns.contains(column)
            {
                let parent = key.references.clone();
                self.lock(
                    &parent,
                    LockMode::AccessExclusive,
                    "a foreign key to it goes with the column",
                    range,
                );
            }
        }
        for sequence in self.owned_sequences(table, Some(column)) {
            self.lock(&sequence, LockMode::AccessExclusive, "the column owns it", range);
        }
        if behavior == DropBehavior::Cascade {
            self.cascade_from_column(table, column, range);
        }
    }

    fn cascade_from_column(&mut self, table: &QualName, column: &Name, range: TextRange) {
        for (child, constraint) in self.catalog().foreign_keys_to(table).to_vec() {
            let references = |r: &Relation| {
                r.constraints.get(&constraint).is_some_and(|c| match &c.kind {
                    ConstraintKind::ForeignKey(key) => {
                        key.referenced_columns.is_empty() || key.referenced_columns.contains(column)
                    }
                    _ => false,
                })
            };
            if self.catalog().relation(&child).is_some_and(|r| references(r)) {
                self.lock(
                    &child,
                    LockMode::AccessExclusive,
                    "its foreign key to the column goes too",
                    range,
                );
            }
        }
        for view in self.catalog().views_of(table).to_vec() {
            let query = self.catalog().relation(&view).and_then(|v| v.view.clone());
            if query.is_none_or(|q| may_name(&q.query, column)) {
                self.drop_relation_cascade(&view, "it reads the column", range);
            }
        }
    }

    pub(super) fn set_not_null(&mut self, target: &Target<'_>, column: &Name, range: TextRange) {
        let why = format!("it sets NOT NULL on {column}");
        self.reach_descendants(target, &why, range);
        for member in self.family(&target.name, target.only) {
            let commands = if member == target.name {
                target.commands
            } else {
                &[]
            };
            if !self.null_ruled_out(&member, column, commands) {
                self.scan_heap(
                    &member,
                    &format!("no valid constraint shows that {column} is never null"),
                    range,
                );
            }
        }
    }

    /// Whether a column is known to hold no nulls before the statement: it is NOT NULL, or a valid CHECK says so
    /// that the statement doesn't drop (commands that drop come first).
    pub(super) fn null_ruled_out(
        &self,
        table: &QualName,
        column: &Name,
        commands: &[confiture_schema::change::AlterCommand],
    ) -> bool {
        let Some(relation) = self.catalog().relation(table) else {
            return false;
        };
        let pending = relation.constraints.values().any(|c| {
            !c.validated && matches!(&c.kind, ConstraintKind::NotNull { column: of } if of == column)
        });
        let dropped = |name: &Name| {
            commands.iter().any(|c| matches!(&c.action, AlterAction::DropConstraint { constraint, .. } if constraint.name == *name))
        };
        let retyped = |c: &Column| {
            commands
                .iter()
                .any(|other| matches!(&other.action, AlterAction::DropNotNull(of) if of.name == c.name))
        };
        if relation.column(column).is_some_and(|c| c.not_null && !retyped(c)) && !pending {
            return true;
        }
        relation.constraints.iter().any(|(name, constraint)| {
            constraint.validated
                && constraint.enforced
                && !dropped(name)
                && matches!(&constraint.kind, ConstraintKind::Check { expr } if expr.facts.proves_not_null.contains(column))
        })
    }

    /// Since 18 descendants are only locked when there is a constraint to drop.
    pub(super) fn drop_not_null(&mut self, target: &Target<'_>, column: &Name, range: TextRange) {
        let there = target
            .relation
            .as_ref()
            .and_then(|r| r.column(column))
            .is_none_or(|c| c.not_null);
        if there || !self.version.at_least(18) {
            self.reach_descendants(target, &format!("it drops NOT NULL of {column}"), range);
        }
    }

    pub(super) fn set_expression(&mut self, target: &Target<'_>, column: &Ident, range: TextRange) {
        self.reach_descendants(target, "it changes a generation expression", range);
        for member in self.family(&target.name, target.only) {
            let column = self
                .catalog()
                .relation(&member)
                .and_then(|r| r.column(&column.name).cloned());
            let virtual_column = column
                .and_then(|c| c.generated.clone())
                .is_some_and(|g| g.storage == GeneratedStorage::Virtual);
            if !virtual_column {
                self.rewrite_heap(
                    &member,
                    "a stored generated column is computed anew for every row",
                    range,
                );
            }
        }
    }

    pub(super) fn drop_identity(&mut self, target: &Target<'_>, column: &Name, range: TextRange) {
        let is_identity = target
            .relation
            .as_ref()
            .and_then(|r| r.column(column))
            .is_some_and(|c| c.identity.is_some());
        if is_identity {
            self.lock_column_sequences(target, column, LockMode::AccessExclusive, range);
        }
    }

    /// Locks the sequence of an identity column.
    pub(super) fn lock_column_sequences(
        &mut self,
        target: &Target<'_>,
        column: &Name,
        mode: LockMode,
        range: TextRange,
    ) {
        for sequence in self.owned_sequences(&target.name, Some(column)) {
            let identity = self
                .catalog()
                .relation(&sequence)
                .and_then(|r| r.sequence.clone())
                .is_some_and(|s| s.identity);
            if identity {
                self.lock(
                    &sequence,
                    mode,
                    "it is the sequence of the identity column",
                    range,
                );
            }
        }
    }

    pub(super) fn set_persistence(&mut self, target: &Target<'_>, to: Persistence, range: TextRange) {
        let current = target.relation.as_ref().map(|r| r.persistence);
        if current == Some(to) {
            return;
        }
        if target.is(RelationKind::Sequence) {
            return;
        }
        self.rewrite_heap(&target.name, "it changes whether the table is logged", range);
        if self.version.at_least(15) {
            for sequence in self.owned_sequences(&target.name, None) {
                self.lock(
                    &sequence,
                    LockMode::AccessExclusive,
                    "it is logged as its table is",
                    range,
                );
            }
        }
    }

    pub(super) fn set_access_method(&mut self, target: &Target<'_>, to: Option<&Name>, range: TextRange) {
        let heap = Name::new("heap");
        let current = target
            .relation
            .as_ref()
            .and_then(|r| r.access_method.clone())
            .unwrap_or_else(|| heap.clone());
        let to = to.filter(|n| n.as_str() != "default").unwrap_or(&heap);
        if *to != current && !target.is(RelationKind::PartitionedTable) {
            self.rewrite_heap(&target.name, "it changes the access method", range);
        }
    }

    pub(super) fn set_tablespace(&mut self, target: &Target<'_>, to: &Name, range: TextRange) {
        let default = Name::new("pg_default");
        let current = target
            .relation
            .as_ref()
            .and_then(|r| r.tablespace.clone())
            .unwrap_or_else(|| default.clone());
        if *to != current && self.has_heap(&target.name) {
            let cause = crate::effect::Cause::new(
                "its files are copied to another tablespace, block by block",
                range,
            );
            self.effect.rewrite(&target.name, cause);
        }
    }
}

/// Whether some command gives the rows a value other than null, so that foreign keys are checked against them.
fn fills_rows(target: &Target<'_>) -> bool {
    target.commands.iter().any(|c| match &c.action {
        AlterAction::AddColumn { column, .. } => {
            column.default.is_some()
                || column.generated.is_some()
                || column.ty.as_ref().is_some_and(|t| t.serial)
        }
        AlterAction::AddConstraint(c) => matches!(c.kind, ConstraintDefKind::ForeignKey(_)),
        _ => false,
    })
}

/// Whether a command other than an ADD COLUMN … DEFAULT NULL does.
fn fills_otherwise(target: &Target<'_>) -> bool {
    target.commands.iter().any(|c| match &c.action {
        AlterAction::AddColumn { column, .. } => column.default.as_ref().is_some_and(|d| !d.facts.null),
        AlterAction::AddConstraint(c) => matches!(c.kind, ConstraintDefKind::ForeignKey(_)),
        _ => false,
    })
}
