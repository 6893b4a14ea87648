//! What an expression says, and how the normal form prints it.

use std::fmt;

use super::literal;

/// An expression, freed of how it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    /// A string constant, or one of a type that is written as a string.
    Text(String),
    /// A number, perhaps negative.
    Number(String),
    /// A truth value.
    Bool(bool),
    /// NULL.
    Null,
    /// A column, or another word that stands for itself.
    Word(String),
    /// A function's call.
    Call(String, Vec<Term>),
    /// Operators from left to right: each takes all before it as its left operand.
    Chain(Box<Term>, Vec<(String, Term)>),
    /// An operator before its operand.
    Prefix(String, Box<Term>),
    /// Something said after its operand: `IS NULL`, `COLLATE "C"`.
    Suffix(Box<Term>, String),
    /// AND.
    All(Vec<Term>),
    /// OR.
    Any(Vec<Term>),
    /// NOT.
    Not(Box<Term>),
    /// `left op ANY (right)`, `left op ALL (right)`.
    Quantified(Box<Term>, String, Quantifier, Box<Term>),
    /// A cast that somebody meant.
    Cast(Box<Term>, String),
    /// ARRAY[…].
    Array(Vec<Term>),
    /// ROW(…).
    Row(Vec<Term>),
    /// CASE: what is looked at, WHEN and THEN, ELSE.
    Case(Option<Box<Term>>, Vec<(Term, Term)>, Option<Box<Term>>),
    /// What follows a value directly: `[1]`, `.field`.
    Access(Box<Term>, Vec<Access>),
    /// Anything else, word by word.
    Words(Vec<Term>),
}

/// ANY or ALL.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Quantifier {
    Any,
    All,
}

/// A step into a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Access {
    Field(String),
    Element(Term),
    Slice(Option<Term>, Option<Term>),
}

impl Term {
    /// Adds an operator and its right operand.
    pub(super) fn chain(self, operator: String, right: Term) -> Term {
        match self {
            Term::Chain(first, mut rest) => {
                rest.push((operator, right));
                Term::Chain(first, rest)
            }
            first => Term::Chain(Box::new(first), vec![(operator, right)]),
        }
    }

    /// Both.
    pub(super) fn and(self, right: Term) -> Term {
        let (mut all, right) = (items(self, true), items(right, true));
        all.extend(right);
        Term::All(all)
    }

    /// Either.
    pub(super) fn or(self, right: Term) -> Term {
        let (mut any, right) = (items(self, false), items(right, false));
        any.extend(right);
        Term::Any(any)
    }

    /// Whether it is a constant.
    pub(super) fn is_literal(&self) -> bool {
        match self {
            Term::Text(_) | Term::Number(_) | Term::Bool(_) | Term::Null => true,
            Term::Array(items) => items.iter().all(Term::is_literal),
            _ => false,
        }
    }

    /// Whether a column or variable is in it, so far as it decides how IN is understood.
    pub(super) fn names_column(&self) -> bool {
        match self {
            Term::Word(word) => !word.contains('('),
            Term::Call(_, args) | Term::Array(args) | Term::Row(args) | Term::Words(args) => {
                args.iter().any(Term::names_column)
            }
            Term::Cast(inner, _)
            | Term::Suffix(inner, _)
            | Term::Prefix(_, inner)
            | Term::Access(inner, _) => inner.names_column(),
            Term::Chain(first, rest) => first.names_column() || rest.iter().any(|(_, t)| t.names_column()),
            _ => false,
        }
    }

    /// Whether it needs parentheses as an operand.
    fn is_compound(&self) -> bool {
        matches!(
            self,
            Term::Chain(..)
                | Term::Prefix(..)
                | Term::Suffix(..)
                | Term::All(_)
                | Term::Any(_)
                | Term::Not(_)
                | Term::Quantified(..)
        )
    }
}

fn items(term: Term, all: bool) -> Vec<Term> {
    match (term, all) {
        (Term::All(items), true) | (Term::Any(items), false) => items,
        (term, _) => vec![term],
    }
}

/// Prints in parentheses where the term is compound.
struct Operand<'t>(&'t Term);

impl fmt::Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_compound() {
            write!(f, "({})", self.0)
        } else {
            write!(f, "{}", self.0)
        }
    }
}

/// Prints with a separator.
struct Separated<'t>(&'t [Term], &'static str);

