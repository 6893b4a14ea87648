//! The SQL inside statements: function bodies and DO blocks.

mod dynamic;
mod map;
mod plpgsql;

use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::kind;
use crate::lexer::{Dialect, Lexer, TokenKind};
use crate::literal;
use crate::node::Node;
use crate::range::TextRange;
use crate::syntax::Syntax;
pub use map::SourceMap;
use plpgsql::{Fragment, FragmentKind};

/// The language of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// SQL, in a string or as `BEGIN ATOMIC`.
    Sql,
    /// PL/pgSQL.
    PlPgSql,
}

/// When a nested statement runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Whenever the body runs (and nothing has returned before).
    Straight,
    /// In a branch of IF or CASE, or, as a cursor's query, when the cursor is opened.
    Conditional,
    /// Any number of times.
    Loop,
    /// In an exception handler.
    Handler,
}

/// SQL that is put together when it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dynamic {
    /// The expression that makes the SQL, in the outer statement's text.
    pub range: TextRange,
}

/// A statement inside another.
#[derive(Debug, Clone)]
pub struct Nested {
    /// The statement; empty when it is dynamic and can't be known. PL/pgSQL's own words are left out: `PERFORM f()` is a SELECT,
    /// `SELECT … INTO x` has no target, an expression with a subquery is a SELECT of it.
    pub syntax: Syntax,
    /// When it runs.
    pub context: Context,
    /// True inside a block with an EXCEPTION section: an error is caught and what the block did is undone.
    pub guarded: bool,
    /// Set for SQL that is put together when it runs.
    pub dynamic: Option<Dynamic>,
    /// From this statement's text to the outer statement's.
    pub map: SourceMap,
}

/// The SQL of one function body or DO block.
#[derive(Debug, Clone)]
pub struct Body {
    /// The body's language.
    pub language: Language,
    /// Where the body is in the outer statement's text, without its quotes.
    pub range: TextRange,
    /// The statements in order.
    pub statements: Vec<Nested>,
    /// What PostgreSQL would refuse when the function is created, in the outer statement's text.
    pub errors: Vec<SyntaxError>,
}

impl Nested {
    /// Where a range of the nested text is in the outer statement's text.
    pub fn to_outer(&self, range: TextRange) -> TextRange {
        self.map.to_outer(range)
    }
}

/// The bodies within a statement.
pub(crate) fn bodies(syntax: &Syntax) -> Vec<Body> {
    let Some(statement) = syntax.statement() else {
        return Vec::new();
    };
    let body = match statement.kind() {
        kind::CreateFunctionStmt => routine_body(statement),
        kind::DoStmt => do_body(statement),
        _ => None,
    };
    body.into_iter().collect()
}

fn routine_body(statement: Node<'_>) -> Option<Body> {
    if let Some(body) = statement.child(kind::opt_routine_body) {
        return Some(standard_body(body));
    }
    let options = statement
        .child(kind::opt_createfunc_opt_list)?
        .list(kind::createfunc_opt_item);
    let language = options
        .iter()
        .find_map(|option| option.child(kind::NonReservedWord_or_Sconst))?
        .name()?;
    let code = options
        .iter()
        .find_map(|option| option.child(kind::func_as))?
        .child(kind::Sconst)?;
    coded_body(language.as_str(), code)
}

fn do_body(statement: Node<'_>) -> Option<Body> {
    let options = statement
        .child(kind::dostmt_opt_list)?
        .list(kind::dostmt_opt_item);
    let language = options
        .iter()
        .find_map(|option| option.child(kind::NonReservedWord_or_Sconst));
    let language = language.and_then(Node::name);
    let code = options.iter().find_map(|option| option.child(kind::Sconst))?;
    coded_body(language.as_ref().map_or("plpgsql", |name| name.as_str()), code)
}

fn coded_body(language: &str, code: Node<'_>) -> Option<Body> {
    let (text, map) = constant(code.text(), code.range().start)?;
    let (fragments, is_whole) = match language {
        "sql" => (sql_fragments(&text), true),
        "plpgsql" => plpgsql::fragments(&text),
        _ => return None,
    };
    let language = if language == "sql" {
        Language::Sql
    } else {
        Language::PlPgSql
    };
    let range = map.to_outer(TextRange::new(0, text.len() as u32));
    let mut body = assemble(language, range, &text, &map, &fragments);
    if !is_whole {
        // Where blocks don't close, what is a statement is a guess.
        body.errors.clear();
    }
    Some(body)
}

