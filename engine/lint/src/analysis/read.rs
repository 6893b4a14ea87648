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
    Statement {
        at,
        text,
        changes: read::changes(&syntax).into(),
        errors: syntax.errors().to_vec(),
    }
}
