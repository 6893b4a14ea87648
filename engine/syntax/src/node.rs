//! A node of a statement's tree, with its text.

use crate::literal;
use crate::name::Name;
use crate::parser::language;
use crate::prepare::Shifts;
use crate::range::TextRange;
use std::sync::OnceLock;

/// A node of a statement's tree. Ranges count from the start of the statement's text, and the text is the source's.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    inner: tree_sitter::Node<'a>,
    source: Source<'a>,
}

#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) text: &'a str,
    pub(crate) shifts: &'a Shifts,
}

/// A dotted name such as `public.users`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualifiedRef {
    /// The names between the dots, at least one, each with its place in the statement.
    pub parts: Vec<(Name, TextRange)>,
    /// The whole.
    pub range: TextRange,
}

impl QualifiedRef {
    /// The schema, where the name has one.
    pub fn schema(&self) -> Option<&Name> {
        let before_last = self.parts.len().checked_sub(2)?;
        Some(&self.parts[before_last].0)
    }

    /// The last name.
    pub fn name(&self) -> &Name {
        &self.parts[self.parts.len() - 1].0
    }
}

impl<'a> Node<'a> {
    pub(crate) fn new(inner: tree_sitter::Node<'a>, source: Source<'a>) -> Node<'a> {
        Node { inner, source }
    }

    fn with(self, inner: tree_sitter::Node<'a>) -> Node<'a> {
        Node {
            inner,
            source: self.source,
        }
    }

    /// The kind: a rule of PostgreSQL's grammar (see [`crate::kind`]), a punctuation mark, or `ERROR`.
    pub fn kind(self) -> &'static str {
        kind_name(self.inner.kind_id())
    }

    /// A number that differs for different nodes of one tree.
    pub fn id(self) -> usize {
        self.inner.id()
    }

    /// Where the node is in the statement's text.
    pub fn range(self) -> TextRange {
        let range = self.inner.byte_range();
        let back = |offset: usize| self.source.shifts.to_source(crate::range::clamp(offset));
        TextRange::new(back(range.start), back(range.end))
    }

    /// The node's source.
    pub fn text(self) -> &'a str {
        self.range().slice(self.source.text)
    }

    /// False for punctuation marks.
    pub fn is_named(self) -> bool {
        self.inner.is_named()
    }

    /// Text that fits nowhere.
    pub fn is_error(self) -> bool {
        self.inner.is_error()
    }

    /// A token that was not there and was assumed.
    pub fn is_missing(self) -> bool {
        self.inner.is_missing()
    }

    /// True when the node or one within it is an error or missing.
    pub fn has_error(self) -> bool {
        self.inner.has_error()
    }

    /// The node around this one. This takes time proportional to the node's depth.
    pub fn parent(self) -> Option<Node<'a>> {
        self.inner.parent().map(|parent| self.with(parent))
    }

    /// How many children there are.
    pub fn child_count(self) -> usize {
        self.inner.child_count() as usize
    }

    /// The children in order, punctuation included.
    pub fn children(self) -> Children<'a> {
        let mut cursor = self.inner.walk();
        let pending = cursor.goto_first_child();
        Children {
            cursor,
            pending,
            source: self.source,
        }
    }

    /// The children in order without punctuation.
    pub fn named_children(self) -> impl Iterator<Item = Node<'a>> {
        self.children().filter(|child| child.is_named())
    }

    /// The first child of a kind.
    pub fn child(self, kind: &str) -> Option<Node<'a>> {
        self.children().find(|child| child.kind() == kind)
    }

    /// The first child whose kind is among `kinds`.
    pub fn child_among(self, kinds: &[&str]) -> Option<Node<'a>> {
        self.children().find(|child| kinds.contains(&child.kind()))
    }

    /// True when a child is of that kind.
    pub fn has(self, kind: &str) -> bool {
        self.child(kind).is_some()
    }

    /// The elements of a list in order. Lists are left-recursive in the grammar (`list: element | list ',' element`); this walks
    /// down the lists of this node's own kind, and into a list that is its only content.
    pub fn list(self, element: &str) -> Vec<Node<'a>> {
        let mut elements = Vec::new();
        let mut list = Some(self);
        while let Some(node) = list {
            let mut next = None;
            let before = elements.len();
            let mut wrapped = None;
            for child in node.children() {
                let kind = child.kind();
                if kind == element {
                    elements.push(child);
                } else if kind == node.kind() && next.is_none() {
                    next = Some(child);
                } else if is_list(kind) {
                    wrapped = wrapped.or(Some(child));
                }
            }
            elements[before..].reverse();
            let is_empty = elements.len() == before && next.is_none();
            list = if is_empty { wrapped } else { next };
        }
        elements.reverse();
        elements
    }

    /// The node and all nodes within it, each before its children.
    pub fn descendants(self) -> Descendants<'a> {
        Descendants {
            cursor: self.inner.walk(),
            source: self.source,
            state: Walk::Start,
        }
    }

    /// The first node of a kind within this one, itself not counted.
    pub fn find(self, kind: &str) -> Option<Node<'a>> {
        self.descendants().skip(1).find(|node| node.kind() == kind)
    }

    /// All nodes of a kind within this one, itself not counted, in order.
    pub fn find_all<'k>(self, kind: &'k str) -> impl Iterator<Item = Node<'a>> + use<'a, 'k> {
        self.descendants().skip(1).filter(move |node| node.kind() == kind)
    }

    /// The name that a node of one token means: an identifier, a keyword used as a name, or (as in `LANGUAGE 'sql'`) a string
    /// constant. `None` for a node of several tokens.
    pub fn name(self) -> Option<Name> {
        let token = self.only_token()?;
        match literal::string_value(token.text()) {
            Some(value) if token.kind() != "identifier" => Some(Name::new(value)),
            _ if token.text().is_empty() => None,
            _ => Some(Name::fold(token.text())),
        }
    }

    fn only_token(self) -> Option<Node<'a>> {
        let mut node = self;
        loop {
            let mut children = node.children().filter(|child| child.kind() != "comment");
            let Some(child) = children.next() else {
                return Some(node);
            };
            if children.next().is_some() {
                return None;
            }
            node = child;
        }
    }

    /// The dotted name that a `qualified_name`, `any_name`, `func_name`, `relation_expr`, `columnref`, type name or single name is.
    /// Subscripts, `*` and `ONLY` are left out. `None` when there is no name in it.
    pub fn qualified(self) -> Option<QualifiedRef> {
        let mut parts: Vec<(Name, TextRange)> = Vec::new();
        let mut open = vec![self];
        while let Some(node) = open.pop() {
            if NAMES.contains(&node.kind()) {
                parts.extend(node.name().map(|name| (name, node.range())));
            } else if DOTTED.contains(&node.kind()) {
                let first = open.len();
                open.extend(node.named_children());
                open[first..].reverse();
            }
        }
        let range = parts.first()?.1.cover(parts.last()?.1);
        Some(QualifiedRef { parts, range })
    }

    /// The value of a string constant (`Sconst`, or a node that is nothing else). `None` for anything else.
    pub fn string_value(self) -> Option<String> {
        literal::string_value(self.only_token()?.text())
    }

    /// The tree below as an S-expression, anonymous nodes included.
    pub fn to_sexp(self) -> String {
        let mut out = String::new();
        let mut cursor = self.inner.walk();
        loop {
            open_sexp(&mut out, self.with(cursor.node()));
            if cursor.goto_first_child() {
                continue;
            }
            loop {
                out.push(')');
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return out;
                }
            }
        }
    }
}

