//! Text into statements, statements into syntax trees.
//!
//! Here lives everything that reads SQL as text: where psql cuts a file ([`split`]), the tree of a statement and what is wrong with
//! it ([`Syntax`]), the SQL inside function bodies ([`Body`]), a text under edit ([`Pieces`]), names as PostgreSQL stores and
//! quotes them ([`Name`]), and positions ([`TextRange`], [`LineIndex`]). What a statement means for a schema doesn't belong here:
//! no catalog, no files, no rules. Start reading at [`Syntax`], then [`split`].

mod body;
mod diagnose;
mod error;
pub mod keywords;
pub mod kind;
pub mod lexer;
mod line_index;
mod literal;
pub mod mark;
mod name;
mod node;
mod parser;
mod pieces;
mod prepare;
mod query;
mod range;
mod repair;
mod shape;
pub mod split;
mod syntax;
mod tree;

pub use body::{Body, Context, Dynamic, Language, Nested, SourceMap};
pub use error::{SyntaxError, SyntaxErrorKind};
pub use line_index::{LineIndex, Position, Utf16Position};
pub use literal::string_value;
pub use name::{MAX_NAME_BYTES, Name};
pub use node::{Children, Descendants, Node, QualifiedRef};
pub use pieces::{Pieces, Recut, Replaced};
pub use query::{QueryError, QueryMatch, TreeQuery};
pub use range::TextRange;
pub use syntax::{MAX_STATEMENT_BYTES, Syntax};
pub use tree::Kind;
