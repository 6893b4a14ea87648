//! The words of one statement.

use std::ops::Range;

use confiture_lint::Statement;
use confiture_risk::is_volatile_builtin;
use confiture_schema::apply::State;
use confiture_schema::catalog::{Catalog, RelationKind};
use confiture_schema::change::{AlterAction, Change, Nested, ObjectKind, WriteKind};
use confiture_syntax::keywords::{self, KeywordCategory};
use confiture_syntax::lexer::{Dialect, Lexer, Token, TokenKind as Lexeme};
use confiture_syntax::{Body, Name, Syntax, TextRange};

use super::TokenKind;
use super::highlights::{Class, Classes};
use crate::names::{Access, Hindsight, Occurrence, Symbol, occurrences_in};

/// One word; the range is one of the statement's text, and may span lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) range: Range<usize>,
    pub(super) kind: TokenKind,
    pub(super) is_definition: bool,
    pub(super) is_builtin: bool,
    pub(super) is_destructive: bool,
}

impl Word {
    pub(super) fn plain(range: Range<usize>, kind: TokenKind) -> Word {
        Word {
            range,
            kind,
            is_definition: false,
            is_builtin: false,
            is_destructive: false,
        }
    }
}

/// The words of a statement, by place. `newest` tells what its names are, `earlier` what those were that are gone.
pub(super) fn words(statement: &Statement, newest: &State, earlier: &State) -> Vec<Word> {
    let syntax = statement.syntax();
    let bodies = syntax.bodies();
    let mut painter = Painter {
        statement,
        relations: [&newest.catalog, &earlier.catalog],
        parameters: parameters(statement),
        classes: classes(&syntax, &bodies),
        bodies: bodies.iter().map(|body| body.range.as_usize()).collect(),
        occurrences: occurrences_in(statement, (&syntax, &bodies), newest, &Hindsight::default()),
        destroyed: destroyed(statement.changes()),
        words: Vec::new(),
    };
    painter.paint(0..statement.text().len(), Place::Statement);
    painter.words
}

/// The words between statements: comments, and psql's commands to the ends of their lines.
pub(super) fn between(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(token) = Lexer::starting_at(text, at, Dialect::Psql).next() {
        let range = token.range.as_usize();
        at = range.end;
        match token.kind {
            Lexeme::LineComment | Lexeme::BlockComment => {
                words.push(Word::plain(range, TokenKind::Comment));
            }
            Lexeme::Backslash => {
                let rest = text.get(range.start..).unwrap_or_default();
                let line = rest.lines().next().unwrap_or_default().trim_end();
                at = (range.start + line.len()).max(range.end);
                words.push(Word::plain(range.start..at, TokenKind::Macro));
            }
            _ => {}
        }
    }
    words
}

fn classes(syntax: &Syntax, bodies: &[Body]) -> Classes {
    let mut classes = Classes::default();
    classes.add(syntax.root(), |node| Some(node.range()));
    for nested in bodies.iter().flat_map(|body| &body.statements) {
        classes.add(nested.syntax.root(), |node| {
            let range = nested.to_outer(node.range());
            // What was put into the nested text stands nowhere.
            (range.slice(syntax.text()) == node.text()).then_some(range)
        });
    }
    classes.sorted()
}

/// The names of relations that lose all their rows, and of what an ALTER TABLE drops; DROP is an [`Access`].
fn destroyed(changes: &[Change]) -> Vec<TextRange> {
    let mut found = Vec::new();
    let mut open: Vec<&Change> = changes.iter().collect();
    while let Some(change) = open.pop() {
        match change {
            Change::Truncate(truncate) => {
                found.extend(truncate.relations.iter().map(|(name, _)| name.range));
            }
            Change::Query(query) => {
                let writes = query.writes.iter();
                let deletes = writes.filter(|write| write.kind == WriteKind::Delete && write.every_row);
                found.extend(deletes.map(|write| write.relation.range));
            }
            Change::AlterRelation(alter) => {
                found.extend(alter.commands.iter().filter_map(|command| match &command.action {
                    AlterAction::DropColumn { column, .. } => Some(column.range),
                    AlterAction::DropConstraint { constraint, .. } => Some(constraint.range),
                    _ => None,
                }));
            }
            Change::Do(block) => open.extend(nested(&block.statements)),
            Change::CreateFunction(create) => open.extend(nested(&create.body)),
            _ => {}
        }
    }
    found
}

