//! Texts into statements, statements into changes, on all cores.

use std::sync::Arc;

use confiture_project::Project;
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
    pub(crate) errors: Vec<SyntaxError>,
}

/// Every statement of every script, in order.
pub(crate) fn statements(project: &Project) -> Vec<Statement<'_>> {
    let segments: Vec<(usize, usize, &str)> = project
        .scripts
        .iter()
        .enumerate()
        .flat_map(|(s, script)| {
            script
                .segments
                .iter()
                .enumerate()
                .map(move |(g, segment)| (s, g, &*segment.text))
        })
        .collect();
    let places: Vec<(Location, &str)> = segments
        .par_iter()
        .flat_map_iter(|&(s, g, text)| split(s, g, text))
        .collect();
    places
        .into_par_iter()
        .with_min_len(32)
        .map(|(at, text)| read_one(at, text))
        .collect()
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

fn read_one(at: Location, text: &str) -> Statement<'_> {
    let syntax = Syntax::parse(text);
    let changes = read::changes(&syntax);
    let mut errors = syntax.errors().to_vec();
    // Bodies are parsed a second time only where the reader met something that it could not read.
    if changes.iter().any(has_unreadable_body) {
        errors.extend(body_errors(&syntax));
    }
    Statement {
        at,
        text,
        changes: changes.into(),
        errors,
    }
}

fn has_unreadable_body(change: &Change) -> bool {
    let body = match change {
        Change::Do(block) => &block.statements,
        Change::CreateFunction(function) => &function.body,
        _ => return false,
    };
    body.iter()
        .flat_map(|nested| &nested.changes)
        .any(|change| matches!(change, Change::Unknown(_)))
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
