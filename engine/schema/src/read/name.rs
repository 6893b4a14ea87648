//! Names as a statement writes them: identifiers, qualified names, roles.

use confiture_syntax::{Name, Node};

use super::{Children, Kind, Reader, kind, name_of};
use crate::change::{DropBehavior, Ident, ObjectRef};

impl Reader<'_> {
    /// A single identifier: the node is any of the grammar's name kinds.
    pub(super) fn ident(&self, node: Node<'_>) -> Ident {
        Ident {
            name: name_of(node),
            range: self.range(node),
        }
    }

    /// The first child of that kind as an identifier.
    pub(super) fn child_ident(&self, node: Node<'_>, kind: Kind) -> Option<Ident> {
        node.child(kind).map(|n| self.ident(n))
    }

    /// The parts of a dotted name up to the first subscript or star.
    pub(super) fn parts(&self, node: Node<'_>) -> Vec<Ident> {
        let mut parts = Vec::with_capacity(2);
        for child in node.named() {
            match child.kind() {
                kind::indirection | kind::opt_indirection => {
                    for element in child.list(kind::indirection_el) {
                        match element.child(kind::attr_name) {
                            Some(name) => parts.push(self.ident(name)),
                            None => return parts,
                        }
                    }
                }
                kind::attrs => parts.extend(child.list(kind::attr_name).into_iter().map(|n| self.ident(n))),
                _ => parts.push(self.ident(child)),
            }
        }
        parts
    }

    /// A (qualified) name: `qualified_name`, `any_name`, `func_name` and their likes. A database before the schema is dropped.
    pub(super) fn object(&self, node: Node<'_>) -> ObjectRef {
        let mut parts = self.parts(node);
        let name = parts.pop().map_or_else(|| Name::new(""), |i| i.name);
        ObjectRef {
            schema: parts.pop().map(|i| i.name),
            name,
            range: self.range(node),
        }
    }

    /// The first child of that kind as a qualified name.
    pub(super) fn child_object(&self, node: Node<'_>, kind: Kind) -> Option<ObjectRef> {
        node.child(kind).map(|n| self.object(n))
    }

    /// The name of something that can't be qualified, as the object lists want it.
    pub(super) fn unqualified(&self, node: Node<'_>) -> ObjectRef {
        ObjectRef {
            schema: None,
            name: name_of(node),
            range: self.range(node),
        }
    }

    /// Splits `relation.column` (with or without a schema) into the relation and the last part.
    pub(super) fn member(&self, node: Node<'_>) -> Option<(ObjectRef, Ident)> {
        let mut parts = self.parts(node);
        let member = parts.pop()?;
        let relation = parts.pop()?;
        let schema = parts.pop();
        let start = schema.as_ref().map_or(relation.range, |s| s.range);
        let range = confiture_syntax::TextRange::new(start.start, relation.range.end);
        Some((
            ObjectRef {
                schema: schema.map(|s| s.name),
                name: relation.name,
                range,
            },
            member,
        ))
    }

    /// A relation and whether ONLY stands before it: `relation_expr`, `relation_expr_opt_alias` or `qualified_name`.
    pub(super) fn relation(&self, node: Node<'_>) -> Option<(ObjectRef, bool)> {
        let mut node = node;
        let mut only = false;
        // relation_expr_opt_alias > relation_expr > extended_relation_expr > qualified_name
        for _ in 0..4 {
            if node.kind() == kind::qualified_name {
                return Some((self.object(node), only));
            }
            only |= node.has(kind::kw_only);
            node = node.all().find(|c| {
                matches!(
                    c.kind(),
                    kind::qualified_name | kind::relation_expr | kind::extended_relation_expr
                )
            })?;
        }
        (node.kind() == kind::qualified_name).then(|| (self.object(node), only))
    }

    /// Every element of a list of plain identifiers.
    pub(super) fn idents(&self, list: Node<'_>, element: Kind) -> Vec<Ident> {
        list.list(element).into_iter().map(|n| self.ident(n)).collect()
    }

    /// Every element of a list of qualified names.
    pub(super) fn objects(&self, list: Node<'_>, element: Kind) -> Vec<ObjectRef> {
        list.list(element).into_iter().map(|n| self.object(n)).collect()
    }

    /// The columns of a `columnList`, or of a clause that wraps one; a PERIOD's column comes last.
    pub(super) fn columns(&self, node: Node<'_>) -> Vec<Ident> {
        let list = node
            .child(kind::columnList)
            .filter(|_| node.kind() != kind::columnList)
            .unwrap_or(node);
        let mut columns = self.idents(list, kind::columnElem);
        if let Some(period) = node
            .child(kind::optionalPeriodName)
            .and_then(|p| p.child(kind::columnElem))
        {
            columns.push(self.ident(period));
        }
        columns
    }
}

/// CASCADE where it is written on this node.
pub(super) fn behavior(node: Node<'_>) -> DropBehavior {
    match node.child(kind::opt_drop_behavior) {
        Some(b) if b.has(kind::kw_cascade) => DropBehavior::Cascade,
        _ => DropBehavior::Restrict,
    }
}

/// The names of a `role_list` under this node.
pub(super) fn roles(node: Node<'_>) -> Vec<Name> {
    node.child(kind::role_list)
        .map(|list| {
            list.list(kind::RoleSpec)
                .into_iter()
                .map(|r| name_of(r))
                .collect()
        })
        .unwrap_or_default()
}
