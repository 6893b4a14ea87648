//! CREATE TABLE in all its forms.

use std::sync::Arc;

use confiture_syntax::{Name, Node};

use super::{Children, Kind, Reader, kind, name_of};
use crate::catalog::{GeneratedStorage, IdentityKind, Persistence};
use crate::change::{
    Change, ColumnDef, CreateTable, Ident, LikeClause, LikeOptions, ObjectRef, StorageOption, TableElement,
};
use crate::expr::Expr;

impl Reader<'_> {
    /// `CreateStmt` and `CreateForeignTableStmt`.
    pub(super) fn create_table(&self, node: Node<'_>) -> Option<Change> {
        let mut names = node.all().filter(|c| c.kind() == kind::qualified_name);
        let name = self.object(names.next()?);
        let parent = names.next().map(|n| self.object(n));
        let bound = node.child(kind::PartitionBoundSpec);
        let mut table = CreateTable {
            if_not_exists: node.has(kind::kw_if),
            persistence: persistence(node, &name),
            foreign: node.has(kind::kw_foreign),
            elements: Vec::new(),
            inherits: self.inherits(node),
            partition_of: parent.zip(bound).map(|(p, b)| (p, partition_bound(b))),
            of_type: node
                .child(kind::kw_of)
                .and_then(|_| self.child_object(node, kind::any_name)),
            partition_by: node
                .child(kind::OptPartitionSpec)
                .and_then(|p| self.partition_by(p)),
            options: node
                .child(kind::OptWith)
                .map(|w| self.options_of(w))
                .unwrap_or_default(),
            tablespace: self.tablespace(node),
            access_method: self.access_method(node),
            name,
        };
        if let Some(list) = node
            .child(kind::OptTableElementList)
            .and_then(|l| l.child(kind::TableElementList))
        {
            let elements = list.list(kind::TableElement).into_iter();
            table.elements = elements.filter_map(|e| self.table_element(e)).collect();
        }
        if let Some(list) = node
            .child(kind::OptTypedTableElementList)
            .and_then(|l| l.child(kind::TypedTableElementList))
        {
            let elements = list.list(kind::TypedTableElement).into_iter();
            table.elements = elements.filter_map(|e| self.table_element(e)).collect();
        }
        Some(Change::CreateTable(Box::new(table)))
    }

    fn inherits(&self, node: Node<'_>) -> Vec<ObjectRef> {
        let list = node
            .child(kind::OptInherit)
            .and_then(|i| i.child(kind::qualified_name_list));
        list.map(|l| self.objects(l, kind::qualified_name))
            .unwrap_or_default()
    }

    fn table_element(&self, node: Node<'_>) -> Option<TableElement> {
        let inner = node.named().next()?;
        Some(match inner.kind() {
            kind::columnDef | kind::columnOptions => TableElement::Column(Box::new(self.column_def(inner)?)),
            kind::TableConstraint => TableElement::Constraint(Box::new(self.table_constraint(inner)?)),
            kind::TableLikeClause => TableElement::Like(self.like_clause(inner)?),
            _ => return None,
        })
    }

    /// `columnDef`, and `columnOptions` of a typed table.
    pub(super) fn column_def(&self, node: Node<'_>) -> Option<ColumnDef> {
        let mut column = ColumnDef {
            name: self.child_ident(node, kind::ColId)?,
            ty: node.child(kind::Typename).map(|t| self.column_type(t)),
            collation: None,
            not_null: None,
            default: None,
            identity: None,
            generated: None,
            constraints: Vec::new(),
            range: self.range(node),
        };
        if let Some(list) = node.child(kind::ColQualList) {
            for constraint in list.list(kind::ColConstraint) {
                self.column_clause(constraint, &mut column);
            }
        }
        Some(column)
    }

    /// One `ColConstraint`: a property of the column, a constraint, or an attribute of the constraint before it.
    fn column_clause(&self, node: Node<'_>, column: &mut ColumnDef) {
        if let Some(attribute) = node.child(kind::ConstraintAttr) {
            if let Some(constraint) = column.constraints.last_mut() {
                super::constraint::apply_attribute(constraint, attribute);
            }
            return;
        }
        if node.has(kind::kw_collate) {
            column.collation = self.child_object(node, kind::any_name);
            return;
        }
        let Some(element) = node.child(kind::ColConstraintElem) else {
            return;
        };
        let first = element.named().next().map_or(Kind::NONE, |n| n.kind());
        match first {
            kind::kw_not => column.not_null = Some(true),
            kind::kw_null => column.not_null = Some(false),
            kind::kw_default => {
                column.default = element
                    .child(kind::b_expr)
                    .or_else(|| element.child(kind::a_expr))
                    .map(|e| self.expr(e));
            }
            kind::kw_generated => self.generated(element, column),
            _ => column
                .constraints
                .extend(self.column_constraint(node, element, &column.name)),
        }
    }

    fn generated(&self, element: Node<'_>, column: &mut ColumnDef) {
        if element.has(kind::kw_identity) {
            column.identity = Some((
                identity_kind(element),
                self.parenthesized_sequence_options(element),
            ));
        } else if let Some(expr) = self.child_expr(element) {
            let stored = element
                .child(kind::opt_virtual_or_stored)
                .is_some_and(|s| s.has(kind::kw_stored));
            let storage = if stored {
                GeneratedStorage::Stored
            } else {
                GeneratedStorage::Virtual
            };
            column.generated = Some((expr, storage));
        }
    }

    fn like_clause(&self, node: Node<'_>) -> Option<LikeClause> {
        let mut including = LikeOptions::default();
        let mut chain = Vec::new();
        let mut at = node.child(kind::TableLikeOptionList);
        while let Some(list) = at {
            if let Some(option) = list.child(kind::TableLikeOption).and_then(|o| o.named().next()) {
                chain.push((option.kind(), list.has(kind::kw_including)));
            }
            at = list.child(kind::TableLikeOptionList);
        }
        // The last clause is the outermost: later ones override earlier ones.
        for (option, include) in chain.into_iter().rev() {
            set_like_option(&mut including, option, include);
        }
        Some(LikeClause {
            source: self.child_object(node, kind::qualified_name)?,
            including,
        })
    }

    fn partition_by(&self, node: Node<'_>) -> Option<(Name, Vec<Expr>)> {
        let spec = node.child(kind::PartitionSpec)?;
        let strategy = name_of(spec.child(kind::ColId)?);
        let params = spec.child(kind::part_params)?;
        let keys = params
            .list(kind::part_elem)
            .into_iter()
            .filter_map(|e| self.key_expr(e))
            .collect();
        Some((strategy, keys))
    }

    /// The column or expression of an `index_elem` or `part_elem`.
    pub(super) fn key_expr(&self, node: Node<'_>) -> Option<Expr> {
        let is_key =
            |c: &Node<'_>| matches!(c.kind(), kind::ColId | kind::func_expr_windowless | kind::a_expr);
        node.all().find(is_key).map(|e| self.expr(e))
    }

    /// TABLESPACE.
    pub(super) fn tablespace(&self, node: Node<'_>) -> Option<Ident> {
        node.child(kind::OptTableSpace)
            .and_then(|t| self.child_ident(t, kind::name))
    }

    /// USING, of a table.
    pub(super) fn access_method(&self, node: Node<'_>) -> Option<Ident> {
        node.child(kind::table_access_method_clause)
            .and_then(|t| self.child_ident(t, kind::name))
    }

    /// The options of `reloptions`, or of a clause that wraps it.
    pub(super) fn options_of(&self, node: Node<'_>) -> Vec<StorageOption> {
        let options = if node.kind() == kind::reloptions {
            Some(node)
        } else {
            node.child(kind::reloptions)
        };
        let list = options.and_then(|o| o.child(kind::reloption_list));
        list.map(|l| self.storage_options(l, kind::reloption_elem))
            .unwrap_or_default()
    }

    /// The options of `definition`, or of a clause that wraps it.
    pub(super) fn definition(&self, node: Node<'_>) -> Vec<StorageOption> {
        let definition = if node.kind() == kind::definition {
            Some(node)
        } else {
            node.child(kind::definition)
        };
        let list = definition.and_then(|d| d.child(kind::def_list));
        list.map(|l| self.storage_options(l, kind::def_elem))
            .unwrap_or_default()
    }

    /// The elements of a list of `name [= value]`.
    pub(super) fn storage_options(&self, list: Node<'_>, element: Kind) -> Vec<StorageOption> {
        list.list(element)
            .into_iter()
            .map(|e| self.storage_option(e))
            .collect()
    }

    fn storage_option(&self, node: Node<'_>) -> StorageOption {
        let mut name = String::new();
        for label in node.named().filter(|c| c.kind() != kind::def_arg) {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(name_of(label).as_str());
        }
        let value = node.child(kind::def_arg).map(literal);
        StorageOption {
            name: Name::new(&name),
            value,
            range: self.range(node),
        }
    }
}

