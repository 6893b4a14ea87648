//! What a node of a tree is for a highlighter, as `queries/highlights.scm` says it.
//!
//! Editors give the file to tree-sitter; here it is read by the little that it uses of the query language (nodes within
//! nodes, lists of alternatives, marks, captures) and held against our own trees. To compile it with the library takes
//! tens of milliseconds, and the library's trees are gone by then. A test holds both readings together.

use std::iter::Peekable;
use std::str::Chars;
use std::sync::OnceLock;

use confiture_syntax::{Children, Kind, Node, TextRange};

use super::TokenKind;

const HIGHLIGHTS: &str = include_str!("../../../../queries/highlights.scm");

/// What a capture says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Class {
    /// `None` for what isn't told: brackets, commas.
    pub(super) kind: Option<TokenKind>,
    /// The grammar has a word of its own for it: `integer`.
    pub(super) is_word: bool,
}

impl Class {
    fn of(capture: &str) -> Option<Class> {
        let kind = match capture {
            "boolean" | "constant.builtin" | "keyword" => Some(TokenKind::Keyword),
            "comment" => Some(TokenKind::Comment),
            "constant" => Some(TokenKind::EnumLabel),
            "function" | "function.call" => Some(TokenKind::Function),
            "module" => Some(TokenKind::Schema),
            "number" | "number.float" => Some(TokenKind::Number),
            "operator" => Some(TokenKind::Operator),
            "property" | "variable" => Some(TokenKind::Variable),
            "punctuation.bracket" | "punctuation.delimiter" => None,
            "string" | "string.special" => Some(TokenKind::String),
            "type" | "type.builtin" => Some(TokenKind::Type),
            "type.relation" => Some(TokenKind::Table),
            "variable.member" => Some(TokenKind::Column),
            "variable.parameter" => Some(TokenKind::Parameter),
            _ => return None,
        };
        Some(Class {
            kind,
            is_word: capture == "type.builtin",
        })
    }
}

/// The classes of a tree's tokens, by where they start.
#[derive(Debug, Default)]
pub(super) struct Classes {
    /// Where the token starts, the number of the rule, what it says.
    found: Vec<(u32, u32, Class)>,
}

impl Classes {
    /// Adds those of a tree; `place` tells where a node stands, and that it stands there at all.
    pub(super) fn add(&mut self, root: Node<'_>, place: impl Fn(Node<'_>) -> Option<TextRange>) {
        let rules = Rules::get();
        let mut captures = Vec::new();
        for node in root.descendants() {
            for rule in rules.of(node.kind()) {
                captures.clear();
                if rule.pattern.matches(node, &mut captures) {
                    let told = captures.iter().filter_map(|(node, class)| {
                        let range = place(*node).filter(|range| !range.is_empty())?;
                        Some((range.start, rule.number, *class))
                    });
                    self.found.extend(told);
                }
            }
        }
    }

    /// Ready to be asked.
    pub(super) fn sorted(mut self) -> Classes {
        self.found
            .sort_unstable_by_key(|(start, rule, _)| (*start, *rule));
        self
    }

    /// The class of the token that starts there: of several rules the last.
    pub(super) fn at(&self, start: u32) -> Option<Class> {
        let behind = self.found.partition_point(|(at, _, _)| *at <= start);
        let (at, _, class) = self.found.get(behind.checked_sub(1)?)?;
        (*at == start).then_some(*class)
    }
}

/// The rules of the file.
struct Rules {
    /// By the number of the kind that a rule begins with.
    by_kind: Vec<Vec<Rule>>,
    #[cfg(test)]
    problems: Vec<String>,
}

#[derive(Debug, Clone)]
struct Rule {
    /// Its place in the file.
    number: u32,
    pattern: Pattern,
}

#[derive(Debug, Clone, Default)]
struct Pattern {
    /// Any of these kinds.
    kinds: Vec<Kind>,
    capture: Option<Class>,
    /// Among the children, in this order, others may stand between.
    children: Vec<Pattern>,
}

impl Pattern {
    fn matches<'t>(&self, node: Node<'t>, captures: &mut Vec<(Node<'t>, Class)>) -> bool {
        if !self.kinds.contains(&node.kind()) {
            return false;
        }
        let own = captures.len();
        captures.extend(self.capture.map(|class| (node, class)));
        let is_match = within(node.children(), &self.children, captures);
        if !is_match {
            captures.truncate(own);
        }
        is_match
    }
}

/// Whether patterns match children in order; captures are those of every way to do so.
fn within<'t>(
    mut children: Children<'t>,
    patterns: &[Pattern],
    captures: &mut Vec<(Node<'t>, Class)>,
) -> bool {
    let Some((first, rest)) = patterns.split_first() else {
        return true;
    };
    let mut is_match = false;
    while let Some(child) = children.next() {
        let before = captures.len();
        if first.matches(child, captures) && within(children.clone(), rest, captures) {
            is_match = true;
        } else {
            captures.truncate(before);
        }
    }
    is_match
}

