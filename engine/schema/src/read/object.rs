//! Schemas, extensions, types and domains.

use std::sync::Arc;

use confiture_syntax::Node;

use super::name::behavior;
use super::{Children, Kind, Reader, kind, name_of};
use crate::change::{
    AlterDomain, AlterDomainAction, AlterType, AlterTypeAction, AttributeAction, Change, CreateDomain,
    CreateExtension, CreateSchema, CreateType, CreateTypeKind, Ident, ObjectRef, TypeRef, ValuePlace,
};

impl Reader<'_> {
    /// `CreateSchemaStmt`, its elements behind it, created in the new schema where they name none.
    pub(super) fn create_schema(&self, node: Node<'_>) -> Option<Vec<Change>> {
        let role = node.child(kind::RoleSpec);
        let name = node
            .child(kind::ColId)
            .or_else(|| node.child(kind::opt_single_name))
            .or(role)?;
        let schema = CreateSchema {
            name: self.ident(name),
            if_not_exists: node.has(kind::kw_if),
            owner: role.map(name_of),
        };
        let mut changes = Vec::new();
        if let Some(list) = node.child(kind::OptSchemaEltList) {
            for element in list.list(kind::schema_stmt) {
                let inner = element.named().next().map(|s| self.plain_statement(s));
                changes.extend(inner.into_iter().flatten());
            }
        }
        for name in changes.iter_mut().filter_map(created_name) {
            name.schema.get_or_insert_with(|| schema.name.name.clone());
        }
        changes.insert(0, Change::CreateSchema(schema));
        Some(changes)
    }

    /// `CreateExtensionStmt`.
    pub(super) fn create_extension(&self, node: Node<'_>) -> Option<Change> {
        let options = node.child(kind::create_extension_opt_list);
        let options = options
            .map(|l| l.list(kind::create_extension_opt_item))
            .into_iter()
            .flatten();
        let schema = options
            .filter(|o| o.has(kind::kw_schema))
            .find_map(|o| self.child_ident(o, kind::name));
        Some(Change::CreateExtension(CreateExtension {
            name: self.child_ident(node, kind::name)?,
            if_not_exists: node.has(kind::kw_if),
            schema,
        }))
    }

    /// CREATE TYPE, a form of `DefineStmt`.
    pub(super) fn create_type(&self, node: Node<'_>) -> Option<Change> {
        let kind = if node.has(kind::kw_enum) {
            let labels = node
                .child(kind::opt_enum_val_list)
                .and_then(|l| l.child(kind::enum_val_list));
            CreateTypeKind::Enum(
                labels
                    .map(|l| l.list(kind::Sconst))
                    .into_iter()
                    .flatten()
                    .map(string)
                    .collect(),
            )
        } else if node.has(kind::kw_range) {
            let options = node
                .child(kind::definition)
                .and_then(|d| d.child(kind::def_list))?;
            CreateTypeKind::Range(self.subtype(options)?)
        } else if node.has(kind::kw_as) {
            let list = node
                .child(kind::OptTableFuncElementList)
                .and_then(|l| l.child(kind::TableFuncElementList));
            let elements = list.map(|l| l.list(kind::TableFuncElement)).into_iter().flatten();
            CreateTypeKind::Composite(elements.filter_map(|e| self.attribute(e)).collect())
        } else {
            CreateTypeKind::Base
        };
        Some(Change::CreateType(CreateType {
            name: self.child_object(node, kind::any_name)?,
            kind,
        }))
    }

    fn subtype(&self, options: Node<'_>) -> Option<TypeRef> {
        let mut elements = options.list(kind::def_elem).into_iter();
        let subtype = elements.find(|e| {
            e.child(kind::ColLabel)
                .is_some_and(|n| name_of(n).as_str() == "subtype")
        })?;
        Some(self.type_ref(subtype.child(kind::def_arg)?.child(kind::func_type)?))
    }

    /// `TableFuncElement`: an attribute's name and type.
    fn attribute(&self, node: Node<'_>) -> Option<(Ident, TypeRef)> {
        Some((
            self.child_ident(node, kind::ColId)?,
            self.type_ref(node.child(kind::Typename)?),
        ))
    }

    /// `AlterEnumStmt`.
    pub(super) fn alter_enum(&self, node: Node<'_>) -> Option<Change> {
        let mut labels = node.all().filter(|c| c.kind() == kind::Sconst);
        let first = labels.next()?;
        let second = labels.next();
        let action = if node.has(kind::kw_rename) {
            AlterTypeAction::RenameValue {
                from: string(first),
                to: string(second?),
            }
        } else if node.has(kind::kw_add) {
            let place = if node.has(kind::kw_before) {
                ValuePlace::Before
            } else {
                ValuePlace::After
            };
            AlterTypeAction::AddValue {
                label: string(first),
                range: self.range(first),
                if_not_exists: node.has(kind::opt_if_not_exists),
                place: second.map(|s| (place, string(s))),
            }
        } else {
            // DROP VALUE parses and is refused.
            return None;
        };
        Some(Change::AlterType(AlterType {
            name: self.child_object(node, kind::any_name)?,
            action,
        }))
    }

    /// `AlterCompositeTypeStmt`.
    pub(super) fn alter_composite(&self, node: Node<'_>) -> Option<Change> {
        let commands = node.child(kind::alter_type_cmds)?.list(kind::alter_type_cmd);
        let actions = commands
            .into_iter()
            .filter_map(|c| self.attribute_action(c))
            .collect();
        let name = self.child_object(node, kind::any_name)?;
        Some(Change::AlterType(AlterType {
            name,
            action: AlterTypeAction::Attributes(actions),
        }))
    }

    fn attribute_action(&self, node: Node<'_>) -> Option<AttributeAction> {
        let behavior = behavior(node);
        if let Some(element) = node.child(kind::TableFuncElement) {
            let (name, ty) = self.attribute(element)?;
            return Some(AttributeAction::Add(name, ty, behavior));
        }
        let name = self.child_ident(node, kind::ColId)?;
        Some(match node.child(kind::Typename) {
            Some(ty) => AttributeAction::AlterType(name, self.type_ref(ty), behavior),
            None => AttributeAction::Drop(name, node.has(kind::kw_if), behavior),
        })
    }

    /// `AlterTypeStmt`: SET (…) of a base type.
    pub(super) fn alter_type_properties(&self, node: Node<'_>) -> Option<Change> {
        let name = self.child_object(node, kind::any_name)?;
        Some(Change::AlterType(AlterType {
            name,
            action: AlterTypeAction::SetProperties,
        }))
    }

    /// `CreateDomainStmt`.
    pub(super) fn create_domain(&self, node: Node<'_>) -> Option<Change> {
        let mut domain = CreateDomain {
            name: self.child_object(node, kind::any_name)?,
            base: self.type_ref(node.child(kind::Typename)?),
            default: None,
            not_null: false,
            checks: Vec::new(),
        };
        for clause in node
            .child(kind::ColQualList)
            .map(|l| l.list(kind::ColConstraint))
            .into_iter()
            .flatten()
        {
            let Some(element) = clause.child(kind::ColConstraintElem) else {
                continue;
            };
            match element.named().next().map_or(Kind::NONE, |n| n.kind()) {
                kind::kw_not => domain.not_null = true,
                kind::kw_null => domain.not_null = false,
                kind::kw_default => domain.default = element.child(kind::b_expr).map(|e| self.expr(e)),
                kind::kw_check => {
                    domain
                        .checks
                        .push((self.child_ident(clause, kind::name), self.child_expr(element)?));
                }
                _ => {}
            }
        }
        Some(Change::CreateDomain(domain))
    }

    /// `AlterDomainStmt`.
    pub(super) fn alter_domain(&self, node: Node<'_>) -> Option<Change> {
        let name = self.child_object(node, kind::any_name)?;
        let mut words = node.named().skip_while(|c| c.kind() != kind::any_name).skip(1);
        let clause = words.next()?;
        let constraint = || self.child_ident(node, kind::name);
        let action = match clause.kind() {
            kind::alter_column_default => match self.child_expr(clause) {
                Some(default) => AlterDomainAction::SetDefault(default),
                None => AlterDomainAction::DropDefault,
            },
            kind::kw_drop if node.has(kind::kw_constraint) => {
                AlterDomainAction::DropConstraint(constraint()?, node.has(kind::kw_if), behavior(node))
            }
            kind::kw_drop => AlterDomainAction::DropNotNull,
            kind::kw_set => AlterDomainAction::SetNotNull,
            kind::kw_validate => AlterDomainAction::Validate(constraint()?),
            kind::kw_add => self.domain_constraint(node.child(kind::DomainConstraint)?)?,
            _ => return None,
        };
        Some(Change::AlterDomain(AlterDomain { name, action }))
    }

    fn domain_constraint(&self, node: Node<'_>) -> Option<AlterDomainAction> {
        let name = self.child_ident(node, kind::name);
        let element = node.child(kind::DomainConstraintElem)?;
        if !element.has(kind::kw_check) {
            return Some(AlterDomainAction::AddNotNull(name));
        }
        let not_valid = super::constraint::attributes(element)
            .iter()
            .any(|a| a.has(kind::kw_valid));
        Some(AlterDomainAction::AddCheck(
            name,
            self.child_expr(element)?,
            not_valid,
        ))
    }
}

/// The name of what an element of CREATE SCHEMA creates, or of the table that it is for.
fn created_name(change: &mut Change) -> Option<&mut ObjectRef> {
    Some(match change {
        Change::CreateTable(table) => &mut table.name,
        Change::CreateView(view) => &mut view.name,
        Change::CreateIndex(index) => &mut index.table,
        Change::CreateSequence(sequence) => &mut sequence.name,
        Change::CreateTrigger(trigger) => &mut trigger.table,
        _ => return None,
    })
}

/// A string's value.
fn string(node: Node<'_>) -> Arc<str> {
    node.string_value().unwrap_or_default().as_str().into()
}
