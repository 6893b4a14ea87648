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

mod sql;

list! {
    sql
}
