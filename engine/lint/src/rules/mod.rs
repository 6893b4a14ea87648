//! The rules, one file each.
//!
//! The two lists are written by the test `rules_are_listed` from this folder: add a file, run the tests, done.

use crate::rule::Rule;

macro_rules! list {
    ($($module:ident)*) => {
        /// Every rule and the source of its file.
        pub(crate) static LISTED: &[(&Rule, &str)] =
            &[$((&$module::RULE, include_str!(concat!(stringify!($module), ".rs")))),*];

        /// Every rule, by name.
        pub fn registry() -> &'static [&'static Rule] {
            static RULES: &[&Rule] = &[$(&$module::RULE),*];
            RULES
        }
    };
}

mod add_check_not_valid;
mod add_foreign_key_not_valid;
mod breaking_rename;
mod constraint_builds_index;
mod data_loss;
mod not_understood;
mod refused_in_transaction;
mod require_concurrent_index;
mod require_concurrent_index_drop;
mod require_concurrent_reindex;
mod require_foreign_key_index;
mod require_lock_timeout;
mod require_primary_key;
mod require_table_comment;
mod require_tenant_column;
mod scan_under_exclusive_lock;
mod set_not_null_scan;
mod snake_case;
mod syntax_error;
mod table_rewrite;
mod unknown_effect;

list! {
    add_check_not_valid
    add_foreign_key_not_valid
    breaking_rename
    constraint_builds_index
    data_loss
    not_understood
    refused_in_transaction
    require_concurrent_index
    require_concurrent_index_drop
    require_concurrent_reindex
    require_foreign_key_index
    require_lock_timeout
    require_primary_key
    require_table_comment
    require_tenant_column
    scan_under_exclusive_lock
    set_not_null_scan
    snake_case
    syntax_error
    table_rewrite
    unknown_effect
}
