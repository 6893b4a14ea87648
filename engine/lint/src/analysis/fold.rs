//! The one ordered pass: the state before and after each statement.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use confiture_project::{Direction, Layout, Script, TransactionMode};
use confiture_risk::effect::TransactionRule;
use confiture_risk::predict::predict;
use confiture_schema::apply::{State, StatementEffect, TransactionWrap};
use confiture_schema::catalog::Origin;
use confiture_schema::change::{Change, Nested};
use confiture_syntax::TextRange;

use super::read::{Statement, Statements};
use super::{Base, Input, reconnected};
use crate::context::{Nesting, Position};

/// DO blocks inside DO blocks are followed this far.
const MAX_NESTING: usize = 8;

/// What one script went through.
pub(crate) struct Trace<'s> {
    /// The script's index.
    pub(crate) script: usize,
    /// Its statements, in order; those inside a DO block follow it.
    pub(crate) steps: Vec<Step<'s>>,
    /// The state before it.
    pub(crate) before: State,
    /// The state after the last of the steps.
    pub(crate) after: State,
    /// The state when it is through.
    pub(crate) end: State,
    /// For a script that undoes a migration: the state before that migration.
    pub(crate) undoes_to: Option<State>,
}

/// One statement, or one inside a DO block, and the state before it.
pub(crate) struct Step<'s> {
    /// Index of the (outer) statement in its script.
    pub(crate) statement: usize,
    /// Where it is in its script.
    pub(crate) position: Position,
    /// What it asks for; nothing for a block, whose statements are steps of their own.
    pub(crate) changes: &'s [Change],
    /// Where it stands in the outer statement.
    pub(crate) range: TextRange,
    /// What it stands in.
    pub(crate) nesting: Nesting,
    /// The state before it. The one after it is that before the next step, or the end.
    pub(crate) before: Arc<State>,
}

/// The statements inside the DO blocks among some changes.
fn blocks(changes: &[Change]) -> impl Iterator<Item = &Nested> {
    changes.iter().flat_map(|change| match change {
        Change::Do(block) => block.statements.as_slice(),
        _ => &[],
    })
}

/// What the fold leaves.
pub(crate) struct Replayed {
    /// The state when all forward scripts are through.
    pub(crate) newest: State,
}

/// Runs through all scripts; what the selected ones go through is handed to `emit`.
pub(crate) fn replay<'s>(
    input: &'s Input<'s>,
    statements: &'s Statements<'s>,
    selected: &BTreeSet<usize>,
    mut emit: impl FnMut(Trace<'s>),
) -> Replayed {
    if let Some(base) = &input.base {
        return on_base(input, base, statements, selected, emit);
    }
    let scripts = &input.project.scripts;
    let undone: BTreeSet<&str> = scripts
        .iter()
        .enumerate()
        .filter(|(i, s)| s.direction == Direction::Down && selected.contains(i))
        .map(|(_, s)| s.group.as_str())
        .collect();
    let mut around_up: HashMap<&str, (State, State)> = HashMap::new();
    let mut state = State::fresh();
    let visit =
        |index: usize, from: State, undoes_to: Option<State>, emit: &mut dyn FnMut(Trace<'s>)| -> State {
            let pass = Pass::new(input, statements, index);
            if selected.contains(&index) {
                let mut trace = pass.traced(from);
                trace.undoes_to = undoes_to;
                let end = trace.end.clone();
                emit(trace);
                end
            } else {
                pass.applied(from)
            }
        };
    for (index, script) in scripts
        .iter()
        .enumerate()
        .filter(|(_, s)| s.direction.is_forward())
    {
        let before = state.clone();
        state = visit(index, session_for(script, &state), None, &mut emit);
        if undone.contains(script.group.as_str()) {
            around_up.insert(&script.group, (before, state.clone()));
        }
    }
    for (index, script) in scripts
        .iter()
        .enumerate()
        .filter(|(i, s)| !s.direction.is_forward() && selected.contains(i))
    {
        let around = match script.direction {
            Direction::Down => around_up.get(script.group.as_str()),
            _ => None,
        };
        let from = start_of(script, around.map_or(&state, |(_, after)| after));
        visit(
            index,
            from,
            around.map(|(before, _)| reconnected(before)),
            &mut emit,
        );
    }
    Replayed { newest: state }
}

/// Runs through the selected scripts, one after another, on a database that is there.
fn on_base<'s>(
    input: &'s Input<'s>,
    base: &Base<'_>,
    statements: &'s Statements<'s>,
    selected: &BTreeSet<usize>,
    mut emit: impl FnMut(Trace<'s>),
) -> Replayed {
    let mut state = base.state();
    for &index in selected {
        let mut from = session_for(&input.project.scripts[index], &state);
        base.enter(&mut from);
        let trace = Pass::new(input, statements, index).traced(from);
        state = trace.end.clone();
        emit(trace);
    }
    Replayed { newest: state }
}

