//! Objects that the catalog keeps by name alone, and statements of no consequence for relations.

use std::sync::Arc;

use confiture_syntax::{Name, Node};

use super::generic::object_kind;
use super::{Children, Reader, kind, name_of};
use crate::catalog::OtherKind;
use crate::change::{
    AlterOther, CastApplied, Change, CreateOther, Listing, ObjectKind, ObjectName, ObjectRef, Other,
};

impl Reader<'_> {
    /// CREATE of an object whose name is the first name in the statement.
    pub(super) fn create_other(&self, node: Node<'_>) -> Option<Change> {
        let skip = node.named().position(|c| {
            !matches!(
                c.kind(),
                kind::kw_create | kind::opt_or_replace | kind::opt_trusted | kind::opt_default
            )
        })?;
        let ObjectKind::Other(kind) = object_kind(node, skip)? else {
            return None;
        };
        Some(Change::CreateOther(CreateOther {
            kind,
            object: self.other_object(node, kind)?,
            tolerant: node.has(kind::kw_if) || node.has(kind::opt_or_replace),
            relations: self.published(node),
            columns: Vec::new(),
            applied: node
                .child(kind::cast_context)
                .map_or_else(Default::default, applied),
        }))
    }

    /// ALTER of such an object.
    pub(super) fn alter_other(&self, node: Node<'_>) -> Option<Change> {
        let ObjectKind::Other(kind) = object_kind(node, 1)? else {
            return None;
        };
        let object = self.other_object(node, kind)?;
        let relations = self.published(node);
        let listing = match () {
            () if node.has(kind::kw_drop) => Listing::Drop,
            () if node.has(kind::kw_set) && !relations.is_empty() => Listing::Set,
            () => Listing::Add,
        };
        Some(Change::AlterOther(AlterOther {
            kind,
            object,
            relations,
            listing,
        }))
    }

    fn other_object(&self, node: Node<'_>, kind: OtherKind) -> Option<ObjectName> {
        match (kind, node.child(kind::any_operator)) {
            (OtherKind::Operator, Some(operator)) => self.defined_operator(node, operator),
            _ => self.object_of(node, ObjectKind::Other(kind)),
        }
    }

    /// CREATE OPERATOR: its identity has the types that its definition gives.
    fn defined_operator(&self, node: Node<'_>, operator: Node<'_>) -> Option<ObjectName> {
        let name = self.operator(operator);
        let list = node.child(kind::definition)?.child(kind::def_list)?;
        let side = |word: &str| {
            let mut elements = list.list(kind::def_elem).into_iter();
            let element = elements.find(|e| {
                e.child(kind::ColLabel)
                    .is_some_and(|n| name_of(n).as_str() == word)
            });
            let ty = element
                .and_then(|e| e.child(kind::def_arg))
                .and_then(|a| a.child(kind::func_type));
            ty.map_or_else(|| "NONE".to_owned(), |t| self.type_ref(t).ty.to_string())
        };
        let schema = name.schema.as_ref().map(|s| format!("{s}.")).unwrap_or_default();
        let identity = format!("{schema}{}({},{})", name.name, side("leftarg"), side("rightarg"));
        Some(ObjectName {
            identity: Some(identity.into()),
            ..ObjectName::of(name)
        })
    }

    /// Tables of a publication.
    fn published(&self, node: Node<'_>) -> Vec<ObjectRef> {
        let list = node
            .child(kind::pub_obj_list)
            .map(|l| l.list(kind::PublicationObjSpec));
        list.into_iter()
            .flatten()
            .filter_map(|o| self.published_table(o))
            .collect()
    }

    fn published_table(&self, node: Node<'_>) -> Option<ObjectRef> {
        if let Some(relation) = node
            .child(kind::relation_expr)
            .or_else(|| node.child(kind::extended_relation_expr))
        {
            return Some(self.published_relation(relation));
        }
        // `TABLES IN SCHEMA s` names no table; a bare name continues the list before it.
        let bare = node.has(kind::ColId) && !node.has(kind::kw_tables);
        bare.then(|| {
            let mut parts: Vec<Name> = node.child(kind::ColId).map(name_of).into_iter().collect();
            let attributes = node
                .child(kind::indirection)
                .map(|i| i.list(kind::indirection_el));
            parts.extend(
                attributes
                    .into_iter()
                    .flatten()
                    .filter_map(|e| e.child(kind::attr_name))
                    .map(name_of),
            );
            let name = parts.pop().unwrap_or_else(|| Name::new(""));
            ObjectRef {
                schema: parts.pop(),
                name,
                range: self.range(node),
            }
        })
    }

    fn published_relation(&self, node: Node<'_>) -> ObjectRef {
        let inner = node.find(kind::qualified_name).unwrap_or(node);
        self.object(inner)
    }

    /// `CreateStatsStmt`.
    pub(super) fn create_statistics(&self, node: Node<'_>) -> Option<Change> {
        let list = node.child(kind::from_list)?.list(kind::table_ref);
        let relations: Vec<ObjectRef> = list
            .into_iter()
            .filter_map(|t| self.relation(t.child(kind::relation_expr)?))
            .map(|(r, _)| r)
            .collect();
        let name = node
            .child(kind::any_name)
            .or_else(|| node.child(kind::opt_qualified_name)?.child(kind::any_name));
        let object = match name {
            Some(name) => self.object(name),
            None => self.unnamed_statistics(node, relations.first()?),
        };
        Some(Change::CreateOther(CreateOther {
            kind: OtherKind::Statistics,
            object: ObjectName::of(object),
            tolerant: node.has(kind::kw_if),
            relations,
            columns: statistics_columns(node),
            applied: CastApplied::Explicitly,
        }))
    }

    /// The name that PostgreSQL makes of a table and its columns (`ChooseExtendedStatisticName`).
    fn unnamed_statistics(&self, node: Node<'_>, table: &ObjectRef) -> ObjectRef {
        let params = node.child(kind::stats_params).map(|p| p.list(kind::stats_param));
        let columns = params.into_iter().flatten().map(|p| match p.child(kind::ColId) {
            Some(column) => name_of(column).to_string(),
            None => "expr".to_owned(),
        });
        let columns: Vec<String> = columns.collect();
        let name = Name::new(format!("{}_{}_stat", table.name, columns.join("_")));
        ObjectRef {
            schema: table.schema.clone(),
            name,
            range: self.range(node),
        }
    }

    /// `AlterObjectDependsStmt`: relations are locked for it as for other ALTERs.
    pub(super) fn depends(&self, node: Node<'_>) -> Option<Change> {
        use crate::change::{AlterAction, AlterCommand, AlterRelation, RelationWord};
        let word = match object_kind(node, 1)? {
            ObjectKind::Trigger => RelationWord::Table,
            ObjectKind::Index => RelationWord::Index,
            ObjectKind::MaterializedView => RelationWord::MaterializedView,
            _ => return Some(other("ALTER FUNCTION", Transactional::Inside)),
        };
        let action = AlterAction::Unknown(Arc::from("DEPENDS ON EXTENSION"));
        Some(Change::AlterRelation(Box::new(AlterRelation {
            word,
            if_exists: false,
            only: false,
            name: self.child_object(node, kind::qualified_name)?,
            commands: vec![AlterCommand {
                action,
                range: self.range(node),
            }],
        })))
    }
}

/// The plain columns of CREATE STATISTICS.
fn statistics_columns(node: Node<'_>) -> Vec<Name> {
    let params = node.child(kind::stats_params).map(|p| p.list(kind::stats_param));
    let params = params.into_iter().flatten();
    params.filter_map(|p| p.child(kind::ColId)).map(name_of).collect()
}

/// Whether PostgreSQL refuses a statement inside a transaction block.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Transactional {
    /// It may be inside.
    Inside,
    /// It must be alone.
    Outside,
}

/// A statement of no consequence.
pub(super) fn other(tag: &str, transactional: Transactional) -> Change {
    Change::Other(Other {
        tag: tag.into(),
        outside_transaction: transactional == Transactional::Outside,
    })
}

/// AS ASSIGNMENT, AS IMPLICIT.
fn applied(node: Node<'_>) -> CastApplied {
    if node.has(kind::kw_implicit) {
        CastApplied::Anywhere
    } else if node.has(kind::kw_assignment) {
        CastApplied::InAssignments
    } else {
        CastApplied::Explicitly
    }
}
