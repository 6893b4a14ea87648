//! What statements are read as, family by family.
#![allow(clippy::unwrap_used, reason = "tests")]

mod debug;
mod families;
mod invariants;
