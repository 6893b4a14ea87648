//! From a name to where it was made, to where it is used, and to another name.

use std::ops::Range;
use std::path::PathBuf;

use crate::names::Access;
use crate::{Edits, FilePosition, Span, World};

/// A place to go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The statement.
    pub whole: Span,
    /// The name in it.
    pub name: Range<usize>,
    /// The bytes of the asking file that the question was about.
    pub origin: Range<usize>,
}

/// A place where something is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name.
    pub span: Span,
    /// What is done there.
    pub access: Access,
}

/// A function, procedure or view in a hierarchy of calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Its name, qualified.
    pub name: String,
    /// What it is: `function`, `view`.
    pub detail: String,
    /// The statement that makes it.
    pub whole: Span,
    /// Its name there.
    pub selection: Range<usize>,
    /// Where it calls, or is called, in the caller's file.
    pub calls: Vec<Range<usize>>,
}

/// Why something isn't renamed, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

/// Where what is named at a place was made; where it came into being, and where it last changed if that is elsewhere.
pub fn definition(world: &World, at: &FilePosition) -> Vec<Target> {
    let _ = world.at(at);
    Vec::new()
}

/// Where the type of what is named at a place was made.
pub fn type_definition(world: &World, at: &FilePosition) -> Vec<Target> {
    let _ = world.at(at);
    Vec::new()
}

/// Where what is named at a place is named in all projects, by file and place.
pub fn references(world: &World, at: &FilePosition) -> Vec<Reference> {
    let _ = world.at(at);
    Vec::new()
}

/// The same in the file of the place alone.
pub fn highlights(world: &World, at: &FilePosition) -> Vec<Reference> {
    let _ = world.at(at);
    Vec::new()
}

/// The bytes of the name at a place and the name itself, if it can be given another.
pub fn prepare_rename(world: &World, at: &FilePosition) -> Result<(Range<usize>, String), Refusal> {
    let _ = world.at(at);
    Err(Refusal("there is nothing here that has a name".to_owned()))
}

/// Gives what is named at a place another name everywhere, quoted where it must be.
pub fn rename(world: &World, at: &FilePosition, name: &str) -> Result<Edits, Refusal> {
    let _ = (prepare_rename(world, at)?, name);
    Ok(Edits::default())
}

/// The functions and views that a place names.
pub fn callers_at(world: &World, at: &FilePosition) -> Vec<Caller> {
    let _ = world.at(at);
    Vec::new()
}

/// Who calls or reads what is made at a place (where [`Caller::whole`] and [`Caller::selection`] say).
pub fn incoming(world: &World, at: &FilePosition) -> Vec<Caller> {
    let _ = world.at(at);
    Vec::new()
}

/// What is called or read by what is made at a place.
pub fn outgoing(world: &World, at: &FilePosition) -> Vec<Caller> {
    let _ = world.at(at);
    Vec::new()
}

/// The files that links in a file lead to, with the bytes of each link: includes of psql, `load_order` and paths of YAML.
pub fn links(world: &World, file: &std::path::Path) -> Vec<(Range<usize>, PathBuf)> {
    let _ = world.stretches(file);
    Vec::new()
}
