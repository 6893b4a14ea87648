//! Queries and what writes rows: their scopes, and the columns in them.

use confiture_schema::catalog::QualName;
use confiture_syntax::{Name, Node, kind};

use super::expression::is_expression;
use super::output::{targets, with_clause, without_casts};
use super::scope::{ColumnRef, Frame, Source};
use super::walk::{Meaning, Walk};
use super::{Access, Symbol};

impl Walk<'_> {
    /// Reads a node if it belongs to a query; false where it doesn't.
    pub(super) fn visit_query(&mut self, node: Node<'_>) -> bool {
        match node.kind() {
            kind::select_no_parens => self.select(node),
            kind::simple_select => self.plain_select(node),
            kind::InsertStmt => self.insert(node),
            kind::UpdateStmt | kind::DeleteStmt | kind::MergeStmt => self.write(node),
            kind::common_table_expr => {
                self.define_local(node.child(kind::name));
                self.define_locals(node.child(kind::opt_name_list));
            }
            kind::alias_clause => {
                self.define_local(node.child(kind::ColId));
                self.define_locals(Some(node));
            }
            kind::func_alias_clause | kind::relation_expr_opt_alias | kind::insert_target => {
                self.define_local(node.child(kind::ColId));
                self.table_function_columns(node);
            }
            kind::opt_alias_clause_for_join_using => self.define_local(node.child(kind::ColId)),
            kind::join_qual => self.using(node),
            kind::target_el => self.target(node),
            kind::sortby => self.sort_key(node),
            kind::locked_rels_list => self.locked(node),
            kind::window_definition => self.define_local(node.child(kind::ColId)),
            kind::over_clause | kind::opt_existing_window_name => self.window(node),
            kind::set_clause => self.set_clause(node),
            kind::set_target => self.set_target(node),
            kind::returning_option => self.define_local(node.child(kind::ColId)),
            kind::func_application => self.call(node),
            kind::AexprConst => self.constant(node),
            of if is_expression(of) => self.expression(node),
            kind::opt_on_conflict | kind::returning_clause => self.open_pending(node),
            kind::into_clause => {
                let target = node.child(kind::OptTempTableName);
                if let Some(name) = target.and_then(|t| t.child(kind::qualified_name)) {
                    self.define_relation(
                        name,
                        node.find(kind::kw_temp)
                            .or(node.find(kind::kw_temporary))
                            .is_some(),
                    );
                }
            }
            _ => return false,
        }
        true
    }

    pub(super) fn define_local(&mut self, node: Option<Node<'_>>) {
        let Some(node) = node else { return };
        if let Some((_, symbol)) = self.scoper().local(node) {
            self.plan(node, Meaning::Exact(symbol), Access::Defines);
        }
    }

    /// The names of a `name_list` in a node.
    fn define_locals(&mut self, node: Option<Node<'_>>) {
        let list = node.and_then(|n| n.child(kind::name_list));
        for name in list.map(|l| l.list(kind::name)).into_iter().flatten() {
            self.define_local(Some(name));
        }
    }

    fn table_function_columns(&mut self, node: Node<'_>) {
        let list = node.child(kind::TableFuncElementList);
        for element in list.map(|l| l.list(kind::TableFuncElement)).into_iter().flatten() {
            self.define_local(element.child(kind::ColId));
        }
    }

    /// A query with its WITH clause and ORDER BY, which see the FROM of its SELECT.
    fn select(&mut self, node: Node<'_>) {
        let mut ctes = self.ctes();
        let outside = ctes.len();
        let scoper = self.scoper();
        if let Some(with) = with_clause(node) {
            scoper.read_ctes(with, &mut ctes, 0);
        }
        let mut select = node.child(kind::simple_select);
        if let Some(clause) = node.child(kind::select_clause) {
            select = clause.child(kind::simple_select);
        }
        let own = ctes.split_off(outside);
        let mut frame = Frame {
            end: node.range().end,
            ..Frame::default()
        };
        ctes.extend(own.iter().cloned());
        if let Some(select) = select {
            let mut arm = select;
            while let Some(first) = arm.child(kind::select_clause) {
                match first.child(kind::simple_select) {
                    Some(inner) => arm = inner,
                    None => break,
                }
            }
            // A UNION's ORDER BY sees only names of its output.
            if arm == select {
                self.read_from(select, &mut ctes, &mut frame);
            }
            self.read_aliases(arm, &mut frame);
            frame.query = Some(select.range());
        }
        frame.ctes = own;
        self.frames.push(frame);
    }

    fn read_from(&self, select: Node<'_>, ctes: &mut Vec<super::scope::Cte>, frame: &mut Frame) {
        let list = select
            .child(kind::from_clause)
            .and_then(|f| f.child(kind::from_list));
        if let Some(list) = list {
            (frame.sources, frame.merged) = self.scoper().sources(list, ctes, 0);
        }
        let windows = select.child(kind::window_clause);
        let scoper = self.scoper();
        let windows = windows
            .into_iter()
            .flat_map(|w| w.find_all(kind::window_definition));
        frame.windows = windows
            .filter_map(|w| scoper.local(w.child(kind::ColId)?))
            .collect();
    }

    fn read_aliases(&self, select: Node<'_>, frame: &mut Frame) {
        let scoper = self.scoper();
        for target in targets(select) {
            let alias = target
                .child(kind::ColLabel)
                .or_else(|| target.child(kind::BareColLabel));
            frame.aliases.extend(alias.and_then(|a| scoper.local(a)));
        }
    }

    /// A SELECT whose scope isn't open yet: an arm of a UNION.
    fn plain_select(&mut self, node: Node<'_>) {
        let is_open = self.frames.last().is_some_and(|f| f.query == Some(node.range()));
        if is_open || node.has(kind::select_clause) {
            return;
        }
        let mut frame = Frame {
            end: node.range().end,
            query: Some(node.range()),
            ..Frame::default()
        };
        let mut ctes = self.ctes();
        self.read_from(node, &mut ctes, &mut frame);
        self.read_aliases(node, &mut frame);
        self.frames.push(frame);
    }

    /// INSERT: what it writes is in scope behind ON CONFLICT and RETURNING alone.
    fn insert(&mut self, node: Node<'_>) {
        let mut ctes = self.ctes();
        let outside = ctes.len();
        if let Some(with) = with_clause(node) {
            self.scoper().read_ctes(with, &mut ctes, 0);
        }
        let target = self.scoper().target(node, &ctes);
        let about = target.as_ref().and_then(relation_of);
        self.frames.push(Frame {
            end: node.range().end,
            ctes: ctes.split_off(outside),
            about: about.clone(),
            ..Frame::default()
        });
        if let Some(target) = node.child(kind::insert_target) {
            self.plan_first(target, kind::qualified_name, Meaning::Relation, Access::Writes);
        }
        let (Some(target), Some(about)) = (target, about) else {
            return;
        };
        let rest = node.child(kind::insert_rest);
        if let Some(rest) = rest {
            self.insert_columns(rest, &about);
            self.insert_values(rest, &about);
        }
        if let Some(conflict) = node.child(kind::opt_on_conflict) {
            self.conflict(conflict, &about);
        }
        self.pending_target(node, target);
    }

    /// Columns of an `insert_column_list`.
    fn insert_columns(&mut self, node: Node<'_>, about: &QualName) {
        let list = node.child(kind::insert_column_list);
        for item in list
            .map(|l| l.list(kind::insert_column_item))
            .into_iter()
            .flatten()
        {
            if let Some(column) = item.child(kind::ColId) {
                self.plan_column(column, about, Access::Writes);
            }
        }
    }

    /// Constants of VALUES that go to columns of enums.
    fn insert_values(&mut self, rest: Node<'_>, about: &QualName) {
        let Some(values) = rest.find(kind::values_clause) else {
            return;
        };
        let Some(relation) = self.known.relation(about) else {
            return;
        };
        let listed = rest.child(kind::insert_column_list);
        let columns: Vec<Option<Name>> = match listed {
            Some(list) => {
                let items = list.list(kind::insert_column_item).into_iter();
                items.map(|item| item.child(kind::ColId)?.name()).collect()
            }
            None => relation.columns.iter().map(|c| Some(c.name.clone())).collect(),
        };
        let enums: Vec<Option<QualName>> = columns
            .into_iter()
            .map(|column| self.known.enum_of_column(about, &column?))
            .collect();
        if enums.iter().all(Option::is_none) {
            return;
        }
        let mut rows = Some(values);
        while let Some(row) = rows {
            let list = row.child(kind::expr_list).map(|l| l.list(kind::a_expr));
            for (value, ty) in list.into_iter().flatten().zip(&enums) {
                if let Some(ty) = ty {
                    self.plan_label(value, ty);
                }
            }
            rows = row.child(kind::values_clause);
        }
    }

    /// ON CONFLICT: its columns, and the frame of its DO UPDATE.
    fn conflict(&mut self, node: Node<'_>, about: &QualName) {
        let target = node.child(kind::opt_conf_expr);
        if let Some(name) = target
            .and_then(|t| t.child(kind::name))
            .and_then(|n| Some((n, n.name()?)))
        {
            let symbol = Symbol::Constraint(about.clone(), name.1);
            self.plan(name.0, Meaning::Exact(symbol), Access::Reads);
        }
    }

    /// RETURNING and ON CONFLICT see the target: [`Walk::open_pending`] opens their frames.
    fn pending_target(&mut self, node: Node<'_>, target: Source) {
        for clause in [kind::opt_on_conflict, kind::returning_clause] {
            if node.has(clause)
                && let Some(frame) = self.frames.last_mut()
                && !frame.pending.iter().any(|(of, _)| *of == clause)
            {
                frame.pending.push((clause, target.clone()));
            }
        }
    }

    /// Opens the scope of a clause of INSERT that sees what is inserted into.
    pub(super) fn open_pending(&mut self, node: Node<'_>) {
        let found = self.frames.iter().rev().find_map(|frame| {
            let pending = frame.pending.iter().find(|(clause, _)| *clause == node.kind());
            pending.map(|(_, target)| target.clone())
        });
        let Some(target) = found else { return };
        let mut sources = vec![target.clone()];
        if node.kind() == kind::opt_on_conflict
            && let Some(relation) = relation_of(&target)
        {
            sources.push(Source::row("excluded", &relation));
        }
        self.frames.push(Frame {
            end: node.range().end,
            about: relation_of(&target),
            sources,
            ..Frame::default()
        });
    }

    /// UPDATE, DELETE, MERGE.
    fn write(&mut self, node: Node<'_>) {
        let mut ctes = self.ctes();
        let outside = ctes.len();
        let scoper = self.scoper();
        if let Some(with) = with_clause(node) {
            scoper.read_ctes(with, &mut ctes, 0);
        }
        let target = scoper.target(node, &ctes);
        let about = target.as_ref().and_then(relation_of);
        let mut frame = Frame {
            end: node.range().end,
            about: about.clone(),
            ..Frame::default()
        };
        let other = node
            .child(kind::from_clause)
            .or_else(|| node.child(kind::using_clause));
        if let Some(list) = other.and_then(|f| f.child(kind::from_list)) {
            (frame.sources, frame.merged) = scoper.sources(list, &mut ctes, 0);
        }
        if let Some(item) = node.child(kind::table_ref) {
            frame.sources.extend(scoper.item(item, &mut ctes, 0));
        }
        if let Some(target) = target {
            frame.sources.insert(0, target);
        }
        frame.ctes = ctes.split_off(outside);
        self.frames.push(frame);
        if let Some(target) = node.child(kind::relation_expr_opt_alias) {
            self.plan_first(target, kind::qualified_name, Meaning::Relation, Access::Writes);
        }
        if let Some(about) = about.filter(|_| node.kind() == kind::MergeStmt) {
            for insert in node.find_all(kind::merge_insert) {
                self.insert_columns(insert, &about);
            }
        }
    }

    /// `SET column = 'label'`.
    fn set_clause(&mut self, node: Node<'_>) {
        let column = node
            .child(kind::set_target)
            .and_then(|t| t.child(kind::ColId))
            .and_then(Node::name);
        let (Some(column), Some(about)) = (column, self.about()) else {
            return;
        };
        let ty = self.known.enum_of_column(about, &column);
        if let (Some(ty), Some(value)) = (ty, node.child(kind::a_expr)) {
            self.plan_label(value, &ty);
        }
    }

    /// The column before `=` in SET.
    fn set_target(&mut self, node: Node<'_>) {
        let (Some(column), Some(about)) = (node.child(kind::ColId), self.about().cloned()) else {
            return;
        };
        self.plan_column(column, &about, Access::Writes);
    }

    /// `JOIN … USING (a, b)`: the left side's columns.
    fn using(&mut self, node: Node<'_>) {
        let list = node.child(kind::name_list);
        for name in list.map(|l| l.list(kind::name)).into_iter().flatten() {
            let found = name.name().and_then(|n| self.unqualified(&n));
            if let Some((symbol, _)) = found {
                self.plan(name, Meaning::Exact(symbol), Access::Reads);
            }
        }
    }

    /// A column's alias: of a view's own query it is the view's column.
    fn target(&mut self, node: Node<'_>) {
        let alias = node
            .child(kind::ColLabel)
            .or_else(|| node.child(kind::BareColLabel));
        let Some(alias) = alias else { return };
        let view = self.frames.iter().find_map(|frame| frame.makes.as_ref());
        let is_outermost = self.frames.iter().filter(|f| f.query.is_some()).count() == 1;
        match (view.filter(|_| is_outermost).cloned(), alias.name()) {
            (Some(view), Some(name)) => {
                self.plan(alias, Meaning::Exact(Symbol::Column(view, name)), Access::Defines);
            }
            _ => self.define_local(Some(alias)),
        }
    }

    /// A bare name in ORDER BY means a column of the output first.
    fn sort_key(&mut self, node: Node<'_>) {
        let Some(key) = node.child(kind::a_expr) else {
            return;
        };
        let key = sole(key);
        let Some(reference) = (key.kind() == kind::columnref)
            .then(|| ColumnRef::read(key))
            .flatten()
        else {
            return;
        };
        let ([(name, _)], false) = (reference.parts.as_slice(), reference.has_star) else {
            return;
        };
        let Some(frame) = self.frames.iter().rev().find(|f| f.query.is_some()) else {
            return;
        };
        let Some((_, symbol)) = frame.aliases.iter().find(|(alias, _)| alias == name) else {
            return;
        };
        let symbol = self.of_view(symbol.clone());
        if let Some(first) = key.child(kind::ColId) {
            self.plan(first, Meaning::Exact(symbol), Access::Reads);
        }
    }

    /// An alias as the column of the view that the query makes.
    pub(super) fn of_view(&self, symbol: Symbol) -> Symbol {
        let view = self.frames.iter().find_map(|frame| frame.makes.as_ref());
        let is_outermost = self.frames.iter().filter(|f| f.query.is_some()).count() == 1;
        match (view, symbol) {
            (Some(view), Symbol::Local(name, _)) if is_outermost => Symbol::Column(view.clone(), name),
            (_, symbol) => symbol,
        }
    }

    /// FOR UPDATE OF: names of FROM.
    fn locked(&mut self, node: Node<'_>) {
        let list = node.child(kind::qualified_name_list);
        for name in list.map(|l| l.list(kind::qualified_name)).into_iter().flatten() {
            let found = name.qualified().and_then(|n| self.label(&n.parts));
            if let Some((symbol, _)) = found {
                self.plan(name, Meaning::Exact(symbol), Access::Reads);
            }
        }
    }

    fn window(&mut self, node: Node<'_>) {
        let Some(name) = node.child(kind::ColId) else {
            return;
        };
        let windows = self.frames.iter().rev().flat_map(|f| f.windows.iter());
        let found = name
            .name()
            .and_then(|n| windows.into_iter().find(|(own, _)| *own == n));
        match found.map(|(_, symbol)| symbol.clone()) {
            Some(symbol) => self.plan(name, Meaning::Exact(symbol), Access::Reads),
            None => self.plan(name, Meaning::Nothing, Access::Reads),
        }
    }
}

