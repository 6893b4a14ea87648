//! Texts into statements, statements into changes, on all cores.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use confiture_project::{Project, Script, Segment};
use confiture_schema::catalog::{Origin, footprint};
use confiture_schema::change::Change;
use confiture_schema::read;
use confiture_syntax::lexer::{Dialect, Lexer};
use confiture_syntax::split::PieceKind;
use confiture_syntax::{Syntax, SyntaxError, TextRange};
use rayon::prelude::*;

use crate::context::Location;
use crate::{Edit, Place};

/// A statement of the project, read; its tree is gone. A clone costs a reference count.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Where it stands.
    pub(crate) at: Location,
    /// Its number in its script, as an [`Origin`] carries it: ascending in the order in which statements run. It stays when
    /// others are put before it.
    pub(crate) number: u32,
    reading: Arc<Reading>,
}

/// A statement's text, and what was read of it.
#[derive(Debug)]
pub(super) struct Reading {
    /// A text that it stands in, and the rest of its last line with it.
    around: Arc<str>,
    /// Where it stands in that.
    inside: TextRange,
    meaning: Meaning,
}

impl Statement {
    fn new((at, around): (Location, &Arc<str>), number: usize, meaning: Meaning) -> Statement {
        Statement {
            at,
            number: number as u32,
            reading: Arc::new(Reading {
                around: Arc::clone(around),
                inside: at.range,
                meaning,
            }),
        }
    }

    /// One that is read by itself: what is kept of the text around it is the rest of its last line.
    pub(super) fn alone(at: Location, text: &str) -> Statement {
        let (start, end) = (at.range.start as usize, at.range.end as usize);
        let rest = text.get(end..).and_then(|rest| rest.find('\n'));
        let around: Arc<str> = text
            .get(start..rest.map_or(text.len(), |line| end + line))
            .unwrap_or_default()
            .into();
        let inside = TextRange::new(0, at.range.len());
        let meaning = read_one(inside.slice(&around));
        Statement {
            at,
            number: 0,
            reading: Arc::new(Reading {
                around,
                inside,
                meaning,
            }),
        }
    }

    /// The same with another number.
    pub(super) fn renumbered(&self, number: u32) -> Statement {
        Statement {
            number,
            ..self.clone()
        }
    }

    /// The same at another place.
    pub(super) fn moved(&self, range: TextRange) -> Statement {
        let at = Location { range, ..self.at };
        Statement { at, ..self.clone() }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        self.reading.inside.slice(&self.reading.around)
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        self.at.whole()
    }

    /// What it asks for; ranges count from its start.
    pub fn changes(&self) -> &[Change] {
        &self.reading.meaning.changes
    }

    /// The same, to keep.
    pub(crate) fn shared_changes(&self) -> Arc<[Change]> {
        Arc::clone(&self.reading.meaning.changes)
    }

    /// What the parser did not understand, in the bodies of functions too; ranges count from its start.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.reading.meaning.errors
    }

    /// What the catalog says of the origin of what it makes.
    pub fn origin(&self) -> Origin {
        super::fold::origin(self)
    }

    /// The position among a script's statements of the one that an origin names.
    pub fn position(own: &[Statement], origin: Origin) -> Option<usize> {
        let at = own.partition_point(|statement| statement.number < origin.statement);
        let found = own.get(at)?;
        (found.number == origin.statement).then_some(at)
    }

    /// Its tree, parsed anew.
    pub fn syntax(&self) -> Syntax {
        Syntax::parse(self.text())
    }

    /// The insertion of another statement behind this one, on lines of its own: behind the comment that ends the line,
    /// which is about this one, and behind a semicolon.
    pub fn insert_after(&self, sql: &str) -> Edit {
        let end = self.at.range.end as usize;
        let Reading { around, inside, .. } = &*self.reading;
        let line = around
            .get(inside.end as usize..)
            .and_then(|rest| rest.lines().next());
        let rest = line.unwrap_or_default().trim_end();
        let is_comment = !rest.is_empty()
            && Lexer::new(rest, Dialect::Psql).all(|token| token.kind.is_trivia() && token.terminated);
        let (at, separator) = match (is_comment, self.text().ends_with(';')) {
            (false, true) => (end, "\n"),
            (false, false) => (end, ";\n"),
            (true, true) => (end + rest.len(), "\n"),
            (true, false) => (end + rest.len(), "\n;\n"),
        };
        Edit {
            place: Place {
                range: TextRange::from_usize(at, at),
                ..self.at.whole()
            },
            text: format!("{separator}{sql}"),
        }
    }
}