/// The names of the arguments of the functions that a statement makes.
fn parameters(statement: &Statement) -> Vec<&Name> {
    let made = statement.changes().iter().filter_map(|change| match change {
        Change::CreateFunction(create) => Some(&create.arguments),
        _ => None,
    });
    made.flatten()
        .filter_map(|argument| argument.name.as_ref().map(|name| &name.name))
        .collect()
}

fn nested(statements: &[Nested]) -> impl Iterator<Item = &Change> {
    statements.iter().flat_map(|nested| &nested.changes)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The statement itself.
    Statement,
    /// The body of a function or of DO.
    Body,
}

struct Painter<'s> {
    statement: &'s Statement,
    /// Where relations are looked for, in this order.
    relations: [&'s Catalog; 2],
    /// The names of the function's arguments.
    parameters: Vec<&'s Name>,
    classes: Classes,
    /// Where the bodies are, without their quotes.
    bodies: Vec<Range<usize>>,
    occurrences: Vec<Occurrence>,
    destroyed: Vec<TextRange>,
    words: Vec<Word>,
}

impl Painter<'_> {
    fn paint(&mut self, range: Range<usize>, place: Place) {
        let statement = self.statement;
        let Some(own) = statement.text().get(range.clone()) else {
            return;
        };
        let dialect = match place {
            Place::Statement => Dialect::Psql,
            Place::Body => Dialect::Server,
        };
        for token in Lexer::new(own, dialect) {
            let at = token.range.offset(u32::try_from(range.start).unwrap_or(u32::MAX));
            if place == Place::Statement && token.kind == Lexeme::DollarString {
                self.constant(token, at.as_usize(), own);
            } else {
                let word = self.word(token, at, place);
                self.words.extend(word);
            }
        }
    }

    /// A constant between dollars: a body, or not.
    fn constant(&mut self, token: Token, range: Range<usize>, text: &str) {
        let inside = crate::structure::unquoted(token, text);
        let is_known = self.bodies.contains(&inside);
        // While a function is written its statement is often broken.
        let may_be = self.bodies.is_empty() && !self.statement.errors().is_empty();
        if !is_known && !may_be {
            self.words.push(Word::plain(range, TokenKind::String));
            return;
        }
        self.words
            .push(Word::plain(range.start..inside.start, TokenKind::String));
        self.paint(inside.clone(), Place::Body);
        if inside.end < range.end {
            self.words
                .push(Word::plain(inside.end..range.end, TokenKind::String));
        }
    }

    fn word(&self, token: Token, at: TextRange, place: Place) -> Option<Word> {
        let kind = match token.kind {
            Lexeme::LineComment | Lexeme::BlockComment => TokenKind::Comment,
            Lexeme::Ident | Lexeme::QuotedIdent | Lexeme::UnicodeIdent => return self.name(token, at, place),
            kind if kind.is_string() => match self.classes.at(at.start).and_then(|class| class.kind) {
                Some(TokenKind::EnumLabel) => return self.name(token, at, place),
                _ => TokenKind::String,
            },
            Lexeme::Number => TokenKind::Number,
            Lexeme::Param => TokenKind::Parameter,
            Lexeme::Operator | Lexeme::Typecast | Lexeme::Assign => TokenKind::Operator,
            Lexeme::Backslash => TokenKind::Macro,
            kind if kind.is_variable() => TokenKind::Macro,
            _ => return None,
        };
        Some(Word::plain(at.as_usize(), kind))
    }

    /// A word that may be a name: what the catalog says of it, else what the grammar does, else what the word is.
    fn name(&self, token: Token, at: TextRange, place: Place) -> Option<Word> {
        let text = at.slice(self.statement.text());
        if !self.statement.errors().is_empty() && is_reserved(text) {
            // What the parser takes for a name in a broken statement.
            return Some(Word::plain(at.as_usize(), TokenKind::Keyword));
        }
        let class = self.classes.at(at.start);
        let told = class.and_then(|class| class.kind);
        if let Some(occurrence) = self.occurrence(at) {
            let is_local = matches!(occurrence.symbol, Symbol::Local(..));
            let kind = match is_local && self.is_parameter(at, place) {
                true => TokenKind::Parameter,
                false => self.kind_of(occurrence, told),
            };
            return Some(Word {
                range: at.as_usize(),
                kind,
                is_definition: occurrence.access == Access::Defines,
                is_builtin: is_system(&occurrence.symbol)
                    || !occurrence.is_known && self.is_builtin(kind, class, text),
                is_destructive: occurrence.access == Access::Drops || self.is_destroyed(at),
            });
        }
        let mut kind = told.or_else(|| (token.kind == Lexeme::Ident).then(|| word_kind(text, place))?)?;
        if matches!(kind, TokenKind::Column | TokenKind::Variable) && self.is_parameter(at, place) {
            kind = TokenKind::Parameter;
        }
        Some(Word {
            is_builtin: self.is_builtin(kind, class, text),
            is_destructive: self.is_destroyed(at),
            ..Word::plain(at.as_usize(), kind)
        })
    }

    fn occurrence(&self, at: TextRange) -> Option<&Occurrence> {
        let start = at.start as usize;
        let found = self.occurrences.binary_search_by_key(&start, |o| o.range.start);
        let occurrence = self.occurrences.get(found.ok()?)?;
        (occurrence.range == at.as_usize()).then_some(occurrence)
    }

    /// The last part of a name ends where the name ends.
    fn is_destroyed(&self, at: TextRange) -> bool {
        self.destroyed.iter().any(|range| range.end == at.end)
    }

    /// Whether a word of a body is one of the function's arguments.
    fn is_parameter(&self, at: TextRange, place: Place) -> bool {
        let text = self.statement.text();
        let before = text.get(..at.start as usize).unwrap_or_default();
        let is_part = before.trim_end().ends_with('.');
        place == Place::Body && !is_part && {
            let name = at.slice(text);
            !self.parameters.is_empty() && self.parameters.contains(&&Name::fold(name))
        }
    }

    fn kind_of(&self, occurrence: &Occurrence, told: Option<TokenKind>) -> TokenKind {
        match &occurrence.symbol {
            Symbol::Schema(_) => TokenKind::Schema,
            Symbol::Relation(name) => {
                let relation = self.relations.iter().find_map(|all| all.relations.get(name));
                match relation.map(|relation| relation.kind) {
                    Some(RelationKind::View | RelationKind::MaterializedView) => TokenKind::View,
                    None if self.is_of_view(occurrence.access) => TokenKind::View,
                    _ => TokenKind::Table,
                }
            }
            Symbol::Column(..) => TokenKind::Column,
            Symbol::Type(_) => TokenKind::Type,
            Symbol::EnumLabel(..) => TokenKind::EnumLabel,
            Symbol::Function(_) => TokenKind::Function,
            Symbol::Local(..) => match told {
                Some(kind @ (TokenKind::Parameter | TokenKind::Table)) => kind,
                _ => TokenKind::Variable,
            },
            Symbol::Constraint(..)
            | Symbol::Index(_)
            | Symbol::Trigger(..)
            | Symbol::Policy(..)
            | Symbol::Extension(_)
            | Symbol::Role(_) => TokenKind::Variable,
        }
    }

    /// Whether what the statement makes or drops are views.
    fn is_of_view(&self, access: Access) -> bool {
        self.statement.changes().iter().any(|change| match change {
            Change::CreateView(_) => access == Access::Defines,
            Change::CreateTableAs(create) => access == Access::Defines && create.materialized,
            Change::Drop(drop) => {
                let is_view = matches!(drop.kind, ObjectKind::View | ObjectKind::MaterializedView);
                access == Access::Drops && is_view
            }
            _ => false,
        })
    }

    /// Whether PostgreSQL brings a thing along that is not of the catalog.
    fn is_builtin(&self, kind: TokenKind, class: Option<Class>, text: &str) -> bool {
        match kind {
            TokenKind::Function => is_volatile_builtin(&text.to_ascii_lowercase()).is_some(),
            TokenKind::Type => {
                class.is_some_and(|class| class.is_word) || BUILTIN_TYPES.contains(&lower(text).as_str())
            }
            TokenKind::Schema => matches!(lower(text).as_str(), "pg_catalog" | "information_schema"),
            _ => false,
        }
    }
}

