//! What could be typed here: names that exist at this point of history, keywords that fit, safe patterns; and what a
//! function takes.

use std::ops::Range;

use crate::{FilePosition, World};

/// Something that could be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is shown, and matched with what is typed.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside it: a type, a signature.
    pub detail: Option<String>,
    /// More of it, as Markdown.
    pub documentation: Option<String>,
    /// What takes the place of [`Completions::replaces`].
    pub insert: Insert,
    /// Sorts the list: what is near comes first.
    pub sort: String,
}

/// What is inserted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Insert {
    /// A text as it is.
    Text(String),
    /// A text with places to fill in, in the protocol's snippet syntax.
    Snippet(String),
}

/// What a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum CompletionKind {
    Schema,
    Table,
    View,
    Column,
    Type,
    EnumLabel,
    Function,
    Sequence,
    Index,
    Constraint,
    Trigger,
    Policy,
    Role,
    Extension,
    Keyword,
    Snippet,
}

/// What could be typed at a place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completions {
    /// The bytes of the file that a choice takes the place of: the word that was begun.
    pub replaces: Range<usize>,
    /// The choices.
    pub items: Vec<Completion>,
    /// Whether more typing may bring others, so that the list must be asked for again.
    pub is_incomplete: bool,
}

/// A call that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHelp {
    /// The functions of that name.
    pub signatures: Vec<Signature>,
    /// The one that fits best.
    pub active: usize,
    /// The argument that the cursor is in.
    pub argument: usize,
}

/// What a function takes and gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// As SQL: `f(a integer, b text) → boolean`.
    pub label: String,
    /// The bytes of the label for each argument.
    pub arguments: Vec<Range<usize>>,
    /// More of it, as Markdown.
    pub documentation: Option<String>,
}

/// What could be typed at a place.
pub fn completions(world: &World, at: &FilePosition) -> Completions {
    let _ = world.at(at);
    Completions::default()
}

/// The call that a place is in.
pub fn signature_help(world: &World, at: &FilePosition) -> Option<SignatureHelp> {
    let _ = world.at(at)?;
    None
}
