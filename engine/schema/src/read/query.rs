//! What a query reads, writes, locks and calls.
//!
//! One pass over the tree with a stack of its own: a VALUES list may have ten thousand rows, and a query may be
//! nested as deep. Names of WITH queries are kept out of the relations while they are in scope.

use std::collections::HashSet;

use confiture_syntax::{Name, Node};

use super::expr::push_children;
use super::{Children, Reader, kind, name_of};
use crate::change::{Change, ObjectRef, Query, Set, SetScope, Write, WriteKind};

/// What is left to do.
enum Step<'t> {
    /// Read this node and what is beneath it.
    Visit(Node<'t>),
    /// A WITH query's name is in scope from here on.
    Enter(Name),
    /// Only so many WITH queries are in scope from here on.
    Leave(usize),
}

/// A walk over one query.
struct Walk<'r, 't> {
    reader: &'r Reader<'r>,
    steps: Vec<Step<'t>>,
    /// Names of WITH queries in scope.
    scope: Vec<Name>,
    query: Query,
    seen: HashSet<(Option<Name>, Name)>,
    /// Children on their way to `steps`.
    scratch: Vec<Node<'t>>,
}

impl Reader<'_> {
    /// The query at `node`; its text and range are those of `whole`.
    pub(super) fn query(&self, node: Node<'_>, whole: Node<'_>) -> Query {
        let query = Query { text: whole.text().into(), range: self.range(whole), ..Query::default() };
        let mut walk = Walk {
            reader: self,
            steps: vec![Step::Visit(node)],
            scope: Vec::new(),
            query,
            seen: HashSet::new(),
            scratch: Vec::new(),
        };
        walk.run();
        walk.query
    }

    /// A query that is told apart by its output too: that of a view or CREATE TABLE AS.
    pub(super) fn query_with_output(&self, node: Node<'_>) -> Query {
        let mut query = self.query(node, node);
        query.output = self.output(node);
        query
    }

    /// A SELECT on its own: a query, SELECT INTO, or `set_config` of constants.
    pub(super) fn select(&self, node: Node<'_>) -> Vec<Change> {
        if let Some(create) = self.select_into(node) {
            return vec![create];
        }
        let mut changes = Vec::new();
        let Some(select) = leading_select(node) else { return vec![self.query_change(node)] };
        let targets = super::output::targets(select);
        let alone = targets.len() == 1 && !select.has(kind::from_clause) && !select.has(kind::where_clause);
        changes.extend(targets.into_iter().take(16).filter_map(|t| self.set_config(t)));
        if !(alone && changes.len() == 1) {
            changes.push(self.query_change(node));
        }
        changes
    }

    pub(super) fn query_change(&self, node: Node<'_>) -> Change {
        Change::Query(Box::new(self.query(node, node)))
    }

    /// `set_config('parameter', 'value', is_local)` sets a parameter as SET does.
    fn set_config(&self, target: Node<'_>) -> Option<Change> {
        let call = super::expr::unwrap(target.child(kind::a_expr)?);
        let function = self.called_function(call)?;
        if function.name.as_str() != "set_config" || function.schema.is_some_and(|s| s.as_str() != "pg_catalog") {
            return None;
        }
        let args = call.child(kind::func_arg_list)?.list(kind::func_arg_expr);
        let [parameter, value, local] = args.as_slice() else { return None };
        let parameter = Name::new(text_literal(*parameter)?.to_ascii_lowercase());
        let value = text_literal(*value)?;
        let is_list = parameter.as_str() == "search_path";
        let values = if is_list { split_identifiers(&value) } else { vec![value.as_str().into()] };
        let local = literal_of(*local)?;
        let scope = if local.has(kind::kw_true) { SetScope::Local } else { SetScope::Session };
        Some(Change::Set(Set { parameter, values, scope }))
    }
}

