//! What PostgreSQL's own words mean, in our words, and where its manual has more.
//!
//! The tables stand in text files beside this one: a line an entry, its page named without `.html`.

use std::collections::HashMap;
use std::sync::OnceLock;

use confiture_risk::is_volatile_builtin;
use confiture_syntax::lexer::TokenKind;

use super::tokens::{Tokens, Word};
use crate::words::code;

/// Where the pages of the manual are.
const MANUAL: &str = "https://www.postgresql.org/docs/current";

/// Words that stand between CREATE or ALTER and the object's kind and say how, not what.
const MODIFIERS: &[&str] = &[
    "OR",
    "REPLACE",
    "TEMP",
    "TEMPORARY",
    "UNLOGGED",
    "GLOBAL",
    "LOCAL",
    "UNIQUE",
    "RECURSIVE",
    "CONSTRAINT",
    "TRUSTED",
    "PROCEDURAL",
    "DEFAULT",
];

/// The longest phrase in the tables, in words.
const LONGEST: usize = 5;

/// One entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// The words, as they are written.
    title: &'static str,
    page: &'static str,
    says: &'static str,
}

type Table = HashMap<String, Entry>;

struct Manual {
    commands: Table,
    words: Table,
    types: Table,
    settings: Table,
    functions: Table,
}

fn manual() -> &'static Manual {
    static MANUAL: OnceLock<Manual> = OnceLock::new();
    MANUAL.get_or_init(|| Manual {
        commands: table(include_str!("manual/commands.txt")),
        words: table(include_str!("manual/words.txt")),
        types: table(include_str!("manual/types.txt")),
        settings: table(include_str!("manual/settings.txt")),
        functions: functions(include_str!("manual/functions.txt")),
    })
}

/// Lines of `words, words | page | text`.
fn table(text: &'static str) -> Table {
    let mut table = Table::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.splitn(3, " | ");
        if let (Some(titles), Some(page), Some(says)) = (parts.next(), parts.next(), parts.next()) {
            for title in titles.split(", ") {
                table.insert(title.to_ascii_uppercase(), Entry { title, page, says });
            }
        }
    }
    table
}

/// Lines of `name: text` under `[page]`.
fn functions(text: &'static str) -> Table {
    let mut table = Table::new();
    let mut page = "functions";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(next) => page = next,
            None => {
                let (title, says) = line.split_once(": ").unwrap_or((line, ""));
                table.insert(title.to_ascii_uppercase(), Entry { title, page, says });
            }
        }
    }
    table
}

impl Entry {
    /// The entry as Markdown.
    pub(super) fn markdown(&self) -> String {
        let about = if self.says.is_empty() { "" } else { ": " };
        format!("**{}**{about}{}\n\n{}", self.title, self.says, self.link())
    }

    /// The chapter of the manual.
    pub(super) fn link(&self) -> String {
        format!("[PostgreSQL manual: {}]({MANUAL}/{}.html)", self.title, self.page)
    }
}

/// The command that a statement is, and how many bytes from the statement's first word its words take.
pub(super) fn command(tokens: &Tokens<'_>) -> Option<(Entry, std::ops::Range<usize>)> {
    let first = tokens.words().next()?;
    let mut phrase = String::new();
    let mut found = None;
    let run = tokens
        .words()
        .take_while(|word| word.kind == TokenKind::Ident)
        .take(LONGEST + MODIFIERS.len());
    for word in run {
        let upper = word.text.to_ascii_uppercase();
        let extended = if phrase.is_empty() {
            upper.clone()
        } else {
            format!("{phrase} {upper}")
        };
        let is_modifier = matches!(phrase.as_str(), "CREATE") && MODIFIERS.contains(&upper.as_str());
        // ALTER DEFAULT PRIVILEGES has one of these words in its name, and comes before this.
        if is_modifier {
            continue;
        }
        if extended.split(' ').count() > LONGEST {
            break;
        }
        phrase = extended;
        if let Some(entry) = by_phrase(&phrase) {
            found = Some((entry, first.range.start..word.range.end));
        }
    }
    found
}

fn by_phrase(phrase: &str) -> Option<Entry> {
    let commands = &manual().commands;
    // The manual has these under longer names.
    let phrase = match phrase {
        "ROLLBACK TO" => "ROLLBACK TO SAVEPOINT",
        "RELEASE" => "RELEASE SAVEPOINT",
        "LOCK TABLE" => "LOCK",
        "TRUNCATE TABLE" => "TRUNCATE",
        "COMMENT ON" => "COMMENT",
        "DELETE FROM" => "DELETE",
        "INSERT INTO" => "INSERT",
        "MERGE INTO" => "MERGE",
        "SET SESSION CHARACTERISTICS" => "SET TRANSACTION",
        "REINDEX INDEX" | "REINDEX TABLE" | "REINDEX SCHEMA" | "REINDEX DATABASE" | "REINDEX SYSTEM" => {
            "REINDEX"
        }
        other => other,
    };
    commands.get(phrase).copied()
}

