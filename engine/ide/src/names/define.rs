//! Types, domains, functions and aggregates as statements make and alter them.

use confiture_schema::catalog::QualName;
use confiture_syntax::{Node, kind};

use super::scope::Frame;
use super::walk::{Meaning, Walk};
use super::{Access, Symbol};

impl Walk<'_> {
    /// Opens a stretch that is about a type.
    fn open_type(&mut self, node: Node<'_>, name: QualName) {
        self.frames.push(Frame {
            end: node.range().end,
            about: Some(name),
            ..Frame::default()
        });
    }

    /// CREATE TYPE, AGGREGATE, OPERATOR, COLLATION, text search objects.
    pub(super) fn define(&mut self, node: Node<'_>) {
        if let Some(name) = node.child(kind::func_name) {
            self.plan_new_function(name);
            return;
        }
        let Some(name) = node.child(kind::any_name).filter(|_| node.has(kind::kw_type)) else {
            return;
        };
        let Some(ty) = name.qualified().and_then(|n| self.known.new_name(&n.parts)) else {
            return;
        };
        self.plan(name, Meaning::Exact(Symbol::Type(ty.clone())), Access::Defines);
        let labels = node
            .child(kind::opt_enum_val_list)
            .and_then(|l| l.child(kind::enum_val_list));
        for label in labels.map(|l| l.list(kind::Sconst)).into_iter().flatten() {
            self.enum_label(label, &ty, Access::Defines);
        }
        let attributes = node.child(kind::OptTableFuncElementList);
        for attribute in attributes
            .into_iter()
            .flat_map(|l| l.find_all(kind::TableFuncElement))
        {
            if let Some(column) = attribute.child(kind::ColId) {
                self.plan_column(column, &ty, Access::Defines);
            }
        }
        self.open_type(node, ty);
    }

    fn enum_label(&mut self, node: Node<'_>, ty: &QualName, access: Access) {
        if let Some(label) = node.string_value() {
            self.plan(node, Meaning::Exact(Symbol::EnumLabel(ty.clone(), label)), access);
        }
    }

    fn plan_new_function(&mut self, name: Node<'_>) -> Option<QualName> {
        let function = name.qualified().and_then(|n| self.known.new_name(&n.parts))?;
        self.plan(
            name,
            Meaning::Exact(Symbol::Function(function.clone())),
            Access::Defines,
        );
        Some(function)
    }

    pub(super) fn type_at(&self, node: Node<'_>) -> Option<QualName> {
        let parts = node.qualified()?.parts;
        self.known.type_named(&parts).map(|(name, _)| name)
    }

    pub(super) fn domain(&mut self, node: Node<'_>, access: Access) {
        let Some(name) = node.child(kind::any_name) else {
            return;
        };
        let domain = match access {
            Access::Defines => name.qualified().and_then(|n| self.known.new_name(&n.parts)),
            _ => self.type_at(name),
        };
        let Some(domain) = domain else { return };
        self.plan(name, Meaning::Exact(Symbol::Type(domain.clone())), access);
        if let Some(constraint) = node.child(kind::name)
            && let Some(own) = constraint.name()
        {
            let access = if node.has(kind::kw_drop) {
                Access::Drops
            } else {
                Access::Alters
            };
            self.plan(
                constraint,
                Meaning::Exact(Symbol::Constraint(domain.clone(), own)),
                access,
            );
        }
        self.open_type(node, domain);
    }

    pub(super) fn alter_enum(&mut self, node: Node<'_>) {
        let Some(name) = node.child(kind::any_name) else {
            return;
        };
        self.plan(name, Meaning::Type, Access::Alters);
        let Some(ty) = self.type_at(name) else { return };
        let mut labels = node.children().filter(|c| c.kind() == kind::Sconst);
        let (first, second) = (labels.next(), labels.next());
        let is_rename = node.has(kind::kw_rename);
        if let Some(first) = first {
            let access = if is_rename {
                Access::Alters
            } else {
                Access::Defines
            };
            self.enum_label(first, &ty, access);
        }
        if let Some(second) = second {
            let access = if is_rename { Access::Defines } else { Access::Reads };
            self.enum_label(second, &ty, access);
        }
    }

    pub(super) fn alter_type(&mut self, node: Node<'_>) {
        let Some(name) = node.child(kind::any_name) else {
            return;
        };
        self.plan(name, Meaning::Type, Access::Alters);
        if let Some(ty) = self.type_at(name) {
            self.open_type(node, ty);
        }
    }

    /// ADD, DROP, ALTER ATTRIBUTE.
    pub(super) fn alter_attribute(&mut self, node: Node<'_>) {
        let Some(ty) = self.about().cloned() else { return };
        let added = node
            .child(kind::TableFuncElement)
            .and_then(|e| e.child(kind::ColId));
        if let Some(added) = added {
            self.plan_column(added, &ty, Access::Defines);
        } else if let Some(column) = node.child(kind::ColId) {
            let access = if node.has(kind::kw_drop) {
                Access::Drops
            } else {
                Access::Alters
            };
            self.plan_column(column, &ty, access);
        }
    }

    /// Parameters are in scope to the end: in defaults, and in a body that is no string.
    pub(super) fn create_function(&mut self, node: Node<'_>) {
        if let Some(name) = node.child(kind::func_name) {
            self.plan_new_function(name);
        }
        self.frames.push(Frame {
            end: node.range().end,
            variables: super::body::parameters(node, self.place),
            ..Frame::default()
        });
    }

    pub(super) fn parameter(&mut self, node: Node<'_>) {
        if let Some(name) = node.child(kind::param_name) {
            self.define_local(Some(name));
        }
    }

    /// `orders.total%TYPE`.
    pub(super) fn type_of_column(&mut self, node: Node<'_>) {
        if !node.has(kind::kw_type) {
            return;
        }
        let first = node.child(kind::type_function_name);
        let mut parts = Vec::new();
        parts.extend(first.and_then(|f| Some((f.name()?, f.range()))));
        let more = node.child(kind::attrs).map(|a| a.list(kind::attr_name));
        parts.extend(
            more.into_iter()
                .flatten()
                .filter_map(|a| Some((a.name()?, a.range()))),
        );
        self.column_path(&parts, Access::Reads);
    }

    /// `sfunc = f`, `subtype = t`: most words of definitions are no names.
    pub(super) fn definition_element(&mut self, node: Node<'_>) {
        let word = node.child(kind::ColLabel).and_then(Node::name);
        let Some(ty) = node.find(kind::GenericType) else {
            return;
        };
        let meaning = match word.as_ref().map(|w| w.as_str()) {
            Some(
                "sfunc" | "finalfunc" | "combinefunc" | "serialfunc" | "deserialfunc" | "msfunc" | "minvfunc"
                | "mfinalfunc" | "procedure" | "function" | "restrict" | "join" | "canonical"
                | "subtype_diff" | "input" | "output" | "receive" | "send",
            ) => Meaning::Function,
            Some("stype" | "mstype" | "subtype" | "leftarg" | "rightarg" | "basetype") => return,
            _ => Meaning::Nothing,
        };
        self.plan(ty, meaning, Access::Reads);
    }
}
