//! SET, transactions, and where scripts begin and end.

use std::fmt;
use std::sync::Arc;

use confiture_syntax::Name;
use rpds::RedBlackTreeMapSync as Map;

use super::{Fold, State, TransactionState};
use crate::catalog::Entries;
use crate::change::{Set, SetScope, Transaction};

/// A state to go back to.
#[derive(Clone)]
pub struct Checkpoint(Arc<State>);

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Checkpoint")
    }
}

impl PartialEq for Checkpoint {
    /// The same moment, not merely an equal state.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
impl Eq for Checkpoint {}

/// Whether a tool runs a script inside a transaction of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransactionWrap {
    /// The tool opens one before the script and commits after it, or sends the script as one query.
    Wrapped,
    /// Each statement stands by itself, but for the script's own BEGIN.
    Autocommit,
}

impl State {
    /// A script begins. What earlier ones created others may use by now.
    pub fn begin_script(&mut self, wrap: TransactionWrap) {
        self.session.transaction = TransactionState::default();
        if wrap == TransactionWrap::Wrapped {
            self.begin();
        }
    }

    /// The script is over: its tool commits. A transaction that the script itself left open is taken as committed too.
    pub fn end_script(&mut self) {
        self.commit();
        self.session.transaction = TransactionState::default();
    }

    fn begin(&mut self) {
        if self.session.transaction.open {
            return;
        }
        let begun = Checkpoint(Arc::new(self.clone()));
        let transaction = &mut self.session.transaction;
        transaction.open = true;
        transaction.created = Entries::default();
        transaction.begun = Some(begun);
    }

    /// Ends the transaction; settings that were LOCAL to it go.
    fn commit(&mut self) {
        if let Some(path) = self.session.transaction.search_path_after.take() {
            self.session.search_path = path;
        }
        for (parameter, value) in self.session.transaction.parameters_after.clone().iter() {
            match value {
                Some(value) => self
                    .session
                    .parameters
                    .insert_mut(parameter.clone(), value.clone()),
                None => {
                    self.session.parameters.remove_mut(parameter);
                }
            }
        }
        let created_in_script = self.session.transaction.created_in_script.clone();
        self.session.transaction = TransactionState {
            created: Entries::like(&created_in_script),
            created_in_script,
            ..TransactionState::default()
        };
    }

    fn rollback(&mut self) {
        match self.session.transaction.begun.take() {
            Some(begun) => {
                *self = (*begun.0).clone();
                let transaction = &mut self.session.transaction;
                transaction.created = Entries::like(&transaction.created_in_script);
            }
            // Nobody said where it began, so there is nothing to go back to.
            None => self.commit(),
        }
    }

    fn savepoint(&mut self, name: &Name) {
        if !self.session.transaction.open {
            return;
        }
        let here = Checkpoint(Arc::new(self.clone()));
        self.session.transaction.savepoints.push((name.clone(), here));
    }

    fn release(&mut self, name: &Name) {
        let savepoints = &mut self.session.transaction.savepoints;
        if let Some(at) = savepoints.iter().rposition(|(n, _)| n == name) {
            savepoints.truncate(at);
        }
    }

    fn rollback_to(&mut self, name: &Name) {
        let found = self
            .session
            .transaction
            .savepoints
            .iter()
            .rfind(|(n, _)| n == name)
            .cloned();
        if let Some((name, checkpoint)) = found {
            *self = (*checkpoint.0).clone();
            // The savepoint itself stays, to go back to once more.
            self.session.transaction.savepoints.push((name, checkpoint));
        }
    }
}

impl Fold<'_> {
    pub(super) fn transaction(&mut self, change: &Transaction) {
        let state = &mut *self.state;
        match change {
            Transaction::Begin => state.begin(),
            Transaction::Commit { and_chain } => {
                state.commit();
                if *and_chain {
                    state.begin();
                }
            }
            Transaction::Rollback { and_chain } => {
                state.rollback();
                if *and_chain {
                    state.begin();
                }
            }
            Transaction::Savepoint(name) => state.savepoint(name),
            Transaction::Release(name) => state.release(name),
            Transaction::RollbackTo(name) => state.rollback_to(name),
            // Somebody will commit it.
            Transaction::Prepare => state.commit(),
            Transaction::Prepared | Transaction::Mode => {}
        }
    }

    pub(super) fn set(&mut self, change: &Set) {
        let session = &mut self.state.session;
        let local = change.scope == SetScope::Local;
        if local && !session.transaction.open {
            // PostgreSQL warns and does nothing.
            return;
        }
        match change.parameter.as_str() {
            "all" => {
                session.search_path = super::Session::fresh().search_path;
                session.parameters = Map::default();
                session.transaction.search_path_after = None;
                session.transaction.parameters_after = Map::default();
            }
            "search_path" => {
                let before = std::mem::replace(&mut session.search_path, search_path(&change.values));
                let after = &mut session.transaction.search_path_after;
                *after = if local {
                    after.take().or(Some(before))
                } else {
                    None
                };
            }
            _ => self.set_parameter(change, local),
        }
    }

    fn set_parameter(&mut self, change: &Set, local: bool) {
        let session = &mut self.state.session;
        let parameter = &change.parameter;
        let before = session.parameters.get(parameter).cloned();
        if change.values.is_empty() {
            session.parameters.remove_mut(parameter);
        } else {
            session
                .parameters
                .insert_mut(parameter.clone(), change.values.join(", ").into());
        }
        let after = &mut session.transaction.parameters_after;
        if !local {
            after.remove_mut(parameter);
        } else if !after.contains_key(parameter) {
            after.insert_mut(parameter.clone(), before);
        }
    }
}

/// The schemas that a value of `search_path` lists; what a session has at first for DEFAULT.
fn search_path(values: &[Arc<str>]) -> Arc<Vec<Name>> {
    let names = match values {
        [] => return super::Session::fresh().search_path,
        // set_config() takes the whole list as one string.
        [one] if one.contains(',') => one.split(',').map(|s| Name::fold(s.trim())).collect::<Vec<_>>(),
        many => many.iter().map(Name::new).collect(),
    };
    Arc::new(
        names
            .into_iter()
            .filter(|n| !matches!(n.as_str(), "" | "$user" | "\"$user\""))
            .collect(),
    )
}
