//! Operands: columns, constants, calls, CASE, arrays, subqueries.

use confiture_syntax::kind as k;
use confiture_syntax::{Kind, Node, mark};

use super::literal;
use super::read::{DEEPEST, Reading};
use super::term::{Access, Term};
use crate::read::types::{simple_type, sql_type};
use crate::types::SqlType;

impl Reading {
    /// Anything that needs no operator.
    pub(super) fn primary(self, node: Node<'_>, depth: u32) -> Option<Term> {
        if depth > DEEPEST {
            return None;
        }
        match node.kind() {
            k::c_expr => self.c_expr(node, depth + 1),
            k::columnref => self.column(node, depth),
            k::AexprConst => self.constant(node),
            k::func_expr | k::func_application | k::func_expr_common_subexpr => self.function(node, depth),
            k::case_expr => self.case(node, depth),
            k::explicit_row | k::implicit_row | k::row => Some(Term::Row(self.row(node, depth)?)),
            k::array_expr => self.array(node, depth),
            _ => self.words(node, depth),
        }
    }

    fn c_expr(self, node: Node<'_>, depth: u32) -> Option<Term> {
        let mut children = node.children();
        let first = children.next()?;
        let second = children.next();
        match (first.kind(), second) {
            (mark::OPEN, Some(inner)) => {
                let value = self.expr(inner, depth)?;
                match node.child(k::opt_indirection) {
                    Some(steps) => self.access(value, steps, depth),
                    None => Some(value),
                }
            }
            (k::kw_array, Some(items)) if items.kind() == k::array_expr => self.array(items, depth),
            (_, None) => self.primary(first, depth),
            _ => self.words(node, depth),
        }
    }

    /// Lists are left-recursive, so their items are gathered in a loop.
    fn array(self, node: Node<'_>, depth: u32) -> Option<Term> {
        if depth > DEEPEST {
            return None;
        }
        if let Some(list) = node.child(k::expr_list) {
            return Some(Term::Array(self.list(list, depth)?));
        }
        let rows = node
            .child(k::array_expr_list)
            .map(|list| list.list(k::array_expr))
            .unwrap_or_default();
        let items: Option<Vec<Term>> = rows.into_iter().map(|row| self.array(row, depth + 1)).collect();
        Some(Term::Array(items?))
    }

    fn row(self, node: Node<'_>, depth: u32) -> Option<Vec<Term>> {
        let mut items = match node.child(k::expr_list) {
            Some(list) => self.list(list, depth)?,
            None => Vec::new(),
        };
        if let Some(last) = node.child(k::a_expr) {
            items.push(self.expr(last, depth)?);
        }
        Some(items)
    }

    /// A column without the relation it is of, which a file need not name; `new` and `old` of triggers stay.
    fn column(self, node: Node<'_>, depth: u32) -> Option<Term> {
        let first = node.child(k::ColId)?.name()?;
        let Some(indirection) = node.child(k::indirection) else {
            return Some(Term::Word(first.quoted().to_string()));
        };
        let mut word = first.quoted().to_string();
        let kept = matches!(first.as_str(), "new" | "old");
        let mut steps = Vec::new();
        for element in indirection.list(k::indirection_el) {
            let name = match element.child(k::attr_name) {
                Some(name) => name.name()?.quoted().to_string(),
                None if element.text().ends_with('*') => "*".to_owned(),
                None => {
                    steps.push(self.step(element, depth)?);
                    continue;
                }
            };
            match (steps.is_empty(), kept) {
                (true, true) => word = format!("{word}.{name}"),
                (true, false) => word = name,
                (false, _) => steps.push(Access::Field(name)),
            }
        }
        let column = Term::Word(word);
        Some(if steps.is_empty() {
            column
        } else {
            Term::Access(Box::new(column), steps)
        })
    }