fn lower(text: &str) -> String {
    text.to_ascii_lowercase()
}

fn is_system(symbol: &Symbol) -> bool {
    let schema = match symbol {
        Symbol::Relation(name) | Symbol::Type(name) | Symbol::Function(name) | Symbol::Column(name, _) => {
            &name.schema
        }
        Symbol::Schema(name) => name,
        _ => return false,
    };
    matches!(schema.as_str(), "pg_catalog" | "information_schema")
}

fn is_reserved(text: &str) -> bool {
    matches!(keywords::category(&lower(text)), Some(KeywordCategory::Reserved))
}

/// What a word is that the grammar says nothing of: in a broken statement, or of PL/pgSQL.
fn word_kind(text: &str, place: Place) -> Option<TokenKind> {
    let word = lower(text);
    match place {
        _ if is_reserved(text) => Some(TokenKind::Keyword),
        Place::Statement => None,
        Place::Body if PLPGSQL_WORDS.contains(&word.as_str()) => Some(TokenKind::Keyword),
        Place::Body if BUILTIN_TYPES.contains(&word.as_str()) => Some(TokenKind::Type),
        Place::Body => Some(TokenKind::Variable),
    }
}

/// Words of PL/pgSQL (pl_reserved_kwlist.h, pl_unreserved_kwlist.h) that its statements consist of; those that are as often
/// names are left out.
const PLPGSQL_WORDS: &[&str] = &[
    "alias",
    "array",
    "assert",
    "begin",
    "by",
    "call",
    "chain",
    "close",
    "commit",
    "constant",
    "continue",
    "cursor",
    "debug",
    "declare",
    "diagnostics",
    "do",
    "elseif",
    "elsif",
    "end",
    "exception",
    "execute",
    "exit",
    "fetch",
    "foreach",
    "forward",
    "get",
    "if",
    "import",
    "info",
    "insert",
    "is",
    "log",
    "loop",
    "merge",
    "move",
    "next",
    "no",
    "notice",
    "open",
    "perform",
    "query",
    "raise",
    "return",
    "reverse",
    "rollback",
    "rowtype",
    "scroll",
    "set",
    "slice",
    "sqlstate",
    "stacked",
    "strict",
    "type",
    "update",
    "use_column",
    "use_variable",
    "warning",
    "while",
];

/// Types that PostgreSQL brings along and that people write (pg_type.dat), the grammar's own words among them.
const BUILTIN_TYPES: &[&str] = &[
    "anyarray",
    "anycompatible",
    "anyelement",
    "bigint",
    "bigserial",
    "bit",
    "bool",
    "boolean",
    "box",
    "bpchar",
    "bytea",
    "char",
    "cidr",
    "circle",
    "date",
    "daterange",
    "decimal",
    "event_trigger",
    "float4",
    "float8",
    "inet",
    "int",
    "int2",
    "int4",
    "int4range",
    "int8",
    "int8range",
    "integer",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "numrange",
    "oid",
    "path",
    "pg_lsn",
    "point",
    "polygon",
    "real",
    "record",
    "refcursor",
    "regclass",
    "regconfig",
    "regnamespace",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "serial",
    "serial4",
    "serial8",
    "smallint",
    "smallserial",
    "text",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "trigger",
    "tsquery",
    "tsrange",
    "tstzrange",
    "tsvector",
    "uuid",
    "varbit",
    "varchar",
    "void",
    "xid",
    "xml",
];
