//! The words around a place: what stands before it, what is being typed, what follows.
//!
//! The text before and the text behind the place are read apart, so that a quote or a comment that isn't closed yet
//! doesn't swallow what follows.

use std::ops::Range;

use confiture_syntax::Name;
use confiture_syntax::keywords::{KeywordCategory, category};
use confiture_syntax::lexer::{Dialect, Lexer, Token, TokenKind};

/// How much of a text behind the place is read, in bytes.
const AHEAD: usize = 64 * 1024;

/// How deep bodies in bodies are followed: a function in a DO block, SQL in a string that it executes.
const MAX_BODIES: usize = 4;

/// A token that says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'t> {
    pub(super) kind: TokenKind,
    pub(super) text: &'t str,
    /// Where it begins in the stretch's text.
    pub(super) start: usize,
}

impl Word<'_> {
    /// Whether it is this keyword, spelled in capitals here.
    pub(super) fn is(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Ident && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is one of these keywords.
    pub(super) fn is_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    /// Whether it may be the name of something.
    pub(super) fn is_name(&self) -> bool {
        match self.kind {
            TokenKind::QuotedIdent | TokenKind::UnicodeIdent | TokenKind::IdentVariable => true,
            TokenKind::Ident => category(&self.text.to_ascii_lowercase()) != Some(KeywordCategory::Reserved),
            _ => false,
        }
    }

    /// The name that it means.
    pub(super) fn name(&self) -> Name {
        Name::fold(self.text)
    }
}

/// What the place is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside<'t> {
    /// SQL.
    Sql,
    /// A comment; its text up to the place, its marks included.
    Comment(&'t str),
    /// A string constant.
    String,
}

/// Whose statements the words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speech {
    /// A script's.
    Sql,
    /// A function's body or a DO block in PL/pgSQL.
    PlPgSql,
}

/// The words around a place.
#[derive(Debug)]
pub(super) struct Around<'t> {
    /// The words before, the one that is being typed and the names that qualify it left out.
    pub(super) before: Vec<Word<'t>>,
    /// The words behind, up to the end of the statement.
    pub(super) after: Vec<Word<'t>>,
    /// `a.b.` before the word that is being typed: `a`, `b`.
    pub(super) qualifiers: Vec<Name>,
    /// The word that is being typed up to the place, its opening quote left out.
    pub(super) prefix: &'t str,
    /// Whether that word was begun with a quote.
    pub(super) quoted: bool,
    /// What a choice takes the place of, in the stretch's text.
    pub(super) replaces: Range<usize>,
    pub(super) inside: Inside<'t>,
    pub(super) speech: Speech,
    /// The words before a body that the place is in, outermost first: its CREATE FUNCTION or DO.
    pub(super) outer: Vec<Vec<Word<'t>>>,
}

impl<'t> Around<'t> {
    /// The words around `offset` in the part `window` of a text.
    pub(super) fn new(text: &'t str, window: Range<usize>, offset: usize) -> Around<'t> {
        let offset = text.floor_char_boundary(offset.min(text.len()));
        let end = text.floor_char_boundary(window.end.clamp(offset, text.len()));
        let mut start = text.floor_char_boundary(window.start.min(offset));
        let mut end = end.min(text.floor_char_boundary(offset.saturating_add(AHEAD)));
        let mut dialect = Dialect::Psql;
        let mut outer = Vec::new();
        let mut speech = Speech::Sql;
        loop {
            let (mut before, last) = read(text, start..offset, dialect);
            let open = last.filter(|last| !last.terminated && outer.len() < MAX_BODIES);
            let body = open.and_then(|token| body(text, token, start, offset, &before));
            let Some(body) = body else {
                let typed = Typed::new(text, last, start, offset, &mut before);
                let after = read_until_semicolon(text, typed.resume.min(end)..end, dialect);
                let qualifiers = qualifiers(&mut before, typed.inside);
                return Around {
                    before,
                    after,
                    qualifiers,
                    prefix: typed.prefix,
                    quoted: typed.quoted,
                    replaces: typed.replaces,
                    inside: typed.inside,
                    speech,
                    outer,
                };
            };
            start = body.start;
            let close = body.end(text, offset, end);
            let behind = read_until_semicolon(text, close..end, Dialect::Server);
            let is_sql = language(&behind).is_some_and(|name| name == *"sql");
            speech = if is_sql { Speech::Sql } else { body.speech };
            end = close;
            dialect = Dialect::Server;
            outer.push(before);
        }
    }

    /// Whether the word behind the place, touching it or not, is this.
    pub(super) fn is_followed_by(&self, text: &str) -> bool {
        self.after
            .first()
            .is_some_and(|word| word.text.eq_ignore_ascii_case(text))
    }
}

/// A body that isn't closed before the place.
struct Body<'t> {
    start: usize,
    close: &'t str,
    speech: Speech,
}

