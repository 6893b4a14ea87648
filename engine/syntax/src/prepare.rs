//! What the grammar is given in place of the source.
//!
//! PostgreSQL's scanner knows more than the grammar's: nested comments, constants that go on in the next line, `U&"…"`, letters
//! beyond Latin-1, where operators end. And psql knows variables and commands. So the source is rewritten before it is parsed,
//! each thing to one of the same length that the grammar understands; the tree's positions are the source's. Rarely (between two
//! operators that touch, say) text must be inserted; [`Shifts::to_source`] takes that out again.

use crate::diagnose;
use crate::lexer::{Dialect, Lexer, Token, TokenKind};
use crate::range::TextRange;
use crate::repair::Repair;
use crate::shape::{Draft, Outline};
use std::borrow::Cow;

/// What stands in for psql's variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variables {
    /// Themselves: `a[1:n]` is a slice, not a variable.
    Keep,
    /// A name for `:name`.
    Names,
    /// A number for `:name`.
    Numbers,
}

/// Text for the grammar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Prepared<'t> {
    pub(crate) text: Cow<'t, str>,
    pub(crate) shifts: Shifts,
    /// True when the source has psql variables.
    pub(crate) has_variables: bool,
    /// True when psql commands inside the statement were left out.
    pub(crate) has_commands: bool,
    /// True when PostgreSQL's scanner would refuse the source.
    pub(crate) has_lexical_error: bool,
    /// The tokens of the text, where it has a shape.
    pub(crate) outline: Option<Outline>,
}

impl Prepared<'_> {
    /// True when the grammar is given the source as it is.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_))
    }
}

/// Where text was inserted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shifts(Box<[Shift]>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shift {
    /// The source's offset before which text was inserted.
    source: u32,
    /// How much was inserted before.
    before: u32,
    /// How much was inserted here.
    length: u32,
}

impl Shifts {
    fn new(insertions: &[(u32, &str)]) -> Shifts {
        let mut before = 0;
        let shift = |&(source, text): &(u32, &str)| {
            let shift = Shift {
                source,
                before,
                length: text.len() as u32,
            };
            before += shift.length;
            shift
        };
        Shifts(insertions.iter().map(shift).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The source's range of a range in the prepared text.
    pub(crate) fn range_to_source(&self, range: TextRange) -> TextRange {
        if self.is_empty() {
            return range;
        }
        TextRange::new(self.to_source(range.start), self.to_source(range.end))
    }

    /// The source's offset of an offset in the prepared text.
    pub(crate) fn to_source(&self, offset: u32) -> u32 {
        let passed = self
            .0
            .partition_point(|shift| shift.source + shift.before < offset);
        match passed.checked_sub(1).and_then(|last| self.0.get(last)) {
            None => offset,
            Some(shift) => offset
                .saturating_sub(shift.before + shift.length)
                .max(shift.source),
        }
    }
}

/// Rewrites `text` for the grammar.
pub(crate) fn prepare<'t>(
    text: &'t str,
    dialect: Dialect,
    variables: Variables,
    repairs: &[Repair],
) -> Prepared<'t> {
    let mut preparation = Preparation {
        source: text,
        bytes: None,
        insertions: Vec::new(),
        has_variables: false,
        has_commands: false,
        has_lexical_error: false,
        has_skipped: false,
        last_operator: None,
        slices: Vec::new(),
        has_odd_space: memchr::memchr2(0x0b, 0x0c, text.as_bytes()).is_some(),
    };
    let mut draft = Draft::new(text);
    let mut lexer = Lexer::new(text, dialect).peekable_tokens();
    while let Some(token) = lexer.next() {
        preparation.has_lexical_error |= diagnose::is_lexical_error(text, token);
        draft.push(token, text, token.range);
        match token.kind {
            TokenKind::LeftBracket => preparation.open_bracket(token),
            TokenKind::LeftParen => preparation.slices.push(false),
            TokenKind::RightBracket | TokenKind::RightParen => {
                preparation.slices.pop();
            }
            TokenKind::Backslash => {
                let end = preparation.backslash(token);
                preparation.has_skipped = true;
                lexer.seek(end);
            }
            TokenKind::UnicodeIdent | TokenKind::UnicodeString => {
                let end = lexer.uescape().unwrap_or(token.range.end as usize);
                preparation.has_skipped = true;
                lexer.seek(end);
                preparation.fill(
                    token.range.start as usize,
                    end,
                    if token.kind == TokenKind::UnicodeIdent {
                        b'"'
                    } else {
                        b'\''
                    },
                );
            }
            TokenKind::Ident => preparation.ident(token, lexer.rest()),
            kind if kind.is_variable() => preparation.variable(token, variables),
            _ => preparation.token(token),
        }
        if !token.kind.is_trivia() {
            preparation.last_operator = (token.kind == TokenKind::Operator).then_some(token);
        }
    }
    if preparation.has_skipped {
        preparation.has_lexical_error = diagnose::has_lexical_error(text, dialect);
    }
    preparation.repair(repairs);
    let mut prepared = preparation.finish();
    if !prepared.has_lexical_error {
        // psql's own tokens have no shape, so a draft that fits is as good as one of the server's tokens.
        prepared.outline = if prepared.is_plain() {
            draft.finish(text)
        } else {
            Outline::of(&prepared.text, &prepared.shifts)
        };
    }
    prepared
}

