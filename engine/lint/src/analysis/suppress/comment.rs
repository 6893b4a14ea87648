//! Where comments stand: between statements, in them, in the bodies of their functions.

use confiture_schema::change::{Change, Nested};
use confiture_syntax::TextRange;
use confiture_syntax::lexer::{Dialect, Lexer, Token};
use confiture_syntax::split::{PieceKind, split};

use super::directive::MARK;
use crate::analysis::read::Statement;

/// A comment that may be a directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    /// Where it stands in the stretch of SQL, its marks included.
    pub(super) range: TextRange,
    /// The parts of the stretch whose findings a directive there silences.
    pub(super) scope: Vec<TextRange>,
}

/// The comments of a stretch of SQL that hold the mark. `statements` are those of the stretch.
pub(super) fn comments(text: &str, statements: &[Statement]) -> Vec<Comment> {
    let mut finder = Finder {
        text,
        statements,
        found: Vec::new(),
    };
    let mut at = 0;
    let mut number = 0;
    for piece in split(text) {
        finder.between(TextRange::new(at, piece.range.start));
        if piece.kind == PieceKind::Sql {
            finder.inside(piece.range, statements.get(number));
            number += 1;
        }
        at = piece.range.end;
    }
    finder.between(TextRange::from_usize(at as usize, text.len()));
    finder.found
}

struct Finder<'a> {
    text: &'a str,
    statements: &'a [Statement],
    found: Vec<Comment>,
}

impl Finder<'_> {
    /// Looks between statements.
    fn between(&mut self, gap: TextRange) {
        for token in marked_tokens(self.text, gap, Dialect::Psql).filter(|token| token.kind.is_trivia()) {
            let scope = self.scope_between(token.range);
            self.found.push(Comment {
                range: token.range,
                scope,
            });
        }
    }

    /// Behind statements, at the end of their line: those. Else the next statement.
    fn scope_between(&self, comment: TextRange) -> Vec<TextRange> {
        let line = line_of(self.text, comment.start);
        let ends_line = TextRange::new(comment.end, line_of(self.text, comment.end).end)
            .slice(self.text)
            .trim()
            .is_empty();
        let first = self
            .statements
            .partition_point(|statement| statement.at.range.end <= line.start);
        let next = self
            .statements
            .partition_point(|statement| statement.at.range.end <= comment.start);
        let range = |statement: &Statement| statement.at.range;
        if ends_line && first < next {
            return self.statements[first..next].iter().map(range).collect();
        }
        self.statements.get(next).map(range).into_iter().collect()
    }

    /// Looks into a statement and into the bodies in it.
    fn inside(&mut self, piece: TextRange, statement: Option<&Statement>) {
        let mut nested = None;
        for token in marked_tokens(self.text, piece, Dialect::Psql) {
            if token.kind.is_trivia() {
                let scope = self.scope_inside(token.range, piece, Dialect::Psql, &[]);
                self.found.push(Comment {
                    range: token.range,
                    scope,
                });
            } else if token.kind.is_string() {
                let nested = nested.get_or_insert_with(|| {
                    let changes = statement.map_or(&[] as &[Change], |statement| statement.changes());
                    bodies(changes, piece.start)
                });
                self.body(token, piece, nested);
            }
        }
    }

    /// Looks into a string if it is a body, which is where nested statements stand.
    fn body(&mut self, string: Token, piece: TextRange, nested: &[TextRange]) {
        if !nested.iter().any(|range| string.range.contains_range(*range)) {
            return;
        }
        let inner = content(string.range, string.range.slice(self.text));
        for token in marked_tokens(self.text, inner, Dialect::Server).filter(|token| token.kind.is_trivia()) {
            let inner = TextRange::new(piece.start, inner.end);
            let scope = self.scope_inside(token.range, inner, Dialect::Server, nested);
            self.found.push(Comment {
                range: token.range,
                scope,
            });
        }
    }

    /// On the first line of a statement: the statement. Behind something: its line. Else the line of what comes next.
    /// Where nested statements begin in that line, up to their ends.
    fn scope_inside(
        &self,
        comment: TextRange,
        statement: TextRange,
        dialect: Dialect,
        nested: &[TextRange],
    ) -> Vec<TextRange> {
        if !TextRange::new(statement.start, comment.start)
            .slice(self.text)
            .contains('\n')
        {
            return vec![statement];
        }
        let line = line_of(self.text, comment.start);
        let stands_alone = TextRange::new(line.start, comment.start)
            .slice(self.text)
            .trim()
            .is_empty();
        let visible = TextRange::new(0, statement.end).slice(self.text);
        let mut after = Lexer::starting_at(visible, comment.end as usize, dialect);
        let scope = match after.find(|token| !token.kind.is_trivia()) {
            Some(next) if stands_alone => {
                TextRange::new(next.range.start, line_of(self.text, next.range.start).end)
            }
            _ => line,
        };
        let begun = nested.iter().filter(|range| scope.contains(range.start));
        vec![begun.fold(scope, |scope, range| scope.cover(*range))]
    }
}

/// The comments that hold the mark and the strings that may, of a part of a text.
fn marked_tokens(text: &str, part: TextRange, dialect: Dialect) -> impl Iterator<Item = Token> {
    let visible = TextRange::new(0, part.end).slice(text);
    let start = if part.slice(text).contains(MARK) {
        part.start as usize
    } else {
        visible.len()
    };
    Lexer::starting_at(visible, start, dialect).filter(move |token| {
        (token.kind.is_string() || token.kind.is_trivia()) && token.range.slice(visible).contains(MARK)
    })
}

/// The line that holds a byte, without its line end.
fn line_of(text: &str, at: u32) -> TextRange {
    let at = text.floor_char_boundary(at as usize);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    TextRange::from_usize(start, end)
}

/// What is between the quotes of a string.
fn content(range: TextRange, string: &str) -> TextRange {
    let open = match string.find('$') {
        Some(0) => string[1..].find('$').map_or(1, |at| at + 2),
        _ => string.find('\'').map_or(0, |at| at + 1),
    };
    let close = if string.starts_with('$') { open } else { 1 };
    TextRange::from_usize(
        range.start as usize + open.min(string.len()),
        (range.end as usize).saturating_sub(close),
    )
}

/// The statements in the bodies and blocks of a statement that starts at `start`, at every depth.
fn bodies(changes: &[Change], start: u32) -> Vec<TextRange> {
    let mut found = Vec::new();
    let mut work: Vec<&Change> = changes.iter().collect();
    while let Some(change) = work.pop() {
        let nested: &[Nested] = match change {
            Change::Do(block) => &block.statements,
            Change::CreateFunction(function) => &function.body,
            _ => &[],
        };
        for nested in nested {
            found.push(nested.range.offset(start));
            work.extend(&nested.changes);
        }
    }
    found
}