fn open_sexp(out: &mut String, node: Node<'_>) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push('(');
    if node.is_missing() {
        out.push_str("MISSING ");
    }
    if node.is_named() {
        out.push_str(node.kind());
    } else {
        out.push('"');
        out.push_str(node.kind());
        out.push('"');
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{:?}", self.kind(), self.range())
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Node<'_>) -> bool {
        self.inner == other.inner
    }
}

impl Eq for Node<'_> {}

const NAMES: &[&str] = &[
    "ColId",
    "ColLabel",
    "BareColLabel",
    "attr_name",
    "name",
    "type_function_name",
    "param_name",
    "var_name_part",
    "identifier",
    "quoted_identifier",
];

const DOTTED: &[&str] = &[
    "qualified_name",
    "any_name",
    "func_name",
    "relation_expr",
    "extended_relation_expr",
    "relation_expr_opt_alias",
    "insert_target",
    "columnref",
    "indirection",
    "opt_indirection",
    "indirection_el",
    "attrs",
    "opt_attrs",
    "GenericType",
    "var_name",
    "handler_name",
    "type_name",
    "set_target",
    "insert_column_item",
];

fn is_list(kind: &str) -> bool {
    [
        "list", "List", "cmds", "Multi", "params", "options", "items", "drops", "Events",
    ]
    .iter()
    .any(|end| kind.ends_with(end))
}

/// The children of a node.
pub struct Children<'a> {
    cursor: tree_sitter::TreeCursor<'a>,
    pending: bool,
    source: Source<'a>,
}

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        if !self.pending {
            return None;
        }
        let node = self.cursor.node();
        self.pending = self.cursor.goto_next_sibling();
        Some(Node::new(node, self.source))
    }
}

enum Walk {
    Start,
    Inside,
    Done,
}

/// A node and all nodes within it, in order.
pub struct Descendants<'a> {
    cursor: tree_sitter::TreeCursor<'a>,
    source: Source<'a>,
    state: Walk,
}

impl Descendants<'_> {
    /// Goes on behind the last node instead of into it.
    pub fn skip_children(&mut self) {
        if matches!(self.state, Walk::Inside) && !self.leave() {
            self.state = Walk::Done;
        } else if matches!(self.state, Walk::Inside) {
            self.state = Walk::Start;
        }
    }

    fn leave(&mut self) -> bool {
        while !self.cursor.goto_next_sibling() {
            if !self.cursor.goto_parent() {
                return false;
            }
        }
        true
    }
}

impl<'a> Iterator for Descendants<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        match self.state {
            Walk::Done => return None,
            Walk::Start => self.state = Walk::Inside,
            Walk::Inside => {
                if !self.cursor.goto_first_child() && !self.leave() {
                    self.state = Walk::Done;
                    return None;
                }
            }
        }
        Some(Node::new(self.cursor.node(), self.source))
    }
}

/// The name of a kind by its number, looked up once: asking the grammar measures a C string each time.
fn kind_name(id: u16) -> &'static str {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let language = language();
        (0..language.node_kind_count())
            .map(|id| language.node_kind_for_id(id as u16).unwrap_or(""))
            .collect()
    });
    names.get(id as usize).copied().unwrap_or("ERROR")
}
