//! What several rules ask of a catalog: which relations are tables of one's own, which indexes do the same, what a
//! column's name says of the data in it.
//!
//! What must not live here: what exists (`schema`), and opinions (`rules`).

pub(crate) mod cure;
pub(crate) mod indexes;
pub(crate) mod personal;
pub(crate) mod sides;
pub(crate) mod statements;
pub(crate) mod tables;
pub(crate) mod tenant;
