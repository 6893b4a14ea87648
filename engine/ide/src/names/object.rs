//! Schemas, types, functions, roles, and statements that name objects of every kind.

use confiture_schema::catalog::QualName;
use confiture_syntax::{Kind, Node, kind};

use super::walk::{Meaning, Walk};
use super::{Access, Symbol};

/// The kinds of objects that names are looked up of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Relation,
    Index,
    Type,
    Function,
    Schema,
    Extension,
    Role,
    Column,
    Constraint,
    Trigger,
    Policy,
}

impl Walk<'_> {
    /// Reads a node that is no query's and no table's.
    pub(super) fn visit_object(&mut self, node: Node<'_>) {
        match node.kind() {
            kind::CreateSchemaStmt => {
                let name = node
                    .child(kind::opt_single_name)
                    .and_then(|n| n.child(kind::ColId));
                self.plan_single(
                    name.or_else(|| node.child(kind::ColId)),
                    Symbol::Schema,
                    Access::Defines,
                );
            }
            kind::CreateExtensionStmt => {
                self.plan_single(node.child(kind::name), Symbol::Extension, Access::Defines);
            }
            kind::AlterExtensionStmt => {
                self.plan_single(node.child(kind::name), Symbol::Extension, Access::Alters);
            }
            kind::create_extension_opt_item if node.has(kind::kw_schema) => {
                self.plan_single(node.child(kind::name), Symbol::Schema, Access::Reads);
            }
            kind::DefineStmt => self.define(node),
            kind::CreateDomainStmt => self.domain(node, Access::Defines),
            kind::AlterDomainStmt => self.domain(node, Access::Alters),
            kind::AlterEnumStmt => self.alter_enum(node),
            kind::AlterTypeStmt | kind::AlterCompositeTypeStmt => self.alter_type(node),
            kind::alter_type_cmd => self.alter_attribute(node),
            kind::CreateFunctionStmt => self.create_function(node),
            kind::AlterFunctionStmt => self.plan_functions(node, Access::Alters),
            kind::function_with_argtypes => self.function_signature(node),
            kind::func_type | kind::func_return => self.type_of_column(node),
            kind::func_arg | kind::table_func_column => self.parameter(node),
            kind::DropStmt => self.drop(node),
            kind::RemoveFuncStmt | kind::RemoveAggrStmt => self.plan_functions(node, Access::Drops),
            kind::DropRoleStmt => self.roles(node, Access::Drops),
            kind::CreateRoleStmt | kind::CreateUserStmt | kind::CreateGroupStmt => {
                self.roles(node, Access::Defines);
            }
            kind::AlterRoleStmt | kind::AlterRoleSetStmt | kind::AlterGroupStmt => {
                self.plan_role(node.child(kind::RoleSpec), Access::Alters);
            }
            kind::RenameStmt => self.rename(node),
            kind::AlterObjectSchemaStmt => self.set_schema(node),
            kind::AlterOwnerStmt => self.one_object(node, 1, Access::Alters),
            kind::CommentStmt => self.one_object(node, 2, Access::Alters),
            kind::SecLabelStmt => self.labelled(node),
            kind::AlterExtensionContentsStmt => self.extension_contents(node),
            kind::AlterObjectDependsStmt => self.depends(node),
            kind::GrantStmt | kind::RevokeStmt => self.grant(node),
            kind::GrantRoleStmt | kind::RevokeRoleStmt => self.grant_role(node),
            kind::privilege_target => self.privilege_target(node),
            kind::DefACLOption if node.has(kind::kw_schema) => self.schemas(node),
            kind::TruncateStmt => {
                for relation in node.find_all(kind::relation_expr) {
                    self.plan_first(relation, kind::qualified_name, Meaning::Relation, Access::Writes);
                }
            }
            kind::RefreshMatViewStmt => {
                self.plan_first(node, kind::qualified_name, Meaning::Relation, Access::Writes);
            }
            kind::ReindexStmt => self.reindex(node),
            kind::constraints_set_list => {
                for name in node.find_all(kind::qualified_name) {
                    self.plan(name, Meaning::Nothing, Access::Reads);
                }
            }
            kind::generic_set => self.search_path(node),
            kind::def_elem | kind::operator_def_elem => self.definition_element(node),
            kind::ImportForeignSchemaStmt => {
                let into = node.children().filter(|c| c.kind() == kind::name).last();
                self.plan_single(into, Symbol::Schema, Access::Reads);
            }
            _ => {}
        }
    }

    /// A single identifier as a symbol that has no schema.
    fn plan_single(
        &mut self,
        node: Option<Node<'_>>,
        symbol: impl Fn(confiture_syntax::Name) -> Symbol,
        access: Access,
    ) {
        if let Some(node) = node
            && let Some(name) = node.name()
        {
            self.plan(node, Meaning::Exact(symbol(name)), access);
        }
    }

    fn plan_role(&mut self, node: Option<Node<'_>>, access: Access) {
        let Some(node) = node else { return };
        let name = node.find(kind::NonReservedWord).and_then(Node::name);
        if let Some(name) = name.filter(|name| !matches!(name.as_str(), "public" | "none")) {
            self.plan(node, Meaning::Exact(Symbol::Role(name)), access);
        }
    }

    /// The roles that CREATE or DROP ROLE is about.
    fn roles(&mut self, node: Node<'_>, access: Access) {
        if let Some(id) = node.child(kind::RoleId) {
            self.plan_role(Some(id), access);
            return;
        }
        let list = node.child(kind::role_list).map(|l| l.list(kind::RoleSpec));
        for role in list.into_iter().flatten() {
            self.plan_role(Some(role), access);
        }
    }

    /// The schemas of a `name_list` in a node.
    fn schemas(&mut self, node: Node<'_>) {
        let list = node.child(kind::name_list).map(|l| l.list(kind::name));
        for name in list.into_iter().flatten() {
            self.plan_single(Some(name), Symbol::Schema, Access::Reads);
        }
    }

    /// The functions that ALTER and DROP FUNCTION name.
    fn plan_functions(&mut self, node: Node<'_>, access: Access) {
        for signature in node.find_all(kind::function_with_argtypes) {
            self.plan(signature, Meaning::Function, access);
        }
        for signature in node.find_all(kind::aggregate_with_argtypes) {
            self.plan_first(signature, kind::func_name, Meaning::Function, access);
        }
    }

    /// A function's name without its arguments: one with them has a `func_name`, which stands at the same place.
    fn function_signature(&mut self, node: Node<'_>) {
        if node.has(kind::func_name) {
            return;
        }
        let access = self.take_access(node).unwrap_or(Access::Reads);
        let mut parts = Vec::new();
        let first = node
            .children()
            .find(|c| c.is_named() && c.kind() != kind::comment);
        parts.extend(first.and_then(|f| Some((f.name()?, f.range()))));
        let more = node
            .child(kind::indirection)
            .map(|i| i.list(kind::indirection_el));
        for element in more.into_iter().flatten() {
            let attribute = element.child(kind::attr_name);
            parts.extend(attribute.and_then(|a| Some((a.name()?, a.range()))));
        }
        let found = self.known.function_named(&parts);
        let found = found.map(|(name, known)| (Symbol::Function(name), known));
        self.named(&parts, found, access);
    }

    fn drop(&mut self, node: Node<'_>) {
        let Some(what) = what(node, 1) else { return };
        let on = node.child(kind::any_name);
        if let (Some(on), Some(name)) = (on, node.child(kind::name)) {
            self.part_of(what, name, on, Access::Drops);
            return;
        }
        let list = node.child(kind::any_name_list).map(|l| l.list(kind::any_name));
        for name in list.into_iter().flatten() {
            self.plan_object(what, name, Access::Drops);
        }
        let list = node.child(kind::name_list).map(|l| l.list(kind::name));
        for name in list.into_iter().flatten() {
            self.plan_object(what, name, Access::Drops);
        }
        let list = node.child(kind::type_name_list).map(|l| l.list(kind::Typename));
        for name in list.into_iter().flatten() {
            self.plan(name, Meaning::Type, Access::Drops);
        }
    }

    /// A name alone as an object of a kind.
    fn plan_object(&mut self, what: What, node: Node<'_>, access: Access) {
        match what {
            What::Relation => self.plan(node, Meaning::RelationOrIndex, access),
            What::Index => self.plan(node, Meaning::Index, access),
            What::Type => self.plan(node, Meaning::Type, access),
            What::Function => self.plan(node, Meaning::Function, access),
            What::Schema => self.plan_single(Some(node), Symbol::Schema, access),
            What::Extension => self.plan_single(Some(node), Symbol::Extension, access),
            What::Role => self.plan_role(Some(node), access),
            What::Column => self.plan(node, Meaning::ColumnPath, access),
            What::Constraint | What::Trigger | What::Policy => {}
        }
    }

    /// `name ON relation`.
    fn part_of(&mut self, what: What, name: Node<'_>, on: Node<'_>, access: Access) {
        let Some(own) = name.name() else { return };
        self.plan(on, Meaning::Relation, Access::Reads);
        let Some(of) = self.relation_at(on) else { return };
        let symbol = match what {
            What::Constraint => Symbol::Constraint(of, own),
            What::Trigger => Symbol::Trigger(of, own),
            What::Policy => Symbol::Policy(of, own),
            _ => return,
        };
        self.plan(name, Meaning::Exact(symbol), access);
    }

    /// The one object that a statement names behind `skip` words.
    fn one_object(&mut self, node: Node<'_>, skip: usize, access: Access) {
        let Some(what) = what(node, skip) else { return };
        match what {
            What::Constraint if node.has(kind::kw_domain) => self.domain_constraint(node, access),
            What::Constraint | What::Trigger | What::Policy => {
                let on = node
                    .child(kind::any_name)
                    .or_else(|| node.child(kind::qualified_name));
                if let (Some(name), Some(on)) = (node.child(kind::name), on) {
                    self.part_of(what, name, on, access);
                }
            }
            What::Function => self.plan_functions(node, access),
            _ => {
                let name = node.children().find(|c| is_object_name(c.kind()));
                if let Some(name) = name {
                    let name = match name.kind() {
                        kind::relation_expr => name.find(kind::qualified_name).unwrap_or(name),
                        _ => name,
                    };
                    self.plan_object(what, name, access);
                }
            }
        }
    }

    fn domain_constraint(&mut self, node: Node<'_>, access: Access) {
        let (Some(name), Some(on)) = (node.child(kind::name), node.child(kind::any_name)) else {
            return;
        };
        self.plan(on, Meaning::Type, Access::Reads);
        if let (Some(own), Some(domain)) = (name.name(), self.type_at(on)) {
            self.plan(name, Meaning::Exact(Symbol::Constraint(domain, own)), access);
        }
    }

    fn rename(&mut self, node: Node<'_>) {
        let Some(what) = what(node, 1) else { return };
        let is_new = |c: &Node<'_>| matches!(c.kind(), kind::name | kind::RoleId);
        let Some(to) = node.children().filter(is_new).last() else {
            return;
        };
        let mut words = node.children().skip_while(|c| c.kind() != kind::kw_rename);
        let old = words
            .by_ref()
            .take_while(|c| c.kind() != kind::kw_to)
            .find(|c| c.kind() == kind::name);
        if let Some(old) = old {
            self.rename_part(node, what, old, to);
            return;
        }
        let new = self.new_symbol(node, what, to);
        self.one_object(node, 1, Access::Alters);
        if let Some(symbol) = new {
            self.plan(to, Meaning::Exact(symbol), Access::Defines);
        }
    }

    /// What an object is once it has another name.
    fn new_symbol(&self, node: Node<'_>, what: What, to: Node<'_>) -> Option<Symbol> {
        let name = match to.kind() {
            kind::RoleId => to.find(kind::NonReservedWord)?.name()?,
            _ => to.name()?,
        };
        let object = node.children().find(|c| is_object_name(c.kind()));
        let parts = || -> Option<Vec<_>> {
            let object = object?;
            match object.kind() {
                kind::relation_expr => Some(object.find(kind::qualified_name)?.qualified()?.parts),
                _ => Some(object.qualified()?.parts),
            }
        };
        let beside = |old: QualName| QualName::new(old.schema, name.clone());
        let on = || {
            let on = node
                .child(kind::any_name)
                .or_else(|| node.child(kind::qualified_name));
            self.relation_at(on?)
        };
        Some(match what {
            What::Relation => match self.known.relation_or_index(&parts()?)?.0 {
                Symbol::Relation(old) => Symbol::Relation(beside(old)),
                Symbol::Index(old) => Symbol::Index(beside(old)),
                _ => return None,
            },
            What::Index => Symbol::Index(beside(self.known.index_named(&parts()?)?.0)),
            What::Type => Symbol::Type(beside(self.known.type_named(&parts()?)?.0)),
            What::Function => {
                let signature = node
                    .find(kind::function_with_argtypes)
                    .or_else(|| node.find(kind::aggregate_with_argtypes))?;
                let named = signature.child(kind::func_name).unwrap_or(signature);
                let parts = named.qualified().map(|n| n.parts);
                let parts = parts.or_else(|| Some(vec![(named.name()?, named.range())]))?;
                Symbol::Function(beside(self.known.function_named(&parts)?.0))
            }
            What::Schema => Symbol::Schema(name),
            What::Extension => Symbol::Extension(name),
            What::Role => Symbol::Role(name),
            What::Trigger => Symbol::Trigger(on()?, name),
            What::Policy => Symbol::Policy(on()?, name),
            What::Constraint | What::Column => return None,
        })
    }

    /// RENAME COLUMN, CONSTRAINT, ATTRIBUTE.
    fn rename_part(&mut self, node: Node<'_>, what: What, old: Node<'_>, to: Node<'_>) {
        let (Some(from), Some(new)) = (old.name(), to.name()) else {
            return;
        };
        self.one_object(node, 1, Access::Alters);
        let owner = match what {
            What::Type => node.child(kind::any_name).and_then(|n| self.type_at(n)),
            _ => {
                let relation = node
                    .child(kind::relation_expr)
                    .or_else(|| node.child(kind::qualified_name));
                relation.and_then(|r| self.relation_at(r))
            }
        };
        let Some(owner) = owner else { return };
        let symbol = |name| match node.has(kind::kw_constraint) {
            true => Symbol::Constraint(owner.clone(), name),
            false => Symbol::Column(owner.clone(), name),
        };
        self.plan(old, Meaning::Exact(symbol(from)), Access::Alters);
        self.plan(to, Meaning::Exact(symbol(new)), Access::Defines);
    }

    fn set_schema(&mut self, node: Node<'_>) {
        self.one_object(node, 1, Access::Alters);
        let to = node.children().filter(|c| c.kind() == kind::name).last();
        self.plan_single(to, Symbol::Schema, Access::Reads);
    }

    /// SECURITY LABEL ON ….
    fn labelled(&mut self, node: Node<'_>) {
        let words = node.named_children().filter(|c| c.kind() != kind::comment);
        let before = words.take_while(|c| c.kind() != kind::kw_on).count();
        self.one_object(node, before + 1, Access::Alters);
    }

    /// ALTER EXTENSION … ADD, DROP.
    fn extension_contents(&mut self, node: Node<'_>) {
        let mut names = node.children().filter(|c| c.kind() == kind::name);
        let extension = names.next();
        self.plan_single(extension, Symbol::Extension, Access::Alters);
        let Some(what) = what(node, 4) else { return };
        let any = node.child(kind::any_name).or_else(|| node.child(kind::Typename));
        match any.or_else(|| names.next()) {
            Some(name) => self.plan_object(what, name, Access::Reads),
            None => self.plan_functions(node, Access::Reads),
        }
    }

    /// ALTER … DEPENDS ON EXTENSION.
    fn depends(&mut self, node: Node<'_>) {
        let extension = node.children().filter(|c| c.kind() == kind::name).last();
        self.one_object(node, 1, Access::Alters);
        self.plan_single(extension, Symbol::Extension, Access::Reads);
    }

    fn grant(&mut self, node: Node<'_>) {
        let target = node.child(kind::privilege_target);
        let mut relations = target.into_iter().flat_map(|t| t.find_all(kind::qualified_name));
        let (Some(only), None) = (relations.next(), relations.next()) else {
            return;
        };
        let lists = node
            .child(kind::privileges)
            .into_iter()
            .flat_map(|p| p.find_all(kind::columnElem));
        let columns: Vec<Node<'_>> = lists.collect();
        if let Some(table) = self.relation_at(only) {
            for column in columns {
                self.plan_column(column, &table, Access::Reads);
            }
        }
    }

    fn grant_role(&mut self, node: Node<'_>) {
        for privilege in node
            .child(kind::privilege_list)
            .into_iter()
            .flat_map(|l| l.list(kind::privilege))
        {
            self.plan_single(privilege.child(kind::ColId), Symbol::Role, Access::Reads);
        }
    }

    fn privilege_target(&mut self, node: Node<'_>) {
        if node.has(kind::kw_schema) {
            self.schemas(node);
        }
        if node.has(kind::kw_type) || node.has(kind::kw_domain) {
            for name in node.find_all(kind::any_name) {
                self.plan(name, Meaning::Type, Access::Reads);
            }
        }
    }

    fn reindex(&mut self, node: Node<'_>) {
        if node.has(kind::kw_schema) {
            self.plan_single(node.child(kind::name), Symbol::Schema, Access::Reads);
        } else if let Some(name) = node.child(kind::qualified_name) {
            let is_index = node
                .child(kind::reindex_target_relation)
                .is_some_and(|t| t.has(kind::kw_index));
            let meaning = if is_index {
                Meaning::Index
            } else {
                Meaning::Relation
            };
            self.plan(name, meaning, Access::Writes);
        }
    }

    /// `SET search_path TO a, b`.
    fn search_path(&mut self, node: Node<'_>) {
        let variable = node.child(kind::var_name).and_then(Node::qualified);
        if variable.is_none_or(|v| v.name().as_str() != "search_path") {
            return;
        }
        let values: Vec<Node<'_>> = node.find_all(kind::NonReservedWord).collect();
        for value in values {
            if let Some(name) = value.name() {
                self.schema(&name, value.range(), Access::Reads);
            }
        }
    }
}