impl fmt::Display for Separated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(self.1)?;
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Text(text) => f.write_str(&literal::quoted(text)),
            Term::Number(text) | Term::Word(text) => f.write_str(text),
            Term::Bool(value) => write!(f, "{value}"),
            Term::Null => f.write_str("NULL"),
            Term::Call(name, args) => write!(f, "{name}({})", Separated(args, ", ")),
            Term::Chain(first, rest) => chain(f, first, rest),
            Term::Prefix(operator, operand) => write!(f, "{operator} {}", Operand(operand)),
            Term::Suffix(operand, said) => write!(f, "{} {said}", Operand(operand)),
            Term::All(items) => connected(f, items, " AND "),
            Term::Any(items) => connected(f, items, " OR "),
            Term::Not(operand) => write!(f, "NOT {}", Operand(operand)),
            Term::Quantified(left, operator, quantifier, right) => {
                quantified(f, left, operator, *quantifier, right)
            }
            Term::Cast(operand, ty) => write!(f, "{}::{ty}", Operand(operand)),
            Term::Array(items) => write!(f, "ARRAY[{}]", Separated(items, ", ")),
            Term::Row(items) => write!(f, "ROW({})", Separated(items, ", ")),
            Term::Case(looked_at, branches, otherwise) => case(f, looked_at, branches, otherwise),
            Term::Access(value, steps) => access(f, value, steps),
            Term::Words(words) => spaced(f, words),
        }
    }
}

fn chain(f: &mut fmt::Formatter<'_>, first: &Term, rest: &[(String, Term)]) -> fmt::Result {
    for _ in 1..rest.len() {
        f.write_str("(")?;
    }
    write!(f, "{}", Operand(first))?;
    for (at, (operator, right)) in rest.iter().enumerate() {
        let close = if at + 1 < rest.len() { ")" } else { "" };
        write!(f, " {operator} {}{close}", Operand(right))?;
    }
    Ok(())
}

fn connected(f: &mut fmt::Formatter<'_>, items: &[Term], word: &str) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            f.write_str(word)?;
        }
        match item {
            Term::All(_) | Term::Any(_) => write!(f, "({item})")?,
            _ => write!(f, "{item}")?,
        }
    }
    Ok(())
}

fn quantified(
    f: &mut fmt::Formatter<'_>,
    left: &Term,
    operator: &str,
    quantifier: Quantifier,
    right: &Term,
) -> fmt::Result {
    let left = Operand(left);
    match (operator, quantifier, right) {
        ("=", Quantifier::Any, Term::Array(items)) => write!(f, "{left} IN ({})", Separated(items, ", ")),
        ("<>", Quantifier::All, Term::Array(items)) => {
            write!(f, "{left} NOT IN ({})", Separated(items, ", "))
        }
        // A subquery brings its parentheses.
        ("=", Quantifier::Any, Term::Words(_)) => write!(f, "{left} IN {right}"),
        (_, Quantifier::Any, Term::Words(_)) => write!(f, "{left} {operator} ANY {right}"),
        (_, Quantifier::All, Term::Words(_)) => write!(f, "{left} {operator} ALL {right}"),
        (_, Quantifier::Any, _) => write!(f, "{left} {operator} ANY ({right})"),
        (_, Quantifier::All, _) => write!(f, "{left} {operator} ALL ({right})"),
    }
}

/// Words with blanks between them, where people put them.
fn spaced(f: &mut fmt::Formatter<'_>, words: &[Term]) -> fmt::Result {
    let mut tight = true;
    for word in words {
        let text = word.to_string();
        if !tight && !matches!(text.as_str(), ")" | "," | "]" | ".") {
            f.write_str(" ")?;
        }
        tight = matches!(text.as_str(), "(" | "[" | ".");
        f.write_str(&text)?;
    }
    Ok(())
}

fn case(
    f: &mut fmt::Formatter<'_>,
    looked_at: &Option<Box<Term>>,
    branches: &[(Term, Term)],
    otherwise: &Option<Box<Term>>,
) -> fmt::Result {
    f.write_str("CASE")?;
    if let Some(looked_at) = looked_at {
        write!(f, " {looked_at}")?;
    }
    for (when, then) in branches {
        write!(f, " WHEN {when} THEN {then}")?;
    }
    if let Some(otherwise) = otherwise {
        write!(f, " ELSE {otherwise}")?;
    }
    f.write_str(" END")
}

fn access(f: &mut fmt::Formatter<'_>, value: &Term, steps: &[Access]) -> fmt::Result {
    match value {
        Term::Word(word) => f.write_str(word)?,
        other => write!(f, "({other})")?,
    }
    for step in steps {
        match step {
            Access::Field(name) => write!(f, ".{name}")?,
            Access::Element(at) => write!(f, "[{at}]")?,
            Access::Slice(from, to) => {
                let side = |side: &Option<Term>| side.as_ref().map(ToString::to_string).unwrap_or_default();
                write!(f, "[{}:{}]", side(from), side(to))?;
            }
        }
    }
    Ok(())
}