struct Preparation<'t> {
    source: &'t str,
    bytes: Option<Vec<u8>>,
    insertions: Vec<(u32, &'static str)>,
    has_variables: bool,
    has_commands: bool,
    has_lexical_error: bool,
    /// Some of the source was passed over, with what errors it may have.
    has_skipped: bool,
    /// The operator right before the current token, trivia aside.
    last_operator: Option<Token>,
    /// The open parentheses (false) and brackets (true where a `:` makes a slice).
    slices: Vec<bool>,
    /// The text has vertical tabs or form feeds.
    has_odd_space: bool,
}

impl<'t> Preparation<'t> {
    fn bytes(&mut self) -> &mut [u8] {
        self.bytes.get_or_insert_with(|| self.source.as_bytes().to_vec())
    }

    fn token(&mut self, token: Token) {
        let (start, end) = (token.range.start as usize, token.range.end as usize);
        let source = &self.source.as_bytes()[start..end];
        match token.kind {
            TokenKind::Whitespace
                if self.has_odd_space && source.iter().any(|byte| matches!(byte, 0x0b | 0x0c)) =>
            {
                self.replace(
                    start,
                    end,
                    |byte| if matches!(byte, 0x0b | 0x0c) { b' ' } else { byte },
                );
            }
            TokenKind::BlockComment if token.terminated => self.block_comment(start, end),
            TokenKind::Number => self.number(start, end),
            TokenKind::Operator => self.operator(start, end),
            _ if !token.terminated => {}
            TokenKind::String if token.continued => self.fill(start, end, b'\''),
            TokenKind::NationalString => self.fill(start, end, b'\''),
            TokenKind::BitString
                if token.continued
                    || !source[2..end - start - 1]
                        .iter()
                        .all(|byte| matches!(byte, b'0' | b'1')) =>
            {
                self.fill(start, end, b'\'');
            }
            TokenKind::HexString
                if token.continued || !source[2..end - start - 1].iter().all(u8::is_ascii_hexdigit) =>
            {
                self.fill(start, end, b'\'');
            }
            TokenKind::EscapeString
                if token.continued
                    || source
                        .windows(2)
                        .any(|pair| matches!(pair, [b'\\', b'\n' | b'\r'])) =>
            {
                self.fill(start + 1, end, b'\'');
            }
            TokenKind::DollarString if !dollar_tag_is_plain(source) => self.fill(start, end, b'\''),
            _ => {}
        }
    }

    fn ident(&mut self, token: Token, ahead: &str) {
        let source = token.range.slice(self.source);
        if !source.is_ascii() {
            let (start, end) = (token.range.start as usize, token.range.end as usize);
            self.replace(start, end, |byte| if byte >= 0x80 { b'_' } else { byte });
        } else if matches!(source.len(), 3 | 4)
            && ["any", "some", "all"]
                .iter()
                .any(|word| source.eq_ignore_ascii_case(word))
            && ahead.trim_ascii_start().starts_with('(')
        {
            self.quantified_operator();
        }
    }

    /// The grammar reads the `ANY` of `x = ANY (…)` as a function; behind an operator that SQL itself doesn't have, it doesn't.
    fn quantified_operator(&mut self) {
        if let Some(operator) = self.last_operator
            && !self.source.as_bytes()[operator.range.as_usize()]
                .iter()
                .any(|byte| b"~@#&|?`".contains(byte))
        {
            self.bytes()[operator.range.as_usize()].fill(b'~');
        }
    }