/// The state when all forward scripts are through; on a base, all selected ones.
pub(crate) fn forward<'s>(input: &'s Input<'s>, statements: &'s Statements<'s>) -> State {
    let selected = match input.base {
        None => BTreeSet::new(),
        Some(_) => input
            .project
            .scripts
            .iter()
            .enumerate()
            .filter(|(_, s)| s.selected)
            .map(|(i, _)| i)
            .collect(),
    };
    replay(input, statements, &selected, |_| {}).newest
}

/// The state that a script which isn't part of the sequence begins with, after that of the sequence which it belongs to.
pub(super) fn start_of(script: &Script, after: &State) -> State {
    if script.direction == Direction::Baseline {
        State::fresh()
    } else {
        reconnected(after)
    }
}

/// Migrations run in sessions of their own, perhaps months apart; the files of a schema tree run in one.
pub(super) fn session_for(script: &Script, state: &State) -> State {
    if script.layout == Layout::SchemaTree {
        state.clone()
    } else {
        reconnected(state)
    }
}

/// What a script went through, and what each of its statements did.
pub(super) struct Noted<'s> {
    /// What it went through.
    pub(super) trace: Trace<'s>,
    /// For each statement, what it did.
    pub(super) effects: Vec<StatementEffect>,
    /// The state before some statements, by their index; at least that behind the script's beginning.
    pub(super) marks: Vec<(usize, State)>,
}

/// The pass through one script.
pub(super) struct Pass<'s> {
    input: &'s Input<'s>,
    statements: &'s [Statement],
    script: &'s Script,
    index: usize,
}

impl<'s> Pass<'s> {
    /// Through the script of an index.
    pub(super) fn new(input: &'s Input<'s>, statements: &'s Statements<'s>, index: usize) -> Pass<'s> {
        Pass {
            input,
            statements: statements.script(index),
            script: &input.project.scripts[index],
            index,
        }
    }

    /// Takes the state through the script and keeps nothing.
    pub(super) fn applied(&self, mut state: State) -> State {
        state.begin_script(self.wrap());
        for (at, statement) in self.statements.iter().enumerate() {
            self.apply(&mut state, at, statement.changes());
        }
        state.end_script();
        state
    }

    /// Takes the state through the script and keeps every step.
    pub(super) fn traced(&self, mut state: State) -> Trace<'s> {
        let start = state.clone();
        state.begin_script(self.wrap());
        let mut steps = Vec::with_capacity(self.statements.len());
        let mut before = Arc::new(state.clone());
        for (at, statement) in self.statements.iter().enumerate() {
            self.step(at, &before, &mut steps);
            let moves = moves_more_than_rows(statement);
            if moves {
                self.apply(&mut state, at, statement.changes());
            }
            self.account_for_rows(&mut state, &before, statement);
            if moves || state.knows_rows() {
                before = Arc::new(state.clone());
            }
        }
        state.end_script();
        Trace {
            script: self.index,
            steps,
            before: start,
            after: state.clone(),
            end: state,
            undoes_to: None,
        }
    }

    /// Takes note of what a statement did to rows, where anybody knows of rows.
    fn account_for_rows(&self, state: &mut State, before: &State, statement: &Statement) {
        if !state.knows_rows() {
            return;
        }
        state.note_rows(statement.changes());
        if statement.changes().iter().any(may_run_anything)
            && predict(statement.changes(), before, self.input.version).opaque
        {
            state.doubt_rows();
        }
    }

    /// The same, and tells what each statement did; a state is kept before every so many.
    pub(super) fn noted(&self, mut state: State, every: usize) -> Noted<'s> {
        let start = state.clone();
        state.begin_script(self.wrap());
        let mut noted = Noted {
            effects: Vec::with_capacity(self.statements.len()),
            marks: Vec::new(),
            trace: Trace {
                script: self.index,
                steps: Vec::with_capacity(self.statements.len()),
                before: start,
                after: State::default(),
                end: State::default(),
                undoes_to: None,
            },
        };
        let mut before = Arc::new(state.clone());
        for (at, statement) in self.statements.iter().enumerate() {
            if at % every == 0 {
                noted.marks.push((at, state.clone()));
            }
            self.step(at, &before, &mut noted.trace.steps);
            let mut effect = StatementEffect::default();
            if moves_more_than_rows(statement) {
                effect = state.apply_noting(statement.changes(), origin(statement));
                before = Arc::new(state.clone());
            }
            noted.effects.push(effect);
        }
        if noted.marks.is_empty() {
            noted.marks.push((0, state.clone()));
        }
        state.end_script();
        noted.trace.after = state.clone();
        noted.trace.end = state;
        noted
    }

    /// Adds a statement, then what stands in its body or block.
    pub(super) fn step(&self, at: usize, before: &Arc<State>, steps: &mut Vec<Step<'s>>) {
        let first = steps.len();
        let statement = &self.statements[at];
        let changes: &'s [Change] = statement.changes();
        let inner = enter(changes, 0);
        let judged = if inner.is_empty() { changes } else { &[] };
        steps.push(Step {
            statement: at,
            position: (statement.number, 0),
            changes: judged,
            range: TextRange::new(0, statement.at.range.len()),
            nesting: Nesting::Script,
            before: Arc::clone(before),
        });
        trace_bodies(changes, before, at, steps);
        if !changes.iter().all(only_moves_rows) {
            self.trace_nested(before, at, inner, steps);
        }
        for (nested, step) in steps.iter_mut().skip(first).enumerate() {
            step.position = (statement.number, nested as u32);
        }
    }

    /// Adds the statements inside DO blocks, depth first.
    fn trace_nested(
        &self,
        before: &State,
        at: usize,
        mut work: Vec<(usize, &'s Nested)>,
        steps: &mut Vec<Step<'s>>,
    ) {
        let mut state = before.clone();
        while let Some((depth, nested)) = work.pop() {
            let inner = enter(&nested.changes, depth);
            let before = Arc::new(state.clone());
            let changes: &'s [Change] = if inner.is_empty() { &nested.changes } else { &[] };
            self.apply(&mut state, at, changes);
            steps.push(Step {
                statement: at,
                position: (0, 0),
                changes,
                range: nested.range,
                nesting: Nesting::Block,
                before: Arc::clone(&before),
            });
            trace_bodies(changes, &before, at, steps);
            work.extend(inner);
        }
    }

    fn apply(&self, state: &mut State, at: usize, changes: &[Change]) {
        state.apply_all(changes, origin(&self.statements[at]));
    }

    /// Whether the tool opens a transaction around the script.
    pub(super) fn wrap(&self) -> TransactionWrap {
        let wrapped = match self.script.transaction {
            TransactionMode::PerScript => true,
            TransactionMode::PerScriptWhenAllowed => {
                let fresh = State::fresh();
                !self
                    .statements
                    .iter()
                    .any(|s| self.refuses_transaction(s, &fresh))
            }
            TransactionMode::SingleImplicit => self.statements.len() > 1,
            TransactionMode::Autocommit => false,
        };
        if wrapped {
            TransactionWrap::Wrapped
        } else {
            TransactionWrap::Autocommit
        }
    }

    fn refuses_transaction(&self, statement: &Statement, on: &State) -> bool {
        let effect = predict(statement.changes(), on, self.input.version);
        effect.transaction == TransactionRule::Refused
    }
}

