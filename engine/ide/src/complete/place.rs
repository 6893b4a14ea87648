//! A place in SQL with all that is known of it: the words around, what exists, what its query reads.

use confiture_lint::Live;
use confiture_schema::apply::State;
use confiture_schema::catalog::{QualName, Relation};
use confiture_schema::change::ObjectRef;
use confiture_schema::types::SqlType;
use confiture_syntax::Name;
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};

use super::body::{self, Variable};
use super::follow::{Expected, Part, expected};
use super::list::Case;
use super::scope::{Output, Query, Scope, Source, columns, object};
use super::words::{Around, Brackets, Inside, Speech, Word};
use crate::Cursor;

/// A place in SQL.
pub(super) struct Place<'w> {
    pub(super) live: &'w Live,
    /// What exists before its statement.
    pub(super) before: State,
    pub(super) around: Around<'w>,
    /// The words before and behind.
    pub(super) words: Vec<Word<'w>>,
    /// How many of them stand before.
    pub(super) at: usize,
    /// Where the statement begins.
    pub(super) from: usize,
    pub(super) expected: Expected,
    pub(super) scope: Scope,
}

/// The words around a cursor, and the number of the statement that they are of.
///
/// A statement that has no semicolon yet goes on behind its end.
pub(super) fn around<'w>(cursor: &Cursor<'w>) -> (Around<'w>, usize) {
    let statements = cursor.live().statements(cursor.stretch.script);
    let text = cursor.text();
    let own = cursor.statement.and_then(|number| statements.get(number));
    let previous = cursor
        .preceding
        .checked_sub(1)
        .and_then(|number| statements.get(number));
    let (range, number) = match (own, previous) {
        (Some(own), _) => (own.place().range.as_usize(), cursor.preceding),
        (None, Some(previous)) if previous.place().segment == cursor.stretch.segment => {
            let range = previous.place().range.as_usize();
            if previous.text().trim_end().ends_with(';') {
                (range.end..cursor.offset, cursor.preceding)
            } else {
                (range, cursor.preceding - 1)
            }
        }
        _ => (0..cursor.offset, cursor.preceding),
    };
    let start = range.start.min(cursor.offset);
    let end = range.end.max(cursor.offset);
    let around = Around::new(text, start..end, cursor.offset);
    // Behind its semicolon a statement is over.
    let is_over = around.before.last().is_some_and(|word| {
        word.kind == TokenKind::Semicolon && around.speech == Speech::Sql && around.outer.is_empty()
    });
    (around, number + usize::from(is_over && own.is_some()))
}

