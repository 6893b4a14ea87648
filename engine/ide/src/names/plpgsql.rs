//! PL/pgSQL's own words: declarations, and the expressions between the SQL statements of a body.
//!
//! The SQL statements are read as trees; what stands between them is read token by token, with a stack of open blocks so
//! that a variable is known where it is in scope. What isn't sure is left out.

use std::collections::HashSet;

use confiture_schema::catalog::QualName;
use confiture_syntax::lexer::{Dialect, Lexer, Token, TokenKind};
use confiture_syntax::{Name, TextRange};

use super::resolve::{Found, Known};
use super::scope::{Answer, Source};
use super::{Access, Occurrence, Symbol};

/// A variable or parameter.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) name: Name,
    pub(super) symbol: Symbol,
    /// The relation whose row it is.
    pub(super) row: Option<QualName>,
    /// Where it can be named.
    pub(super) scope: TextRange,
}

impl Variable {
    pub(super) fn is_visible(&self, at: u32) -> bool {
        self.scope.start <= at && at < self.scope.end
    }
}

/// What was read.
pub(super) struct Read {
    pub(super) variables: Vec<Variable>,
    pub(super) occurrences: Vec<Occurrence>,
}

/// Reads a body. `base` is where it starts in the statement's text; tokens at the places in `covered` belong to SQL.
pub(super) fn read(
    text: &str,
    base: u32,
    covered: &HashSet<u32>,
    known: &Known<'_>,
    parameters: &[Variable],
    rows: &[Source],
) -> Read {
    let tokens = Lexer::new(text, Dialect::Server).filter(|token| !token.kind.is_trivia());
    let mut reader = Reader {
        text,
        base,
        tokens: tokens.collect(),
        at: 0,
        covered,
        known,
        rows,
        variables: parameters.to_vec(),
        open: Vec::new(),
        loop_variables: Vec::new(),
        is_declaring: false,
        found: Vec::new(),
    };
    reader.run();
    Read {
        variables: reader.variables,
        occurrences: reader.found,
    }
}

/// What a word opened that END closes, and how many variables there were before.
struct Open {
    variables: Vec<usize>,
}

struct Reader<'r> {
    text: &'r str,
    base: u32,
    tokens: Vec<Token>,
    at: usize,
    covered: &'r HashSet<u32>,
    known: &'r Known<'r>,
    rows: &'r [Source],
    variables: Vec<Variable>,
    open: Vec<Open>,
    /// Variables of a FOR whose LOOP is still to come.
    loop_variables: Vec<usize>,
    is_declaring: bool,
    found: Vec<Occurrence>,
}

