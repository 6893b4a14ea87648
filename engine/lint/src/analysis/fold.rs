//! The one ordered pass: the state before and after each statement.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use confiture_project::{Direction, Layout, Script, TransactionMode};
use confiture_risk::assess;
use confiture_risk::effect::TransactionRule;
use confiture_schema::apply::{State, TransactionWrap};
use confiture_schema::catalog::Origin;
use confiture_schema::change::{Change, Nested};
use confiture_syntax::TextRange;

use super::read::Statement;
use super::{Input, reconnected};

/// DO blocks inside DO blocks are followed this far.
const MAX_NESTING: usize = 8;

/// What one script went through.
pub(crate) struct Trace {
    /// The script's index.
    pub(crate) script: usize,
    /// Its statements, in order; those inside a DO block follow it.
    pub(crate) steps: Vec<Step>,
    /// The state when it is through.
    pub(crate) end: State,
}

/// One statement, or one inside a DO block, and the states around it.
pub(crate) struct Step {
    /// Index of the (outer) statement.
    pub(crate) statement: usize,
    /// The way to a statement inside DO blocks: its position in each, outermost first; empty for the statement itself.
    pub(crate) path: Vec<u32>,
    /// The state before it. The one after it is that before the next step, or the end.
    pub(crate) before: Arc<State>,
}

impl Step {
    /// Whether it is the statement itself rather than one inside it.
    pub(crate) fn is_outer(&self) -> bool {
        self.path.is_empty()
    }

    /// What it asks for, and its range in the outer statement.
    pub(crate) fn changes<'s>(&self, statement: &'s Statement<'_>) -> (&'s [Change], TextRange) {
        let mut changes: &[Change] = &statement.changes;
        let mut range = TextRange::new(0, statement.text.len() as u32);
        for &at in &self.path {
            if let Some(nested) = blocks(changes).nth(at as usize) {
                changes = &nested.changes;
                range = nested.range;
            }
        }
        (changes, range)
    }

    /// The same, but nothing of a block, whose statements are steps of their own.
    pub(crate) fn judged<'s>(&self, statement: &'s Statement<'_>) -> (&'s [Change], TextRange) {
        let (changes, range) = self.changes(statement);
        let is_block = self.path.len() < MAX_NESTING && blocks(changes).next().is_some();
        (if is_block { &[] } else { changes }, range)
    }
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
pub(crate) fn replay(
    input: &Input<'_>,
    statements: &[Statement<'_>],
    selected: &BTreeSet<usize>,
    mut emit: impl FnMut(Trace),
) -> Replayed {
    let scripts = &input.project.scripts;
    let undone: BTreeSet<&str> = scripts
        .iter()
        .enumerate()
        .filter(|(i, s)| s.direction == Direction::Down && selected.contains(i))
        .map(|(_, s)| s.group.as_str())
        .collect();
    let mut after_up: HashMap<&str, State> = HashMap::new();
    let mut state = State::fresh();
    let mut ranges = Ranges::new(statements);
    let spans: Vec<std::ops::Range<usize>> = (0..scripts.len()).map(|i| ranges.next(i)).collect();
    let visit = |index: usize, from: State, emit: &mut dyn FnMut(Trace)| -> State {
        let pass = Pass {
            input,
            statements,
            script: &scripts[index],
            index,
        };
        if selected.contains(&index) {
            let trace = pass.traced(from, spans[index].clone());
            let end = trace.end.clone();
            emit(trace);
            end
        } else {
            pass.applied(from, spans[index].clone())
        }
    };
    for (index, script) in scripts
        .iter()
        .enumerate()
        .filter(|(_, s)| s.direction.is_forward())
    {
        state = visit(index, session_for(script, &state), &mut emit);
        if undone.contains(script.group.as_str()) {
            after_up.insert(&script.group, state.clone());
        }
    }
    for (index, script) in scripts
        .iter()
        .enumerate()
        .filter(|(i, s)| !s.direction.is_forward() && selected.contains(i))
    {
        let from = match script.direction {
            Direction::Down => after_up.get(script.group.as_str()).unwrap_or(&state),
            _ => &state,
        };
        let from = if script.direction == Direction::Baseline {
            State::fresh()
        } else {
            reconnected(from)
        };
        visit(index, from, &mut emit);
    }
    Replayed { newest: state }
}

/// The state when all forward scripts are through.
pub(crate) fn forward(input: &Input<'_>, statements: &[Statement<'_>]) -> State {
    replay(input, statements, &BTreeSet::new(), |_| {}).newest
}

