//! What is in scope in a query: the items of FROM, the WITH queries, aliases and variables, and what a column's name means
//! there.

use std::rc::Rc;

use confiture_schema::catalog::{QualName, RelationKind};
use confiture_syntax::{Kind, Name, Node, TextRange, kind};

use super::Symbol;
use super::resolve::{Found, Known, Parts, is_system_column, is_system_schema};

/// Queries within queries within FROM that are looked into.
pub(super) const MAX_DEPTH: usize = 12;

/// What is in scope within a stretch of a statement.
#[derive(Default)]
pub(super) struct Frame {
    /// Where it ends.
    pub(super) end: u32,
    /// The relations that columns may be of.
    pub(super) sources: Vec<Source>,
    /// Columns that a join has in common, USING or NATURAL.
    pub(super) merged: Merged,
    /// WITH queries.
    pub(super) ctes: Vec<Cte>,
    /// Names that a SELECT gives its columns.
    pub(super) aliases: Vec<(Name, Symbol)>,
    /// Variables and parameters.
    pub(super) variables: Vec<(Name, Symbol)>,
    /// The relation or type that the statement is about.
    pub(super) about: Option<QualName>,
    /// The query whose FROM this is.
    pub(super) query: Option<TextRange>,
    /// Names given by WINDOW.
    pub(super) windows: Vec<(Name, Symbol)>,
    /// The view or table that the query's columns become columns of.
    pub(super) makes: Option<QualName>,
    /// Clauses further on that see this beside.
    pub(super) pending: Vec<(Kind, Source)>,
}

/// Columns that both sides of a join have.
#[derive(Clone, Default)]
pub(super) struct Merged {
    names: Vec<Name>,
    all: bool,
}

impl Merged {
    fn holds(&self, name: &Name) -> bool {
        self.all || self.names.contains(name)
    }
}

/// Something that a qualified name can mean.
#[derive(Clone)]
pub(super) struct Source {
    /// The name that it goes under.
    pub(super) label: Option<Name>,
    /// Its schema, where the name may be given with one.
    pub(super) schema: Option<Name>,
    /// What the label stands for.
    pub(super) symbol: Option<Found>,
    /// Its columns.
    pub(super) columns: Rc<Vec<Part>>,
    /// Its columns are found only behind its label.
    pub(super) is_qualified_only: bool,
}

/// Some columns.
#[derive(Clone)]
pub(super) enum Part {
    /// One of that name, and what names it where something does.
    One(Name, Option<Symbol>),
    /// Those of a relation.
    All(QualName),
    /// Nobody knows.
    Unknown,
}

/// A WITH query.
#[derive(Clone)]
pub(super) struct Cte {
    pub(super) name: Name,
    pub(super) symbol: Symbol,
    /// Where it comes into scope.
    pub(super) from: u32,
    pub(super) columns: Rc<Vec<Part>>,
}

/// What a column's name means.
pub(super) enum Answer {
    /// This, or something that no name stands for.
    Found(Option<Found>),
    /// It may be of something whose columns aren't known.
    Unknown,
    /// Nothing.
    Absent,
}

impl Source {
    /// A relation under its own name.
    pub(super) fn relation(name: &QualName, known: bool) -> Source {
        Source {
            label: Some(name.name.clone()),
            schema: Some(name.schema.clone()),
            symbol: Some((Symbol::Relation(name.clone()), known)),
            columns: Rc::new(vec![Part::All(name.clone())]),
            is_qualified_only: false,
        }
    }

    /// Rows of a relation under a word such as `NEW`.
    pub(super) fn row(label: &str, relation: &QualName) -> Source {
        Source {
            label: Some(Name::new(label)),
            schema: None,
            symbol: None,
            columns: Rc::new(vec![Part::All(relation.clone())]),
            is_qualified_only: true,
        }
    }

