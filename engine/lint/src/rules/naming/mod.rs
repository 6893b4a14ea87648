//! Names.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod snake_case;

list! {
    snake_case
}