/// Migrations run in sessions of their own, perhaps months apart; the files of a schema tree run in one.
fn session_for(script: &Script, state: &State) -> State {
    if script.layout == Layout::SchemaTree {
        state.clone()
    } else {
        reconnected(state)
    }
}

/// The statements of each script: they stand in the order of the scripts.
struct Ranges<'a, 's> {
    statements: &'a [Statement<'s>],
    at: usize,
}

impl<'a, 's> Ranges<'a, 's> {
    fn new(statements: &'a [Statement<'s>]) -> Self {
        Ranges { statements, at: 0 }
    }

    fn next(&mut self, script: usize) -> std::ops::Range<usize> {
        let start = self.at;
        let count = self.statements[start..]
            .iter()
            .take_while(|s| s.at.script == script)
            .count();
        self.at += count;
        start..self.at
    }
}

/// The pass through one script.
struct Pass<'a, 's> {
    input: &'a Input<'a>,
    statements: &'a [Statement<'s>],
    script: &'a Script,
    index: usize,
}

impl Pass<'_, '_> {
    /// Takes the state through the script and keeps nothing.
    fn applied(&self, mut state: State, span: std::ops::Range<usize>) -> State {
        state.begin_script(self.wrap(span.clone()));
        for at in span {
            self.apply(&mut state, at, &self.statements[at].changes);
        }
        state.end_script();
        state
    }

    /// Takes the state through the script and keeps every step.
    fn traced(&self, mut state: State, span: std::ops::Range<usize>) -> Trace {
        state.begin_script(self.wrap(span.clone()));
        let mut steps = Vec::with_capacity(span.len());
        let mut before = Arc::new(state.clone());
        for at in span {
            let changes = &self.statements[at].changes;
            steps.push(Step {
                statement: at,
                path: Vec::new(),
                before: Arc::clone(&before),
            });
            if changes.iter().all(only_moves_rows) {
                continue;
            }
            self.trace_nested(&before, at, changes, &mut steps);
            self.apply(&mut state, at, changes);
            before = Arc::new(state.clone());
        }
        state.end_script();
        Trace {
            script: self.index,
            steps,
            end: state,
        }
    }

    /// Adds the statements inside DO blocks, depth first.
    fn trace_nested(&self, before: &State, at: usize, changes: &[Change], steps: &mut Vec<Step>) {
        let mut work: Vec<(Vec<u32>, &Nested)> = enter(&[], changes);
        if work.is_empty() {
            return;
        }
        let mut state = before.clone();
        while let Some((path, nested)) = work.pop() {
            let inner = if path.len() < MAX_NESTING {
                enter(&path, &nested.changes)
            } else {
                Vec::new()
            };
            let before = Arc::new(state.clone());
            if inner.is_empty() {
                self.apply(&mut state, at, &nested.changes);
            }
            steps.push(Step {
                statement: at,
                path,
                before,
            });
            work.extend(inner);
        }
    }

    fn apply(&self, state: &mut State, at: usize, changes: &[Change]) {
        let range = self.statements[at].at.range;
        state.apply_all(
            changes,
            Origin {
                script: self.index as u32,
                statement: at as u32,
                range,
            },
        );
    }

    /// Whether the tool opens a transaction around the script.
    fn wrap(&self, span: std::ops::Range<usize>) -> TransactionWrap {
        let wrapped = match self.script.transaction {
            TransactionMode::PerScript => true,
            TransactionMode::PerScriptWhenAllowed => {
                !self.statements[span].iter().any(|s| self.refuses_transaction(s))
            }
            TransactionMode::SingleImplicit => span.len() > 1,
            TransactionMode::Autocommit => false,
        };
        if wrapped {
            TransactionWrap::Wrapped
        } else {
            TransactionWrap::Autocommit
        }
    }

    fn refuses_transaction(&self, statement: &Statement<'_>) -> bool {
        let risk = assess(&statement.changes, &State::fresh(), self.input.version);
        risk.effect.transaction == TransactionRule::Refused
    }
}

/// Whether a change leaves the catalog and the session as they are. Scripts full of data keep one state, not a million.
fn only_moves_rows(change: &Change) -> bool {
    matches!(change, Change::Query(_) | Change::Copy(_))
}

/// What DO blocks among `changes` hold, last first, so that it can be taken from a stack.
fn enter<'c>(path: &[u32], changes: &'c [Change]) -> Vec<(Vec<u32>, &'c Nested)> {
    let mut inner: Vec<_> = blocks(changes)
        .enumerate()
        .map(|(i, nested)| {
            let mut path = path.to_vec();
            path.push(i as u32);
            (path, nested)
        })
        .collect();
    inner.reverse();
    inner
}
