//! Who may see and do what.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

list! {}
