//! What could be typed here: names that exist at this point of history, keywords that fit, safe patterns; and what a
//! function takes.

//!
//! What could stand at a place is told by the words before it (`follow`, with the grammar of `grammar.txt`); what exists
//! of that by the catalog as of the statement. Start reading at [`completions`], then `place`, then `offer`.

mod body;
mod directive;
mod follow;
mod functions;
mod grammar;
mod list;
mod members;
mod names;
mod offer;
mod place;
mod scope;
mod signature;
mod slot;
mod values;
mod vocabulary;
mod words;

use std::ops::Range;

use crate::snippets::{SNIPPETS, Snippet};
use crate::{Cursor, FilePosition, World, config};

use follow::expected;
use list::{List, plain};
use place::{Place, around};
use words::{Around, Brackets, Inside, Speech};

pub use signature::signature_help;

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
    /// What is matched with what is typed, where the label isn't: a name without its schema, or with its quotes.
    pub filter: Option<String>,
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
    let Some(cursor) = world.at(at) else {
        let text = world.text(&at.file).filter(|_| config::is_migration(&at.file));
        if let Some(text) = text {
            return config::migration_completions(&text, at.offset);
        }
        return Completions {
            replaces: at.offset..at.offset,
            ..Completions::default()
        };
    };
    let (around, statement) = around(&cursor);
    let replaces = around.replaces.clone();
    let (replaces, items, is_incomplete) = match around.inside {
        Inside::Comment(comment) => {
            let (begun, items) = directive::completions(&cursor, comment);
            let end = replaces.end;
            (end.saturating_sub(begun)..end, items, false)
        }
        Inside::Sql | Inside::String => {
            let (items, is_cut) = in_sql(&cursor, around, statement);
            (replaces, items, is_cut)
        }
    };
    let span = cursor.span(replaces);
    Completions {
        replaces: span.map_or(at.offset..at.offset, |span| span.range),
        items,
        is_incomplete,
    }
}

fn in_sql<'w>(cursor: &Cursor<'w>, around: Around<'w>, statement: usize) -> (Vec<Completion>, bool) {
    let place = Place::new(cursor, around, statement);
    let text = cursor.text();
    let mut list = List::new(&place.around, place.case(text));
    if place.around.inside == Inside::String {
        let rest = text.get(place.around.replaces.end..).unwrap_or_default();
        values::in_string(&place, &mut list, rest.starts_with('\''));
        return list.finish();
    }
    place.offer(&mut list);
    list.next_rank();
    if place.is_start() && place.around.speech == Speech::Sql && place.around.outer.is_empty() {
        SNIPPETS
            .iter()
            .for_each(|snippet| list.other(snippet.prefix, of_snippet(snippet)));
    } else if begins_line(&place, text) {
        // The statement before may be over without a semicolon.
        for phrase in expected(&[], "statement").phrases {
            list.keyword(&phrase);
        }
    }
    let is_typed = list.prefix().len() >= 2;
    let (items, is_cut) = list.finish();
    // Rare functions are offered once something of their names was typed.
    (items, is_cut || !is_typed)
}

/// Whether a new statement might begin at the place: at the start of a line, in no parentheses.
fn begins_line(place: &Place<'_>, text: &str) -> bool {
    let before = text.get(..place.around.replaces.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let is_open = Brackets::of(&place.around.before)
        .open
        .iter()
        .any(|open| *open >= place.from);
    let may_be_over = place.expected.is_complete || place.expected.wanted.is_empty();
    may_be_over
        && line.trim().is_empty()
        && !is_open
        && place.around.speech == Speech::Sql
        && place.around.qualifiers.is_empty()
}

fn of_snippet(snippet: &Snippet) -> Completion {
    Completion {
        detail: Some(snippet.title.to_owned()),
        documentation: Some(format!("```sql\n{}\n```", snippet.filled().trim_end())),
        ..plain(
            snippet.prefix.to_owned(),
            CompletionKind::Snippet,
            Insert::Snippet(snippet.body.to_owned()),
        )
    }
}
