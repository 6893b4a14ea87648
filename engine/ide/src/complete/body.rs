//! The body of a function while it is typed: where its statement begins, and the variables that it knows.

use confiture_syntax::Name;
use confiture_syntax::lexer::TokenKind;

use super::words::{Brackets, Word};

/// Where the statement at the end of the words begins, and the rule that it is read by.
pub(super) fn statement_start(words: &[Word<'_>]) -> (usize, &'static str) {
    let mut start = 0;
    let mut rule = "plpgsql";
    // How many CASE expressions are open: their WHEN, THEN and ELSE begin no statements.
    let mut cases = 0usize;
    for (at, word) in words.iter().enumerate() {
        if word.kind == TokenKind::Semicolon {
            (start, cases) = (at + 1, 0);
            continue;
        }
        if word.is("CASE") && at > start {
            cases += 1;
        } else if cases > 0 {
            cases -= usize::from(word.is("END"));
        } else if word.is("DECLARE") && at == start {
            (start, rule) = (at + 1, "declaration");
        } else if word.is("BEGIN") && at == start {
            (start, rule) = (at + 1, "plpgsql");
        } else if begins_block(words, at, start) {
            start = at + 1;
        }
    }
    (start, rule)
}

/// THEN, ELSE, LOOP, EXCEPTION: what follows is a statement.
fn begins_block(words: &[Word<'_>], at: usize, start: usize) -> bool {
    let Some(word) = words.get(at) else { return false };
    let ends = words.get(start).is_some_and(|first| first.is("END"));
    let raises = words.get(start).is_some_and(|first| first.is("RAISE"));
    word.is("THEN") || (word.is_any(&["ELSE", "LOOP"]) && !ends) || (word.is("EXCEPTION") && !raises)
}

/// A variable of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: Name,
    /// Its type, as written.
    pub(super) ty: String,
}

/// The variables that a place in a body knows: arguments of its function, by the words before the body, and what the body
/// declares before the place.
pub(super) fn variables(outer: &[Word<'_>], body: &[Word<'_>]) -> Vec<Variable> {
    let mut all = declared(body);
    all.extend(arguments(outer));
    all
}

/// Whether the function gives a trigger's row.
pub(super) fn is_trigger(outer: &[Word<'_>]) -> bool {
    let returns = outer.iter().position(|word| word.is("RETURNS"));
    returns.is_some_and(|at| outer.get(at + 1).is_some_and(|word| word.is("TRIGGER")))
}

/// The name of the function that the words before a body create.
pub(super) fn function_name(outer: &[Word<'_>]) -> Option<Name> {
    let open = outer.iter().position(|word| word.kind == TokenKind::LeftParen)?;
    Some(outer.get(open.checked_sub(1)?)?.name())
}

fn arguments(outer: &[Word<'_>]) -> Vec<Variable> {
    let routine = outer.iter().any(|word| word.is_any(&["FUNCTION", "PROCEDURE"]));
    let open = outer.iter().position(|word| word.kind == TokenKind::LeftParen);
    let Some(open) = open.filter(|_| routine) else {
        return Vec::new();
    };
    let brackets = Brackets::of(outer);
    let mut all = Vec::new();
    let table = outer.iter().position(|word| word.is("TABLE")).map(|at| at + 1);
    for open in [Some(open), table].into_iter().flatten() {
        let Some(close) = brackets.close(open) else {
            continue;
        };
        for part in parts(outer.get(open + 1..close).unwrap_or_default()) {
            let modes = ["IN", "OUT", "INOUT", "VARIADIC"];
            let part = match part {
                [mode, rest @ ..] if mode.is_any(&modes) => rest,
                other => other,
            };
            if let [name, _, ..] = part
                && name.is_name()
            {
                all.push(variable(name, part));
            }
        }
    }
    all
}

fn variable(name: &Word<'_>, part: &[Word<'_>]) -> Variable {
    let end = part
        .iter()
        .position(|word| word.is_any(&["DEFAULT", "NOT"]) || matches!(word.text, "=" | ":="))
        .unwrap_or(part.len());
    let ty: Vec<&str> = part
        .get(1..end)
        .unwrap_or_default()
        .iter()
        .map(|word| word.text)
        .filter(|text| !text.eq_ignore_ascii_case("constant"))
        .collect();
    Variable {
        name: name.name(),
        ty: ty.join(" "),
    }
}

/// The parts between commas, those in parentheses left whole.
fn parts<'w, 't>(words: &'w [Word<'t>]) -> Vec<&'w [Word<'t>]> {
    let mut depth = 0usize;
    let split = words.split(move |word| {
        match word.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
            TokenKind::RightParen | TokenKind::RightBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && word.kind == TokenKind::Comma
    });
    split.collect()
}

/// What DECLARE sections and FOR loops before the place name.
fn declared(body: &[Word<'_>]) -> Vec<Variable> {
    let mut all = Vec::new();
    let mut declaring = false;
    for statement in body.split_inclusive(|word| {
        word.kind == TokenKind::Semicolon || word.is_any(&["DECLARE", "BEGIN", "LOOP"])
    }) {
        if let [name, second, ..] = statement
            && declaring
            && name.is_name()
            && second.kind != TokenKind::Semicolon
        {
            let end = statement.len() - 1;
            all.push(variable(name, statement.get(..end).unwrap_or_default()));
        }
        let looped = statement.iter().position(|word| word.is_any(&["FOR", "FOREACH"]));
        if let Some(name) = looped.and_then(|at| statement.get(at + 1))
            && name.is_name()
            && statement.last().is_some_and(|last| last.is("LOOP"))
        {
            all.push(Variable {
                name: name.name(),
                ty: "loop variable".to_owned(),
            });
        }
        match statement.last() {
            Some(last) if last.is("DECLARE") => declaring = true,
            Some(last) if last.is("BEGIN") => declaring = false,
            _ => {}
        }
    }
    all
}