/// What the word at a place means, as Markdown, and the words that it is said of.
pub(super) fn word(tokens: &Tokens<'_>, at: usize) -> Option<(String, std::ops::Range<usize>)> {
    let word = tokens.get(at)?;
    if word.kind != TokenKind::Ident || tokens.is_after_dot(at) && !tokens.is_after_pg_catalog(at) {
        return None;
    }
    let own = |entry: Entry| (entry.markdown(), word.range.clone());
    let upper = word.text.to_ascii_uppercase();
    let manual = manual();
    if tokens.sets_parameters()
        && let Some(entry) = manual.settings.get(&upper)
    {
        return Some(own(*entry));
    }
    let is_call = tokens
        .get(at + 1)
        .is_some_and(|next| next.kind == TokenKind::LeftParen);
    if is_call && manual.functions.contains_key(&upper) {
        return Some((function(&word)?, word.range.clone()));
    }
    for table in [&manual.words, &manual.types] {
        if let Some((entry, range)) = phrase_around(table, tokens, at) {
            return Some((entry.markdown(), range));
        }
    }
    if is_call || is_called_bare(&upper) {
        return Some((function(&word)?, word.range.clone()));
    }
    let (entry, range) = phrase_around(&manual.commands, tokens, at)?;
    Some((entry.markdown(), range))
}

/// Functions that are written without parentheses.
fn is_called_bare(upper: &str) -> bool {
    upper.starts_with("CURRENT_") || ["LOCALTIME", "LOCALTIMESTAMP", "SESSION_USER"].contains(&upper)
}

/// A function of PostgreSQL's own.
fn function(word: &Word<'_>) -> Option<String> {
    let name = word.text.to_ascii_lowercase();
    let entry = manual().functions.get(&word.text.to_ascii_uppercase());
    let volatile = is_volatile_builtin(&name);
    if entry.is_none() && volatile.is_none() {
        return None;
    }
    let says = entry.map_or("", |entry| entry.says);
    let mut markdown = format!("**{}**, a function of PostgreSQL", code(&name));
    if !says.is_empty() {
        markdown.push_str(&format!(": {says}"));
    }
    match volatile {
        Some(true) => markdown.push_str("\n\nVolatile: another value for every row, so as a default of a new column it rewrites the table."),
        Some(false) => markdown.push_str("\n\nNot volatile: one value for all rows of a statement."),
        None => {}
    }
    let page = entry.map_or("functions", |entry| entry.page);
    markdown.push_str(&format!("\n\n[PostgreSQL manual]({MANUAL}/{page}.html)"));
    Some(markdown)
}

/// The longest phrase of a table that the word at a place belongs to.
fn phrase_around(table: &Table, tokens: &Tokens<'_>, at: usize) -> Option<(Entry, std::ops::Range<usize>)> {
    let first = (0..LONGEST)
        .map_while(|back| at.checked_sub(back))
        .take_while(|index| {
            tokens
                .get(*index)
                .is_some_and(|word| word.kind == TokenKind::Ident)
        })
        .last()?;
    let mut best: Option<(usize, Entry, std::ops::Range<usize>)> = None;
    for start in first..=at {
        let Some(begin) = tokens.get(start) else { continue };
        let mut phrase = String::new();
        for (count, word) in (1..=LONGEST).zip((start..).map_while(|index| tokens.get(index))) {
            if word.kind != TokenKind::Ident {
                break;
            }
            if !phrase.is_empty() {
                phrase.push(' ');
            }
            phrase.push_str(&word.text.to_ascii_uppercase());
            let covers = start + count > at;
            let longer = best.as_ref().is_none_or(|(length, ..)| count > *length);
            if covers
                && longer
                && let Some(entry) = table.get(&phrase)
            {
                best = Some((count, *entry, begin.range.start..word.range.end));
            }
        }
    }
    best.map(|(_, entry, range)| (entry, range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_an_entry() {
        let manual = manual();
        let lines = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(manual.commands.len(), lines(include_str!("manual/commands.txt")));
        assert_eq!(manual.words.len(), lines(include_str!("manual/words.txt")));
        assert_eq!(manual.settings.len(), lines(include_str!("manual/settings.txt")));
        assert!(manual.types.len() > lines(include_str!("manual/types.txt")));
        let chapters = include_str!("manual/functions.txt").matches("\n[").count();
        assert_eq!(
            manual.functions.len() + chapters,
            lines(include_str!("manual/functions.txt"))
        );
        let all = [
            &manual.commands,
            &manual.words,
            &manual.types,
            &manual.settings,
            &manual.functions,
        ];
        for entry in all.into_iter().flat_map(|table| table.values()) {
            let is_page = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(entry.page.chars().all(is_page), "{entry:?}");
            assert!(!entry.says.ends_with('.'), "{entry:?}");
            assert!(entry.title.split(' ').count() <= LONGEST, "{entry:?}");
        }
    }
}
