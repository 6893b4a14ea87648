//! EXECUTE: what it runs, where that can be read off.

use super::map::SourceMap;
use super::plpgsql::Fragment;
use super::{Dynamic, Nested, constant, statements_in};
use crate::lexer::{Dialect, Lexer, Token, TokenKind};
use crate::range::TextRange;
use crate::syntax::Syntax;

/// The statements that an EXECUTE of the expression at `fragment` runs; one without text when that can't be known.
pub(super) fn statements(text: &str, map: &SourceMap, fragment: &Fragment) -> Vec<Nested> {
    let Some((sql, sql_map)) = literal_sql(text, map, fragment.range) else {
        let dynamic = Dynamic {
            range: map.to_outer(fragment.range),
        };
        let nothing = map.part(TextRange::empty(fragment.range.start), 0);
        return vec![nested(fragment, Syntax::opaque(""), Some(dynamic), nothing)];
    };
    let statement = |range: TextRange| {
        let syntax = Syntax::parse_as(range.slice(&sql), Dialect::Server);
        nested(fragment, syntax, None, sql_map.part(range, 0))
    };
    statements_in(&sql).into_iter().map(statement).collect()
}

fn nested(fragment: &Fragment, syntax: Syntax, dynamic: Option<Dynamic>, map: SourceMap) -> Nested {
    Nested {
        syntax,
        context: fragment.context,
        guarded: fragment.guarded,
        dynamic,
        map,
    }
}

/// The SQL of an expression that is one string constant, or `format('…')` of one without placeholders.
fn literal_sql(text: &str, map: &SourceMap, range: TextRange) -> Option<(String, SourceMap)> {
    let lexer = Lexer::new(range.slice(text), Dialect::Server);
    let tokens: Vec<Token> = lexer.filter(|token| !token.kind.is_trivia()).collect();
    let slice = |token: &Token| token.range.offset(range.start).slice(text);
    let is_call = |open: &Token, close: &Token| {
        open.kind == TokenKind::LeftParen && close.kind == TokenKind::RightParen
    };
    let (token, formatted) = match tokens.as_slice() {
        [one] => (one, false),
        [open, one, close] if is_call(open, close) => (one, false),
        [name, open, one, close] if slice(name).eq_ignore_ascii_case("format") && is_call(open, close) => {
            (one, true)
        }
        _ => return None,
    };
    if !token.kind.is_string() {
        return None;
    }
    // The constant lies in the body, the body in the statement.
    let (value, in_body) = constant(slice(token), token.range.start + range.start)?;
    let in_statement = in_body.through(map);
    if !formatted {
        return Some((value, in_statement));
    }
    let (sql, cuts) = percents_undoubled(&value)?;
    let sql_map = in_statement.cut(&cuts, (sql.len() as u32, value.len() as u32));
    Some((sql, sql_map))
}

/// The value of `format` where the only placeholders are `%%`, and where its stretches come from.
fn percents_undoubled(value: &str) -> Option<(String, Vec<(u32, u32)>)> {
    let mut result = String::with_capacity(value.len());
    let mut cuts = vec![(0, 0)];
    let mut rest = value;
    while let Some(at) = rest.find('%') {
        let after = rest[at + 1..].strip_prefix('%')?;
        result.push_str(&rest[..=at]);
        cuts.push((result.len() as u32, (value.len() - after.len()) as u32));
        rest = after;
    }
    result.push_str(rest);
    Some((result, cuts))
}
