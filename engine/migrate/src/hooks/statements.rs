//! SQL of hooks as statements, each with its place in the file.

use std::sync::Arc;

use confiture_postgres::SqlError;
use confiture_schema::change::Change;
use confiture_schema::read;
use confiture_syntax::Syntax;
use confiture_syntax::split::{PieceKind, split};

use crate::error::SourcePlace;
use crate::hooks::{ConfigReader, HookError};
use crate::steps::Statement;

/// The statements under a key. What a hook can't run is a problem: psql's commands, rows of COPY, and whatever begins or
/// ends transactions, which are the runner's.
pub fn read_statements(reader: &mut ConfigReader<'_>, key: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    for segment in reader.sqls(key) {
        for piece in split(&segment.text) {
            let range = piece.range.as_usize();
            let text = segment.text.get(range.clone()).unwrap_or_default();
            let changes: Arc<[Change]> = match piece.kind {
                PieceKind::Sql => read::changes(&Syntax::parse(text)).into(),
                PieceKind::MetaCommand | PieceKind::CopyData => {
                    let message = "psql's commands and the rows of COPY can't be run by a hook";
                    reader.push(&segment.map.range_to_file(range), message.to_owned(), None);
                    continue;
                }
            };
            if changes
                .iter()
                .any(|change| matches!(change, Change::Transaction(_)))
            {
                let message = "a hook can't begin or end transactions: it runs in a savepoint of its own";
                reader.push(&segment.map.range_to_file(range), message.to_owned(), None);
                continue;
            }
            statements.push(Statement {
                segment: segment.clone(),
                range,
                changes,
                copy_data: None,
            });
        }
    }
    statements
}

/// The one query under a key.
pub fn read_query(reader: &mut ConfigReader<'_>, key: &str) -> Option<Statement> {
    let mut statements = read_statements(reader, key);
    if statements.len() > 1 {
        reader.reject(key, format!("`{key}` must be one query"), None);
        return None;
    }
    statements.pop()
}

/// The failure of a statement, at the place that the server names.
pub fn failed(statement: &Statement, error: SqlError) -> HookError {
    let at = error.server().and_then(|server| server.position);
    let place = match at.and_then(|position| byte_of(statement.sql(), position)) {
        Some(byte) => {
            let start = statement.range.start + byte;
            let map = &statement.segment.map;
            SourcePlace {
                range: map.range_to_file(start..start + 1),
                ..statement.place()
            }
        }
        None => statement.place(),
    };
    let outside = error.sqlstate() == Some("25001");
    let error = HookError::from(error).at(place);
    match outside {
        true => {
            error.help("say `run: alone` and `repeatable: true`, so that it runs outside of the transaction")
        }
        false => error,
    }
}

/// The byte at which a character stands, counted from 1.
fn byte_of(text: &str, position: u32) -> Option<usize> {
    let before = usize::try_from(position).ok()?.checked_sub(1)?;
    text.char_indices().nth(before).map(|(at, _)| at)
}
