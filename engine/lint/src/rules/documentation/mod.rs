//! Comments.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod require_table_comment;

list! {
    require_table_comment
}