/// The constant that an argument is.
fn literal_of(argument: Node<'_>) -> Option<Node<'_>> {
    let constant = super::expr::unwrap(argument.child(kind::a_expr)?);
    (constant.kind() == kind::AexprConst).then_some(constant)
}

fn text_literal(argument: Node<'_>) -> Option<String> {
    literal_of(argument)?.child(kind::Sconst)?.string_value()
}

/// The names of a search path that is given as one string; one empty name for an empty string.
fn split_identifiers(list: &str) -> Vec<std::sync::Arc<str>> {
    list.split(',').map(|item| Name::fold(item.trim()).as_str().into()).collect()
}

/// The first `simple_select` of a query: that of the first arm of a UNION.
pub(super) fn leading_select(node: Node<'_>) -> Option<Node<'_>> {
    let mut node = node;
    loop {
        if node.kind() == kind::simple_select {
            match node.child(kind::select_clause) {
                Some(arm) => node = arm,
                None => return Some(node),
            }
        } else {
            node = node.named().find(|c| is_query_layer(c.kind()))?;
        }
    }
}

fn is_query_layer(kind: &str) -> bool {
    matches!(
        kind,
        kind::SelectStmt
            | kind::select_no_parens
            | kind::select_with_parens
            | kind::select_clause
            | kind::simple_select
            | kind::PreparableStmt
    )
}

impl<'t> Walk<'_, 't> {
    fn run(&mut self) {
        while let Some(step) = self.steps.pop() {
            match step {
                Step::Visit(node) => self.visit(node),
                Step::Enter(name) => self.scope.push(name),
                Step::Leave(depth) => self.scope.truncate(depth),
            }
        }
    }

    fn visit(&mut self, node: Node<'t>) {
        match node.kind() {
            kind::select_no_parens => {
                self.row_locks(node);
                self.scoped(node);
            }
            kind::InsertStmt | kind::UpdateStmt | kind::DeleteStmt | kind::MergeStmt => {
                self.write(node);
                self.scoped(node);
            }
            kind::relation_expr => {
                if let Some((relation, _)) = self.reader.relation(node) {
                    self.read(relation);
                }
            }
            // The target of a write, a lock's OF, an INTO: not read.
            kind::relation_expr_opt_alias | kind::insert_target | kind::into_clause | kind::for_locking_clause => {}
            // Leaves that hold nothing of interest, and are many.
            kind::AexprConst | kind::columnref | kind::Typename if leaf(node) => {}
            kind::ColId | kind::ColLabel | kind::BareColLabel | kind::any_name | kind::name => {}
            kind::alias_clause | kind::func_name | kind::insert_column_list => {}
            _ => {
                if let Some(function) = self.reader.called_function(node) {
                    self.query.functions.push(function);
                }
                self.query.incomplete |= node.is_error() || node.is_missing();
                self.descend(node);
            }
        }
    }

    fn descend(&mut self, node: Node<'t>) {
        self.scratch.clear();
        push_children(&mut self.scratch, node);
        self.steps.extend(self.scratch.drain(..).map(Step::Visit));
    }

    /// Visits a statement with its WITH queries: each sees those before it, under RECURSIVE all of them.
    fn scoped(&mut self, node: Node<'t>) {
        let Some(with) = with_clause(node) else { return self.descend(node) };
        let ctes = ctes(node);
        self.steps.push(Step::Leave(self.scope.len()));
        self.scratch.clear();
        push_children(&mut self.scratch, node);
        let rest = self.scratch.drain(..).filter(|c| !matches!(c.kind(), kind::with_clause | kind::opt_with_clause));
        self.steps.extend(rest.map(Step::Visit));
        let names = ctes.iter().filter_map(|c| c.child(kind::name)).map(name_of);
        if with.has(kind::kw_recursive) {
            self.scope.extend(names);
            self.steps.extend(ctes.iter().rev().map(|c| Step::Visit(*c)));
        } else {
            let pairs: Vec<(Name, Node<'t>)> = names.zip(ctes.iter().copied()).collect();
            for (name, cte) in pairs.into_iter().rev() {
                self.steps.push(Step::Enter(name));
                self.steps.push(Step::Visit(cte));
            }
        }
    }

    fn is_with_query(&self, relation: &ObjectRef) -> bool {
        relation.schema.is_none() && self.scope.contains(&relation.name)
    }

    fn read(&mut self, relation: ObjectRef) {
        if !self.is_with_query(&relation) && self.seen.insert((relation.schema.clone(), relation.name.clone())) {
            self.query.reads.push(relation);
        }
    }

    /// FOR UPDATE …: the relations of OF, or all of this level's FROM.
    fn row_locks(&mut self, node: Node<'t>) {
        let opt = node.child(kind::opt_for_locking_clause).and_then(|o| o.child(kind::for_locking_clause));
        let Some(clause) = node.child(kind::for_locking_clause).or(opt) else { return };
        let Some(items) = clause.child(kind::for_locking_items) else { return };
        let Some(select) = node.child(kind::select_clause).and_then(leading_select) else { return };
        let own: Vec<Name> = ctes(node).into_iter().filter_map(|c| c.child(kind::name)).map(name_of).collect();
        let mut from = super::output::from_relations(self.reader, select);
        from.retain(|(_, r)| !self.is_with_query(r) && (r.schema.is_some() || !own.contains(&r.name)));
        for item in items.list(kind::for_locking_item) {
            let named = item.child(kind::locked_rels_list).and_then(|l| l.child(kind::qualified_name_list));
            let of: Option<Vec<Name>> = named.map(|l| l.list(kind::qualified_name).into_iter().map(name_of).collect());
            for (label, relation) in &from {
                let locked = of.as_ref().is_none_or(|names| names.contains(label));
                let noted = self.query.row_locks.iter().any(|r| r.schema == relation.schema && r.name == relation.name);
                if locked && !noted {
                    self.query.row_locks.push(relation.clone());
                }
            }
        }
    }

    fn write(&mut self, node: Node<'t>) {
        let kind = match node.kind() {
            kind::InsertStmt => WriteKind::Insert,
            kind::UpdateStmt => WriteKind::Update,
            kind::DeleteStmt => WriteKind::Delete,
            _ => WriteKind::Merge,
        };
        let target = node.child(kind::insert_target).or_else(|| node.child(kind::relation_expr_opt_alias));
        let Some((relation, _)) = target.and_then(|t| self.reader.relation(t)) else {
            self.query.incomplete = true;
            return;
        };
        let conflict = node.child(kind::opt_on_conflict);
        let all = matches!(kind, WriteKind::Update | WriteKind::Delete) && !node.has(kind::where_or_current_clause);
        self.query.writes.push(Write {
            relation,
            kind,
            every_row: all,
            columns: self.written_columns(node),
            updates_on_conflict: conflict.is_some_and(|c| c.has(kind::kw_update)),
        });
    }

    fn written_columns(&self, node: Node<'t>) -> Vec<crate::change::Ident> {
        let mut columns = Vec::new();
        if let Some(list) = node.child(kind::insert_rest).and_then(|r| r.child(kind::insert_column_list)) {
            let items = list.list(kind::insert_column_item).into_iter();
            columns.extend(items.filter_map(|i| self.reader.child_ident(i, kind::ColId)));
        }
        if let Some(list) = node.child(kind::set_clause_list) {
            for clause in list.list(kind::set_clause) {
                let several = clause.child(kind::set_target_list).map(|l| l.list(kind::set_target));
                let targets = clause.child(kind::set_target).into_iter().chain(several.into_iter().flatten());
                columns.extend(targets.filter_map(|t| self.reader.child_ident(t, kind::ColId)));
            }
        }
        columns
    }
}

/// The WITH of a statement.
pub(super) fn with_clause(node: Node<'_>) -> Option<Node<'_>> {
    node.child(kind::with_clause).or_else(|| node.child(kind::opt_with_clause)?.child(kind::with_clause))
}

/// The WITH queries of a statement.
pub(super) fn ctes(node: Node<'_>) -> Vec<Node<'_>> {
    let list = with_clause(node).and_then(|w| w.child(kind::cte_list));
    list.map(|l| l.list(kind::common_table_expr)).unwrap_or_default()
}

/// Whether nothing can hide beneath: no subscript, no type modifier that is an expression.
fn leaf(node: Node<'_>) -> bool {
    match node.kind() {
        kind::columnref => !node.has(kind::indirection),
        kind::AexprConst => !node.has(kind::func_arg_list),
        _ => true,
    }
}
