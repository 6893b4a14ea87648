//! What a check sees, and where it puts what it finds: one module for each kind of check.

mod catalog;
mod definition;
mod rename;
mod script;
mod sink;
mod statement;
mod transaction;

pub use catalog::{CatalogContext, RelationContext};
pub(crate) use definition::{WrittenColumn, has_comment};
pub(crate) use rename::{Renamer, Renaming};
pub(crate) use script::{Position, ScriptFacts};
pub use script::{Release, ScriptContext, ScriptInfo};
pub use sink::{Sink, Subject};
pub(crate) use statement::Location;
pub use statement::{LazyRisk, Nesting, StatementContext, blocked};
pub(crate) use transaction::{ends_transaction, held_from};