    fn repair(&mut self, repairs: &[Repair]) {
        for repair in repairs {
            match *repair {
                Repair::Fill { start, end, with } => self.bytes()[start as usize..end as usize].fill(with),
                Repair::Sign { start, end } => {
                    let bytes = self.bytes();
                    bytes[start as usize..end as usize].fill(b' ');
                    bytes[end as usize - 1] = b'-';
                }
                Repair::Insert { at, text } => self.insertions.push((at, text)),
            }
        }
        self.insertions.sort_by_key(|(at, _)| *at);
    }

    fn replace(&mut self, start: usize, end: usize, with: impl Fn(u8) -> u8) {
        for byte in &mut self.bytes()[start..end] {
            *byte = with(*byte);
        }
    }

    /// Puts a quoted token of the same length there.
    fn fill(&mut self, start: usize, end: usize, quote: u8) {
        let bytes = &mut self.bytes()[start..end];
        bytes.fill(b'_');
        if let [first, .., last] = bytes {
            *first = quote;
            *last = quote;
        }
    }

    /// The grammar's comments don't nest.
    fn block_comment(&mut self, start: usize, end: usize) {
        let inner = &self.source.as_bytes()[start + 2..end - 2];
        if inner.windows(2).any(|pair| pair == b"*/" || pair == b"/*") || inner.last() == Some(&b'*') {
            self.replace(start + 2, end - 2, |byte| if byte == b'*' { b'_' } else { byte });
        }
    }

    /// The grammar knows neither `0xFF` nor `1.`.
    fn number(&mut self, start: usize, end: usize) {
        let source = &self.source.as_bytes()[start..end];
        let has_radix = source.len() > 2
            && source[0] == b'0'
            && source[1].is_ascii_alphabetic()
            && !matches!(source[1], b'e' | b'E');
        let bare_point = source.iter().position(|byte| *byte == b'.');
        if has_radix {
            self.replace(start, end, |byte| if byte.is_ascii_digit() { byte } else { b'1' });
        } else if let Some(point) = bare_point
            && point > 0
            && !source.get(point + 1).is_some_and(u8::is_ascii_digit)
        {
            self.bytes()[start + point] = b'0';
        }
    }

    /// The grammar takes all operator characters that follow each other for one operator.
    fn operator(&mut self, start: usize, end: usize) {
        // PostgreSQL's scanner reads `!=` as `<>`.
        if &self.source.as_bytes()[start..end] == b"!=" {
            self.bytes()[start..end].copy_from_slice(b"<>");
        }
        let next = self.source.as_bytes().get(end);
        if next.is_some_and(|byte| b"~!@#^&|?+-*/%<>=".contains(byte)) {
            self.insertions.push((end as u32, " "));
        }
    }

    /// The brackets of `ARRAY[…]` hold elements, other brackets subscripts.
    fn open_bracket(&mut self, token: Token) {
        let before = self.source[..token.range.start as usize].trim_ascii_end();
        let word = before.get(before.len().saturating_sub(5)..).unwrap_or("");
        let in_array = before.ends_with(['[', ',']) && self.slices.last() == Some(&false);
        self.slices.push(!word.eq_ignore_ascii_case("array") && !in_array);
    }

    fn variable(&mut self, token: Token, variables: Variables) {
        self.has_variables = true;
        let (start, end) = (token.range.start as usize, token.range.end as usize);
        match (variables, token.kind) {
            (Variables::Keep, _) => {}
            (_, TokenKind::QuotedVariable) => self.fill(start, end, b'\''),
            (_, TokenKind::IdentVariable) => self.fill(start, end, b'"'),
            // psql would leave the bound of a slice alone unless there were such a variable.
            (_, TokenKind::Variable) if self.slices.last() == Some(&true) => {}
            (Variables::Numbers, TokenKind::Variable) => self.bytes()[start..end].fill(b'1'),
            _ => self.bytes()[start..end].fill(b'_'),
        }
    }

    /// Leaves a psql command out, or puts the character that `\;` and `\:` stand for. Gives the end.
    fn backslash(&mut self, token: Token) -> usize {
        let start = token.range.start as usize;
        match self.source.as_bytes().get(start + 1) {
            Some(b';' | b':') => {
                self.bytes()[start] = b' ';
                start + 1
            }
            _ => {
                let end = crate::split::meta_command_end(self.source, start);
                self.has_commands = true;
                self.replace(start, end, |byte| {
                    if matches!(byte, b'\n' | b'\r') { byte } else { b' ' }
                });
                end
            }
        }
    }

