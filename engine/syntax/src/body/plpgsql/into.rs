//! The target of `SELECT … INTO x, y`.

use super::cursor::Cursor;
use crate::lexer::TokenKind;
use crate::range::TextRange;

/// Where the INTO clause of the statement that comes next is; `None` when it has none.
pub(super) fn target(cursor: &Cursor<'_>) -> Option<TextRange> {
    let is = |ahead: usize, word: &str| {
        cursor.token(ahead).is_some_and(|token| {
            token.kind == TokenKind::Ident && cursor.slice(token).eq_ignore_ascii_case(word)
        })
    };
    // IMPORT FOREIGN SCHEMA … INTO, INSERT INTO and MERGE INTO are SQL's own.
    if is(0, "import") || is(0, "create") {
        return None;
    }
    let mut ahead = 0;
    loop {
        let token = cursor.token(ahead)?;
        if token.kind == TokenKind::Semicolon {
            return None;
        }
        if ahead > 0 && is(ahead, "into") && !is(ahead - 1, "insert") && !is(ahead - 1, "merge") {
            break;
        }
        ahead += 1;
    }
    let start = cursor.token(ahead)?.range;
    ahead += 1;
    if is(ahead, "strict") {
        ahead += 1;
    }
    let mut whole = start;
    loop {
        let (end, next) = variable(cursor, ahead)?;
        whole = whole.cover(end);
        ahead = next;
        if cursor
            .token(ahead)
            .is_none_or(|token| token.kind != TokenKind::Comma)
        {
            return Some(whole);
        }
        ahead += 1;
    }
}

/// `x`, `x.y`, `x[1]`, `$1`: its last token and what comes behind it.
fn variable(cursor: &Cursor<'_>, mut ahead: usize) -> Option<(TextRange, usize)> {
    let first = cursor.token(ahead)?;
    if !matches!(
        first.kind,
        TokenKind::Ident | TokenKind::QuotedIdent | TokenKind::Param
    ) {
        return None;
    }
    let mut end = first.range;
    ahead += 1;
    loop {
        match cursor.token(ahead).map(|token| token.kind) {
            Some(TokenKind::Dot) => {
                end = cursor.token(ahead + 1)?.range;
                ahead += 2;
            }
            Some(TokenKind::LeftBracket) => {
                while cursor.token(ahead)?.kind != TokenKind::RightBracket {
                    ahead += 1;
                }
                end = cursor.token(ahead)?.range;
                ahead += 1;
            }
            _ => return Some((end, ahead)),
        }
    }
}
