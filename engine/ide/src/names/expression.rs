//! Expressions: what columns, rows, calls, casts and constants in them stand for.

use confiture_schema::catalog::QualName;
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};
use confiture_syntax::{Kind, Name, Node, TextRange, kind};

use super::query::{relation_of, sole};
use super::resolve::{Found, is_system_schema};
use super::scope::{Answer, ColumnRef, Source, column_of};
use super::walk::{Meaning, Walk};
use super::{Access, Symbol};

impl Walk<'_> {
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
    pub(super) fn unqualified(&self, name: &Name) -> Option<Found> {
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

    pub(super) fn label(&self, parts: &[(Name, TextRange)]) -> Option<Found> {
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
    pub(super) fn call(&mut self, node: Node<'_>) {
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
    pub(super) fn constant(&mut self, node: Node<'_>) {
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
    pub(super) fn expression(&mut self, node: Node<'_>) {
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

pub(super) fn is_expression(kind: Kind) -> bool {
    matches!(
        kind,
        kind::a_expr | kind::a_expr_prec | kind::b_expr | kind::b_expr_prec
    )
}

fn is_array(ty: Node<'_>) -> bool {
    ty.has(kind::opt_array_bounds) || ty.has(kind::kw_array)
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