    fn finish(self) -> Prepared<'t> {
        let text = match self.bytes {
            None => Cow::Borrowed(self.source),
            // Only whole characters were replaced, so this never loses anything.
            Some(bytes) => Cow::Owned(
                String::from_utf8(bytes)
                    .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
            ),
        };
        let text = if self.insertions.is_empty() {
            text
        } else {
            Cow::Owned(insert(&text, &self.insertions))
        };
        Prepared {
            text,
            shifts: Shifts::new(&self.insertions),
            has_variables: self.has_variables,
            has_commands: self.has_commands,
            has_lexical_error: self.has_lexical_error,
            outline: None,
        }
    }
}

fn insert(text: &str, insertions: &[(u32, &str)]) -> String {
    let mut longer = String::with_capacity(text.len() + 8 * insertions.len());
    let mut copied = 0;
    for (offset, inserted) in insertions {
        longer.push_str(&text[copied..*offset as usize]);
        longer.push_str(inserted);
        copied = *offset as usize;
    }
    longer.push_str(&text[copied..]);
    longer
}

fn dollar_tag_is_plain(token: &[u8]) -> bool {
    let tag = token[1..]
        .iter()
        .position(|byte| *byte == b'$')
        .map_or(&token[1..], |length| &token[1..=length]);
    tag.len() < 63 && tag.is_ascii()
}

/// A lexer that can be moved.
struct Tokens<'t> {
    text: &'t str,
    dialect: Dialect,
    lexer: Lexer<'t>,
}

impl<'t> Lexer<'t> {
    fn peekable_tokens(self) -> Tokens<'t> {
        Tokens {
            text: self.text(),
            dialect: self.dialect(),
            lexer: self,
        }
    }
}

impl<'t> Tokens<'t> {
    /// The text that comes next.
    fn rest(&self) -> &'t str {
        &self.text[self.lexer.offset()..]
    }

    fn seek(&mut self, offset: usize) {
        self.lexer = Lexer::starting_at(self.text, offset, self.dialect);
    }

    /// The end of a `UESCAPE '…'` that comes next.
    fn uescape(&self) -> Option<usize> {
        let mut ahead = self.lexer.clone().filter(|token| !token.kind.is_trivia());
        let keyword = ahead.next()?;
        let is_keyword = keyword.kind == TokenKind::Ident
            && keyword.range.slice(self.text).eq_ignore_ascii_case("uescape");
        let escape = ahead.next()?;
        (is_keyword && escape.kind == TokenKind::String && escape.range.len() == 3)
            .then_some(escape.range.end as usize)
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.lexer.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        prepare(text, Dialect::Psql, Variables::Names, &[])
            .text
            .into_owned()
    }

    #[test]
    fn what_the_grammar_lacks_is_replaced_by_its_like() {
        assert_eq!(rewritten("größe"), "gr____e");
        assert_eq!(rewritten("/* a /* b */ */ x"), "/* a /_ b _/ */ x");
        assert_eq!(rewritten("'a'\n 'b'"), "'______'");
        assert_eq!(
            rewritten("U&\"d!0061\" UESCAPE '!' x"),
            "\"____________________\" x"
        );
        assert_eq!(rewritten("N'a'"), "'__'");
        assert_eq!(rewritten("0xFF 1. 1.5"), "0111 10 1.5");
        assert_eq!(rewritten(":a :'b' :\"c\" x[1:n]"), "__ '__' \"__\" x[1:n]");
        assert_eq!(rewritten("SELECT \\echo hi\n 1\\; x"), "SELECT         \n 1 ; x");
    }

    #[test]
    fn inserted_spaces_are_taken_out_again() {
        let prepared = prepare("a=-1 b=-2", Dialect::Server, Variables::Keep, &[]);
        assert_eq!(prepared.text, "a= -1 b= -2");
        let back = |offset| prepared.shifts.to_source(offset);
        assert_eq!((back(2), back(3), back(8), back(9)), (2, 2, 7, 7));
    }

    proptest::proptest! {
        #[test]
        fn lengths_are_kept(text in "[-a-zé'\"$/*+=\\\\:;&U\n .0-9]{0,60}") {
            for variables in [Variables::Keep, Variables::Names, Variables::Numbers] {
                let prepared = prepare(&text, Dialect::Psql, variables, &[]);
                proptest::prop_assert_eq!(prepared.text.len(), text.len() + prepared.shifts.0.iter().map(|shift| shift.length as usize).sum::<usize>());
            }
        }
    }
}
