//! A small exact lexer: the tokens of `psql` and of PostgreSQL's own scanner, by their extent only.
//!
//! Two dialects: [`Dialect::Psql`] also knows psql's variables and meta-commands, which mean something in a file but not inside
//! a function body. Every byte belongs to exactly one token, and no input fails.

use crate::range::TextRange;

/// Whose tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A file for psql: `:name`, `:'name'`, `:"name"`, `:{?name}` and backslashes are tokens.
    Psql,
    /// Text as the server sees it.
    Server,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Blanks, tabs, line ends, form feeds.
    Whitespace,
    /// `-- …` without its line end.
    LineComment,
    /// `/* … */`, nested.
    BlockComment,
    /// A keyword or an identifier without quotes.
    Ident,
    /// `"…"`
    QuotedIdent,
    /// `U&"…"`
    UnicodeIdent,
    /// `'…'`
    String,
    /// `E'…'`
    EscapeString,
    /// `B'…'`
    BitString,
    /// `X'…'`
    HexString,
    /// `N'…'`
    NationalString,
    /// `U&'…'`
    UnicodeString,
    /// `$tag$ … $tag$`
    DollarString,
    /// `1`, `1.5e3`, `0xFF`, `1_000`
    Number,
    /// `$1`
    Param,
    /// An operator, cut where PostgreSQL cuts it.
    Operator,
    /// `(`
    LeftParen,
    /// `)`
    RightParen,
    /// `[`
    LeftBracket,
    /// `]`
    RightBracket,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// `:`
    Colon,
    /// `::`
    Typecast,
    /// `:=`
    Assign,
    /// `:name`; in an extension's script, `@extschema@`.
    Variable,
    /// `:'name'`
    QuotedVariable,
    /// `:"name"`
    IdentVariable,
    /// `:{?name}`
    VariableTest,
    /// `\` where psql would read a command.
    Backslash,
    /// Anything else; one character.
    Other,
}

impl TokenKind {
    /// Whitespace or a comment.
    pub fn is_trivia(self) -> bool {
        matches!(
            self,
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment
        )
    }

    /// A string constant of any sort.
    pub fn is_string(self) -> bool {
        use TokenKind::{
            BitString, DollarString, EscapeString, HexString, NationalString, String, UnicodeString,
        };
        matches!(
            self,
            String | EscapeString | BitString | HexString | NationalString | UnicodeString | DollarString
        )
    }

    /// A psql variable.
    pub fn is_variable(self) -> bool {
        use TokenKind::{IdentVariable, QuotedVariable, Variable, VariableTest};
        matches!(self, Variable | QuotedVariable | IdentVariable | VariableTest)
    }
}

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub range: TextRange,
    /// False when a quote or comment runs to the end of the text without being closed.
    pub terminated: bool,
    /// True for a string constant that goes on in another line: `'a'`, line end, `'b'`.
    pub continued: bool,
}

/// Reads the tokens of a text in order.
#[derive(Debug, Clone)]
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    dialect: Dialect,
}

