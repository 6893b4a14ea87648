//! The columns that queries give, those of WITH among them.

use std::rc::Rc;

use confiture_syntax::{Name, Node, kind};

use super::scope::{Answer, ColumnRef, Cte, Frame, MAX_DEPTH, Merged, Part, Scoper, Source, column_of};

impl Scoper<'_> {
    /// The columns that a query gives.
    pub(super) fn outputs(&self, node: Node<'_>, ctes: &mut Vec<Cte>, depth: usize) -> Vec<Part> {
        if depth > MAX_DEPTH {
            return vec![Part::Unknown];
        }
        let outside = ctes.len();
        let mut at = node;
        let columns = loop {
            if let Some(with) = with_clause(at) {
                self.read_ctes(with, ctes, depth);
            }
            match at.kind() {
                kind::simple_select => match at.child(kind::select_clause) {
                    Some(arm) => at = arm,
                    None => break self.select_outputs(at, ctes, depth),
                },
                kind::InsertStmt | kind::UpdateStmt | kind::DeleteStmt | kind::MergeStmt => {
                    break self.returned(at, ctes, depth);
                }
                _ => match at.children().find(|c| is_layer(*c)) {
                    Some(inner) => at = inner,
                    None => break vec![Part::Unknown],
                },
            }
        };
        ctes.truncate(outside);
        columns
    }

    /// Brings the queries of a WITH clause into scope.
    pub(super) fn read_ctes(&self, with: Node<'_>, ctes: &mut Vec<Cte>, depth: usize) {
        let recursive = with.has(kind::kw_recursive);
        let list = with
            .child(kind::cte_list)
            .map(|l| l.list(kind::common_table_expr));
        for node in list.into_iter().flatten() {
            let Some((name, symbol)) = node.child(kind::name).and_then(|n| self.local(n)) else {
                continue;
            };
            let from = if recursive {
                with.range().start
            } else {
                node.range().end
            };
            let mut columns = match node.child(kind::PreparableStmt) {
                Some(query) => self.outputs(query, ctes, depth + 1),
                None => vec![Part::Unknown],
            };
            if let Some(names) = node
                .child(kind::opt_name_list)
                .and_then(|l| l.child(kind::name_list))
            {
                columns = self.renamed(columns, names);
            }
            if node.has(kind::opt_search_clause) || node.has(kind::opt_cycle_clause) {
                columns.push(Part::Unknown);
            }
            ctes.push(Cte {
                name,
                symbol,
                from,
                columns: Rc::new(columns),
            });
        }
    }

    /// The columns of a `simple_select` that is no UNION.
    fn select_outputs(&self, select: Node<'_>, ctes: &mut Vec<Cte>, depth: usize) -> Vec<Part> {
        if select.has(kind::values_clause) {
            return vec![Part::Unknown];
        }
        if let Some(relation) = select.child(kind::relation_expr) {
            let source = self.relation(relation, None, None, ctes);
            return source.map_or_else(|| vec![Part::Unknown], |s| s.columns.to_vec());
        }
        let list = select
            .child(kind::from_clause)
            .and_then(|f| f.child(kind::from_list));
        let (sources, merged) = match list {
            Some(list) => self.sources(list, ctes, depth),
            None => Default::default(),
        };
        let frame = Frame {
            sources,
            merged,
            ..Frame::default()
        };
        self.targets(&targets(select), &frame)
    }

    /// The columns of RETURNING.
    fn returned(&self, node: Node<'_>, ctes: &mut Vec<Cte>, depth: usize) -> Vec<Part> {
        let Some(list) = node
            .child(kind::returning_clause)
            .and_then(|r| r.child(kind::target_list))
        else {
            return vec![Part::Unknown];
        };
        let mut sources: Vec<Source> = self.target(node, ctes).into_iter().collect();
        let other = node
            .child(kind::from_clause)
            .or_else(|| node.child(kind::using_clause));
        let mut merged = Merged::default();
        if let Some(list) = other.and_then(|f| f.child(kind::from_list)) {
            let (more, own) = self.sources(list, ctes, depth);
            sources.extend(more);
            merged = own;
        }
        if let Some(item) = node.child(kind::table_ref) {
            sources.extend(self.item(item, ctes, depth));
        }
        let frame = Frame {
            sources,
            merged,
            ..Frame::default()
        };
        self.targets(&list.list(kind::target_el), &frame)
    }

    /// What INSERT, UPDATE, DELETE or MERGE writes.
    pub(super) fn target(&self, node: Node<'_>, ctes: &[Cte]) -> Option<Source> {
        let target = node
            .child(kind::insert_target)
            .or_else(|| node.child(kind::relation_expr_opt_alias))?;
        // A WITH query can't be written to, so its name isn't looked up among them.
        let _ = ctes;
        self.relation(target, target.child(kind::ColId), None, &[])
    }

    /// The columns that a target list gives.
    fn targets(&self, targets: &[Node<'_>], frame: &Frame) -> Vec<Part> {
        let mut columns = Vec::new();
        for target in targets {
            let Some(expr) = target.child(kind::a_expr) else {
                let all = frame.sources.iter().filter(|s| !s.is_qualified_only);
                columns.extend(all.flat_map(|s| s.columns.iter().cloned()));
                continue;
            };
            let alias = target
                .child(kind::ColLabel)
                .or_else(|| target.child(kind::BareColLabel));
            if let Some((name, symbol)) = alias.and_then(|a| self.local(a)) {
                columns.push(Part::One(name, Some(symbol)));
                continue;
            }
            self.unnamed_target(expr, frame, &mut columns);
        }
        columns
    }

    fn unnamed_target(&self, expr: Node<'_>, frame: &Frame, columns: &mut Vec<Part>) {
        let expr = without_casts(expr);
        match expr.kind() {
            kind::columnref => {
                let Some(reference) = ColumnRef::read(expr) else {
                    return;
                };
                let source = |label: &Name| frame.sources.iter().find(|s| s.label.as_ref() == Some(label));
                if reference.has_star {
                    let label = reference.parts.last().map(|(name, _)| name);
                    let of = label.and_then(source);
                    columns.extend(of.map_or_else(|| vec![Part::Unknown], |s| s.columns.to_vec()));
                    return;
                }
                let Some(((name, _), before)) = reference.parts.split_last() else {
                    return;
                };
                let answer = match before.last() {
                    Some((label, _)) => source(label).map_or(Answer::Unknown, |s| s.column(name, self.known)),
                    None => column_of(frame, name, self.known),
                };
                let symbol = match answer {
                    Answer::Found(found) => found.map(|(symbol, _)| symbol),
                    _ => None,
                };
                columns.push(Part::One(name.clone(), symbol));
            }
            kind::func_application => {
                let name = expr.child(kind::func_name).and_then(Node::qualified);
                columns.extend(name.map(|n| Part::One(n.name().clone(), None)));
            }
            _ => {}
        }
    }
}

