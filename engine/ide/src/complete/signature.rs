//! The call that a place is in: what its function takes, and which argument is being typed.

use confiture_schema::apply::State;
use confiture_schema::change::ObjectRef;
use confiture_syntax::Name;
use confiture_syntax::lexer::TokenKind;

use super::functions::{self, Callable};
use super::place::{Place, around};
use super::scope::object;
use super::values::{commas, inserted};
use super::words::{Brackets, Inside, Word};
use super::{Signature, SignatureHelp};
use crate::{FilePosition, World};

/// The call that a place is in; the values of an INSERT count as arguments called like their columns.
pub fn signature_help(world: &World, at: &FilePosition) -> Option<SignatureHelp> {
    let cursor = world.at(at)?;
    let (mut around, statement) = around(&cursor);
    if matches!(around.inside, Inside::Comment(_)) {
        return None;
    }
    // What is being typed is a part of the argument, not of the words before it.
    around.qualifiers.clear();
    let place = Place::new(&cursor, around, statement);
    let words = place.words.get(..place.at)?;
    let open = Brackets::of(words).open;
    for open in open.into_iter().rev().filter(|open| *open >= place.from) {
        let inside = words.get(open + 1..)?;
        if inside
            .first()
            .is_some_and(|word| word.is_any(&["SELECT", "WITH"]))
        {
            return None;
        }
        let is_bracket = words
            .get(open)
            .is_none_or(|word| word.kind != TokenKind::LeftParen);
        let called = open.checked_sub(1).and_then(|at| words.get(at));
        if is_bracket || called.is_none() {
            continue;
        }
        let found = if called.is_some_and(|word| word.is("VALUES") || word.kind == TokenKind::Comma) {
            row(&place)
        } else {
            call(&place, words.get(..open)?, inside)
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The functions that are called, by the words before the parenthesis.
fn call(place: &Place<'_>, before: &[Word<'_>], inside: &[Word<'_>]) -> Option<SignatureHelp> {
    let name = called(before)?;
    let callables = callables(place, &name);
    let argument = commas(inside);
    let count = argument + usize::from(!inside.is_empty() || argument > 0);
    // The one with the fewest arguments that takes so many.
    let fitting = callables
        .iter()
        .enumerate()
        .filter(|(_, callable)| callable.takes(count));
    let active = fitting
        .min_by_key(|(_, callable)| {
            (
                named_argument(callable, inside).is_none(),
                callable.arguments.len(),
            )
        })
        .map_or(0, |(at, _)| at);
    let last = callables.get(active)?;
    let argument = named_argument(last, inside).unwrap_or(argument);
    let argument = if last.variadic {
        argument.min(last.arguments.len().saturating_sub(1))
    } else {
        argument
    };
    let shown = match &name.schema {
        Some(schema) => format!("{}.{}", schema.quoted(), name.name.quoted()),
        // Some of PostgreSQL's own are keywords.
        None if place.before.functions_named(&name).is_empty() => name.name.to_string(),
        None => name.name.quoted(),
    };
    Some(SignatureHelp {
        signatures: callables
            .iter()
            .map(|callable| callable.signature(&shown))
            .collect(),
        active,
        argument,
    })
}

/// The function that is named before a parenthesis.
fn called(before: &[Word<'_>]) -> Option<ObjectRef> {
    let (last, rest) = before.split_last()?;
    if !last.is_name() && !last.is_any(&["LEFT", "RIGHT", "CURRENT_USER"]) {
        return None;
    }
    // A name that is made here, or a list of columns, is no call.
    let previous = rest.last();
    let makes = [
        "FUNCTION",
        "PROCEDURE",
        "TABLE",
        "INTO",
        "ON",
        "AS",
        "REFERENCES",
        "VIEW",
        "EXISTS",
        "AGGREGATE",
        "INDEX",
        "TYPE",
    ];
    let schema = match rest {
        [.., schema, dot] if dot.kind == TokenKind::Dot => Some(schema.name()),
        _ => None,
    };
    let makes_it = match schema {
        Some(_) => rest
            .get(..rest.len() - 2)?
            .last()
            .is_some_and(|word| word.is_any(&makes)),
        None => previous.is_some_and(|word| word.is_any(&makes)),
    };
    let is_routine_call = before
        .first()
        .is_some_and(|word| word.is_any(&["CALL", "SELECT"]));
    (!makes_it || is_routine_call && schema.is_some()).then(|| object(schema, last.name()))
}

fn callables(place: &Place<'_>, name: &ObjectRef) -> Vec<Callable> {
    let state: &State = &place.before;
    let keys = state.functions_named(name);
    let own = keys.iter().filter_map(|key| {
        let function = state.catalog.functions.get(key)?;
        Some(functions::of_project(place.live, key, function))
    });
    let mut all: Vec<Callable> = own.collect();
    let is_builtin = name.schema.is_none()
        || name
            .schema
            .as_ref()
            .is_some_and(|schema| *schema == *"pg_catalog");
    if all.is_empty() && is_builtin {
        let builtins = functions::builtins()
            .iter()
            .filter(|callable| callable.name == name.name);
        all.extend(builtins.cloned());
    }
    all
}

/// `f(b => 1`: the argument of that name.
fn named_argument(callable: &Callable, inside: &[Word<'_>]) -> Option<usize> {
    let mut depth = 0usize;
    let own = inside.rsplit(|word| {
        match word.kind {
            TokenKind::RightParen | TokenKind::RightBracket => depth += 1,
            TokenKind::LeftParen | TokenKind::LeftBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && word.kind == TokenKind::Comma
    });
    let [name, arrow, ..] = own.into_iter().next()? else {
        return None;
    };
    if !matches!(arrow.text, "=>" | ":=") {
        return None;
    }
    let wanted: Name = name.name();
    let modes = ["OUT ", "INOUT ", "VARIADIC "];
    callable.arguments.iter().position(|argument| {
        let bare = modes
            .iter()
            .find_map(|mode| argument.strip_prefix(mode))
            .unwrap_or(argument);
        bare.split_once(' ')
            .is_some_and(|(first, _)| Name::fold(first) == wanted)
    })
}

/// The row of an INSERT that the place is in: its columns are what it takes.
fn row(place: &Place<'_>) -> Option<SignatureHelp> {
    let (columns, argument) = inserted(place)?;
    let into = place.words.iter().position(|word| word.is("INTO"))?;
    let dot = place
        .words
        .get(into + 2)
        .is_some_and(|word| word.kind == TokenKind::Dot);
    let name = place.words.get(into + if dot { 3 } else { 1 })?;
    let arguments = columns.iter().map(|column| {
        let ty = column.ty.as_ref().map(|ty| format!(" {}", place.type_text(ty)));
        let ty = ty.unwrap_or_default();
        format!("{}{ty}", column.name.quoted())
    });
    let callable = Callable {
        name: name.name(),
        arguments: arguments.collect(),
        variadic: false,
        returns: None,
        documentation: columns
            .get(argument)
            .and_then(|column| column.column.as_ref()?.comment.as_deref().map(str::to_owned)),
    };
    let signature: Signature = callable.signature(&format!("{} ", name.name().quoted()));
    Some(SignatureHelp {
        signatures: vec![signature],
        active: 0,
        argument,
    })
}
