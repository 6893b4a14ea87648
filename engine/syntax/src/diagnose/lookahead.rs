//! Where PostgreSQL looks at two tokens to name the first.
//!
//! Its scanner tells the NOT before BETWEEN, IN, LIKE, ILIKE and SIMILAR from other NOTs, and the WITH before TIME and ORDINALITY
//! from other WITHs, so that the word itself, not what follows it, is in the wrong place. The grammar doesn't.

use crate::keywords::category;
use crate::lexer::{Dialect, Lexer, Token, TokenKind};
use crate::parser;
use crate::prepare::Prepared;

/// The token that PostgreSQL names when the grammar stumbled over `failed`.
pub(super) fn named_token(text: &str, dialect: Dialect, prepared: &Prepared<'_>, failed: Token) -> Token {
    let mut last_two = [None, None];
    for token in Lexer::new(text, dialect).filter(|token| !token.kind.is_trivia()) {
        if token.range.start >= failed.range.start {
            break;
        }
        last_two = [last_two[1], Some(token)];
    }
    let [Some(before), Some(last)] = last_two else {
        return failed;
    };
    let is = |token: Token, words: &[&str]| {
        token.kind == TokenKind::Ident
            && words
                .iter()
                .any(|word| token.range.slice(text).eq_ignore_ascii_case(word))
    };
    let with =
        is(last, &["with"]) && !is(failed, &["time", "ordinality"]) && is(before, &["time", "timestamp"]);
    let not = is(last, &["not"])
        && !is(failed, &["between", "in", "like", "ilike", "similar"])
        && !is_keyword(text, before);
    if with
        || (not && prepared.shifts.is_empty() && !not_may_follow(&prepared.text[..last.range.start as usize]))
    {
        return last;
    }
    failed
}

fn is_keyword(text: &str, token: Token) -> bool {
    token.kind == TokenKind::Operator
        || (token.kind == TokenKind::Ident
            && category(&token.range.slice(text).to_ascii_lowercase()).is_some())
}

/// Whether the NOT of a constraint, or of NOT OF, may come behind `before`.
fn not_may_follow(before: &str) -> bool {
    ["NULL", "VALID", "DEFERRABLE", "OF x"].iter().any(|word| {
        let probe = format!("{before} NOT {word}");
        parser::first_failure(&probe).is_none_or(|failed| failed >= probe.len())
    })
}