impl Rules {
    fn get() -> &'static Rules {
        static RULES: OnceLock<Rules> = OnceLock::new();
        RULES.get_or_init(|| Rules::read(HIGHLIGHTS))
    }

    fn of(&self, kind: Kind) -> &[Rule] {
        self.by_kind.get(kind.number()).map_or(&[], Vec::as_slice)
    }

    /// A pattern that can't be read is left out; a test finds it.
    fn read(text: &str) -> Rules {
        let mut reader = Reader {
            rest: text.chars().peekable(),
            problems: Vec::new(),
        };
        let mut by_kind = vec![Vec::new(); Kind::COUNT];
        let mut number = 0;
        while let Some(pattern) = reader.pattern() {
            for kind in &pattern.kinds {
                let own = by_kind.get_mut(kind.number());
                own.into_iter().for_each(|own: &mut Vec<Rule>| {
                    own.push(Rule {
                        number,
                        // Of a list of hundreds, only the one that is looked up.
                        pattern: Pattern {
                            kinds: vec![*kind],
                            ..pattern.clone()
                        },
                    });
                });
            }
            number += 1;
        }
        Rules {
            by_kind,
            #[cfg(test)]
            problems: reader.problems,
        }
    }
}

/// Reads patterns. How deep it goes is up to the file, which is a part of the program.
struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn skip_blanks(&mut self) {
        while let Some(next) = self.rest.peek() {
            if *next == ';' {
                let _ = self.rest.by_ref().find(|c| *c == '\n');
            } else if next.is_whitespace() {
                self.rest.next();
            } else {
                return;
            }
        }
    }

    /// The next pattern; `None` where a list or the file ends.
    fn pattern(&mut self) -> Option<Pattern> {
        self.skip_blanks();
        let mut pattern = Pattern::default();
        match *self.rest.peek()? {
            '(' => {
                self.rest.next();
                let name = self.word();
                pattern.kinds.push(self.kind(&name));
                while let Some(child) = self.pattern() {
                    pattern.children.push(child);
                }
                self.close(')');
            }
            '[' => {
                self.rest.next();
                while let Some(one) = self.pattern() {
                    if !one.children.is_empty() || one.capture.is_some() {
                        self.problems
                            .push(format!("more than a kind in a list: {:?}", one.kinds));
                    }
                    pattern.kinds.extend(one.kinds);
                }
                self.close(']');
            }
            '"' => {
                self.rest.next();
                let mark: String = std::iter::from_fn(|| self.rest.next_if(|c| *c != '"')).collect();
                self.close('"');
                pattern.kinds.push(self.kind(&mark));
            }
            ')' | ']' => return None,
            other => {
                self.problems.push(format!("unexpected {other:?}"));
                self.rest.next();
                return self.pattern_after_problem();
            }
        }
        self.skip_blanks();
        if self.rest.next_if_eq(&'@').is_some() {
            let capture = self.word();
            pattern.capture = Class::of(&capture);
            if pattern.capture.is_none() {
                self.problems.push(format!("unknown capture @{capture}"));
            }
        }
        Some(pattern)
    }

    /// Goes on at the next line.
    fn pattern_after_problem(&mut self) -> Option<Pattern> {
        let _ = self.rest.by_ref().find(|c| *c == '\n');
        self.rest.peek().map(|_| Pattern::default())
    }

    fn word(&mut self) -> String {
        std::iter::from_fn(|| {
            self.rest
                .next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
        })
        .collect()
    }

    fn kind(&mut self, name: &str) -> Kind {
        let kind = Kind::of_name(name);
        if kind == Kind::NONE {
            self.problems.push(format!("no node is called {name:?}"));
        }
        kind
    }

    fn close(&mut self, mark: char) {
        self.skip_blanks_unless_quoted(mark);
        if self.rest.next_if_eq(&mark).is_none() {
            self.problems.push(format!("{mark:?} is missing"));
        }
    }

    fn skip_blanks_unless_quoted(&mut self, mark: char) {
        if mark != '"' {
            self.skip_blanks();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_understood_whole() {
        let rules = Rules::get();
        assert_eq!(rules.problems, Vec::<String>::new());
        assert!(rules.by_kind.iter().map(Vec::len).sum::<usize>() > 600);
    }

    #[test]
    fn what_is_not_understood_is_told_and_left_out() {
        let rules = Rules::read("(no_such_node) @keyword\n(ColId @what\n?\n(ColId) @variable");
        assert_eq!(rules.problems.len(), 4, "{:?}", rules.problems);
    }
}
