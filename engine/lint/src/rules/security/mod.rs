//! Who may see and do what.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod extension_in_public;
mod grant_to_public;
mod no_implicit_casts;
mod password_hash;
mod plain_text_pii;
mod policies_without_row_security;
mod policy_always_true;
mod row_security_without_policies;
mod security_definer_search_path;
mod security_definer_view;
mod unlogged_in_production;
mod unquoted_dynamic_sql;

list! {
    extension_in_public
    grant_to_public
    no_implicit_casts
    password_hash
    plain_text_pii
    policies_without_row_security
    policy_always_true
    row_security_without_policies
    security_definer_search_path
    security_definer_view
    unlogged_in_production
    unquoted_dynamic_sql
}
