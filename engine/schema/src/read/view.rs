//! Views, CREATE TABLE AS, SELECT INTO, EXPLAIN, PREPARE: statements around a query.

use confiture_syntax::{Name, Node, Syntax};

use super::index::option_on;
use super::query::leading_select;
use super::session::no_data;
use super::{Children, Reader, kind};
use crate::catalog::Persistence;
use crate::change::{Change, CreateTableAs, CreateView, ObjectRef, Query, StorageOption};

impl Reader<'_> {
    /// `ViewStmt`.
    pub(super) fn create_view(&self, node: Node<'_>) -> Option<Change> {
        let name = self.child_object(node, kind::qualified_name)?;
        let columns = node
            .child(kind::opt_column_list)
            .or_else(|| node.child(kind::columnList));
        let recursive = node.has(kind::kw_recursive);
        let mut query = self.query_with_output(node.child(kind::SelectStmt)?);
        let mut options = node
            .child(kind::opt_reloptions)
            .map(|o| self.options_of(o))
            .unwrap_or_default();
        options.extend(node.child(kind::opt_check_option).map(|c| self.check_option(c)));
        if recursive {
            // It is a WITH query of its own name.
            query.reads.retain(|r| r.schema.is_some() || r.name != name.name);
        }
        Some(Change::CreateView(Box::new(CreateView {
            or_replace: node.has(kind::kw_replace),
            persistence: super::table::persistence(node, &name),
            recursive,
            columns: columns.map(|c| self.columns(c)).unwrap_or_default(),
            query,
            options,
            name,
        })))
    }

    /// WITH CHECK OPTION, which PostgreSQL keeps as a storage option.
    fn check_option(&self, node: Node<'_>) -> StorageOption {
        let value = if node.has(kind::kw_local) {
            "local"
        } else {
            "cascaded"
        };
        StorageOption {
            name: Name::new("check_option"),
            value: Some(value.into()),
            range: self.range(node),
        }
    }

    /// `CreateAsStmt`, `CreateMatViewStmt`, and CREATE TABLE AS EXECUTE.
    pub(super) fn create_table_as(&self, node: Node<'_>) -> Option<Change> {
        let materialized = node.has(kind::kw_materialized);
        let target = node
            .child(kind::create_as_target)
            .or_else(|| node.child(kind::create_mv_target))?;
        let query = match node.child(kind::SelectStmt) {
            Some(select) => self.query_with_output(select),
            None => self.prepared(node),
        };
        let mut created = self.created(target, query)?;
        created.materialized = materialized;
        created.if_not_exists = node.has(kind::kw_if);
        created.no_data = no_data(node);
        created.persistence = if node.has(kind::OptNoLog) {
            Persistence::Unlogged
        } else {
            super::table::persistence(node, &created.name)
        };
        Some(Change::CreateTableAs(Box::new(created)))
    }

    fn created(&self, target: Node<'_>, query: Query) -> Option<CreateTableAs> {
        let options = target
            .child(kind::OptWith)
            .or_else(|| target.child(kind::opt_reloptions));
        Some(CreateTableAs {
            name: self.child_object(target, kind::qualified_name)?,
            materialized: false,
            if_not_exists: false,
            persistence: Persistence::Permanent,
            columns: target
                .child(kind::opt_column_list)
                .map(|c| self.columns(c))
                .unwrap_or_default(),
            query,
            no_data: false,
            options: options.map(|o| self.options_of(o)).unwrap_or_default(),
            tablespace: self.tablespace(target),
            access_method: self.access_method(target),
        })
    }

    /// SELECT … INTO name: a CREATE TABLE AS by another name.
    pub(super) fn select_into(&self, node: Node<'_>) -> Option<Change> {
        let target = leading_select(node)?
            .child(kind::into_clause)?
            .child(kind::OptTempTableName)?;
        let name: ObjectRef = self.child_object(target, kind::qualified_name)?;
        let temporary = target.has(kind::kw_temporary) || target.has(kind::kw_temp);
        let persistence = if temporary {
            Persistence::Temporary
        } else if target.has(kind::kw_unlogged) {
            Persistence::Unlogged
        } else {
            super::table::persistence(target, &name)
        };
        let mut created = self.created(target, self.query_with_output(node))?;
        created.persistence = persistence;
        Some(Change::CreateTableAs(Box::new(created)))
    }

    /// EXECUTE of a prepared statement: whatever it does was said elsewhere.
    fn prepared(&self, node: Node<'_>) -> Query {
        let mut query = self.query(node, node);
        query.incomplete = true;
        query
    }

    /// `ExecuteStmt`.
    pub(super) fn execute(&self, node: Node<'_>) -> Option<Change> {
        if node.has(kind::create_as_target) {
            return self.create_table_as(node);
        }
        Some(Change::Query(Box::new(self.prepared(node))))
    }

    /// `ExplainStmt`: with ANALYZE it does what the statement does, without it only plans.
    pub(super) fn explain(&self, node: Node<'_>, syntax: &Syntax) -> Option<Vec<Change>> {
        let inner = node.child(kind::ExplainableStmt)?.named().next()?;
        let listed = option_on(node, "analyze") || option_on(node, "analyse");
        if node.has(kind::analyze_keyword) || listed {
            return Some(self.statement(inner, syntax));
        }
        let mut query = self.query(inner, inner);
        query.explain_only = true;
        Some(vec![Change::Query(Box::new(query))])
    }

    /// `PrepareStmt`: the statement is analyzed, which locks its relations as planning does, but not run.
    pub(super) fn prepare(&self, node: Node<'_>) -> Option<Change> {
        let inner = node.child(kind::PreparableStmt)?;
        let mut query = self.query(inner, inner);
        query.explain_only = true;
        Some(Change::Query(Box::new(query)))
    }
}
