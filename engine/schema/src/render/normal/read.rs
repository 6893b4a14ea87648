//! From a syntax tree to a term.
//!
//! The grammar's tree does not nest operators as PostgreSQL does (`a ->> 'x' = 'y'` comes as `a ->> ('x' = 'y')`), so
//! the nodes between two parentheses are laid out in a row and nested here by PostgreSQL's precedence (manual, 4.1.6
//! "Operator Precedence"). Rows are loops, not recursion; nesting by parentheses is bounded.

use confiture_syntax::kind as k;
use confiture_syntax::{Kind, Node, mark};

use super::Casts;
use super::literal;
use super::term::{Quantifier, Term};
use crate::read::types::sql_type;
use crate::types::SqlType;

/// Deeper nesting than any person writes; beyond it the text is taken as it is.
pub(super) const DEEPEST: u32 = 150;

/// How strongly operators bind (gram.y).
mod binds {
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const NOT: u8 = 3;
    pub(super) const IS: u8 = 4;
    pub(super) const COMPARISON: u8 = 5;
    pub(super) const LIKE: u8 = 6;
    pub(super) const OTHER: u8 = 7;
    pub(super) const SUM: u8 = 8;
    pub(super) const PRODUCT: u8 = 9;
    pub(super) const POWER: u8 = 10;
    pub(super) const AT: u8 = 11;
    pub(super) const COLLATE: u8 = 12;
    pub(super) const SIGN: u8 = 13;
    pub(super) const CAST: u8 = 15;
}

/// How to read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    pub(super) casts: Casts,
}

/// Nodes in a row, and where the reader is.
struct Row<'t> {
    nodes: Vec<Node<'t>>,
    at: usize,
    depth: u32,
}

impl<'t> Row<'t> {
    /// Lays out the levels of an expression; what has parentheses of its own stays one node.
    fn of(node: Node<'t>, depth: u32) -> Row<'t> {
        let mut nodes = Vec::new();
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            if matches!(
                node.kind(),
                k::a_expr | k::a_expr_prec | k::b_expr | k::b_expr_prec
            ) {
                let from = stack.len();
                stack.extend(node.children());
                stack[from..].reverse();
            } else {
                nodes.push(node);
            }
        }
        Row { nodes, at: 0, depth }
    }

    fn peek(&self, ahead: usize) -> Kind {
        self.nodes
            .get(self.at + ahead)
            .map_or(Kind::NONE, |node| node.kind())
    }

    fn next(&mut self) -> Option<Node<'t>> {
        let node = self.nodes.get(self.at).copied();
        self.at += 1;
        node
    }

    /// Steps over a node of this kind, if it is there.
    fn skip(&mut self, kind: Kind) -> bool {
        let there = self.peek(0) == kind;
        self.at += usize::from(there);
        there
    }

    /// Whether ESCAPE comes next, which the grammar refuses and the parser takes for an operator.
    fn is_repaired_escape(&self) -> bool {
        let next = self.nodes.get(self.at);
        next.is_some_and(|node| node.kind() == k::qual_Op && node.text().eq_ignore_ascii_case("escape"))
    }

    fn skip_repaired_escape(&mut self) -> bool {
        let there = self.is_repaired_escape();
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, kind: Kind) -> Option<()> {
        self.skip(kind).then_some(())
    }
}

impl Reading {
    /// The only output of a SELECT.
    pub(super) fn statement(self, statement: Node<'_>) -> Option<Term> {
        if statement.has_error() {
            return None;
        }
        let target = statement.find(k::target_el)?;
        if target.range().end != statement.range().end {
            return None;
        }
        self.expr(target.child(k::a_expr)?, 0)
    }

    /// An `a_expr`, `b_expr` or any of their levels.
    pub(super) fn expr(self, node: Node<'_>, depth: u32) -> Option<Term> {
        if depth > DEEPEST {
            return None;
        }
        let mut row = Row::of(node, depth);
        let term = self.operators(&mut row, 0)?;
        (row.at == row.nodes.len()).then_some(term)
    }

    fn operators(self, row: &mut Row<'_>, weakest: u8) -> Option<Term> {
        row.depth += 1;
        if row.depth > DEEPEST {
            return None;
        }
        let mut left = self.operand(row)?;
        while let Some(binding) = binding(row).filter(|binding| *binding >= weakest && *binding > 0) {
            left = self.infix(row, left, binding)?;
        }
        row.depth -= 1;
        Some(left)
    }