    /// A variable of the row type of a relation, or of one that isn't known.
    pub(super) fn variable(label: &Name, symbol: Symbol, row: Option<QualName>) -> Source {
        Source {
            label: Some(label.clone()),
            schema: None,
            symbol: Some((symbol, true)),
            columns: Rc::new(vec![row.map_or(Part::Unknown, Part::All)]),
            is_qualified_only: true,
        }
    }

    /// What one of its columns is.
    pub(super) fn column(&self, name: &Name, known: &Known<'_>) -> Answer {
        let mut answer = Answer::Absent;
        for part in self.columns.iter() {
            match part {
                Part::One(own, symbol) if own == name => {
                    return Answer::Found(symbol.clone().map(|symbol| (symbol, true)));
                }
                Part::One(..) => {}
                Part::All(relation) if known.has_column(relation, name) => {
                    return Answer::Found(Some((Symbol::Column(relation.clone(), name.clone()), true)));
                }
                Part::All(_) if is_system_column(name) => return Answer::Found(None),
                Part::All(relation) => {
                    if !has_known_columns(relation, known) {
                        answer = Answer::Unknown;
                    }
                }
                Part::Unknown => answer = Answer::Unknown,
            }
        }
        answer
    }
}

fn has_known_columns(relation: &QualName, known: &Known<'_>) -> bool {
    known.relation(relation).is_some_and(|r| match r.kind {
        RelationKind::Sequence => false,
        _ => r.view.as_ref().is_none_or(|view| view.columns_known) && r.of_type.is_none(),
    })
}

/// What an unqualified column means among the items of one FROM.
pub(super) fn column_of(frame: &Frame, name: &Name, known: &Known<'_>) -> Answer {
    let mut found: Option<Option<Found>> = None;
    let mut count = 0;
    let mut unknown = None;
    for source in frame.sources.iter().filter(|s| !s.is_qualified_only) {
        match source.column(name, known) {
            Answer::Found(symbol) => {
                count += 1;
                found = found.or(Some(symbol));
            }
            Answer::Unknown => unknown = Some(source),
            Answer::Absent => {}
        }
    }
    match (found, unknown) {
        (Some(found), _) if count == 1 || frame.merged.holds(name) => Answer::Found(found),
        (Some(_), _) => Answer::Unknown,
        (None, Some(source)) => missing_column(frame, source, name)
            .filter(|_| !known.runs_later)
            .unwrap_or(Answer::Unknown),
        (None, None) => Answer::Absent,
    }
}

/// Of the only relation, which isn't known, a column can only be its own.
fn missing_column(frame: &Frame, source: &Source, name: &Name) -> Option<Answer> {
    let [Part::All(relation)] = source.columns.as_slice() else {
        return None;
    };
    if is_system_schema(&relation.schema) {
        return None;
    }
    let is_only = frame.sources.iter().filter(|s| !s.is_qualified_only).count() == 1;
    let symbol = Symbol::Column(relation.clone(), name.clone());
    is_only.then_some(Answer::Found(Some((symbol, false))))
}

/// Reads FROM clauses and the columns that queries give.
pub(super) struct Scoper<'a> {
    pub(super) known: &'a Known<'a>,
    /// Takes a place of the tree's text to the statement's.
    pub(super) place: &'a dyn Fn(TextRange) -> TextRange,
}