/// A string constant's value, and where it comes from when the constant starts at `start`.
fn constant(token: &str, start: u32) -> Option<(String, SourceMap)> {
    let first = *token.as_bytes().first()?;
    match first {
        b'$' => {
            let value = literal::dollar_body(token)?;
            let tag = token[1..].find('$')? as u32 + 2;
            Some((
                value.to_owned(),
                SourceMap::straight(value.len() as u32, start + tag),
            ))
        }
        b'\'' | b'e' | b'E' | b'n' | b'N' => {
            let prefix = usize::from(first != b'\'');
            let (value, segments) = literal::unquote_mapped(
                &token[prefix..],
                matches!(first, b'e' | b'E'),
                start + prefix as u32,
            );
            let end = start + token.len() as u32 - 1;
            let map = SourceMap::new(
                segments.iter().map(|segment| (segment.value, segment.source)),
                value.len() as u32,
                end,
            );
            Some((value, map))
        }
        _ => {
            let value = literal::string_value(token)?;
            let map = SourceMap::new([(0, start)], value.len() as u32, start + token.len() as u32);
            Some((value, map))
        }
    }
}

/// `BEGIN ATOMIC … END` and `RETURN …`, whose statements are part of the outer tree already.
fn standard_body(body: Node<'_>) -> Body {
    let whole = body.range();
    let statements = body.descendants();
    let mut nested = Vec::new();
    let mut walk = statements;
    while let Some(node) = walk.next() {
        if !matches!(node.kind(), kind::routine_body_stmt | kind::ReturnStmt) {
            continue;
        }
        walk.skip_children();
        let is_return = node
            .text()
            .get(..6)
            .is_some_and(|word| word.eq_ignore_ascii_case("return"));
        let text = if is_return {
            format!("SELECT{}", &node.text()[6..])
        } else {
            node.text().to_owned()
        };
        let range = node.range();
        nested.push(Nested {
            syntax: Syntax::parse_as(&text, Dialect::Server),
            context: Context::Straight,
            guarded: false,
            dynamic: None,
            map: SourceMap::straight(range.len(), range.start),
        });
    }
    Body {
        language: Language::Sql,
        range: whole,
        statements: nested,
        errors: Vec::new(),
    }
}

/// The statements of a SQL function's body.
fn sql_fragments(text: &str) -> Vec<Fragment> {
    statements_in(text).into_iter().map(Fragment::straight).collect()
}

/// Where the statements of a text for the server are, their semicolons included.
fn statements_in(text: &str) -> Vec<TextRange> {
    let mut ranges = Vec::new();
    let mut current: Option<TextRange> = None;
    let mut depth = 0u32;
    for token in Lexer::new(text, Dialect::Server).filter(|token| !token.kind.is_trivia()) {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            TokenKind::Semicolon if depth == 0 => {
                ranges.extend(current.take().map(|range| range.cover(token.range)));
                continue;
            }
            _ => {}
        }
        current = Some(current.map_or(token.range, |range| range.cover(token.range)));
    }
    ranges.extend(current);
    ranges
}

fn assemble(
    language: Language,
    range: TextRange,
    text: &str,
    map: &SourceMap,
    fragments: &[Fragment],
) -> Body {
    let mut body = Body {
        language,
        range,
        statements: Vec::new(),
        errors: Vec::new(),
    };
    for fragment in fragments {
        if fragment.kind == FragmentKind::Dynamic {
            body.statements.extend(dynamic::statements(text, map, fragment));
            continue;
        }
        let (sql, prefix) = fragment.sql(text);
        let nested = Nested {
            // Tools that fill templates fill bodies too, so psql-like variables are no errors there.
            syntax: Syntax::parse(&sql),
            context: fragment.context,
            guarded: fragment.guarded,
            dynamic: None,
            map: map.part(fragment.range, prefix),
        };
        body.errors.extend(
            nested
                .syntax
                .errors()
                .iter()
                .map(|error| outer_error(&nested, error)),
        );
        body.statements.push(nested);
    }
    body
}

fn outer_error(nested: &Nested, error: &SyntaxError) -> SyntaxError {
    let kind: SyntaxErrorKind = error.kind;
    SyntaxError {
        range: nested.to_outer(error.range),
        message: error.message.clone(),
        kind,
    }
}
