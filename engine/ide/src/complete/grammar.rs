//! What may follow what: `grammar.txt` as a machine of nodes and steps.
//!
//! The rules are inlined where they are used, so the machine is finite and reading a statement with it needs no stack.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::slot::Slot;

const GRAMMAR: &str = include_str!("grammar.txt");

/// A node of the machine.
pub(super) type Node = usize;

/// What leads from a node to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Free,
    /// A keyword, in capitals, and whether it is offered together with what follows.
    Word(&'static str, Offered),
    /// A sign.
    Sign(&'static str),
    /// A name or an expression.
    Slot(Slot),
}

/// How a keyword is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offered {
    /// By itself, and with what must follow.
    Alone,
    /// With each word that may follow.
    WithNext,
}

/// The machine.
#[derive(Debug, Default)]
pub(super) struct Grammar {
    steps: Vec<Vec<(Step, Node)>>,
    starts: HashMap<&'static str, Node>,
    problems: Vec<String>,
}

/// The rules that reading may begin with.
const ROOTS: [&str; 4] = ["statement", "query", "plpgsql", "declaration"];

impl Grammar {
    /// The machine of `grammar.txt`.
    pub(super) fn get() -> &'static Grammar {
        static GRAMMAR_READ: OnceLock<Grammar> = OnceLock::new();
        GRAMMAR_READ.get_or_init(|| Grammar::read(GRAMMAR))
    }

    /// Where reading of a rule begins.
    pub(super) fn start(&self, rule: &str) -> Node {
        self.starts.get(rule).copied().unwrap_or_default()
    }

    /// The steps from a node.
    pub(super) fn steps(&self, node: Node) -> &[(Step, Node)] {
        self.steps.get(node).map_or(&[], Vec::as_slice)
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    fn read(text: &'static str) -> Grammar {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let rules: HashMap<&str, Vec<&'static str>> = lines
            .filter_map(|line| line.split_once(" = "))
            .map(|(name, body)| (name, body.split_whitespace().collect()))
            .collect();
        let mut grammar = Grammar::default();
        let end = grammar.node();
        let mut made = HashMap::new();
        for root in ROOTS {
            let start = grammar.node();
            grammar.starts.insert(root, start);
            let mut builder = Builder {
                rules: &rules,
                grammar: &mut grammar,
                made: &mut made,
                within: Vec::new(),
            };
            builder.rule(root, start, end);
        }
        grammar
    }

    fn node(&mut self) -> Node {
        self.steps.push(Vec::new());
        self.steps.len() - 1
    }

    fn step(&mut self, from: Node, step: Step, to: Node) {
        if let Some(steps) = self.steps.get_mut(from) {
            steps.push((step, to));
        }
    }
}

/// Makes nodes of rules. It calls itself as deep as `grammar.txt` nests, which no input decides.
struct Builder<'g> {
    rules: &'g HashMap<&'static str, Vec<&'static str>>,
    grammar: &'g mut Grammar,
    /// Where rules begin, by what comes behind them: those that lead to the same node share theirs.
    made: &'g mut HashMap<(String, Node), Node>,
    within: Vec<String>,
}

impl Builder<'_> {
    fn rule(&mut self, name: &str, from: Node, to: Node) {
        let Some(body) = self.rules.get(name) else {
            self.grammar.problems.push(format!("there is no rule `{name}`"));
            return;
        };
        if self.within.iter().any(|outer| outer == name) {
            self.grammar.problems.push(format!("`{name}` holds itself"));
            return;
        }
        let key = (name.to_owned(), to);
        if let Some(start) = self.made.get(&key) {
            return self.grammar.step(from, Step::Free, *start);
        }
        let start = self.grammar.node();
        self.grammar.step(from, Step::Free, start);
        self.made.insert(key, start);
        self.within.push(name.to_owned());
        let mut at = 0;
        self.choice(body, &mut at, start, to);
        if at != body.len() {
            self.grammar
                .problems
                .push(format!("`{name}` isn't read to its end"));
        }
        self.within.pop();
    }

    /// `a | b`, up to a closing bracket.
    fn choice(&mut self, body: &[&'static str], at: &mut usize, from: Node, to: Node) {
        loop {
            self.sequence(body, at, from, to);
            if body.get(*at) != Some(&"|") {
                return;
            }
            *at += 1;
        }
    }

    fn sequence(&mut self, body: &[&'static str], at: &mut usize, from: Node, to: Node) {
        let mut here = self.grammar.node();
        self.grammar.step(from, Step::Free, here);
        while let Some(word) = body.get(*at).copied()
            && !matches!(word, "|" | ")" | "]" | "}")
        {
            *at += 1;
            let is_last = matches!(
                body.get(self.part_end(body, *at, word)),
                None | Some(&("|" | ")" | "]" | "}"))
            );
            let next = if is_last { to } else { self.grammar.node() };
            self.part(word, body, at, here, next);
            here = next;
        }
        if here != to {
            self.grammar.step(here, Step::Free, to);
        }
    }

    /// Where a part ends that begins with a word which stands before `at`.
    fn part_end(&self, body: &[&str], at: usize, word: &str) -> usize {
        let opens = |word: &str| matches!(word, "(" | "[" | "{");
        let mut depth = usize::from(opens(word));
        let mut at = at;
        while depth > 0
            && let Some(word) = body.get(at)
        {
            depth += usize::from(opens(word));
            depth -= usize::from(matches!(*word, ")" | "]" | "}"));
            at += 1;
        }
        at
    }

    fn part(&mut self, word: &'static str, body: &[&'static str], at: &mut usize, from: Node, to: Node) {
        match word {
            "(" | "[" | "{" => {
                let end = if word == "{" { from } else { to };
                self.choice(body, at, from, end);
                *at += 1;
                // Behind the choice, so that what may come is offered before what comes without it.
                if word != "(" {
                    self.grammar.step(from, Step::Free, to);
                }
            }
            _ if word.starts_with('\'') => {
                let sign = word.trim_matches('\'');
                self.grammar.step(from, Step::Sign(sign), to);
            }
            _ if word.starts_with('<') => {
                let name = word.trim_matches(['<', '>']);
                match Slot::named(name) {
                    Some(slot) => self.grammar.step(from, Step::Slot(slot), to),
                    None => self.grammar.problems.push(format!("there is no slot `{name}`")),
                }
            }
            _ if word.starts_with(|c: char| c.is_ascii_lowercase()) => self.named(word, from, to),
            _ => {
                let offered = if word.ends_with('+') {
                    Offered::WithNext
                } else {
                    Offered::Alone
                };
                self.grammar
                    .step(from, Step::Word(word.trim_end_matches('+'), offered), to);
            }
        }
    }

    /// A rule by its name; with `+`, a group that has no keyword of its own.
    fn named(&mut self, word: &'static str, from: Node, to: Node) {
        self.rule(word.trim_end_matches('+'), from, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_and_slot_is_there() {
        let grammar = Grammar::get();
        assert_eq!(grammar.problems, Vec::<String>::new());
        assert!(grammar.len() < 60_000, "{}", grammar.len());
    }

    #[test]
    fn every_rule_is_used() {
        for line in GRAMMAR.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, _)) = line.split_once(" = ") else {
                continue;
            };
            let used = GRAMMAR.lines().filter_map(|line| line.split_once(" = "));
            let used = used
                .flat_map(|(_, body)| body.split_whitespace())
                .any(|word| word == name);
            assert!(used || ROOTS.contains(&name), "{name}");
        }
    }
}