impl Scoper<'_> {
    /// The symbol of a name of this statement alone that is introduced at a node.
    pub(super) fn local(&self, node: Node<'_>) -> Option<(Name, Symbol)> {
        let name = node.name()?;
        let at = (self.place)(node.range()).start as usize;
        Some((name.clone(), Symbol::Local(name, at)))
    }

    /// The items of a `from_list`, and the columns that its joins merge.
    pub(super) fn sources(&self, list: Node<'_>, ctes: &mut Vec<Cte>, depth: usize) -> (Vec<Source>, Merged) {
        let mut sources = Vec::new();
        let mut merged = Merged::default();
        let mut open = list.list(kind::table_ref);
        open.reverse();
        while let Some(node) = open.pop() {
            let joined = match node.kind() {
                kind::joined_table => Some(node),
                _ => node.child(kind::joined_table),
            };
            let Some(joined) = joined else {
                sources.extend(self.item(node, ctes, depth));
                continue;
            };
            if let Some(alias) = node
                .child(kind::alias_clause)
                .filter(|_| node.kind() == kind::table_ref)
            {
                sources.push(self.aliased(alias, vec![Part::Unknown]));
                continue;
            }
            merged.all |= joined.has(kind::kw_natural);
            let using = joined
                .child(kind::join_qual)
                .and_then(|q| q.child(kind::name_list));
            let names = using.map(|l| l.list(kind::name)).into_iter().flatten();
            merged.names.extend(names.filter_map(Node::name));
            let first = open.len();
            let operands = joined.children();
            open.extend(operands.filter(|c| matches!(c.kind(), kind::table_ref | kind::joined_table)));
            if let Some(own) = open.get_mut(first..) {
                own.reverse();
            }
        }
        (sources, merged)
    }

    /// A `table_ref` that is no join.
    pub(super) fn item(&self, node: Node<'_>, ctes: &mut Vec<Cte>, depth: usize) -> Option<Source> {
        let opt = node.child(kind::opt_alias_clause);
        let alias = opt.and_then(|o| o.child(kind::alias_clause));
        if let Some(relation) = node.child(kind::relation_expr) {
            return self.relation(relation, alias.and_then(|a| a.child(kind::ColId)), alias, ctes);
        }
        if let Some(query) = node.child(kind::select_with_parens) {
            let columns = self.outputs(query, ctes, depth + 1);
            return Some(match alias {
                Some(alias) => self.aliased(alias, columns),
                None => unlabelled(columns),
            });
        }
        if let Some(function) = node.child(kind::func_table) {
            return Some(self.function(function, node.child(kind::func_alias_clause)));
        }
        Some(match alias {
            Some(alias) => self.aliased(alias, vec![Part::Unknown]),
            None => unlabelled(vec![Part::Unknown]),
        })
    }

    /// A relation or WITH query by its name, perhaps under another.
    pub(super) fn relation(
        &self,
        node: Node<'_>,
        label: Option<Node<'_>>,
        alias: Option<Node<'_>>,
        ctes: &[Cte],
    ) -> Option<Source> {
        let node = match node.kind() {
            kind::qualified_name => node,
            _ => node.find(kind::qualified_name)?,
        };
        let parts = node.qualified()?.parts;
        let mut source = match cte_named(&parts, ctes, node.range().start) {
            Some(cte) => Source {
                label: Some(cte.name.clone()),
                schema: None,
                symbol: Some((cte.symbol.clone(), true)),
                columns: cte.columns.clone(),
                is_qualified_only: false,
            },
            None => {
                let (relation, known) = self.known.relation_named(&parts)?;
                Source::relation(&relation, known)
            }
        };
        if let Some((name, symbol)) = label.and_then(|label| self.local(label)) {
            source.label = Some(name);
            source.schema = None;
            source.symbol = Some((symbol, true));
        }
        if let Some(names) = alias.and_then(|a| a.child(kind::name_list)) {
            let columns = source.columns.to_vec();
            source.columns = Rc::new(self.renamed(columns, names));
        }
        Some(source)
    }

    /// Columns under an `alias_clause`.
    fn aliased(&self, alias: Node<'_>, columns: Vec<Part>) -> Source {
        let label = alias.child(kind::ColId).and_then(|c| self.local(c));
        let columns = match alias.child(kind::name_list) {
            Some(names) => self.renamed(columns, names),
            None => columns,
        };
        let mut source = unlabelled(columns);
        if let Some((name, symbol)) = label {
            source.label = Some(name);
            source.symbol = Some((symbol, true));
        }
        source
    }

    /// The first columns under the names of a `name_list`.
    pub(super) fn renamed(&self, columns: Vec<Part>, names: Node<'_>) -> Vec<Part> {
        let names = names.list(kind::name).into_iter().filter_map(|n| self.local(n));
        let mut renamed: Vec<Part> = names
            .map(|(name, symbol)| Part::One(name, Some(symbol)))
            .collect();
        let spelled = self.spelled(columns);
        match spelled {
            Some(all) => renamed.extend(all.into_iter().skip(renamed.len())),
            None => renamed.push(Part::Unknown),
        }
        renamed
    }

    /// Columns one by one, if all of them are known.
    fn spelled(&self, columns: Vec<Part>) -> Option<Vec<Part>> {
        let mut all = Vec::new();
        for part in columns {
            match part {
                Part::One(..) => all.push(part),
                Part::All(relation) => {
                    let own = self.known.relation(&relation)?;
                    if !has_known_columns(&relation, self.known) {
                        return None;
                    }
                    all.extend(own.columns.iter().map(|c| {
                        let symbol = Symbol::Column(relation.clone(), c.name.clone());
                        Part::One(c.name.clone(), Some(symbol))
                    }));
                }
                Part::Unknown => return None,
            }
        }
        Some(all)
    }

    /// A function in FROM: of one that returns a scalar the column has the label's name.
    fn function(&self, function: Node<'_>, alias: Option<Node<'_>>) -> Source {
        let plain = alias.and_then(|a| a.child(kind::alias_clause));
        let label = plain
            .or(alias)
            .and_then(|a| a.child(kind::ColId))
            .and_then(|c| self.local(c));
        let mut columns = Vec::new();
        if let Some(list) = alias.and_then(|a| a.child(kind::TableFuncElementList)) {
            let names = list.list(kind::TableFuncElement).into_iter();
            let names = names.filter_map(|e| self.local(e.child(kind::ColId)?));
            columns.extend(names.map(|(name, symbol)| Part::One(name, Some(symbol))));
        } else if let Some(list) = plain.and_then(|a| a.child(kind::name_list)) {
            columns = self.renamed(vec![Part::Unknown], list);
        } else {
            columns.extend(label.clone().map(|(name, symbol)| Part::One(name, Some(symbol))));
            columns.push(Part::Unknown);
        }
        let mut source = unlabelled(columns);
        match label {
            Some((name, symbol)) => {
                source.label = Some(name);
                source.symbol = Some((symbol, true));
            }
            None => {
                let name = function.find(kind::func_name).and_then(Node::qualified);
                source.label = name.map(|n| n.name().clone());
            }
        }
        source
    }
}

