//! Texts into statements, statements into changes, on all cores.

use std::collections::HashMap;
use std::sync::Arc;

use confiture_project::{Project, Script, Segment};
use confiture_schema::change::Change;
use confiture_schema::read;
use confiture_syntax::split::PieceKind;
use confiture_syntax::{Syntax, SyntaxError};
use rayon::prelude::*;

use crate::context::Location;

/// A statement of the project, read; its tree is gone.
pub(crate) struct Statement<'a> {
    /// Where it stands.
    pub(crate) at: Location,
    /// Its text.
    pub(crate) text: &'a str,
    /// What it asks for.
    pub(crate) changes: Arc<[Change]>,
    /// What the parser did not understand.
    pub(crate) errors: Arc<[SyntaxError]>,
}

/// What a text says, wherever it stands.
#[derive(Clone)]
struct Meaning {
    changes: Arc<[Change]>,
    errors: Arc<[SyntaxError]>,
}

/// Every statement of every script, in order.
pub(crate) fn statements(project: &Project) -> Vec<Statement<'_>> {
    let segments: Vec<(usize, usize, &str)> = project
        .scripts
        .iter()
        .enumerate()
        .flat_map(|(s, script)| {
            stretches(script)
                .into_iter()
                .map(move |(g, segment)| (s, g, &*segment.text))
        })
        .collect();
    let places: Vec<(Location, &str)> = segments
        .par_iter()
        .flat_map_iter(|&(s, g, text)| split(s, g, text))
        .collect();
    let (texts, numbers) = distinct(&places);
    let meanings: Vec<Meaning> = texts.into_par_iter().with_min_len(32).map(read_one).collect();
    let statement = |((at, text), number): ((Location, _), usize)| {
        let Meaning { changes, errors } = meanings[number].clone();
        Statement {
            at,
            text,
            changes,
            errors,
        }
    };
    places.into_iter().zip(numbers).map(statement).collect()
}

/// The SQL of a script in the order in which it runs, each with the index that a [`crate::Place`] carries: hooks before the
/// migration, the migration, hooks behind it.
fn stretches(script: &Script) -> Vec<(usize, &Segment)> {
    let hooks = |early: bool| {
        let numbered = script.hooks.iter().enumerate();
        numbered
            .filter(move |(_, hook)| is_early(&hook.phase) == early)
            .map(|(i, hook)| (script.segments.len() + i, &hook.segment))
    };
    let own = script.segments.iter().enumerate();
    hooks(true).chain(own).chain(hooks(false)).collect()
}

/// Whether hooks of that phase run before the migration.
fn is_early(phase: &str) -> bool {
    matches!(
        phase,
        "before_validation" | "before_ddl" | "pre_validate" | "pre_execute"
    )
}

/// The distinct texts, and for each place the number of its text: upgrade scripts repeat whole functions.
fn distinct<'a>(places: &[(Location, &'a str)]) -> (Vec<&'a str>, Vec<usize>) {
    let mut texts = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::with_capacity(places.len());
    let mut number = |text: &'a str| {
        *known.entry(text).or_insert_with(|| {
            texts.push(text);
            texts.len() - 1
        })
    };
    let numbers = places.iter().map(|(_, text)| number(text)).collect();
    (texts, numbers)
}

fn split(script: usize, segment: usize, text: &str) -> impl Iterator<Item = (Location, &str)> {
    let pieces = confiture_syntax::split::split(text)
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::Sql);
    pieces.map(move |piece| {
        (
            Location {
                script,
                segment,
                range: piece.range,
            },
            piece.range.slice(text),
        )
    })
}

fn read_one(text: &str) -> Meaning {
    let syntax = Syntax::parse(text);
    let changes = read::changes(&syntax);
    let mut errors = syntax.errors().to_vec();
    // Bodies are parsed a second time only where the reader met one that is broken.
    if changes.iter().any(has_broken_body) {
        errors.extend(body_errors(&syntax));
    }
    Meaning {
        changes: changes.into(),
        errors: errors.into(),
    }
}

fn has_broken_body(change: &Change) -> bool {
    let body = match change {
        Change::Do(block) => &block.statements,
        Change::CreateFunction(function) => &function.body,
        _ => return false,
    };
    let is_broken = |change: &Change| matches!(change, Change::Unknown(u) if &*u.reason == "syntax error");
    body.iter().flat_map(|nested| &nested.changes).any(is_broken)
}

/// What is wrong in function bodies and DO blocks, at its place in the outer statement.
fn body_errors(syntax: &Syntax) -> Vec<SyntaxError> {
    let mut errors: Vec<SyntaxError> = Vec::new();
    for body in syntax.bodies() {
        let nested = body.statements.iter().flat_map(|statement| {
            statement.syntax.errors().iter().map(|error| SyntaxError {
                range: statement.to_outer(error.range),
                ..error.clone()
            })
        });
        for error in nested.chain(body.errors.iter().cloned()) {
            if errors.iter().all(|known| known.range.start != error.range.start) {
                errors.push(error);
            }
        }
    }
    errors
}
