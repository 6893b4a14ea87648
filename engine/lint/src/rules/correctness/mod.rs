//! Text that can't be understood.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod duplicate_column;
mod not_understood;
mod syntax_error;
mod unknown_effect;
mod unknown_suppression;
mod unused_suppression;

list! {
    duplicate_column
    not_understood
    syntax_error
    unknown_effect
    unknown_suppression
    unused_suppression
}
