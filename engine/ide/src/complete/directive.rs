//! Comments that silence rules: `-- confiture: ignore rule, rule: reason`.

use confiture_lint::registry;

use super::list::plain;
use super::{Completion, CompletionKind, Insert};
use crate::Cursor;

const MARK: &str = "confiture:";

/// What a comment can say, and what that does.
const WORDS: &[(&str, &str)] = &[
    (
        "ignore",
        "silences rules on the next statement, or on this line's",
    ),
    ("ignore-start", "silences rules up to ignore-end"),
    ("ignore-end", "ends what ignore-start began"),
    ("ignore-file", "silences rules in the whole file"),
];

/// What could go on in a comment, given up to the place; and how many bytes of it a choice takes the place of.
pub(super) fn completions(cursor: &Cursor<'_>, comment: &str) -> (usize, Vec<Completion>) {
    let inner = comment.trim_start_matches(['-', '/', '*', ' ', '\t']);
    let Some(said) = inner.strip_prefix(MARK) else {
        let is_begun = !inner.is_empty() && MARK.starts_with(inner);
        let items = WORDS.iter().filter(|_| is_begun);
        let items = items.map(|(word, about)| item(format!("{MARK} {word}"), about));
        return (inner.len(), items.collect());
    };
    let said = said.trim_start();
    let Some((word, names)) = said.split_once(char::is_whitespace) else {
        let items = WORDS.iter().filter(|(word, _)| word.starts_with(said));
        return (
            said.len(),
            items
                .map(|(word, about)| item((*word).to_owned(), about))
                .collect(),
        );
    };
    // Behind a colon the reason stands.
    if !WORDS.iter().any(|(known, _)| *known == word) || names.contains(':') {
        return (0, Vec::new());
    }
    let (listed, begun) = names.rsplit_once(',').unwrap_or(("", names));
    let begun = begun.trim_start();
    let listed: Vec<&str> = listed.split(',').map(str::trim).collect();
    (begun.len(), rules(cursor, begun, &listed))
}

/// The rules that aren't listed yet: those that found something in the next statement first.
fn rules(cursor: &Cursor<'_>, begun: &str, listed: &[&str]) -> Vec<Completion> {
    let near = near(cursor);
    let typed = begun.to_lowercase();
    let fits = |name: &str| name.contains(&typed) && !listed.contains(&name);
    let mut items: Vec<Completion> = near
        .iter()
        .filter(|name| fits(name))
        .map(|name| item(name.clone(), "found something here"))
        .collect();
    let others = registry()
        .iter()
        .filter(|rule| fits(rule.name) && !near.iter().any(|name| name == rule.name));
    items.extend(others.map(|rule| item(rule.name.to_owned(), rule.summary)));
    if fits("all") {
        items.push(item("all".to_owned(), "every rule"));
    }
    let numbered = items.into_iter().enumerate();
    numbered
        .map(|(at, item)| Completion {
            sort: format!("{at:04}"),
            ..item
        })
        .collect()
}

/// The rules that found something in the statement that the place is in or before.
fn near(cursor: &Cursor<'_>) -> Vec<String> {
    let statements = cursor.live().statements(cursor.stretch.script);
    let before = cursor.text().get(..cursor.offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let is_behind = !line.trim_start().starts_with("--") && cursor.statement.is_none();
    let Some(statement) = statements.get(cursor.preceding.saturating_sub(usize::from(is_behind))) else {
        return Vec::new();
    };
    let range = statement.place().range;
    let findings = cursor.live().report().findings.iter().filter(|finding| {
        let place = finding.place;
        place.script == cursor.stretch.script
            && place.segment == cursor.stretch.segment
            && range.contains_range(place.range)
    });
    let mut names: Vec<String> = findings.map(|finding| finding.rule.to_string()).collect();
    names.dedup();
    names
}

fn item(text: String, about: &str) -> Completion {
    Completion {
        detail: Some(about.to_owned()),
        ..plain(text.clone(), CompletionKind::Keyword, Insert::Text(text))
    }
}
