//! GRANT and REVOKE.

use std::sync::Arc;

use confiture_syntax::Node;

use super::generic::object_kind;
use super::name::roles;
use super::{Children, Reader, kind, name_of};
use crate::change::{Change, Grant, ObjectKind, ObjectName};

impl Reader<'_> {
    /// `GrantStmt`, `RevokeStmt`.
    pub(super) fn grant(&self, node: Node<'_>) -> Option<Change> {
        let (kind, objects) = self.privilege_target(node.child(kind::privilege_target)?)?;
        let grantees = node.child(kind::grantee_list)?.list(kind::grantee);
        let grantees = grantees
            .into_iter()
            .filter_map(|g| g.child(kind::RoleSpec))
            .map(name_of)
            .collect();
        Some(Change::Grant(Grant {
            revoke: node.has(kind::kw_revoke),
            kind: Some(kind),
            objects,
            privileges: privileges(node.child(kind::privileges)?),
            grantees,
        }))
    }

    /// `GrantRoleStmt`, `RevokeRoleStmt`.
    pub(super) fn grant_role(&self, node: Node<'_>) -> Option<Change> {
        let list = node.child(kind::privilege_list)?.list(kind::privilege);
        Some(Change::Grant(Grant {
            revoke: node.has(kind::kw_revoke),
            kind: None,
            objects: Vec::new(),
            privileges: list.into_iter().map(|p| name_of(p).as_str().into()).collect(),
            grantees: roles(node),
        }))
    }

    fn privilege_target(&self, node: Node<'_>) -> Option<(ObjectKind, Vec<ObjectName>)> {
        if node.has(kind::kw_all) {
            return Some((kind_of_all(node)?, Vec::new()));
        }
        // Names without a kind are tables.
        let kind = object_kind(node, 0).unwrap_or(ObjectKind::Table);
        let list = node.named().last()?;
        let objects = match list.kind() {
            kind::qualified_name_list => self.objects(list, kind::qualified_name),
            kind::any_name_list => self.objects(list, kind::any_name),
            kind::name_list => list
                .list(kind::name)
                .into_iter()
                .map(|n| self.unqualified(n))
                .collect(),
            kind::function_with_argtypes_list => {
                let signatures = list.list(kind::function_with_argtypes).into_iter();
                return Some((kind, signatures.map(|s| self.signature(s)).collect()));
            }
            _ => Vec::new(),
        };
        Some((kind, objects.into_iter().map(ObjectName::of).collect()))
    }
}

/// ALL TABLES IN SCHEMA and its likes.
fn kind_of_all(node: Node<'_>) -> Option<ObjectKind> {
    Some(match node.named().nth(1)?.kind() {
        kind::kw_tables => ObjectKind::Table,
        kind::kw_sequences => ObjectKind::Sequence,
        kind::kw_functions => ObjectKind::Function,
        kind::kw_procedures => ObjectKind::Procedure,
        _ => ObjectKind::Routine,
    })
}

fn privileges(node: Node<'_>) -> Vec<Arc<str>> {
    let Some(list) = node.child(kind::privilege_list) else {
        return vec!["ALL".into()];
    };
    list.list(kind::privilege).into_iter().map(privilege).collect()
}

/// The privilege's words without its columns.
fn privilege(node: Node<'_>) -> Arc<str> {
    let words = node.named().filter(|c| c.kind() != kind::opt_column_list);
    let words: Vec<String> = words.map(|w| w.text().to_ascii_uppercase()).collect();
    words.join(" ").into()
}
