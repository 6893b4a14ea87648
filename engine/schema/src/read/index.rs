//! CREATE INDEX, REINDEX, CLUSTER.

use confiture_syntax::{Node, TextRange};

use super::constraint::index_method;
use super::{Reader, kind, name_of};
use crate::change::{Change, Cluster, CreateIndex, IndexElement, Reindex, ReindexTarget};

impl Reader<'_> {
    /// `IndexStmt`.
    pub(super) fn create_index(&self, node: Node<'_>) -> Option<Change> {
        let (table, only) = self.relation(node.child(kind::relation_expr)?)?;
        let keys = node.child(kind::index_params)?.list(kind::index_elem);
        let keyword_end = node.child(kind::kw_index)?.range().end;
        let nulls = node.child(kind::opt_unique_null_treatment);
        Some(Change::CreateIndex(Box::new(CreateIndex {
            name: self
                .child_ident(node, kind::opt_single_name)
                .or_else(|| self.child_ident(node, kind::name)),
            table,
            only,
            unique: node.has(kind::opt_unique),
            concurrently: node.has(kind::opt_concurrently),
            if_not_exists: node.has(kind::kw_if),
            method: index_method(node),
            elements: keys.into_iter().filter_map(|e| self.index_element(e)).collect(),
            include: self.index_include(node),
            nulls_not_distinct: nulls.is_some_and(|n| n.has(kind::kw_not)),
            predicate: node.child(kind::where_clause).and_then(|w| self.child_expr(w)),
            options: node
                .child(kind::opt_reloptions)
                .map(|o| self.options_of(o))
                .unwrap_or_default(),
            tablespace: self.tablespace(node),
            after_index_keyword: self.at(TextRange::new(keyword_end, keyword_end)),
        })))
    }

    fn index_include(&self, node: Node<'_>) -> Vec<crate::change::Ident> {
        let list = node
            .child(kind::opt_include)
            .and_then(|i| i.child(kind::index_including_params));
        let elements = list.map(|l| l.list(kind::index_elem)).into_iter().flatten();
        elements
            .filter_map(|e| self.child_ident(e, kind::ColId))
            .collect()
    }

    /// `index_elem`.
    pub(super) fn index_element(&self, node: Node<'_>) -> Option<IndexElement> {
        let mut element = IndexElement {
            expr: self.key_expr(node)?,
            collation: None,
            opclass: None,
            descending: false,
            nulls_first: None,
            range: self.range(node),
        };
        if let Some(options) = node.child(kind::index_elem_options) {
            element.collation = options
                .child(kind::opt_collate)
                .and_then(|c| self.child_object(c, kind::any_name));
            let opclass = options.child(kind::opt_qualified_name).unwrap_or(options);
            element.opclass = self.child_object(opclass, kind::any_name);
            element.descending = options
                .child(kind::opt_asc_desc)
                .is_some_and(|o| o.has(kind::kw_desc));
            element.nulls_first = options
                .child(kind::opt_nulls_order)
                .map(|o| o.has(kind::kw_first));
        }
        Some(element)
    }

    /// `ReindexStmt`.
    pub(super) fn reindex(&self, node: Node<'_>) -> Option<Change> {
        let options = node.child(kind::opt_reindex_option_list);
        let concurrently =
            node.has(kind::opt_concurrently) || options.is_some_and(|o| option_on(o, "concurrently"));
        let target = if let Some(relation) = node.child(kind::reindex_target_relation) {
            let name = self.child_object(node, kind::qualified_name)?;
            if relation.has(kind::kw_index) {
                ReindexTarget::Index(name)
            } else {
                ReindexTarget::Table(name)
            }
        } else if node.has(kind::kw_schema) {
            ReindexTarget::Schema(self.child_ident(node, kind::name)?)
        } else {
            ReindexTarget::Database
        };
        Some(Change::Reindex(Reindex { target, concurrently }))
    }

    /// `ClusterStmt`, the old `CLUSTER index ON table` included.
    pub(super) fn cluster(&self, node: Node<'_>) -> Option<Change> {
        let using = node
            .child(kind::cluster_index_specification)
            .and_then(|c| self.child_ident(c, kind::name));
        Some(Change::Cluster(Cluster {
            table: self.child_object(node, kind::qualified_name),
            index: using.or_else(|| self.child_ident(node, kind::name)),
        }))
    }
}

/// Whether an option of a parenthesized list is there and not switched off.
pub(super) fn option_on(node: Node<'_>, name: &str) -> bool {
    let Some(list) = node.child(kind::utility_option_list) else {
        return false;
    };
    let mut on = false;
    for element in list.list(kind::utility_option_elem) {
        if element
            .child(kind::utility_option_name)
            .is_some_and(|n| name_of(n).as_str() == name)
        {
            let value = element
                .child(kind::utility_option_arg)
                .map(|v| v.text().trim_matches('\'').to_ascii_lowercase());
            on = !matches!(value.as_deref(), Some("false" | "off" | "0" | "no"));
        }
    }
    on
}