/// A value as written, unquoted.
pub(super) fn literal(node: Node<'_>) -> Arc<str> {
    match node.child(kind::Sconst).and_then(|s| s.string_value()) {
        Some(value) => value.as_str().into(),
        None => node.text().into(),
    }
}

/// TEMPORARY, UNLOGGED, or a name in `pg_temp`.
pub(super) fn persistence(node: Node<'_>, name: &ObjectRef) -> Persistence {
    if name.schema.as_ref().is_some_and(|s| s.as_str() == "pg_temp") {
        return Persistence::Temporary;
    }
    match node.child(kind::OptTemp) {
        Some(t) if t.has(kind::kw_unlogged) => Persistence::Unlogged,
        Some(_) => Persistence::Temporary,
        None => Persistence::Permanent,
    }
}

/// Source text of a partition's bound; `None` for DEFAULT.
pub(super) fn partition_bound(node: Node<'_>) -> Option<Arc<str>> {
    (!node.has(kind::kw_default)).then(|| node.text().into())
}

/// ALWAYS or BY DEFAULT.
pub(super) fn identity_kind(node: Node<'_>) -> IdentityKind {
    match node.child(kind::generated_when) {
        Some(when) if when.has(kind::kw_by) => IdentityKind::ByDefault,
        _ => IdentityKind::Always,
    }
}

fn set_like_option(options: &mut LikeOptions, option: Kind, include: bool) {
    match option {
        kind::kw_comments => options.comments = include,
        kind::kw_compression => options.compression = include,
        kind::kw_constraints => options.constraints = include,
        kind::kw_defaults => options.defaults = include,
        kind::kw_generated => options.generated = include,
        kind::kw_identity => options.identity = include,
        kind::kw_indexes => options.indexes = include,
        kind::kw_statistics => options.statistics = include,
        kind::kw_storage => options.storage = include,
        _ => {
            *options = LikeOptions {
                comments: include,
                compression: include,
                constraints: include,
                defaults: include,
                generated: include,
                identity: include,
                indexes: include,
                statistics: include,
                storage: include,
            };
        }
    }
}
