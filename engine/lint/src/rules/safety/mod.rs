//! Migrations that stop, break or destroy something.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod access_change;
mod add_check_not_valid;
mod add_foreign_key_not_valid;
mod backfill_under_lock;
mod behaviour_change;
mod breaking_rename;
mod combine_alter_table;
mod constraint_builds_index;
mod data_loss;
mod domain_constraint;
mod down_differs;
mod drop_cascade;
mod drop_guarantee;
mod drop_object;
mod edited_migration;
mod enum_value_in_own_transaction;
mod enum_value_place;
mod hidden_invalid_index;
mod migration_out_of_order;
mod missing_down;
mod new_write_restriction;
mod pending_trigger_events;
mod prefer_robust_statements;
mod refused_in_transaction;
mod require_concurrent_detach;
mod require_concurrent_index;
mod require_concurrent_index_drop;
mod require_concurrent_refresh;
mod require_concurrent_reindex;
mod require_lock_timeout;
mod require_statement_timeout;
mod required_column;
mod row_shape_change;
mod scan_under_exclusive_lock;
mod server_wide_change;
mod set_not_null_scan;
mod table_rewrite;
mod transaction_nesting;
mod truncate_cascade;
mod uncommitted_transaction;
mod unrepeatable_hook;
mod validate_in_own_transaction;
mod wide_lock_window;
mod work_under_exclusive_lock;
mod write_every_row;

list! {
    access_change
    add_check_not_valid
    add_foreign_key_not_valid
    backfill_under_lock
    behaviour_change
    breaking_rename
    combine_alter_table
    constraint_builds_index
    data_loss
    domain_constraint
    down_differs
    drop_cascade
    drop_guarantee
    drop_object
    edited_migration
    enum_value_in_own_transaction
    enum_value_place
    hidden_invalid_index
    migration_out_of_order
    missing_down
    new_write_restriction
    pending_trigger_events
    prefer_robust_statements
    refused_in_transaction
    require_concurrent_detach
    require_concurrent_index
    require_concurrent_index_drop
    require_concurrent_refresh
    require_concurrent_reindex
    require_lock_timeout
    require_statement_timeout
    required_column
    row_shape_change
    scan_under_exclusive_lock
    server_wide_change
    set_not_null_scan
    table_rewrite
    transaction_nesting
    truncate_cascade
    uncommitted_transaction
    unrepeatable_hook
    validate_in_own_transaction
    wide_lock_window
    work_under_exclusive_lock
    write_every_row
}