/// The target list of a `simple_select`.
pub(super) fn targets(select: Node<'_>) -> Vec<Node<'_>> {
    let list = match select.child(kind::opt_target_list) {
        Some(opt) => opt.child(kind::target_list),
        None => select.child(kind::target_list),
    };
    list.map(|l| l.list(kind::target_el)).unwrap_or_default()
}

/// A node that is the query itself in another wrapping.
fn is_layer(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        kind::SelectStmt
            | kind::select_no_parens
            | kind::select_with_parens
            | kind::select_clause
            | kind::simple_select
            | kind::PreparableStmt
            | kind::InsertStmt
            | kind::UpdateStmt
            | kind::DeleteStmt
            | kind::MergeStmt
    )
}

/// The expression in wrappers of one child, and before `::`.
pub(super) fn without_casts(node: Node<'_>) -> Node<'_> {
    let mut node = node;
    loop {
        let mut children = node.children().filter(|c| c.kind() != kind::comment);
        let Some(first) = children.next() else { return node };
        let is_cast = node.has(kind::Typename);
        let is_call = matches!(node.kind(), kind::func_expr | kind::func_application);
        if node.kind() == kind::columnref || (children.next().is_some() && !is_cast && !is_call) {
            return node;
        }
        if node.kind() == kind::func_application {
            return node;
        }
        node = first;
    }
}

/// A statement's WITH clause.
pub(super) fn with_clause(node: Node<'_>) -> Option<Node<'_>> {
    let of_select = node.child(kind::with_clause);
    of_select.or_else(|| node.child(kind::opt_with_clause)?.child(kind::with_clause))
}
