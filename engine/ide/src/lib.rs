//! What an editor asks of a project: diagnostics, hovers, cures, navigation, completion.
//!
//! Every question is a function of a [`World`] and a place in it, a place being a file and a byte offset; the answers are
//! values of this crate. Positions of a protocol, its messages and its session live in the language server; reading files
//! in `project`, what a statement means in `schema`, `risk` and `lint`. Start reading at [`World`], then any question.

pub mod actions;
pub mod complete;
pub mod config;
pub mod diagnostics;
pub mod hover;
mod impact;
pub mod inlay;
pub mod lens;
pub mod names;
pub mod navigate;
mod parts;
pub mod snippets;
pub mod statistics;
pub mod structure;
pub mod symbols;
pub mod tokens;
mod words;
mod world;

pub use world::{Cursor, Edited, Edits, FileEdit, FilePosition, Span, Stretch, World};
