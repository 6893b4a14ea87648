//! Constraints of tables and columns.

use std::sync::Arc;

use confiture_syntax::{Name, Node};

use super::{Children, Reader, kind, name_of};
use crate::catalog::{Deferrable, ReferentialAction};
use crate::change::{
    ConstraintDef, ConstraintDefKind, ExcludeDef, ForeignKeyDef, Ident, IndexElement, KeyDef,
};

impl Reader<'_> {
    /// `TableConstraint`: `[CONSTRAINT name] ConstraintElem`.
    pub(super) fn table_constraint(&self, node: Node<'_>) -> Option<ConstraintDef> {
        let element = node.child(kind::ConstraintElem)?;
        let kind = match element.named().next()?.kind() {
            kind::kw_check => ConstraintDefKind::Check(self.child_expr(element)?),
            kind::kw_not => ConstraintDefKind::NotNull(self.child_ident(element, kind::ColId)?),
            kind::kw_unique => ConstraintDefKind::Unique(self.key(element, Vec::new())),
            kind::kw_primary => ConstraintDefKind::PrimaryKey(self.key(element, Vec::new())),
            kind::kw_exclude => ConstraintDefKind::Exclude(self.exclude(element)?),
            kind::kw_foreign => ConstraintDefKind::ForeignKey(self.foreign_key(element)?),
            _ => return None,
        };
        let mut constraint = self.constraint(node, kind);
        for attribute in attributes(element) {
            apply_attribute(&mut constraint, attribute);
        }
        Some(constraint)
    }

    /// A `ColConstraintElem` that is a constraint, with its column filled in.
    pub(super) fn column_constraint(
        &self,
        node: Node<'_>,
        element: Node<'_>,
        column: &Ident,
    ) -> Option<ConstraintDef> {
        let kind = match element.named().next()?.kind() {
            kind::kw_check => ConstraintDefKind::Check(self.child_expr(element)?),
            kind::kw_unique => ConstraintDefKind::Unique(self.key(element, vec![column.clone()])),
            kind::kw_primary => ConstraintDefKind::PrimaryKey(self.key(element, vec![column.clone()])),
            kind::kw_references => {
                let referenced = element.child(kind::opt_column_list);
                ConstraintDefKind::ForeignKey(ForeignKeyDef {
                    columns: vec![column.clone()],
                    references: self.child_object(element, kind::qualified_name)?,
                    referenced_columns: referenced.map(|l| self.columns(l)).unwrap_or_default(),
                    match_full: match_full(element),
                    on_update: action(element, kind::key_update),
                    on_delete: action(element, kind::key_delete),
                })
            }
            _ => return None,
        };
        let mut constraint = self.constraint(node, kind);
        constraint.no_inherit = element.has(kind::opt_no_inherit);
        Some(constraint)
    }

    fn constraint(&self, node: Node<'_>, kind: ConstraintDefKind) -> ConstraintDef {
        ConstraintDef {
            name: self.child_ident(node, kind::name),
            kind,
            deferrable: Deferrable::No,
            not_valid: false,
            not_enforced: false,
            no_inherit: false,
            range: self.range(node),
        }
    }

    fn key(&self, element: Node<'_>, column: Vec<Ident>) -> KeyDef {
        let columns = element
            .child(kind::columnList)
            .map(|l| self.columns(l))
            .unwrap_or(column);
        let nulls = element.child(kind::opt_unique_null_treatment);
        let tablespace = element.child(kind::OptConsTableSpace);
        KeyDef {
            columns,
            include: element
                .child(kind::opt_c_include)
                .map(|i| self.columns(i))
                .unwrap_or_default(),
            nulls_not_distinct: nulls.is_some_and(|n| n.has(kind::kw_not)),
            using_index: element
                .child(kind::ExistingIndex)
                .and_then(|i| self.child_ident(i, kind::name)),
            options: element
                .child(kind::opt_definition)
                .map(|d| self.definition(d))
                .unwrap_or_default(),
            tablespace: tablespace.and_then(|t| self.child_ident(t, kind::name)),
        }
    }

    fn exclude(&self, element: Node<'_>) -> Option<ExcludeDef> {
        let list = element.child(kind::ExclusionConstraintList)?;
        let elements = list.list(kind::ExclusionConstraintElem).into_iter();
        Some(ExcludeDef {
            method: index_method(element),
            elements: elements.filter_map(|e| self.exclusion(e)).collect(),
            include: element
                .child(kind::opt_c_include)
                .map(|i| self.columns(i))
                .unwrap_or_default(),
            predicate: element
                .child(kind::OptWhereClause)
                .and_then(|w| self.child_expr(w)),
        })
    }

    fn exclusion(&self, node: Node<'_>) -> Option<(IndexElement, Arc<str>)> {
        let operator = self.operator(node.child(kind::any_operator)?);
        let schema = operator.schema.filter(|s| s.as_str() != "pg_catalog");
        let operator: Arc<str> = match schema {
            Some(schema) => format!("{schema}.{}", operator.name).into(),
            None => operator.name.as_str().into(),
        };
        Some((self.index_element(node.child(kind::index_elem)?)?, operator))
    }

    fn foreign_key(&self, element: Node<'_>) -> Option<ForeignKeyDef> {
        let mut columns = element
            .child(kind::columnList)
            .map(|l| self.columns(l))
            .unwrap_or_default();
        let period = element
            .child(kind::optionalPeriodName)
            .and_then(|p| self.child_ident(p, kind::columnElem));
        columns.extend(period);
        let referenced = element.child(kind::opt_column_and_period_list);
        Some(ForeignKeyDef {
            columns,
            references: self.child_object(element, kind::qualified_name)?,
            referenced_columns: referenced.map(|l| self.columns(l)).unwrap_or_default(),
            match_full: match_full(element),
            on_update: action(element, kind::key_update),
            on_delete: action(element, kind::key_delete),
        })
    }
}