impl Body<'_> {
    /// Where it ends: at its closing quote.
    fn end(&self, text: &str, offset: usize, end: usize) -> usize {
        let rest = text.get(offset..end).unwrap_or_default();
        rest.find(self.close).map_or(end, |at| offset + at)
    }
}

/// The body that an open string constant is, by what stands before it.
fn body<'t>(
    text: &'t str,
    token: Token,
    start: usize,
    offset: usize,
    before: &[Word<'_>],
) -> Option<Body<'t>> {
    let from = start + token.range.start as usize;
    let string = text.get(from..offset)?;
    let (open, close) = match token.kind {
        TokenKind::DollarString => {
            let tag = string.get(1..)?.find('$')? + 2;
            (tag, string.get(..tag)?)
        }
        TokenKind::String => (1, "'"),
        _ => return None,
    };
    let previous = before.last()?;
    let routine = before.iter().any(|word| word.is_any(&["FUNCTION", "PROCEDURE"]));
    let block = previous.is("DO")
        || (before.iter().any(|word| word.is("DO")) && previous.text.eq_ignore_ascii_case("plpgsql"));
    let executed = previous.is("EXECUTE");
    let is_body = (routine && previous.is("AS")) || block || executed;
    // Doubled quotes in a body between plain quotes would be read as others.
    let plain = token.kind == TokenKind::DollarString || !string.get(open..)?.contains('\'');
    let speech = if executed || language(before).is_some_and(|name| name == *"sql") {
        Speech::Sql
    } else {
        Speech::PlPgSql
    };
    (is_body && plain).then_some(Body {
        start: from + open,
        close,
        speech,
    })
}

/// The language that a routine says it is in, before its body. Where it stands behind the body, what is typed tells.
fn language(words: &[Word<'_>]) -> Option<Name> {
    let at = words.iter().rposition(|word| word.is("LANGUAGE"))?;
    let word = words.get(at + 1)?;
    Some(Name::fold(word.text.trim_matches('\'')))
}

/// What is being typed at the place.
struct Typed<'t> {
    prefix: &'t str,
    quoted: bool,
    replaces: Range<usize>,
    inside: Inside<'t>,
    /// Where what follows begins.
    resume: usize,
}

