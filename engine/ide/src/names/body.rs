//! The bodies of functions and DO blocks.

use std::collections::HashSet;
use std::rc::Rc;

use confiture_schema::catalog::QualName;
use confiture_syntax::{Body, Language, Name, Node, Syntax, TextRange, kind};

use super::plpgsql::{self, Variable};
use super::resolve::Known;
use super::scope::{Frame, Part, Source};
use super::walk::{Walk, in_place};
use super::{Occurrence, Symbol};

/// The parameters of a `CreateFunctionStmt`, columns of RETURNS TABLE among them.
pub(super) fn parameters(node: Node<'_>, place: &dyn Fn(TextRange) -> TextRange) -> Vec<(Name, Symbol)> {
    let named = parameter_nodes(node).filter_map(|p| p.child(kind::param_name));
    named
        .filter_map(|name| {
            let at = place(name.range()).start as usize;
            Some((name.name()?, Symbol::Local(name.name()?, at)))
        })
        .collect()
}

fn parameter_nodes(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let arguments = node.child(kind::func_args_with_defaults);
    let columns = node.child(kind::table_func_column_list);
    let arguments = arguments.into_iter().flat_map(|a| a.find_all(kind::func_arg));
    arguments.chain(
        columns
            .into_iter()
            .flat_map(|c| c.find_all(kind::table_func_column)),
    )
}

/// The names in a statement's bodies.
pub(super) fn occurrences(syntax: &Syntax, bodies: &[Body], known: &Known<'_>) -> Vec<Occurrence> {
    let Some(statement) = syntax.statement() else {
        return Vec::new();
    };
    if statement.has(kind::opt_routine_body) {
        // Its tree is part of the statement's own.
        return Vec::new();
    }
    let known = known.in_body(search_path(statement));
    let mut found = Vec::new();
    for body in bodies {
        let reader = BodyReader {
            syntax,
            statement,
            body,
            known: &known,
        };
        found.extend(reader.read());
    }
    found
}

struct BodyReader<'b> {
    syntax: &'b Syntax,
    statement: Node<'b>,
    body: &'b Body,
    known: &'b Known<'b>,
}