/// The node within wrappers of one child.
pub(super) fn sole(node: Node<'_>) -> Node<'_> {
    let mut node = node;
    while node.kind() != kind::columnref && node.kind() != kind::Sconst && node.kind() != kind::AexprConst {
        let mut children = node.children().filter(|c| c.kind() != kind::comment);
        let (Some(only), None) = (children.next(), children.next()) else {
            return node;
        };
        node = only;
    }
    node
}

/// The relation whose rows a source gives as they are.
pub(super) fn relation_of(source: &Source) -> Option<QualName> {
    match source.columns.as_slice() {
        [super::scope::Part::All(relation)] => Some(relation.clone()),
        _ => None,
    }
}

/// The columns in the target list of a view's or table's own query that get their names from what they are: the place of
/// the identifier, and the end of the target, where a name could be put.
pub(crate) fn unnamed_outputs(syntax: &confiture_syntax::Syntax) -> Vec<(std::ops::Range<usize>, usize)> {
    let Some(statement) = syntax.statement() else {
        return Vec::new();
    };
    let target = statement
        .child(kind::create_as_target)
        .or_else(|| statement.child(kind::create_mv_target));
    let names = target.unwrap_or(statement);
    if names.has(kind::opt_column_list) || names.has(kind::columnList) {
        return Vec::new();
    }
    let query = match statement.kind() {
        kind::SelectStmt => Some(statement),
        _ => statement.child(kind::SelectStmt),
    };
    let mut select = query.and_then(|q| q.find(kind::select_no_parens));
    while let Some(node) = select {
        if node.kind() == kind::simple_select && !node.has(kind::select_clause) {
            break;
        }
        select = node.child_among(&[
            kind::simple_select,
            kind::select_clause,
            kind::select_with_parens,
            kind::select_no_parens,
        ]);
    }
    let unnamed = select
        .map(targets)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|target| {
            if target.has(kind::ColLabel) || target.has(kind::BareColLabel) {
                return None;
            }
            let column = without_casts(target.child(kind::a_expr)?);
            let reference = (column.kind() == kind::columnref)
                .then(|| ColumnRef::read(column))
                .flatten()?;
            let (_, range) = reference.parts.last().filter(|_| !reference.has_star)?;
            Some((range.as_usize(), target.range().end as usize))
        });
    unnamed.collect()
}
