//! Rules that a project writes itself, in its configuration.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod column_required;
mod name_pattern;
mod sql_query;
mod tree_query;

list! {
    column_required
    name_pattern
    sql_query
    tree_query
}