impl BodyReader<'_> {
    fn read(&self) -> Vec<Occurrence> {
        let parameters = self.variables();
        let mut rows = self.trigger_rows();
        rows.extend(self.own_name(&parameters));
        let mut found = Vec::new();
        let mut variables = parameters;
        if self.body.language == Language::PlPgSql
            && let Some(text) = self.verbatim()
        {
            let covered = self.covered();
            let read = plpgsql::read(
                text,
                self.body.range.start,
                &covered,
                self.known,
                &variables,
                &rows,
            );
            variables = read.variables;
            found = read.occurrences;
        }
        for nested in &self.body.statements {
            let place = |range: TextRange| nested.to_outer(range);
            let mut walk = Walk::new(self.known, &place);
            if nested.dynamic.is_none() {
                let at = nested.to_outer(TextRange::empty(0)).start;
                walk.frames.push(frame(&variables, &rows, at));
            }
            walk.run(nested.syntax.root());
            found.extend(walk.finish());
        }
        found
    }

    /// The parameters as variables of the body.
    fn variables(&self) -> Vec<Variable> {
        let all = parameter_nodes(self.statement).filter_map(|node| {
            let name = node.child(kind::param_name)?;
            let written = node.find(kind::GenericType).and_then(Node::qualified);
            let ty = written.and_then(|w| self.known.type_of(&w.parts));
            let row = match ty {
                Some((Symbol::Relation(row), _)) => Some(row),
                _ => None,
            };
            Some(Variable {
                name: name.name()?,
                symbol: Symbol::Local(name.name()?, in_place(name.range()).start as usize),
                row,
                scope: self.body.range,
            })
        });
        all.collect()
    }

    /// The function's name, behind which its parameters can be named.
    fn own_name(&self, parameters: &[Variable]) -> Option<Source> {
        let name = self.statement.child(kind::func_name).and_then(Node::qualified)?;
        let function = self.known.new_name(&name.parts)?;
        let parameters = parameters.iter();
        let columns = parameters.map(|p| Part::One(p.name.clone(), Some(p.symbol.clone())));
        Some(Source {
            label: Some(function.name.clone()),
            symbol: Some((Symbol::Function(function), true)),
            columns: Rc::new(columns.collect()),
            ..unknown_row("")
        })
    }

    /// The body's text, where it stands in the statement as it is.
    fn verbatim(&self) -> Option<&str> {
        let range = self.body.range.as_usize();
        let text = self.syntax.text().get(range.clone())?;
        let before = self.syntax.text().get(..range.start)?;
        let is_verbatim = before.ends_with('$') || !text.contains(['\'', '\\']);
        is_verbatim.then_some(text)
    }

    /// Where tokens of nested statements stand.
    fn covered(&self) -> HashSet<u32> {
        let mut covered = HashSet::new();
        for nested in self.body.statements.iter().filter(|n| n.dynamic.is_none()) {
            let leaves = nested.syntax.root().descendants();
            let leaves = leaves.filter(|node| node.children().next().is_none() && !node.range().is_empty());
            covered.extend(leaves.map(|leaf| nested.to_outer(leaf.range()).start));
        }
        covered
    }

    /// `NEW` and `OLD` of a function that triggers call.
    fn trigger_rows(&self) -> Vec<Source> {
        let returns = self.statement.child(kind::func_return);
        let is_trigger = returns.is_some_and(|r| r.text().eq_ignore_ascii_case("trigger"));
        let name = self.statement.child(kind::func_name).and_then(Node::qualified);
        let function = name.and_then(|n| self.known.new_name(&n.parts));
        let Some(function) = function.filter(|_| is_trigger) else {
            return Vec::new();
        };
        let tables = self.triggered(&function);
        match tables.as_slice() {
            [] => ["new", "old"].map(unknown_row).into(),
            [table] => ["new", "old"].map(|word| Source::row(word, table)).into(),
            several => {
                let columns = Rc::new(self.own_columns(several));
                let row = |word| Source {
                    columns: columns.clone(),
                    ..unknown_row(word)
                };
                ["new", "old"].map(row).into()
            }
        }
    }

    fn triggered(&self, function: &QualName) -> Vec<QualName> {
        let mut tables = self
            .known
            .later
            .triggered
            .get(function)
            .cloned()
            .unwrap_or_default();
        if self.known.later.triggered.is_empty() {
            let relations = self.known.before.catalog.relations.iter();
            let calls = relations.filter(|(_, r)| r.triggers.values().any(|t| t.function == *function));
            tables.extend(calls.map(|(name, _)| name.clone()));
        }
        tables
    }

    /// The columns that only one of several tables has: no name is two columns at once.
    fn own_columns(&self, tables: &[QualName]) -> Vec<Part> {
        let mut parts = Vec::new();
        for table in tables {
            let columns = self
                .known
                .relation(table)
                .map(|r| r.columns.clone())
                .unwrap_or_default();
            for column in columns.iter() {
                let others = tables.iter().filter(|other| *other != table);
                let is_own = others
                    .into_iter()
                    .all(|other| !self.known.has_column(other, &column.name));
                let symbol = Symbol::Column(table.clone(), column.name.clone());
                parts.push(Part::One(column.name.clone(), is_own.then_some(symbol)));
            }
        }
        parts.push(Part::Unknown);
        parts
    }
}

fn unknown_row(word: &str) -> Source {
    Source {
        label: Some(Name::new(word)),
        schema: None,
        symbol: None,
        columns: Rc::new(vec![Part::Unknown]),
        is_qualified_only: true,
    }
}

/// What is in scope around a nested statement.
fn frame(variables: &[Variable], rows: &[Source], at: u32) -> Frame {
    let visible: Vec<&Variable> = variables.iter().filter(|v| v.is_visible(at)).collect();
    let mut sources = rows.to_vec();
    // The innermost of a name comes last, and is asked first.
    let records = visible.iter().rev();
    sources.extend(records.map(|v| Source::variable(&v.name, v.symbol.clone(), v.row.clone())));
    Frame {
        end: u32::MAX,
        sources,
        variables: visible
            .iter()
            .map(|v| (v.name.clone(), v.symbol.clone()))
            .collect(),
        ..Frame::default()
    }
}

/// The `search_path` that a function sets for itself.
fn search_path(statement: Node<'_>) -> Option<Vec<Name>> {
    let options = statement.child(kind::opt_createfunc_opt_list)?;
    let set = options.find_all(kind::generic_set).find(|set| {
        let variable = set.child(kind::var_name).and_then(Node::qualified);
        variable.is_some_and(|v| v.name().as_str() == "search_path")
    })?;
    let values = set.find_all(kind::NonReservedWord_or_Sconst);
    let names = values.filter_map(|value| match value.string_value() {
        Some(text) => (!text.is_empty()).then(|| Name::new(text)),
        None => value.name(),
    });
    Some(names.filter(|name| name.as_str() != "$user").collect())
}
