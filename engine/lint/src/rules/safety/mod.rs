//! Migrations that stop, break or destroy something.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod add_check_not_valid;
mod add_foreign_key_not_valid;
mod breaking_rename;
mod constraint_builds_index;
mod data_loss;
mod refused_in_transaction;
mod require_concurrent_index;
mod require_concurrent_index_drop;
mod require_concurrent_reindex;
mod require_lock_timeout;
mod scan_under_exclusive_lock;
mod set_not_null_scan;
mod table_rewrite;

list! {
    add_check_not_valid
    add_foreign_key_not_valid
    breaking_rename
    constraint_builds_index
    data_loss
    refused_in_transaction
    require_concurrent_index
    require_concurrent_index_drop
    require_concurrent_reindex
    require_lock_timeout
    scan_under_exclusive_lock
    set_not_null_scan
    table_rewrite
}