fn is_object_name(kind: Kind) -> bool {
    matches!(
        kind,
        kind::any_name
            | kind::qualified_name
            | kind::relation_expr
            | kind::name
            | kind::Typename
            | kind::RoleSpec
            | kind::RoleId
    )
}

/// The kind of object that the words from the `skip`th child on name.
fn what(node: Node<'_>, skip: usize) -> Option<What> {
    let mut level = node;
    let mut skip = skip;
    loop {
        let mut words = level
            .named_children()
            .filter(|c| c.kind() != kind::comment)
            .skip(skip);
        let first = words.next()?;
        let is_wrapper = matches!(
            first.kind(),
            kind::object_type_any_name
                | kind::object_type_name
                | kind::drop_type_name
                | kind::object_type_name_on_any_name
        );
        if !is_wrapper {
            return what_of(first.kind(), words.next().map(Node::kind));
        }
        level = first;
        skip = 0;
    }
}

fn what_of(word: Kind, next: Option<Kind>) -> Option<What> {
    Some(match word {
        kind::kw_table | kind::kw_view | kind::kw_materialized | kind::kw_sequence => What::Relation,
        kind::kw_foreign if next == Some(kind::kw_table) => What::Relation,
        kind::kw_index => What::Index,
        kind::kw_type | kind::kw_domain => What::Type,
        kind::kw_function | kind::kw_procedure | kind::kw_routine | kind::kw_aggregate => What::Function,
        kind::kw_schema => What::Schema,
        kind::kw_extension => What::Extension,
        kind::kw_role | kind::kw_group => What::Role,
        kind::kw_user if next != Some(kind::kw_mapping) => What::Role,
        kind::kw_column => What::Column,
        kind::kw_constraint => What::Constraint,
        kind::kw_trigger => What::Trigger,
        kind::kw_policy => What::Policy,
        _ => return None,
    })
}