impl<'t> Typed<'t> {
    fn new(
        text: &'t str,
        last: Option<Token>,
        start: usize,
        offset: usize,
        before: &mut Vec<Word<'t>>,
    ) -> Typed<'t> {
        let nothing = Typed {
            prefix: "",
            quoted: false,
            replaces: offset..offset,
            inside: Inside::Sql,
            resume: offset,
        };
        let Some(last) = last.filter(|last| start + last.range.end as usize == offset) else {
            return nothing;
        };
        let from = start + last.range.start as usize;
        let own = text.get(from..offset).unwrap_or_default();
        let rest = text.get(offset..).unwrap_or_default();
        match last.kind {
            TokenKind::Ident => {
                before.pop();
                let more = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
                Typed {
                    prefix: own,
                    replaces: from..offset + more,
                    resume: offset + more,
                    ..nothing
                }
            }
            TokenKind::QuotedIdent if !last.terminated => {
                before.pop();
                let end = offset + closing(rest, '"');
                Typed {
                    prefix: own.get(1..).unwrap_or_default(),
                    quoted: true,
                    replaces: from..end,
                    resume: end,
                    ..nothing
                }
            }
            TokenKind::LineComment => Typed {
                inside: Inside::Comment(own),
                ..nothing
            },
            TokenKind::BlockComment if !last.terminated => Typed {
                inside: Inside::Comment(own),
                ..nothing
            },
            kind if kind.is_string() && !last.terminated => {
                let content = own.find('\'').map_or(own.len(), |at| at + 1);
                let quote = string_end(rest);
                Typed {
                    prefix: own.get(content..).unwrap_or_default(),
                    replaces: from + content..offset + quote,
                    inside: Inside::String,
                    resume: offset + (quote + 1).min(rest.len()),
                    ..nothing
                }
            }
            _ => nothing,
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

/// How much of a line belongs to a quoted name that is being typed: up to its closing quote, where that comes before
/// anything that a half-written name would not hold.
fn closing(rest: &str, quote: char) -> usize {
    match rest.find(|c: char| !is_word(c)) {
        Some(at) if rest[at..].starts_with(quote) => at + 1,
        _ => 0,
    }
}

/// How much of a line belongs to a string constant that is being typed, its closing quote left out.
fn string_end(rest: &str) -> usize {
    match rest.find(['\'', '\n', '\r', ';', ',', ')']) {
        Some(at) if rest[at..].starts_with('\'') => at,
        _ => 0,
    }
}

/// The words of a part of a text, and its last token.
fn read<'t>(text: &'t str, part: Range<usize>, dialect: Dialect) -> (Vec<Word<'t>>, Option<Token>) {
    let own = text.get(part.clone()).unwrap_or_default();
    let mut words = Vec::new();
    let mut last = None;
    for token in Lexer::new(own, dialect) {
        if !token.kind.is_trivia() {
            words.push(word(own, token, part.start));
        }
        last = Some(token);
    }
    // What isn't closed is what is being typed, or the body around it.
    let open = |token: &Token| !token.terminated && token.kind.is_string();
    if last.as_ref().is_some_and(open) {
        words.pop();
    }
    (words, last)
}

fn read_until_semicolon<'t>(text: &'t str, part: Range<usize>, dialect: Dialect) -> Vec<Word<'t>> {
    let own = text.get(part.clone()).unwrap_or_default();
    Lexer::new(own, dialect)
        .take_while(|token| token.kind != TokenKind::Semicolon)
        .filter(|token| !token.kind.is_trivia())
        .map(|token| word(own, token, part.start))
        .collect()
}

fn word(text: &str, token: Token, shift: usize) -> Word<'_> {
    Word {
        kind: token.kind,
        text: text.get(token.range.as_usize()).unwrap_or_default(),
        start: shift + token.range.start as usize,
    }
}

/// Takes `a.b.` from the end of the words.
fn qualifiers(words: &mut Vec<Word<'_>>, inside: Inside<'_>) -> Vec<Name> {
    let mut names = Vec::new();
    if inside != Inside::Sql {
        return names;
    }
    while let [.., name, dot] = words.as_slice()
        && dot.kind == TokenKind::Dot
        && matches!(
            name.kind,
            TokenKind::Ident | TokenKind::QuotedIdent | TokenKind::UnicodeIdent | TokenKind::Variable
        )
    {
        names.insert(0, name.name());
        words.truncate(words.len() - 2);
    }
    names
}

/// For each opening parenthesis its closing one, where it has one; and those that stay open, outermost first.
#[derive(Debug, Default)]
pub(super) struct Brackets {
    closes: Vec<Option<usize>>,
    pub(super) open: Vec<usize>,
}

impl Brackets {
    pub(super) fn of(words: &[Word<'_>]) -> Brackets {
        let mut brackets = Brackets {
            closes: vec![None; words.len()],
            open: Vec::new(),
        };
        for (at, word) in words.iter().enumerate() {
            match word.kind {
                TokenKind::LeftParen | TokenKind::LeftBracket => brackets.open.push(at),
                TokenKind::RightParen | TokenKind::RightBracket => {
                    if let Some(open) = brackets.open.pop()
                        && let Some(close) = brackets.closes.get_mut(open)
                    {
                        *close = Some(at);
                    }
                }
                // No parenthesis stays open behind a semicolon.
                TokenKind::Semicolon => brackets.open.clear(),
                _ => {}
            }
        }
        brackets
    }

    /// The closing parenthesis of the opening one at `at`.
    pub(super) fn close(&self, at: usize) -> Option<usize> {
        self.closes.get(at).copied().flatten()
    }
}
