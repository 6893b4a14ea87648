//! The names in a statement and what they mean: every identifier that stands for something of a catalog, what it is, and
//! which object it resolves to at this point of history.

mod body;
mod define;
mod expression;
mod object;
mod output;
mod plpgsql;
mod query;
mod resolve;
mod scope;
mod table;
mod walk;

use std::collections::HashMap;
use std::ops::Range;

use confiture_lint::Statement;
use confiture_schema::apply::State;
use confiture_schema::catalog::QualName;
use confiture_syntax::{Body, Name, Syntax};

pub(crate) use query::unnamed_outputs;
use resolve::Known;
use walk::Walk;

/// Something that has a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symbol {
    /// A schema.
    Schema(Name),
    /// A table, view, materialized view, foreign table, sequence.
    Relation(QualName),
    /// A column of a relation.
    Column(QualName, Name),
    /// A constraint of a relation (or of a domain).
    Constraint(QualName, Name),
    /// An index.
    Index(QualName),
    /// A trigger of a relation.
    Trigger(QualName, Name),
    /// A row security policy of a relation.
    Policy(QualName, Name),
    /// An enum, composite, domain, range or base type.
    Type(QualName),
    /// A value of an enum.
    EnumLabel(QualName, String),
    /// The functions of a name, whatever their arguments.
    Function(QualName),
    /// An extension.
    Extension(Name),
    /// A role.
    Role(Name),
    /// A name of this statement alone: an alias, a WITH query, a variable. The number tells it from others in the statement.
    Local(Name, usize),
}

/// What a statement does with what a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// It comes into being here.
    Defines,
    /// It is changed, renamed, commented on.
    Alters,
    /// It goes.
    Drops,
    /// Rows of it are written.
    Writes,
    /// It is read or merely named.
    Reads,
}

/// One name in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// What it stands for.
    pub symbol: Symbol,
    /// The bytes of the statement's text: the identifier alone, without its schema or table, quotes included.
    pub range: Range<usize>,
    /// What the statement does with it.
    pub access: Access,
    /// Whether there is such a thing at this point of history; where not, the symbol is what the name would mean.
    pub is_known: bool,
}

/// What later statements made, for what runs later: the bodies of functions.
#[derive(Debug, Clone, Default)]
pub struct Hindsight {
    state: State,
    /// The relations whose triggers call a function.
    triggered: HashMap<QualName, Vec<QualName>>,
}

impl Hindsight {
    /// Of what exists in the end.
    pub fn new(newest: &State) -> Hindsight {
        let mut triggered: HashMap<QualName, Vec<QualName>> = HashMap::new();
        for (name, relation) in newest.catalog.relations.iter() {
            for trigger in relation.triggers.values() {
                let tables = triggered.entry(trigger.function.clone()).or_default();
                if !tables.contains(name) {
                    tables.push(name.clone());
                }
            }
        }
        Hindsight {
            state: newest.clone(),
            triggered,
        }
    }
}

/// The names in a statement, by place, bodies of functions and DO blocks included. `before` is what exists before it.
pub fn occurrences(statement: &Statement, before: &State) -> Vec<Occurrence> {
    occurrences_with(statement, before, &Hindsight::default())
}

/// The same where it is known what later statements made: names in bodies of functions may mean that, and `NEW` and `OLD`
/// are rows of the relations whose triggers call the function.
pub fn occurrences_with(statement: &Statement, before: &State, later: &Hindsight) -> Vec<Occurrence> {
    let syntax = statement.syntax();
    occurrences_in(statement, (&syntax, &syntax.bodies()), before, later)
}

/// The same of a statement whose tree and bodies are at hand.
pub(crate) fn occurrences_in(
    statement: &Statement,
    (syntax, bodies): (&Syntax, &[Body]),
    before: &State,
    later: &Hindsight,
) -> Vec<Occurrence> {
    let known = Known::new(statement.changes(), before, later);
    let mut found = Walk::of_statement(syntax, &known).finish();
    found.extend(body::occurrences(syntax, bodies, &known));
    tidy(syntax, found)
}

/// In order, none twice or across another, each where its name really stands.
fn tidy(syntax: &Syntax, mut found: Vec<Occurrence>) -> Vec<Occurrence> {
    found.retain(|o| {
        syntax
            .text()
            .get(o.range.clone())
            .is_some_and(|text| is_written(&o.symbol, text))
    });
    found.sort_by_key(|o| (o.range.start, o.range.end));
    let mut end = 0;
    found.retain(|o| {
        let is_free = o.range.start >= end && !o.range.is_empty();
        if is_free {
            end = o.range.end;
        }
        is_free
    });
    found
}

/// Whether a text is a way to write the symbol's name.
fn is_written(symbol: &Symbol, text: &str) -> bool {
    match symbol {
        // Variables of psql and of templates are no names.
        _ if text.starts_with([':', '@']) => false,
        Symbol::EnumLabel(_, label) => {
            confiture_syntax::string_value(text).is_some_and(|value| value == *label)
        }
        _ => symbol.name().is_some_and(|name| Name::fold(text) == *name),
    }
}

impl Symbol {
    /// Its name without a schema or table; `None` for a value of an enum.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Symbol::Schema(name) | Symbol::Extension(name) | Symbol::Role(name) | Symbol::Local(name, _) => {
                Some(name)
            }
            Symbol::Column(_, name)
            | Symbol::Constraint(_, name)
            | Symbol::Trigger(_, name)
            | Symbol::Policy(_, name) => Some(name),
            Symbol::Relation(name) | Symbol::Index(name) | Symbol::Type(name) | Symbol::Function(name) => {
                Some(&name.name)
            }
            Symbol::EnumLabel(..) => None,
        }
    }
}
