//! Types: enums, composites, ranges; and what happens to their users when a type is renamed.

use std::sync::Arc;

use confiture_syntax::Name;

use super::relocate::for_each_expr;
use super::{Done, Fold, exists, missing, refused, rewrite, written};
use crate::catalog::{Column, Domain, FunctionKey, QualName, TypeDef, TypeKind};
use crate::change::{
    AlterType, AlterTypeAction, AttributeAction, CreateType, CreateTypeKind, DropBehavior, Ident, TypeRef,
    ValuePlace,
};
use crate::expr::Expr;
use crate::types::SqlType;

impl Fold<'_> {
    pub(super) fn create_type(&mut self, change: &CreateType) -> Done {
        let name = self.new_name(&change.name);
        let shell = self
            .catalog()
            .types
            .get(&name)
            .is_some_and(|t| matches!(t.kind, TypeKind::Base));
        let taken = self.catalog().types.contains_key(&name) || self.catalog().relations.contains_key(&name);
        // A shell is filled later by a CREATE TYPE of the same name.
        if taken && !(shell && change.kind == CreateTypeKind::Base) {
            return Err(exists(written(&change.name)));
        }
        let composite = matches!(change.kind, CreateTypeKind::Composite(_));
        if composite && self.catalog().is_relation_name(&name) {
            return Err(exists(written(&change.name)));
        }
        let kind = match &change.kind {
            CreateTypeKind::Enum(labels) => TypeKind::Enum(labels.clone()),
            CreateTypeKind::Composite(attributes) => TypeKind::Composite(
                attributes
                    .iter()
                    .map(|(n, t)| (n.name.clone(), self.type_of(t)))
                    .collect(),
            ),
            CreateTypeKind::Range(subtype) => TypeKind::Range(self.type_of(subtype)),
            CreateTypeKind::Base => TypeKind::Base,
        };
        let ty = TypeDef {
            kind,
            comment: None,
            origin: self.at(change.name.range),
        };
        self.catalog_mut().insert_type(name, Arc::new(ty));
        Ok(())
    }

    pub(super) fn alter_type(&mut self, change: &AlterType) -> Done {
        let name = self.need_type(&change.name)?;
        match &change.action {
            AlterTypeAction::AddValue {
                label,
                if_not_exists,
                place,
                ..
            } => self.add_label(&name, label, *if_not_exists, place.as_ref()),
            AlterTypeAction::RenameValue { from, to } => self.rename_label(&name, from, to),
            AlterTypeAction::Attributes(actions) => actions
                .iter()
                .try_for_each(|action| self.alter_attribute(&name, action)),
            AlterTypeAction::SetProperties => Ok(()),
        }
    }

    /// A label is stored by its number: defaults print the new one.
    fn rename_label(&mut self, name: &QualName, from: &Arc<str>, to: &Arc<str>) -> Done {
        let labels = self.labels(name)?;
        if labels.contains(to) {
            return Err(exists(to.clone()));
        }
        let label = labels.iter_mut().find(|l| *l == from);
        *label.ok_or_else(|| missing(from.clone()))? = to.clone();
        let is = |ty: &SqlType| ty.schema.as_ref() == Some(&name.schema) && ty.name == name.name;
        let of_type = |c: &Arc<Column>| c.ty.as_ref().is_some_and(is);
        let tables: Vec<QualName> = (self.catalog().relations.iter())
            .filter(|(_, r)| r.columns.iter().any(of_type))
            .map(|(n, _)| n.clone())
            .collect();
        for table in tables {
            let Some(relation) = self.catalog_mut().relation_mut(&table) else {
                continue;
            };
            let columns = relation.columns.clone();
            let compared = |e: &Expr| {
                columns
                    .iter()
                    .any(|c| of_type(c) && e.facts.columns.contains(&c.name))
            };
            for_each_expr(relation, &|expr| {
                if compared(expr) {
                    rewrite::literal(expr, from, to)
                } else {
                    expr.clone()
                }
            });
            for column in Arc::make_mut(&mut relation.columns).iter_mut() {
                if of_type(column) && column.default.is_some() {
                    let column = Arc::make_mut(column);
                    column.default = column.default.take().map(|d| rewrite::literal(&d, from, to));
                }
            }
        }
        self.rename_label_in_domains(&is, from, to);
        Ok(())
    }

    fn rename_label_in_domains(&mut self, is: &dyn Fn(&SqlType) -> bool, from: &str, to: &str) {
        let over = |t: &TypeDef| matches!(&t.kind, TypeKind::Domain(domain) if is(&domain.base));
        let domains: Vec<QualName> = self
            .catalog()
            .types
            .iter()
            .filter(|(_, t)| over(t))
            .map(|(n, _)| n.clone())
            .collect();
        for name in domains {
            let ty = self.catalog_mut().types.get_mut(&name).map(Arc::make_mut);
            if let Some(TypeKind::Domain(domain)) = ty.map(|t| &mut t.kind) {
                let domain = Arc::make_mut(domain);
                domain.default = domain.default.take().map(|d| rewrite::literal(&d, from, to));
                domain
                    .checks
                    .iter_mut()
                    .for_each(|(_, check, _)| *check = rewrite::literal(check, from, to));
            }
        }
    }

    fn labels(&mut self, name: &QualName) -> Result<&mut Vec<Arc<str>>, super::Note> {
        let ty = self.catalog_mut().types.get_mut(name).map(Arc::make_mut);
        match ty.map(|t| &mut t.kind) {
            Some(TypeKind::Enum(labels)) => Ok(labels),
            _ => Err(refused(name.to_string())),
        }
    }

    fn add_label(
        &mut self,
        name: &QualName,
        label: &Arc<str>,
        if_not_exists: bool,
        place: Option<&(ValuePlace, Arc<str>)>,
    ) -> Done {
        let labels = self.labels(name)?;
        if labels.contains(label) {
            return if if_not_exists {
                Ok(())
            } else {
                Err(exists(label.clone()))
            };
        }
        let at = match place {
            None => labels.len(),
            Some((place, neighbor)) => {
                let at = labels
                    .iter()
                    .position(|l| l == neighbor)
                    .ok_or_else(|| missing(neighbor.clone()))?;
                if *place == ValuePlace::Before { at } else { at + 1 }
            }
        };
        labels.insert(at, label.clone());
        let transaction = &mut self.state.session.transaction;
        if transaction.open {
            transaction
                .new_enum_labels
                .insert_mut((name.clone(), label.clone()), ());
        }
        Ok(())
    }

    fn attributes(&mut self, name: &QualName) -> Result<&mut Vec<(Name, SqlType)>, super::Note> {
        let ty = self.catalog_mut().types.get_mut(name).map(Arc::make_mut);
        match ty.map(|t| &mut t.kind) {
            Some(TypeKind::Composite(attributes)) => Ok(attributes),
            _ => Err(refused(name.to_string())),
        }
    }

    /// Attributes; with CASCADE the columns of typed tables follow.
    fn alter_attribute(&mut self, name: &QualName, action: &AttributeAction) -> Done {
        match action {
            AttributeAction::Add(attribute, ty, behavior) => {
                let ty = self.type_of(ty);
                let attributes = self.attributes(name)?;
                if attributes.iter().any(|(n, _)| *n == attribute.name) {
                    return Err(exists(attribute.name.to_string()));
                }
                attributes.push((attribute.name.clone(), ty.clone()));
                let origin = self.at(attribute.range);
                for table in self.typed_tables(name, *behavior) {
                    let column = super::table::blank_column(&attribute.name, origin);
                    self.push_column(
                        &table,
                        Column {
                            ty: Some(ty.clone()),
                            ..column
                        },
                    );
                }
            }
            AttributeAction::Drop(attribute, if_exists, behavior) => {
                let attributes = self.attributes(name)?;
                let before = attributes.len();
                attributes.retain(|(n, _)| *n != attribute.name);
                if attributes.len() == before && !if_exists {
                    return Err(missing(attribute.name.to_string()));
                }
                for table in self.typed_tables(name, *behavior) {
                    let column = super::dependents::Target::Column(table, attribute.name.clone());
                    self.drop_targets(vec![column], *behavior)?;
                }
            }
            AttributeAction::AlterType(attribute, ty, behavior) => {
                self.retype_attribute(name, attribute, ty, *behavior)?
            }
        }
        Ok(())
    }

    fn retype_attribute(
        &mut self,
        name: &QualName,
        attribute: &Ident,
        ty: &TypeRef,
        behavior: DropBehavior,
    ) -> Done {
        let ty = self.type_of(ty);
        let own = self
            .attributes(name)?
            .iter_mut()
            .find(|(n, _)| *n == attribute.name);
        own.ok_or_else(|| missing(attribute.name.to_string()))?.1 = ty.clone();
        for table in self.typed_tables(name, behavior) {
            if let Some(column) = self.catalog_mut().column_mut(&table, &attribute.name) {
                column.ty = Some(ty.clone());
            }
        }
        Ok(())
    }

    fn typed_tables(&self, ty: &QualName, behavior: DropBehavior) -> Vec<QualName> {
        if behavior == DropBehavior::Restrict {
            return Vec::new();
        }
        let typed = self
            .catalog()
            .relations
            .iter()
            .filter(|(_, r)| r.of_type.as_ref() == Some(ty));
        typed.map(|(name, _)| name.clone()).collect()
    }

    /// Gives a type another name or schema; what uses it follows.
    pub(super) fn relocate_type(&mut self, from: &QualName, to: QualName) -> Done {
        if *from == to {
            return Ok(());
        }
        if self.catalog().types.contains_key(&to) || self.catalog().is_relation_name(&to) {
            return Err(exists(to.to_string()));
        }
        let Some(ty) = self.catalog_mut().take_type(from) else {
            return Err(missing(from.to_string()));
        };
        self.catalog_mut().insert_type(to.clone(), ty);
        self.rename_type_users(from, &to);
        let labels = &mut self.state.session.transaction.new_enum_labels;
        let added: Vec<_> = labels
            .keys()
            .filter(|(ty, _)| ty == from)
            .map(|(_, label)| label.clone())
            .collect();
        for label in added {
            labels.remove_mut(&(from.clone(), label.clone()));
            labels.insert_mut((to.clone(), label), ());
        }
        Ok(())
    }

    /// Columns, types and functions of a type or row type that has another name now.
    pub(super) fn rename_type_users(&mut self, from: &QualName, to: &QualName) {
        let is = |ty: &SqlType| ty.schema.as_ref() == Some(&from.schema) && ty.name == from.name;
        let renamed = |ty: &SqlType| SqlType {
            schema: Some(to.schema.clone()),
            name: to.name.clone(),
            ..ty.clone()
        };
        let users: Vec<QualName> = self
            .catalog()
            .relations
            .iter()
            .filter(|(_, r)| {
                r.of_type.as_ref() == Some(from) || r.columns.iter().any(|c| c.ty.as_ref().is_some_and(is))
            })
            .map(|(n, _)| n.clone())
            .collect();
        for table in users {
            let Some(relation) = self.catalog_mut().relation_mut(&table) else {
                continue;
            };
            for column in Arc::make_mut(&mut relation.columns) {
                if let Some(ty) = column.ty.as_ref().filter(|t| is(t)).map(renamed) {
                    Arc::make_mut(column).ty = Some(ty);
                }
            }
            if relation.of_type.as_ref() == Some(from) {
                relation.of_type = Some(to.clone());
            }
            if from.name != to.name {
                for_each_expr(relation, &|expr| {
                    if expr.facts.casts.iter().any(|t| t.name == from.name) {
                        rewrite::other(expr, &from.name, &to.name)
                    } else {
                        expr.clone()
                    }
                });
            }
        }
        self.rename_in_types(&is, &renamed);
        self.rename_in_signatures(from, to, &is, &renamed);
    }

    fn rename_in_types(&mut self, is: &dyn Fn(&SqlType) -> bool, renamed: &dyn Fn(&SqlType) -> SqlType) {
        let swap = |ty: &SqlType| if is(ty) { renamed(ty) } else { ty.clone() };
        let uses = |kind: &TypeKind| match kind {
            TypeKind::Composite(attributes) => attributes.iter().any(|(_, t)| is(t)),
            TypeKind::Domain(domain) => is(&domain.base),
            TypeKind::Range(subtype) => is(subtype),
            _ => false,
        };
        let users: Vec<QualName> = self
            .catalog()
            .types
            .iter()
            .filter(|(_, t)| uses(&t.kind))
            .map(|(n, _)| n.clone())
            .collect();
        for name in users {
            let Some(ty) = self.catalog_mut().types.get_mut(&name).map(Arc::make_mut) else {
                continue;
            };
            ty.kind = match &ty.kind {
                TypeKind::Composite(attributes) => {
                    TypeKind::Composite(attributes.iter().map(|(n, t)| (n.clone(), swap(t))).collect())
                }
                TypeKind::Domain(domain) => TypeKind::Domain(Arc::new(Domain {
                    base: swap(&domain.base),
                    ..(**domain).clone()
                })),
                TypeKind::Range(subtype) => TypeKind::Range(swap(subtype)),
                other => other.clone(),
            };
        }
    }

    fn rename_in_signatures(
        &mut self,
        from: &QualName,
        to: &QualName,
        is: &dyn Fn(&SqlType) -> bool,
        renamed: &dyn Fn(&SqlType) -> SqlType,
    ) {
        let (old, new) = (from.quoted(), to.quoted());
        let users: Vec<FunctionKey> = self
            .catalog()
            .functions
            .iter()
            .filter(|(key, f)| {
                key.arguments.iter().any(is) || f.returns.as_ref().is_some_and(|r| r.contains(&old))
            })
            .map(|(key, _)| key.clone())
            .collect();
        for key in users {
            let Some(function) = self.catalog().functions.get(&key).cloned() else {
                continue;
            };
            self.catalog_mut().functions.remove_mut(&key);
            let arguments = key
                .arguments
                .iter()
                .map(|t| if is(t) { renamed(t) } else { t.clone() })
                .collect();
            let mut function = (*function).clone();
            function.returns = function.returns.map(|r| replace_word(&r, &old, &new).into());
            let key = FunctionKey {
                name: key.name.clone(),
                arguments,
            };
            self.catalog_mut().functions.insert_mut(key, Arc::new(function));
        }
    }
}

/// Replaces a qualified name where it isn't a part of a longer one.
fn replace_word(text: &str, old: &str, new: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let (before, after) = (&rest[..at], &rest[at + old.len()..]);
        let part = |c: char| c.is_alphanumeric() || c == '_' || c == '"';
        let whole = !before.ends_with(part) && !after.starts_with(part);
        result.push_str(before);
        result.push_str(if whole { new } else { old });
        rest = after;
    }
    result.push_str(rest);
    result
}
