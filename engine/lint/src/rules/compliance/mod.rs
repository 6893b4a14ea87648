//! Rules that regulations ask for: personal data named and kept no longer than allowed, changes traced.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod audit_columns;
mod pii_classified;
mod retention_declared;

list! {
    audit_columns
    pii_classified
    retention_declared
}