impl<'a> Lexer<'a> {
    /// Reads `text` from its start.
    pub fn new(text: &'a str, dialect: Dialect) -> Lexer<'a> {
        Lexer { text, at: 0, dialect }
    }

    /// Reads `text` from the byte `offset`, which must be a character boundary (an offset that isn't moves back to one).
    pub fn starting_at(text: &'a str, offset: usize, dialect: Dialect) -> Lexer<'a> {
        Lexer {
            text,
            at: text.floor_char_boundary(offset.min(text.len())),
            dialect,
        }
    }

    /// The whole text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Whose tokens are read.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Where the next token starts.
    pub fn offset(&self) -> usize {
        self.at
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn token(&mut self, kind: TokenKind, end: usize, terminated: bool) -> Token {
        let range = TextRange::from_usize(self.at, end);
        self.at = end;
        Token {
            kind,
            range,
            terminated,
            continued: false,
        }
    }

    fn simple(&mut self, kind: TokenKind, length: usize) -> Token {
        self.token(kind, self.at + length, true)
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let bytes = self.text.as_bytes();
        let first = *bytes.get(self.at)?;
        Some(match first {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => {
                let end = run(bytes, self.at + 1, is_space);
                self.token(TokenKind::Whitespace, end, true)
            }
            b'-' if self.byte(1) == b'-' => {
                let end = line_end(bytes, self.at + 2);
                self.token(TokenKind::LineComment, end, true)
            }
            b'/' if self.byte(1) == b'*' => {
                let (end, closed) = block_comment(bytes, self.at);
                self.token(TokenKind::BlockComment, end, closed)
            }
            b'\'' => self.quoted(TokenKind::String, 0, false),
            b'"' => self.quoted(TokenKind::QuotedIdent, 0, false),
            b'$' => self.dollar(),
            b'0'..=b'9' => self.number(),
            b'.' => self.dot(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => self.word(),
            b':' => self.colon(),
            b'(' => self.simple(TokenKind::LeftParen, 1),
            b')' => self.simple(TokenKind::RightParen, 1),
            b'[' => self.simple(TokenKind::LeftBracket, 1),
            b']' => self.simple(TokenKind::RightBracket, 1),
            b',' => self.simple(TokenKind::Comma, 1),
            b';' => self.simple(TokenKind::Semicolon, 1),
            b'\\' if self.dialect == Dialect::Psql => self.simple(TokenKind::Backslash, 1),
            byte if is_operator(byte) => self.operator(),
            _ => self.simple(TokenKind::Other, 1),
        })
    }
}

impl Lexer<'_> {
    fn word(&mut self) -> Token {
        if matches!(self.byte(1), b'\'' | b'&') {
            return self.prefixed();
        }
        let end = run(self.text.as_bytes(), self.at + 1, is_ident);
        self.token(TokenKind::Ident, end, true)
    }

    /// A word of one letter before a quote, or an ampersand.
    fn prefixed(&mut self) -> Token {
        match (self.byte(0), self.byte(1), self.byte(2)) {
            (b'e' | b'E', b'\'', _) => return self.quoted(TokenKind::EscapeString, 1, true),
            (b'b' | b'B', b'\'', _) => return self.quoted(TokenKind::BitString, 1, false),
            (b'x' | b'X', b'\'', _) => return self.quoted(TokenKind::HexString, 1, false),
            (b'n' | b'N', b'\'', _) => return self.quoted(TokenKind::NationalString, 1, false),
            (b'u' | b'U', b'&', b'\'') => return self.quoted(TokenKind::UnicodeString, 2, false),
            (b'u' | b'U', b'&', b'"') => return self.quoted(TokenKind::UnicodeIdent, 2, false),
            _ => {}
        }
        self.simple(TokenKind::Ident, 1)
    }

    fn quoted(&mut self, kind: TokenKind, prefix: usize, backslashes: bool) -> Token {
        let bytes = self.text.as_bytes();
        let open = self.at + prefix;
        let (mut end, mut closed) = quoted_end(bytes, open, backslashes);
        let mut continued = false;
        while closed
            && bytes[open] == b'\''
            && let Some(next) = continuation(bytes, end)
        {
            (end, closed) = quoted_end(bytes, next, backslashes);
            continued = true;
        }
        Token {
            continued,
            ..self.token(kind, end, closed)
        }
    }

    fn dollar(&mut self) -> Token {
        let bytes = self.text.as_bytes();
        if self.byte(1).is_ascii_digit() {
            let end = run(bytes, self.at + 1, |byte| byte.is_ascii_digit());
            return self.token(TokenKind::Param, end, true);
        }
        let Some(tag) = dollar_tag(bytes, self.at) else {
            return self.simple(TokenKind::Other, 1);
        };
        let body = self.at + tag;
        match find(&bytes[body..], &bytes[self.at..body]) {
            Some(close) => self.token(TokenKind::DollarString, body + close + tag, true),
            None => self.token(TokenKind::DollarString, bytes.len(), false),
        }
    }

    fn number(&mut self) -> Token {
        let bytes = self.text.as_bytes();
        let radix_digits: Option<fn(&u8) -> bool> = match (self.byte(0), self.byte(1)) {
            (b'0', b'x' | b'X') => Some(u8::is_ascii_hexdigit),
            (b'0', b'o' | b'O') => Some(|byte| matches!(byte, b'0'..=b'7')),
            (b'0', b'b' | b'B') => Some(|byte| matches!(byte, b'0' | b'1')),
            _ => None,
        };
        if let Some(digits) = radix_digits {
            let end = digits_end(bytes, self.at + 2, digits);
            if end > self.at + 2 {
                return self.token(TokenKind::Number, end, true);
            }
        }
        let mut end = digits_end(bytes, self.at, u8::is_ascii_digit);
        // `1..10` is a range in PL/pgSQL: the dots are their own token.
        if bytes.get(end) == Some(&b'.') && bytes.get(end + 1) != Some(&b'.') {
            end = decimals_end(bytes, end + 1);
        }
        let end = exponent(bytes, end);
        self.token(TokenKind::Number, end, true)
    }

    fn dot(&mut self) -> Token {
        if self.byte(1).is_ascii_digit() {
            let bytes = self.text.as_bytes();
            let end = exponent(bytes, decimals_end(bytes, self.at + 1));
            return self.token(TokenKind::Number, end, true);
        }
        if self.byte(1) == b'.' {
            return self.simple(TokenKind::DotDot, 2);
        }
        self.simple(TokenKind::Dot, 1)
    }

    fn colon(&mut self) -> Token {
        match self.byte(1) {
            b':' => return self.simple(TokenKind::Typecast, 2),
            b'=' => return self.simple(TokenKind::Assign, 2),
            _ => {}
        }
        if self.dialect == Dialect::Server {
            return self.simple(TokenKind::Colon, 1);
        }
        let bytes = self.text.as_bytes();
        let (open, close, kind): (usize, &[u8], _) = match self.byte(1) {
            b'\'' => (2, b"'", TokenKind::QuotedVariable),
            b'"' => (2, b"\"", TokenKind::IdentVariable),
            b'{' if self.byte(2) == b'?' => (3, b"}", TokenKind::VariableTest),
            byte if is_variable(byte) => {
                let end = run(bytes, self.at + 1, is_variable);
                return self.token(TokenKind::Variable, end, true);
            }
            _ => return self.simple(TokenKind::Colon, 1),
        };
        let name = self.at + open;
        let end = run(bytes, name, is_variable);
        if end > name && bytes[end..].starts_with(close) {
            return self.token(kind, end + 1, true);
        }
        self.simple(TokenKind::Colon, 1)
    }

    /// An operator ends before a comment, and before a final `+` or `-` unless a character that SQL's own operators never have
    /// comes earlier.
    fn operator(&mut self) -> Token {
        let bytes = self.text.as_bytes();
        if self.dialect == Dialect::Psql && bytes[self.at..].starts_with(EXTENSION_SCHEMA) {
            return self.simple(TokenKind::Variable, EXTENSION_SCHEMA.len());
        }
        let mut end = run(bytes, self.at, is_operator);
        if end == self.at + 1 {
            return self.simple(TokenKind::Operator, 1);
        }
        for at in self.at..end {
            if bytes[at..].starts_with(b"/*") || bytes[at..].starts_with(b"--") {
                end = at;
                break;
            }
        }
        let operator = &bytes[self.at..end];
        let special = operator.iter().rposition(|byte| b"~!@#^&|`?%".contains(byte));
        if special.is_none() {
            while end > self.at + 1 && matches!(bytes[end - 1], b'+' | b'-') {
                end -= 1;
            }
        }
        self.token(TokenKind::Operator, end.max(self.at + 1), true)
    }
}

/// What CREATE EXTENSION replaces by a name in an extension's script.
const EXTENSION_SCHEMA: &[u8] = b"@extschema@";

fn run(bytes: &[u8], mut at: usize, accept: impl Fn(u8) -> bool) -> usize {
    while let Some(byte) = bytes.get(at)
        && accept(*byte)
    {
        at += 1;
    }
    at
}

/// What a byte may be part of.
mod class {
    pub(super) const SPACE: u8 = 1;
    pub(super) const IDENT: u8 = 2;
    pub(super) const VARIABLE: u8 = 4;
    pub(super) const OPERATOR: u8 = 8;
}

/// The classes of each byte.
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => class::SPACE,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80.. => class::IDENT | class::VARIABLE,
            b'$' => class::IDENT,
            b'~' | b'!' | b'@' | b'#' | b'^' | b'&' | b'|' | b'`' | b'?' => class::OPERATOR,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' => class::OPERATOR,
            _ => 0,
        };
        byte += 1;
    }
    classes
}

