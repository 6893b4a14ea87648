//! What may stand at a place, by the words before it.

use std::collections::HashMap;

use confiture_syntax::lexer::TokenKind;

use super::grammar::{Grammar, Node, Offered, Step};
use super::slot::{Known, Slot, TypeUse};
use super::words::{Brackets, Word};

/// How many keywords are offered as one.
const PHRASE: usize = 4;

/// Words by their numbers.
pub(super) type Part = (usize, usize);

/// What may stand at a place.
#[derive(Debug, Default)]
pub(super) struct Expected {
    /// Keywords, in capitals, one or several.
    pub(super) phrases: Vec<String>,
    /// Names and expressions.
    pub(super) wanted: Vec<Wanted>,
    /// Whether the statement may be over.
    pub(super) is_complete: bool,
}

/// A name or expression that may stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) slot: Slot,
    /// How far it has come.
    pub(super) phase: Phase,
    /// The words that name what the statement is about.
    pub(super) target: Option<Part>,
    /// The words that name the table that a foreign key is to.
    pub(super) reference: Option<Part>,
}

/// How far an expression has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// A value comes next.
    Operand,
    /// An operator comes next, or what ends the expression.
    Operator,
    /// `IS` stands before.
    Is,
    /// A type comes next.
    Cast,
}

#[derive(Debug, Clone, Copy)]
struct Item {
    node: Node,
    target: Option<Part>,
    reference: Option<Part>,
}

/// What may follow words, read as `rule`.
pub(super) fn expected(words: &[Word<'_>], rule: &str) -> Expected {
    let grammar = Grammar::get();
    let mut reader = Reader {
        grammar,
        words,
        brackets: Brackets::of(words),
        sets: vec![Vec::new(); words.len() + 1],
        stamps: vec![usize::MAX; grammar.len()],
        follows: HashMap::new(),
        open: Vec::new(),
        tails: Vec::new(),
    };
    reader.put(
        0,
        Item {
            node: grammar.start(rule),
            target: None,
            reference: None,
        },
    );
    for at in 0..words.len() {
        reader.read(at);
    }
    reader.finish()
}

struct Reader<'w, 't> {
    grammar: &'static Grammar,
    words: &'w [Word<'t>],
    brackets: Brackets,
    /// Where reading may be, before each word.
    sets: Vec<Vec<Item>>,
    /// The word before which a node was last reached.
    stamps: Vec<usize>,
    /// The keywords that may follow a node.
    follows: HashMap<Node, Vec<&'static str>>,
    /// Expressions that the place is in.
    open: Vec<Wanted>,
    /// Words that a type at the place may go on with.
    tails: Vec<&'static str>,
}

/// Types of several words: the first, and what may follow it.
const TAILS: &[(&str, &[&str])] = &[
    ("DOUBLE", &["PRECISION"]),
    ("CHARACTER", &["VARYING"]),
    ("BIT", &["VARYING"]),
    ("TIMESTAMP", &["WITH TIME ZONE", "WITHOUT TIME ZONE"]),
    ("TIME", &["WITH TIME ZONE", "WITHOUT TIME ZONE"]),
];

impl Reader<'_, '_> {
    fn put(&mut self, at: usize, item: Item) {
        if let Some(set) = self.sets.get_mut(at) {
            set.push(item);
        }
    }

    /// Where reading may be before a word, steps that take nothing included.
    fn reached(&mut self, at: usize) -> Vec<Item> {
        let mut all = Vec::new();
        let mut stack = self.sets.get_mut(at).map(std::mem::take).unwrap_or_default();
        stack.reverse();
        while let Some(item) = stack.pop() {
            match self.stamps.get_mut(item.node) {
                Some(stamp) if *stamp != at => *stamp = at,
                _ => continue,
            }
            all.push(item);
            let free = self.grammar.steps(item.node).iter().rev();
            stack.extend(
                free.filter_map(|(step, node)| (*step == Step::Free).then_some(Item { node: *node, ..item })),
            );
        }
        all
    }

