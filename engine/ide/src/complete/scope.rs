//! What a query reads from, by the words around a place: tables with their aliases, WITH queries, subqueries.

use std::sync::Arc;

use confiture_schema::apply::State;
use confiture_schema::catalog::{Column, QualName, Relation};
use confiture_schema::change::ObjectRef;
use confiture_schema::types::SqlType;
use confiture_syntax::Name;
use confiture_syntax::lexer::TokenKind;

use super::words::{Brackets, Word};

/// How deep subqueries in FROM are read for their columns.
const DEPTH: usize = 4;

/// Something that a query reads from.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// The name by which the query knows it.
    pub(super) alias: Name,
    /// The relation, where it is one that exists.
    pub(super) relation: Option<QualName>,
    pub(super) columns: Vec<Output>,
    /// The word that it begins at.
    pub(super) at: usize,
}

/// A column of what a query reads.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) name: Name,
    pub(super) ty: Option<SqlType>,
    /// The column of a relation that it is.
    pub(super) column: Option<Arc<Column>>,
}

/// A query of a WITH clause.
#[derive(Debug, Clone)]
pub(super) struct Common {
    pub(super) name: Name,
    pub(super) columns: Vec<Output>,
}

/// What a place sees.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// What the innermost query reads.
    pub(super) sources: Vec<Source>,
    /// What the queries around it read, innermost first.
    pub(super) outer: Vec<Source>,
    pub(super) commons: Vec<Common>,
}

/// A statement's words, and where names in it are looked up.
pub(super) struct Query<'q, 't> {
    words: &'q [Word<'t>],
    brackets: Brackets,
    before: &'q State,
}

/// Keywords that end a list of sources.
const ENDS: &[&str] = &[
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "FETCH",
    "WINDOW",
    "RETURNING",
    "SET",
    "VALUES",
    "FOR",
    "SELECT",
    "WHEN",
    "LOOP",
    "DEFAULT",
    "OVERRIDING",
];

/// Keywords that stand behind a source and aren't its alias.
const NOT_ALIASES: &[&str] = &[
    "LEFT",
    "RIGHT",
    "FULL",
    "INNER",
    "CROSS",
    "NATURAL",
    "JOIN",
    "ON",
    "USING",
    "SET",
    "VALUES",
    "TABLESAMPLE",
    "OVERRIDING",
    "LOOP",
    "WITH",
    "RESTART",
    "DEFAULT",
];

const SETS: &[&str] = &["UNION", "INTERSECT", "EXCEPT"];