    fn access(self, value: Term, steps: Node<'_>, depth: u32) -> Option<Term> {
        let elements = steps.list(k::indirection_el);
        let steps: Option<Vec<Access>> = elements
            .into_iter()
            .map(|element| self.step(element, depth))
            .collect();
        Some(Term::Access(Box::new(value), steps?))
    }

    fn step(self, element: Node<'_>, depth: u32) -> Option<Access> {
        if let Some(name) = element.child(k::attr_name) {
            return Some(Access::Field(name.name()?.quoted().to_string()));
        }
        if let Some(at) = element.child(k::a_expr) {
            return Some(Access::Element(self.expr(at, depth + 1)?));
        }
        if element.text().ends_with('*') {
            return Some(Access::Field("*".to_owned()));
        }
        let (mut from, mut to, mut after) = (None, None, false);
        for child in element.children() {
            match child.kind() {
                mark::COLON => after = true,
                k::opt_slice_bound => {
                    let bound = Some(self.expr(child.child(k::a_expr)?, depth + 1)?);
                    *(if after { &mut to } else { &mut from }) = bound;
                }
                _ => {}
            }
        }
        Some(Access::Slice(from, to))
    }

    fn constant(self, node: Node<'_>) -> Option<Term> {
        let mut children = node.children();
        let first = children.next()?;
        match first.kind() {
            k::kw_true => return Some(Term::Bool(true)),
            k::kw_false => return Some(Term::Bool(false)),
            k::kw_null => return Some(Term::Null),
            k::Iconst | k::float_literal => return Some(Term::Number(literal::number(first.text())?)),
            k::bit_string_literal => {
                return Some(Term::Text(
                    first.text().get(2..)?.trim_end_matches('\'').to_owned(),
                ));
            }
            k::hex_string_literal => return Some(Term::Text(literal::bits(first.text())?)),
            _ => {}
        }
        let text = node.child(k::Sconst)?.string_value()?;
        let text = Term::Text(text);
        Some(match first.kind() {
            k::Sconst => literal::untyped(text),
            k::ConstInterval => {
                let unit = node.child(k::opt_interval).map(|unit| unit.text().to_owned());
                literal::interval_with_unit(text, unit.as_deref())
            }
            k::ConstTypename => literal::cast(text, &simple_type(first)),
            _ => {
                let name = first.qualified()?;
                literal::cast(text, &SqlType::named(name.name().as_str()))
            }
        })
    }

    fn function(self, node: Node<'_>, depth: u32) -> Option<Term> {
        match node.kind() {
            k::func_expr => {
                let mut children = node.children();
                let (first, more) = (children.next()?, children.next().is_some());
                if more {
                    self.words(node, depth)
                } else {
                    self.function(first, depth)
                }
            }
            k::func_application => self.call(node, depth),
            k::func_expr_common_subexpr => self.special(node, depth),
            _ => self.words(node, depth),
        }
    }

    fn call(self, node: Node<'_>, depth: u32) -> Option<Term> {
        let name = node.child(k::func_name)?.qualified()?.name().quoted().to_string();
        let name = name.trim_matches('"').to_owned();
        if node.has(k::kw_distinct) || node.has(k::opt_sort_clause) {
            return self.words(node, depth);
        }
        if node.children().any(|child| child.kind() == mark::STAR) {
            return Some(Term::Call(name, vec![Term::Word("*".to_owned())]));
        }
        let mut arguments = Vec::new();
        if let Some(list) = node.child(k::func_arg_list) {
            for argument in list.list(k::func_arg_expr) {
                arguments.push(self.argument(argument, depth)?);
            }
        }
        if node.has(k::kw_variadic) {
            let last = self.argument(node.child(k::func_arg_expr)?, depth)?;
            arguments.push(Term::Words(vec![Term::Word("VARIADIC".to_owned()), last]));
        }
        Some(known_call(name, arguments))
    }

