//! A statement's tree as one array, and the kinds of its nodes as numbers.
//!
//! The library's tree is walked once, right after the parse, which also looks for tokens that PostgreSQL would read
//! otherwise. All readers walk the array: to the first child is one step forward, to the next sibling one jump.

use crate::diagnose;
use crate::kind::{self, MARKS, NAMED};
use crate::parser::language;
use crate::prepare::Shifts;
use crate::range::{TextRange, clamp};
use std::fmt;
use std::sync::OnceLock;

/// The kind of a node: a rule of PostgreSQL's grammar (see [`crate::kind`]), a punctuation mark, or `ERROR`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind(u16);

impl Kind {
    /// What no node is.
    pub const NONE: Kind = Kind(0);
    /// Text that fits nowhere.
    pub const ERROR: Kind = Kind(1);
    const FIRST_NAMED: usize = 2;
    const FIRST_MARK: usize = Kind::FIRST_NAMED + NAMED.len();
    /// How many kinds there are.
    pub const COUNT: usize = Kind::FIRST_MARK + MARKS.len();

    /// The kind at that place of the sorted names.
    pub(crate) const fn named(place: u16) -> Kind {
        Kind(place + Kind::FIRST_NAMED as u16)
    }

    /// The kind of a punctuation mark. A mark that the grammar doesn't have is a compile error.
    pub(crate) const fn mark(mark: &str) -> Kind {
        let mut place = 0;
        while place < MARKS.len() {
            if same(MARKS[place], mark) {
                return Kind((place + Kind::FIRST_MARK) as u16);
            }
            place += 1;
        }
        panic!("the grammar has no such mark")
    }

    /// Its name in the grammar; empty for none.
    pub fn name(self) -> &'static str {
        let number = usize::from(self.0);
        match number {
            0 => "",
            1 => "ERROR",
            _ if number < Kind::FIRST_MARK => NAMED.get(number - Kind::FIRST_NAMED).copied().unwrap_or(""),
            _ => MARKS.get(number - Kind::FIRST_MARK).copied().unwrap_or(""),
        }
    }

    /// False for punctuation marks.
    pub(crate) fn is_named(self) -> bool {
        usize::from(self.0) < Kind::FIRST_MARK
    }

    /// Its number, less than [`Kind::COUNT`], for tables by kind.
    pub fn number(self) -> usize {
        usize::from(self.0)
    }

    /// True for kinds whose names say that they are lists.
    pub fn is_list(self) -> bool {
        static LISTS: OnceLock<Vec<bool>> = OnceLock::new();
        let lists = LISTS.get_or_init(|| NAMED.iter().map(|name| names_list(name)).collect());
        let place = usize::from(self.0).wrapping_sub(Kind::FIRST_NAMED);
        lists.get(place).copied().unwrap_or(false)
    }

    /// The kind of that name; [`Kind::NONE`] where the grammar has none.
    pub fn of_name(name: &str) -> Kind {
        let number = match NAMED.binary_search(&name) {
            Ok(place) => Some(place + Kind::FIRST_NAMED),
            Err(_) => MARKS
                .binary_search(&name)
                .ok()
                .map(|place| place + Kind::FIRST_MARK),
        };
        number.map_or(Kind::NONE, |number| Kind(number as u16))
    }

    /// The kind of a symbol of the generated parser. Asked by name once, so that another build of the grammar may number
    /// its symbols as it likes.
    fn of_symbol(symbol: u16) -> Kind {
        static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();
        let kinds = KINDS.get_or_init(|| {
            let language = language();
            (0..language.node_kind_count())
                .map(|id| Kind::of_name(language.node_kind_for_id(id as u16).unwrap_or("")))
                .collect()
        });
        kinds.get(usize::from(symbol)).copied().unwrap_or(Kind::ERROR)
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether two texts are equal, for constants.
const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

fn names_list(name: &str) -> bool {
    [
        "list", "List", "cmds", "Multi", "params", "options", "items", "drops", "Events",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}

/// What is wrong with a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Something within it.
    Within,
    /// It was assumed where there is nothing.
    Missing,
}

/// One node. Those within it follow it, up to `after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    pub(crate) fault: Fault,
    /// Where it is in the statement's text.
    pub(crate) range: TextRange,
    /// The place behind all nodes within it.
    pub(crate) after: u32,
}

const NOTHING: Item = Item {
    kind: Kind::NONE,
    fault: Fault::None,
    range: TextRange { start: 0, end: 0 },
    after: u32::MAX,
};

/// A statement's text and nodes, each node before those within it.
pub(crate) struct Tree {
    pub(crate) text: Box<str>,
    items: Box<[Item]>,
}

impl Tree {
    pub(crate) fn new(text: &str, items: Vec<Item>) -> Tree {
        Tree {
            text: text.into(),
            items: items.into(),
        }
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    pub(crate) fn item(&self, at: u32) -> &Item {
        self.items.get(at as usize).unwrap_or(&NOTHING)
    }
}

/// The nodes of a text without statements.
pub(crate) fn no_items() -> Vec<Item> {
    vec![Item {
        kind: kind::source_file,
        after: 1,
        ..NOTHING
    }]
}

/// The nodes of a tree that the library made of a prepared text, with the ranges of the source.
pub(crate) fn items(prepared: &str, tree: &tree_sitter::Tree, shifts: &Shifts) -> Items {
    let mut reader = Reader {
        prepared,
        shifts,
        is_whole: !tree.root_node().has_error(),
        found: Items {
            items: Vec::with_capacity(prepared.len() / 2),
            misread: None,
        },
    };
    reader.run(tree);
    reader.found
}

/// The nodes of a tree.
pub(crate) struct Items {
    pub(crate) items: Vec<Item>,
    /// The first token, by its offset in the prepared text, that PostgreSQL would read otherwise.
    pub(crate) misread: Option<usize>,
}

struct Reader<'t> {
    prepared: &'t str,
    shifts: &'t Shifts,
    is_whole: bool,
    found: Items,
}

impl Reader<'_> {
    fn run(&mut self, tree: &tree_sitter::Tree) {
        let mut cursor = tree.walk();
        let mut open: Vec<usize> = Vec::with_capacity(64);
        loop {
            let node = cursor.node();
            let at = self.found.items.len();
            self.push(node);
            if node.child_count() > 0 && cursor.goto_first_child() {
                open.push(at);
                continue;
            }
            while !cursor.goto_next_sibling() {
                let after = self.found.items.len() as u32;
                if let Some(item) = open.pop().and_then(|at| self.found.items.get_mut(at)) {
                    item.after = after;
                }
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    fn push(&mut self, node: tree_sitter::Node<'_>) {
        let kind = Kind::of_symbol(node.kind_id());
        let bytes = node.byte_range();
        if self.found.misread.is_none()
            && (kind == kind::identifier || kind == kind::operator)
            && self
                .prepared
                .get(bytes.clone())
                .is_some_and(|token| diagnose::is_misread(kind, token))
        {
            self.found.misread = Some(bytes.start);
        }
        let range = TextRange::new(clamp(bytes.start), clamp(bytes.end));
        self.found.items.push(Item {
            kind,
            fault: if self.is_whole { Fault::None } else { fault(node) },
            range: self.shifts.range_to_source(range),
            after: self.found.items.len() as u32 + 1,
        });
    }
}

fn fault(node: tree_sitter::Node<'_>) -> Fault {
    if node.is_missing() {
        Fault::Missing
    } else if node.has_error() {
        Fault::Within
    } else {
        Fault::None
    }
}