    fn read(&mut self, at: usize) {
        let Some(word) = self.words.get(at).copied() else {
            return;
        };
        let reached = self.reached(at);
        let grammar = self.grammar;
        let steps = || reached.iter().flat_map(|item| grammar.steps(item.node));
        // What may be a keyword is one.
        let is_keyword = steps().any(|(step, _)| matches!(step, Step::Word(keyword, _) if word.is(keyword)));
        for item in &reached {
            for (step, node) in grammar.steps(item.node) {
                let next = Item { node: *node, ..*item };
                match step {
                    Step::Word(keyword, _) if word.is(keyword) => self.put(at + 1, next),
                    Step::Sign(sign) if word.text == *sign => self.put(at + 1, next),
                    Step::Slot(slot) if !is_keyword => self.slot(*slot, at, next),
                    _ => {}
                }
            }
        }
    }

    /// Takes what fills a slot.
    fn slot(&mut self, slot: Slot, at: usize, next: Item) {
        if slot.is_expression() {
            return self.expression(slot, at, next);
        }
        let end = match slot {
            Slot::Group => self.group(at),
            Slot::String | Slot::Label => self.string(at),
            Slot::Type(_) => {
                self.note_tail(at);
                self.type_name(at)
            }
            Slot::Known(
                Known::Signature
                | Known::Procedure
                | Known::TriggerFunction
                | Known::Source
                | Known::Joinable,
            ) => self.name(at).map(|end| self.group(end).unwrap_or(end)),
            _ => self.name(at),
        };
        let Some(end) = end else {
            self.inside_of_call(slot, at, next);
            return;
        };
        let mut next = next;
        if slot.is_target() {
            next.target = Some((at, end));
        }
        if slot == Slot::Known(Known::Reference) {
            next.reference = Some((at, end));
        }
        self.put(end, next);
        self.inside_of_call(slot, at, next);
    }

    /// Notes that the place is in the parentheses behind a name: arguments of a function that is read from, or the types
    /// that tell a function from others.
    fn inside_of_call(&mut self, slot: Slot, at: usize, next: Item) {
        let inside = match slot {
            Slot::Known(Known::Source | Known::Joinable) => Slot::Expr,
            Slot::Known(Known::Signature | Known::Procedure) => Slot::Type(TypeUse::Plain),
            _ => return,
        };
        let Some(end) = self.name(at) else {
            return;
        };
        let opens = self
            .words
            .get(end)
            .is_some_and(|word| word.kind == TokenKind::LeftParen);
        if opens && self.brackets.close(end).is_none() {
            self.note(inside, next);
        }
    }

    /// Notes what a type goes on with whose first word stands before the place.
    fn note_tail(&mut self, at: usize) {
        let last = self.words.get(at).filter(|_| at + 1 == self.words.len());
        let tails = last.and_then(|word| TAILS.iter().find(|(first, _)| word.is(first)));
        self.tails.extend(tails.into_iter().flat_map(|(_, tails)| *tails));
    }

    fn group(&self, at: usize) -> Option<usize> {
        let word = self.words.get(at)?;
        let close = self
            .brackets
            .close(at)
            .filter(|_| word.kind == TokenKind::LeftParen)?;
        Some(close + 1)
    }

    fn string(&self, at: usize) -> Option<usize> {
        self.words
            .get(at)
            .is_some_and(|word| word.kind.is_string() || word.kind.is_variable())
            .then_some(at + 1)
    }

    /// `a.b.c`
    fn name(&self, at: usize) -> Option<usize> {
        let word = self.words.get(at)?;
        if !word.is_name() && word.kind != TokenKind::Variable {
            return None;
        }
        let mut end = at + 1;
        while let (Some(dot), Some(_)) = (self.words.get(end), self.words.get(end + 1))
            && dot.kind == TokenKind::Dot
        {
            end += 2;
        }
        Some(end)
    }

