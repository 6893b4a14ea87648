//! One pass over a statement's tree, in the order of its text.
//!
//! Nodes that hold names come before the names: a statement's handler says what the names in it will mean
//! ([`Walk::plan`]), and what needs no saying (a `qualified_name` is a relation, a `func_name` a function) is read as it
//! comes. What is in scope is a stack of [`Frame`]s, each for a stretch of the text.

use std::collections::HashMap;

use confiture_schema::catalog::QualName;
use confiture_syntax::{Kind, Name, Node, Syntax, TextRange, kind};

use super::resolve::{Found, Known, Parts};
use super::scope::{Cte, Frame, Scoper};
use super::{Access, Occurrence, Symbol};

/// What a name that is still to come means.
pub(super) enum Meaning {
    /// A relation.
    Relation,
    /// A relation or an index.
    RelationOrIndex,
    /// An index.
    Index,
    /// A type.
    Type,
    /// A function.
    Function,
    /// This, with its schema where one is given.
    Exact(Symbol),
    /// A column behind its relation: `t.c`, `s.t.c`.
    ColumnPath,
    /// None of the catalog's.
    Nothing,
}

/// A walk over one tree.
pub(super) struct Walk<'a> {
    pub(super) known: &'a Known<'a>,
    /// Takes a place of the tree's text to the statement's.
    pub(super) place: &'a dyn Fn(TextRange) -> TextRange,
    pub(super) frames: Vec<Frame>,
    plans: HashMap<u32, (Meaning, Access)>,
    found: Vec<Occurrence>,
}

/// Whether a node's children are of interest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Into,
    Over,
}

/// A range that stays where it is.
pub(super) fn in_place(range: TextRange) -> TextRange {
    range
}