    fn operand(self, row: &mut Row<'_>) -> Option<Term> {
        let depth = row.depth;
        let node = row.next()?;
        match node.kind() {
            k::kw_not => Some(Term::Not(Box::new(self.operators(row, binds::NOT)?))),
            mark::MINUS => Some(negated(self.operators(row, binds::SIGN)?)),
            mark::PLUS => Some(Term::Prefix(
                "+".to_owned(),
                Box::new(self.operators(row, binds::SIGN)?),
            )),
            k::qual_Op => {
                let operator = super::operator(node.text());
                Some(Term::Prefix(
                    operator,
                    Box::new(self.operators(row, binds::OTHER)?),
                ))
            }
            k::kw_default => Some(Term::Word("DEFAULT".to_owned())),
            _ => self.primary(node, depth),
        }
    }

    /// What follows a left operand.
    fn infix(self, row: &mut Row<'_>, left: Term, binding: u8) -> Option<Term> {
        match row.peek(0) {
            mark::CAST => {
                row.next();
                let ty = sql_type(row.next()?);
                return Some(self.cast(left, &ty));
            }
            k::kw_collate => {
                row.next();
                let name = row.next()?.qualified()?;
                return Some(Term::Suffix(
                    Box::new(left),
                    format!("COLLATE {}", name.name().quoted()),
                ));
            }
            k::kw_at => return self.at_time_zone(row, left),
            k::kw_is | k::kw_isnull | k::kw_notnull => return self.is(row, left),
            k::subquery_Op => return self.quantified(row, left),
            _ => {}
        }
        if binding == binds::LIKE {
            return self.like(row, left);
        }
        let operator = row.next()?;
        let right = self.operators(row, binding + 1)?;
        Some(match operator.kind() {
            k::kw_and => left.and(right),
            k::kw_or => left.or(right),
            k::kw_overlaps => Term::Call("overlaps".to_owned(), vec![left, right]),
            _ => compared(left, super::operator(operator.text()), right),
        })
    }

    fn at_time_zone(self, row: &mut Row<'_>, left: Term) -> Option<Term> {
        row.expect(k::kw_at)?;
        if row.skip(k::kw_local) {
            return Some(Term::Call("timezone".to_owned(), vec![left]));
        }
        row.expect(k::kw_time)?;
        row.expect(k::kw_zone)?;
        let zone = self.operators(row, binds::AT + 1)?;
        Some(Term::Call("timezone".to_owned(), vec![zone, left]))
    }

    fn is(self, row: &mut Row<'_>, left: Term) -> Option<Term> {
        let said = |left: Term, said: &str| Some(Term::Suffix(Box::new(left), said.to_owned()));
        match row.next()?.kind() {
            k::kw_isnull => return said(left, "IS NULL"),
            k::kw_notnull => return said(left, "IS NOT NULL"),
            _ => {}
        }
        let negated = row.skip(k::kw_not);
        if row.skip(k::kw_distinct) {
            row.expect(k::kw_from)?;
            let right = self.operators(row, binds::IS + 1)?;
            let distinct = left.chain("IS DISTINCT FROM".to_owned(), right);
            return Some(if negated {
                Term::Not(Box::new(distinct))
            } else {
                distinct
            });
        }
        let mut words = vec![if negated {
            "IS NOT".to_owned()
        } else {
            "IS".to_owned()
        }];
        while matches!(
            row.peek(0),
            k::kw_null
                | k::kw_true
                | k::kw_false
                | k::kw_unknown
                | k::kw_document
                | k::kw_normalized
                | k::unicode_normal_form
                | k::json_predicate_type_constraint
                | k::json_key_uniqueness_constraint_opt
        ) {
            words.push(row.next()?.text().to_ascii_uppercase());
        }
        said(left, &words.join(" "))
    }

    /// LIKE, ILIKE, SIMILAR TO, BETWEEN, IN, each perhaps after NOT.
    fn like(self, row: &mut Row<'_>, left: Term) -> Option<Term> {
        let negated = row.skip(k::kw_not);
        match row.next()?.kind() {
            k::kw_like => self.pattern(row, left, if negated { "!~~" } else { "~~" }, "like_escape"),
            k::kw_ilike => self.pattern(row, left, if negated { "!~~*" } else { "~~*" }, "like_escape"),
            k::kw_similar => {
                row.expect(k::kw_to)?;
                self.pattern(row, left, if negated { "!~" } else { "~" }, "similar_to_escape")
            }
            k::kw_between => self.between(row, left, negated),
            k::kw_in => self.is_in(row, left, negated),
            _ => None,
        }
    }