/// The access method that USING names.
pub(super) fn index_method(node: Node<'_>) -> Name {
    match node
        .child(kind::access_method_clause)
        .and_then(|c| c.child(kind::name))
    {
        Some(name) => name_of(name),
        None => Name::new("btree"),
    }
}

/// The attributes after a table constraint.
pub(super) fn attributes(node: Node<'_>) -> Vec<Node<'_>> {
    let list = node.child(kind::ConstraintAttributeSpec);
    list.map(|l| l.list(kind::ConstraintAttributeElem))
        .into_iter()
        .flatten()
        .collect()
}

/// One attribute: DEFERRABLE, NOT VALID, NO INHERIT … (`ConstraintAttributeElem`, `ConstraintAttr`).
pub(super) fn apply_attribute(constraint: &mut ConstraintDef, attribute: Node<'_>) {
    let negated = attribute.has(kind::kw_not) || attribute.has(kind::kw_no);
    if attribute.has(kind::kw_valid) {
        constraint.not_valid = true;
    } else if attribute.has(kind::kw_inherit) {
        constraint.no_inherit = true;
    } else if attribute.has(kind::kw_enforced) {
        constraint.not_enforced = negated;
    } else {
        constraint.deferrable = deferral(constraint.deferrable, attribute);
    }
}

/// What DEFERRABLE, INITIALLY … make of a constraint's deferral.
pub(super) fn deferral(before: Deferrable, attribute: Node<'_>) -> Deferrable {
    if attribute.has(kind::kw_deferred) {
        Deferrable::Deferred
    } else if attribute.has(kind::kw_deferrable) && attribute.has(kind::kw_not) {
        Deferrable::No
    } else if attribute.has(kind::kw_deferrable) && before == Deferrable::No {
        Deferrable::Immediate
    } else {
        before
    }
}

fn match_full(node: Node<'_>) -> bool {
    node.child(kind::key_match).is_some_and(|m| m.has(kind::kw_full))
}

/// The action of ON UPDATE or ON DELETE.
fn action(node: Node<'_>, event: super::Kind) -> ReferentialAction {
    let action = node
        .child(kind::key_actions)
        .and_then(|a| a.child(event))
        .and_then(|e| e.child(kind::key_action));
    let Some(action) = action else {
        return ReferentialAction::NoAction;
    };
    if action.has(kind::kw_restrict) {
        ReferentialAction::Restrict
    } else if action.has(kind::kw_cascade) {
        ReferentialAction::Cascade
    } else if action.has(kind::kw_null) {
        ReferentialAction::SetNull
    } else if action.has(kind::kw_default) {
        ReferentialAction::SetDefault
    } else {
        ReferentialAction::NoAction
    }
}
