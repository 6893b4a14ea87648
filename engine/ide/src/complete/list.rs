//! The list that is offered: what fits what was typed, the nearest first, no more than can be read.

use confiture_syntax::Name;

use super::words::Around;
use super::{Completion, CompletionKind, Insert};

/// How many choices a list has at most.
pub(super) const MOST: usize = 200;

/// How keywords are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Lower,
}

/// Choices as they are gathered.
#[derive(Debug)]
pub(super) struct List {
    prefix: String,
    quoted: bool,
    case: Case,
    /// How near what is gathered now is; 0 comes first.
    rank: u8,
    found: Vec<Found>,
}

/// A choice and what sorts it.
#[derive(Debug)]
struct Found {
    score: u8,
    rank: u8,
    completion: Completion,
}

/// A choice that is a name.
#[derive(Debug)]
pub(super) struct Named<'n> {
    pub(super) kind: CompletionKind,
    /// What stands before the name, as SQL, its dot included; empty for none.
    pub(super) qualifier: String,
    pub(super) name: &'n Name,
    pub(super) detail: Option<String>,
    pub(super) documentation: Option<String>,
}

impl List {
    pub(super) fn new(around: &Around<'_>, case: Case) -> List {
        List {
            prefix: around.prefix.to_lowercase(),
            quoted: around.quoted,
            case,
            rank: 0,
            found: Vec::new(),
        }
    }

    /// What is gathered from now on comes behind what was.
    pub(super) fn next_rank(&mut self) {
        self.rank = self.rank.saturating_add(1);
    }

    /// What was typed so far.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether what is called so fits what was typed; for those whose details cost something.
    pub(super) fn fits(&self, name: &str) -> bool {
        score(&self.prefix, name).is_some()
    }

    /// Keywords, given in capitals.
    pub(super) fn keyword(&mut self, phrase: &str) {
        let spelled = match self.case {
            Case::Upper => phrase.to_owned(),
            Case::Lower => phrase.to_lowercase(),
        };
        let insert = Insert::Text(spelled.clone());
        self.other(phrase, plain(spelled, CompletionKind::Keyword, insert));
    }

    /// A name.
    pub(super) fn name(&mut self, named: Named<'_>) {
        let Some(score) = score(&self.prefix, named.name.as_str()) else {
            return;
        };
        let quoted = if self.quoted {
            format!("\"{}\"", named.name.as_str().replace('"', "\"\""))
        } else {
            named.name.quoted()
        };
        let text = format!("{}{quoted}", named.qualifier);
        let label = format!("{}{}", named.qualifier, named.name.as_str());
        let filter = if self.quoted {
            Some(text.clone())
        } else {
            (!named.qualifier.is_empty()).then(|| named.name.as_str().to_owned())
        };
        let completion = Completion {
            label,
            kind: named.kind,
            detail: named.detail,
            documentation: named.documentation,
            insert: Insert::Text(text),
            filter,
            sort: String::new(),
        };
        self.put(score, completion);
    }

    /// Anything else, matched by `matched`. Not behind a quote: there only names can stand.
    pub(super) fn other(&mut self, matched: &str, completion: Completion) {
        if self.quoted {
            return;
        }
        if let Some(score) = score(&self.prefix, matched) {
            self.put(score, completion);
        }
    }

    fn put(&mut self, score: u8, completion: Completion) {
        self.found.push(Found {
            score,
            rank: self.rank,
            completion,
        });
    }

    /// The choices in their order, and whether some were left out.
    pub(super) fn finish(mut self) -> (Vec<Completion>, bool) {
        self.found.sort_by_key(|found| (found.score, found.rank));
        let mut seen = std::collections::HashSet::new();
        self.found
            .retain(|found| seen.insert((found.completion.label.clone(), found.completion.kind)));
        let is_cut = self.found.len() > MOST;
        self.found.truncate(MOST);
        let numbered = self.found.into_iter().enumerate();
        let items = numbered.map(|(at, found)| Completion {
            sort: format!("{at:04}"),
            ..found.completion
        });
        (items.collect(), is_cut)
    }
}

/// A choice that says nothing more.
pub(super) fn plain(label: String, kind: CompletionKind, insert: Insert) -> Completion {
    Completion {
        label,
        kind,
        detail: None,
        documentation: None,
        insert,
        filter: None,
        sort: String::new(),
    }
}

/// How well a name fits what was typed: 0 where it is that, more where it begins so or holds it elsewhere; `None` where
/// it doesn't.
fn score(typed: &str, name: &str) -> Option<u8> {
    if typed.is_empty() {
        return Some(0);
    }
    let name = name.to_lowercase();
    if name == typed {
        return Some(0);
    }
    if name.starts_with(typed) {
        return Some(1);
    }
    let word = |at: usize| {
        at == 0
            || name
                .as_bytes()
                .get(at - 1)
                .is_some_and(|byte| !byte.is_ascii_alphanumeric())
    };
    match name.find(typed) {
        Some(at) => Some(if word(at) { 2 } else { 3 }),
        None => is_subsequence(typed, &name).then_some(4),
    }
}

/// Whether the characters stand in a name in that order, the first one at a word's start.
fn is_subsequence(typed: &str, name: &str) -> bool {
    let mut rest = name.chars();
    let same_start = typed.chars().next() == name.chars().next();
    same_start && typed.chars().all(|c| rest.any(|other| other == c))
}

/// A text within a snippet.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}
