//! Replaying statements one by one, with the state before each at hand.

use crate::apply::{Note, State, TransactionWrap};
use crate::catalog::Origin;
use crate::change::Change;

/// A state on its way through scripts.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    state: State,
}

/// What one statement met and what was noticed.
#[derive(Debug, Clone)]
pub struct Step {
    /// The state that the statement saw. Shares everything that the statement left alone.
    pub before: State,
    /// What was noticed, over all of the statement's changes.
    pub notes: Vec<Note>,
}

impl Replay {
    /// Begins on a state.
    pub fn new(state: State) -> Replay {
        Replay { state }
    }

    /// A script begins.
    pub fn begin_script(&mut self, wrap: TransactionWrap) {
        self.state.begin_script(wrap);
    }

    /// The script is over.
    pub fn end_script(&mut self) {
        self.state.end_script();
    }

    /// Takes the state through one statement. `origin` is as for [`State::apply`].
    pub fn step(&mut self, changes: &[Change], origin: Origin) -> Step {
        let before = self.state.clone();
        let notes = self.state.apply_all(changes, origin);
        Step { before, notes }
    }

    /// The state after all that was replayed.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The state after all that was replayed.
    pub fn into_state(self) -> State {
        self.state
    }
}
