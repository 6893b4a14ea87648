//! The hook types, one file each.
//!
//! The list is written by the test `hook_types_are_listed`: add a file with a `pub(super) static TYPE: HookType`, run the
//! tests, done.

use crate::hooks::HookType;

/// The modules of this folder and their types.
macro_rules! list {
    ($($module:ident)*) => {
        /// Every hook type of this folder.
        static LISTED: &[&HookType] = &[$(&$module::TYPE),*];
    };
}

/// Every hook type, by name.
pub fn registry() -> &'static [&'static HookType] {
    LISTED
}

mod analyze_statistics;
mod backfill_read_model;
mod backup_database;
mod backup_table;
mod capture_statistics;
mod command;
mod drop_temporary_tables;
mod preflight_activity;
mod rebuild_index;
mod rebuild_read_models;
mod refresh_materialized_views;
mod reset_sequences;
mod restore_from_backup;
mod sql;
mod test_application_queries;
mod validate_constraints;
mod verify_consistency;
mod webhook;

list! {
    analyze_statistics
    backfill_read_model
    backup_database
    backup_table
    capture_statistics
    command
    drop_temporary_tables
    preflight_activity
    rebuild_index
    rebuild_read_models
    refresh_materialized_views
    reset_sequences
    restore_from_backup
    sql
    test_application_queries
    validate_constraints
    verify_consistency
    webhook
}