/// What the catalog says of the origin of what a statement makes: ranges count from its start, so that they hold wherever it
/// stands.
pub(super) fn origin(statement: &Statement) -> Origin {
    Origin {
        script: statement.at.script as u32,
        segment: statement.at.segment as u32,
        statement: statement.number,
        range: TextRange::new(0, statement.at.range.len()),
    }
}

/// Adds the statements in the bodies of the functions that some changes create.
fn trace_bodies<'s>(changes: &'s [Change], before: &Arc<State>, at: usize, steps: &mut Vec<Step<'s>>) {
    let functions = changes.iter().filter_map(|change| match change {
        Change::CreateFunction(function) => Some(function),
        _ => None,
    });
    steps.extend(functions.flat_map(|function| &function.body).map(|nested| Step {
        statement: at,
        position: (0, 0),
        changes: &nested.changes,
        range: nested.range,
        nesting: Nesting::Function,
        before: Arc::clone(before),
    }));
}

/// Whether a statement may leave the catalog or the session otherwise than it found them.
pub(super) fn moves_more_than_rows(statement: &Statement) -> bool {
    !statement.changes().iter().all(only_moves_rows)
}

/// Whether a change leaves the catalog and the session as they are. Scripts full of data keep one state, not a million.
fn only_moves_rows(change: &Change) -> bool {
    matches!(change, Change::Query(_) | Change::Copy(_))
}

/// Whether a change may run functions or triggers that write rows.
fn may_run_anything(change: &Change) -> bool {
    matches!(
        change,
        Change::Query(_) | Change::Copy(_) | Change::CreateTableAs(_) | Change::Do(_) | Change::Unknown(_)
    )
}

/// What DO blocks among `changes` hold, one deeper than `depth`; last first, so that it can be taken from a stack.
fn enter(changes: &[Change], depth: usize) -> Vec<(usize, &Nested)> {
    if depth == MAX_NESTING {
        return Vec::new();
    }
    let mut inner: Vec<_> = blocks(changes).map(|nested| (depth + 1, nested)).collect();
    inner.reverse();
    inner
}
