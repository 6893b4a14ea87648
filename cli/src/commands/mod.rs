//! One module a command.

pub mod init;
pub mod lint;
pub mod lsp;
pub mod migrate;
pub mod open;
pub mod problems;
pub mod risk;
pub mod rules;
pub mod schema;
pub mod server;
pub mod shell;
pub mod target;

use crate::report::style::Colour;

/// How this run speaks.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Colour or not.
    pub colour: Colour,
    /// Results only.
    pub quiet: bool,
    /// Standard output is a terminal.
    pub is_interactive: bool,
}