    fn pattern(self, row: &mut Row<'_>, left: Term, operator: &str, function: &str) -> Option<Term> {
        let mut pattern = self.operators(row, binds::LIKE + 1)?;
        if row.skip(k::kw_escape) || row.skip_repaired_escape() {
            let escape = self.operators(row, binds::LIKE + 1)?;
            pattern = Term::Call(function.to_owned(), vec![pattern, escape]);
        } else if function == "similar_to_escape" {
            pattern = Term::Call(function.to_owned(), vec![pattern]);
        }
        Some(left.chain(operator.to_owned(), pattern))
    }

    fn between(self, row: &mut Row<'_>, left: Term, negated: bool) -> Option<Term> {
        row.skip(k::opt_asymmetric);
        let symmetric = row.skip(k::kw_symmetric);
        let low = self.operators(row, binds::LIKE + 1)?;
        row.expect(k::kw_and)?;
        let high = self.operators(row, binds::LIKE + 1)?;
        let within = |low: &Term, high: &Term| {
            let (above, below) = if negated { ("<", ">") } else { (">=", "<=") };
            let low = left.clone().chain(above.to_owned(), low.clone());
            let high = left.clone().chain(below.to_owned(), high.clone());
            if negated {
                Term::Any(vec![low, high])
            } else {
                Term::All(vec![low, high])
            }
        };
        let there = within(&low, &high);
        if !symmetric {
            return Some(there);
        }
        let back = within(&high, &low);
        Some(if negated {
            Term::All(vec![there, back])
        } else {
            Term::Any(vec![there, back])
        })
    }

    fn is_in(self, row: &mut Row<'_>, left: Term, negated: bool) -> Option<Term> {
        let depth = row.depth;
        let (operator, quantifier) = if negated {
            ("<>", Quantifier::All)
        } else {
            ("=", Quantifier::Any)
        };
        if row.peek(0) == k::select_with_parens {
            let query = self.words(row.next()?, depth)?;
            let any = Term::Quantified(Box::new(left), "=".to_owned(), Quantifier::Any, Box::new(query));
            return Some(if negated { Term::Not(Box::new(any)) } else { any });
        }
        row.expect(mark::OPEN)?;
        let items = self.list(row.next()?, depth)?;
        row.expect(mark::CLOSE)?;
        // PostgreSQL makes an array of what names no column, and compares the rest one by one.
        let (single, array): (Vec<Term>, Vec<Term>) = items.into_iter().partition(Term::names_column);
        let mut parts = Vec::new();
        if array.len() > 1 && !array.iter().any(|t| matches!(t, Term::Row(_))) {
            let array = Box::new(Term::Array(array));
            parts.push(Term::Quantified(
                Box::new(left.clone()),
                operator.to_owned(),
                quantifier,
                array,
            ));
            parts.extend(
                single
                    .into_iter()
                    .map(|item| compared(left.clone(), operator.to_owned(), item)),
            );
        } else {
            let all = array.into_iter().chain(single);
            parts.extend(all.map(|item| compared(left.clone(), operator.to_owned(), item)));
        }
        Some(match (parts.len(), negated) {
            (1, _) => parts.remove(0),
            (_, true) => Term::All(parts),
            (_, false) => Term::Any(parts),
        })
    }

    fn quantified(self, row: &mut Row<'_>, left: Term) -> Option<Term> {
        let depth = row.depth;
        let written = row.next()?;
        let negated = written.has(k::kw_not);
        let operator = match (written.has(k::kw_like), written.has(k::kw_ilike)) {
            (true, _) => if negated { "!~~" } else { "~~" }.to_owned(),
            (_, true) => if negated { "!~~*" } else { "~~*" }.to_owned(),
            _ => super::operator(written.text()),
        };
        let all = row.next()?.text().eq_ignore_ascii_case("all");
        let quantifier = if all { Quantifier::All } else { Quantifier::Any };
        let right = if row.peek(0) == k::select_with_parens {
            self.words(row.next()?, depth)?
        } else {
            row.expect(mark::OPEN)?;
            let right = self.operators(row, 0)?;
            row.expect(mark::CLOSE)?;
            right
        };
        Some(Term::Quantified(
            Box::new(left),
            operator,
            quantifier,
            Box::new(right),
        ))
    }

