//! Queries and what writes rows: their scopes, and the columns in them.

use confiture_schema::catalog::QualName;
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};
use confiture_syntax::{Kind, Name, Node, TextRange, kind};

use super::resolve::{Found, is_system_schema};
use super::scope::{Answer, ColumnRef, Frame, Source, column_of, targets, with_clause};
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
        if let Some(about) = about {
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
    fn of_view(&self, symbol: Symbol) -> Symbol {
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

    /// A column's name in an expression, or the name of a row.
    pub(super) fn column_reference(&mut self, node: Node<'_>) {
        if self.is_planned(node) {
            return;
        }
        let Some(reference) = ColumnRef::read(node) else {
            return;
        };
        let parts = reference.parts.as_slice();
        if reference.has_star {
            self.qualifier(parts);
            return;
        }
        if let [(name, range)] = parts {
            if let Some(found) = self.unqualified(name) {
                self.push(found, *range, Access::Reads);
            }
            return;
        }
        self.qualified(parts);
    }

    /// What a single name in an expression means: a column, an alias, a variable, a row.
    fn unqualified(&self, name: &Name) -> Option<Found> {
        for frame in self.frames.iter().rev() {
            match column_of(frame, name, self.known) {
                Answer::Found(found) => return found,
                Answer::Unknown => return None,
                Answer::Absent => {}
            }
            let own = frame.variables.iter().rev().find(|(own, _)| own == name);
            let alias = || frame.aliases.iter().find(|(own, _)| own == name);
            if let Some((_, symbol)) = own {
                return Some((symbol.clone(), true));
            }
            if let Some((_, symbol)) = alias() {
                return Some((self.of_view(symbol.clone()), true));
            }
        }
        if let Some(found) = self
            .label_named(None, name)
            .and_then(|source| source.symbol.clone())
        {
            // A function's name alone is no row.
            return Some(found).filter(|(symbol, _)| !matches!(symbol, Symbol::Function(_)));
        }
        self.missing(name)
    }

    /// A name that nothing has: a column that the only relation at hand doesn't have.
    fn missing(&self, name: &Name) -> Option<Found> {
        let frame = self.frames.iter().rev().find(|f| !f.sources.is_empty())?;
        let mut plain = frame.sources.iter().filter(|s| !s.is_qualified_only);
        let (Some(source), None) = (plain.next(), plain.next()) else {
            return None;
        };
        let relation = relation_of(source).filter(|r| !is_system_schema(&r.schema))?;
        // In a body it may be a variable.
        let is_alone = !self.known.runs_later && !self.frames.iter().any(|f| !f.variables.is_empty());
        is_alone.then(|| (Symbol::Column(relation, name.clone()), false))
    }

    /// `t.*`, `s.t.*`.
    fn qualifier(&mut self, parts: &[(Name, TextRange)]) {
        let Some(found) = self.label(parts) else { return };
        self.named(parts, Some(found), Access::Reads);
    }

    fn label(&self, parts: &[(Name, TextRange)]) -> Option<Found> {
        let ((name, _), before) = parts.split_last()?;
        let schema = before.last().map(|(schema, _)| schema);
        self.label_named(schema, name)?.symbol.clone()
    }

    fn label_named(&self, schema: Option<&Name>, name: &Name) -> Option<&Source> {
        let matches = |source: &&Source| {
            source.label.as_ref() == Some(name) && schema.is_none_or(|s| source.schema.as_ref() == Some(s))
        };
        let mut frames = self.frames.iter().rev();
        frames.find_map(|frame| frame.sources.iter().find(matches))
    }

    /// `t.c`, `s.t.c`, and fields behind it.
    fn qualified(&mut self, parts: &[(Name, TextRange)]) {
        let [(first, first_range), (second, second_range), rest @ ..] = parts else {
            return;
        };
        if let Some(source) = self.label_named(None, first).cloned() {
            let answer = source.column(second, self.known);
            if let Some(found) = source.symbol.clone() {
                self.push(found, *first_range, Access::Reads);
            }
            let found = self.answer_of(&source, second, answer);
            if let Some(found) = found {
                self.push(found, *second_range, Access::Reads);
            }
            return;
        }
        if let [(third, third_range), ..] = rest
            && let Some(source) = self.label_named(Some(first), second).cloned()
        {
            self.schema(first, *first_range, Access::Reads);
            if let Some(found) = source.symbol.clone() {
                self.push(found, *second_range, Access::Reads);
            }
            let answer = source.column(third, self.known);
            if let Some(found) = self.answer_of(&source, third, answer) {
                self.push(found, *third_range, Access::Reads);
            }
            return;
        }
        // A record's field, or a parameter behind its function's name.
        let variable = self.frames.iter().rev().find_map(|frame| {
            let own = frame.variables.iter().rev().find(|(own, _)| own == first);
            own.map(|(_, symbol)| symbol.clone())
        });
        if let Some(symbol) = variable {
            self.push((symbol, true), *first_range, Access::Reads);
        }
    }

    /// What an answer says of a column behind a label.
    fn answer_of(&self, source: &Source, column: &Name, answer: Answer) -> Option<Found> {
        match answer {
            Answer::Found(found) => found,
            // It can be of nothing else.
            Answer::Unknown | Answer::Absent => {
                let relation = relation_of(source).filter(|r| !is_system_schema(&r.schema))?;
                Some((Symbol::Column(relation, column.clone()), false))
            }
        }
    }

    /// A call whose argument names a relation: `nextval('s')`.
    fn call(&mut self, node: Node<'_>) {
        let name = node.child(kind::func_name).and_then(Node::qualified);
        let takes_relation = name.is_some_and(|n| {
            let names = [
                "nextval",
                "currval",
                "setval",
                "pg_get_serial_sequence",
                "to_regclass",
            ];
            names.contains(&n.name().as_str())
        });
        if !takes_relation {
            return;
        }
        let list = node
            .child(kind::func_arg_list)
            .map(|l| l.list(kind::func_arg_expr));
        let first = list.and_then(|all| all.first().copied());
        if let Some(argument) = first.and_then(|a| a.child(kind::a_expr)) {
            self.relation_in_string(argument);
        }
    }

    /// The relation that a constant spells: `'public.orders'`.
    fn relation_in_string(&mut self, node: Node<'_>) {
        let constant = sole(node);
        if let Some(string) = constant.child(kind::Sconst) {
            self.spelled_relation(string);
        }
    }

    fn spelled_relation(&mut self, string: Node<'_>) {
        let Some(parts) = spelled_name(string) else { return };
        let found = self.known.relation_or_index(&parts);
        // What isn't known may be spelled for something else altogether.
        if let Some((symbol, true)) = found {
            self.named(&parts, Some((symbol, true)), Access::Reads);
        }
    }

    /// `type 'constant'`.
    fn constant(&mut self, node: Node<'_>) {
        let (Some(ty), Some(value)) = (node.child(kind::func_name), node.child(kind::Sconst)) else {
            return;
        };
        self.plan(ty, Meaning::Nothing, Access::Reads);
        let Some(name) = ty.qualified() else { return };
        let found = self.known.type_of(&name.parts);
        if let Some((Symbol::Type(ty), _)) = &found {
            self.plan_value(value, ty);
        }
        if name.name().as_str() == "regclass" {
            self.spelled_relation(value);
        }
        self.named(&name.parts, found, Access::Reads);
    }

    /// `'label'::type`, `'relation'::regclass`.
    fn cast(&mut self, node: Node<'_>) {
        let Some(written) = node.child(kind::Typename) else {
            return;
        };
        let Some(value) = node.children().find(|c| is_expression(c.kind())) else {
            return;
        };
        let Some(name) = written.find(kind::GenericType).and_then(Node::qualified) else {
            return;
        };
        if name.name().as_str() == "regclass" {
            self.relation_in_string(value);
        } else if let Some((Symbol::Type(ty), _)) = self.known.type_of(&name.parts)
            && !is_array(written)
        {
            self.plan_label(value, &ty);
        }
    }

    /// `column = 'label'`, `column IN ('a', 'b')`, a cast.
    fn expression(&mut self, node: Node<'_>) {
        if node.has(kind::Typename) {
            self.cast(node);
            return;
        }
        let mut sides = node.children().filter(|c| is_expression(c.kind()));
        let (Some(left), right) = (sides.next(), sides.next()) else {
            return;
        };
        let list = node.child(kind::expr_list).filter(|_| node.has(kind::kw_in));
        let operator = node
            .children()
            .find(|c| !is_expression(c.kind()))
            .map_or("", Node::text);
        let compares = matches!(operator, "=" | "<>" | "!=" | "<" | ">" | "<=" | ">=");
        if list.is_none() && !compares {
            return;
        }
        if let Some(ty) = self.enum_of(left) {
            let values = list.map(|l| l.list(kind::a_expr)).unwrap_or_default();
            for value in values.into_iter().chain(right) {
                self.plan_label(value, &ty);
            }
        } else if let Some(ty) = right.and_then(|right| self.enum_of(right)) {
            self.plan_label(left, &ty);
        }
    }

    /// The enum that a column's values are of.
    fn enum_of(&self, node: Node<'_>) -> Option<QualName> {
        let node = sole(node);
        if node.kind() != kind::columnref {
            return None;
        }
        let reference = ColumnRef::read(node)?;
        let found = match reference.parts.as_slice() {
            [(name, _)] => self.unqualified(name),
            [.., (label, _), (name, _)] => {
                let source = self.label_named(None, label)?;
                match source.column(name, self.known) {
                    Answer::Found(found) => found,
                    _ => None,
                }
            }
            [] => None,
        };
        match found {
            Some((Symbol::Column(relation, column), true)) => self.known.enum_of_column(&relation, &column),
            _ => None,
        }
    }

    /// A constant that can only be a value of an enum.
    pub(super) fn plan_label(&mut self, node: Node<'_>, ty: &QualName) {
        let constant = sole(node);
        if constant.kind() == kind::AexprConst
            && constant.child_count() == 1
            && let Some(string) = constant.child(kind::Sconst)
        {
            self.plan_value(string, ty);
        } else if constant.kind() == kind::Sconst {
            self.plan_value(constant, ty);
        }
    }

    fn plan_value(&mut self, string: Node<'_>, ty: &QualName) {
        if let Some(label) = string.string_value().filter(|_| self.known.is_enum(ty)) {
            let symbol = Symbol::EnumLabel(ty.clone(), label);
            self.plan(string, Meaning::Exact(symbol), Access::Reads);
        }
    }
}

fn is_expression(kind: Kind) -> bool {
    matches!(
        kind,
        kind::a_expr | kind::a_expr_prec | kind::b_expr | kind::b_expr_prec
    )
}

fn is_array(ty: Node<'_>) -> bool {
    ty.has(kind::opt_array_bounds) || ty.has(kind::kw_array)
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

/// The dotted name that a plain string constant spells, with its places.
fn spelled_name(string: Node<'_>) -> Option<Vec<(Name, TextRange)>> {
    let text = string.text();
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    if inner.contains('\'') || inner.contains('\\') {
        return None;
    }
    let start = string.range().start + 1;
    let mut parts = Vec::new();
    let mut expects_name = true;
    for token in Lexer::new(inner, Dialect::Server) {
        match token.kind {
            TokenKind::Ident | TokenKind::QuotedIdent if expects_name => {
                let name = Name::fold(inner.get(token.range.as_usize())?);
                parts.push((name, token.range.offset(start)));
                expects_name = false;
            }
            TokenKind::Dot if !expects_name => expects_name = true,
            _ => return None,
        }
    }
    (!expects_name).then_some(parts)
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
            let column = super::scope::without_casts(target.child(kind::a_expr)?);
            let reference = (column.kind() == kind::columnref)
                .then(|| ColumnRef::read(column))
                .flatten()?;
            let (_, range) = reference.parts.last().filter(|_| !reference.has_star)?;
            Some((range.as_usize(), target.range().end as usize))
        });
    unnamed.collect()
}
