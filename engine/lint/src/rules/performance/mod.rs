//! Indexes.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod require_foreign_key_index;

list! {
    require_foreign_key_index
}