    fn argument(self, node: Node<'_>, depth: u32) -> Option<Term> {
        let value = self.expr(node.child(k::a_expr)?, depth + 1)?;
        Some(match node.child(k::param_name) {
            Some(name) => Term::Word(name.name()?.quoted().to_string()).chain("=>".to_owned(), value),
            None => value,
        })
    }

    /// SQL's own syntaxes, as the functions that PostgreSQL calls for them.
    fn special(self, node: Node<'_>, depth: u32) -> Option<Term> {
        let word = node.named_children().next()?;
        let call = |name: &str, arguments: Vec<Term>| Some(Term::Call(name.to_owned(), arguments));
        match word.kind() {
            k::kw_cast => {
                let value = self.expr(node.child(k::a_expr)?, depth + 1)?;
                Some(self.cast(value, &sql_type(node.child(k::Typename)?)))
            }
            k::kw_coalesce | k::kw_greatest | k::kw_least => call(
                &word.text().to_ascii_lowercase(),
                self.list(node.child(k::expr_list)?, depth + 1)?,
            ),
            k::kw_nullif => call("nullif", self.direct(node, depth)?),
            k::kw_extract => {
                let list = node.child(k::extract_list)?;
                let field = list.child(k::extract_arg)?;
                let field = field
                    .string_value()
                    .unwrap_or_else(|| field.text().to_owned())
                    .to_ascii_lowercase();
                call(
                    "date_part",
                    vec![Term::Text(field), self.expr(list.child(k::a_expr)?, depth + 1)?],
                )
            }
            k::kw_position => {
                let mut parts = self.operands(node.child(k::position_list)?, k::b_expr, depth)?;
                parts.reverse();
                call("position", parts)
            }
            k::kw_substring => match node.child(k::substr_list) {
                Some(list) => self.substring(list, depth),
                None => call("substring", self.optional_arguments(node, depth)?),
            },
            k::kw_overlay => match node.child(k::overlay_list) {
                Some(list) => call("overlay", self.operands(list, k::a_expr, depth)?),
                None => call("overlay", self.optional_arguments(node, depth)?),
            },
            k::kw_trim => self.trim(node, depth),
            k::kw_current_timestamp if !node.has(k::Iconst) => call("now", Vec::new()),
            k::kw_current_role => Some(Term::Word("CURRENT_USER".to_owned())),
            _ if node.named_children().count() == 1 => Some(Term::Word(word.text().to_ascii_uppercase())),
            _ => self.words(node, depth),
        }
    }

    /// The expressions that are children of a node.
    fn operands(self, node: Node<'_>, kind: Kind, depth: u32) -> Option<Vec<Term>> {
        node.children()
            .filter(|c| c.kind() == kind)
            .map(|c| self.expr(c, depth + 1))
            .collect()
    }

    fn direct(self, node: Node<'_>, depth: u32) -> Option<Vec<Term>> {
        self.operands(node, k::a_expr, depth)
    }

    fn optional_arguments(self, node: Node<'_>, depth: u32) -> Option<Vec<Term>> {
        let list = node
            .child(k::func_arg_list_opt)
            .and_then(|l| l.child(k::func_arg_list).or(Some(l)));
        let arguments = list.map(|l| l.list(k::func_arg_expr)).unwrap_or_default();
        arguments
            .into_iter()
            .map(|argument| self.argument(argument, depth))
            .collect()
    }

    fn substring(self, list: Node<'_>, depth: u32) -> Option<Term> {
        let mut parts = self.direct(list, depth)?;
        let words: Vec<Kind> = list
            .children()
            .map(|c| c.kind())
            .filter(|kind| kind.name().starts_with("kw_"))
            .collect();
        match words.as_slice() {
            [k::kw_for, k::kw_from] => parts.swap(1, 2),
            [k::kw_for] => parts.insert(1, Term::Number("1".to_owned())),
            [k::kw_similar, k::kw_escape] => {}
            _ => {}
        }
        Some(Term::Call("substring".to_owned(), parts))
    }

