//! Where files are and what they mean: `confiture.yaml`, migration layouts and their order, and reading itself.
//!
//! This is the only engine crate that reads files. It says which scripts a project has, in which order they run, which
//! stretches of each file are SQL, and under which transaction rules their tool runs them. It does not understand the
//! SQL (that is `syntax` and above), interpret lint rules (`lint`), or touch a database (`postgres`). Start reading at
//! [`Workspace::open`]; then `layout` for what each tool does, and [`config`] for the configuration.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod config;
mod draft;
pub mod duration;
mod edit;
mod environment;
pub mod git;
mod include;
mod layout;
mod load_order;
mod model;
mod open;
mod order;
mod problem;
mod read;
mod scalar;
mod secret;
mod source_map;
mod timeouts;
mod walk;
mod yaml;

pub use config::{Config, Severity, config_schema};
pub use draft::{Draft, DraftFile, RunsIn, goose_statements};
pub use environment::{
    Address, Database, ENVIRONMENTS_FOLDER, Environment, ExpandError, LOCAL, Retries, expand,
};
pub use model::{Direction, HookRun, HookSql, Layout, Project, Script, Segment, SourceFile, TransactionMode};
pub use open::{OpenOptions, Workspace};
pub use order::nearest;
pub use problem::{Problem, ProblemCode, ProblemKind};
pub use read::{Limits, text_of};
pub use secret::{Secret, hide_passwords};
pub use source_map::SourceMap;
pub use timeouts::Timeouts;
pub use yaml::{Key, Node, Value, yaml_says};