/// What a text says, wherever it stands.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    changes: Arc<[Change]>,
    errors: Arc<[SyntaxError]>,
}

/// The statements of a project, script by script, each read when it is first needed.
pub(crate) struct Statements<'a> {
    project: &'a Project,
    scripts: Vec<OnceLock<Arc<Vec<Statement>>>>,
}

impl<'a> Statements<'a> {
    /// Of a project; nothing is read yet.
    pub(crate) fn new(project: &'a Project) -> Statements<'a> {
        Statements {
            project,
            scripts: project.scripts.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// Of a project; everything is read.
    pub(crate) fn all(project: &'a Project) -> Statements<'a> {
        let all = Statements::new(project);
        all.read(0..project.scripts.len());
        all
    }

    /// Of a project, as they were read before.
    pub(crate) fn known(
        project: &'a Project,
        scripts: impl Iterator<Item = Arc<Vec<Statement>>>,
    ) -> Statements<'a> {
        Statements {
            project,
            scripts: scripts.map(OnceLock::from).collect(),
        }
    }

    /// What was read of each script.
    pub(crate) fn shared(&self) -> impl Iterator<Item = Arc<Vec<Statement>>> {
        self.scripts
            .iter()
            .map(|own| own.get().map(Arc::clone).unwrap_or_default())
    }

    /// What was read of one script.
    pub(crate) fn shared_script(&self, script: usize) -> Arc<Vec<Statement>> {
        let own = self.scripts.get(script);
        own.and_then(|own| own.get()).map(Arc::clone).unwrap_or_default()
    }

    /// Reads some scripts, ascending, on all cores.
    pub(crate) fn read(&self, scripts: impl IntoIterator<Item = usize>) {
        let wanted: Vec<usize> = scripts
            .into_iter()
            .filter(|&s| self.scripts[s].get().is_none())
            .collect();
        let mut read = statements(self.project, &wanted).into_iter().peekable();
        for script in wanted {
            let mut own = Vec::new();
            while let Some(statement) = read.next_if(|s| s.at.script == script) {
                own.push(statement);
            }
            // Where somebody was quicker, theirs are the same.
            let _ = self.scripts[script].set(Arc::new(own));
        }
    }

    /// The statements of a script, in order.
    pub(crate) fn script(&self, index: usize) -> &[Statement] {
        self.scripts.get(index).map_or(&[], |own| {
            own.get_or_init(|| Arc::new(read_script(self.project, index)))
                .as_slice()
        })
    }

    /// The statements in one stretch of a script's SQL.
    pub(crate) fn stretch(&self, script: usize, segment: usize) -> &[Statement] {
        let own = self.script(script);
        let order: Vec<usize> = self
            .project
            .scripts
            .get(script)
            .map(|script| stretches(script).into_iter().map(|(index, _)| index).collect())
            .unwrap_or_default();
        let rank = |segment: usize| order.iter().position(|&index| index == segment);
        let wanted = rank(segment);
        let start = own.partition_point(|s| rank(s.at.segment) < wanted);
        let end = own.partition_point(|s| rank(s.at.segment) <= wanted);
        own.get(start..end).unwrap_or_default()
    }

    /// The statement that defined something, for a rule; `None` for what no script defined.
    pub(crate) fn at(&self, origin: Origin) -> Option<&Statement> {
        footprint::reads_statement(origin.script, origin.statement);
        self.of(origin)
    }

    /// Where something stands that the catalog keeps; `None` for what no script defined. What stands there isn't looked at,
    /// but an edit of the script may move it.
    pub(crate) fn place(&self, origin: Origin) -> Option<Place> {
        footprint::reads_text(origin.script);
        Some(self.of(origin)?.at.place(origin.range))
    }

    fn of(&self, origin: Origin) -> Option<&Statement> {
        numbered(self.script(origin.script as usize), origin.statement)
    }
}

/// The statement of a number among those of a script.
pub(super) fn numbered(own: &[Statement], number: u32) -> Option<&Statement> {
    let is_it = |statement: &&Statement| statement.number == number;
    // Only where somebody edits do numbers differ from positions.
    own.get(number as usize).filter(is_it).or_else(|| {
        let at = own.partition_point(|statement| statement.number < number);
        own.get(at).filter(is_it)
    })
}

/// The statements of a script, on this core alone: whoever waits for it must not take up other work meanwhile.
fn read_script(project: &Project, index: usize) -> Vec<Statement> {
    let Some(script) = project.scripts.get(index) else {
        return Vec::new();
    };
    let stretches = stretches(script).into_iter();
    let places = stretches.flat_map(|(segment, stretch)| split(index, segment, &stretch.text));
    places
        .enumerate()
        .map(|(number, place)| Statement::new(place, number, read_one(place.0.range.slice(place.1))))
        .collect()
}

/// Every statement of some scripts, in order.
fn statements(project: &Project, scripts: &[usize]) -> Vec<Statement> {
    let segments: Vec<(usize, usize, &Arc<str>)> = scripts
        .iter()
        .filter_map(|&s| Some((s, project.scripts.get(s)?)))
        .flat_map(|(s, script)| {
            stretches(script)
                .into_iter()
                .map(move |(g, segment)| (s, g, &segment.text))
        })
        .collect();
    let places: Vec<(Location, &Arc<str>)> = segments
        .par_iter()
        .flat_map_iter(|&(s, g, text)| split(s, g, text))
        .collect();
    let (texts, numbers) = distinct(&places);
    let meanings: Vec<Meaning> = texts.into_par_iter().with_min_len(32).map(read_one).collect();
    let mut script = usize::MAX;
    let mut next = 0;
    let statement = |(place, text): ((Location, _), usize)| {
        if std::mem::replace(&mut script, place.0.script) != place.0.script {
            next = 0;
        }
        next += 1;
        Statement::new(place, next - 1, meanings[text].clone())
    };
    places.into_iter().zip(numbers).map(statement).collect()
}

/// The SQL of a script in the order in which it runs, each with the index that a [`crate::Place`] carries: hooks before the
/// migration, the migration, hooks behind it.
pub(super) fn stretches(script: &Script) -> Vec<(usize, &Segment)> {
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
fn distinct<'a>(places: &[(Location, &'a Arc<str>)]) -> (Vec<&'a str>, Vec<usize>) {
    let mut texts = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::with_capacity(places.len());
    let mut number = |text: &'a str| {
        *known.entry(text).or_insert_with(|| {
            texts.push(text);
            texts.len() - 1
        })
    };
    let numbers = places
        .iter()
        .map(|(at, text)| number(at.range.slice(text)))
        .collect();
    (texts, numbers)
}

fn split(script: usize, segment: usize, text: &Arc<str>) -> impl Iterator<Item = (Location, &Arc<str>)> {
    let pieces = confiture_syntax::split::split(text)
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::Sql);
    pieces.map(move |piece| {
        let range = piece.range;
        let at = Location {
            script,
            segment,
            range,
        };
        (at, text)
    })
}

/// What a statement asks for.
pub(crate) fn changes(text: &str) -> Arc<[Change]> {
    read_one(text).changes
}

/// How many errors the statements of a text have, those in bodies included.
pub(crate) fn error_count(text: &str) -> usize {
    let pieces = confiture_syntax::split::split(text);
    let statements = pieces
        .into_par_iter()
        .filter(|piece| piece.kind == PieceKind::Sql);
    let errors = statements.map(|piece| read_one(piece.range.slice(text)).errors.len());
    errors.sum()
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