    fn trim(self, node: Node<'_>, depth: u32) -> Option<Term> {
        let name = match (node.has(k::kw_leading), node.has(k::kw_trailing)) {
            (true, _) => "ltrim",
            (_, true) => "rtrim",
            _ => "btrim",
        };
        let list = node.child(k::trim_list)?;
        let mut arguments = self.list(list.child(k::expr_list)?, depth + 1)?;
        if let Some(characters) = list.child(k::a_expr) {
            arguments.push(self.expr(characters, depth + 1)?);
        }
        Some(Term::Call(name.to_owned(), arguments))
    }

    fn case(self, node: Node<'_>, depth: u32) -> Option<Term> {
        let inner = |node: Node<'_>| self.expr(node.child(k::a_expr)?, depth + 1).map(Box::new);
        let looked_at = match node.child(k::case_arg) {
            Some(argument) => Some(inner(argument)?),
            None => None,
        };
        let mut branches = Vec::new();
        for when in node.child(k::when_clause_list)?.list(k::when_clause) {
            let mut pair = self.direct(when, depth)?.into_iter();
            branches.push((pair.next()?, pair.next()?));
        }
        let otherwise = match node.child(k::case_default) {
            Some(default) => Some(inner(default)?),
            None => None,
        };
        // The server prints the ELSE NULL that nobody wrote.
        Some(Term::Case(
            looked_at,
            branches,
            otherwise.filter(|t| **t != Term::Null),
        ))
    }

    /// A node whose form isn't modelled, word by word; expressions inside are, names lose their schema.
    pub(super) fn words(self, node: Node<'_>, depth: u32) -> Option<Term> {
        if depth > DEEPEST {
            return None;
        }
        let mut words = Vec::new();
        let mut stack: Vec<Node<'_>> = node.children().collect();
        stack.reverse();
        while let Some(node) = stack.pop() {
            match node.kind() {
                k::a_expr | k::b_expr | k::c_expr | k::AexprConst | k::columnref | k::func_expr => {
                    words.push(self.expr(node, depth + 1)?);
                }
                k::func_application => words.push(self.function(node, depth + 1)?),
                k::qualified_name | k::func_name => {
                    let name = node.qualified()?;
                    words.push(Term::Word(name.name().quoted().to_string()));
                }
                k::Typename => words.push(Term::Word(
                    SqlType {
                        schema: None,
                        ..sql_type(node)
                    }
                    .to_string(),
                )),
                // What is so anyway: servers since 16 say it.
                k::kw_as => {}
                k::xml_indent_option if node.has(k::kw_no) => {}
                k::ColId | k::ColLabel | k::BareColLabel => {
                    words.push(Term::Word(node.name()?.quoted().to_string()))
                }
                _ => {
                    let from = stack.len();
                    stack.extend(node.children());
                    stack[from..].reverse();
                    if stack.len() == from {
                        words.push(Term::Word(node.text().to_ascii_uppercase()));
                    }
                }
            }
        }
        Some(Term::Words(words))
    }
}

/// Functions whose calls come in more than one spelling.
fn known_call(name: String, mut arguments: Vec<Term>) -> Term {
    match (name.as_str(), arguments.len()) {
        ("nextval" | "currval" | "setval", 1..) => {
            let sequence = std::mem::replace(&mut arguments[0], Term::Null);
            arguments[0] = literal::cast(sequence, &SqlType::named("regclass"));
        }
        ("similar_escape", 2) if arguments[1] == Term::Null => {
            return Term::Call("similar_to_escape".to_owned(), vec![arguments.remove(0)]);
        }
        ("extract" | "date_part", 2) => {
            if let Term::Text(field) = &mut arguments[0] {
                *field = field.to_ascii_lowercase();
            }
            return Term::Call("date_part".to_owned(), arguments);
        }
        _ => {}
    }
    Term::Call(name, arguments)
}