impl Reader<'_> {
    fn run(&mut self) {
        let mut is_start = true;
        while let Some(token) = self.token(0) {
            let before = self.at;
            if self.is_covered(token) {
                self.at += 1;
                is_start = false;
                continue;
            }
            match token.kind {
                TokenKind::Semicolon => {
                    self.at += 1;
                    is_start = true;
                    continue;
                }
                TokenKind::Ident | TokenKind::QuotedIdent => {
                    is_start = self.word(token, is_start);
                }
                // `<<label>>`
                TokenKind::Operator if is_start && self.slice(token) == "<<" => self.at += 3,
                _ => {
                    self.at += 1;
                    is_start = false;
                }
            }
            if self.at == before {
                self.at += 1;
            }
        }
    }

    /// Reads from a word on; whether a statement starts behind what was read.
    fn word(&mut self, token: Token, is_start: bool) -> bool {
        let word = self.lower(token);
        match word.as_str() {
            "declare" if is_start => {
                self.at += 1;
                self.push(Vec::new());
                self.is_declaring = true;
                return true;
            }
            "begin" if is_start => {
                self.at += 1;
                if !std::mem::take(&mut self.is_declaring) {
                    self.push(Vec::new());
                }
                return true;
            }
            _ if self.is_declaring && is_start => {
                self.declaration();
                return false;
            }
            "if" | "case" => {
                self.at += 1;
                self.push(Vec::new());
                return false;
            }
            "loop" => {
                self.at += 1;
                let own = std::mem::take(&mut self.loop_variables);
                self.push(own);
                return true;
            }
            "then" | "else" => {
                self.at += 1;
                return true;
            }
            "end" => {
                self.end();
                return false;
            }
            "for" | "foreach" if is_start => {
                self.for_loop();
                return false;
            }
            "raise" if is_start => {
                self.at += 1;
                return false;
            }
            _ => {}
        }
        self.chain();
        false
    }

    fn push(&mut self, variables: Vec<usize>) {
        self.open.push(Open { variables });
    }

    /// END, and the word behind it.
    fn end(&mut self) {
        self.at += 1;
        let end = self.position();
        if let Some(open) = self.open.pop() {
            for index in open.variables {
                if let Some(variable) = self.variables.get_mut(index) {
                    variable.scope.end = end;
                }
            }
        }
        let next = self.token(0).map(|token| self.lower(token));
        if matches!(next.as_deref(), Some("if" | "loop" | "case")) {
            self.at += 1;
        }
    }

    /// `name [CONSTANT] type …`, up to its type; a default is read as any expression.
    fn declaration(&mut self) {
        let Some(name) = self.token(0) else { return };
        self.at += 1;
        let mut next = self.token(0).map(|token| self.lower(token)).unwrap_or_default();
        if next == "constant" {
            self.at += 1;
            next = self.token(0).map(|token| self.lower(token)).unwrap_or_default();
        }
        let is_type = !matches!(
            next.as_str(),
            "alias" | "cursor" | "scroll" | "no" | "refcursor" | "record"
        );
        let row = if is_type { self.type_name() } else { None };
        let index = self.define(name, row);
        if let Some(open) = self.open.last_mut() {
            open.variables.push(index);
        }
    }

    fn define(&mut self, token: Token, row: Option<QualName>) -> usize {
        let range = token.range.offset(self.base);
        let name = self.name(token);
        let symbol = Symbol::Local(name.clone(), range.start as usize);
        self.push_found((symbol.clone(), true), token.range, Access::Defines);
        self.variables.push(Variable {
            name,
            symbol,
            row,
            scope: TextRange::new(
                range.end,
                self.base.saturating_add(self.text.len() as u32).saturating_add(1),
            ),
        });
        self.variables.len() - 1
    }

    /// `s.t`, `t.c%TYPE`, `t%ROWTYPE`; the relation whose row it is.
    fn type_name(&mut self) -> Option<QualName> {
        let parts = self.parts();
        let percent = self.token(0).filter(|token| self.slice(*token) == "%");
        if percent.is_some() {
            let word = self.token(1).map(|token| self.lower(token)).unwrap_or_default();
            self.at += 2;
            return match word.as_str() {
                "rowtype" => self.row_type(&parts),
                "type" => {
                    self.type_of(&parts);
                    None
                }
                _ => None,
            };
        }
        let found = self.known.type_of(&parts);
        let row = match &found {
            Some((Symbol::Relation(relation), _)) => Some(relation.clone()),
            _ => None,
        };
        self.named(&parts, found);
        row
    }

    fn row_type(&mut self, parts: &[(Name, TextRange)]) -> Option<QualName> {
        let (relation, known) = self.known.relation_named(parts)?;
        self.named(parts, Some((Symbol::Relation(relation.clone()), known)));
        Some(relation)
    }

    /// What stands before `%TYPE`: a column or another variable.
    fn type_of(&mut self, parts: &[(Name, TextRange)]) {
        match parts {
            [(name, range)] => {
                if let Some(symbol) = self.variable(name).map(|v| v.symbol.clone()) {
                    self.push_found((symbol, true), *range, Access::Reads);
                }
            }
            [.., (column, range)] => {
                let relation = parts.get(..parts.len() - 1).unwrap_or_default();
                let Some((owner, known)) = self.known.relation_named(relation) else {
                    return;
                };
                let symbol = Symbol::Column(owner.clone(), column.clone());
                let is_known = self.known.is_known(&symbol);
                self.named(relation, Some((Symbol::Relation(owner), known)));
                self.push_found((symbol, is_known), *range, Access::Reads);
            }
            [] => {}
        }
    }

    /// FOR: its variable is made by a range of numbers, and is one that there is before a query.
    fn for_loop(&mut self) {
        self.at += 1;
        let Some(target) = self.token(0).filter(|token| is_name(token.kind)) else {
            return;
        };
        let is_single = self.token(1).is_some_and(|token| self.lower(token) == "in");
        let exists = self.variable(&self.name(target)).is_some();
        if is_single && (!exists || self.is_range()) {
            let index = self.define(target, None);
            self.loop_variables.push(index);
            self.at += 2;
        }
    }

    /// Whether `..` comes before LOOP.
    fn is_range(&self) -> bool {
        let rest = self.tokens.get(self.at..).unwrap_or_default().iter();
        let mut rest = rest.take_while(|token| token.kind != TokenKind::Semicolon);
        rest.find(|token| token.kind == TokenKind::DotDot || self.lower(**token) == "loop")
            .is_some_and(|token| token.kind == TokenKind::DotDot)
    }

    /// A dotted name in an expression.
    fn chain(&mut self) {
        let is_cast = self.behind(TokenKind::Typecast);
        let parts = self.parts();
        if is_cast {
            let found = self.known.type_of(&parts);
            self.named(&parts, found);
            return;
        }
        if self
            .token(0)
            .is_some_and(|token| token.kind == TokenKind::LeftParen)
        {
            let found = self.known.function_named(&parts);
            self.named(&parts, found.map(|(name, known)| (Symbol::Function(name), known)));
            return;
        }
        let access = match self.token(0) {
            Some(token) if token.kind == TokenKind::Assign => Access::Writes,
            _ => Access::Reads,
        };
        self.value(&parts, access);
    }

    /// A variable, or a field of one.
    fn value(&mut self, parts: &[(Name, TextRange)], access: Access) {
        let [(first, range), rest @ ..] = parts else {
            return;
        };
        let row = self.rows.iter().find(|row| row.label.as_ref() == Some(first));
        if let Some(row) = row {
            if let (Some(found), [_, ..]) = (row.symbol.clone(), rest) {
                self.push_found(found, *range, Access::Reads);
            }
            if let [(column, range), ..] = rest
                && let Answer::Found(Some(found)) = row.column(column, self.known)
            {
                self.push_found(found, *range, access);
            }
            return;
        }
        let Some(variable) = self.variable(first).cloned() else {
            return;
        };
        self.push_found((variable.symbol, true), *range, access);
        if let (Some(row), [(column, range), ..]) = (variable.row, rest)
            && self.known.has_column(&row, column)
        {
            self.push_found((Symbol::Column(row, column.clone()), true), *range, access);
        }
    }

    fn variable(&self, name: &Name) -> Option<&Variable> {
        let at = self.position();
        let mut all = self.variables.iter().rev();
        all.find(|v| v.name == *name && (v.is_visible(at) || v.scope.end == at))
    }

    /// Takes the identifiers of a dotted name.
    fn parts(&mut self) -> Vec<(Name, TextRange)> {
        let mut parts = Vec::new();
        while let Some(token) = self.token(0).filter(|t| is_name(t.kind) && !self.is_covered(*t)) {
            parts.push((self.name(token), token.range));
            self.at += 1;
            let is_dotted = self.token(0).is_some_and(|t| t.kind == TokenKind::Dot)
                && self.token(1).is_some_and(|t| is_name(t.kind));
            if !is_dotted {
                break;
            }
            self.at += 1;
        }
        parts
    }

    fn named(&mut self, parts: &[(Name, TextRange)], found: Option<Found>) {
        let (Some(((_, range), before)), Some(found)) = (parts.split_last(), found) else {
            return;
        };
        if let Some((schema, range)) = before.last() {
            let symbol = Symbol::Schema(schema.clone());
            let is_known = self.known.is_known(&symbol);
            self.push_found((symbol, is_known), *range, Access::Reads);
        }
        self.push_found(found, *range, Access::Reads);
    }

    fn push_found(&mut self, (symbol, is_known): Found, range: TextRange, access: Access) {
        self.found.push(Occurrence {
            symbol,
            range: range.offset(self.base).as_usize(),
            access,
            is_known,
        });
    }

    fn token(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    /// Where the next token stands in the statement.
    fn position(&self) -> u32 {
        let end = self.text.len() as u32;
        self.base
            .saturating_add(self.token(0).map_or(end, |token| token.range.start))
    }

    fn behind(&self, kind: TokenKind) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_some_and(|token| token.kind == kind)
    }

    fn is_covered(&self, token: Token) -> bool {
        self.covered
            .contains(&token.range.start.saturating_add(self.base))
    }

    fn slice(&self, token: Token) -> &str {
        self.text.get(token.range.as_usize()).unwrap_or_default()
    }

    /// A token's text in lower case; nothing for one in quotes.
    fn lower(&self, token: Token) -> String {
        match token.kind {
            TokenKind::Ident => self.slice(token).to_ascii_lowercase(),
            _ => String::new(),
        }
    }

    fn name(&self, token: Token) -> Name {
        Name::fold(self.slice(token))
    }
}

fn is_name(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Ident | TokenKind::QuotedIdent)
}
