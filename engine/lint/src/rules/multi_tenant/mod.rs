//! Tenants kept apart.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod require_tenant_column;

list! {
    require_tenant_column
}