fn is_of(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

fn is_space(byte: u8) -> bool {
    is_of(byte, class::SPACE)
}

/// As [`digits_end`], but an underscore can't come first.
fn decimals_end(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at) == Some(&b'_') {
        at
    } else {
        digits_end(bytes, at, u8::is_ascii_digit)
    }
}

/// The end of a run of digits that single underscores may separate.
fn digits_end(bytes: &[u8], mut at: usize, digit: impl Fn(&u8) -> bool) -> usize {
    while bytes.get(at).is_some_and(&digit)
        || (bytes.get(at) == Some(&b'_') && bytes.get(at + 1).is_some_and(&digit))
    {
        at += 1;
    }
    at
}

/// A character that may continue an identifier.
pub(crate) fn is_ident(byte: u8) -> bool {
    is_of(byte, class::IDENT)
}

fn is_variable(byte: u8) -> bool {
    is_of(byte, class::VARIABLE)
}

/// A character of operators.
pub(crate) fn is_operator(byte: u8) -> bool {
    is_of(byte, class::OPERATOR)
}

/// The end of the line that `at` is in, before its line end.
pub(crate) fn line_end(bytes: &[u8], at: usize) -> usize {
    let line = bytes.get(at..).unwrap_or_default();
    memchr::memchr2(b'\n', b'\r', line).map_or(bytes.len().max(at), |length| at + length)
}

