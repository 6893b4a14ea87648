//! What a query reads, writes, locks and calls.
//!
//! One pass over the tree with one cursor: a VALUES list may have ten thousand rows, and a query may be nested as
//! deep. Names of WITH queries are kept out of the relations while they are in scope.

use std::collections::HashSet;

use confiture_syntax::{Name, Node};

use super::{Children, Kind, Reader, kind, name_of};
use crate::change::{Change, Compared, ComparedColumn, ObjectRef, Query, Set, SetScope, Write, WriteKind};

/// What happens to the scope once the walk has passed a certain place.
enum Event {
    /// A WITH query's name comes into scope.
    Enter(Name),
    /// Only so many WITH queries are in scope.
    Leave(usize),
}

/// A walk over one query, in the order of its text.
struct Walk<'r> {
    reader: &'r Reader<'r>,
    /// Names of WITH queries in scope.
    scope: Vec<Name>,
    /// What happens where; innermost, so nearest, last.
    events: Vec<(u32, Event)>,
    query: Query,
    seen: HashSet<(Option<Name>, Name)>,
}

impl Reader<'_> {
    /// The query at `node`; its text and range are those of `whole`.
    pub(super) fn query(&self, node: Node<'_>, whole: Node<'_>) -> Query {
        let query = Query {
            text: whole.text().into(),
            range: self.range(whole),
            ..Query::default()
        };
        let mut walk = Walk {
            reader: self,
            scope: Vec::new(),
            events: Vec::new(),
            query,
            seen: HashSet::new(),
        };
        walk.run(node);
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
        let Some(select) = leading_select(node) else {
            return vec![self.query_change(node)];
        };
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
        if function.name.as_str() != "set_config"
            || function.schema.is_some_and(|s| s.as_str() != "pg_catalog")
        {
            return None;
        }
        let args = call.child(kind::func_arg_list)?.list(kind::func_arg_expr);
        let [parameter, value, local] = args.as_slice() else {
            return None;
        };
        let parameter = Name::new(text_literal(*parameter)?.to_ascii_lowercase());
        let value = text_literal(*value)?;
        let is_list = parameter.as_str() == "search_path";
        let values = if is_list {
            split_identifiers(&value)
        } else {
            vec![value.as_str().into()]
        };
        let local = literal_of(*local)?;
        let scope = if local.has(kind::kw_true) {
            SetScope::Local
        } else {
            SetScope::Session
        };
        Some(Change::Set(Set {
            parameter,
            values,
            scope,
        }))
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
    list.split(',')
        .map(|item| Name::fold(item.trim()).as_str().into())
        .collect()
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

fn is_query_layer(kind: Kind) -> bool {
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

impl Walk<'_> {
    fn run(&mut self, root: Node<'_>) {
        let mut nodes = root.descendants();
        while let Some(node) = nodes.next() {
            if !self.events.is_empty() {
                self.pass(node.range().start);
            }
            if self.visit(node) {
                nodes.skip_children();
            }
        }
    }

    /// Lets happen what happens before this place.
    fn pass(&mut self, place: u32) {
        while let Some((_, event)) = self.events.pop_if(|(end, _)| *end <= place) {
            match event {
                Event::Enter(name) => self.scope.push(name),
                Event::Leave(depth) => self.scope.truncate(depth),
            }
        }
    }

    /// Reads one node; true where there is nothing more to find in it.
    fn visit(&mut self, node: Node<'_>) -> bool {
        match node.kind() {
            // Most nodes are layers of precedence, literals and columns.
            kind::a_expr | kind::a_expr_prec | kind::c_expr | kind::expr_list => {
                self.call(node);
                false
            }
            kind::AexprConst | kind::columnref | kind::Typename => leaf(node),
            kind::select_no_parens => {
                self.row_locks(node);
                self.open(node);
                false
            }
            kind::InsertStmt | kind::UpdateStmt | kind::DeleteStmt | kind::MergeStmt => {
                self.write(node);
                self.open(node);
                self.compare(node);
                false
            }
            kind::simple_select => {
                self.compare(node);
                false
            }
            kind::with_clause if node.has(kind::kw_recursive) => {
                let list = node
                    .child(kind::cte_list)
                    .map(|l| l.list(kind::common_table_expr))
                    .unwrap_or_default();
                self.scope
                    .extend(list.into_iter().filter_map(|c| c.child(kind::name)).map(name_of));
                false
            }
            // Seen by the queries after it; one under RECURSIVE is in scope already, and twice does no harm.
            kind::common_table_expr => {
                if let Some(name) = node.child(kind::name) {
                    self.events.push((node.range().end, Event::Enter(name_of(name))));
                }
                false
            }
            kind::relation_expr => {
                if let Some((relation, _)) = self.reader.relation(node) {
                    self.read(relation);
                }
                true
            }
            // The target of a write, a lock's OF, an INTO: not read.
            kind::relation_expr_opt_alias
            | kind::insert_target
            | kind::into_clause
            | kind::for_locking_clause => true,
            kind::ColId | kind::ColLabel | kind::BareColLabel | kind::any_name | kind::name => true,
            kind::alias_clause | kind::func_name | kind::insert_column_list => true,
            _ => {
                self.call(node);
                self.query.incomplete |= node.is_error() || node.is_missing();
                false
            }
        }
    }

    /// The comparisons of one level. A name of a WITH query is no relation's, so what may be its column is left out.
    fn compare(&mut self, node: Node<'_>) {
        let is_relation = |column: &ComparedColumn| !column.of.iter().any(|r| self.is_with_query(r));
        let mut found = self.reader.comparisons(node);
        found.retain(|c| is_relation(&c.column));
        for comparison in &mut found {
            if matches!(&comparison.with, Compared::Column(column) if !is_relation(column)) {
                comparison.with = Compared::Value;
            }
        }
        self.query.comparisons.extend(found);
    }

    fn call(&mut self, node: Node<'_>) {
        if let Some(function) = self.reader.called_function(node) {
            self.query.functions.push(function);
        }
    }

    /// WITH queries of this statement are out of scope after it.
    fn open(&mut self, node: Node<'_>) {
        if with_clause(node).is_some() {
            self.events
                .push((node.range().end, Event::Leave(self.scope.len())));
        }
    }

    fn is_with_query(&self, relation: &ObjectRef) -> bool {
        relation.schema.is_none() && self.scope.contains(&relation.name)
    }

    fn read(&mut self, relation: ObjectRef) {
        if !self.is_with_query(&relation)
            && self.seen.insert((relation.schema.clone(), relation.name.clone()))
        {
            self.query.reads.push(relation);
        }
    }

    /// FOR UPDATE …: the relations of OF, or all of this level's FROM.
    fn row_locks(&mut self, node: Node<'_>) {
        let opt = node
            .child(kind::opt_for_locking_clause)
            .and_then(|o| o.child(kind::for_locking_clause));
        let Some(clause) = node.child(kind::for_locking_clause).or(opt) else {
            return;
        };
        let Some(items) = clause.child(kind::for_locking_items) else {
            return;
        };
        let Some(select) = node.child(kind::select_clause).and_then(leading_select) else {
            return;
        };
        let own: Vec<Name> = ctes(node)
            .into_iter()
            .filter_map(|c| c.child(kind::name))
            .map(name_of)
            .collect();
        let mut from = super::output::from_relations(self.reader, select);
        from.retain(|(_, r)| !self.is_with_query(r) && (r.schema.is_some() || !own.contains(&r.name)));
        for item in items.list(kind::for_locking_item) {
            let named = item
                .child(kind::locked_rels_list)
                .and_then(|l| l.child(kind::qualified_name_list));
            let of: Option<Vec<Name>> =
                named.map(|l| l.list(kind::qualified_name).into_iter().map(name_of).collect());
            for (label, relation) in &from {
                let locked = of.as_ref().is_none_or(|names| names.contains(label));
                let noted = self
                    .query
                    .row_locks
                    .iter()
                    .any(|r| r.schema == relation.schema && r.name == relation.name);
                if locked && !noted {
                    self.query.row_locks.push(relation.clone());
                }
            }
        }
    }

    fn write(&mut self, node: Node<'_>) {
        let kind = match node.kind() {
            kind::InsertStmt => WriteKind::Insert,
            kind::UpdateStmt => WriteKind::Update,
            kind::DeleteStmt => WriteKind::Delete,
            _ => WriteKind::Merge,
        };
        let target = node
            .child(kind::insert_target)
            .or_else(|| node.child(kind::relation_expr_opt_alias));
        let Some((relation, _)) = target.and_then(|t| self.reader.relation(t)) else {
            self.query.incomplete = true;
            return;
        };
        let conflict = node.child(kind::opt_on_conflict);
        let all =
            matches!(kind, WriteKind::Update | WriteKind::Delete) && !node.has(kind::where_or_current_clause);
        self.query.writes.push(Write {
            relation,
            kind,
            every_row: all,
            columns: self.written_columns(node),
            updates_on_conflict: conflict.is_some_and(|c| c.has(kind::kw_update)),
        });
    }

    fn written_columns(&self, node: Node<'_>) -> Vec<crate::change::Ident> {
        let mut columns = Vec::new();
        if let Some(list) = node
            .child(kind::insert_rest)
            .and_then(|r| r.child(kind::insert_column_list))
        {
            let items = list.list(kind::insert_column_item).into_iter();
            columns.extend(items.filter_map(|i| self.reader.child_ident(i, kind::ColId)));
        }
        if let Some(list) = node.child(kind::set_clause_list) {
            for clause in list.list(kind::set_clause) {
                let several = clause
                    .child(kind::set_target_list)
                    .map(|l| l.list(kind::set_target));
                let targets = clause
                    .child(kind::set_target)
                    .into_iter()
                    .chain(several.into_iter().flatten());
                columns.extend(targets.filter_map(|t| self.reader.child_ident(t, kind::ColId)));
            }
        }
        columns
    }
}

/// The WITH of a statement.
pub(super) fn with_clause(node: Node<'_>) -> Option<Node<'_>> {
    node.child(kind::with_clause)
        .or_else(|| node.child(kind::opt_with_clause)?.child(kind::with_clause))
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