fn unlabelled(columns: Vec<Part>) -> Source {
    Source {
        label: None,
        schema: None,
        symbol: None,
        columns: Rc::new(columns),
        is_qualified_only: false,
    }
}

/// The WITH query that a name means at a place.
pub(super) fn cte_named<'c>(parts: Parts<'_>, ctes: &'c [Cte], at: u32) -> Option<&'c Cte> {
    let [(name, _)] = parts else { return None };
    ctes.iter().rev().find(|cte| cte.name == *name && cte.from <= at)
}

/// A `columnref`'s identifiers up to the first subscript.
pub(super) struct ColumnRef {
    pub(super) parts: Vec<(Name, TextRange)>,
    /// `.*` follows them.
    pub(super) has_star: bool,
}

impl ColumnRef {
    pub(super) fn read(node: Node<'_>) -> Option<ColumnRef> {
        let first = node.child(kind::ColId)?;
        let mut parts = vec![(first.name()?, first.range())];
        let mut has_star = false;
        let more = node
            .child(kind::indirection)
            .map(|i| i.list(kind::indirection_el));
        for element in more.into_iter().flatten() {
            match element.child(kind::attr_name) {
                Some(attribute) => parts.push((attribute.name()?, attribute.range())),
                None => {
                    let mut marks = element.children();
                    has_star = marks.any(|c| c.text() == "*");
                    break;
                }
            }
        }
        Some(ColumnRef { parts, has_star })
    }
}
