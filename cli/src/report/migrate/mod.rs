//! What is said of migrations: while they run, of their state, and of what they would do.
//!
//! [`Text`] and [`Lines`] are told what happens ([`confiture_migrate::Observer`]) and say it, to people and to programs.

pub mod error_text;
mod lines;
pub mod plan;
mod progress;
pub mod status;
mod summary;
mod text;
pub mod units;
pub mod words;

pub use lines::{Lines, failure_line, place};
pub use text::{Detail, Text};
