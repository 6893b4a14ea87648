//! Running migrations against databases that matter: the ledger, the runner, hooks.
//!
//! [`History`] is what the files say there is, [`Ledger`] what a database says was done; [`plan`] holds one against the
//! other. [`Migrator`] carries a plan out: each migration becomes a list of [`Step`]s (statements and hooks), steps that may
//! share a transaction do, and the ledger is written in the transaction that it tells of. Whoever watches is told of
//! everything as [`Event`]s.
//!
//! What must not live here: printing and asking (`cli`), what a statement does (`risk`), opinions (`lint`), reading project
//! files (`project`), how a connection is made (`postgres`). Start reading at [`Migrator::up`], then [`runner`], then
//! [`hooks`].
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod baseline;
pub mod build;
pub mod diff;
pub mod error;
pub mod event;
pub mod history;
pub mod hooks;
pub mod interrupt;
pub mod ledger;
mod pause;
pub mod plan;
pub mod preview;
pub mod repair;
pub mod runner;
pub mod safety;
pub mod settings;
pub mod steps;
pub mod verify;

pub use error::{ErrorKind, MigrateError, Result, SourcePlace};
pub use event::{Blocker, Event, LockHeld, LockHolder, Observer, Silent};
pub use history::{History, Migration, OneWay};
pub use interrupt::Interrupt;
pub use ledger::Ledger;
pub use plan::{Choice, Plan, Standing, Status};
pub use preview::Preview;
pub use runner::{Migrator, Outcome};
pub use settings::{LedgerNames, Retries, Settings};
pub use steps::{Action, Runs, Statement, Step, Steps};