    fn type_name(&self, at: usize) -> Option<usize> {
        let setof = self.words.get(at).is_some_and(|word| word.is("SETOF"));
        let mut end = self.name(at + usize::from(setof))?;
        let tails: [&[&str]; 6] = [
            &["PRECISION"],
            &["VARYING"],
            &["WITH", "TIME", "ZONE"],
            &["WITHOUT", "TIME", "ZONE"],
            &["ARRAY"],
            &[],
        ];
        for _ in 0..2 {
            let tail = tails.iter().find(|tail| {
                let words = self.words.get(end..end + tail.len());
                words.is_some_and(|words| words.iter().zip(**tail).all(|(word, keyword)| word.is(keyword)))
            });
            end += tail.map_or(0, |tail| tail.len());
            end = self.group(end).unwrap_or(end);
        }
        while self
            .words
            .get(end)
            .is_some_and(|word| word.kind == TokenKind::LeftBracket)
            && let Some(close) = self.brackets.close(end)
        {
            end = close + 1;
        }
        if let [percent, word, ..] = self.words.get(end..).unwrap_or_default()
            && percent.text == "%"
            && word.is_any(&["TYPE", "ROWTYPE"])
        {
            end += 2;
        }
        Some(end)
    }

    /// Takes an expression: to each place where it may be over.
    fn expression(&mut self, slot: Slot, from: usize, next: Item) {
        let stops = self.follow(next.node);
        let mut at = from;
        while let Some(word) = self.words.get(at) {
            match word.kind {
                TokenKind::LeftParen | TokenKind::LeftBracket => match self.brackets.close(at) {
                    Some(close) => at = close + 1,
                    None => return self.note(slot, next),
                },
                TokenKind::RightParen | TokenKind::RightBracket | TokenKind::Comma | TokenKind::Semicolon => {
                    return;
                }
                TokenKind::Assign => return,
                TokenKind::Ident if at > from && self.stops(at, &stops) => return,
                _ => at += 1,
            }
            if phase(self.words.get(from..at).unwrap_or_default()) == Phase::Operator {
                self.put(at, next);
            }
        }
        self.note(slot, next);
    }

    /// Whether the keyword there is one that ends the expression.
    fn stops(&self, at: usize, stops: &[&str]) -> bool {
        let previous = at.checked_sub(1).and_then(|at| self.words.get(at));
        let compares = previous.is_some_and(|word| word.is("DISTINCT"));
        self.words
            .get(at)
            .is_some_and(|word| word.is_any(stops) && !(compares && word.is("FROM")))
    }

    /// The place is in an expression.
    fn note(&mut self, slot: Slot, item: Item) {
        let wanted = Wanted {
            slot,
            phase: phase(self.words),
            target: item.target,
            reference: item.reference,
        };
        if !self.open.contains(&wanted) {
            self.open.push(wanted);
        }
    }

    /// The keywords that may follow a node.
    fn follow(&mut self, node: Node) -> Vec<&'static str> {
        let grammar = self.grammar;
        self.follows
            .entry(node)
            .or_insert_with(|| words_from(grammar, node))
            .clone()
    }

    fn finish(mut self) -> Expected {
        let mut expected = Expected::default();
        let reached = self.reached(self.words.len());
        for wanted in &self.open {
            expected.want(*wanted);
        }
        expected
            .phrases
            .extend(self.tails.iter().map(|tail| (*tail).to_owned()));
        for item in reached {
            expected.is_complete |= self.grammar.steps(item.node).is_empty();
            for (step, node) in self.grammar.steps(item.node) {
                match step {
                    Step::Word(word, offered) => {
                        let mut found = Vec::new();
                        phrases(
                            self.grammar,
                            (*word).to_owned(),
                            *offered,
                            *node,
                            PHRASE,
                            &mut found,
                        );
                        for phrase in found {
                            if !expected.phrases.contains(&phrase) {
                                expected.phrases.push(phrase);
                            }
                        }
                    }
                    Step::Slot(slot) => expected.want(Wanted {
                        slot: *slot,
                        phase: Phase::Operand,
                        target: item.target,
                        reference: item.reference,
                    }),
                    Step::Free | Step::Sign(_) => {}
                }
            }
        }
        expected
    }
}

impl Expected {
    fn want(&mut self, wanted: Wanted) {
        if !self.wanted.contains(&wanted) {
            self.wanted.push(wanted);
        }
    }
}

/// The nodes that are reached from one by steps that take nothing.
fn free(grammar: &Grammar, node: Node) -> Vec<Node> {
    let mut all = Vec::new();
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        if all.contains(&node) {
            continue;
        }
        all.push(node);
        let steps = grammar.steps(node).iter().rev();
        stack.extend(steps.filter(|(step, _)| *step == Step::Free).map(|(_, to)| *to));
    }
    all
}

