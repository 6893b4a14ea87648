//! What is under the cursor: what a statement does to a running database, what a name means at this point of history, what
//! a keyword or a built-in is.
//!
//! A name goes before a word of PostgreSQL's, and that before the statement: `risk` speaks of statements, `object` of
//! names, `manual` of words.

mod comment;
mod history;
mod manual;
mod object;
pub(crate) mod risk;
mod tokens;

use std::ops::Range;

use confiture_lint::context::ScriptInfo;
use confiture_lint::{Live, Statement};
use confiture_schema::apply::{State, TransactionState};
use confiture_schema::change::{Change, Nested};
use confiture_syntax::TextRange;
use confiture_syntax::lexer::TokenKind;

use crate::impact::Subject;
use crate::statistics::Statistics;
use crate::{Cursor, FilePosition, World, config};
use tokens::Tokens;

/// An answer to a hover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What is said, as Markdown.
    pub markdown: String,
    /// The bytes of the file that it is about.
    pub range: Range<usize>,
}

/// What can be said of a place.
pub fn hover(world: &World, at: &FilePosition) -> Option<Hover> {
    let Some(cursor) = world.at(at) else {
        let text = world.text(&at.file).filter(|_| config::is_migration(&at.file))?;
        return config::migration_hover(&text, at.offset);
    };
    if let Some(hover) = comment::hover(&cursor) {
        return Some(hover);
    }
    let statement = cursor.statement()?;
    let text = statement.text();
    let offset = text.floor_char_boundary(cursor.offset_in_statement()?.min(text.len()));
    let (markdown, range) = Place::new(world, &cursor, statement, offset)?.said()?;
    let start = statement.place().range.start as usize;
    let span = cursor.span(start + range.start..start + range.end)?;
    Some(Hover {
        markdown,
        range: span.range,
    })
}

/// A place in a statement, and all that is asked about it.
struct Place<'w> {
    live: &'w Live,
    statistics: Option<&'w Statistics>,
    script: ScriptInfo,
    statement: &'w Statement,
    /// The statement's number in the script.
    number: usize,
    /// What exists before the statement.
    before: State,
    /// The place, in bytes of the statement's text.
    offset: usize,
}

/// Markdown, and the bytes of the statement's text that it is about.
type Said = (String, Range<usize>);

impl<'w> Place<'w> {
    fn new(
        world: &'w World,
        cursor: &Cursor<'w>,
        statement: &'w Statement,
        offset: usize,
    ) -> Option<Place<'w>> {
        let script = world.script(cursor.stretch)?;
        Some(Place {
            live: cursor.live(),
            statistics: world.statistics(),
            script: ScriptInfo::new(cursor.stretch.script, script),
            statement,
            number: cursor.statement?,
            before: cursor.before(),
            offset,
        })
    }

    fn said(&self) -> Option<Said> {
        let text = self.statement.text();
        let token = tokens::token_kind(text, self.offset);
        if let Some((TokenKind::LineComment | TokenKind::BlockComment, _)) = token {
            return None;
        }
        if let Some(said) = object::hover(self) {
            return Some(said);
        }
        let body = token.and_then(|(kind, range)| self.body(kind, range));
        let nested = nested_at(self.statement.changes(), self.offset);
        let whole = 0..text.len();
        let around = nested.map_or(whole, |nested| nested.range.as_usize());
        let tokens = Tokens::of(text, body.clone().unwrap_or(0..text.len()));
        let head = manual::command(&Tokens::of(text, around.clone()));
        let holds = |range: &Range<usize>| range.start <= self.offset && self.offset <= range.end;
        let on_head = head.as_ref().is_some_and(|(_, range)| holds(range));
        let word = tokens.at(self.offset).and_then(|at| manual::word(&tokens, at));
        match word {
            Some((markdown, range)) if !on_head => Some((markdown, range)),
            // Between the statements of a body there is nothing to say of any.
            _ if body.is_some() && nested.is_none() => None,
            _ => Some((self.risk(nested, head.map(|(entry, _)| entry)), around)),
        }
    }

    /// The stretch inside the quotes of a string that is code.
    fn body(&self, kind: TokenKind, range: Range<usize>) -> Option<Range<usize>> {
        let holds_code = |change: &Change| matches!(change, Change::CreateFunction(_) | Change::Do(_));
        if !matches!(kind, TokenKind::DollarString) || !self.statement.changes().iter().any(holds_code) {
            return None;
        }
        let quoted = self.statement.text().get(range.clone())?;
        let tag = quoted.get(1..)?.find('$')? + 2;
        let inside = range.start + tag..range.end.saturating_sub(tag);
        (inside.start <= inside.end).then_some(inside)
    }

    /// What the statement does, or the one inside it.
    fn risk(&self, nested: Option<&Nested>, manual: Option<manual::Entry>) -> String {
        let is_function = |change: &Change| matches!(change, Change::CreateFunction(_));
        let runs_later = nested.is_some() && self.statement.changes().iter().any(is_function);
        let (markdown, when) = match (nested, runs_later) {
            (Some(nested), true) => (self.risk_later(nested), "*When the function runs:* "),
            (Some(nested), false) => (
                self.risk_of(&nested.changes, self.script, &self.before),
                "*Inside the block:* ",
            ),
            (None, _) => (
                self.risk_of(self.statement.changes(), self.script, &self.before),
                "",
            ),
        };
        let link = manual
            .map(|entry| format!("\n\n{}", entry.link()))
            .unwrap_or_default();
        format!("{when}{markdown}{link}")
    }

    fn risk_of(&self, changes: &[Change], script: ScriptInfo, before: &State) -> String {
        let subject = Subject {
            script,
            text: self.statement.text(),
            changes,
            before,
            statistics: self.statistics,
        };
        risk::hover(&subject, self.live.version())
    }

    /// What a statement of a function's body does: when it runs, what this script creates is in use, too.
    fn risk_later(&self, nested: &Nested) -> String {
        let script = ScriptInfo {
            index: usize::MAX,
            ..self.script
        };
        let mut before = self.before.clone();
        before.session.transaction = TransactionState::default();
        self.risk_of(&nested.changes, script, &before)
    }

    /// What exists behind the statement.
    fn after(&self) -> State {
        let mut state = self.before.clone();
        state.apply_all(self.statement.changes(), self.statement.origin());
        state
    }
}

/// How deep statements inside statements are looked for.
const DEEPEST: usize = 8;

/// The innermost statement of a DO block or a function's body that holds an offset.
fn nested_at(changes: &[Change], offset: usize) -> Option<&Nested> {
    let offset = u32::try_from(offset).ok()?;
    let holds = |range: TextRange| range.start <= offset && offset <= range.end;
    let mut found: Option<&Nested> = None;
    let mut changes = changes;
    for _ in 0..DEEPEST {
        let inner = changes.iter().find_map(|change| {
            let statements = match change {
                Change::Do(block) => &block.statements,
                Change::CreateFunction(function) => &function.body,
                _ => return None,
            };
            statements.iter().find(|nested| holds(nested.range))
        });
        let Some(inner) = inner else { break };
        found = Some(inner);
        changes = &inner.changes;
    }
    found
}
