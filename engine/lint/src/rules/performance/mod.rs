//! Indexes.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod duplicate_index;
mod large_table_has_indexes;
mod multiple_permissive_policies;
mod policy_calls_per_row;
mod redundant_index;
mod require_foreign_key_index;
mod sequential_scan_potential;
mod wide_index;

list! {
    duplicate_index
    large_table_has_indexes
    multiple_permissive_policies
    policy_calls_per_row
    redundant_index
    require_foreign_key_index
    sequential_scan_potential
    wide_index
}
