//! A write side and a read side kept apart.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

list! {}
