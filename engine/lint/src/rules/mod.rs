//! The rules, one file each, in a folder for each category.
//!
//! Each folder's lists are written by the test `rules_are_listed`: add a file, run the tests, done.

use std::sync::LazyLock;

use crate::rule::Rule;

/// A rule and the source of its file.
pub(crate) type Listed = (&'static Rule, &'static str);

/// The rules of a folder.
macro_rules! list {
    ($($module:ident)*) => {
        /// Every rule of this folder and the source of its file.
        pub(super) static LISTED: &[super::Listed] =
            &[$((&$module::RULE, include_str!(concat!(stringify!($module), ".rs")))),*];
    };
}

mod compliance;
mod correctness;
mod cqrs;
mod documentation;
mod multi_tenant;
mod naming;
mod own;
mod performance;
mod safety;
mod security;
mod structure;

/// Every rule, by name, and the source of its file.
pub(crate) static LISTED: LazyLock<Vec<Listed>> = LazyLock::new(|| {
    let folders = [
        compliance::LISTED,
        correctness::LISTED,
        cqrs::LISTED,
        documentation::LISTED,
        multi_tenant::LISTED,
        naming::LISTED,
        own::LISTED,
        performance::LISTED,
        safety::LISTED,
        security::LISTED,
        structure::LISTED,
    ];
    let mut rules = folders.concat();
    rules.sort_by_key(|(rule, _)| rule.name);
    rules
});

/// Every rule, by name.
pub fn registry() -> &'static [&'static Rule] {
    static RULES: LazyLock<Vec<&Rule>> = LazyLock::new(|| LISTED.iter().map(|(rule, _)| *rule).collect());
    &RULES
}
