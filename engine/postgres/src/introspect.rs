//! The catalog of a live database, as the same value that replayed files give.
//!
//! Each part asks one set-based question of the system catalogs and joins by oid here, so that a database of a
//! thousand tables costs some thirty round trips whatever its size. What belongs to an extension, to PostgreSQL
//! itself or to another session (temporary objects) is left out, and so is what is not the database's own: roles
//! and tablespaces.

mod attached;
mod constraints;
mod definitions;
mod dictionary;
mod indexes;
mod objects;
mod relations;
mod views;

use std::collections::HashMap;
use std::sync::Arc;

use confiture_schema::catalog::{Catalog, QualName, Relation};
use confiture_schema::draft::Definitions;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::error::SqlError;
use crate::session::Session;
use dictionary::Dictionary;

/// Reads the whole catalog of the session's database, as of one moment.
///
/// Works inside an open transaction too and then sees what that has done; settings it needs are undone at the end.
/// Expressions are PostgreSQL's own rendering with an empty `search_path`, so that every name outside `pg_catalog`
/// is qualified. Every [`Origin`](confiture_schema::catalog::Origin) is the default one.
///
/// # Errors
/// What the server reported: no privilege on a system catalog, a cancelled query, a lost connection.
pub fn introspect(session: &mut Session) -> Result<Catalog, SqlError> {
    let scope = Scope::enter(session)?;
    let read = read(session);
    let left = scope.leave(session);
    let catalog = read?;
    left?;
    Ok(catalog)
}

/// Reads the whole catalog, and of triggers, rules and extended statistics the statements that make them: what a draft of
/// statements needs beside the catalog.
///
/// # Errors
/// As [`introspect`].
pub fn introspect_with_definitions(session: &mut Session) -> Result<(Catalog, Definitions), SqlError> {
    let scope = Scope::enter(session)?;
    let read = read(session).and_then(|catalog| {
        let definitions = definitions::read(session, &catalog)?;
        Ok((catalog, definitions))
    });
    let left = scope.leave(session);
    let both = read?;
    left?;
    Ok(both)
}

fn read(session: &mut Session) -> Result<Catalog, SqlError> {
    let dictionary = Dictionary::read(session)?;
    let mut draft = Draft {
        catalog: Catalog::default(),
        dictionary,
        relations: HashMap::new(),
    };
    relations::read(session, &mut draft)?;
    constraints::read(session, &mut draft)?;
    indexes::read(session, &mut draft)?;
    attached::read(session, &mut draft)?;
    views::read(session, &mut draft)?;
    objects::read(session, &mut draft)?;
    Ok(draft.finish())
}

/// The transaction or savepoint that introspection runs in.
enum Scope {
    Own,
    Savepoint,
}

impl Scope {
    /// Names outside `pg_catalog` are printed with their schema, and constants in the forms a fresh session has.
    const SETTINGS: &str = "SET LOCAL search_path = ''; SET LOCAL quote_all_identifiers = off; \
        SET LOCAL datestyle = 'ISO, MDY'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 1; \
        SET LOCAL bytea_output = 'hex'; SET LOCAL statement_timeout = 0";

    fn enter(session: &mut Session) -> Result<Scope, SqlError> {
        // Outside a transaction block the two are the same by definition: the statement began the transaction.
        let rows = session.text_rows("SELECT pg_catalog.now() = pg_catalog.statement_timestamp()")?;
        let outside = rows.first().and_then(|r| r.first()).and_then(Option::as_deref) == Some("t");
        if outside {
            session.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        } else {
            session.batch("SAVEPOINT confiture_introspect")?;
        }
        let scope = if outside { Scope::Own } else { Scope::Savepoint };
        match session.batch(Self::SETTINGS) {
            Ok(()) => Ok(scope),
            Err(error) => {
                // The first error is the one to report.
                let _ = scope.leave(session);
                Err(error)
            }
        }
    }