    /// The expressions of an `expr_list`.
    pub(super) fn list(self, list: Node<'_>, depth: u32) -> Option<Vec<Term>> {
        list.list(k::a_expr)
            .into_iter()
            .map(|item| self.expr(item, depth))
            .collect()
    }

    /// A cast, where it is worth saying.
    pub(super) fn cast(self, term: Term, ty: &SqlType) -> Term {
        match (self.casts, term) {
            (_, term) if term.is_literal() => literal::cast(term, ty),
            (Casts::None, term) => term,
            (Casts::Meant, term) if is_implicit(ty) => term,
            (Casts::Meant, term) => {
                let bare = SqlType {
                    schema: None,
                    ..ty.clone()
                };
                Term::Cast(Box::new(term), bare.to_string())
            }
        }
    }
}

/// How strongly what comes next binds what came before; `None` at the end.
fn binding(row: &Row<'_>) -> Option<u8> {
    Some(match row.peek(0) {
        k::kw_or => binds::OR,
        k::kw_and => binds::AND,
        k::kw_is | k::kw_isnull | k::kw_notnull => binds::IS,
        mark::LESS | mark::GREATER | mark::EQUAL | mark::AT_MOST | mark::AT_LEAST | mark::UNEQUAL => {
            binds::COMPARISON
        }
        k::kw_not | k::kw_like | k::kw_ilike | k::kw_similar | k::kw_between | k::kw_in | k::kw_overlaps => {
            binds::LIKE
        }
        k::qual_Op if row.is_repaired_escape() => return None,
        k::qual_Op | k::subquery_Op => binds::OTHER,
        mark::PLUS | mark::MINUS => binds::SUM,
        mark::STAR | mark::SLASH | mark::PERCENT => binds::PRODUCT,
        mark::CARET => binds::POWER,
        k::kw_at => binds::AT,
        k::kw_collate => binds::COLLATE,
        mark::CAST => binds::CAST,
        _ => return None,
    })
}

/// A comparison; of rows one by one, as PostgreSQL does it for `=` and `<>`.
fn compared(left: Term, operator: String, right: Term) -> Term {
    match (left, right) {
        (Term::Row(left), Term::Row(right))
            if left.len() == right.len() && matches!(&*operator, "=" | "<>") =>
        {
            let pairs = left
                .into_iter()
                .zip(right)
                .map(|(l, r)| l.chain(operator.clone(), r))
                .collect();
            if operator == "=" {
                Term::All(pairs)
            } else {
                Term::Any(pairs)
            }
        }
        // The grammar takes `= any (…)` for a comparison with the result of a function.
        (left, Term::Call(name, mut arguments)) if arguments.len() == 1 && quantifier(&name).is_some() => {
            let (Some(quantifier), Some(right)) = (quantifier(&name), arguments.pop()) else {
                return left;
            };
            Term::Quantified(Box::new(left), operator, quantifier, Box::new(right))
        }
        (left, right) => left.chain(operator, right),
    }
}

fn quantifier(word: &str) -> Option<Quantifier> {
    match word {
        "any" | "some" => Some(Quantifier::Any),
        "all" => Some(Quantifier::All),
        _ => None,
    }
}

fn negated(term: Term) -> Term {
    match term {
        Term::Number(number) => Term::Number(match number.strip_prefix('-') {
            Some(positive) => positive.to_owned(),
            None => format!("-{number}"),
        }),
        other => Term::Prefix("-".to_owned(), Box::new(other)),
    }
}

/// Types that PostgreSQL casts to by itself in comparisons, arguments and CASE (`pg_cast.castcontext` `i`).
fn is_implicit(ty: &SqlType) -> bool {
    let name = ty.name.as_str();
    let lengthless = ty.modifiers.is_none() || matches!(name, "varchar" | "bpchar");
    lengthless
        && ty.schema.is_none()
        && matches!(
            name,
            "text"
                | "varchar"
                | "bpchar"
                | "name"
                | "int8"
                | "numeric"
                | "float4"
                | "float8"
                | "timestamp"
                | "timestamptz"
                | "interval"
                | "time"
                | "timetz"
                | "oid"
                | "inet"
                | "varbit"
                | "anyarray"
                | "regclass"
                | "regconfig"
                | "regproc"
                | "regprocedure"
                | "regtype"
                | "regnamespace"
                | "regrole"
                | "tsquery"
        )
}