fn exponent(bytes: &[u8], end: usize) -> usize {
    if !matches!(bytes.get(end), Some(b'e' | b'E')) {
        return end;
    }
    let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
    let digits = end + 1 + sign;
    if bytes.get(digits).is_some_and(u8::is_ascii_digit) {
        decimals_end(bytes, digits)
    } else {
        end
    }
}

fn block_comment(bytes: &[u8], start: usize) -> (usize, bool) {
    let mut depth = 1usize;
    let mut at = start + 2;
    while let Some(length) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'*', b'/', rest)) {
        at += length;
        match (bytes[at], bytes.get(at + 1)) {
            (b'*', Some(b'/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return (at, true);
                }
            }
            (b'/', Some(b'*')) => {
                depth += 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
    (bytes.len(), false)
}

fn quoted_end(bytes: &[u8], open: usize, backslashes: bool) -> (usize, bool) {
    let quote = bytes[open];
    // Without backslashes only the quote is looked for.
    let escape = if backslashes { b'\\' } else { quote };
    let mut at = open + 1;
    while let Some(length) = bytes
        .get(at..)
        .and_then(|rest| memchr::memchr2(quote, escape, rest))
    {
        at += length;
        if bytes[at] == quote && bytes.get(at + 1) != Some(&quote) {
            return (at + 1, true);
        }
        at += 2;
    }
    (bytes.len(), false)
}

/// Where a string constant that ended at `at` goes on: at a quote behind whitespace and line comments with a line end among them.
fn continuation(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut line_ended = false;
    loop {
        match bytes.get(at)? {
            b'\n' | b'\r' => {
                line_ended = true;
                at += 1;
            }
            b' ' | b'\t' | 0x0b | 0x0c => at += 1,
            b'-' if bytes.get(at + 1) == Some(&b'-') => at = line_end(bytes, at),
            b'\'' if line_ended => return Some(at),
            _ => return None,
        }
    }
}

/// The length of the dollar quote's tag `$…$` at `start`; `None` when there is none.
fn dollar_tag(bytes: &[u8], start: usize) -> Option<usize> {
    let first = *bytes.get(start + 1)?;
    if first == b'$' {
        return Some(2);
    }
    if !(first.is_ascii_alphabetic() || first == b'_' || first >= 0x80) {
        return None;
    }
    let end = run(bytes, start + 2, |byte| {
        byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
    });
    (bytes.get(end) == Some(&b'$')).then_some(end + 1 - start)
}

/// Where `needle`, which begins with `$`, is in `haystack`.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'$', haystack).find(|at| haystack[*at..].starts_with(needle))
}

#[cfg(test)]
mod tests;
