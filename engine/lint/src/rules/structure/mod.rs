//! Keys, types, columns.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod require_primary_key;

list! {
    require_primary_key
}
