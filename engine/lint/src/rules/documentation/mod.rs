//! Comments.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod require_column_comment;
mod require_function_comment;
mod require_table_comment;
mod require_type_comment;
mod require_view_comment;

list! {
    require_column_comment
    require_function_comment
    require_table_comment
    require_type_comment
    require_view_comment
}