impl<'w> Place<'w> {
    /// The place of a cursor; `None` in a comment.
    pub(super) fn new(cursor: &Cursor<'w>, around: Around<'w>, statement: usize) -> Place<'w> {
        let live = cursor.live();
        let before = live.before(cursor.stretch.script, statement);
        let mut around = around;
        // A variable for a schema: what is made goes to the first that is searched.
        for name in &mut around.qualifiers {
            if name.as_str().starts_with(['@', ':']) {
                *name = before.creation_schema();
            }
        }
        let (from, rule) = start(&around);
        let expected = expected(around.before.get(from..).unwrap_or_default(), rule);
        let mut words = around.before.clone();
        let at = words.len();
        words.extend(around.after.iter().copied());
        let scope = Query::new(&words, &before).scope(statement_from(&around), at);
        Place {
            live,
            before,
            around,
            words,
            at,
            from,
            expected,
            scope,
        }
    }

    /// The relation that some words before the place name, where there is one.
    pub(super) fn relation(&self, part: Option<Part>) -> Option<(QualName, &Relation)> {
        let name = self.object(part)?;
        let found = self.before.resolve_relation(&name)?;
        let relation = self.before.catalog.relation(&found)?;
        Some((found, relation))
    }

    /// The name that some words before the place write.
    pub(super) fn object(&self, part: Option<Part>) -> Option<ObjectRef> {
        let (start, end) = part?;
        self.object_at(self.from + start, self.from + end)
    }

    /// The name that words write.
    pub(super) fn object_at(&self, start: usize, end: usize) -> Option<ObjectRef> {
        match self.words.get(start..end)? {
            [name] => Some(object(None, name.name())),
            [schema, _, name] => Some(object(Some(schema.name()), name.name())),
            _ => None,
        }
    }

    /// The columns of what the statement is about: of a relation that exists, or that this very statement makes.
    pub(super) fn target_columns(&self, part: Option<Part>) -> Vec<Output> {
        if let Some((_, relation)) = self.relation(part) {
            return columns(relation);
        }
        let Some((_, end)) = part else {
            return Vec::new();
        };
        let open = self.from + end;
        let is_list = self
            .words
            .get(open)
            .is_some_and(|word| word.kind == TokenKind::LeftParen);
        if is_list {
            self.written_columns(open)
        } else {
            Vec::new()
        }
    }

    /// The columns between the parentheses of a CREATE TABLE.
    fn written_columns(&self, open: usize) -> Vec<Output> {
        let brackets = Brackets::of(&self.words);
        let close = brackets.close(open).unwrap_or(self.words.len());
        let mut found = Vec::new();
        let mut at = open + 1;
        let mut begins = true;
        while at < close {
            let Some(word) = self.words.get(at) else { break };
            if begins && word.is_name() && !word.is_any(&["LIKE", "EXCLUDE"]) && at != self.at {
                found.push(Output {
                    name: word.name(),
                    ty: self.type_at(at + 1),
                    column: None,
                });
            }
            begins = word.kind == TokenKind::Comma;
            at = brackets.close(at).map_or(at, |close| close) + 1;
        }
        found
    }

    /// The type that a word begins to write.
    pub(super) fn type_at(&self, at: usize) -> Option<SqlType> {
        let word = self.words.get(at).filter(|word| word.is_name())?;
        let is_qualified = self
            .words
            .get(at + 1)
            .is_some_and(|dot| dot.kind == TokenKind::Dot);
        let (schema, name, end) = match self.words.get(at + 2).filter(|_| is_qualified) {
            Some(name) => (Some(word.name()), name.name(), at + 3),
            None => (None, word.name(), at + 1),
        };
        let internal = SqlType::internal_name(name.as_str()).map(Name::new);
        let ty = SqlType {
            schema,
            name: internal.unwrap_or(name),
            modifiers: None,
            array: self
                .words
                .get(end)
                .is_some_and(|word| word.kind == TokenKind::LeftBracket),
        };
        Some(self.before.resolve_type(&ty))
    }

    /// What the query at the place reads under a name: in it, or around it.
    pub(super) fn source(&self, alias: &Name) -> Option<&Source> {
        let all = self.scope.sources.iter().chain(&self.scope.outer);
        all.into_iter().find(|source| source.alias == *alias)
    }

    /// The words before a body that the place is in.
    pub(super) fn routine(&self) -> Option<&[Word<'w>]> {
        self.around.outer.last().map(Vec::as_slice)
    }

    /// The variables of the function whose body the place is in.
    pub(super) fn variables(&self) -> Vec<Variable> {
        self.routine()
            .map(|outer| body::variables(outer, &self.around.before))
            .unwrap_or_default()
    }

    /// Whether the place begins a statement.
    pub(super) fn is_start(&self) -> bool {
        self.from == self.at
            && self.around.qualifiers.is_empty()
            && !matches!(self.around.inside, Inside::String)
    }

    /// How the one who types spells keywords: as in the word that is begun, else as in this statement, else as in the text
    /// before.
    pub(super) fn case(&self, text: &str) -> Case {
        let typed = Some(self.around.prefix).filter(|typed| !typed.is_empty());
        let before = self
            .around
            .before
            .iter()
            .rev()
            .chain(self.around.outer.iter().flatten());
        let keyword = |word: &&Word<'_>| word.kind == TokenKind::Ident && !word.is_name();
        let known = typed.or_else(|| before.into_iter().find(keyword).map(|word| word.text));
        let first = || {
            let mut tokens = Lexer::new(text, Dialect::Psql).take(200);
            let token = tokens.find(|token| token.kind == TokenKind::Ident)?;
            text.get(token.range.as_usize())
        };
        match known.or_else(first) {
            Some(word) if word.starts_with(|c: char| c.is_lowercase()) => Case::Lower,
            _ => Case::Upper,
        }
    }
}

/// Where what is read by the grammar begins, and by which rule.
fn start(around: &Around<'_>) -> (usize, &'static str) {
    let (from, rule) = match around.speech {
        Speech::PlPgSql => body::statement_start(&around.before),
        Speech::Sql => (statement_from(around), "statement"),
    };
    // A query in parentheses is read by itself.
    let words = &around.before;
    let queries = ["SELECT", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE"];
    let inner = Brackets::of(words)
        .open
        .into_iter()
        .filter(|open| *open >= from)
        .rfind(|open| words.get(open + 1).is_some_and(|word| word.is_any(&queries)));
    // `INSERT INTO t VALUES (…)`, `GRANT SELECT (…)` have no query there: their words stand before the parenthesis.
    inner.map_or((from, rule), |open| (open + 1, "query"))
}

/// Where the statement at the end of the words begins.
fn statement_from(around: &Around<'_>) -> usize {
    let words = &around.before;
    if around.speech == Speech::PlPgSql {
        return body::statement_start(words).0;
    }
    let semicolon = words.iter().rposition(|word| word.kind == TokenKind::Semicolon);
    let from = semicolon.map_or(0, |at| at + 1);
    let atomic = words
        .get(from..)
        .unwrap_or_default()
        .iter()
        .rposition(|word| word.is("ATOMIC"));
    atomic.map_or(from, |at| from + at + 1)
}
