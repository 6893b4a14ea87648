//! A node of a statement's tree, with its text.

use crate::kind;
use crate::literal;
use crate::name::Name;
use crate::range::TextRange;
use crate::tree::{Fault, Item, Kind, Tree};

/// A node of a statement's tree. Ranges count from the start of the statement's text, and the text is the source's.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    tree: &'a Tree,
    at: u32,
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
    pub(crate) fn root(tree: &'a Tree) -> Node<'a> {
        Node { tree, at: 0 }
    }

    fn item(self) -> &'a Item {
        self.tree.item(self.at)
    }

    /// The kind: a rule of PostgreSQL's grammar (see [`crate::kind`]), a punctuation mark, or `ERROR`.
    pub fn kind(self) -> Kind {
        self.item().kind
    }

    /// Where the node is in the statement's text.
    pub fn range(self) -> TextRange {
        self.item().range
    }

    /// The node's source.
    pub fn text(self) -> &'a str {
        self.range().slice(&self.tree.text)
    }

    /// False for punctuation marks.
    pub fn is_named(self) -> bool {
        self.kind().is_named()
    }

    /// Text that fits nowhere.
    pub fn is_error(self) -> bool {
        self.kind() == Kind::ERROR
    }

    /// A token that was not there and was assumed.
    pub fn is_missing(self) -> bool {
        self.item().fault == Fault::Missing
    }

    /// True when the node or one within it is an error or missing.
    pub fn has_error(self) -> bool {
        self.item().fault != Fault::None
    }

    /// How many children there are.
    pub fn child_count(self) -> usize {
        self.children().count()
    }

    /// The children in order, punctuation included.
    pub fn children(self) -> Children<'a> {
        Children {
            tree: self.tree,
            at: self.at.saturating_add(1),
            end: self.item().after,
        }
    }

    /// The children in order without punctuation.
    pub fn named_children(self) -> impl Iterator<Item = Node<'a>> {
        self.children().filter(|child| child.is_named())
    }

    /// The first child of a kind.
    pub fn child(self, kind: Kind) -> Option<Node<'a>> {
        self.children().find(|child| child.kind() == kind)
    }

    /// The first child whose kind is among `kinds`.
    pub fn child_among(self, kinds: &[Kind]) -> Option<Node<'a>> {
        self.children().find(|child| kinds.contains(&child.kind()))
    }

    /// True when a child is of that kind.
    pub fn has(self, kind: Kind) -> bool {
        self.child(kind).is_some()
    }

    /// The elements of a list in order. Lists are left-recursive in the grammar (`list: element | list ',' element`); this walks
    /// down the lists of this node's own kind, and into a list that is its only content.
    pub fn list(self, element: Kind) -> Vec<Node<'a>> {
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
                } else if kind.is_list() {
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
            tree: self.tree,
            at: self.at,
            end: self.item().after,
            last: None,
        }
    }

    /// The first node of a kind within this one, itself not counted.
    pub fn find(self, kind: Kind) -> Option<Node<'a>> {
        self.descendants().skip(1).find(|node| node.kind() == kind)
    }

    /// All nodes of a kind within this one, itself not counted, in order.
    pub fn find_all(self, kind: Kind) -> impl Iterator<Item = Node<'a>> + use<'a> {
        self.descendants().skip(1).filter(move |node| node.kind() == kind)
    }

    /// The name that a node of one token means: an identifier, a keyword used as a name, or (as in `LANGUAGE 'sql'`) a string
    /// constant. `None` for a node of several tokens.
    pub fn name(self) -> Option<Name> {
        let token = self.only_token()?;
        match literal::string_value(token.text()) {
            Some(value) if token.kind() != kind::identifier => Some(Name::new(value)),
            _ if token.text().is_empty() => None,
            _ => Some(Name::fold(token.text())),
        }
    }

    fn only_token(self) -> Option<Node<'a>> {
        let mut node = self;
        loop {
            let mut children = node.children().filter(|child| child.kind() != kind::comment);
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
        let mut open: Vec<u32> = Vec::new();
        for node in self.descendants() {
            while open.pop_if(|end| *end <= node.at).is_some() {
                out.push(')');
            }
            open_sexp(&mut out, node);
            open.push(node.item().after);
        }
        out.extend(open.iter().map(|_| ')'));
        out
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
        out.push_str(node.kind().name());
    } else {
        out.push('"');
        out.push_str(node.kind().name());
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
        std::ptr::eq(self.tree, other.tree) && self.at == other.at
    }
}

impl Eq for Node<'_> {}

const NAMES: &[Kind] = &[
    kind::ColId,
    kind::ColLabel,
    kind::BareColLabel,
    kind::attr_name,
    kind::name,
    kind::type_function_name,
    kind::param_name,
    kind::identifier,
    kind::quoted_identifier,
];

const DOTTED: &[Kind] = &[
    kind::qualified_name,
    kind::any_name,
    kind::func_name,
    kind::relation_expr,
    kind::extended_relation_expr,
    kind::relation_expr_opt_alias,
    kind::insert_target,
    kind::columnref,
    kind::indirection,
    kind::opt_indirection,
    kind::indirection_el,
    kind::attrs,
    kind::GenericType,
    kind::var_name,
    kind::handler_name,
    kind::set_target,
    kind::insert_column_item,
];

/// The children of a node.
#[derive(Clone)]
pub struct Children<'a> {
    tree: &'a Tree,
    at: u32,
    end: u32,
}

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        if self.at >= self.end {
            return None;
        }
        let node = Node {
            tree: self.tree,
            at: self.at,
        };
        self.at = node.item().after;
        Some(node)
    }
}

/// A node and all nodes within it, in order.
pub struct Descendants<'a> {
    tree: &'a Tree,
    at: u32,
    end: u32,
    /// The node that was given last, unless its children have been skipped.
    last: Option<Node<'a>>,
}

impl Descendants<'_> {
    /// Goes on behind the last node instead of into it.
    pub fn skip_children(&mut self) {
        if let Some(last) = self.last.take() {
            self.at = last.item().after;
        }
    }
}

impl<'a> Iterator for Descendants<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        if self.at >= self.end {
            return None;
        }
        let node = Node {
            tree: self.tree,
            at: self.at,
        };
        self.at += 1;
        self.last = Some(node);
        Some(node)
    }
}
