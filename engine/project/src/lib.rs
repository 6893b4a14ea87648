//! Where files are and what they mean: `confiture.yaml`, migration layouts and their order, and reading itself.
//!
//! This is the only engine crate that reads files. It says which scripts a project has, in which order they run, which
//! stretches of each file are SQL, and under which transaction rules their tool runs them. It does not understand the
//! SQL (that is `syntax` and above), interpret lint rules (`lint`), or touch a database (`postgres`). Start reading at
//! [`Workspace::open`]; then `layout` for what each tool does, and `config` for the configuration.

mod problem;
mod scalar;
mod source_map;
mod yaml;

pub use problem::{Problem, ProblemCode, ProblemKind};
pub use source_map::SourceMap;
