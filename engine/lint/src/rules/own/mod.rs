//! Rules that a project writes itself, in its configuration.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

list! {}