    fn leave(self, session: &mut Session) -> Result<(), SqlError> {
        session.batch(match self {
            Scope::Own => "ROLLBACK",
            Scope::Savepoint => {
                "ROLLBACK TO SAVEPOINT confiture_introspect; RELEASE SAVEPOINT confiture_introspect"
            }
        })
    }
}

/// The catalog while it is being put together.
struct Draft {
    catalog: Catalog,
    dictionary: Dictionary,
    /// Relations by oid, those of extensions left out.
    relations: HashMap<u32, (QualName, Relation)>,
}

impl Draft {
    fn relation(&mut self, oid: u32) -> Option<&mut Relation> {
        self.relations.get_mut(&oid).map(|(_, relation)| relation)
    }

    fn finish(mut self) -> Catalog {
        for (_, (name, relation)) in self.relations {
            self.catalog.relations.insert_mut(name, Arc::new(relation));
        }
        self.catalog.relink();
        self.catalog
    }
}

/// A column's value by its position.
///
/// # Errors
/// When the value has another type than the query promised.
fn get<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> Result<T, SqlError> {
    Ok(row.try_get(column)?)
}

/// Text that may be missing, shared.
fn shared(text: Option<String>) -> Option<Arc<str>> {
    text.map(Arc::from)
}

/// The text inside a pair of parentheses that encloses all of it, as often as there is one.
fn without_outer_parentheses(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inner) = enclosed(text) {
        text = inner.trim();
    }
    text
}

fn enclosed(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0usize;
    for piece in top_level(inner) {
        match piece {
            Piece::Open => depth += 1,
            Piece::Close(_) => depth = depth.checked_sub(1)?,
            Piece::Comma(_) => {}
        }
    }
    (depth == 0).then_some(inner)
}

/// What structures an expression's text, outside of quotes.
enum Piece {
    Open,
    Close(usize),
    Comma(usize),
}

/// Brackets and commas of a deparsed expression. The server's deparser writes strings as '…' or E'…' and names as
/// "…", with the quote doubled inside; it writes no comments and no dollar quotes.
fn top_level(text: &str) -> impl Iterator<Item = Piece> + '_ {
    let mut quote: Option<u8> = None;
    let mut escapes = false;
    let mut skip = false;
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        if std::mem::take(&mut skip) {
            return None;
        }
        if let Some(open) = quote {
            if byte == b'\\' && escapes {
                skip = true;
            } else if byte == open {
                quote = None;
            }
            return None;
        }
        match byte {
            b'\'' | b'"' => {
                quote = Some(byte);
                escapes = byte == b'\'' && at > 0 && text.as_bytes()[at - 1] == b'E';
                None
            }
            b'(' | b'[' => Some(Piece::Open),
            b')' | b']' => Some(Piece::Close(at)),
            b',' => Some(Piece::Comma(at)),
            _ => None,
        }
    })
}

/// The items of a list that the server printed, at commas outside of brackets and quotes; up to the bracket that closes
/// the list, where it comes with one.
fn list_items(text: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let (mut depth, mut from) = (0usize, 0);
    for piece in top_level(text) {
        match piece {
            Piece::Open => depth += 1,
            Piece::Close(at) if depth == 0 => {
                items.push(text[from..at].trim());
                return items;
            }
            Piece::Close(_) => depth -= 1,
            Piece::Comma(at) if depth == 0 => {
                items.push(text[from..at].trim());
                from = at + 1;
            }
            Piece::Comma(_) => {}
        }
    }
    items.push(text[from..].trim());
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_that_enclose_everything_go() {
        assert_eq!(without_outer_parentheses("((a > 0))"), "a > 0");
        assert_eq!(without_outer_parentheses("(a) + (b)"), "(a) + (b)");
        assert_eq!(without_outer_parentheses("(a = ')'::text)"), "a = ')'::text");
        assert_eq!(without_outer_parentheses(r"(a = E'\')')"), r"a = E'\')'");
    }

    #[test]
    fn lists_split_at_their_own_commas() {
        assert_eq!(
            list_items("f(a, b), ARRAY[1,2], 'x,y'"),
            ["f(a, b)", "ARRAY[1,2]", "'x,y'"]
        );
    }
}
