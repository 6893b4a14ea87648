//! The canonical form of a catalog: as text, JSON and SQL, and the difference of two.
//!
//! A catalog that was replayed from files and one that was read from a server say the same in the same words here:
//! expressions come in their [`normal`] form, owners, privileges and places of definition are left out (an owner
//! depends on who connects), and so are temporary objects, roles and tablespaces, which are not the database's.
//!
//! [`text()`], [`json()`] and [`diff()`] all look at one description of each object (`describe`), so none of them can
//! know more than the others.

pub(crate) mod describe;
mod diff;
mod json;
pub mod normal;
pub(crate) mod same;
pub(crate) mod sql;
mod text;

pub use diff::{Difference, diff};
pub use json::json;
pub use sql::{Object, definition, sql};
pub use text::text;
