//! From a name to where it was made, to where it is used, and to another name.

mod calls;
mod define;
mod find;
mod history;
mod links;
mod rename;

use std::ops::Range;

use crate::names::{Access, Symbol};
use crate::{FilePosition, Span, World};

pub use calls::{callers_at, incoming, outgoing};
pub use define::{definition, type_definition};
pub use links::links;
pub use rename::{prepare_rename, rename};

use find::{Search, Site, here, span_of, stands_in};

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

/// Where what is named at a place is named in all projects of its database, by file and place.
pub fn references(world: &World, at: &FilePosition) -> Vec<Reference> {
    named(world, at, |_| true)
}

/// The same in the file of the place alone.
pub fn highlights(world: &World, at: &FilePosition) -> Vec<Reference> {
    named(world, at, |site| stands_in(world, site, &at.file))
}

/// Where what is named at a place is named in the statements that `holds` accepts.
fn named(world: &World, at: &FilePosition, holds: impl Fn(Site) -> bool) -> Vec<Reference> {
    let Some(here) = here(world, at) else {
        return Vec::new();
    };
    if let Symbol::Local(..) = here.occurrence.symbol {
        let own = here.all.iter().filter(|o| o.symbol == here.occurrence.symbol);
        let spans = own.filter_map(|o| Some((span_of(world, here.site, o.range.clone())?, o.access)));
        return in_order(spans.collect());
    }
    let search = Search::new(world, here.site.project, [&here.occurrence]);
    let symbol = search.lasting(here.site, &here.occurrence);
    let hits = search.hits(&symbol, |site, _| holds(site)).into_iter();
    let spans = hits.filter_map(|hit| {
        let span = span_of(world, hit.site, hit.occurrence.range)?;
        Some((span, hit.occurrence.access))
    });
    in_order(spans.collect())
}

/// By file and place, each once: a file may be a part of several scripts.
fn in_order(mut spans: Vec<(Span, Access)>) -> Vec<Reference> {
    spans.sort_by(|(a, _), (b, _)| (&a.file, a.range.start).cmp(&(&b.file, b.range.start)));
    spans.dedup_by(|(a, _), (b, _)| a == b);
    spans
        .into_iter()
        .map(|(span, access)| Reference { span, access })
        .collect()
}
