//! Tables of contents: of a file, and of all projects.

mod fuzzy;
mod label;
mod outline;
mod workspace;

use std::ops::Range;
use std::path::Path;

use confiture_project::{Direction, Script};

use crate::parts::{self, Part};
use crate::{Span, Stretch, World};
pub use workspace::workspace_symbols;

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum SymbolKind {
    Schema,
    Table,
    View,
    Column,
    Constraint,
    Index,
    Sequence,
    Type,
    EnumLabel,
    Function,
    Trigger,
    Policy,
    Extension,
    /// A statement that makes nothing of its own: an ALTER, a DROP.
    Statement,
    /// A part of a file that is a script of its own: a direction of a migration, a hook.
    Section,
}

/// Something in a file's table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentSymbol {
    /// Its name.
    pub name: String,
    /// A few words beside it.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it, in bytes of the file.
    pub range: Range<usize>,
    /// Its name's place, within `range`.
    pub selection: Range<usize>,
    /// What it has inside.
    pub children: Vec<DocumentSymbol>,
}

/// Something that exists in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceSymbol {
    /// Its name, qualified unless it is in `public`.
    pub name: String,
    /// What it belongs to: the table of an index.
    pub container: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// Where it was made.
    pub span: Span,
}

/// A file's table of contents. Where a file holds several scripts, each is a section.
pub fn document_symbols(world: &World, file: &Path) -> Vec<DocumentSymbol> {
    let parts = parts::of(world, file);
    let mut sections: Vec<(Section, DocumentSymbol)> = Vec::new();
    for part in &parts {
        let Some(section) = section(world, part.stretch) else {
            continue;
        };
        let symbols = outline::symbols(world, part);
        match sections.last_mut() {
            Some((last, symbol)) if *last == section => {
                symbol.range.end = end(part);
                symbol.children.extend(symbols);
            }
            _ => {
                let symbol = section_symbol(part, &section, symbols);
                sections.push((section, symbol));
            }
        }
    }
    if sections.len() == 1 {
        return sections.pop().map(|(_, only)| only.children).unwrap_or_default();
    }
    sections.into_iter().map(|(_, symbol)| symbol).collect()
}

/// What a stretch of a file belongs to.
#[derive(Debug, PartialEq, Eq)]
struct Section {
    project: usize,
    script: usize,
    /// The hook's key and phase, where it is one.
    hook: Option<(String, String)>,
    direction: Direction,
}

fn section(world: &World, stretch: Stretch) -> Option<Section> {
    let script: &Script = world.script(stretch)?;
    let hook = stretch.segment.checked_sub(script.segments.len());
    let hook = hook.and_then(|number| script.hooks.get(number));
    Some(Section {
        project: stretch.project,
        script: stretch.script,
        hook: hook.map(|hook| (hook.key.clone(), hook.phase.clone())),
        direction: script.direction,
    })
}

fn section_symbol(part: &Part<'_>, section: &Section, children: Vec<DocumentSymbol>) -> DocumentSymbol {
    let (name, detail) = match &section.hook {
        Some((key, phase)) => (key.clone(), phase.clone()),
        None => (direction(section.direction).to_owned(), String::new()),
    };
    let text = &part.segment.source.text;
    let own = text.get(part.range.clone()).unwrap_or_default();
    let line = own.lines().next().map_or(0, str::len);
    DocumentSymbol {
        name,
        detail,
        kind: SymbolKind::Section,
        selection: part.range.start..part.range.start + line,
        range: part.range.start..end(part).max(part.range.start + line),
        children,
    }
}

/// Where a part ends but for blank lines.
fn end(part: &Part<'_>) -> usize {
    let own = part.segment.source.text.get(part.range.clone());
    part.range.start + own.map_or(0, |own| own.trim_end().len())
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
        Direction::Repeatable => "repeatable",
        Direction::Baseline => "baseline",
        Direction::Schema => "schema",
        Direction::Seed => "seed",
    }
}
