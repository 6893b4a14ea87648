//! What exists in the database before and after every statement.
//!
//! Here live three things. [`change`]: what one statement asks for, as values read from its syntax tree
//! ([`read`]). [`catalog`]: what exists (schemas, relations, types, functions …), immutable and structurally
//! shared. [`apply`]: the fold that takes a catalog through a change. A live server's catalog, introspected by
//! `confiture-postgres`, is the same type, so one function ([`render`]) prints and compares both.
//!
//! What must not live here: files and their order (`project`), locks and rewrites (`risk`), opinions (`lint`),
//! any connection to a server (`postgres`).
//!
//! Start reading at [`change::Change`], then [`catalog::Catalog`], then [`apply::State`].

pub mod apply;
pub mod catalog;
pub mod change;
pub mod draft;
pub mod expr;
pub mod read;
pub mod render;
pub mod replay;
pub mod types;
