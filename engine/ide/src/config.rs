//! `confiture.yaml` as it is typed: what is wrong, what could stand there, what a key means. All of it comes from the
//! schema that the documentation is made from.

use std::ops::Range;
use std::path::Path;

use crate::complete::Completions;
use crate::diagnostics::Diagnostic;
use crate::hover::Hover;

/// Whether a file holds configuration, by its name.
pub fn is_config(file: &Path) -> bool {
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    matches!(
        name,
        "confiture.yaml" | "confiture.yml" | "confiture-lint.yaml" | "confiture-lint.yml"
    )
}

/// What is wrong with a configuration file.
pub fn diagnostics(file: &Path, text: &str) -> Vec<Diagnostic> {
    let _ = (file, text);
    Vec::new()
}

/// What could stand at a byte of a configuration file.
pub fn completions(file: &Path, text: &str, offset: usize) -> Completions {
    let _ = (file, text);
    let replaces: Range<usize> = offset..offset;
    Completions {
        replaces,
        ..Completions::default()
    }
}

/// What the key or value at a byte means.
pub fn hover(file: &Path, text: &str, offset: usize) -> Option<Hover> {
    let _ = (file, text, offset);
    None
}