impl<'q, 't> Query<'q, 't> {
    pub(super) fn new(words: &'q [Word<'t>], before: &'q State) -> Query<'q, 't> {
        Query {
            words,
            brackets: Brackets::of(words),
            before,
        }
    }

    /// What the place before the word `at` sees. `from` is where the statement begins.
    pub(super) fn scope(&self, from: usize, at: usize) -> Scope {
        let before = self.words.get(..at).unwrap_or_default();
        let open: Vec<usize> = Brackets::of(before)
            .open
            .into_iter()
            .filter(|open| *open >= from)
            .collect();
        let mut levels = vec![(from, self.words.len())];
        levels.extend(
            open.iter()
                .map(|open| (open + 1, self.brackets.close(*open).unwrap_or(self.words.len()))),
        );
        let mut scope = Scope::default();
        for &(start, end) in &levels {
            let mut commons = self.commons(start, end, &scope.commons, DEPTH);
            commons.append(&mut scope.commons);
            scope.commons = commons;
        }
        for &(start, end) in levels.iter().rev() {
            let (start, end) = self.block(start, end, at);
            let mut sources = self.sources(start, end, Some(at), &scope.commons, DEPTH);
            // Parentheses of an expression are no query of their own.
            if scope.sources.is_empty() {
                scope.sources = sources;
            } else {
                scope.outer.append(&mut sources);
            }
        }
        scope
    }

    fn word(&self, at: usize) -> Option<Word<'t>> {
        self.words.get(at).copied()
    }

    fn is(&self, at: usize, keyword: &str) -> bool {
        self.word(at).is_some_and(|word| word.is(keyword))
    }

    /// The next word of the same depth.
    fn next(&self, at: usize) -> usize {
        self.brackets.close(at).map_or(at, |close| close) + 1
    }

    /// The numbers of the words of a part, those in parentheses left out.
    fn level(&self, start: usize, end: usize) -> impl Iterator<Item = usize> {
        let first = (start < end).then_some(start);
        std::iter::successors(first, move |at| Some(self.next(*at)).filter(|next| *next < end))
    }

    /// The part of UNION and its like that the place is in.
    fn block(&self, start: usize, end: usize, at: usize) -> (usize, usize) {
        let mut block = (start, end);
        for word in self.level(start, end) {
            if !self.word(word).is_some_and(|word| word.is_any(SETS)) {
                continue;
            }
            if word < at {
                block.0 = word + 1;
            } else {
                block.1 = word;
                break;
            }
        }
        block
    }

    /// The queries of a WITH clause at the start of a part.
    fn commons(&self, start: usize, end: usize, known: &[Common], depth: usize) -> Vec<Common> {
        let mut found = Vec::new();
        // Behind INSERT INTO … or CREATE VIEW … AS it stands inside.
        let with = self.level(start, end).find(|at| self.is(*at, "WITH"));
        let Some(mut at) = with.map(|at| at + 1) else {
            return found;
        };
        if self.is(at, "RECURSIVE") {
            at += 1;
        }
        while let Some(name) = self.word(at).filter(|word| word.is_name()) {
            let names = self.word(at + 1).filter(|word| word.kind == TokenKind::LeftParen);
            let mut next = if names.is_some() {
                self.next(at + 1)
            } else {
                at + 1
            };
            let mut columns = match (names, self.brackets.close(at + 1)) {
                (Some(_), Some(close)) => self.names(at + 2, close),
                _ => Vec::new(),
            };
            while self
                .word(next)
                .is_some_and(|word| word.is_any(&["AS", "NOT", "MATERIALIZED"]))
            {
                next += 1;
            }
            let close = self.brackets.close(next);
            if let Some(close) = close
                && columns.is_empty()
                && depth > 0
            {
                let known: Vec<Common> = found.iter().chain(known).cloned().collect();
                columns = self.outputs(next + 1, close, &known, depth - 1);
            }
            found.push(Common {
                name: name.name(),
                columns,
            });
            let Some(close) = close.filter(|close| close + 1 < end) else {
                break;
            };
            at = close + 2;
            if self
                .word(close + 1)
                .is_none_or(|word| word.kind != TokenKind::Comma)
            {
                break;
            }
        }
        found
    }

    /// A list of names as columns.
    fn names(&self, start: usize, end: usize) -> Vec<Output> {
        let words = (start..end).filter_map(|at| self.word(at));
        words
            .filter(Word::is_name)
            .map(|word| Output::named(word.name()))
            .collect()
    }

    /// What a query between two words reads. Where the place is tells whether an INSERT's table can be seen.
    fn sources(
        &self,
        start: usize,
        end: usize,
        place: Option<usize>,
        commons: &[Common],
        depth: usize,
    ) -> Vec<Source> {
        let mut sources = Vec::new();
        let mut listing = false;
        let mut inserted = None;
        let mut at = start;
        while at < end {
            let Some(word) = self.word(at) else { break };
            let begins = word.is_any(&["FROM", "JOIN", "UPDATE", "INTO", "USING"]) && !self.is_condition(at);
            if begins || (listing && word.kind == TokenKind::Comma) {
                listing = listing || word.is_any(&["FROM", "USING"]);
                if let Some((source, next)) = self.source(at + 1, end, commons, depth) {
                    if word.is("INTO") {
                        inserted = Some((at, source.alias.clone()));
                    }
                    sources.push(source);
                    at = next;
                    continue;
                }
            } else if word.is_any(ENDS) {
                listing = false;
            }
            at = self.next(at);
        }
        if let Some((at, alias)) = inserted
            && self.hides_target(at, end, place)
        {
            sources.retain(|source| source.alias != alias);
        }
        sources
    }

    /// Whether FROM, UPDATE or USING there says something else than where rows come from.
    fn is_condition(&self, at: usize) -> bool {
        let previous = at.checked_sub(1).and_then(|at| self.word(at));
        let next = self.word(at + 1);
        let compares = previous.is_some_and(|word| {
            word.is_any(&["DISTINCT", "DO", "FOR", "KEY", "ON", "OR", "BEFORE", "AFTER"])
        });
        let joins = self.is(at, "USING")
            && next.is_some_and(|word| word.kind == TokenKind::LeftParen)
            && !self.is_first_using(at);
        compares || joins
    }

    /// DELETE FROM t USING (SELECT …), MERGE INTO t USING (SELECT …).
    fn is_first_using(&self, at: usize) -> bool {
        self.word(at + 2)
            .is_some_and(|word| word.is_any(&["SELECT", "WITH", "VALUES"]))
    }

    /// INSERT INTO t SELECT … : the query doesn't see t, but ON CONFLICT and RETURNING do.
    fn hides_target(&self, into: usize, end: usize, place: Option<usize>) -> bool {
        let place = place.unwrap_or(end);
        let mut selects = false;
        for at in self.level(into, end.min(place)) {
            let Some(word) = self.word(at) else { continue };
            selects |= word.is("SELECT");
            if word.is_any(&["CONFLICT", "RETURNING"]) {
                selects = false;
            }
        }
        selects
    }

    /// A source that begins at a word, and where it ends.
    fn source(&self, at: usize, end: usize, commons: &[Common], depth: usize) -> Option<(Source, usize)> {
        let mut at = at;
        while self.word(at)?.is_any(&["ONLY", "LATERAL"]) {
            at += 1;
        }
        let first = self.word(at).filter(|_| at < end)?;
        let begins = at;
        let mut source = if first.kind == TokenKind::LeftParen {
            let close = self.brackets.close(at).unwrap_or(end);
            let columns = match depth {
                0 => Vec::new(),
                _ => self.outputs(at + 1, close, commons, depth - 1),
            };
            at = close + 1;
            Source::of_columns(Name::new(""), columns)
        } else {
            let (name, next) = self.qualified(at)?;
            at = next;
            let is_call = self
                .word(at)
                .is_some_and(|word| word.kind == TokenKind::LeftParen);
            if is_call && !self.is(at.wrapping_sub(2), "INTO") {
                at = self.brackets.close(at).map_or(at, |close| close + 1);
            }
            self.named(&name, commons)
        };
        at += usize::from(self.is(at, "AS"));
        let alias = self
            .word(at)
            .filter(|word| at < end && word.is_name() && !word.is_any(NOT_ALIASES));
        if let Some(alias) = alias {
            source.alias = alias.name();
            at += 1;
            let lists = self
                .word(at)
                .is_some_and(|word| word.kind == TokenKind::LeftParen);
            if let Some(close) = self.brackets.close(at).filter(|_| lists) {
                source.rename(self.names(at + 1, close));
                at = close + 1;
            }
        }
        source.at = begins;
        Some((source, at))
    }

    /// A name with its schema, and the word behind it.
    fn qualified(&self, at: usize) -> Option<(ObjectRef, usize)> {
        let first = self.word(at).filter(Word::is_name)?;
        let dot = self.word(at + 1).filter(|word| word.kind == TokenKind::Dot);
        let second = self.word(at + 2).filter(|_| dot.is_some());
        Some(match second {
            Some(name) => (object(Some(first.name()), name.name()), at + 3),
            None => (object(None, first.name()), at + 1),
        })
    }

    fn named(&self, name: &ObjectRef, commons: &[Common]) -> Source {
        let common = commons
            .iter()
            .find(|common| name.schema.is_none() && common.name == name.name);
        if let Some(common) = common {
            return Source::of_columns(name.name.clone(), common.columns.clone());
        }
        let found = self.before.resolve_relation(name);
        let relation = found.as_ref().and_then(|name| self.before.catalog.relation(name));
        Source {
            alias: name.name.clone(),
            columns: relation.map(|relation| columns(relation)).unwrap_or_default(),
            relation: found,
            at: 0,
        }
    }

    /// The columns that a query between two words gives.
    fn outputs(&self, start: usize, end: usize, commons: &[Common], depth: usize) -> Vec<Output> {
        let mut own = self.commons(start, end, commons, depth.min(1));
        own.extend(commons.iter().cloned());
        let (start, end) = self.block(start, end, start);
        let select = self
            .level(start, end)
            .filter(|at| {
                self.word(*at)
                    .is_some_and(|word| word.is_any(&["SELECT", "RETURNING"]))
            })
            .last();
        let Some(select) = select else {
            return Vec::new();
        };
        let sources = self.sources(start, end, None, &own, depth);
        let is_end = |at: &usize| {
            let word = self.word(*at);
            word.is_some_and(|word| word.is_any(ENDS) || word.is_any(&["FROM", "INTO"]))
        };
        let stop = self
            .level(select + 1, end)
            .find(|at| is_end(at) && !self.is(at.saturating_sub(1), "DISTINCT"))
            .unwrap_or(end);
        let mut found = Vec::new();
        let mut first = select + 1;
        let commas = self
            .level(select + 1, stop)
            .filter(|at| self.word(*at).is_some_and(|word| word.kind == TokenKind::Comma));
        for comma in commas.chain([stop]) {
            found.extend(self.output(first, comma, &sources));
            first = comma + 1;
        }
        found
    }

    /// The columns that an item of a SELECT list gives.
    fn output(&self, start: usize, end: usize, sources: &[Source]) -> Vec<Output> {
        let Some(last) = end
            .checked_sub(1)
            .filter(|last| *last >= start)
            .and_then(|last| self.word(last))
        else {
            return Vec::new();
        };
        let first = self.word(start);
        if last.text == "*" {
            let qualifier = (end - start == 3)
                .then(|| first.map(|word| word.name()))
                .flatten();
            let meant = sources.iter().filter(|source| match &qualifier {
                Some(name) => source.alias == *name,
                None => end - start == 1,
            });
            return meant.flat_map(|source| source.columns.iter().cloned()).collect();
        }
        if last.is_name() {
            let name = last.name();
            let is_bare = end - start == 1
                || (end - start == 3 && self.word(start + 1).is_some_and(|word| word.text == "."));
            let column = sources
                .iter()
                .flat_map(|source| &source.columns)
                .find(|column| is_bare && column.name == name);
            return vec![column.cloned().unwrap_or_else(|| Output::named(name))];
        }
        // `count(*)` is called count.
        let call = first
            .filter(|word| word.kind == TokenKind::Ident && self.brackets.close(start + 1) == Some(end - 1));
        call.map(|word| Output::named(word.name())).into_iter().collect()
    }
}

impl Source {
    fn of_columns(alias: Name, columns: Vec<Output>) -> Source {
        Source {
            alias,
            relation: None,
            columns,
            at: 0,
        }
    }

    /// `t AS u (a, b)`
    fn rename(&mut self, names: Vec<Output>) {
        for (at, new) in names.into_iter().enumerate() {
            match self.columns.get_mut(at) {
                Some(column) => column.name = new.name,
                None => self.columns.push(new),
            }
        }
    }
}

impl Output {
    fn named(name: Name) -> Output {
        Output {
            name,
            ty: None,
            column: None,
        }
    }
}

/// A relation's columns.
pub(super) fn columns(relation: &Relation) -> Vec<Output> {
    let all = relation.columns.iter().map(|column| Output {
        name: column.name.clone(),
        ty: column.ty.clone(),
        column: Some(Arc::clone(column)),
    });
    all.collect()
}

/// A name to look up.
pub(super) fn object(schema: Option<Name>, name: Name) -> ObjectRef {
    ObjectRef {
        schema,
        name,
        range: Default::default(),
    }
}