impl<'a> Walk<'a> {
    /// Over a statement whose text is the whole.
    pub(super) fn of_statement(syntax: &Syntax, known: &'a Known<'a>) -> Walk<'a> {
        let mut walk = Walk::new(known, &in_place);
        walk.run(syntax.root());
        walk
    }

    pub(super) fn new(known: &'a Known<'a>, place: &'a dyn Fn(TextRange) -> TextRange) -> Walk<'a> {
        Walk {
            known,
            place,
            frames: Vec::new(),
            plans: HashMap::new(),
            found: Vec::new(),
        }
    }

    /// What was found.
    pub(super) fn finish(self) -> Vec<Occurrence> {
        self.found
    }

    pub(super) fn run(&mut self, root: Node<'_>) {
        let mut nodes = root.descendants();
        while let Some(node) = nodes.next() {
            let start = node.range().start;
            while self.frames.pop_if(|frame| frame.end <= start).is_some() {}
            if self.visit(node) == Step::Over {
                nodes.skip_children();
            }
        }
    }

    fn visit(&mut self, node: Node<'_>) -> Step {
        if is_name(node.kind())
            && let Some((meaning, access)) = self.plans.remove(&node.range().start)
        {
            self.emit(node, meaning, access);
            return Step::Over;
        }
        match node.kind() {
            kind::comment => Step::Over,
            kind::qualified_name => {
                self.relation_in_scope(node, Access::Reads);
                Step::Over
            }
            kind::func_name => {
                self.emit(node, Meaning::Function, Access::Reads);
                Step::Over
            }
            kind::RoleSpec | kind::RoleId => {
                self.role(node, Access::Reads);
                Step::Over
            }
            kind::GenericType => {
                self.type_name(node);
                Step::Into
            }
            kind::columnref => {
                self.column_reference(node);
                Step::Into
            }
            _ => {
                if !self.visit_query(node) && !self.visit_table(node) {
                    self.visit_object(node);
                }
                Step::Into
            }
        }
    }

    /// A reader of scopes.
    pub(super) fn scoper(&self) -> Scoper<'a> {
        Scoper {
            known: self.known,
            place: self.place,
        }
    }

    /// All WITH queries that are in scope here.
    pub(super) fn ctes(&self) -> Vec<Cte> {
        self.frames.iter().flat_map(|f| f.ctes.iter().cloned()).collect()
    }

    /// The relation or type that the statement is about.
    pub(super) fn about(&self) -> Option<&QualName> {
        self.frames.iter().rev().find_map(|frame| frame.about.as_ref())
    }

    /// Says what the name at a node will mean, when it comes.
    pub(super) fn plan(&mut self, node: Node<'_>, meaning: Meaning, access: Access) {
        self.plans.insert(node.range().start, (meaning, access));
    }

    /// Whether that was said.
    pub(super) fn is_planned(&self, node: Node<'_>) -> bool {
        self.plans.contains_key(&node.range().start)
    }

    /// Takes back what was said of a node, and gives its access.
    pub(super) fn take_access(&mut self, node: Node<'_>) -> Option<Access> {
        let (_, access) = self.plans.remove(&node.range().start)?;
        Some(access)
    }

    /// The same as [`Walk::plan`] for the first name of a kind in a node; itself counts.
    pub(super) fn plan_first(&mut self, node: Node<'_>, of: Kind, meaning: Meaning, access: Access) {
        let first = node.descendants().find(|n| n.kind() == of);
        if let Some(first) = first {
            self.plan(first, meaning, access);
        }
    }

    /// The same for a column of a relation.
    pub(super) fn plan_column(&mut self, node: Node<'_>, of: &QualName, access: Access) {
        if let Some(name) = node.name() {
            self.plan(node, Meaning::Exact(Symbol::Column(of.clone(), name)), access);
        }
    }

    /// The same for all of a `columnList` somewhere in a node.
    pub(super) fn plan_columns(&mut self, node: Node<'_>, of: &QualName, access: Access) {
        let list = node.descendants().find(|n| n.kind() == kind::columnList);
        for column in list.map(|l| l.list(kind::columnElem)).into_iter().flatten() {
            self.plan_column(column, of, access);
        }
        let period = node.child(kind::optionalPeriodName);
        if let Some(column) = period.and_then(|p| p.child(kind::columnElem)) {
            self.plan_column(column, of, access);
        }
    }

    /// Takes a name at a node for what it means.
    pub(super) fn emit(&mut self, node: Node<'_>, meaning: Meaning, access: Access) {
        if let Meaning::Exact(symbol @ Symbol::EnumLabel(..)) = meaning {
            let is_known = access == Access::Defines || self.known.is_known(&symbol);
            self.push((symbol, is_known), node.range(), access);
            return;
        }
        let Some(name) = name_of(node) else { return };
        let parts = name.as_slice();
        let known = self.known;
        let found = match meaning {
            Meaning::Nothing => return,
            Meaning::ColumnPath => {
                self.column_path(parts, access);
                return;
            }
            Meaning::Relation => {
                let found = known.relation_named(parts);
                found.map(|(name, known)| (Symbol::Relation(name), known))
            }
            Meaning::RelationOrIndex => known.relation_or_index(parts),
            Meaning::Index => {
                let found = known.index_named(parts);
                found.map(|(name, known)| (Symbol::Index(name), known))
            }
            Meaning::Type => {
                let found = known.type_named(parts);
                found.map(|(name, known)| (Symbol::Type(name), known))
            }
            Meaning::Function => {
                let found = known.function_named(parts);
                found.map(|(name, known)| (Symbol::Function(name), known))
            }
            Meaning::Exact(symbol) => {
                let is_known = access == Access::Defines || known.is_known(&symbol);
                Some((symbol, is_known))
            }
        };
        self.named(parts, found, access);
    }

    /// A dotted name's last identifier as a symbol, and its schema.
    pub(super) fn named(&mut self, parts: Parts<'_>, found: Option<Found>, access: Access) {
        let Some(((_, range), before)) = parts.split_last() else {
            return;
        };
        if let Some((schema, range)) = before.last() {
            self.schema(schema, *range, Access::Reads);
        }
        if let Some(found) = found {
            self.push(found, *range, access);
        }
    }

    pub(super) fn schema(&mut self, name: &Name, range: TextRange, access: Access) {
        let symbol = Symbol::Schema(name.clone());
        let is_known = access == Access::Defines || self.known.is_known(&symbol);
        self.push((symbol, is_known), range, access);
    }

    pub(super) fn push(&mut self, (symbol, is_known): Found, range: TextRange, access: Access) {
        let range = (self.place)(range).as_usize();
        self.found.push(Occurrence {
            symbol,
            range,
            access,
            is_known,
        });
    }

    /// A relation or a WITH query.
    pub(super) fn relation_in_scope(&mut self, node: Node<'_>, access: Access) {
        let Some(name) = node.qualified() else { return };
        let ctes = self.ctes();
        let start = node.range().start;
        match super::scope::cte_named(&name.parts, &ctes, start) {
            Some(cte) => self.named(&name.parts, Some((cte.symbol.clone(), true)), access),
            None => self.emit(node, Meaning::RelationOrIndex, access),
        }
    }

    pub(super) fn role(&mut self, node: Node<'_>, access: Access) {
        // CURRENT_USER and its likes are no names.
        let Some(word) = node.find(kind::NonReservedWord) else {
            return;
        };
        let Some(name) = word
            .name()
            .filter(|name| !matches!(name.as_str(), "public" | "none"))
        else {
            return;
        };
        let symbol = Symbol::Role(name);
        let is_known = access == Access::Defines || self.known.is_known(&symbol);
        self.push((symbol, is_known), word.range(), access);
    }

    fn type_name(&mut self, node: Node<'_>) {
        let Some(name) = node.qualified() else { return };
        let found = match self.plans.remove(&node.range().start) {
            Some((Meaning::Type, access)) => {
                let found = self.known.type_named(&name.parts);
                found.map(|(name, known)| ((Symbol::Type(name), known), access))
            }
            Some((Meaning::Function, access)) => {
                let found = self.known.function_named(&name.parts);
                found.map(|(name, known)| ((Symbol::Function(name), known), access))
            }
            Some((Meaning::Exact(symbol), access)) => Some(((symbol, true), access)),
            Some(_) => None,
            None => self
                .known
                .type_of(&name.parts)
                .map(|found| (found, Access::Reads)),
        };
        let access = found.as_ref().map_or(Access::Reads, |(_, access)| *access);
        let found = found.map(|(found, _)| found);
        // `double precision` and unknown types have no schema of ours.
        self.named(&name.parts, found, access);
    }

    /// `relation.column`, with or without a schema.
    pub(super) fn column_path(&mut self, parts: Parts<'_>, access: Access) {
        let Some(((column, range), relation)) = parts.split_last() else {
            return;
        };
        let Some((owner, known)) = self.owner(relation) else {
            return;
        };
        let symbol = match &owner {
            Symbol::Relation(name) | Symbol::Type(name) => Symbol::Column(name.clone(), column.clone()),
            _ => return,
        };
        self.named(relation, Some((owner, known)), Access::Reads);
        let is_known = self.known.is_known(&symbol);
        self.push((symbol, is_known), *range, access);
    }

    /// What has columns or attributes: a relation, a composite type.
    fn owner(&self, parts: Parts<'_>) -> Option<Found> {
        let (relation, known) = self.known.relation_named(parts)?;
        if !known && let Some((ty, true)) = self.known.type_named(parts) {
            return Some((Symbol::Type(ty), true));
        }
        Some((Symbol::Relation(relation), known))
    }
}

/// The identifiers of a node that is a name.
fn name_of(node: Node<'_>) -> Option<Vec<(Name, TextRange)>> {
    match node.kind() {
        kind::RoleSpec | kind::RoleId | kind::columnElem | kind::Sconst => {
            Some(vec![(node.name()?, node.range())])
        }
        _ => Some(node.qualified()?.parts),
    }
}

/// Kinds of nodes that a plan can be for.
fn is_name(kind: Kind) -> bool {
    matches!(
        kind,
        kind::ColId
            | kind::ColLabel
            | kind::BareColLabel
            | kind::name
            | kind::attr_name
            | kind::param_name
            | kind::type_function_name
            | kind::columnElem
            | kind::qualified_name
            | kind::any_name
            | kind::func_name
            | kind::RoleSpec
            | kind::RoleId
            | kind::Sconst
    )
}
