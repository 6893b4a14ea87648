//! Rules that regulations ask for: personal data named and kept no longer than allowed, changes traced.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

list! {}
