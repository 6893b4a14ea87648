//! Tables, views and what belongs to them.

use confiture_schema::catalog::QualName;
use confiture_syntax::{Name, Node, kind};

use super::scope::{Frame, Source};
use super::walk::{Meaning, Walk};
use super::{Access, Symbol};

impl Walk<'_> {
    /// Reads a node if it belongs to a table's or view's definition; false where it doesn't.
    pub(super) fn visit_table(&mut self, node: Node<'_>) -> bool {
        match node.kind() {
            kind::CreateStmt | kind::CreateForeignTableStmt => self.create_table(node),
            kind::columnDef | kind::columnOptions => self.column_definition(node),
            kind::ColConstraint | kind::TableConstraint | kind::DomainConstraint => {
                self.constraint_name(node)
            }
            kind::ColConstraintElem | kind::ConstraintElem => self.constraint(node),
            kind::index_elem | kind::part_elem | kind::stats_param => self.key(node),
            kind::opt_include => self.own_columns(node),
            kind::AlterTableStmt => self.alter_table(node),
            kind::alter_table_cmd => self.alter_command(node),
            kind::replica_identity => self.index_of_table(node),
            kind::IndexStmt => self.create_index(node),
            kind::CreateTrigStmt => self.create_trigger(node),
            kind::TriggerOneEvent => self.own_columns(node),
            kind::CreatePolicyStmt => self.policy(node, Access::Defines),
            kind::AlterPolicyStmt => self.policy(node, Access::Alters),
            kind::RuleStmt => self.rule(node),
            kind::ViewStmt => self.create_view(node),
            kind::create_as_target | kind::create_mv_target => self.create_as(node),
            kind::CreateAsStmt | kind::CreateMatViewStmt => {
                let temporary = is_temporary(node);
                let target = node
                    .child(kind::create_as_target)
                    .or_else(|| node.child(kind::create_mv_target));
                let name = target.and_then(|t| t.child(kind::qualified_name));
                if let Some(name) = name.and_then(|n| self.new_relation(n, temporary)) {
                    self.frames.push(Frame {
                        end: node.range().end,
                        about: Some(name.clone()),
                        makes: Some(name),
                        ..Frame::default()
                    });
                }
            }
            kind::CreateStatsStmt => self.statistics(node),
            kind::CreateSeqStmt => {
                if let Some(name) = node.child(kind::qualified_name) {
                    self.define_relation(name, is_temporary(node));
                }
            }
            kind::AlterSeqStmt => {
                self.plan_first(node, kind::qualified_name, Meaning::Relation, Access::Alters)
            }
            kind::SeqOptElem => {
                if let Some(name) = node.child(kind::any_name).filter(|_| node.has(kind::kw_owned)) {
                    let is_none = name.name().is_some_and(|n| n.as_str() == "none");
                    if !is_none {
                        self.plan(name, Meaning::ColumnPath, Access::Reads);
                    }
                }
            }
            kind::CopyStmt => self.copy(node),
            kind::vacuum_relation => self.vacuum(node),
            kind::ClusterStmt => self.cluster(node),
            kind::PublicationObjSpec => self.published(node),
            _ => return false,
        }
        true
    }

    /// The name that a new relation gets.
    pub(super) fn new_relation(&self, node: Node<'_>, temporary: bool) -> Option<QualName> {
        let parts = node.qualified()?.parts;
        let name = self.known.new_name(&parts)?;
        Some(match temporary {
            true => QualName::new(Name::new("pg_temp"), name.name),
            false => name,
        })
    }

    pub(super) fn define_relation(&mut self, node: Node<'_>, temporary: bool) -> Option<QualName> {
        let name = self.new_relation(node, temporary)?;
        self.plan(
            node,
            Meaning::Exact(Symbol::Relation(name.clone())),
            Access::Defines,
        );
        Some(name)
    }

    /// The relation that a name means, or would mean.
    pub(super) fn relation_at(&self, node: Node<'_>) -> Option<QualName> {
        let node = match node.kind() {
            kind::qualified_name | kind::any_name => node,
            _ => node.find(kind::qualified_name)?,
        };
        let parts = node.qualified()?.parts;
        self.known.relation_named(&parts).map(|(name, _)| name)
    }

    /// Opens a scope in which a relation's columns are known by their names.
    pub(super) fn open_table(&mut self, node: Node<'_>, table: &QualName) {
        let is_known = self.known.relation(table).is_some();
        self.frames.push(Frame {
            end: node.range().end,
            sources: vec![Source::relation(table, is_known)],
            about: Some(table.clone()),
            ..Frame::default()
        });
    }

    fn create_table(&mut self, node: Node<'_>) {
        let Some(name) = node.child(kind::qualified_name) else {
            return;
        };
        let Some(table) = self.define_relation(name, is_temporary(node)) else {
            return;
        };
        if let Some(ty) = node.child(kind::any_name) {
            self.plan(ty, Meaning::Type, Access::Reads);
        }
        self.open_table(node, &table);
    }

    fn column_definition(&mut self, node: Node<'_>) {
        let (Some(name), Some(table)) = (node.child(kind::ColId), self.about().cloned()) else {
            return;
        };
        let access = match node.kind() {
            kind::columnDef => Access::Defines,
            _ => Access::Alters,
        };
        self.plan_column(name, &table, access);
        let ty = node.child(kind::Typename);
        let written = ty
            .and_then(|t| t.find(kind::GenericType))
            .and_then(Node::qualified);
        let found = written.and_then(|w| self.known.type_of(&w.parts));
        let Some((Symbol::Type(ty), _)) = found else {
            return;
        };
        let clauses = node.child(kind::ColQualList).map(|l| l.list(kind::ColConstraint));
        for clause in clauses.into_iter().flatten() {
            let default = clause
                .child(kind::ColConstraintElem)
                .and_then(|e| e.child(kind::b_expr));
            if let Some(default) = default {
                self.plan_label(default, &ty);
            }
        }
    }

    /// `CONSTRAINT name`.
    fn constraint_name(&mut self, node: Node<'_>) {
        let (Some(name), Some(about)) = (node.child(kind::name), self.about().cloned()) else {
            return;
        };
        if let Some(own) = name.name() {
            self.plan(
                name,
                Meaning::Exact(Symbol::Constraint(about, own)),
                Access::Defines,
            );
        }
    }

    /// What a constraint says: its own columns, those that it references, an index.
    fn constraint(&mut self, node: Node<'_>) {
        let Some(table) = self.about().cloned() else {
            return;
        };
        if let Some(column) = node.child(kind::ColId) {
            self.plan_column(column, &table, Access::Reads);
        }
        if let Some(list) = node.child(kind::columnList) {
            self.plan_columns(list, &table, Access::Reads);
        }
        if let Some(period) = node.child(kind::optionalPeriodName)
            && let Some(column) = period.child(kind::columnElem)
        {
            self.plan_column(column, &table, Access::Reads);
        }
        if let Some(include) = node.child(kind::opt_c_include) {
            self.plan_columns(include, &table, Access::Reads);
        }
        if let Some(existing) = node.child(kind::ExistingIndex) {
            self.index_of_table(existing);
        }
        let Some(referenced) = node.child(kind::qualified_name).and_then(|n| self.relation_at(n)) else {
            return;
        };
        for kind in [kind::opt_column_list, kind::opt_column_and_period_list] {
            if let Some(list) = node.child(kind) {
                self.plan_columns(list, &referenced, Access::Reads);
            }
        }
        for action in node
            .child(kind::key_actions)
            .into_iter()
            .flat_map(|a| a.find_all(kind::opt_column_list))
        {
            self.plan_columns(action, &table, Access::Reads);
        }
    }

    /// A column as a key of an index, a partition or statistics.
    fn key(&mut self, node: Node<'_>) {
        if let (Some(column), Some(table)) = (node.child(kind::ColId), self.about().cloned()) {
            self.plan_column(column, &table, Access::Reads);
        }
    }

    fn own_columns(&mut self, node: Node<'_>) {
        if let Some(table) = self.about().cloned() {
            for column in node.find_all(kind::columnElem) {
                self.plan_column(column, &table, Access::Reads);
            }
            for parameters in node.find_all(kind::index_elem) {
                self.key(parameters);
            }
        }
    }

    /// A `name` that is an index of the table.
    fn index_of_table(&mut self, node: Node<'_>) {
        let (Some(name), Some(table)) = (node.child(kind::name), self.about().cloned()) else {
            return;
        };
        self.plan_index(name, &table, Access::Reads);
    }

    fn plan_index(&mut self, name: Node<'_>, table: &QualName, access: Access) {
        if let Some(own) = name.name() {
            let index = QualName::new(table.schema.clone(), own);
            self.plan(name, Meaning::Exact(Symbol::Index(index)), access);
        }
    }

    /// ALTER TABLE, INDEX, SEQUENCE, VIEW ….
    fn alter_table(&mut self, node: Node<'_>) {
        let relation = node
            .child(kind::relation_expr)
            .or_else(|| node.child(kind::qualified_name));
        let Some(relation) = relation else { return };
        if node.has(kind::kw_index) {
            self.plan_first(relation, kind::qualified_name, Meaning::Index, Access::Alters);
            if let Some(part) = node.child(kind::index_partition_cmd) {
                self.plan_first(part, kind::qualified_name, Meaning::Index, Access::Alters);
            }
            return;
        }
        self.plan_first(
            relation,
            kind::qualified_name,
            Meaning::RelationOrIndex,
            Access::Alters,
        );
        if let Some(part) = node.child(kind::partition_cmd) {
            self.plan_first(part, kind::qualified_name, Meaning::Relation, Access::Alters);
        }
        if let Some(table) = self.relation_at(relation) {
            self.open_table(node, &table);
        }
    }

    fn alter_command(&mut self, node: Node<'_>) {
        let Some(table) = self.about().cloned() else {
            return;
        };
        let words: Vec<_> = node.named_children().map(Node::kind).take(2).collect();
        let access = match words.first() {
            Some(&kind::kw_drop) => Access::Drops,
            _ => Access::Alters,
        };
        if let Some(column) = node.child(kind::ColId) {
            self.plan_column(column, &table, access);
            self.default_of_column(node, column, &table);
        }
        if let Some(ty) = node
            .child(kind::any_name)
            .filter(|_| words.first() == Some(&kind::kw_of))
        {
            self.plan(ty, Meaning::Type, Access::Reads);
        }
        let Some(name) = node.child(kind::name) else {
            return;
        };
        let Some(own) = name.name() else { return };
        if node.has(kind::kw_constraint) {
            self.plan(name, Meaning::Exact(Symbol::Constraint(table, own)), access);
        } else if node.has(kind::kw_cluster) {
            self.plan_index(name, &table, Access::Reads);
        } else if node.has(kind::kw_trigger) {
            self.plan(name, Meaning::Exact(Symbol::Trigger(table, own)), access);
        }
    }

    /// `ALTER COLUMN c SET DEFAULT 'label'`.
    fn default_of_column(&mut self, node: Node<'_>, column: Node<'_>, table: &QualName) {
        let default = node
            .child(kind::alter_column_default)
            .and_then(|d| d.child(kind::a_expr));
        let ty = column.name().and_then(|c| self.known.enum_of_column(table, &c));
        if let (Some(default), Some(ty)) = (default, ty) {
            self.plan_label(default, &ty);
        }
    }

    fn create_index(&mut self, node: Node<'_>) {
        let Some(relation) = node.child(kind::relation_expr) else {
            return;
        };
        let Some(table) = self.relation_at(relation) else {
            return;
        };
        let name = node
            .child(kind::opt_single_name)
            .and_then(|n| n.child(kind::ColId));
        if let Some(name) = name.or_else(|| node.child(kind::name)) {
            self.plan_index(name, &table, Access::Defines);
        }
        self.open_table(node, &table);
    }

    fn create_trigger(&mut self, node: Node<'_>) {
        let Some(relation) = node.child(kind::qualified_name) else {
            return;
        };
        let Some(table) = self.relation_at(relation) else {
            return;
        };
        if let Some(name) = node.child(kind::name)
            && let Some(own) = name.name()
        {
            let symbol = Symbol::Trigger(table.clone(), own);
            self.plan(name, Meaning::Exact(symbol), Access::Defines);
        }
        self.frames.push(Frame {
            end: node.range().end,
            sources: vec![Source::row("new", &table), Source::row("old", &table)],
            about: Some(table),
            ..Frame::default()
        });
    }

    fn policy(&mut self, node: Node<'_>, access: Access) {
        let Some(relation) = node.child(kind::qualified_name) else {
            return;
        };
        let Some(table) = self.relation_at(relation) else {
            return;
        };
        if let Some(name) = node.child(kind::name)
            && let Some(own) = name.name()
        {
            self.plan(name, Meaning::Exact(Symbol::Policy(table.clone(), own)), access);
        }
        self.open_table(node, &table);
    }

    fn rule(&mut self, node: Node<'_>) {
        let Some(table) = node.child(kind::qualified_name).and_then(|n| self.relation_at(n)) else {
            return;
        };
        self.frames.push(Frame {
            end: node.range().end,
            sources: vec![Source::row("new", &table), Source::row("old", &table)],
            about: Some(table),
            ..Frame::default()
        });
    }

    fn create_view(&mut self, node: Node<'_>) {
        let Some(name) = node.child(kind::qualified_name) else {
            return;
        };
        let Some(view) = self.define_relation(name, is_temporary(node)) else {
            return;
        };
        let list = node
            .child(kind::opt_column_list)
            .or_else(|| node.child(kind::columnList));
        if let Some(list) = list {
            self.plan_columns(list, &view, Access::Defines);
        }
        // Behind a list of names the query's own are of no account.
        let makes = list.is_none().then(|| view.clone());
        self.frames.push(Frame {
            end: node.range().end,
            about: Some(view),
            makes,
            ..Frame::default()
        });
    }

    fn create_as(&mut self, node: Node<'_>) {
        let (Some(name), Some(made)) = (node.child(kind::qualified_name), self.about().cloned()) else {
            return;
        };
        self.plan(
            name,
            Meaning::Exact(Symbol::Relation(made.clone())),
            Access::Defines,
        );
        if let Some(list) = node.child(kind::opt_column_list) {
            self.plan_columns(list, &made, Access::Defines);
            if let Some(frame) = self.frames.last_mut() {
                frame.makes = None;
            }
        }
    }

    fn statistics(&mut self, node: Node<'_>) {
        let from = node
            .child(kind::from_list)
            .and_then(|l| l.find(kind::qualified_name));
        if let Some(table) = from.and_then(|n| self.relation_at(n)) {
            self.open_table(node, &table);
        }
    }

    fn copy(&mut self, node: Node<'_>) {
        let Some(name) = node.child(kind::qualified_name) else {
            return;
        };
        let is_from = node.child(kind::copy_from).is_some_and(|c| c.has(kind::kw_from));
        let access = if is_from { Access::Writes } else { Access::Reads };
        self.plan(name, Meaning::Relation, access);
        let Some(table) = self.relation_at(name) else {
            return;
        };
        for list in node.find_all(kind::columnList) {
            self.plan_columns(list, &table, access);
        }
        self.open_table(node, &table);
    }

    fn vacuum(&mut self, node: Node<'_>) {
        let Some(table) = node.child(kind::relation_expr).and_then(|r| self.relation_at(r)) else {
            return;
        };
        let list = node
            .child(kind::opt_name_list)
            .and_then(|l| l.child(kind::name_list));
        for column in list.map(|l| l.list(kind::name)).into_iter().flatten() {
            self.plan_column(column, &table, Access::Reads);
        }
    }

    fn cluster(&mut self, node: Node<'_>) {
        let Some(table) = node.child(kind::qualified_name).and_then(|r| self.relation_at(r)) else {
            return;
        };
        let index = node.child(kind::name);
        let using = node.child(kind::cluster_index_specification);
        if let Some(name) = index.or_else(|| using.and_then(|u| u.child(kind::name))) {
            self.plan_index(name, &table, Access::Reads);
        }
    }

    /// A table of a publication, its columns and condition.
    fn published(&mut self, node: Node<'_>) {
        if let Some(schema) = node.child(kind::ColId).filter(|_| node.has(kind::kw_schema)) {
            if let Some(name) = schema.name() {
                self.plan(schema, Meaning::Exact(Symbol::Schema(name)), Access::Reads);
            }
            return;
        }
        let relation = node
            .child(kind::relation_expr)
            .or_else(|| node.child(kind::extended_relation_expr));
        let table = match relation {
            Some(relation) => self.relation_at(relation),
            None => self.bare_relation(node),
        };
        let Some(table) = table else { return };
        if let Some(list) = node.child(kind::opt_column_list) {
            self.plan_columns(list, &table, Access::Reads);
        }
        self.open_table(node, &table);
    }

    /// `ColId indirection` that is a relation; its names are taken at once.
    fn bare_relation(&mut self, node: Node<'_>) -> Option<QualName> {
        let first = node.child(kind::ColId)?;
        let mut parts = vec![(first.name()?, first.range())];
        let more = node
            .child(kind::indirection)
            .map(|i| i.list(kind::indirection_el));
        for element in more.into_iter().flatten() {
            let attribute = element.child(kind::attr_name)?;
            parts.push((attribute.name()?, attribute.range()));
        }
        let (table, known) = self.known.relation_named(&parts)?;
        self.named(
            &parts,
            Some((Symbol::Relation(table.clone()), known)),
            Access::Reads,
        );
        Some(table)
    }
}

/// CREATE TEMPORARY.
pub(super) fn is_temporary(node: Node<'_>) -> bool {
    let words = node.child(kind::OptTemp);
    words.is_some_and(|w| w.has(kind::kw_temp) || w.has(kind::kw_temporary))
}