fn words_from(grammar: &Grammar, node: Node) -> Vec<&'static str> {
    let mut words = Vec::new();
    for node in free(grammar, node) {
        for (step, _) in grammar.steps(node) {
            if let Step::Word(word, _) = step
                && !words.contains(word)
            {
                words.push(*word);
            }
        }
    }
    words
}

/// What is offered for a keyword: it and what must follow, or each that may. It calls itself no deeper than [`PHRASE`].
fn phrases(
    grammar: &Grammar,
    phrase: String,
    offered: Offered,
    to: Node,
    depth: usize,
    found: &mut Vec<String>,
) {
    let mut next: Vec<(&'static str, Offered, Node)> = Vec::new();
    let mut others = false;
    let mut ends = false;
    for node in free(grammar, to) {
        let steps = grammar.steps(node);
        ends |= steps.is_empty();
        for (step, node) in steps {
            match step {
                Step::Word(word, offered) => next.push((word, *offered, *node)),
                Step::Sign(_) | Step::Slot(_) => others = true,
                Step::Free => {}
            }
        }
    }
    let must = next.len() == 1 && !others && !ends;
    if depth == 0 || !(must || offered == Offered::WithNext) || next.is_empty() {
        if !found.contains(&phrase) {
            found.push(phrase);
        }
        return;
    }
    for (word, offered, node) in next {
        phrases(
            grammar,
            format!("{phrase} {word}"),
            offered,
            node,
            depth - 1,
            found,
        );
    }
}

/// Keywords behind which a value comes.
const BEFORE_OPERAND: &[&str] = &[
    "ALL",
    "AND",
    "ANY",
    "ARRAY",
    "BETWEEN",
    "BY",
    "CASE",
    "CHECK",
    "DEFAULT",
    "DISTINCT",
    "ELSE",
    "EXISTS",
    "FROM",
    "HAVING",
    "ILIKE",
    "IN",
    "LIKE",
    "LIMIT",
    "NOT",
    "OFFSET",
    "ON",
    "OR",
    "RETURN",
    "RETURNING",
    "SELECT",
    "SET",
    "SIMILAR",
    "SOME",
    "THEN",
    "TO",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "AS",
    "IF",
    "ELSIF",
    "WHILE",
    "PERFORM",
    "EXECUTE",
    "QUERY",
    "NEXT",
];

/// How far the expression at the end of the words has come.
pub(super) fn phase(words: &[Word<'_>]) -> Phase {
    let Some(last) = words.last() else {
        return Phase::Operand;
    };
    let previous = words.len().checked_sub(2).and_then(|at| words.get(at));
    match last.kind {
        TokenKind::Typecast => Phase::Cast,
        TokenKind::Ident if last.is("IS") => Phase::Is,
        TokenKind::Ident if last.is("NOT") && previous.is_some_and(|word| word.is("IS")) => Phase::Is,
        TokenKind::Ident if last.is("AS") && is_cast(words) => Phase::Cast,
        TokenKind::Ident if last.is_any(BEFORE_OPERAND) => Phase::Operand,
        // `SELECT *`, `count(*)`, `t.*`
        TokenKind::Operator if last.text == "*" => match previous {
            None => Phase::Operator,
            Some(word)
                if matches!(
                    word.kind,
                    TokenKind::Comma | TokenKind::LeftParen | TokenKind::Dot
                ) =>
            {
                Phase::Operator
            }
            Some(word) if word.is_any(BEFORE_OPERAND) => Phase::Operator,
            Some(_) => Phase::Operand,
        },
        TokenKind::Operator | TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::Comma => {
            Phase::Operand
        }
        TokenKind::Assign | TokenKind::Semicolon | TokenKind::Colon | TokenKind::DotDot => Phase::Operand,
        _ => Phase::Operator,
    }
}

/// Whether the words end in `CAST(… AS`.
fn is_cast(words: &[Word<'_>]) -> bool {
    let open = Brackets::of(words).open.last().copied();
    let before = open.and_then(|at| words.get(at.checked_sub(1)?));
    before.is_some_and(|word| word.is("CAST"))
}
