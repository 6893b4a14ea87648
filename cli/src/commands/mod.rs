//! One module a command.

pub mod build;
pub mod diff;
pub mod drift;
pub mod hooks;
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
pub mod sides;
pub mod target;
pub mod who;

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

/// A path as people see it: relative to the current folder where that is possible.
pub fn shown(path: &std::path::Path) -> std::path::PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(&here) {
        Ok(inside) if inside.as_os_str().is_empty() => ".".into(),
        Ok(inside) => inside.to_path_buf(),
        Err(_) => path.to_path_buf(),
    }
}
