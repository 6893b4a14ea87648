//! Tenants kept apart.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod require_tenant_column;
mod tenant_column_not_null;
mod tenant_foreign_key;
mod tenant_index;
mod tenant_row_security;
mod tenant_unique_key;

list! {
    require_tenant_column
    tenant_column_not_null
    tenant_foreign_key
    tenant_index
    tenant_row_security
    tenant_unique_key
}
