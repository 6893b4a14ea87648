//! Names.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod name_length;
mod naming_convention;
mod reserved_word;

list! {
    name_length
    naming_convention
    reserved_word
}
